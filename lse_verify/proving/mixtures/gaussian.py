"""The integrals of 1, x and x² against a Gaussian, written once for SymPy and for balls."""

from __future__ import annotations

from typing import Any

import flint
import sympy as sp

from lse_verify.proving.mixtures.mixture import Ball, Component, Parabola

Moments = tuple[Ball, Ball, Ball]
"""The integrals of 1, x and x² against a density."""


def _antiderivatives(
    x: Any, mean: Any, deviation: Any, mass: Any, density: Any
) -> tuple[Any, Any, Any]:
    """Return ∫ xⁿ N(x; μ, σ) dx for n = 0, 1, 2, in whatever arithmetic the arguments bring.

    Parameters
    ----------
    x, mean, deviation : symbol or ball
        The upper end and the parameters.
    mass : expression or ball
        ½ erf((x − μ) / (σ√2)).
    density : expression or ball
        N(x; μ, σ).
    """
    variance = deviation * deviation
    return (
        mass,
        mean * mass - variance * density,
        (mean * mean + variance) * mass - variance * (x + mean) * density,
    )


def gaussian_pieces() -> list[tuple[sp.Expr, sp.Expr]]:
    """Return (integrand, antiderivative) for xⁿ N(x; μ, σ), n = 0, 1, 2, as expressions.

    The symbols are x and mu, real, and sigma, positive. The balls of `moments_below` come
    from these same formulas.

    Examples
    --------
    >>> integrand, antiderivative = gaussian_pieces()[2]
    >>> sp.simplify(antiderivative.diff(sp.Symbol("x", real=True)) - integrand)
    0
    """
    x, mu = sp.symbols("x mu", real=True)
    sigma = sp.Symbol("sigma", positive=True)
    density = sp.exp(-((x - mu) ** 2) / (2 * sigma**2)) / (sigma * sp.sqrt(2 * sp.pi))
    mass = sp.erf((x - mu) / (sigma * sp.sqrt(2))) / 2
    found = _antiderivatives(x, mu, sigma, mass, density)
    return [(x**power * density, antiderivative) for power, antiderivative in enumerate(found)]


def moments_below(components: list[Component], x: Ball) -> Moments:
    """Return antiderivatives of m, x·m and x²·m at a point; only differences mean anything.

    Parameters
    ----------
    components : list of (arb, arb, arb)
        Weight, mean and deviation of each component of the density m.
    x : arb
        A ball, or either infinity, where the antiderivatives have their limits.
    """
    root_two = flint.arb(2).sqrt()
    root_two_pi = (2 * flint.arb.pi()).sqrt()
    totals = [flint.arb(0)] * 3
    for weight, mean, deviation in components:
        if x.is_finite():
            scaled = (x - mean) / (deviation * root_two)
            # A square is not negative, which a wide ball times itself would forget.
            square = (scaled * scaled).nonnegative_part()
            mass, density = scaled.erf() / 2, (-square).exp() / (deviation * root_two_pi)
            parts = _antiderivatives(x, mean, deviation, mass, density)
        else:
            # The density decays faster than any power of x grows.
            parts = _antiderivatives(flint.arb(0), mean, deviation, x.sgn() / 2, flint.arb(0))
        totals = [total + weight * part for total, part in zip(totals, parts, strict=True)]
    return totals[0], totals[1], totals[2]


def against(parabola: Parabola, above: Moments, below: Moments) -> Ball:
    """Return the integral of a parabola between two points, given the moments below each."""
    zeroth, first, second = (high - low for high, low in zip(above, below, strict=True))
    return parabola.a * second + parabola.b * first + parabola.c * zeroth
