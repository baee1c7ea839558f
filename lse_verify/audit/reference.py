"""All that a block has to be graded against, whatever implementation runs: computed once.

A `Reference` depends on the batch alone. A run keeps them in a folder that its workers
share; a worker that does not find one computes it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.family.block import Block
from lse_verify.family.conditioning import log_magnitude, log_weighted_slopes
from lse_verify.family.function import Bounds, Function
from lse_verify.formats import Format
from lse_verify.oracle.ladder import Ladder, Truth


@dataclass(frozen=True, slots=True)
class Reference:
    """What a block is graded against, one entry an output unless said otherwise.

    Attributes
    ----------
    truth : Truth
        The exact values.
    condition : ndarray of float64
        κ; 1 where the output is exact or not a real number.
    finite : ndarray of bool, one a row
        Whether all entries of the row are finite.
    lower, upper : ndarray of float64, one a row
        RD(L) and RU(U) of MATHEMATICS, section 5; ∓∞ where there is no such bound.
    lower_excusable, upper_excusable : ndarray of bool, one a row
        Whether conditioning can excuse a violation.
    """

    truth: Truth
    condition: Floats
    finite: NDArray[np.bool_]
    lower: Floats
    upper: Floats
    lower_excusable: NDArray[np.bool_]
    upper_excusable: NDArray[np.bool_]


def reference(ladder: Ladder, function: Function, block: Block, fmt: Format) -> Reference:
    """Compute the reference of a block."""
    truth = ladder.truth(function, block)
    finite = np.ones(block.n_rows, dtype=bool)
    for argument in block.arguments:
        if isinstance(argument, np.ndarray):
            finite &= np.isfinite(argument.astype(np.float64)).reshape(block.n_rows, -1).all(axis=1)
    bounds = [
        function.bounds(point) if row_is_finite and block.n_terms else Bounds()
        for point, row_is_finite in zip(block.points(), finite, strict=True)
    ]
    return Reference(
        truth=truth,
        condition=_condition(ladder, function, block, truth, finite),
        finite=finite,
        lower=np.array([_rounded(b.lower, fmt, "down") for b in bounds]),
        upper=np.array([_rounded(b.upper, fmt, "up") for b in bounds]),
        lower_excusable=np.array([b.lower_excusable for b in bounds], dtype=bool),
        upper_excusable=np.array([b.upper_excusable for b in bounds], dtype=bool),
    )


def _rounded(bound: Fraction | None, fmt: Format, mode: str) -> float:
    if mode == "down":
        return -np.inf if bound is None else fmt.round(bound, "down")
    return np.inf if bound is None else fmt.round(bound, "up")


def _condition(
    ladder: Ladder, function: Function, block: Block, truth: Truth, finite: NDArray[np.bool_]
) -> Floats:
    outputs_per_row = truth.is_real.size // max(block.n_rows, 1)
    condition = np.ones(truth.is_real.size)
    places = np.flatnonzero(finite)
    if places.size and outputs_per_row and block.n_terms:
        slopes = np.full(truth.is_real.size, -np.inf)
        entries = (places[:, None] * outputs_per_row + np.arange(outputs_per_row)).ravel()
        slopes[entries] = log_weighted_slopes(function, block.take(places))
        with np.errstate(over="ignore", invalid="ignore"):
            condition = np.exp(slopes - log_magnitude(truth.enclosures))
    for entry in np.flatnonzero(truth.is_real & ~np.repeat(finite, outputs_per_row)):
        row, output = divmod(int(entry), outputs_per_row)
        enclosure = truth.enclosures.at(int(entry))
        if enclosure is not None:
            condition[entry] = ladder.condition(function, block.point(row), output, enclosure)
    return np.where(truth.is_real & ~np.isnan(condition), condition, 1.0)


class ReferenceStore:
    """References of a run in a folder: an optimisation only, never an answer's source.

    Parameters
    ----------
    folder : Path or None
        Shared by the workers of one run and removed at its end; None keeps nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(
        self, key: str, ladder: Ladder, function: Function, blocks: tuple[Block, ...], fmt: Format
    ) -> list[Reference]:
        """Return the references of a batch, from the folder or computed and left there."""
        if self._folder is None:
            return [reference(ladder, function, block, fmt) for block in blocks]
        path = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.npz"
        if path.exists():
            return _load(path, len(blocks))
        found = [reference(ladder, function, block, fmt) for block in blocks]
        _save(path, found)
        return found


def _save(path: Path, references: list[Reference]) -> None:
    arrays: dict[str, NDArray[np.generic]] = {}
    for place, r in enumerate(references):
        t, e = r.truth, r.truth.enclosures
        arrays |= {
            f"{place}.shape": np.array(t.shape, dtype=np.int64),
            f"{place}.enclosures": np.stack([e.hi, e.lo, e.radius]),
            f"{place}.exponent": e.exponent,
            f"{place}.outputs": np.stack([t.special, r.condition]),
            f"{place}.flags": np.stack([t.is_real, t.no_limit]),
            f"{place}.bounds": np.stack([r.lower, r.upper]),
            f"{place}.rows": np.stack([r.finite, r.lower_excusable, r.upper_excusable]),
        }
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    Path(name).replace(path)


def _load(path: Path, count: int) -> list[Reference]:
    with np.load(path, allow_pickle=False) as arrays:
        return [_unpacked({k: arrays[f"{place}.{k}"] for k in _PARTS}) for place in range(count)]


_PARTS = ("shape", "enclosures", "exponent", "outputs", "flags", "bounds", "rows")


def _unpacked(parts: dict[str, NDArray[np.generic]]) -> Reference:
    hi, lo, radius = np.asarray(parts["enclosures"], dtype=np.float64)
    exponent = np.asarray(parts["exponent"], dtype=np.int64)
    special, condition = np.asarray(parts["outputs"], dtype=np.float64)
    is_real, no_limit = np.asarray(parts["flags"], dtype=np.bool_)
    lower, upper = np.asarray(parts["bounds"], dtype=np.float64)
    finite, lower_excusable, upper_excusable = np.asarray(parts["rows"], dtype=np.bool_)
    shape = tuple(int(size) for size in np.asarray(parts["shape"], dtype=np.int64))
    enclosures = EnclosureArray(hi, lo, radius, exponent)
    return Reference(
        Truth(shape, enclosures, is_real, special, no_limit),
        condition,
        finite,
        lower,
        upper,
        lower_excusable,
        upper_excusable,
    )
