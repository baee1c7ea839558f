"""Everything that a run measured, as one JSON document; the report is made of it alone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec

from lse_verify.bench.plan import Plan
from lse_verify.bench.spread import Spread
from lse_verify.errors import LedgerError
from lse_verify.execution.lines import UNREADABLE, read_whole

SCHEMA_VERSION = 1


Count = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
Times = Annotated[
    tuple[Annotated[float, msgspec.Meta(ge=1e-12, le=1e12)], ...], msgspec.Meta(min_length=1)
]
"""Seconds, of which there are ratios."""


class Case(msgspec.Struct, frozen=True):
    """What is timed.

    Attributes
    ----------
    contender : str
        Its name.
    format : str
        Of the rows.
    n_terms : int
        Entries of a row.
    rows : int
        How many rows there are; all are answered in one call, by a loop perhaps fewer.
    """

    contender: str
    format: str
    n_terms: Count
    rows: Count


class Portion(msgspec.Struct, frozen=True):
    """How much of it one measurement is.

    Attributes
    ----------
    rows : int
        Rows a call.
    calls : int
        Calls one after the other.
    """

    rows: Count
    calls: Count


class Timing(msgspec.Struct, frozen=True):
    """One case, timed several times.

    Attributes
    ----------
    case, portion
        What one measurement was.
    seconds : tuple of float
        Of each measurement, all its calls together.
    """

    case: Case
    portion: Portion
    seconds: Times

    @property
    def row_seconds(self) -> Spread:
        """Seconds a row."""
        rows = self.portion.rows * self.portion.calls
        return Spread.of([seconds / rows for seconds in self.seconds])


class Doubling(msgspec.Struct, frozen=True):
    """One case in one process and then in two at once, each on its own rows.

    Attributes
    ----------
    case, portion
        What each process does.
    one, two : tuple of float
        Seconds of one alone, and of the slower of the two, alternately.
    """

    case: Case
    portion: Portion
    one: Times
    two: Times

    def __post_init__(self) -> None:
        """Require a time of two processes for each of one."""
        if len(self.one) != len(self.two):
            raise ValueError("one process and two were not measured as often")

    @property
    def gain(self) -> Spread:
        """Rows a second of two processes over those of one."""
        pairs = zip(self.one, self.two, strict=True)
        return Spread.of([2 * one / two for one, two in pairs])


class FirstCall(msgspec.Struct, frozen=True):
    """What the first call of a process costs, in seconds.

    Attributes
    ----------
    contender, format : str
        Of what.
    compiling : float
        Where nothing was compiled before.
    loading : float
        In a later process, from what was compiled.
    """

    contender: str
    format: str
    compiling: float
    loading: float


class Entrant(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a contender.

    Attributes
    ----------
    name, calls, gives : str
        As its `Contender` says.
    version : str
        Of what was imported, empty if it was not.
    loops : bool
        Whether it is a loop over rows; otherwise one call answers all.
    skipped : str
        Why it was not timed; empty if it was.
    difference : float or None
        The largest difference from the shifted sum in binary64, relative to 1 or the
        answer's size, on a few rows: that all compute the same thing.
    """

    name: str
    calls: str
    gives: str
    loops: bool
    version: str = ""
    skipped: str = ""
    difference: float | None = None

    @property
    def why_skipped(self) -> str:
        """The reason in a word or two: ``"broken"`` without what it raised."""
        return self.skipped.partition(":")[0]


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """How busy the machine was.

    Attributes
    ----------
    load_before, load_after : float
        Processes that ran or waited, on average over the last minute.
    niceness : int
        Of this process; 0 is ordinary.
    seconds : float
        What the whole run took.
    """

    load_before: float
    load_after: float
    niceness: int
    seconds: float


class Measurements(msgspec.Struct, frozen=True, kw_only=True):
    """What a run measured.

    Attributes
    ----------
    schema : int
        Version of this layout.
    command : str
        The command line that measures the same.
    seed : int
        Of the rows.
    made : dict
        Commit, machine and versions, by kind and name.
    plan, conditions, entrants
        How, where beside what else, and who.
    by_length, by_rows : tuple of Timing
        Against the length of rows, and against how many of them are answered in one call.
    by_allocation : tuple of Timing
        Where freed memory is not kept.
    doublings, first_calls
        Of processes, and of compilation.
    """

    schema: int
    command: str
    seed: int
    made: dict[str, dict[str, str]]
    plan: Plan
    conditions: Conditions
    entrants: tuple[Entrant, ...]
    by_length: tuple[Timing, ...]
    by_rows: tuple[Timing, ...]
    by_allocation: tuple[Timing, ...]
    doublings: tuple[Doubling, ...]
    first_calls: tuple[FirstCall, ...]


def encode(measurements: Measurements) -> bytes:
    """Return the JSON document."""
    return msgspec.json.format(msgspec.json.encode(measurements), indent=1) + b"\n"


def read_measurements(path: Path) -> Measurements:
    """Read what a run wrote.

    Raises
    ------
    LedgerError
        If it cannot be read, or is of another schema.
    """
    try:
        content = read_whole(path)
        version = msgspec.json.decode(content, type=_Version).schema
        if version == SCHEMA_VERSION:
            return msgspec.json.decode(content, type=Measurements)
    except OSError as error:
        raise LedgerError(f"cannot read '{path}': {error.strerror}; check the path") from error
    except UNREADABLE as error:
        raise LedgerError(
            f"'{path}' has no measurements: {error}; run 'lse-verify bench' again"
        ) from error
    raise LedgerError(
        f"'{path}' has schema version {version}; this lse_verify reads version "
        f"{SCHEMA_VERSION}: run 'lse-verify bench' again"
    )


class _Version(msgspec.Struct):
    """All that files of every schema have."""

    schema: int
