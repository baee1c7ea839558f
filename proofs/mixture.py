"""The log-density of a mixture is a LogSumExp, so it lies between max and max + log k.

With ℓ_i = log(w_i f_i(z)) for component i at a point z, the log-density is LSE(ℓ). For two mixtures
with n and r components the integrand of the Kullback–Leibler divergence then lies in an interval of
width density·(log n + log r), and the density integrates to 1. Where one component is the largest
its ℓ is a parabola for Gaussians, and density times parabola has the antiderivatives below.

F. Nielsen and K. Sun, "Guaranteed bounds on information-theoretic measures of univariate mixtures
using piecewise log-sum-exp inequalities", Entropy 18(12), 442, 2016.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    add,
    derivative,
    instantiate,
    monotone,
    rearrange,
    scale,
    sum_over,
)
from lse_verify.theory.statements import Forall, Slope, eq, given, le
from lse_verify.theory.vocabulary import (
    at_each,
    each,
    for_each,
    i,
    k,
    lse,
    m,
    n,
    peak,
    total,
    x,
)

from . import bounds

weight, density = (sp.IndexedBase(name, positive=True) for name in ("w", "f"))
log_part, other_part = (sp.IndexedBase(name, real=True) for name in ("ell", "ell2"))
other_length = sp.Symbol("r", integer=True, positive=True)
other_at = sp.Symbol("k2", integer=True, positive=True)
other_top = sp.Symbol("m2", real=True)
MIXTURE = total(weight[i] * density[i])
PARTS = each(eq(log_part[i], sp.log(weight[i] * density[i])))


def log_density() -> Theorem:
    """ℓ_i = log(w_i f_i) for all i ⊢ LSE(ℓ) = log Σ w_i f_i."""
    part = monotone("exp", at_each(eq(log_part[i], sp.log(weight[i] * density[i]))))
    return monotone("log", sum_over(for_each(part)))


def lower() -> Theorem:
    """m = max ℓ ⊢ m ≤ log Σ w_i f_i."""
    bound = instantiate(bounds.lower(), {x: _row(log_part)})
    return rearrange(bound, le(m, sp.log(MIXTURE)), using=[log_density()])


def upper() -> Theorem:
    """m = max ℓ ⊢ log Σ w_i f_i ≤ m + log n."""
    bound = instantiate(bounds.upper(), {x: _row(log_part)})
    return rearrange(bound, le(sp.log(MIXTURE), m + sp.log(n)), using=[log_density()])


def _row(row: Any) -> sp.Lambda:
    return sp.Lambda(i, row[i])


def _peak_of_other() -> tuple[Any, ...]:
    """Return: m2 is the maximum of ℓ2, which has r entries, attained at k2."""
    return (
        le(1, other_at),
        le(other_at, other_length),
        Forall(i, sp.Integer(1), other_length, le(other_part[i], other_top)),
        eq(other_part[other_at], other_top),
    )


OTHER = {
    n: other_length,
    k: other_at,
    m: other_top,
    x: _row(other_part),
}
OTHER_LSE = sp.log(sp.Sum(sp.exp(other_part[i]), (i, 1, other_length)))
HERE = total(sp.exp(log_part[i]))
INTEGRAND = HERE * (lse(log_part) - OTHER_LSE)


def divergence_lower() -> Theorem:
    """m = max ℓ, m2 = max ℓ2 ⊢ q·(m − m2 − log r) ≤ q·(log q − log q2), q the density."""
    here = instantiate(bounds.lower(), {x: _row(log_part)})
    other = instantiate(bounds.upper(), OTHER)
    return rearrange(
        scale(add(here, other), HERE),
        le(HERE * (m - other_top - sp.log(other_length)), INTEGRAND),
    )


def divergence_upper() -> Theorem:
    """m = max ℓ, m2 = max ℓ2 ⊢ q·(log q − log q2) ≤ q·(m − m2 + log n), q the density."""
    here = instantiate(bounds.upper(), {x: _row(log_part)})
    other = instantiate(bounds.lower(), OTHER)
    return rearrange(
        scale(add(here, other), HERE), le(INTEGRAND, HERE * (m - other_top + sp.log(n)))
    )


# The Gaussian pieces.

z, mean = sp.symbols("z mu", real=True)
deviation = sp.Symbol("sigma", positive=True)
BELL = sp.exp(-((z - mean) ** 2) / (2 * deviation**2)) / (deviation * sp.sqrt(2 * sp.pi))
HALF_ERF = sp.erf((z - mean) / (deviation * sp.sqrt(2))) / 2
PIECES = (
    (BELL, HALF_ERF),
    (z * BELL, mean * HALF_ERF - deviation**2 * BELL),
    (
        z**2 * BELL,
        (mean**2 + deviation**2) * HALF_ERF - deviation**2 * (z + mean) * BELL,
    ),
)


def gaussian_pieces() -> tuple[Theorem, ...]:
    """The derivatives of three antiderivatives are φ, zφ and z²φ, φ the Gaussian density."""
    return tuple(derivative(Slope(found, z, integrand)) for integrand, found in PIECES)


CLAIMS = (
    Claim(
        id="mixture.kl",
        sentence="The log-density of a univariate mixture lies between the piecewise maximum of "
        "its weighted components and that maximum + log k, which bounds the Kullback–Leibler "
        "divergence of two mixtures in an interval of width log k + log k′.",
        states=(
            given(PARTS, *peak(log_part), then=le(m, sp.log(MIXTURE))),
            given(PARTS, *peak(log_part), then=le(sp.log(MIXTURE), m + sp.log(n))),
            given(
                *peak(log_part),
                *_peak_of_other(),
                then=le(HERE * (m - other_top - sp.log(other_length)), INTEGRAND),
            ),
            given(
                *peak(log_part),
                *_peak_of_other(),
                then=le(INTEGRAND, HERE * (m - other_top + sp.log(n))),
            ),
            *(given(then=Slope(found, z, integrand)) for integrand, found in PIECES),
        ),
        prove=lambda: (
            lower(),
            upper(),
            divergence_lower(),
            divergence_upper(),
            *gaussian_pieces(),
        ),
        argument="The bounds of LogSumExp at every point, times the density.",
        holds_for="all numbers of components",
        quoted=("an integral keeps inequalities, and a density integrates to 1",),
        variants=(
            Variant(
                "without log n above",
                given(PARTS, *peak(log_part), then=le(sp.log(MIXTURE), m)),
            ),
            Variant(
                "the gap log n alone",
                given(
                    *peak(log_part),
                    *_peak_of_other(),
                    then=le(HERE * (m - other_top), INTEGRAND),
                ),
            ),
        ),
    ),
)
