"""Σ bᵢ exp(xᵢ) without rounding: what is left of it when equal exponents are put together.

A sum over distinct rational exponents, with rational factors other than 0, is not 0
(Lindemann–Weierstrass): more and more bits always end in its sign.
"""

from __future__ import annotations

import math
from fractions import Fraction

from mpmath.libmp import (
    from_float,
    from_rational,
    fzero,
    mpf_abs,
    mpf_add,
    mpf_cmp,
    mpf_exp,
    mpf_mul,
    mpf_shift,
    mpf_sign,
    mpf_sub,
)

Groups = dict[float, float | Fraction]
"""The factor of each exponent, the largest exponent first, none of them 0; exact."""

MOST_BITS = 2**16
"""Twice what the oracles have: no oracle tells the logarithm of a sum without a sign at so many."""


def grouped(row: tuple[float, ...], weights: tuple[float, ...]) -> Groups:
    """Add up the weights of equal entries, and leave out those that cancel.

    Parameters
    ----------
    row, weights : tuple of float
        Finite, of equal length.

    Examples
    --------
    >>> grouped((0.0, 2.0, 1.0, 0.0), (3.0, 0.5, 0.0, -2.0))
    {2.0: 0.5, 0.0: Fraction(1, 1)}
    """
    sums: Groups = {}
    for entry, weight in zip(row, weights, strict=True):
        known = sums.get(entry)
        sums[entry] = weight if known is None else Fraction(known) + Fraction(weight)
    return {entry: sums[entry] for entry in sorted(sums, reverse=True) if sums[entry]}


def sign_of(groups: Groups) -> int:
    """Return the sign of the sum: −1 or 1, and 0 of no terms or where `MOST_BITS` do not tell.

    Examples
    --------
    >>> sign_of(grouped((0.0, 5e-324), (1.0, -1.0)))
    -1
    """
    signs = {1 if factor > 0 else -1 for factor in groups.values()}
    if len(signs) < 2:
        return sum(signs)
    sign, prec_bits = _in_floats(groups), 128
    while not sign and prec_bits <= MOST_BITS:
        sign, prec_bits = _in_bits(groups, prec_bits), prec_bits * 4
    return sign


def _in_floats(groups: Groups) -> int:
    """Return the sign if binary64 tells it."""
    top = next(iter(groups))
    total = error = 0.0
    for entry, factor in groups.items():
        try:
            size = float(factor)
        except OverflowError:
            return 0
        down = entry - top
        term = size * math.exp(down)
        total += term
        # Of the difference, of exp and the product, and of the sum; and what underflows.
        error += abs(term) * (abs(down) + len(groups) + 8) if term else 0.0
        error += abs(size) * 2.0**-1000
    # Comparisons with NaN, of what overflows, are false.
    return (1 if total > 0 else -1) if abs(total) > 2.0**-52 * error else 0


def _in_bits(groups: Groups, prec_bits: int) -> int:
    """Return the sign if so many bits tell it.

    mpmath's exp may lose a quarter of √prec of its bits, and each of the roundings here one.
    """
    working_bits = prec_bits + 64 + math.isqrt(prec_bits)
    top = from_float(next(iter(groups)))
    total = size = fzero
    for entry, factor in groups.items():
        down = mpf_sub(from_float(entry), top)
        weight = from_rational(*factor.as_integer_ratio(), working_bits)
        term = mpf_mul(weight, mpf_exp(down, working_bits), working_bits)
        total = mpf_add(total, term, working_bits)
        size = mpf_add(size, mpf_abs(term), working_bits)
    error = mpf_shift(size, -prec_bits)
    return int(mpf_sign(total)) if mpf_cmp(mpf_abs(total), error) > 0 else 0
