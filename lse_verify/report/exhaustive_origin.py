"""What made the ledgers of a report: what is the same in all of them is said once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from lse_verify.audit.ledger import Ledger
from lse_verify.report.words import code, counted, number, plain

Facts = dict[str, str]
"""Markdown by what it says."""


class Origin(msgspec.Struct, frozen=True):
    """What made one ledger.

    Attributes
    ----------
    command : str
        The command line.
    facts : dict of str
        What is not the same in all ledgers.
    """

    command: str
    facts: Facts


class Origins(msgspec.Struct, frozen=True):
    """What made all ledgers.

    Attributes
    ----------
    shared : dict of str
        What is the same in all, where there are several.
    each : list of Origin
        The rest, ledger by ledger.
    """

    shared: Facts
    each: list[Origin]


def origins(ledgers: Sequence[Ledger]) -> Origins:
    """Return what made some ledgers, in their order."""
    made = [_made(ledger) for ledger in ledgers]
    several = len(ledgers) > 1
    first, *others = made
    shared = {
        name: value
        for name, value in first.items()
        if several and all(facts.get(name) == value for facts in others)
    }
    return Origins(
        shared,
        [
            Origin(
                ledger.header.command,
                _tried(ledger) | {n: v for n, v in facts.items() if n not in shared},
            )
            for ledger, facts in zip(ledgers, made, strict=True)
        ],
    )


def _tried(ledger: Ledger) -> Facts:
    """Return what a ledger is of."""
    counts = Counter((entry.cell.function, entry.cell.format) for entry in ledger.entries)
    spaces = (
        f"{function} in {fmt} ({counted(n, 'implementation')})"
        for (function, fmt), n in sorted(counts.items())
    )
    spent = sum(entry.seconds + entry.judging for entry in ledger.entries)
    return {
        "implementations": ", ".join(
            code(name) for name in sorted({e.cell.implementation for e in ledger.entries})
        ),
        "spaces": "; ".join(spaces),
        "processor time": _long(spent),
        "digest of the findings (SHA-256)": code(ledger.digest),
    }


def _made(ledger: Ledger) -> Facts:
    header = ledger.header
    facts = {"commit": code(header.commit)} if header.commit else {}
    facts |= {plain(name): plain(value) for name, value in header.machine.items() if value}
    facts |= {plain(name): plain(value) for name, value in header.versions.items()}
    return facts | {f"skipped: {plain(s.name)}": plain(s.reason) for s in header.skipped}


def _long(seconds: float) -> str:
    """Write a time in the unit that it is told in.

    Examples
    --------
    >>> _long(3.25), _long(400), _long(9000)
    ('3.25 s', '6.67 min', '2.5 h')
    """
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds)} s"
