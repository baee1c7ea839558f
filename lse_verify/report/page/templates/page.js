"use strict";

const LONG = 12;

/** The rows of a table, each with what is folded below it. */
const groups = (table) => [...table.tBodies[0].rows]
  .filter((row) => !row.classList.contains("folded"))
  .map((row) => (row.nextElementSibling?.classList.contains("folded")
    ? [row, row.nextElementSibling] : [row]));

const place = (row, column) => Number(row.cells[column].dataset.place ?? NaN);

/** Put the rows of a table into the order of a column; cells with nothing stay last. */
function sort(table, head) {
  const up = head.getAttribute("aria-sort") !== "ascending";
  const sorted = groups(table).sort(([first], [second]) => {
    const [a, b] = [place(first, head.cellIndex), place(second, head.cellIndex)];
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b);
    return up ? a - b : b - a;
  });
  table.tBodies[0].append(...sorted.flat());
  for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
}

function makeSortable(table) {
  const rows = groups(table);
  for (const head of table.tHead.rows[0].cells) {
    if (rows.every(([row]) => Number.isNaN(place(row, head.cellIndex)))) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(table, head));
    head.append(button);
  }
}

const told = (cell) => cell.dataset.verdict ?? cell.textContent.trim();

function labelled(text, control) {
  const label = document.createElement("label");
  label.append(`${text} `, control);
  return label;
}

/** Return a choice among the words of a column, in their order. */
function choice(rows, { cellIndex }) {
  const places = new Map(rows.map(([row]) => [told(row.cells[cellIndex]), place(row, cellIndex)]));
  const select = document.createElement("select");
  select.add(new Option("all", ""));
  for (const [word] of [...places].sort(([, a], [, b]) => a - b)) select.add(new Option(word));
  return select;
}

function makeFilter(table) {
  const rows = groups(table);
  const texts = rows.map(([row]) => [...row.cells].map((cell) => cell.textContent).join(" ").toLowerCase());
  const search = document.createElement("input");
  search.type = "search";
  const choices = [...table.tHead.rows[0].cells]
    .filter((head) => "choice" in head.dataset)
    .map((head) => [head, choice(rows, head)])
    .filter(([, select]) => select.length > 2);
  const count = document.createElement("output");
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/);
    const fits = ([row], at) => words.every((word) => texts[at].includes(word))
      && choices.every(([head, { value }]) => !value || told(row.cells[head.cellIndex]) === value);
    const shown = rows.map(fits);
    rows.forEach((group, at) => group.forEach((row) => { row.hidden = !shown[at]; }));
    count.value = `${shown.filter(Boolean).length} of ${rows.length} rows`;
  };
  const bar = document.createElement("div");
  bar.className = "filter";
  bar.append(labelled("search", search));
  for (const [head, select] of choices) bar.append(labelled(head.textContent, select));
  bar.append(count);
  bar.addEventListener("input", show);
  table.parentNode.before(bar);
  show();
}

for (const table of document.querySelectorAll("table")) {
  makeSortable(table);
  if (groups(table).length > LONG) makeFilter(table);
}
