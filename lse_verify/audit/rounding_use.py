"""What use an implementation makes of its rounding bound, and where it breaks it."""

from __future__ import annotations

import numpy as np

from lse_verify.audit.elementary import elementary
from lse_verify.audit.finding import RoundingUse, Tally
from lse_verify.audit.site import Flags, Site, resolved
from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.errors import UsageError
from lse_verify.family.lse_form import LseFunction
from lse_verify.family.rounding import Scheme, rounding_bound, scheme_named
from lse_verify.implementations.library import Call, Implementation
from lse_verify.implementations.user import declared_scheme, is_spec
from lse_verify.oracle.truth import SETTLED

PLAIN = ("logsumexp", "logaddexp", "softplus", "logsumexp0")
"""The functions that are log Σ exp of their entries and no more."""

_LARGEST = float(np.finfo(np.float64).max)


def scheme_of(implementation: Implementation, call: Call) -> Scheme | None:
    """Return the scheme that an implementation, or the user's own callable, declares itself.

    Raises
    ------
    UnknownName
        If there is no such scheme.
    UsageError
        If its function has no rounding bound.
    """
    name = declared_scheme(call) if is_spec(implementation.name) else implementation.scheme
    if name is None:
        return None
    if implementation.function not in PLAIN:
        raise UsageError(
            f"{implementation.function} has no rounding bound; "
            f"declare a rounding_scheme for {', '.join(PLAIN)} alone"
        )
    return scheme_named(name)


def rounding_use(
    site: Site, wide: Floats, ulps: Floats, failed: Flags, scheme: Scheme
) -> RoundingUse:
    """Hold the error of each row against its rounding bound.

    Parameters
    ----------
    site : Site
        A block of one of the functions `PLAIN`.
    wide : ndarray of float64
        The answer.
    ulps : ndarray of float64
        Its errors, NaN where there is none.
    failed : ndarray of bool
        Where the answer is a spurious NaN or infinity: an error of any size.
    scheme : Scheme
        What the implementation says that it computes.
    """
    known = elementary(site.fmt.name)
    allowed, certain = bound_ulps(site, scheme), _at_least(site, ulps)
    held = np.isfinite(allowed) & (failed | ~np.isnan(ulps))
    with np.errstate(invalid="ignore", over="ignore"):
        broken = held & (failed | (certain > allowed))
        seen = resolved(ulps, site.reference.truth.tier == SETTLED)
        use = np.minimum(np.where(failed, _LARGEST, seen / allowed), _LARGEST)
    return RoundingUse(
        scheme=scheme.name,
        basis=known.basis,
        exp_ulps=known.errors.exp,
        log_ulps=scheme.log_error(known.errors),
        unbounded=int((site.reference.truth.is_real & ~np.isfinite(allowed)).sum()),
        broken=_tally(site, wide, held, broken, use, allowed),
        largest_use=float(use[held].max(initial=0.0)),
    )


def bound_ulps(site: Site, scheme: Scheme) -> Floats:
    """Return the bound of each row in ulps of the truth, ∞ where there is none."""
    assert isinstance(site.function, LseFunction)
    truth = site.reference.truth
    bound = np.full(truth.is_real.size, np.inf)
    rows = site.function.entries(site.block)
    usable = truth.is_real & np.isfinite(rows.max(axis=1, initial=-np.inf))
    if usable.any():
        places = np.flatnonzero(usable)
        bound[places] = rounding_bound(
            scheme,
            elementary(site.fmt.name).errors,
            site.fmt,
            rows[places],
            _magnitude(truth.enclosures.take(places)),
        )
    with np.errstate(over="ignore"):
        allowed = np.ldexp(bound, -site.reference.ruler.quantum_exponent)
    # Beside a subnormal truth of binary64; errors are cut off there too.
    return np.where(np.isfinite(bound), np.minimum(allowed, _LARGEST), np.inf)


def _magnitude(truth: EnclosureArray) -> Floats:
    """Return numbers that are not below |y|."""
    clipped = np.clip(truth.exponent, -2200, 2200).astype(np.int32)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        above = np.ldexp(np.abs(truth.hi) + np.abs(truth.lo) + truth.radius, clipped)
        return np.asarray(above * (1 + 2.0**-50) + np.finfo(np.float64).smallest_subnormal)


def _at_least(site: Site, ulps: Floats) -> Floats:
    """Return what the errors are certain not to be below."""
    return np.asarray(ulps * (1 - 2.0**-48) - site.reference.ruler.spread * (1 + 2.0**-48))


def _tally(
    site: Site, wide: Floats, held: Flags, broken: Flags, use: Floats, allowed: Floats
) -> Tally:
    tested, count = int(held.sum()), int(broken.sum())
    if not count:
        return Tally(tested=tested)
    row = int(np.argmax(np.where(broken, use, -1)))
    note = f"the rounding bound allows {allowed[row]:.3g} ulp"
    witness = site.witness(row, float(wide[row]), float(use[row]), note)
    return Tally(tested=tested, count=count, witness=witness)
