"""The report of trying every input, of real runs."""

from __future__ import annotations

from pathlib import Path

import matplotlib.image
import msgspec
import pytest

from lse_verify.audit.exhausted import map_of
from lse_verify.audit.ledger import Ledger
from lse_verify.cli import main
from lse_verify.implementations.registry import select
from lse_verify.report.exhaustive import write_exhaustive
from lse_verify.search.exhaust.run import Request, exhaust


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ledger, Path]:
    folder = tmp_path_factory.mktemp("exhaustive")
    functions, formats = ["softplus", "logaddexp"], ["bfloat16", "float8_e5m2"]
    chosen = [
        i
        for i in select(["ml_dtypes", "textbook.naive"], functions, formats)
        if i.function in functions
    ]
    lines = [i for i in chosen if i.function == "softplus"]
    planes = [i for i in chosen if i.function == "logaddexp"]
    parts = [
        exhaust(Request("", which, [fmt], 0, Path.cwd()), folder / fmt / "ledger.jsonl", _silent)
        for which, fmt in ((lines, "bfloat16"), (planes, "float8_e5m2"))
    ]
    ledger = Ledger(parts[0].header, [entry for part in parts for entry in part.entries])
    return ledger, write_exhaustive(ledger, folder)


def _silent(what: str, done: int, total: int) -> None:
    pass


def test_it_has_a_row_an_implementation_with_the_largest_error_of_the_ledger(
    made: tuple[Ledger, Path],
) -> None:
    ledger, report = made
    text = report.read_text()
    assert {e.cell.function for e in ledger.entries} == {"softplus", "logaddexp"}
    for entry in ledger.entries:
        worst = entry.finding.worst_error
        assert worst is not None
        assert worst.arguments is not None
        row = next(
            line
            for line in text.split(f"## {entry.cell.function}, {entry.cell.format}")[1].splitlines()
            if line.startswith(f"| `{entry.cell.implementation}` |")
        )
        assert f"| {worst.size:.10g} |" in row
        assert "; ".join(worst.arguments) in row
    assert "65,536 inputs" in text


def test_its_figures_are_there_and_maps_have_a_cell_a_pair(made: tuple[Ledger, Path]) -> None:
    ledger, report = made
    names = {path.name for path in (report.parent / "figures").iterdir()}
    planes = [e for e in ledger.entries if e.cell.function == "logaddexp"]
    maps = {f"map-logaddexp-float8_e5m2-{e.cell.implementation}.png" for e in planes}
    assert names == {"line-softplus-bfloat16.svg", *maps}
    for name in names:
        assert f"](figures/{name})" in report.read_text()
    for entry in planes:
        assert entry.finding.exhausted is not None
        codes = map_of(entry.finding.exhausted)
        assert codes is not None
        assert codes.shape == (256, 256)
    assert matplotlib.image.imread(report.parent / "figures" / min(maps)).shape[0] > 1024


def test_the_same_ledger_gives_the_same_bytes(made: tuple[Ledger, Path], tmp_path: Path) -> None:
    ledger, report = made
    again = write_exhaustive(ledger, tmp_path)
    files = sorted(path.relative_to(report.parent) for path in report.parent.glob("figures/*"))
    assert again.read_bytes() == report.read_bytes()
    for file in files:
        assert (tmp_path / file).read_bytes() == (report.parent / file).read_bytes()


def test_a_name_that_is_a_path_makes_no_folder(made: tuple[Ledger, Path], tmp_path: Path) -> None:
    ledger, _ = made
    entry = next(e for e in ledger.entries if e.cell.function == "logaddexp")
    cell = msgspec.structs.replace(entry.cell, implementation="../mine|.py:f")
    odd = Ledger(ledger.header, [msgspec.structs.replace(entry, cell=cell)])
    report = write_exhaustive(odd, tmp_path / "out")
    (figure,) = (tmp_path / "out" / "figures").iterdir()
    assert figure.name == "map-logaddexp-float8_e5m2-..-mine-.py-f.png"
    assert "`../mine\\|.py:f`" in report.read_text()


def test_the_report_command_writes_it_again(
    made: tuple[Ledger, Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, report = made
    ledger = report.parent / "bfloat16" / "ledger.jsonl"
    monkeypatch.setattr("sys.argv", ["lse-verify", "report", str(ledger), "--out", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    said = capsys.readouterr().out
    assert "softplus bfloat16: all 65,536 inputs" in said
    assert (tmp_path / "report.md").read_text().startswith("# Every input")
