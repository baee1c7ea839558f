"""The second method: each claim by plain SymPy at fixed n, apart from the proof kernel.

Rows are written out as x1, …, xn and nothing is summed symbolically: what the kernel proves for
every n is found again here for a few n by other means, so that a mistake in the kernel's
rules, or in a statement handed to it, has a second place to show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lse_verify.proving.fixed import (
    algebra,
    calculus,
    duality,
    mixture,
    order,
    strict,
    termination,
)


@dataclass(frozen=True, slots=True)
class Method:
    """How one claim is shown at fixed n.

    Attributes
    ----------
    description : str
        One line: by what.
    lengths : tuple of int
        The n at which to check; the number of trials or of components where a claim is about these.
    check : callable
        ``check(n)`` is True only if the claim was established for that n, for all real values.

    Examples
    --------
    >>> [METHODS["bounds.lower.strict"].check(n) for n in (1, 2, 3)]
    [False, True, True]
    """

    description: str
    lengths: tuple[int, ...]
    check: Callable[[int], bool]


_FROM_ONE = (1, 2, 3, 4, 5, 6)
_FROM_TWO = (2, 3, 4, 5, 6)

_METHODS = {
    "domain": Method(
        "e^LSE is a polynomial in eˣ with positive coefficients; y has a preimage",
        _FROM_ONE,
        order.domain,
    ),
    "bounds.lower": Method(
        "with xᵢ = m − log(1 + sᵢ), e^(LSE − max) − 1 has no negative coefficient in s",
        _FROM_ONE,
        order.lower_bound,
    ),
    "bounds.lower.strict": Method(
        "and its constant coefficient is positive, for n ≥ 2",
        _FROM_TWO,
        order.lower_bound_strict,
    ),
    "bounds.upper": Method(
        "with xᵢ = m − log(1 + sᵢ), n·e^(max − LSE) − 1 has no negative coefficient in s",
        _FROM_ONE,
        order.upper_bound,
    ),
    "bounds.upper.strict": Method(
        "and it is positive as soon as one sᵢ is, and 0 where all are",
        _FROM_ONE,
        order.upper_bound_strict,
    ),
    "scaled.bounds": Method(
        "with e^(t(max − xᵢ)) = 1 + sᵢ, the signs of the coefficients in s, for n ≥ 2",
        _FROM_TWO,
        order.scaled_bounds,
    ),
    "scaled.limit": Method(
        "squeezed between max and max + log(n)/t by coefficients in s; limit() of the width",
        _FROM_ONE,
        order.scaled_limit,
    ),
    "min.bounds": Method(
        "with e^(t(xᵢ − min)) = 1 + sᵢ, the signs of the coefficients in s; limit() of the width",
        _FROM_TWO,
        order.minimum_bounds,
    ),
    "increasing": Method(
        "each diff() is a quotient of polynomials in eˣ with positive coefficients",
        _FROM_ONE,
        order.increasing,
    ),
    "convex": Method(
        "the characteristic polynomial of the Hessian alternates in sign",
        _FROM_ONE,
        calculus.convex,
    ),
    "convex.not_strict": Method(
        "equality at the midpoint of x and x + s·(1, …, 1); the Hessian times (1, …, 1) is 0",
        _FROM_ONE,
        calculus.flat_along_ones,
    ),
    "gradient.softmax": Method(
        "diff() by each entry, compared as rational functions of eˣ",
        _FROM_ONE,
        calculus.gradient,
    ),
    "hessian.psd": Method(
        "diff() twice, compared with diag(p) − ppᵀ and with the squares; all principal minors",
        _FROM_ONE,
        calculus.hessian_is_covariance,
    ),
    "conjugate.negentropy": Method(
        "stationary point by solve(), concave by minors, faces and +∞ by limit()",
        (1, 2, 3, 4),
        duality.conjugate,
    ),
    "conjugate.fenchel_young": Method(
        "the gap is strictly convex in p by minors, stationary and 0 at softmax(x)",
        (1, 2, 3, 4),
        duality.fenchel_young,
    ),
    "conjugate.biconjugate": Method(
        "Lagrange's multiplier by solve(); the Lagrangian is strictly concave by minors",
        (1, 2, 3, 4),
        duality.biconjugate,
    ),
    "logdomain.product": Method(
        "both sides have equal derivatives and agree where all factors are 1",
        _FROM_TWO,
        algebra.log_of_product,
    ),
    "logdomain.sum": Method(
        "both sides have equal derivatives and agree where all terms are 1",
        _FROM_TWO,
        algebra.log_of_sum,
    ),
    "trick": Method(
        "expand() of both exponentials; at c = max the exponents are −dᵢ ≤ 0",
        _FROM_ONE,
        algebra.trick,
    ),
    "lse0.strictly_convex": Method(
        "the leading minors of the Hessian have positive coefficients in eˣ",
        _FROM_ONE,
        calculus.strictly_convex,
    ),
    "lse0.bregman_is_kl": Method(
        "both sides written in log u, log v and the two log-sums; each coefficient cancels",
        (1, 2, 3, 4),
        strict.bregman_is_kl,
    ),
    "lse0.conjugate": Method(
        "stationary point by solve(), concave by minors, faces and +∞ by limit()",
        (1, 2, 3),
        strict.conjugate0,
    ),
    "lse0.binomial": Method(
        "moments and normaliser summed over every outcome of N = n trials",
        _FROM_ONE,
        calculus.binomial,
    ),
    "lse0.multinomial": Method(
        "moments and normaliser summed over every outcome of N = 1, 2, 3 trials of n + 1 kinds",
        (1, 2, 3, 4),
        calculus.multinomial,
    ),
    "semiring": Method(
        "all bracketings, swaps and shifts of n operands expanded; −∞ by limit()",
        _FROM_TWO,
        algebra.semiring,
    ),
    "tropical.limit": Method(
        "l'Hôpital for any number of ties, each weight by limit(); limit() itself at n = 2",
        _FROM_TWO,
        order.tropical_limit,
    ),
    "mixture.kl": Method(
        "Gaussian log-terms by expand(), the sandwich by coefficients in s, its pieces by diff()",
        (1, 2, 3, 4),
        mixture.mixture_sandwich,
    ),
    "oracle.terminates": Method(
        "given Lindemann–Weierstrass: coefficients in every pattern of equal exponents",
        _FROM_TWO,
        termination.terminates,
    ),
}

METHODS: Mapping[str, Method] = MappingProxyType(_METHODS)
"""The second method of each claim of MATHEMATICS, section 2, by its id."""
