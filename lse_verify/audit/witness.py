"""One input with its truth and what was got, written so that it can be read back exactly."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np

from lse_verify.audit.fields import Figure, Numbers
from lse_verify.errors import BadInput
from lse_verify.family.block import Point
from lse_verify.inputs.witnesses import MOST_TERMS

MOST_ITEMS = 64
"""Longer rows are not spelled out; `Witness.row` finds them again by regime and seed."""


class Witness(msgspec.Struct, frozen=True, kw_only=True):
    """One input and what an implementation made of it.

    Attributes
    ----------
    size : float
        What witnesses of the same kind are ranked by, in the unit of that kind.
    arguments : list of str, or None
        An entry an argument: hex floats separated by commas, ``value*count`` for a run of
        equal ones. None where that would be longer than `MOST_ITEMS` items.
    seed, row : int
        The seed of the audit, and the number of the input in its batch, from 0.
    n_terms : int
        How many terms the input has.
    output : int
        Which entry of the answer, from 0.
    got : str
        The answer in hex, or ``nan``, ``inf``, ``-inf``.
    truth : str
        Twenty digits of the exact value; or ``nan``, ``inf``, ``-inf``.
    error_ulps, stability, condition : str
        Error in ulps, stability factor E and condition number κ, where they have a meaning.
    note : str
        What else there is to say, e.g. the bound that was broken.
    """

    size: float
    arguments: list[Numbers] | None
    seed: int
    row: int
    n_terms: int
    output: int
    got: Figure
    truth: Figure = ""
    error_ulps: Figure = ""
    stability: Figure = ""
    condition: Figure = ""
    note: str = ""


def larger(first: Witness | None, second: Witness | None) -> Witness | None:
    """Return the witness of larger size; equal sizes fall to the one that sorts first.

    Associative and commutative, so that findings merge in any order to the same.
    """
    if first is None or second is None:
        return first or second
    return min(first, second, key=_rank)


def _rank(w: Witness) -> tuple[object, ...]:
    # All fields, or two that differ in the last of them would depend on who comes first.
    which = (-w.size, w.seed, w.row, w.output, w.got, w.note, w.n_terms)
    return (
        *which,
        w.arguments is None,
        w.arguments or [],
        w.truth,
        w.error_ulps,
        w.stability,
        w.condition,
    )


def spell(value: float) -> str:
    """Write a float in hex without the zeros that say nothing.

    Examples
    --------
    >>> spell(1.5), spell(-0.0), spell(float("nan")), spell(5e-324)
    ('0x1.8p+0', '-0x0p+0', 'nan', '0x0.0000000000001p-1022')
    """
    text = float(value).hex()
    if "p" not in text:
        return text
    mantissa, exponent = text.split("p")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}p{exponent}"


def spell_point(point: Point) -> list[str] | None:
    """Write the arguments of a point, or return None where that would be too long."""
    texts = [_spell_row(a) if isinstance(a, tuple) else spell(a) for a in point]
    return None if any(text is None for text in texts) else [text or "" for text in texts]


def _spell_row(row: tuple[float, ...]) -> str | None:
    # Compared as bits, so that 0 and -0 stay apart and NaN goes with NaN.
    bits = np.array(row, dtype=np.float64).view(np.int64)
    starts = [0, *(np.flatnonzero(bits[1:] != bits[:-1]) + 1).tolist(), len(row)]
    if len(starts) > MOST_ITEMS + 1:
        return None
    runs = [(row[a], b - a) for a, b in pairwise(starts) if b > a]
    return ",".join(spell(v) if count == 1 else f"{spell(v)}*{count}" for v, count in runs)


def read_number(text: str) -> float:
    """Read a decimal or hex float, ``inf`` and ``nan`` included.

    Raises
    ------
    BadInput
        If it is neither; the message is one line.
    """
    try:
        is_hex = "0x" in text.lower()
        return float.fromhex(text) if is_hex else float(text)
    except (ValueError, OverflowError):
        raise BadInput(
            f"'{text.strip()}' is not a number; "
            "write decimals (0.1), hex floats (0x1.8p+0), inf or nan"
        ) from None


def read_row(text: str) -> tuple[float, ...]:
    """Read a row as `spell_point` writes it: numbers by commas, ``value*count`` for runs.

    Examples
    --------
    >>> read_row("1,0x1p-1*2")
    (1.0, 0.5, 0.5)
    """
    row: list[float] = []
    for item in filter(None, (piece.strip() for piece in text.split(","))):
        value, star, count = item.partition("*")
        if star and not count.isdecimal():
            raise BadInput(f"'{item}' has no count; a run of equal terms is written 0x0p+0*65536")
        if len(count) > 8 or len(row) + int(count or 1) > MOST_TERMS:
            raise BadInput(f"'{item}' makes a row of more than {MOST_TERMS} terms; give fewer")
        row += [read_number(value)] * (int(count) if star else 1)
    return tuple(row)
