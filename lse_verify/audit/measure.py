"""One answer of an implementation held against one reference: everything but properties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lse_verify.audit.apriori_use import bound_use
from lse_verify.audit.bounds import violations
from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.judge import judge
from lse_verify.audit.profile import histogram, profiles
from lse_verify.audit.rounding_use import rounding_use
from lse_verify.audit.site import Flags, Site
from lse_verify.audit.verdict import stable_limit, weak_limit
from lse_verify.audit.witness import Witness, spell_point
from lse_verify.enclosure import Floats, in_quanta
from lse_verify.family.rounding import Scheme
from lse_verify.formats import FloatArray
from lse_verify.ulp import Spurious, error_ulps_array

WELL_CONDITIONED = 100.0
"""κ up to which an error counts for the ranking: the input costs two digits at most."""

_HALF, _ONE = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of a whole answer after the judge has settled what the arrays left open."""

    ulps: Floats
    at_most_half: Flags
    below_one: Flags
    spurious_nan: Flags
    spurious_infinity: Flags
    undecided: Flags
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
    flat = got.ravel()
    wide = flat.astype(np.float64)
    errors = _errors(site, flat, wide)
    is_real = site.reference.truth.is_real
    failed = errors.spurious_nan | errors.spurious_infinity
    special, special_agrees = _special(site, wide, errors)
    measured = is_real & ~special & ~np.isnan(errors.ulps)
    well = measured & (site.reference.condition <= WELL_CONDITIONED)
    return Finding(
        rows=site.block.n_rows,
        outputs=int(measured.sum()),
        histogram=histogram(errors.ulps[measured]),
        correctly_rounded=int((measured & errors.at_most_half).sum()),
        faithful=int((measured & errors.below_one).sum()),
        worst_error=_worst(site, wide, np.where(measured, errors.ulps, -1)),
        worst_conditioned=_worst(site, wide, np.where(well, errors.ulps, -1)),
        worst_stability=_worst(site, wide, np.where(measured, errors.stability, -1)),
        not_stable=_above(site, wide, errors, measured, stable_limit(site.n_terms)),
        not_weak=_above(site, wide, errors, measured, weak_limit(site.n_terms)),
        spurious_nan=site.tally(wide, errors.spurious_nan, is_real & ~special),
        spurious_infinity=site.tally(wide, errors.spurious_infinity, is_real & ~special),
        special=site.tally(wide, ~special_agrees, special),
        violations=violations(site, wide, errors.stability, algorithm),
        properties={"zero sign": _zero_sign(site, wide, errors)},
        policies=_policies(site, wide),
        undecided=site.tally(wide, errors.undecided, is_real),
        bound_use=bound_use(site, errors.ulps, failed, algorithm) if algorithm else None,
        rounding_use=rounding_use(site, wide, errors.ulps, failed, scheme) if scheme else None,
        profiles=profiles(site, errors.ulps, errors.stability, measured),
    )


def _errors(site: Site, flat: FloatArray, wide: Floats) -> Errors:
    truth = site.reference.truth
    found = error_ulps_array(flat, truth.enclosures, site.fmt)
    ulps = found.ulps.copy()
    at_most_half, below_one = ulps <= _HALF, ulps < _ONE
    spurious_infinity = found.spurious_infinity & truth.is_real
    undecided = np.zeros(ulps.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        near_half = np.abs(ulps - _HALF) <= found.uncertainty
        near_one = np.abs(ulps - _ONE) <= found.uncertainty
    for entry in np.flatnonzero(truth.is_real & (found.undecided | near_half | near_one)):
        judged = judge(site, int(entry), float(wide[entry]))
        if isinstance(judged.error, float):
            ulps[entry] = judged.error
            at_most_half[entry], below_one[entry] = judged.at_most_half, judged.below_one
        else:
            ulps[entry] = np.nan
            spurious_infinity[entry] = judged.error is Spurious.INFINITY
            undecided[entry] = judged.error is None
    return Errors(
        ulps=ulps,
        at_most_half=at_most_half,
        below_one=below_one,
        spurious_nan=found.spurious_nan & truth.is_real,
        spurious_infinity=spurious_infinity,
        undecided=undecided,
        stability=_stabilities(site, ulps),
    )


def _stabilities(site: Site, ulps: Floats) -> Floats:
    """Return E of every output: 2·error over max(1, κ) and the significand of y."""
    significand = significands(site)
    cost = np.maximum(1.0, site.reference.condition)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.minimum(2 * ulps / cost / significand, np.finfo(np.float64).max))


def significands(site: Site) -> Floats:
    """Return max(|y|, 2**emin) in units of the power of two that y's ulp belongs to."""
    high, low, _, _ = in_quanta(site.reference.truth.enclosures, site.fmt)
    return np.maximum(np.abs(high + low) * 2.0 ** (1 - site.fmt.precision), 1.0)


def _worst(site: Site, wide: Floats, sizes: Floats) -> Witness | None:
    if not sizes.size or sizes.max() < 0:
        return None
    entry = int(np.argmax(sizes))
    return site.witness(entry, float(wide[entry]), float(sizes[entry]))


def _above(site: Site, wide: Floats, errors: Errors, measured: Flags, limit: float) -> Tally:
    with np.errstate(invalid="ignore"):
        above = measured & (errors.stability > limit)
    return site.tally(wide, above, measured, sizes=errors.stability)


def _special(site: Site, wide: Floats, errors: Errors) -> tuple[Flags, Flags]:
    """Return which outputs have a special value, and where the answer is that value.

    Special is ±∞ or NaN, and any exact value that comes of an entry that is not finite, such
    as the 0 and 1 of softmax(0, ∞).
    """
    truth = site.reference.truth
    exact = truth.is_real & (truth.enclosures.radius == 0)
    not_finite = np.repeat(~site.reference.finite, site.per_row)
    special = (~truth.is_real & ~truth.no_limit) | (exact & not_finite)
    same = np.where(np.isnan(truth.special), np.isnan(wide), wide == truth.special)
    return special, np.where(truth.is_real, errors.at_most_half, same)


def _zero_sign(site: Site, wide: Floats, errors: Errors) -> Tally:
    """Count zeros whose sign is not the sign of the truth that underflowed to them."""
    truth = site.reference.truth
    underflowed = errors.at_most_half & (wide == 0) & (truth.enclosures.hi != 0)
    tested = truth.is_real & underflowed
    return site.tally(wide, np.signbit(wide) != np.signbit(truth.enclosures.hi), tested)


def _policies(site: Site, wide: Floats) -> list[str]:
    rows = np.flatnonzero(site.reference.truth.no_limit.reshape(site.block.n_rows, -1).any(axis=1))
    answers = wide.reshape(site.block.n_rows, -1)
    return sorted({_policy(site, int(row), answers[row]) for row in rows})


def _policy(site: Site, row: int, answer: Floats) -> str:
    arguments = "; ".join(spell_point(site.point(row)) or ["…"])
    given = ", ".join(f"{value:.6g}" for value in answer)
    return f"{site.function.name}({arguments}) gives {given}"
