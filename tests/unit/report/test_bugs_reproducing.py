"""Reproductions, run: in a process of their own, by the interpreter or compiler of the language."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lse_verify.audit.bug import Bug, Release
from lse_verify.audit.bug_measure import measured, state
from lse_verify.audit.reproduce import Place, reproduce, version_here
from lse_verify.audit.sightings import (
    Sighting,
    current,
    digest,
    read_sightings,
    write_sightings,
)
from lse_verify.errors import BadInput, ImplementationLoadError
from lse_verify.implementations.native.compilation import has_compiler
from lse_verify.oracle.ladder import Ladder


def _release(*bugs: Bug, **changed: Any) -> Release:
    parts: dict[str, Any] = {
        "library": "numpy",
        "title": "NumPy",
        "version": "2.4.6",
        "language": "Python",
        "bugs": list(bugs),
    }
    return Release(**parts | changed)


def _bug(code: str, **changed: Any) -> Bug:
    parts: dict[str, Any] = {
        "name": "it",
        "kind": "absorption",
        "implementations": ["numpy"],
        "function": "logsumexp",
        "formats": ["binary64"],
        "faults": ["digits"],
        "input": ["0", "-40"],
        "code": code,
        "prints": "0.0",
        "cause": "",
    }
    return Bug(**parts | changed)


def _silent(what: str, done: int, total: int) -> None:
    pass


def _run(bug: Bug, place: Place | None = None, **changed: Any) -> list[Sighting]:
    release = _release(bug, **changed)
    return list(reproduce([(release, bug)], place or Place(), 1, _silent))


def test_a_line_of_python_is_run_and_its_last_line_kept_with_the_version() -> None:
    (seen,) = _run(_bug("print('first'); print(0.0)"))
    assert (seen.printed, seen.ended) == ("0.0", "")
    assert seen.version == importlib.metadata.version("numpy")
    assert {"processor", "libc", "system"} <= seen.machine.keys()


def test_it_runs_elsewhere_than_here_and_without_this_package() -> None:
    code = "import os, sys; print('lse_verify' in sys.modules, os.listdir())"
    (seen,) = _run(_bug(code))
    assert seen.printed == "False []"


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("import os; os.abort()", "SIGABRT"),
        ("print(1); raise ValueError('no')", "exit code 1: ValueError: no"),
        ("import sys; sys.exit(3)", "exit code 3"),
    ],
)
def test_an_end_that_is_not_good_is_told(code: str, ended: str) -> None:
    (seen,) = _run(_bug(code))
    assert seen.ended == ended


def test_what_does_not_end_is_ended() -> None:
    (seen,) = _run(_bug("while True: pass"), Place(seconds=2))
    assert (seen.printed, seen.ended) == ("", "no end in 2 s")


def test_a_library_that_is_not_here_is_left_out() -> None:
    assert _run(_bug("print(0.0)"), library="nowhere") == []
    packages: dict[str, Any] = {"language": "JavaScript", "packages": ["@nobody/nothing"]}
    assert _run(_bug("print(0.0)"), library="nowhere", **packages) == []


def test_another_interpreter_runs_the_lines_in_python_alone() -> None:
    place = Place(python=sys.executable)
    (seen,) = _run(_bug("import sys; print(sys.executable)"), place)
    assert seen.printed == sys.executable
    assert version_here(_release(language="R", library="r_base"), place) is None
    with pytest.raises(ImplementationLoadError, match="no interpreter"):
        version_here(_release(), Place(python="no/such/python"))


@pytest.mark.skipif(not has_compiler(), reason="no C++ compiler (apt-get install g++)")
def test_a_program_is_built_and_run_or_its_failure_to_build_is_told() -> None:
    code = '#include <cstdio>\nint main() { std::printf("%.17g\\n", 0.5); }'
    # Any library that is here, in the place of one of C++.
    compiled: dict[str, Any] = {"language": "C++", "build": "c++ -O2 bug.cpp -o bug"}
    (seen,) = _run(_bug(code), **compiled)
    assert (seen.printed, seen.ended) == ("0.5", "")
    (broken,) = _run(_bug("int main() { return }"), **compiled)
    assert broken.ended.startswith("not built: ")
    (aborted,) = _run(_bug("#include <cstdlib>\nint main() { std::abort(); }"), **compiled)
    assert aborted.ended == "SIGABRT"


def _seen(bug: Bug, printed: str, ended: str = "") -> Sighting:
    return Sighting(
        library="numpy",
        bug=bug.name,
        code=digest(_release(bug), bug),
        version="9",
        machine={"system": "Linux"},
        printed=printed,
        ended=ended,
    )


@pytest.fixture(scope="module")
def ladder() -> Ladder:
    return Ladder()


State = Callable[[Bug, str], str]


@pytest.fixture
def told(ladder: Ladder) -> State:
    def tell(bug: Bug, printed: str) -> str:
        return state(bug, _seen(bug, printed), ladder)

    return tell


def test_what_was_not_run_is_told_so(ladder: Ladder) -> None:
    assert state(_bug(""), None, ladder) == "not run"


def test_a_bug_that_shows_itself_is_as_recorded(told: State) -> None:
    assert told(_bug(""), "0.0") == "as recorded"
    # Languages and compilers spell it in their own ways.
    assert told(_bug("", prints="-nan"), "NaN") == "as recorded"
    assert told(_bug("", prints="inf"), "Infinity") == "as recorded"
    assert told(_bug(""), "-0.0") == "otherwise"


def test_another_wrong_answer_is_otherwise_and_a_right_one_is_gone(told: State) -> None:
    # The truth is e^-40 - e^-80/2 + …, 4.2483542552915889863e-18.
    assert told(_bug(""), "4.2483542553e-18") == "otherwise"
    assert told(_bug(""), "4.248354255291589e-18") == "gone"
    assert told(_bug(""), "nan") == "otherwise"


def test_a_special_value_is_right_or_not(told: State) -> None:
    bug = _bug("", input=["-inf", "-inf"], prints="nan", faults=["special"])
    assert told(bug, "-inf") == "gone"
    assert told(bug, "inf") == "otherwise"
    assert told(bug, "nan") == "as recorded"


def test_beside_an_infinite_term_the_nearest_float_alone_is_right(told: State) -> None:
    lowest = "-1.7976931348623157e308"
    bug = _bug("", input=["-inf", lowest], prints="nan", faults=["special"])
    assert told(bug, "-inf") == "otherwise"
    assert told(bug, "-1.7976931348623155e308") == "otherwise"
    assert told(bug, lowest) == "gone"


def test_what_no_grade_blames_is_wrong_by_a_float(told: State) -> None:
    # So large an input, rounded otherwise, would change the answer as much: E is 0.512.
    excused: dict[str, Any] = {"function": "log_softmax", "input": ["1e15", "1e15"]}
    assert told(_bug("", prints="nan", faults=[], **excused), "-0.75") == "otherwise"
    assert told(_bug("", prints="nan", faults=["digits"], **excused), "-0.75") == "gone"
    assert told(_bug("", prints="nan", faults=[], **excused), "-0.6931471805599453") == "gone"


def test_a_number_that_varies_is_as_recorded_while_it_is_wrong(told: State) -> None:
    bug = _bug("", varies=True)
    assert told(bug, "1.5") == "as recorded"
    assert told(bug, "4.248354255291589e-18") == "gone"


def test_what_ends_otherwise_is_no_answer(ladder: Ladder) -> None:
    bug = _bug("")
    assert state(bug, _seen(bug, "", "exit code 1: no"), ladder) == "failed"
    assert state(bug, _seen(bug, "hello"), ladder) == "failed"
    aborts = _bug("", prints="", ends="SIGABRT")
    assert state(aborts, _seen(aborts, "", "SIGABRT"), ladder) == "as recorded"
    assert state(aborts, _seen(aborts, "4.248354255291589e-18"), ladder) == "gone"


def test_the_figures_are_the_judges(ladder: Ladder) -> None:
    found = measured(_bug(""), "0.0", ladder)
    assert found.truth == "4.2483542552915889863e-18"
    assert found.condition_text == "40"
    assert found.error_text.startswith("5.51e+15")


def test_sightings_are_read_as_they_were_written_machines_once_each(tmp_path: Path) -> None:
    first, second = _bug("print(1)", name="a"), _bug("print(2)", name="b")
    seen = [_seen(second, "2"), _seen(first, "1", "SIGABRT")]
    write_sightings(seen, tmp_path)
    assert sorted(read_sightings(tmp_path)) == [("numpy", "a"), ("numpy", "b")]
    assert read_sightings(tmp_path)["numpy", "b"] == seen[0]
    assert (tmp_path / "sightings.json").read_text().count("Linux") == 1
    before = (tmp_path / "sightings.json").read_bytes()
    write_sightings(reversed(seen), tmp_path)
    assert (tmp_path / "sightings.json").read_bytes() == before


def test_a_sighting_of_a_line_that_was_written_anew_is_no_longer_one(tmp_path: Path) -> None:
    bug = _bug("print(1)")
    write_sightings([_seen(bug, "1")], tmp_path)
    kept = read_sightings(tmp_path)
    assert len(current(kept, [_release(bug)])) == 1
    assert current(kept, [_release(_bug("print(2)"))]) == {}
    assert current(kept, [_release(_bug("print(1)", name="other"))]) == {}


def test_without_sightings_there_are_none_and_a_torn_file_is_refused(tmp_path: Path) -> None:
    assert read_sightings(tmp_path) == {}
    (tmp_path / "sightings.json").write_text('{"machines": [')
    with pytest.raises(BadInput, match="remove it"):
        read_sightings(tmp_path)
