"""Where the references of a run are kept.

A `Reference` depends on the batch alone. A run keeps them in a folder that its workers
share; a worker that does not find one computes it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.reference import Reference, reference
from lse_verify.enclosure import EnclosureArray
from lse_verify.family.block import Block
from lse_verify.family.function import Function, RoundedBounds
from lse_verify.formats import Format
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.truth import Truth


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
            return _load(path, len(blocks), fmt)
        found = [reference(ladder, function, block, fmt) for block in blocks]
        _save(path, found)
        return found


def _save(path: Path, references: list[Reference]) -> None:
    arrays: dict[str, NDArray[np.generic]] = {}
    for place, r in enumerate(references):
        t, e, b = r.truth, r.truth.enclosures, r.bounds
        arrays |= {
            f"{place}.shape": np.array(t.shape, dtype=np.int64),
            f"{place}.enclosures": np.stack([e.hi, e.lo, e.radius]),
            f"{place}.exponent": e.exponent,
            f"{place}.outputs": np.stack([t.special, r.condition]),
            f"{place}.flags": np.stack([t.is_real, t.no_limit]),
            f"{place}.tier": t.tier,
            f"{place}.bounds": np.stack([b.lower, b.upper]),
            f"{place}.finite": r.finite,
            f"{place}.excusable": np.array([b.lower_excusable, b.upper_excusable]),
        }
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    with os.fdopen(handle, "wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    Path(name).replace(path)


def _load(path: Path, count: int, fmt: Format) -> list[Reference]:
    with np.load(path, allow_pickle=False) as arrays:
        return [
            _unpacked({k: arrays[f"{place}.{k}"] for k in _PARTS}, fmt) for place in range(count)
        ]


_PARTS = (
    *("shape", "enclosures", "exponent", "outputs", "flags", "tier"),
    *("bounds", "finite", "excusable"),
)


def _unpacked(parts: dict[str, NDArray[np.generic]], fmt: Format) -> Reference:
    hi, lo, radius = np.asarray(parts["enclosures"], dtype=np.float64)
    exponent = np.asarray(parts["exponent"], dtype=np.int64)
    special, condition = np.asarray(parts["outputs"], dtype=np.float64)
    is_real, no_limit = np.asarray(parts["flags"], dtype=np.bool_)
    lower, upper = np.asarray(parts["bounds"], dtype=np.float64)
    excusable = np.asarray(parts["excusable"], dtype=np.bool_).tolist()
    shape = tuple(int(size) for size in np.asarray(parts["shape"], dtype=np.int64))
    tier = np.asarray(parts["tier"], dtype=np.uint8)
    enclosures = EnclosureArray(hi, lo, radius, exponent)
    truth = Truth(shape, enclosures, is_real, special, no_limit, tier)
    finite = np.asarray(parts["finite"], dtype=np.bool_)
    return Reference.of(truth, condition, finite, RoundedBounds(lower, upper, *excusable), fmt)
