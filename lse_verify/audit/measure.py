"""One answer of an implementation held against one reference: everything but properties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.apriori_use import bound_use
from lse_verify.audit.bounds import violations
from lse_verify.audit.edge import explained_at_edge
from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.judge import judge, sides
from lse_verify.audit.profile import histogram, profiles
from lse_verify.audit.rounding_use import rounding_use
from lse_verify.audit.site import RESOLVED, Flags, Site, resolved
from lse_verify.audit.verdict import stable_limit, weak_limit
from lse_verify.audit.witness import spell_point
from lse_verify.enclosure import Floats
from lse_verify.family.block import widened
from lse_verify.family.rounding import Scheme
from lse_verify.formats import FloatArray
from lse_verify.oracle.truth import BY_JUDGE, SETTLED, TIER_NAMES
from lse_verify.ulp import Spurious

WELL_CONDITIONED = 100.0
"""κ up to which an error counts for the ranking: the input costs two digits at most."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of a whole answer after the judge has settled what the arrays left open.

    Attributes
    ----------
    ulps, stability : ndarray of float64
        Errors in ulps as far as they are `resolved`, and E of these.
    raw : ndarray of float64
        The errors in ulps as they were found.
    """

    ulps: Floats
    raw: Floats
    at_most_half: Flags
    below_one: Flags
    spurious_nan: Flags
    spurious_infinity: Flags
    undecided: Flags
    asked: Flags
    stability: Floats


def measure(
    site: Site, got: FloatArray, algorithm: str | None, scheme: Scheme | None = None
) -> Finding:
    """Grade one answer.

    Parameters
    ----------
    site : Site
        The block and its reference.
    got : ndarray
        The answer, of the right shape and dtype.
    algorithm : str or None
        The algorithm whose a-priori bound is to be held against it.
    scheme : Scheme or None
        The scheme whose rounding bound is.
    """
    wide = widened(got.ravel())
    errors = _errors(site, wide)
    r = site.reference
    number = r.truth.is_real & ~r.special
    graded = ~explained_at_edge(site.function, site.block, site.fmt, wide)
    measured = number & ~np.isnan(errors.ulps) & graded
    failed = errors.spurious_nan | errors.spurious_infinity
    return Finding(
        rows=site.block.n_rows,
        outputs=int(np.count_nonzero(measured)),
        histogram=histogram(errors.ulps[measured]),
        correctly_rounded=int(np.count_nonzero(measured & errors.at_most_half)),
        faithful=int(np.count_nonzero(measured & errors.below_one)),
        worst_error=site.worst(wide, measured, errors.ulps),
        worst_conditioned=site.worst(
            wide, measured & (r.condition <= WELL_CONDITIONED), errors.ulps
        ),
        worst_stability=site.worst(wide, measured, errors.stability),
        not_stable=_above(site, wide, errors, measured, stable_limit(site.n_terms)),
        not_weak=_above(site, wide, errors, measured, weak_limit(site.n_terms)),
        spurious_nan=site.tally(wide, errors.spurious_nan & graded, number),
        spurious_infinity=site.tally(wide, errors.spurious_infinity & graded, number),
        special=site.tally(wide, ~_special_agrees(site, wide, errors) & graded, r.special),
        violations=violations(site, wide, np.where(graded, errors.stability, 0.0), algorithm),
        properties={"zero sign": _zero_sign(site, wide, errors)},
        policies=_policies(site, wide),
        undecided=site.tally(wide, errors.undecided, r.truth.is_real),
        bound_use=bound_use(site, errors.raw, failed, algorithm) if algorithm else None,
        rounding_use=rounding_use(site, wide, errors.raw, failed, scheme) if scheme else None,
        tiers=_tiers(r.truth.tier, errors.asked),
        profiles=profiles(site, errors.ulps, errors.stability, measured),
    )


def _tiers(tier: NDArray[np.uint8], asked: Flags) -> dict[str, int]:
    """Count what decided each output; where arrays left it open that was the judge."""
    counts = np.bincount(np.where(asked, BY_JUDGE, tier), minlength=len(TIER_NAMES)).tolist()
    return {name: n for name, n in sorted(zip(TIER_NAMES, counts, strict=True)) if n}


def _errors(site: Site, wide: Floats) -> Errors:
    is_real = site.reference.truth.is_real
    found = site.reference.ruler.errors(wide)
    ulps, at_most_half, below_one = found.ulps, found.at_most_half, found.below_one
    spurious_nan = found.spurious_nan & is_real
    spurious_infinity = found.spurious_infinity & is_real
    undecided = np.zeros(ulps.shape, dtype=bool)
    # Of a wide enclosure not even the size of the error is known.
    wide_open = found.undecided | (found.near_limit & ~(found.uncertainty < RESOLVED**2))
    for entry in np.flatnonzero(is_real & found.near_limit & ~wide_open):
        known = sides(site, int(entry), float(wide[entry]))
        undecided[entry] = known is None
        at_most_half[entry], below_one[entry] = known or (False, False)
    ulps[undecided] = np.nan
    for entry in np.flatnonzero(is_real & wide_open):
        judged = judge(site, int(entry), float(wide[entry]))
        if isinstance(judged.error, float):
            ulps[entry] = judged.error
            at_most_half[entry], below_one[entry] = judged.at_most_half, judged.below_one
        else:
            ulps[entry] = np.nan
            spurious_nan[entry] = judged.error is Spurious.NAN
            spurious_infinity[entry] = judged.error is Spurious.INFINITY
            undecided[entry] = judged.error is None
    seen = resolved(ulps, site.reference.truth.tier == SETTLED)
    return Errors(
        ulps=seen,
        raw=ulps,
        at_most_half=at_most_half,
        below_one=below_one,
        spurious_nan=spurious_nan,
        spurious_infinity=spurious_infinity,
        undecided=undecided,
        asked=is_real & (found.near_limit | wide_open),
        stability=_stabilities(site, seen),
    )


def _stabilities(site: Site, ulps: Floats) -> Floats:
    """Return E of every output: the error over what rounding the input explains."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        stability = ulps / site.reference.explained
    return np.minimum(stability, np.finfo(np.float64).max, out=stability)


def _above(site: Site, wide: Floats, errors: Errors, measured: Flags, limit: float) -> Tally:
    with np.errstate(invalid="ignore"):
        above = errors.stability > limit
    return site.tally(wide, above, measured, sizes=errors.stability)


def _special_agrees(site: Site, wide: Floats, errors: Errors) -> Flags:
    """Tell where the answer is the special value, or the nearest float to an exact one."""
    truth = site.reference.truth
    if not site.reference.special.any():
        return np.ones(wide.shape, dtype=bool)
    # −∞, of no terms, is NaN in a format without infinity.
    special = site.fmt.cast(truth.special).astype(np.float64)
    same = np.where(np.isnan(special), np.isnan(wide), wide == special)
    return np.where(truth.is_real, errors.at_most_half, same)


def _zero_sign(site: Site, wide: Floats, errors: Errors) -> Tally:
    """Count zeros whose sign is not the sign of the truth that underflowed to them."""
    truth = site.reference.truth
    tested = (wide == 0) & errors.at_most_half & truth.is_real & (truth.enclosures.hi != 0)
    return site.tally(wide, np.signbit(wide) != (site.reference.ruler.sign < 0), tested)


def _policies(site: Site, wide: Floats) -> list[str]:
    no_limit = site.reference.truth.no_limit
    if not no_limit.any():
        return []
    rows = np.flatnonzero(no_limit.reshape(site.block.n_rows, -1).any(axis=1))
    answers = wide.reshape(site.block.n_rows, -1)
    return sorted({_policy(site, int(row), answers[row]) for row in rows})


def _policy(site: Site, row: int, answer: Floats) -> str:
    arguments = "; ".join(spell_point(site.point(row)) or ["…"])
    given = ", ".join(f"{value:.6g}" for value in answer)
    return f"{site.function.name}({arguments}) gives {given}"
