"""What the certified pass leaves to the whole ladder: graded as the audit grades, and merged."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.exhausted import Candidate
from lse_verify.audit.finding import Finding
from lse_verify.audit.measure import measure
from lse_verify.audit.reference import reference
from lse_verify.audit.site import Site
from lse_verify.enclosure import Floats
from lse_verify.family.block import widened
from lse_verify.formats import FloatArray
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.exhaust.candidates import candidates_of
from lse_verify.search.exhaust.spaces import Space

Places = NDArray[np.int64]


def site_of(space: Space, ladder: Ladder, places: Places) -> Site:
    """Return inputs with their reference, as the audit has them."""
    block = space.block(places)
    found = reference(ladder, space.function, block, space.fmt)
    return Site(ladder, space.function, space.fmt, block, found, seed=0, first_row=0)


def grade_left(
    space: Space,
    ladder: Ladder,
    floor: float,
    places: Places,
    got: FloatArray,
    only: int | None,
) -> tuple[Finding, list[Candidate], Floats]:
    """Grade inputs by the audit's own measure.

    Parameters
    ----------
    space, ladder
        Where the inputs are from, and who is asked.
    floor : float
        An error in ulps that the largest is known to reach.
    places : ndarray of int64, shape (m,)
        Their numbers.
    got : ndarray, shape (m,) or (m, 2)
        The answers.
    only : int or None
        Which output counts, if not all do.

    Returns
    -------
    finding : Finding
        Without `Finding.rows`, which the caller counts.
    candidates : list of Candidate
        Which of them may have the largest error.
    errors : ndarray of float64
        In ulps, one an output, −1 where nothing is measured and ∞ where the answer is wrong.
    """
    per_row = space.n_outputs
    wide = widened(got.ravel())
    wanted = np.full(wide.size, only is None) | (np.arange(wide.size) % per_row == only)
    site = _only(site_of(space, ladder, places), wanted)
    ruled = site.reference.ruler.errors(wide)
    finding = measure(site, got.ravel(), None)
    violations = {name: t for name, t in finding.violations.items() if name != "sum of shares"}
    finding = msgspec.structs.replace(finding, rows=0, violations=violations)
    measured = site.reference.truth.is_real & ~site.reference.special & wanted
    found = candidates_of(
        space,
        floor,
        places[np.arange(wide.size) // per_row],
        np.arange(wide.size) % per_row,
        wide,
        np.where(measured, ruled.ulps, np.nan),
        ruled.uncertainty,
    )
    failed = (ruled.spurious_nan | ruled.spurious_infinity) & site.reference.truth.is_real
    errors = np.where(measured & ~np.isnan(ruled.ulps), ruled.ulps, -1.0)
    errors = np.where(failed & wanted, np.inf, errors)
    return located(finding, places), found, errors


def _only(site: Site, wanted: NDArray[np.bool_]) -> Site:
    """Return a site where the other outputs are nothing that could be measured."""
    reference, truth = site.reference, site.reference.truth
    truth = replace(truth, is_real=truth.is_real & wanted, no_limit=truth.no_limit & wanted)
    return replace(
        site, reference=replace(reference, truth=truth, special=reference.special & wanted)
    )


def located(finding: Finding, places: Places) -> Finding:
    """Return the finding with inputs numbered by their place in the space."""
    return finding.with_witnesses(
        lambda witness: msgspec.structs.replace(witness, row=int(places[witness.row]))
    )
