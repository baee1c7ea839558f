"""How errors are distributed: the histogram, and what the figures show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.finding import EXACT_BUCKET
from lse_verify.audit.site import Flags, Site
from lse_verify.enclosure import Floats

_BUCKETS = (-20, 1100)
_MOST_CONDITION = 100
_MOST_GAP = 1024
# Rounded to three digits the largest float would be infinite, which JSON does not have.
_LARGEST = 1e308


def histogram(ulps: Floats) -> dict[str, int]:
    """Count errors by ⌊log₂ of the error in ulps⌋, exact answers apart."""
    exact = int((ulps == 0).sum())
    least, most = _BUCKETS
    exponents = np.clip(np.frexp(ulps)[1] - 1, least, most)
    # frexp says 2**0 of 0.
    counts = np.bincount(exponents - least, minlength=most - least + 1)
    counts[-1 - least] -= exact
    named = {f"2^{least + int(place)}": int(counts[place]) for place in np.flatnonzero(counts)}
    return ({EXACT_BUCKET: exact} if exact else {}) | named


def profiles(
    site: Site, ulps: Floats, stability: Floats, measured: Flags
) -> dict[str, dict[int, float]]:
    """Return the largest error of each binade of κ, and the largest E of each gap."""
    condition = np.clip(site.reference.condition, 1.0, 2.0**_MOST_CONDITION)
    by_condition = (np.frexp(condition)[1] - 1).astype(np.int64)
    found = {"condition": _maxima(by_condition, ulps, measured)}
    gaps = _gaps(site)
    if gaps is not None:
        found["gap"] = _maxima(gaps, stability, measured & site.reference.finite)
    return {name: maxima for name, maxima in found.items() if maxima}


def _gaps(site: Site) -> NDArray[np.int64] | None:
    """Return the bucket of the distance of the two terms, None where there are not two."""
    if site.function.of_two_values:
        first, second = site.block.wide(0), site.block.wide(1)
    elif site.function.name == "logsumexp" and site.block.n_terms == 2:
        first, second = site.block.wide(0).T
    else:
        return None
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.minimum(np.nan_to_num(np.abs(first - second)), _MOST_GAP).astype(np.int64)
    return np.asarray(gap - gap % np.where(gap < 8, 1, np.where(gap < 64, 4, 64)))


def _maxima(buckets: NDArray[np.int64], sizes: Floats, measured: Flags) -> dict[int, float]:
    largest = np.full(_MOST_GAP + 1, -1.0)
    np.maximum.at(largest, buckets[measured], np.minimum(sizes[measured], _LARGEST))
    return {int(name): float(f"{largest[name]:.3g}") for name in np.flatnonzero(largest >= 0)}
