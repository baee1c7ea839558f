"""The page of a report in Chromium: clicks, keys, colours and small screens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lse_verify.audit.finding import Failure, Finding, Tally
from lse_verify.audit.ledger import Entry, Ledger, read_ledger
from lse_verify.audit.standing import standings
from lse_verify.audit.witness import Witness
from lse_verify.report import write_report
from lse_verify.report.markdown import render
from lse_verify.report.page import write_page

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

SIZES = {
    "a.fast": 8.56e7,
    "b": 0.49999,
    "c": 1740.2,
    "d": 0.50001,
    "e": 9.2,
    "f": 1e300,
    "g": 21.0,
    "h": 0.1,
}
FORMATS = ("binary16", "binary32")
WRONG = ("b", "f")

UNFOLD = "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
CONTRASTS = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3)
      .map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if ((parts(colour)[3] ?? 1) === 1) return colour;
    }
    return null;
  };
  const found = {};
  for (const element of document.body.querySelectorAll(":not(script, svg, svg *)")) {
    const says = [...element.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!says && !element.matches("input, select")) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    const name = [element.tagName, element.closest("[data-verdict]")?.dataset.verdict].join(" ");
    found[name] = Math.min(found[name] ?? 99, ratio);
  }
  return found;
}"""
"""WCAG 2.2's contrast of every element that says something, with the ground it stands on."""


@pytest.fixture(scope="module")
def graded(
    ledger: Callable[..., Ledger],
    entry: Callable[..., Entry],
    finding: Callable[..., Finding],
    witness: Callable[..., Witness],
) -> Ledger:
    """Return a ledger of 16 grades, 4 of them wrong."""

    def shown(name: str) -> Finding:
        lost = Tally(tested=10, count=3, witness=witness())
        wrong = {"spurious_nan": lost} if name in WRONG else {}
        return finding(SIZES[name], **wrong)

    return ledger(*(entry(name, fmt=fmt, shown=shown(name)) for name in SIZES for fmt in FORMATS))


@pytest.fixture(scope="module")
def path(graded: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(write_report(graded, tmp_path_factory.mktemp("page")), graded)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return what opens a page, which in the end has asked for nothing else and complained not."""
    told, contexts = list[str](), list[Any]()

    def open_page(path: Path, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.on(
            "request",
            lambda request: None if request.url == path.as_uri() else told.append(request.url),
        )
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert told == []


def _grades(page: Any) -> Any:
    return page.get_by_role("group", name="All grades", exact=True).get_by_role("table")


def _column(page: Any, number: int) -> list[str]:
    cells = _grades(page).locator(f"tbody tr:not(.folded) > :nth-child({number})")
    return [text for text in cells.all_inner_texts() if text]


def test_a_click_on_a_header_sorts_by_number_and_another_turns_it(
    path: Path, opened: Callable[..., Any]
) -> None:
    page = opened(path)
    header = _grades(page).get_by_role("columnheader", name="ulp, κ ≤ 100")
    rising = [name for name in sorted(SIZES, key=SIZES.__getitem__) for _ in FORMATS]
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert _column(page, 1) == rising
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert _column(page, 1)[0] == rising[-1]
    assert [SIZES[name] for name in _column(page, 1)] == sorted(
        (SIZES[name] for name in rising), reverse=True
    )


def test_only_the_column_that_was_sorted_last_says_so(
    path: Path, opened: Callable[..., Any]
) -> None:
    page = opened(path)
    for name in ("verdict", "E"):
        button = _grades(page).get_by_role("columnheader", name=name, exact=True)
        button.get_by_role("button").click()
    assert _grades(page).locator("[aria-sort]").all_inner_texts() == ["E"]


def test_the_keyboard_sorts_too(path: Path, opened: Callable[..., Any]) -> None:
    page = opened(path)
    button = _grades(page).get_by_role("button", name="verdict")
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert _column(page, 1)[:4] == ["b", "b", "f", "f"]


def test_cells_with_nothing_stay_last(path: Path, opened: Callable[..., Any]) -> None:
    page = opened(path)
    button = _grades(page).get_by_role("button", name="faults")
    for _ in range(2):
        button.click()
        assert _column(page, 8)[4:] == ["–"] * 12


def test_words_and_choices_filter_together(path: Path, opened: Callable[..., Any]) -> None:
    page = opened(path)
    bar = page.locator(".filter").first
    assert bar.get_by_role("status").inner_text() == "16 of 16 rows"
    bar.get_by_label("verdict").select_option("wrong")
    assert _visible(page) == ["b", "b", "f", "f"]
    bar.get_by_label("format").select_option("binary32")
    assert _visible(page) == ["b", "f"]
    bar.get_by_role("searchbox").fill("F spurious")
    assert _visible(page) == ["f"]
    assert bar.get_by_role("status").inner_text() == "1 of 16 rows"
    bar.get_by_role("searchbox").fill("nothing like it")
    assert _visible(page) == []


def _visible(page: Any) -> list[str]:
    heads = _grades(page).locator("tbody th:visible")
    return list(heads.all_inner_texts())


def test_witnesses_unfold_below_their_row_and_go_where_it_goes(
    path: Path, opened: Callable[..., Any]
) -> None:
    page = opened(path)
    row = _grades(page).get_by_role("row").filter(has_text="a.fast").first
    shown = _grades(page).locator("pre:visible")
    assert shown.count() == 0
    row.get_by_text("show 1").click()
    assert "lse-verify explain -i a.fast" in shown.inner_text()
    _grades(page).get_by_role("button", name="implementation").click()
    _grades(page).get_by_role("button", name="implementation").click()
    assert (
        _grades(page)
        .locator("tr:has(pre:visible)")
        .evaluate("row => row.previousElementSibling.textContent")
        .startswith("a.fast")
    )
    page.locator(".filter").first.get_by_role("searchbox").fill("c")
    assert shown.count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(
    scheme: str, path: Path, opened: Callable[..., Any]
) -> None:
    page = opened(path, color_scheme=scheme)
    page.evaluate(UNFOLD)
    contrasts = page.evaluate(CONTRASTS)
    assert {"STRONG wrong", "TD stable", "BUTTON ", "PRE ", "SUMMARY ", "A "} <= {*contrasts}
    assert {name: ratio for name, ratio in contrasts.items() if ratio < 4.5} == {}
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def test_on_a_small_screen_tables_scroll_and_the_page_does_not(
    path: Path, opened: Callable[..., Any]
) -> None:
    page = opened(path, viewport={"width": 360, "height": 740})
    page.evaluate(UNFOLD)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    wide = _grades(page).evaluate("t => t.scrollWidth > t.parentNode.clientWidth")
    assert wide


def test_without_javascript_tables_are_whole_and_witnesses_unfold(
    path: Path, opened: Callable[..., Any]
) -> None:
    page = opened(path, java_script_enabled=False)
    assert page.locator(".filter, th button").count() == 0
    assert _grades(page).locator("tbody th").count() == 16
    _grades(page).get_by_text("show 1").first.click()
    assert _grades(page).locator("pre:visible").count() == 1


def test_on_paper_there_are_no_controls_and_nothing_is_cut_off(
    path: Path, opened: Callable[..., Any]
) -> None:
    page = opened(path, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator(".filter").first.is_hidden()
    assert page.locator(".box").first.evaluate("b => getComputedStyle(b).overflow") == "visible"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_hostile_names_do_nothing(
    hostile: tuple[str, ...],
    ledger: Callable[..., Ledger],
    entry: Callable[..., Entry],
    finding: Callable[..., Finding],
    tmp_path: Path,
    opened: Callable[..., Any],
) -> None:
    found = ledger(
        *(
            entry(name, shown=finding(failure=Failure(kind="exception", words=name)))
            for name in hostile
        )
    )
    report = tmp_path / "report.md"
    report.write_text(render(found, standings(found), [], {}), encoding="utf-8")
    page = opened(write_page(report, found))
    page.evaluate(UNFOLD)
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, form").count() == 0
    names = _grades(page).locator("tbody th").all_inner_texts()
    assert "<script>alert(1)</script>" in names
    assert r"\u202eturned" in names


@pytest.mark.slow
def test_the_page_of_all_that_was_audited_is_small_and_fits_everywhere(
    tmp_path: Path, opened: Callable[..., Any]
) -> None:
    source = Path(__file__).parents[3] / "reports" / "audit"
    shutil.copytree(source / "figures", tmp_path / "figures")
    report = Path(shutil.copy(source / "report.md", tmp_path))
    path = write_page(report, read_ledger(source / "ledger.jsonl"))
    assert path.stat().st_size < 5e6
    for scheme in ("light", "dark"):
        page = opened(path, viewport={"width": 360, "height": 740}, color_scheme=scheme)
        page.evaluate(UNFOLD)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert min(page.evaluate(CONTRASTS).values()) >= 4.5
