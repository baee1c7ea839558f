from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.standing import standings
from lse_verify.errors import OutputError
from lse_verify.report import write_report
from lse_verify.report.figures import drawings

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]


@pytest.fixture
def two(ledger: Make, entry: MakeEntry) -> Ledger:
    return ledger(entry("alpha"), entry("beta.fast"))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_ledger_gives_the_same_bytes(two: Ledger, tmp_path: Path) -> None:
    write_report(two, tmp_path / "first")
    write_report(two, tmp_path / "second")
    assert _files(tmp_path / "first") == _files(tmp_path / "second")


def test_the_report_is_where_it_says(two: Ledger, tmp_path: Path) -> None:
    assert write_report(two, tmp_path / "new" / "folder").read_text().startswith("# ")


def test_figures_of_an_earlier_report_are_removed(two: Ledger, tmp_path: Path) -> None:
    stale = tmp_path / "figures" / "errors-softmax.svg"
    stale.parent.mkdir()
    stale.write_text("<svg/>")
    write_report(two, tmp_path)
    assert not stale.exists()


def test_a_picture_that_is_not_the_reports_stays(two: Ledger, tmp_path: Path) -> None:
    other = tmp_path / "figures" / "holiday.svg"
    other.parent.mkdir()
    other.write_text("<svg/>")
    write_report(two, tmp_path)
    assert other.exists()


def test_every_figure_is_shown_and_every_figure_shown_is_there(two: Ledger, tmp_path: Path) -> None:
    text = write_report(two, tmp_path).read_text()
    shown = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text)
    assert sorted(shown) == sorted(f for f in _files(tmp_path) if f.startswith("figures/"))
    assert shown


def test_nothing_is_left_but_the_report_and_its_figures(two: Ledger, tmp_path: Path) -> None:
    write_report(two, tmp_path)
    names = {name for name in _files(tmp_path) if not name.startswith("figures/")}
    assert names == {"report.md"}


def test_figures_are_well_formed_and_name_no_path(two: Ledger, tmp_path: Path) -> None:
    write_report(two, tmp_path)
    for path in (tmp_path / "figures").iterdir():
        root = ElementTree.fromstring(path.read_text())
        assert root.tag.endswith("svg")
        assert not re.search(r"/(home|tmp|root|usr|work)/", path.read_text())


def test_figures_have_an_opaque_background(two: Ledger, tmp_path: Path) -> None:
    write_report(two, tmp_path)
    for path in (tmp_path / "figures").iterdir():
        background = re.search(r'id="patch_1".*?style="([^"]*)"', path.read_text(), re.DOTALL)
        assert background is not None
        assert "fill: #ffffff" in background[1]


def test_drawing_leaves_no_state_in_matplotlib(two: Ledger, tmp_path: Path) -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    write_report(two, tmp_path)
    assert dict(mpl.rcParams) == before


def test_matplotlib_is_not_imported_before_a_figure_is_drawn() -> None:
    code = "import sys, lse_verify.report; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_a_name_too_long_for_a_margin_is_cut_in_figures_only(
    ledger: Make, entry: MakeEntry, tmp_path: Path
) -> None:
    name = "a/folder/" * 20 + "mine.py:logsumexp"
    assert name in write_report(ledger(entry(name)), tmp_path).read_text()
    assert len(drawings(standings(ledger(entry(name))))) == 3


def test_a_folder_that_cannot_be_made_is_one_line(two: Ledger, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="--out DIR"):
        write_report(two, tmp_path / "taken")


def test_a_ledger_whose_only_finding_is_a_crash_has_a_report(
    ledger: Make, entry: MakeEntry, tmp_path: Path
) -> None:
    from lse_verify.audit.finding import Failure, Finding

    crash = Finding(rows=10, failure=Failure(kind="crash", words="signal 11 | in <libm>"))
    text = write_report(ledger(entry(shown=crash)), tmp_path).read_text()
    assert "crash: signal 11 &#124; in &lt;libm&gt;" in text
