"""The bugs that are written up in reports/bugs: do they say what is so?"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pytest

from lse_verify.audit.bug import Bug, Release, identity, read_release, read_releases
from lse_verify.audit.bug_measure import state
from lse_verify.audit.reproduce import Place, reproduce, version_here
from lse_verify.audit.sightings import Sighting, current, digest, read_sightings
from lse_verify.audit.together import read_all
from lse_verify.audit.witness import read_number, spell
from lse_verify.formats import Format
from lse_verify.implementations.registry import libraries
from lse_verify.oracle.ladder import Ladder
from lse_verify.report.bugs_grades import uncovered

REPORTS = Path(__file__).parents[3] / "reports"
FOLDER = REPORTS / "bugs"
RELEASES = read_releases(FOLDER)
WRITTEN = [(release, bug) for release in RELEASES for bug in release.bugs]
IDS = [identity(release, bug) for release, bug in WRITTEN]

_NUMBER = re.compile(r"(?<![\w.])(0x[\da-f.]+p[+-]?\d+|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+)f?\b", re.I)
_INFINITY = re.compile(r"inf", re.I)


@pytest.fixture(scope="module")
def ladder() -> Ladder:
    return Ladder()


def test_a_file_is_called_by_its_library() -> None:
    for path in FOLDER.glob("*.toml"):
        assert read_release(path).library == path.stem


@pytest.mark.parametrize(("release", "bug"), WRITTEN, ids=IDS)
def test_the_code_has_the_numbers_of_the_input(release: Release, bug: Bug) -> None:
    fmt = bug.subject[1]
    there = {spell(v) for v in _in_format(fmt, map(float, _numbers(bug.code)))}
    if "zeros" in bug.code:
        there.add(spell(0.0))
    for number in _in_format(fmt, _asked(bug)):
        if np.isnan(number):
            assert "nan" in bug.code.lower()
        elif np.isinf(number):
            assert _INFINITY.search(bug.code)
        else:
            assert spell(abs(number)) in there


def _asked(bug: Bug) -> list[float]:
    items = (item.partition("*")[0] for text in bug.input for item in text.split(","))
    return [read_number(item) for item in items if item]


def _numbers(code: str) -> Iterator[float]:
    for found in _NUMBER.findall(code):
        yield read_number(found.rstrip("fF") if "0x" not in found.lower() else found)


def _in_format(fmt: Format, values: Iterator[float] | list[float]) -> list[float]:
    cast = fmt.cast(np.array(list(values), dtype=np.float64))
    return [float(value) for value in cast.astype(np.float64)]


@pytest.mark.parametrize(("release", "bug"), WRITTEN, ids=IDS)
def test_what_is_recorded_is_wrong(release: Release, bug: Bug, ladder: Ladder) -> None:
    other = Bug(**{n: getattr(bug, n) for n in bug.__struct_fields__} | {"prints": "no number"})
    seen = Sighting(
        library=release.library,
        bug=bug.name,
        code=digest(release, bug),
        version="",
        machine={},
        printed=bug.prints,
    )
    assert bug.ends or state(other, seen, ladder) in ("otherwise", "as recorded")


def test_the_implementations_are_those_of_libraries_that_are_known() -> None:
    known = [i for library in libraries().values() for i in library.implementations]
    for release, bug in WRITTEN:
        if release.library not in libraries():
            continue
        own = [i for i in known if i.function == bug.function]
        # Not each has each of the formats, but none is named in vain.
        for pattern in bug.implementations:
            meant = [i for i in own if fnmatchcase(i.name, pattern)]
            offered = {fmt for i in meant for fmt in i.formats}
            assert offered & set(bug.formats), (identity(release, bug), pattern)
        meant = [i for i in own if any(fnmatchcase(i.name, p) for p in bug.implementations)]
        offered = {fmt for i in meant for fmt in i.formats}
        assert set(bug.formats) <= offered, identity(release, bug)


def test_issues_are_references_and_no_links() -> None:
    for _, bug in WRITTEN:
        assert all(re.fullmatch(r"[\w-]+#\d+", issue) for issue in bug.issues)


def test_a_line_of_a_script_is_one_line() -> None:
    for release, bug in WRITTEN:
        assert release.build or "\n" not in bug.code


def test_what_was_seen_is_of_the_lines_as_they_are_written() -> None:
    seen = read_sightings(FOLDER)
    assert current(seen, RELEASES) == seen


def test_the_committed_ledgers_have_nothing_of_these_libraries_that_is_not_written_up() -> None:
    folders = ("audit", "libraries/*", "exhaustive/*")
    paths = [path for folder in folders for path in REPORTS.glob(f"{folder}/ledger.jsonl")]
    written = {release.library for release in RELEASES}
    left = [
        (*grade.key, fault)
        for grade, faults in uncovered(read_all(paths), RELEASES)
        for fault in faults
        if grade.row.library in written
    ]
    assert left == []


RUN = [
    # Stan takes seconds to compile, for each of its lines.
    pytest.param(*pair, marks=pytest.mark.slow if pair[0].build else (), id=identity(*pair))
    for pair in WRITTEN
]


@pytest.mark.parametrize(("release", "bug"), RUN)
def test_the_line_shows_what_is_recorded(release: Release, bug: Bug, ladder: Ladder) -> None:
    version = version_here(release, Place())
    if version is None:
        pytest.skip(f"{release.title} is not here")
    if version != release.version:
        pytest.skip(f"{release.title} is here in version {version}, not {release.version}")
    (seen,) = reproduce([(release, bug)], Place(), 1, lambda *_: None)
    assert state(bug, seen, ladder) == "as recorded", (seen.printed, seen.ended)


def test_the_lines_of_this_environment_are_not_all_skipped() -> None:
    assert importlib.util.find_spec("numpy") is not None
    assert any(release.library == "numpy" for release in RELEASES)
