"""What use an algorithm makes of its a-priori bound."""

from __future__ import annotations

import numpy as np

from lse_verify.audit.finding import BoundUse
from lse_verify.audit.site import RESOLVED, Flags, Site, figure
from lse_verify.enclosure import Floats
from lse_verify.family.apriori import apriori_bound


def bound_use(site: Site, ulps: Floats, failed: Flags, algorithm: str) -> BoundUse:
    """Hold the error of each finite row against its a-priori bound, both in units of u."""
    rows = site.block.wide(0)[site.reference.finite]
    if not rows.size:
        return BoundUse(algorithm=algorithm)
    shape = (site.block.n_rows, site.per_row)
    row_failed = np.asarray(failed.reshape(shape).any(axis=1))
    error = row_errors(site, ulps)[site.reference.finite]
    overflowed = row_failed[site.reference.finite] | np.isnan(error)
    worst = error[~overflowed]
    bound = apriori_bound(algorithm, rows)[~overflowed]
    with np.errstate(divide="ignore", invalid="ignore"):
        use = worst / bound
    return BoundUse(
        algorithm=algorithm,
        measured=int((~overflowed).sum()),
        overflowed=int(overflowed.sum()),
        largest_error=figure(_largest_finite(worst)),
        largest_bound=_largest_finite(bound),
        largest_use=figure(_largest_finite(use)),
    )


def row_errors(site: Site, ulps: Floats) -> Floats:
    """Return the largest |got − y| of each row over u times its largest |y|; NaN if one is."""
    return np.asarray(_relative_error(site, ulps).reshape(-1, site.per_row).max(axis=1))


def _largest_finite(values: Floats) -> float:
    # Rows of huge spread have no bound to first order, and some a bound of 0.
    return float(values[np.isfinite(values)].max(initial=0.0))


def _relative_error(site: Site, ulps: Floats) -> Floats:
    """Return |got − y| in units of u times the largest |y| of the row."""
    ruler = site.reference.ruler
    rows = ruler.quantum_exponent.reshape(-1, site.per_row)
    # Scaled by the row's largest spacing, not to reals: these may be below all of binary64.
    shift = (rows - rows.max(axis=1, keepdims=True)).ravel()
    with np.errstate(all="ignore"):
        distance = np.ldexp(ulps, shift)
        size = np.ldexp(np.abs(ruler.high + ruler.low), shift)
        largest = size.reshape(-1, site.per_row).max(axis=1).repeat(site.per_row)
        # A truth too small to be seen beside the spacing: 0 loses all of it, and no more.
        unseen = np.where(distance == 0, site.reference.truth.enclosures.hi != 0, distance)
        relative = np.where(largest > 0, distance / largest, unseen)
        in_units = relative / site.fmt.unit_roundoff
    return np.asarray(np.where(ruler.spread > 0, np.maximum(in_units, RESOLVED), in_units))
