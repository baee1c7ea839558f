"""Derivatives, convexity and cumulants at a fixed number of entries.

Hessians are written out and judged by their minors, cumulants by sums over every outcome.
Every argument with a default is a formula of the claim; the tests pass wrong ones, which must
come out False.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeAlias

import sympy as sp

from lse_verify.proving.fixed.explicit import (
    Entries,
    Formula,
    entries,
    has_no_negative_eigenvalue,
    hessian,
    in_exponentials,
    inner,
    is_positive_definite,
    is_positive_semidefinite,
    is_zero,
    is_zero_matrix,
    is_zero_quotient,
    lse,
    lse0,
    softmax,
    total,
)


def gradient(n: int, claimed: Callable[[Entries], Entries] = softmax) -> bool:
    """Show ∂LSE/∂x_k = softmax_k for every k, as rational functions of the uᵢ = exp(xᵢ)."""
    row, powers = entries("x", n, real=True), entries("u", n, positive=True)
    value = lse(row)
    return all(
        is_zero_quotient(in_exponentials(sp.diff(value, x) - slope, row, powers))
        for x, slope in zip(row, claimed(row), strict=True)
    )


def convex(n: int, function: Formula = lse) -> bool:
    """Show that the characteristic polynomial of the Hessian has no negative root."""
    return has_no_negative_eigenvalue(hessian(function, n)[0])


@cache
def strictly_convex(n: int, function: Formula = lse0) -> bool:
    """Show that all leading minors of the Hessian are positive."""
    return is_positive_definite(hessian(function, n)[0])


def flat_along_ones(n: int, function: Formula = lse) -> bool:
    """Show equality at the midpoint of x and x + s·(1, …, 1), and that the Hessian kills 1."""
    row, s = entries("x", n, real=True), sp.Symbol("s", real=True)
    start, middle, end = (function(tuple(x + c * s for x in row)) for c in (0, sp.S.Half, 1))
    # Both sides of 2f(x + s/2) = f(x) + f(x + s·1), exponentiated.
    twice, both = sp.exp(2 * middle), sp.exp(start) * sp.exp(end)
    second, _ = hessian(function, n)
    killed = is_zero_matrix(second * sp.ones(n, 1))
    return is_zero(sp.expand(twice) - sp.expand(both)) and killed


def covariance(p: Entries) -> sp.Matrix:
    """Return diag(p) − ppᵀ."""
    return sp.diag(*p) - sp.Matrix(p) * sp.Matrix(p).T


def sum_of_squares(p: Entries, v: Entries) -> sp.Expr:
    """Return ½ Σᵢⱼ pᵢpⱼ(vᵢ − vⱼ)²."""
    pairs = ((i, j) for i in range(len(p)) for j in range(len(p)))
    return total(p[i] * p[j] * (v[i] - v[j]) ** 2 for i, j in pairs) / 2


def hessian_is_covariance(
    n: int,
    claimed: Callable[[Entries], sp.Matrix] = covariance,
    squares: Callable[[Entries, Entries], sp.Expr] = sum_of_squares,
) -> bool:
    """Show the Hessian, its quadratic form as squares, and that no principal minor is negative."""
    second, powers = hessian(lse, n)
    p = tuple(u / total(powers) for u in powers)
    v = entries("v", n, real=True)
    # Two quadratic forms in v agree when their second derivatives by v do.
    names = entries("p", n, positive=True)
    form = sp.hessian(squares(names, v), v).xreplace(dict(zip(names, p, strict=True))) / 2
    return (
        is_zero_matrix(second - claimed(p))
        and is_zero_matrix(second - form)
        and is_positive_semidefinite(second)
    )


Cumulant: TypeAlias = Callable[[Entries, int], Any]
"""A function of the parameters θ and of the number of trials N."""


def repeated_lse0(theta: Entries, n_trials: int) -> Any:
    """Return N·LSE0+(θ)."""
    return n_trials * lse0(theta)


def chances(odds: Entries) -> Entries:
    """Return (1, e^{θ₁}, …)/(1 + Σ e^{θᵢ}), the chances of kinds 0, 1, … from the odds e^{θᵢ}."""
    return tuple(weight / (1 + total(odds)) for weight in (sp.S.One, *odds))


def outcomes(n_kinds: int, n_trials: int) -> Iterator[tuple[int, ...]]:
    """Yield all counts of the given number of kinds that sum to the number of trials.

    Examples
    --------
    >>> list(outcomes(2, 2))
    [(0, 2), (1, 1), (2, 0)]
    """
    if n_kinds == 1:
        yield (n_trials,)
        return
    for first in range(n_trials + 1):
        for others in outcomes(n_kinds - 1, n_trials - first):
            yield (first, *others)


def _probability(counts: tuple[int, ...], chance: Entries) -> Any:
    orderings = sp.factorial(sum(counts)) / sp.Mul(*map(sp.factorial, counts))
    return orderings * sp.Mul(*(c**count for c, count in zip(chance, counts, strict=True)))


def generates_moments(n_trials: int, n_free: int = 1, cumulant: Cumulant = repeated_lse0) -> bool:
    """Show that log E e^⟨u, k⟩ = K(θ + u) − K(θ), the mean summed over every outcome, K = N·LSE0+.

    k counts how often each of the `n_free` kinds besides kind 0 comes in `n_trials` trials;
    with one such kind it is binomial, with more multinomial. The mean of k must be ∇K.
    """
    theta, shift = entries("theta", n_free, real=True), entries("s", n_free, real=True)
    odds, factors = entries("w", n_free, positive=True), entries("z", n_free, positive=True)
    pmf = {k: _probability(k, chances(odds)) for k in outcomes(n_free + 1, n_trials)}

    moved = cumulant(tuple(a + b for a, b in zip(theta, shift, strict=True)), n_trials)
    generated = in_exponentials(
        sp.exp(moved - cumulant(theta, n_trials)), theta + shift, odds + factors
    )
    summed = total(
        chance * sp.Mul(*(z**times for z, times in zip(factors, k[1:], strict=True)))
        for k, chance in pmf.items()
    )
    slopes = (in_exponentials(sp.diff(cumulant(theta, n_trials), th), theta, odds) for th in theta)
    means = (total(k[i + 1] * chance for k, chance in pmf.items()) for i in range(n_free))
    return is_zero_quotient(generated - summed) and all(
        is_zero_quotient(slope - mean) for slope, mean in zip(slopes, means, strict=True)
    )


def normalises(n_trials: int, n_free: int = 1, cumulant: Cumulant = repeated_lse0) -> bool:
    """Show that each outcome has chance (orderings)·e^{⟨θ, k⟩ − K(θ)}, and that they sum to 1."""
    theta, odds = entries("theta", n_free, real=True), entries("w", n_free, positive=True)
    pmf = {k: _probability(k, chances(odds)) for k in outcomes(n_free + 1, n_trials)}
    exponential_family = (
        _probability(k, (sp.S.One,) * len(k))
        * in_exponentials(
            sp.exp(inner(k[1:], theta)) * sp.exp(-cumulant(theta, n_trials)), theta, odds
        )
        for k in pmf
    )
    return is_zero_quotient(total(pmf.values()) - 1) and all(
        is_zero_quotient(chance - form)
        for chance, form in zip(pmf.values(), exponential_family, strict=True)
    )


def binomial(n_trials: int, cumulant: Cumulant = repeated_lse0) -> bool:
    """Show that N·LSE0+ is the cumulant of the binomial of N trials."""
    return generates_moments(n_trials, 1, cumulant) and normalises(n_trials, 1, cumulant)


def multinomial(n: int, cumulant: Cumulant = repeated_lse0) -> bool:
    """Show that N·LSE0+ of n entries is the cumulant of the multinomial, for N = 1, 2, 3."""
    return all(
        generates_moments(n_trials, n, cumulant) and normalises(n_trials, n, cumulant)
        for n_trials in (1, 2, 3)
    )
