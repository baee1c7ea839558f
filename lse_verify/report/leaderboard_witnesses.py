"""The inputs behind the largest figures of the leaderboard, in hex."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

import msgspec

from lse_verify.audit.finding import Finding
from lse_verify.audit.witness import Witness
from lse_verify.report.decimals import shortened_hex
from lse_verify.report.grid import Grid
from lse_verify.report.leaderboard_classes import SameBits
from lse_verify.report.leaderboard_rows import Row
from lse_verify.report.leaderboard_tables import named
from lse_verify.report.summary import NONE, ulps
from lse_verify.report.witnesses import SHORT_ROW, replay
from lse_verify.report.words import code, plain, tidy, unbroken

_KINDS = ("worst_conditioned", "worst_error", "worst_stability")
"""The fields of a finding whose witnesses are shown."""


def witnesses(group: Sequence[SameBits]) -> Grid:
    """Return the inputs of the largest errors and the largest E of one function and format.

    One line for a class: its members answer alike.
    """
    headers = ("implementation", "what", "input", "got", "truth")
    rows = [
        (named(same.rows[0]) if place == 0 else "", *cells)
        for same in group
        for place, cells in enumerate(_shown(same.rows[0]))
    ]
    return Grid(headers, tuple(rows))


def _shown(row: Row) -> Iterator[tuple[str, ...]]:
    """Yield a line a witness; what one input shows together is one line."""
    words: dict[tuple[str, ...], list[str]] = {}
    for text, witness in _sizes(row.outcome.ordinary):
        words.setdefault(_cells(row, witness), []).append(text)
    for cells, texts in words.items():
        yield ("<br>".join(texts), *cells)


def _sizes(finding: Finding) -> Iterator[tuple[str, Witness]]:
    conditioned, worst, stability = (getattr(finding, kind) for kind in _KINDS)
    if conditioned is not None:
        yield unbroken(f"{ulps(conditioned)} ulp, κ ≤ 100"), conditioned
    if worst is not None and (conditioned is None or worst.size > conditioned.size):
        yield unbroken(f"{ulps(worst)} ulp, κ {tidy(worst.condition) or '> 100'}"), worst
    if stability is not None:
        yield unbroken(f"E {tidy(stability.stability)}"), stability


def _cells(row: Row, witness: Witness) -> tuple[str, ...]:
    output = f" (output {witness.output})" if witness.output else ""
    truth = plain(witness.truth) if witness.truth else NONE
    return _input(row, witness), f"{code(witness.got)}{output}", truth


def _input(row: Row, witness: Witness) -> str:
    """Write the input whole, or its beginning and the options that draw it again."""
    arguments = witness.arguments
    items = sum(text.count(",") + 1 for text in arguments or ())
    if arguments is not None and items <= SHORT_ROW:
        return code("; ".join(arguments))
    shown = code(shortened_hex(arguments)) if arguments is not None else ""
    cell = next((e.cell for e in row.entries if _has(e.finding, witness)), None)
    if cell is None:
        return shown or NONE
    drawn = replay(cell, msgspec.structs.replace(witness, arguments=None)).partition(" --regime ")[
        2
    ]
    return f"{shown} {witness.n_terms:,} terms: {code(f'--regime {drawn}')}".strip()


def _has(finding: Finding, witness: Witness) -> bool:
    return witness in attrgetter(*_KINDS)(finding)
