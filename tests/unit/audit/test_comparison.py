"""Two ledgers held against each other: planted differences are found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from lse_verify.audit.compared import Compared
from lse_verify.audit.comparison import Comparison, Side, compare
from lse_verify.audit.finding import Failure, Finding, Tally
from lse_verify.audit.fingerprint import Fingerprint
from lse_verify.audit.ledger import Entry, Ledger, encode, read_ledger
from lse_verify.errors import LedgerError, UsageError

REPORTS = Path(__file__).parents[3] / "reports"
R = REPORTS / "libraries" / "r" / "ledger.jsonl"
EVERY = REPORTS / "exhaustive" / "lines" / "ledger.jsonl"

Change = Callable[[Finding], Finding]
WHERE = ("matrixstats", "logsumexp", "binary64")


@pytest.fixture(scope="module")
def real() -> Ledger:
    return read_ledger(R)


Planted = Callable[..., Comparison]


@pytest.fixture
def planted(real: Ledger, tmp_path: Path) -> Planted:
    """Compare the real ledger with one in which a finding of `WHERE` is another."""

    def make(change: Change, regime: str = "gap", **header: Any) -> Comparison:
        def changed(entry: Entry) -> Entry:
            cell = entry.cell
            here = (cell.implementation, cell.function, cell.format, cell.regime)
            return (
                replace(entry, finding=change(entry.finding)) if here == (*WHERE, regime) else entry
            )

        entries = [changed(entry) for entry in real.entries]
        assert header or entries != real.entries
        return _compared(tmp_path, real, Ledger(replace(real.header, **header), entries))

    return make


def _compared(folder: Path, before: Ledger, after: Ledger) -> Comparison:
    paths = [folder / "before.jsonl", folder / "after.jsonl"]
    for path, ledger in zip(paths, (before, after), strict=True):
        header = replace(ledger.header, cells=len(ledger.entries))
        path.write_bytes(encode(replace(ledger, header=header)))
    return compare(Side.read(paths[0]), Side.read(paths[1]))


def _here(found: Comparison) -> Compared:
    (grade,) = (g for g in found.grades if (g.names[0], g.function, g.format) == WHERE)
    others = [g for g in found.grades if g is not grade]
    assert not any(other.differs for other in others)
    return grade


def _answers(finding: Finding) -> Finding:
    assert isinstance(finding.fingerprint, Fingerprint)
    return replace(finding, fingerprint=replace(finding.fingerprint, answers="0" * 16))


def _inputs(finding: Finding) -> Finding:
    assert isinstance(finding.fingerprint, Fingerprint)
    return replace(finding, fingerprint=replace(finding.fingerprint, inputs="0" * 16))


def _nan(finding: Finding) -> Finding:
    return replace(_answers(finding), spurious_nan=Tally(tested=finding.rows, count=3))


@pytest.mark.parametrize(
    "path", [R, REPORTS / "libraries" / "torch_compile" / "ledger.jsonl", EVERY], ids=str
)
def test_nothing_differs_between_a_ledger_and_itself(path: Path) -> None:
    found = compare(Side.read(path), Side.read(path))
    assert len(found.grades) == len(found.first.keys)
    assert not any(grade.differs or grade.turn != "even" for grade in found.grades)
    assert all(grade.same_inputs for grade in found.grades)
    assert found.only_first == found.only_second == []
    # Every input has no fingerprint: nothing differs, and nobody says that bits are the same.
    assert {grade.bits for grade in found.grades} == ({"unknown"} if path == EVERY else {"same"})


def test_other_bits_are_told_although_no_figure_differs(planted: Planted) -> None:
    grade = _here(planted(_answers))
    assert (grade.turn, grade.bits, grade.changes, grade.differs) == ("even", "other", (), True)


def test_a_fault_that_it_had_not_makes_a_grade_worse_and_the_other_way_better(
    planted: Planted,
) -> None:
    found = planted(_nan)
    grade = _here(found)
    assert grade.turn == "worse"
    assert ("spurious NaN", 0, 3, True) in [
        (c.figure, c.before, c.after, c.is_worse) for c in grade.changes
    ]
    back = _here(compare(found.second, found.first))
    assert back.turn == "better"
    assert all(not change.is_worse for change in back.changes)


def test_a_new_fault_counts_where_the_verdict_is_wrong_already(planted: Planted) -> None:
    found = planted(_nan)
    more = [
        replace(e, finding=replace(e.finding, spurious_infinity=Tally(tested=9, count=1)))
        if (e.cell.implementation, e.cell.function, e.cell.format, e.cell.regime) == (*WHERE, "gap")
        else e
        for e in found.second.ledger.entries
    ]
    folder = Path(found.first.path).parent
    grade = _here(
        _compared(folder, found.second.ledger, replace(found.second.ledger, entries=more))
    )
    assert grade.before.verdict == grade.after.verdict
    assert grade.turn == "worse"


def test_a_larger_size_is_told_and_is_worse(planted: Planted) -> None:
    def larger(finding: Finding) -> Finding:
        assert finding.worst_stability is not None
        return replace(finding, worst_stability=replace(finding.worst_stability, size=1e300))

    grade = _here(planted(larger))
    (change,) = grade.changes
    assert (change.figure, change.after, change.is_worse) == ("stability", 1e300, True)
    assert grade.turn == "even"


def test_other_inputs_are_told_by_their_fingerprint(planted: Planted) -> None:
    grade = _here(planted(_inputs))
    assert not grade.same_inputs
    assert grade.bits == "unknown"


def test_of_other_inputs_counts_are_shares_and_small_changes_are_left_out(
    planted: Planted,
) -> None:
    def drawn(finding: Finding) -> Finding:
        assert finding.worst_stability is not None
        worst = replace(finding.worst_stability, size=finding.worst_stability.size * 1.5)
        return replace(_inputs(finding), worst_stability=worst)

    assert _here(planted(drawn)).changes == ()
    grade = _here(planted(lambda finding: _nan(_inputs(finding))))
    (share,) = (c for c in grade.changes if c.figure == "spurious NaN")
    tested = grade.after.finding.spurious_nan.tested
    assert (share.before, share.after) == (0.0, 3 / tested)


def test_of_other_inputs_a_large_change_of_the_share_of_right_answers_is_told(
    planted: Planted,
) -> None:
    grade = _here(planted(lambda finding: replace(_inputs(finding), correctly_rounded=0)))
    (change,) = grade.changes
    assert (change.figure, change.is_worse) == ("share", True)


def test_a_lost_cell_had_the_inputs_that_were_to_be_drawn(planted: Planted, real: Ledger) -> None:
    lost = Finding(failure=Failure(kind="crash", words="signal 11"))
    grade = _here(planted(lambda _: lost))
    assert grade.same_inputs
    assert grade.turn == "worse"
    assert "crash" in [change.figure for change in grade.changes]
    with_other_seed = planted(lambda _: lost, seed=real.header.seed + 1)
    assert not next(g for g in with_other_seed.grades if g.names[0] == WHERE[0]).same_inputs


def test_a_property_that_only_one_was_tried_for_is_left_out(planted: Planted) -> None:
    broken = {"same as its twin": Tally(tested=9, count=9)}
    found = planted(lambda finding: replace(finding, properties=finding.properties | broken))
    assert not _here(found).differs


def test_regimes_that_only_one_has_are_left_out(real: Ledger, tmp_path: Path) -> None:
    few = [entry for entry in real.entries if entry.cell.regime != "gap"]
    found = _compared(tmp_path, real, replace(real, entries=few))
    assert not any(grade.differs for grade in found.grades)
    assert all("gap" not in grade.before.regimes for grade in found.grades)


def test_grades_that_one_has_are_listed(real: Ledger, tmp_path: Path) -> None:
    few = [e for e in real.entries if e.cell.implementation != WHERE[0]]
    found = _compared(tmp_path, real, replace(real, entries=few))
    assert WHERE in found.only_first
    assert {name for name, *_ in found.only_first} == {WHERE[0]}
    assert found.only_second == []


def test_every_input_and_a_sample_are_not_compared() -> None:
    with pytest.raises(LedgerError, match=r"tried every input and .* a sample; compare two of a"):
        compare(Side.read(EVERY), Side.read(R))


def test_two_ledgers_with_nothing_in_common_are_refused() -> None:
    other = Side.read(REPORTS / "libraries" / "torch_compile" / "ledger.jsonl")
    with pytest.raises(UsageError, match=r"no grade of .* too; pair names that differ: --pair"):
        compare(Side.read(R), other)


def test_pairs_that_were_asked_for_are_compared_and_nothing_else() -> None:
    side = Side.read(R)
    found = compare(side, side, ["gtools=r_base"])
    assert {grade.names for grade in found.grades} == {("gtools", "r_base")}
    assert {grade.bits for grade in found.grades} == {"other"}
    assert found.only_first == found.only_second == []
