"""What trying every input shows beyond a sample: all inputs of the largest error, and its map."""

from __future__ import annotations

import base64
import zlib

import msgspec
import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.fields import Figure, Packed
from lse_verify.enclosure import Floats
from lse_verify.errors import LedgerError

EXHAUSTIVE = "exhaustive"
"""What stands for a regime where every input was tried."""

MOST_PLACES = 1024
"""Inputs that are spelled out for each candidate; all of them are counted."""

PER_OCTAVE, LEAST_OCTAVE = 12, -5
"""A code of a map is a twelfth of an octave, from 2**-5 ulp on."""

NOTHING, WRONG = 0, 255
"""Codes of a part of the map where nothing is measured, and where an answer is no number."""

_LONGEST_ROW = 1 << 16
_LARGEST_MAP = 1 << 12

Codes = NDArray[np.uint8]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs of the same error, which may be the largest.

    Attributes
    ----------
    gap, offset : str
        In hex: the difference of the two arguments, and that of the answer from the base of the
        truth. With `binade` they decide the error, so that it is the same for all inputs that
        share them.
    binade : int
        ⌊log₂ |y|⌋.
    got : str
        In hex: the answer to the first of the inputs.
    error, doubt : float
        In ulps; the true error is within doubt of it.
    count : int
        How many inputs there are.
    places : list of list of int
        The first of them, in order: the number of the input in its space, and which output.
    """

    gap: Figure
    offset: Figure
    binade: int
    got: Figure
    error: float
    doubt: float
    count: int
    places: list[tuple[int, int]]

    @property
    def key(self) -> tuple[str, str, int]:
        """What all inputs of the candidate share."""
        return self.gap, self.offset, self.binade

    def merge(self, other: Candidate) -> Candidate:
        """Return the candidate with the inputs of both, which share the key."""
        first = self if self.places[0] <= other.places[0] else other
        return Candidate(
            gap=self.gap,
            offset=self.offset,
            binade=self.binade,
            got=first.got,
            error=max(self.error, other.error),
            doubt=max(self.doubt, other.doubt),
            count=self.count + other.count,
            places=sorted({*self.places, *other.places})[:MOST_PLACES],
        )


class Exhausted(msgspec.Struct, frozen=True, kw_only=True):
    """What a part of a space of inputs shows; parts merge in any order to the same.

    Attributes
    ----------
    inputs : int
        How many were tried.
    candidates : list of Candidate
        Those of which one has the largest error; when all parts have merged the judge leaves
        the one (`lse_verify.search.exhaust.finish`).
    crowded : bool
        Whether there were more candidates than are kept: then the largest error is known to
        its doubt only, and not which inputs have it.
    line : dict of int to float
        Of one variable: the largest error in ulps by the number of the part of the line, of
        2**11 parts; ∞ is written as the largest binary64.
    rows, columns : dict of int to str
        Of two variables: codes of the map, packed, by the number of its row, up to the diagonal,
        and of its column where the map is not symmetric (`read_codes`).
    """

    inputs: int = 0
    candidates: list[Candidate] = []
    crowded: bool = False
    line: dict[int, float] = {}
    rows: dict[int, Packed] = {}
    columns: dict[int, Packed] = {}

    def merge(self, other: Exhausted) -> Exhausted:
        """Return what both parts show."""
        return Exhausted(
            inputs=self.inputs + other.inputs,
            candidates=merged_candidates([*self.candidates, *other.candidates]),
            crowded=self.crowded or other.crowded,
            line=dict(sorted({**self.line, **other.line}.items())),
            rows=dict(sorted({**self.rows, **other.rows}.items())),
            columns=dict(sorted({**self.columns, **other.columns}.items())),
        )

    @property
    def unpacked(self) -> Exhausted:
        """The same with maps that are written but not packed, for which bytes are compared.

        What zlib packs to, its versions and its substitutes decide: it says nothing of findings.
        """
        return msgspec.structs.replace(
            self,
            rows={row: _written(read_codes(text)) for row, text in self.rows.items()},
            columns={row: _written(read_codes(text)) for row, text in self.columns.items()},
        )


def merged_candidates(candidates: list[Candidate]) -> list[Candidate]:
    """Return those that may have the largest error, each once, in order."""
    least = max((c.error - c.doubt for c in candidates), default=0.0)
    by_key: dict[tuple[str, str, int], Candidate] = {}
    for candidate in candidates:
        if candidate.error + candidate.doubt >= least:
            there = by_key.get(candidate.key)
            by_key[candidate.key] = candidate if there is None else there.merge(candidate)
    return [by_key[key] for key in sorted(by_key)]


def write_codes(errors: Floats) -> str:
    """Write the largest errors of parts of a map, −1 where there is none and ∞ where wrong.

    The codes, packed by zlib, in base 85: a seventh of what they take without, of torch's
    logaddexp in binary16, and half of it where roundings fall by chance.

    Examples
    --------
    >>> read_codes(write_codes(np.array([-1.0, 0.5, 1.0, np.inf]))).tolist()
    [0, 49, 61, 255]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.floor(PER_OCTAVE * (np.log2(np.maximum(errors, 0.0)) - LEAST_OCTAVE))
    codes = np.clip(np.nan_to_num(steps, posinf=WRONG, neginf=0.0), 0, WRONG - 2) + 1
    codes[errors < 0], codes[np.isinf(errors)] = NOTHING, WRONG
    return base64.b85encode(zlib.compress(codes.astype(np.uint8).tobytes(), 9)).decode()


def read_codes(text: str) -> Codes:
    """Read what `write_codes` wrote.

    Raises
    ------
    LedgerError
        If it is something else.
    """
    unpacking = zlib.decompressobj()
    try:
        codes = unpacking.decompress(base64.b85decode(text), _LONGEST_ROW)
    except (ValueError, zlib.error) as error:
        raise _damaged(f"{error}") from error
    if not unpacking.eof:
        raise _damaged(f"no row of at most {_LONGEST_ROW} cells")
    return np.frombuffer(codes, dtype=np.uint8)


def _damaged(why: str) -> LedgerError:
    return LedgerError(f"a map of the ledger does not decode; try every input again ({why})")


def _written(codes: Codes) -> str:
    return base64.b85encode(codes.tobytes()).decode()


def map_of(exhausted: Exhausted) -> Codes | None:
    """Return the whole map of two variables, the first along rows; None where there is none.

    Raises
    ------
    LedgerError
        If it does not decode, or is no map of a size that is written.
    """
    if not exhausted.rows:
        return None
    size = max(exhausted.rows) + 1
    if min(exhausted.rows) < 0 or size > _LARGEST_MAP:
        raise _damaged(f"rows {min(exhausted.rows)} to {size - 1}")
    codes = np.zeros((size, size), dtype=np.uint8)
    for row, text in exhausted.rows.items():
        below = _row(text, size)
        codes[row, : below.size] = below
        across = _row(exhausted.columns[row], size) if row in exhausted.columns else below
        # The diagonal block itself is whole in the rows.
        free = codes[: across.size, row] == NOTHING
        codes[: across.size, row] = np.where(free, across, codes[: across.size, row])
    return codes


def _row(text: str, size: int) -> Codes:
    codes = read_codes(text)
    if codes.size > size:
        raise _damaged(f"{codes.size} cells in a row of {size}")
    return codes
