"""Rounding bounds of LogSumExp that hold exactly, no O(u²) dropped, for any number of terms.

Assumed of the implementation, with u = 2**-p, η the smallest subnormal and *ulp* as in
`lse_verify.ulp`: additions and subtractions are rounded to nearest; exp, log and log1p are
wrong by at most E, L and L₁ ulps, and exp(0) = 1, exp(−∞) = 0; nothing overflows. h is the
most inexact additions on any path from a term to the root of the tree of the summation. With
m = max x, dᵢ = m − xᵢ, wᵢ = e^(−dᵢ) and s = Σ wᵢ, which has one term that is exactly 1:

1. A computed exponential ê of v is within 2Eu·v + Eη of it, for ulp(v) ≤ max(2uv, η).
2. A float sum has no error but relative ones, as sums that are subnormal are exact: of terms
   ê ≥ 0 it is within ((1+u)^h − 1)·Σê of Σê.
3. By 1 and 2 the sum S of the naive form is wrong by at most R·S, with
   R = (1+2Eu)(1+u)^h − 1 + k·Eη(1+u)^h/S, k the number of terms above −∞.
4. The shifted form has exponents −dᵢ(1+δ), |δ| ≤ u (a difference is never rounded by more,
   nor below η), so ê is within wᵢ(e^(u dᵢ)(1+2Eu) − 1) + Eη of wᵢ; where dᵢ = 0 it is exact.
   The sum is wrong by at most R·s, with
   R·s = a·((1+u)^h − 1) + Σ wᵢ(e^(u dᵢ)(1+2Eu)(1+u)^h − 1) + k·Eη(1+u)^h,
   where a counts the terms with dᵢ = 0, and the sum and k the others above −∞. An exponent
   that overflows to −∞ is within it: then u·dᵢ > ln 2, so wᵢ(e^(u dᵢ) − 1) is all of wᵢ.
5. With the first maximum left out of the sum and log1p in place of log, that is a − 1 in
   place of a, still over s, for log1p turns an absolute error A of its argument s − 1 into
   the logarithm of 1 ± A/s. One addition fewer is inexact, for one term is not there.
6. R < 1 turns into D = −ln(1 − R) on the logarithm, above or below. Then, with L₁ for L in
   the form of 5, and where neither the sum nor the result can overflow:

       naive     |ŷ − y| ≤ D + L·ulp(|y| + D)
       shifted   E₁ = D + L·ulp(ln s + D),   |ŷ − y| ≤ E₁ + ½·ulp(|y| + E₁)

Computed here in binary64, *outward*: each quantity is a sum of few non-negative parts, each
with a relative error below 2**-41 (exponentials of arguments down to −745, which are
themselves wrong by 2**-51 of their size, and elementary functions wrong by at most 4 ulp) or
below n·2**-52 for a sum of n; it is then enlarged by 2**-40 + n·2**-52, and by the smallest
binary64 for whatever underflowed. What divides is made smaller by as much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.errors import UnknownName
from lse_verify.formats import Format

Form = Literal["naive", "shifted", "shifted_log1p"]


@dataclass(frozen=True, slots=True)
class ElementaryErrors:
    """The most that exp, log and log1p are wrong by, in ulps: E, L and L₁."""

    exp: float
    log: float
    log1p: float


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to compute LogSumExp that has a rounding bound.

    Attributes
    ----------
    name : str
        A key of `SCHEMES`.
    form : {"naive", "shifted", "shifted_log1p"}
        log Σ exp(x), max + log Σ exp(x − max), or the latter with the maximum left out of the
        sum and log1p.
    pairwise : bool
        Whether the sum is a balanced tree; if not, it may have any order.
    """

    name: str
    form: Form
    pairwise: bool = False

    def additions(self, n_terms: int) -> int:
        """Return h, the most inexact additions on any path of the tree of the sum.

        Examples
        --------
        >>> SCHEMES["naive"].additions(8), SCHEMES["shifted.pairwise"].additions(8)
        (7, 3)
        """
        if self.pairwise:
            return max(n_terms - 1, 0).bit_length()
        return max(n_terms - (2 if self.form == "shifted_log1p" else 1), 0)

    def log_error(self, errors: ElementaryErrors) -> float:
        """Return the error in ulps of the logarithm that the form takes."""
        return errors.log1p if self.form == "shifted_log1p" else errors.log


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme("naive", "naive"),
        Scheme("naive.pairwise", "naive", pairwise=True),
        Scheme("shifted", "shifted"),
        Scheme("shifted.pairwise", "shifted", pairwise=True),
        Scheme("shifted_log1p", "shifted_log1p"),
        Scheme("shifted_log1p.pairwise", "shifted_log1p", pairwise=True),
    )
}
"""The schemes by name: what an implementation may declare itself to be."""

_TINIEST = math.ulp(0.0)


def scheme_named(name: str) -> Scheme:
    """Return the scheme of that name.

    Raises
    ------
    UnknownName
        If there is none; the message names the nearest.
    """
    try:
        return SCHEMES[name]
    except KeyError:
        raise UnknownName("rounding scheme", name, SCHEMES) from None


def rounding_bound(
    scheme: Scheme, errors: ElementaryErrors, fmt: Format, rows: Floats, magnitude: Floats
) -> Floats:
    """Return a number that |ŷ − y| cannot exceed, for each row.

    Parameters
    ----------
    scheme : Scheme
        How ŷ is computed, every operation rounded to `fmt`.
    errors : ElementaryErrors
        Of the functions that it is computed with.
    fmt : Format
        The format.
    rows : ndarray of float64, shape (m, n)
        Floats of `fmt`, n ≥ 1; −∞ is allowed beside a finite entry, +∞ and NaN are not.
    magnitude : ndarray of float64, shape (m,)
        Not below |y|.

    Returns
    -------
    ndarray of float64, shape (m,)
        Certain to be at least the bound; ∞ where there is none, because R ≥ 1 or because the
        sum, the result or, without infinity in the format, a difference may overflow.
    """
    slack = 2.0**-40 + rows.shape[1] * 2.0**-52
    with np.errstate(all="ignore"):
        terms = _terms(scheme, errors, fmt, rows)
        relative = terms.wrong * (1 + slack) / (terms.others + 1) * (1 + slack)
        if scheme.form == "naive":
            relative = _naive_relative(scheme, errors, fmt, rows, terms)
        # Not log(others + 1): that of a lost tail is 0.
        log_sum = np.log1p(terms.others) * (1 + slack) + _TINIEST
        on_log = np.where(relative < 1, -np.log1p(-relative), np.inf) * (1 + slack) + _TINIEST
        log_ulps = scheme.log_error(errors)
        if scheme.form == "naive":
            bound = on_log + log_ulps * _ulp(magnitude + on_log, fmt)
            log_total = rows.max(axis=1) + log_sum
        else:
            inner = (on_log + log_ulps * _ulp(log_sum + on_log, fmt)) * (1 + slack)
            bound = inner + _ulp(magnitude + inner, fmt) / 2
            log_total = log_sum
        bound = bound * (1 + slack) + 2 * _TINIEST
        reach = log_total + np.log1p(relative) + 2.0**-40 * (1 + np.abs(log_total))
        safe = (reach < math.log(fmt.largest)) & (magnitude + bound < fmt.largest)
        if scheme.form != "naive" and not fmt.has_infinity:
            # x − max becomes NaN, of which exp is not the 0 that it is of −∞.
            safe &= np.ptp(rows, axis=1) <= fmt.largest
        return np.where(safe & (relative < 1), bound, np.inf)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the terms of each row add up to; `wrong` and `others` are not yet outward.

    Attributes
    ----------
    wrong : ndarray
        R·s of the shifted forms.
    others : ndarray
        s − 1, the first maximum left out.
    """

    wrong: Floats
    others: Floats


def _terms(scheme: Scheme, errors: ElementaryErrors, fmt: Format, rows: Floats) -> _Terms:
    u = fmt.unit_roundoff
    # ln of (1+u)^h, and of that times 1 + 2Eu.
    log_sums = scheme.additions(rows.shape[1]) * math.log1p(u)
    log_growth = math.log1p(2 * errors.exp * u) + log_sums
    down = rows.max(axis=1, keepdims=True) - rows
    weights = np.exp(-down)
    ties = (down == 0).sum(axis=1) - 1
    # w(e^c − 1) as e^(c − d)·(1 − e^−c), which neither cancels nor overflows before its time.
    excess = np.exp(log_growth - (1 - u) * down) * -np.expm1(-(u * down + log_growth))
    below = (down > 0) & (down < np.inf)
    exact = ties + (scheme.form != "shifted_log1p")
    unseen = below.sum(axis=1) * (errors.exp * fmt.smallest_subnormal * np.exp(log_sums))
    wrong = np.where(below, excess, 0.0).sum(axis=1) + exact * np.expm1(log_sums) + unseen
    others = np.where(below, weights, 0.0).sum(axis=1) + ties
    lost = 2 * rows.shape[1] * _TINIEST
    return _Terms(wrong + lost, others + lost)


def _naive_relative(
    scheme: Scheme, errors: ElementaryErrors, fmt: Format, rows: Floats, terms: _Terms
) -> Floats:
    """Return R of the naive form, rounded upward."""
    log_sums = scheme.additions(rows.shape[1]) * math.log1p(fmt.unit_roundoff)
    growth = np.expm1(math.log1p(2 * errors.exp * fmt.unit_roundoff) + log_sums)
    counted = np.isfinite(rows).sum(axis=1) * errors.exp
    # As a logarithm, for Σ e^x may be outside of binary64; counted may be 0.
    log_unseen = np.log(counted) + (math.log(fmt.smallest_subnormal) + log_sums)
    unseen = np.exp(log_unseen - rows.max(axis=1) - np.log1p(terms.others))
    return np.asarray((growth + unseen) * (1 + 2.0**-40 + rows.shape[1] * 2.0**-52))


def _ulp(magnitude: Floats, fmt: Format) -> Floats:
    """Return ulp of numbers that are not negative; ∞ of ∞."""
    exponent = np.frexp(magnitude)[1] - 1
    binade = np.clip(np.where(magnitude == 0, fmt.emin, exponent), fmt.emin, fmt.emax)
    return np.where(np.isfinite(magnitude), np.ldexp(1.0, binade - fmt.precision + 1), np.inf)
