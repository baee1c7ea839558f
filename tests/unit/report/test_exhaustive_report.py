"""The report of trying every input, of real runs."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path

import matplotlib.image
import msgspec
import numpy as np
import pytest
from PIL import Image

from lse_verify.audit.exhausted import Exhausted, map_of, write_codes
from lse_verify.audit.finding import Failure, Finding
from lse_verify.audit.ledger import Entry, Ledger, Skipped
from lse_verify.audit.verdict import verdict
from lse_verify.cli import main
from lse_verify.implementations.registry import select
from lse_verify.report.exhaustive import write_exhaustive
from lse_verify.report.exhaustive_figures import drawn
from lse_verify.report.words import file_name
from lse_verify.search.exhaust.run import Request, exhaust

Made = tuple[list[Ledger], Path]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Try softplus in bfloat16 and logaddexp in 8 bits, in a ledger each."""
    folder = tmp_path_factory.mktemp("exhaustive")
    functions, formats = ["softplus", "logaddexp"], ["bfloat16", "float8_e5m2"]
    chosen = [
        i
        for i in select(["ml_dtypes", "textbook.naive"], functions, formats)
        if i.function in functions
    ]
    lines = [i for i in chosen if i.function == "softplus"]
    planes = [i for i in chosen if i.function == "logaddexp"]
    ledgers = [
        exhaust(
            Request(f"make {fmt}", which, [fmt], 0, Path.cwd()),
            folder / fmt / "ledger.jsonl",
            _silent,
        )
        for which, fmt in ((lines, "bfloat16"), (planes, "float8_e5m2"))
    ]
    return ledgers, write_exhaustive(ledgers, folder)


def _silent(what: str, done: int, total: int) -> None:
    pass


def _entries(ledgers: list[Ledger]) -> list[Entry]:
    return [entry for ledger in ledgers for entry in ledger.entries]


def _section(text: str, heading: str) -> str:
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_it_has_a_row_an_implementation_with_the_largest_error_of_the_ledgers(made: Made) -> None:
    ledgers, report = made
    text = report.read_text()
    assert {e.cell.function for e in _entries(ledgers)} == {"softplus", "logaddexp"}
    for entry in _entries(ledgers):
        worst = entry.finding.worst_error
        assert worst is not None
        assert worst.arguments is not None
        row = next(
            line
            for line in _section(text, f"{entry.cell.function}, {entry.cell.format}").splitlines()
            if line.startswith(f"| `{entry.cell.implementation}` |")
        )
        assert f"| {worst.size:.10g} |" in row
        assert "; ".join(worst.arguments) in row
    assert "65,536 inputs" in text


def test_its_summary_has_verdict_and_largest_error_of_every_space(made: Made) -> None:
    ledgers, report = made
    header, _, *rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in _section(report.read_text(), "Summary").splitlines()
        if line.startswith("|")
    ]
    shown = {(row[0], row[1].strip("`")): dict(zip(header, row, strict=True)) for row in rows}
    assert len(shown) == len(rows)
    for entry in _entries(ledgers):
        cell = shown[entry.cell.function, entry.cell.implementation][entry.cell.format]
        word, error = cell.split("<br>")
        assert word.strip("*") == verdict(entry.finding).word
        assert error.endswith("\u00a0ulp")
    assert shown["logaddexp", "textbook.naive"]["bfloat16"] == "–"


def test_every_link_leads_to_a_heading_or_a_file(made: Made) -> None:
    _, report = made
    text = report.read_text()
    # As GitHub makes them: lower case, spaces as hyphens, no other marks than - and _.
    anchors = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    links = re.findall(r"\]\(([^)]+)\)", text) + re.findall(r'(?:href|src)="([^"]+)"', text)
    assert {"#softplus-bfloat16", "#logaddexp-float8_e5m2", "#how-to-read-it"} <= set(links)
    for link in links:
        assert link[1:] in anchors if link.startswith("#") else (report.parent / link).is_file()


def test_its_figures_are_there_and_maps_have_a_cell_a_pair(made: Made) -> None:
    ledgers, report = made
    names = {path.name for path in (report.parent / "figures").iterdir()}
    planes = [e for e in _entries(ledgers) if e.cell.function == "logaddexp"]
    maps = {f"map-logaddexp-float8_e5m2-{e.cell.implementation}.png" for e in planes}
    assert names == {"line-softplus-bfloat16.svg", "colours.svg", *maps}
    for name in names:
        assert f"figures/{name}" in report.read_text()
    for entry in planes:
        assert entry.finding.exhausted is not None
        codes = map_of(entry.finding.exhausted)
        assert codes is not None
        assert codes.shape == (256, 256)
    assert matplotlib.image.imread(report.parent / "figures" / min(maps)).shape[0] > 1024


def test_a_map_is_shown_small_and_links_to_the_whole_of_it(made: Made) -> None:
    _, report = made
    file = "figures/map-logaddexp-float8_e5m2-ml_dtypes.png"
    small = rf'<a href="{file}"><img src="{file}" width="200" alt="[^"]+"></a>'
    assert re.search(small, report.read_text())


def test_ledgers_in_any_order_give_the_same_bytes(made: Made, tmp_path: Path) -> None:
    ledgers, report = made
    again = write_exhaustive(ledgers[::-1], tmp_path)
    files = sorted(path.relative_to(report.parent) for path in report.parent.glob("figures/*"))
    assert again.read_bytes() == report.read_bytes()
    for file in files:
        assert (tmp_path / file).read_bytes() == (report.parent / file).read_bytes()


def test_it_says_of_each_ledger_what_made_it_and_once_what_made_all(made: Made) -> None:
    ledgers, report = made
    made_by = _section(report.read_text(), "How this was made")
    for ledger in ledgers:
        assert f"```sh\n{ledger.header.command}\n```" in made_by
        assert ledger.digest in made_by
    assert made_by.count("| python |") == 1
    assert made_by.count("| processor |") == 1
    assert made_by.index("| processor |") < made_by.index("### Ledger 1 of 2")


def test_one_ledger_says_all_that_made_it_together(made: Made, tmp_path: Path) -> None:
    ledgers, _ = made
    made_by = _section(write_exhaustive(ledgers[:1], tmp_path).read_text(), "How this was made")
    assert "in all" not in made_by
    assert "### Ledger" not in made_by
    for fact in ("python", "processor", "digest of the findings (SHA-256)"):
        assert made_by.count(f"| {fact} |") == 1


def test_a_library_that_was_wanted_and_is_not_here_is_told(made: Made, tmp_path: Path) -> None:
    ledgers, _ = made
    header = msgspec.structs.replace(
        ledgers[0].header, skipped=[Skipped("jax", "not installed (pip install jax)")]
    )
    odd = Ledger(header, ledgers[0].entries)
    text = write_exhaustive([odd], tmp_path).read_text()
    assert "| skipped: jax | not installed (pip install jax) |" in text


def test_figures_of_an_earlier_report_are_removed(made: Made, tmp_path: Path) -> None:
    ledgers, _ = made
    (tmp_path / "figures").mkdir()
    stale, other = (tmp_path / "figures" / name for name in ("map-a-b-c.png", "mine.png"))
    stale.touch()
    other.touch()
    write_exhaustive(ledgers, tmp_path)
    assert not stale.exists()
    assert other.exists()


def test_a_name_that_is_a_path_makes_no_folder(made: Made, tmp_path: Path) -> None:
    ledgers, _ = made
    entry = next(e for e in _entries(ledgers) if e.cell.function == "logaddexp")
    cell = msgspec.structs.replace(entry.cell, implementation="../mine|.py:f")
    odd = Ledger(ledgers[1].header, [msgspec.structs.replace(entry, cell=cell)])
    report = write_exhaustive([odd], tmp_path / "out")
    figures = {figure.name for figure in (tmp_path / "out" / "figures").iterdir()}
    assert figures == {"colours.svg", f"map-logaddexp-float8_e5m2-{file_name('../mine|.py:f')}.png"}
    assert not any("/" in figure for figure in figures)
    assert "`../mine\\|.py:f`" in report.read_text()
    assert "<code>../mine|.py:f</code>" in report.read_text()


def test_an_implementation_that_crashed_is_told_and_has_no_numbers(
    made: Made, tmp_path: Path
) -> None:
    ledgers, _ = made
    entry = ledgers[0].entries[0]
    failed = Finding(failure=Failure(kind="crash", words="ended with signal 11"))
    odd = Ledger(ledgers[0].header, [msgspec.structs.replace(entry, finding=failed)])
    text = write_exhaustive([odd], tmp_path).read_text()
    name = entry.cell.implementation
    assert f"| softplus | `{name}` | **wrong**<br>crash |" in text
    assert f"- `{name}`: crash: ended with signal 11" in text
    assert "What it took" not in text


def test_nothing_of_a_map_is_cut_off_at_its_edges(made: Made) -> None:
    ledgers, _ = made
    entry = next(e for e in _entries(ledgers) if e.cell.function == "logaddexp")
    # All classes, so that the legend has every word it can have.
    errors = np.array([-1.0, np.inf, *2.0 ** np.arange(-4, 15)])
    rows = {row: write_codes(np.resize(errors, row + 1)) for row in range(256)}
    whole = msgspec.structs.replace(entry, finding=Finding(exhausted=Exhausted(rows=rows)))
    (drawing,) = drawn("logaddexp", "float8_e5m2", [whole])
    pixels = np.asarray(Image.open(io.BytesIO(drawing.content)).convert("RGB"))
    edges = (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:])
    assert all((edge == 255).all() for edge in edges)


def _report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["lse-verify", "report", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    assert ended.value.code is None or isinstance(ended.value.code, int)
    return ended.value.code or 0, said.out, said.err


def test_the_report_command_writes_it_again(
    made: Made,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, report = made
    ledger = report.parent / "bfloat16" / "ledger.jsonl"
    code, out, _ = _report(monkeypatch, capsys, str(ledger), "--out", str(tmp_path))
    assert code == 0
    assert "softplus bfloat16: all 65,536 inputs" in out
    assert (tmp_path / "report.md").read_text().startswith("# Every input")


def test_the_report_command_makes_one_of_several_ledgers_in_any_order(
    made: Made,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, report = made
    ledgers = [str(report.parent / fmt / "ledger.jsonl") for fmt in ("bfloat16", "float8_e5m2")]
    said = []
    for order in itertools.permutations(ledgers):
        code, out, _ = _report(monkeypatch, capsys, *order, "--out", str(tmp_path))
        assert code == 0
        said.append(out)
        assert (tmp_path / "report.md").read_bytes() == report.read_bytes()
    assert said[0] == said[1]
    assert "softplus bfloat16" in said[0]
    assert "logaddexp float8_e5m2" in said[0]


def test_several_ledgers_need_a_folder_for_their_report(
    made: Made, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, report = made
    ledgers = [str(report.parent / fmt / "ledger.jsonl") for fmt in ("bfloat16", "float8_e5m2")]
    code, out, err = _report(monkeypatch, capsys, *ledgers)
    assert (code, out) == (2, "")
    assert "2 ledgers have no folder in common; say where their report goes: --out DIR" in err


def test_measurements_of_bench_among_ledgers_are_refused(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, report = made
    ledger = str(report.parent / "bfloat16" / "ledger.jsonl")
    code, out, err = _report(
        monkeypatch, capsys, ledger, "measurements.json", "--out", str(tmp_path / "out")
    )
    assert (code, out) == (2, "")
    assert "'measurements.json' is no ledger; only ledgers of exhaust make one report" in err
    assert not (tmp_path / "out").exists()
