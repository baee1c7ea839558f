"""The report of bugs, and which grades of ledgers nobody has written up."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lse_verify.audit.bug import Bug, Excuse, Release
from lse_verify.audit.finding import Failure, Finding, Tally
from lse_verify.audit.ledger import Entry, Ledger, encode
from lse_verify.audit.sightings import Key, Sighting, digest
from lse_verify.audit.witness import Witness
from lse_verify.cli import main
from lse_verify.report.bugs import Dossier, dossier, render, write_bugs
from lse_verify.report.bugs_grades import grades, uncovered

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]
MakeFinding = Callable[..., Finding]
MakeWitness = Callable[..., Witness]


def bug(**changed: Any) -> Bug:
    parts: dict[str, Any] = {
        "name": "absorption",
        "kind": "absorption",
        "implementations": ["alpha", "alpha.fast"],
        "function": "logsumexp",
        "formats": ["binary64", "binary32"],
        "faults": ["digits"],
        "input": ["0", "-40"],
        "code": "import alpha; print(alpha.logsumexp([0, -40]))",
        "prints": "0.0",
        "cause": "log(1 + x) | x is small.",
        "issues": ["alpha#12"],
    }
    return Bug(**parts | changed)


def release(*bugs: Bug, **changed: Any) -> Release:
    parts: dict[str, Any] = {
        "library": "alpha",
        "title": "Alpha*",
        "version": "1.2",
        "language": "Python",
        "bugs": list(bugs),
    }
    return Release(**parts | changed)


def sighting(of: Release, shown: Bug, printed: str) -> Sighting:
    return Sighting(
        library=of.library,
        bug=shown.name,
        code=digest(of, shown),
        version="1.3",
        machine={"processor": "a processor", "system": "Linux x86_64"},
        printed=printed,
    )


def _seen(*sightings: Sighting) -> dict[Key, Sighting]:
    return {(s.library, s.bug): s for s in sightings}


@pytest.fixture
def unstable(finding: MakeFinding) -> Finding:
    return finding(not_weak=Tally(tested=10, count=2))


@pytest.fixture
def graded(
    ledger: Make,
    entry: MakeEntry,
    finding: MakeFinding,
    unstable: Finding,
    witness: MakeWitness,
) -> Ledger:
    """Return a ledger with one that is good, and faults of several kinds."""
    nan = Tally(tested=10, count=1, witness=witness(got="nan", truth="1"))
    bound = {"upper bound": Tally(tested=10, count=2, excused=1, witness=witness(note="beyond"))}
    died = Finding(failure=Failure(kind="crash", words="SIGSEGV"))
    return ledger(
        entry("good"),
        entry("alpha", shown=unstable),
        entry("alpha", regime="special", shown=finding(special=nan)),
        entry("beta.fast", "softmax", "binary32", shown=finding(spurious_nan=nan)),
        entry("beta.fast", "softmax", "binary32", "ties", shown=finding(violations=bound)),
        entry("gamma", shown=died),
    )


def test_what_is_wrong_or_unstable_is_found_with_each_of_its_faults(graded: Ledger) -> None:
    found = {grade.key: [*grade.faults] for grade in grades([graded])}
    assert found == {
        ("alpha", "logsumexp", "binary64"): ["digits", "special"],
        ("beta.fast", "softmax", "binary32"): ["nan", "bound"],
        ("gamma", "logsumexp", "binary64"): ["crash"],
    }


def test_what_is_excused_is_no_fault(ledger: Make, entry: MakeEntry, finding: MakeFinding) -> None:
    excused = {"upper bound": Tally(tested=10, count=2, excused=2)}
    assert grades([ledger(entry(shown=finding(violations=excused)))]) == []


def test_textbook_algorithms_and_users_own_are_no_releases(graded: Ledger) -> None:
    rows = [msgspec.structs.replace(r, kind="textbook") for r in graded.header.implementations]
    header = msgspec.structs.replace(graded.header, implementations=rows)
    assert grades([Ledger(header, graded.entries)]) == []


def test_a_fault_is_covered_by_what_says_so_and_by_nothing_else(graded: Ledger) -> None:
    (first, *rest) = uncovered([graded], [release(bug())])
    assert [*first[1]] == ["special"]
    assert [grade.key[0] for grade, _ in rest] == ["beta.fast", "gamma"]
    special = bug(name="special", faults=["special"])
    assert len(uncovered([graded], [release(bug(), special)])) == 2
    excuse = Excuse(
        implementations=["*"],
        function="*",
        formats=["*"],
        faults=["special", "nan", "bound", "crash"],
        why="",
    )
    assert uncovered([graded], [release(bug(), excuses=[excuse])]) == []


def test_the_input_that_is_shown_is_of_the_very_fault(graded: Ledger) -> None:
    found = {grade.key[0]: grade.faults for grade in grades([graded])}
    assert found["beta.fast"]["nan"] is not None
    assert found["beta.fast"]["nan"].witness.got == "nan"
    assert found["beta.fast"]["bound"] is not None
    assert found["beta.fast"]["bound"].witness.note == "beyond"
    assert found["gamma"]["crash"] is None


@pytest.fixture
def full(graded: Ledger) -> Dossier:
    of = release(
        bug(),
        bug(name="gone", input=["0", "-50"]),
        bug(name="otherwise", input=["0", "-60"]),
        bug(name="away", kind="branch", input=["inf", "nan"], prints="inf", faults=["special"]),
        bug(name="dies", prints="", ends="SIGABRT", faults=["crash"]),
    )
    seen = [
        sighting(of, of.bugs[0], "0.0"),
        sighting(of, of.bugs[1], "1.9287498479639178e-22"),
        sighting(of, of.bugs[2], "1e-20"),
    ]
    return dossier([of], _seen(*seen), [graded])


@pytest.fixture
def text(full: Dossier) -> str:
    return render(full, "lse-verify bugs")


def test_a_block_has_all_that_a_tracker_needs(text: str) -> None:
    (block,) = re.findall(
        r"```python\n(# Alpha\* 1\.2: logsumexp\(0, -40\).*?)```", text, re.DOTALL
    )[:1]
    assert block == textwrap.dedent(
        """\
        # Alpha* 1.2: logsumexp(0, -40) in binary64
        import alpha; print(alpha.logsumexp([0, -40]))
        # prints 0.0
        # truth  4.2483542552915889863e-18, off by 5.51e15 ulp at condition number 40
        """
    )


def test_a_block_of_another_language_is_commented_in_it_and_says_how_it_is_built() -> None:
    of = release(bug(code="int main() {}\n"), language="C++", build="c++ bug.cpp -o bug")
    written = render(dossier([of], {}, []), "it")
    assert "```cpp\n// Alpha* 1.2: " in written
    assert "\n// $ c++ bug.cpp -o bug && ./bug\nint main() {}\n// prints 0.0\n" in written


def test_code_with_fences_of_its_own_stays_in_its_block() -> None:
    written = render(dossier([release(bug(code="print('```')"))], {}, []), "it")
    assert "````python\n" in written


def test_it_says_what_was_not_as_recorded(text: str) -> None:
    assert "Of 5 lines 3 were run: 1 showed what is written here." in text
    assert "**No longer**: 1.3 gives `1.9287498479639178e-22`, which is right." in text
    assert "**Otherwise**: 1.3 gives `1e-20`, which is wrong too." in text
    assert text.count("Not run: the library was not there.") == 2
    assert text.index("## No longer as written") < text.index('<a id="alpha"></a>')


def test_an_input_that_is_no_number_has_no_error_in_ulps(text: str) -> None:
    assert "# prints inf\n# truth  nan\n" in text


def test_an_end_is_what_it_gives(text: str) -> None:
    assert "# ends by SIGABRT\n# truth  4.2483542552915889863e-18\n" in text
    assert "| `SIGABRT` |" in text


def test_what_is_not_written_up_is_listed_with_the_line_that_replays_it(text: str) -> None:
    part = text.partition("## Not yet written up")[2].partition('<a id="alpha">')[0]
    assert "| `beta.fast` | softmax | binary32 | wrong | NaN where the truth is a number |" in part
    assert "`lse-verify explain -i beta.fast -f softmax --format binary32 -- " in part
    assert "| `gamma` | logsumexp | binary64 | wrong | the process ended | – | SIGSEGV |" in part
    # What is written up is not there, and a fault of the same grade that is not, is.
    assert "| `alpha` | logsumexp | binary64 | wrong | a wrong special value |" not in part
    assert "`alpha`" not in part


def test_every_grade_is_told_with_the_bugs_that_account_for_it(text: str) -> None:
    assert "| `alpha` | logsumexp | wrong: [1](#alpha-1), [2](#alpha-2), " in text


def test_where_nothing_is_left_nothing_is_listed(ledger: Make, entry: MakeEntry) -> None:
    written = render(dossier([release(bug())], {}, [ledger(entry())]), "it")
    assert "Not yet written up" not in written
    assert "0 grades of libraries wrong or unstable: all written up." in written


def test_without_ledgers_it_says_that_nothing_is_known_of_the_rest() -> None:
    assert "No ledgers were given" in render(dossier([release(bug())], {}, []), "it")


def test_every_link_leads_somewhere_and_every_row_has_all_its_cells(text: str) -> None:
    anchors = set(re.findall(r'<a id="([^"]+)">', text))
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert links
    assert set(links) <= anchors
    width = 0
    for line in text.splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert not cells or not width or cells == width
        width = cells


def test_what_is_written_is_escaped(text: str) -> None:
    assert "## Alpha\\* 1.2" in text
    assert "log(1 + x) &#124; x is small. The same in binary32 and of `alpha.fast`." in text


def test_the_same_gives_the_same_bytes(full: Dossier, tmp_path: Path) -> None:
    first = write_bugs(full, tmp_path / "a", "it").read_bytes()
    assert write_bugs(full, tmp_path / "b", "it").read_bytes() == first


TOML = """
library = "numpy"
title = "NumPy"
version = "2.4.6"
language = "Python"

[[bug]]
name = "fold"
class = "accumulator"
implementations = ["numpy.reduce"]
function = "logsumexp"
formats = ["binary64"]
faults = ["bound"]
input = ["0", "-40"]
code = "print(0.0)"
prints = "0.0"
cause = "A fold."
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: Any) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["lse-verify", "bugs", *map(str, arguments)])
        monkeypatch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        code = ended.value.code
        assert code is None or isinstance(code, int)
        return code or 0, said.out, said.err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "numpy.toml").write_text(TOML)
    return tmp_path


def test_a_wrong_call_writes_nothing(folder: Path, run: Run) -> None:
    code, out, err = run("--python", "no-such/python", "--out", folder)
    assert (code, out) == (2, "")
    assert "no interpreter" in err
    assert [path.name for path in folder.iterdir()] == ["numpy.toml"]


def test_the_command_runs_the_lines_and_writes_the_report(
    folder: Path, run: Run, graded: Ledger
) -> None:
    ledger = folder / "ledger.jsonl"
    ledger.write_bytes(encode(graded))
    code, out, err = run(ledger, "--out", folder)
    assert (code, err) == (0, "")
    assert "not written up: gamma logsumexp binary64: the process ended" in out
    assert max(map(len, out.partition("not written up")[0].splitlines())) <= 80
    report = (folder / "report.md").read_text()
    assert report.startswith("# Bugs in current releases\n")
    assert "All of these lines were run" in report
    assert (folder / "sightings.json").is_file()
    # Rendering again needs no running again.
    assert run(ledger, "--no-run", "--out", folder)[0] == 0
    assert (folder / "report.md").read_text().replace(" --no-run", "") == report


def test_a_bug_that_no_longer_shows_is_told_and_ends_with_1_and_does_not_vanish(
    folder: Path, run: Run
) -> None:
    fixed = TOML.replace("print(0.0)", "print(4.248354255291589e-18)")
    (folder / "numpy.toml").write_text(fixed)
    code, out, err = run("--out", folder)
    assert (code, err) == (1, "")
    assert "gone: numpy/fold showed 4.248354255291589e-18" in out
    assert "**NumPy 1: accumulator**" in (folder / "report.md").read_text()


def test_a_sighting_from_elsewhere_is_kept_where_the_library_is_not_here(
    folder: Path, run: Run
) -> None:
    run("--out", folder)
    before = (folder / "sightings.json").read_bytes()
    other = TOML.replace('"numpy"', '"nowhere"').replace("NumPy", "Nowhere")
    (folder / "nowhere.toml").write_text(other)
    (folder / "sightings.json").write_bytes(before.replace(b'"numpy"', b'"nowhere"'))
    code, _, _ = run("--out", folder)
    assert code == 0
    kept = (folder / "sightings.json").read_text()
    assert '"nowhere"' in kept
    assert '"numpy"' in kept


def test_json_is_for_programs(folder: Path, run: Run, graded: Ledger) -> None:
    (folder / "ledger.jsonl").write_bytes(encode(graded))
    code, out, _ = run(folder / "ledger.jsonl", "--json", "--out", folder)
    told = json.loads(out)
    assert code == 0
    (one,) = told["bugs"]
    assert (one["class"], one["state"]) == ("accumulator", "as recorded")
    assert one["truth"] == "4.2483542552915889863e-18"
    assert {row["fault"] for row in told["not_written_up"]} >= {"crash", "nan"}


def test_a_library_that_is_not_written_up_is_refused(folder: Path, run: Run) -> None:
    code, _, err = run("--library", "nunpy", "--out", folder)
    assert code == 2
    assert "did you mean 'numpy'" in err
