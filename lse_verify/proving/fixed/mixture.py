"""The sandwich of a mixture's log-density, at a fixed number of Gaussian components.

log Σ wᵢ·Nᵢ(z) is the LSE of the log-terms aᵢ = log wᵢ + log Nᵢ(z), parabolas in z. Bounding it
by max and max + log k, once for each of the two mixtures, bounds the Kullback–Leibler
divergence by integrals of a density times a parabola, which have a closed form. Every argument
with a default is a formula of the claim; the tests pass wrong ones, which must come out False.

References
----------
F. Nielsen and K. Sun, "Guaranteed bounds on information-theoretic measures of univariate
mixtures using piecewise log-sum-exp inequalities", Entropy 18(12):442, 2016.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from lse_verify.proving.fixed.explicit import (
    Entries,
    Formula,
    entries,
    inner,
    is_at_least_zero,
    is_zero,
    lse,
)
from lse_verify.proving.fixed.order import largest, largest_and_log_n

_Z = sp.Symbol("z", real=True)
_MU, _SIGMA = sp.Symbol("mu", real=True), sp.Symbol("sigma", positive=True)


def density(mu: Any, sigma: Any) -> sp.Expr:
    """Return the Gaussian density at z."""
    return sp.exp(-((_Z - mu) ** 2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))


def log_term(weight: Any, mu: Any, sigma: Any) -> sp.Expr:
    """Return log w + log N(z; μ, σ), a parabola in z."""
    constant = sp.log(weight) - sp.log(sigma) - sp.log(2 * sp.pi) / 2
    return constant - (_Z - mu) ** 2 / (2 * sigma**2)


def is_lse_of_parabolas(n_components: int, term: Callable[..., Any] = log_term) -> bool:
    """Show log Σ wᵢNᵢ = LSE(a), and that max a is made of finitely many pieces of parabolas.

    Two of them that differ cross in two points at most, their difference being of degree ≤ 2.
    """
    weights = entries("w", n_components, positive=True)
    means = entries("mu", n_components, real=True)
    widths = entries("sigma", n_components, positive=True)
    terms = tuple(term(*part) for part in zip(weights, means, widths, strict=True))
    mixture = inner(weights, tuple(density(*part) for part in zip(means, widths, strict=True)))
    return is_zero(sp.expand(sp.exp(lse(terms))) - sp.expand(mixture)) and all(
        sp.Poly(one - other, _Z).degree() <= 2 for one in terms for other in terms
    )


def is_sandwiched(
    n_components: int,
    n_other: int,
    low: Formula = largest,
    high: Formula = largest_and_log_n,
) -> bool:
    """Show low(a) − high(a′) ≤ LSE(a) − LSE(a′) ≤ high(a) − low(a′), a gap of log k + log k′.

    a and a′ are the log-terms of the two mixtures at one z, each with its largest first.
    """
    terms, ratios = _falling_from_peak("m", "d", "s", n_components)
    others, more_ratios = _falling_from_peak("c", "e", "r", n_other)
    value = lse(terms) - lse(others)
    floor, ceiling = low(terms) - high(others), high(terms) - low(others)
    exact = is_zero(ceiling - floor - sp.log(n_components) - sp.log(n_other))
    return exact and all(
        is_at_least_zero(sp.exp(sp.expand(gap).xreplace({**ratios, **more_ratios})) - 1)
        for gap in (value - floor, ceiling - value)
    )


def _falling_from_peak(peak: str, fall: str, ratio: str, n: int) -> tuple[Entries, dict[Any, Any]]:
    """Return m, m − d₁, …, and the substitution e^{dᵢ} = 1 + sᵢ with sᵢ ≥ 0."""
    top = sp.Symbol(peak, real=True)
    falls = entries(fall, n - 1, nonnegative=True)
    ratios = entries(ratio, n - 1, nonnegative=True)
    logs = {d: sp.log(1 + s) for d, s in zip(falls, ratios, strict=True)}
    logs[top] = sp.log(sp.Symbol(f"{peak}_power", positive=True))
    return (top, *(top - d for d in falls)), logs


def antiderivative(alpha: Any, beta: Any, gamma: Any) -> sp.Expr:
    """Return ∫ (α + βz + γz²)·N(z; μ, σ) dz."""
    mean_value = alpha + beta * _MU + gamma * (_MU**2 + _SIGMA**2)
    mass = sp.erf((_Z - _MU) / (_SIGMA * sp.sqrt(2))) / 2
    return mean_value * mass - _SIGMA**2 * (beta + gamma * (_Z + _MU)) * density(_MU, _SIGMA)


def pieces_integrate(closed_form: Callable[[Any, Any, Any], Any] = antiderivative) -> bool:
    """Show by differentiation that a parabola times a Gaussian integrates in closed form."""
    alpha, beta, gamma = sp.symbols("alpha beta gamma", real=True)
    integrand = (alpha + beta * _Z + gamma * _Z**2) * density(_MU, _SIGMA)
    return is_zero(sp.diff(closed_form(alpha, beta, gamma), _Z) - integrand)


def has_unit_mass(closed_form: Callable[[Any, Any, Any], Any] = antiderivative) -> bool:
    """Show ∫ N = 1, so that a gap that is constant in z is the gap of the integrals.

    The limits are taken in v = (z − μ)/σ: SymPy 1.14 gets those of erf(z/σ − μ/σ)/2 + ½ wrong.
    """
    v = sp.Symbol("v", real=True)
    mass = sp.cancel(closed_form(1, 0, 0).subs(_Z, _MU + _SIGMA * v))
    return bool(sp.limit(mass, v, sp.oo) - sp.limit(mass, v, -sp.oo) == 1)


def mixture_sandwich(n_components: int) -> bool:
    """Show the sandwich of KL for k components against k and against 2."""
    return (
        is_lse_of_parabolas(n_components)
        and all(is_sandwiched(n_components, k) for k in {n_components, 2})
        and pieces_integrate()
        and has_unit_mass()
    )
