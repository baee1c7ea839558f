"""A ratchet: grades as they were recorded, than which none may get worse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lse_verify.audit.finding import Tally
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.record import EXCUSED, Change, Key, Record, changes, record
from lse_verify.audit.standing import Outcome, Standing
from lse_verify.audit.verdict import Verdict
from lse_verify.audit.witness import Witness
from lse_verify.errors import BadInput, UsageError
from lse_verify.execution.files import write_whole
from lse_verify.execution.lines import UNREADABLE, read_whole
from lse_verify.report.words import number

SCHEMA_VERSION = 1


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What was recorded.

    Attributes
    ----------
    schema : int
        Version of the form of the file.
    command : str
        The command that recorded it.
    seed, samples, regimes : int, int, list of str
        The inputs: figures of others do not compare.
    versions, machine : dict of str
        Where it was recorded; bits may be others elsewhere.
    records : list of Record
        The grades.
    """

    schema: int
    command: str
    seed: int
    samples: int
    regimes: list[str]
    versions: dict[str, str]
    machine: dict[str, str]
    records: list[Record]


@dataclass(frozen=True, slots=True)
class Held:
    """One grade held against what was recorded of it.

    Attributes
    ----------
    key : tuple of str
        Implementation, function and format.
    worse, better : list of Change
        What has changed.
    is_new : bool
        Whether nothing was recorded of it.
    """

    key: Key
    worse: list[Change]
    better: list[Change]
    is_new: bool = False


def read_baseline(path: Path) -> Baseline:
    """Read what was recorded.

    Raises
    ------
    BadInput
        If there is no such file, or it is no baseline, or one of another version.
    """
    try:
        content = read_whole(path)
    except FileNotFoundError as error:
        raise BadInput(f"no baseline '{path}'; record it with --update") from error
    except OSError as error:
        raise BadInput(f"cannot read '{path}': {error.strerror}; check the path") from error
    try:
        version = msgspec.json.decode(content, type=_Version).schema
        if version != SCHEMA_VERSION:
            raise BadInput(
                f"'{path}' has version {version} and this lse_verify reads {SCHEMA_VERSION}; "
                "record it anew with --update"
            )
        found = msgspec.json.decode(content, type=Baseline)
    except UNREADABLE as error:
        raise BadInput(f"'{path}' is no baseline: {error}; record it with --update") from error
    words = {verdict.word for verdict in Verdict}
    strange = next((one.verdict for one in found.records if one.verdict not in words), None)
    if strange is not None:
        raise BadInput(f"'{path}' has the verdict '{strange}'; record it anew with --update")
    return found


class _Version(msgspec.Struct):
    schema: int


def hold(baseline: Baseline | None, found: Iterable[Standing]) -> list[Held]:
    """Hold grades against what was recorded of them, if anything was."""
    known = {one.key: one for one in baseline.records} if baseline else {}
    return [_held(known.get(one.key), one) for one in records_of(found)]


def records_of(found: Iterable[Standing]) -> list[Record]:
    """Return what is recorded of standings."""
    return [
        record(standing.name, standing.function, fmt, outcome)
        for standing in found
        for fmt, outcome in standing.outcomes.items()
    ]


def _held(before: Record | None, after: Record) -> Held:
    if before is None:
        return Held(after.key, [], [], is_new=True)
    changed = changes(before, after)
    return Held(
        after.key,
        [change for change in changed if change.is_worse],
        [change for change in changed if not change.is_worse],
    )


def updated(before: Baseline | None, ledger: Ledger, found: Sequence[Standing]) -> Baseline:
    """Return the baseline with the grades of a ledger in the place of those that it had.

    Raises
    ------
    UsageError
        If it keeps grades on other inputs, with which one file cannot hold these.
    """
    header = ledger.header
    new = records_of(found)
    replaced = {one.key for one in new}
    kept = [] if before is None else [one for one in before.records if one.key not in replaced]
    fresh = Baseline(
        schema=SCHEMA_VERSION,
        command=header.command,
        seed=header.seed,
        samples=header.samples,
        regimes=[regime.name for regime in header.regimes],
        versions=header.versions,
        machine=header.machine,
        records=sorted([*kept, *new], key=lambda one: one.key),
    )
    if kept and before is not None and inputs_of(before) != inputs_of(fresh):
        raise UsageError(
            f"the baseline has {len(kept)} other grades on other inputs ({_told(before)}); "
            "check all of them together, or use another file"
        )
    return fresh


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline so that it is there whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    text = msgspec.json.format(msgspec.json.encode(baseline), indent=2) + b"\n"
    write_whole(path, text, "choose another file with --baseline FILE")


def require_same_inputs(
    baseline: Baseline, seed: int, samples: int, regimes: Sequence[str], path: Path
) -> None:
    """Refuse to hold grades against those of other inputs.

    Raises
    ------
    UsageError
        If seed, samples or regimes differ.
    """
    if inputs_of(baseline) != (seed, samples, [*regimes]):
        raise UsageError(
            f"'{path}' was recorded on other inputs ({_told(baseline)}); leave out --seed, "
            "--samples, --regime and --data, or record it anew with --update"
        )


def inputs_of(baseline: Baseline) -> tuple[int, int, list[str]]:
    """Return seed, samples and regimes."""
    return baseline.seed, baseline.samples, baseline.regimes


def _told(baseline: Baseline) -> str:
    count = len(baseline.regimes)
    return f"seed {baseline.seed}, {baseline.samples} samples, {count} regimes"


def words_of(change: Change) -> str:
    """Write a change.

    Examples
    --------
    >>> words_of(Change("stability", 2.0, 3.5, is_worse=True))
    'E 2 → 3.5'
    >>> words_of(Change("verdict", Verdict.STABLE, Verdict.WRONG, is_worse=True))
    'stable → wrong'
    """
    before, after = change.before, change.after
    if change.figure == "verdict":
        return f"{Verdict(int(before)).word} → {Verdict(int(after)).word}"
    if change.figure == "share":
        return f"{100 * before:.6g} → {100 * after:.6g} % correctly rounded"
    if change.figure in _FIGURES:
        return _FIGURES[change.figure].format(*_apart(before, after))
    return f"{change.figure} ×{before:.0f} → ×{after:.0f}"


_FIGURES = {
    "largest_ulps": "largest error {} → {} ulp",
    "conditioned_ulps": "largest error where κ ≤ 100 {} → {} ulp",
    "stability": "E {} → {}",
}


def _apart(before: float, after: float) -> tuple[str, str]:
    """Write two numbers with as many digits as tell them apart."""
    short = number(before), number(after)
    return short if short[0] != short[1] else (repr(before), repr(after))


def witness_of(change: Change, outcome: Outcome) -> Witness | None:
    """Return the input that a figure which got worse is from, None if there is none."""
    finding, ordinary = outcome.finding, outcome.ordinary
    figures = {
        "largest_ulps": ordinary.worst_error,
        "conditioned_ulps": ordinary.worst_conditioned,
        "stability": ordinary.worst_stability,
    }
    tallies: dict[str, Tally] = {
        "spurious NaN": finding.spurious_nan,
        "spurious infinity": finding.spurious_infinity,
        "wrong special value": finding.special,
        "undecided": finding.undecided,
        **finding.violations,
        **finding.properties,
    }
    if change.figure == EXCUSED:
        excused = (t.witness for t in finding.violations.values() if t.excused)
        return next(excused, None)
    if change.figure in tallies:
        return tallies[change.figure].witness
    return figures.get(change.figure)
