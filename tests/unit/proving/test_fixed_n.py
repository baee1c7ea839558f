"""Every claim holds at fixed n by the second method, and a false version of it does not.

The ids are those of the claims' table in the specification. The false versions are the
classical mistakes, each passed to the code that shows the true one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp

from lse_verify.proving.fixed import algebra as fixed_algebra
from lse_verify.proving.fixed import calculus as fixed_calculus
from lse_verify.proving.fixed import duality as fixed_duality
from lse_verify.proving.fixed import explicit
from lse_verify.proving.fixed import mixture as fixed_mixture
from lse_verify.proving.fixed import order as fixed_order
from lse_verify.proving.fixed import strict as fixed_strict
from lse_verify.proving.fixed import termination as fixed_oracle
from lse_verify.proving.fixed.calculus import covariance, sum_of_squares
from lse_verify.proving.fixed.explicit import Entries, inner, lse, lse0, negentropy, softmax, total
from lse_verify.proving.fixed.methods import METHODS
from lse_verify.proving.fixed.order import largest, smallest

CLAIMS = [
    "domain",
    "bounds.lower",
    "bounds.lower.strict",
    "bounds.upper",
    "bounds.upper.strict",
    "scaled.bounds",
    "scaled.limit",
    "min.bounds",
    "increasing",
    "convex",
    "convex.not_strict",
    "gradient.softmax",
    "hessian.psd",
    "conjugate.negentropy",
    "conjugate.fenchel_young",
    "conjugate.biconjugate",
    "logdomain.product",
    "logdomain.sum",
    "trick",
    "lse0.strictly_convex",
    "lse0.bregman_is_kl",
    "lse0.conjugate",
    "lse0.binomial",
    "lse0.multinomial",
    "semiring",
    "tropical.limit",
    "mixture.kl",
    "oracle.terminates",
]


def test_there_is_a_method_for_each_claim_and_for_nothing_else() -> None:
    assert set(METHODS) == set(CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_holds_at_each_of_its_lengths(claim: str) -> None:
    method = METHODS[claim]
    assert {n: method.check(n) for n in method.lengths} == dict.fromkeys(method.lengths, True)


def max_and_log_of_one_less(row: Entries, t: Any = sp.S.One) -> Any:
    return sp.Max(*row) + sp.log(len(row) - 1) / t


def mean(row: Entries, _t: Any = sp.S.One) -> Any:
    return total(row) / len(row)


def unscaled(row: Entries, t: Any) -> Any:
    return lse(tuple(t * x for x in row))


def quadratic(row: Entries) -> Any:
    return total(x**2 for x in row)


def softmax_turned(row: Entries) -> Entries:
    return softmax(tuple(-x for x in row))


def without_half(p: Entries, v: Entries) -> Any:
    return 2 * sum_of_squares(p, v)


def entropy(p: Entries) -> Any:
    return -negentropy(p)


def one_more_where_nothing_is_left(eta: Entries) -> Any:
    return fixed_strict.negentropy0(eta) + int(sp.cancel(total(eta)) == 1)


def cumulant_of_lse(theta: Entries, n_trials: int) -> Any:
    return n_trials * lse(theta)


def one_trial(theta: Entries, _n_trials: int) -> Any:
    return lse0(theta)


def log_mean(a: Any, b: Any) -> Any:
    return lse((a, b)) - sp.log(2)


def doubled_right(a: Any, b: Any) -> Any:
    return lse((a, 2 * b))


def larger_square(alpha: Any, beta: Any, gamma: Any) -> Any:
    return fixed_mixture.antiderivative(alpha, beta, 2 * gamma)


def log_term_off_by_a_factor(weight: Any, mu: Any, sigma: Any) -> Any:
    return fixed_mixture.log_term(weight, mu, sigma) - sp.log(2)


FALSE_VERSIONS: list[tuple[str, str, Callable[[int], bool]]] = [
    (
        "domain",
        "a sum with a negative term",
        lambda n: fixed_order.domain(
            n, function=lambda x: sp.log(total(map(sp.exp, x[1:])) - sp.exp(x[0]))
        ),
    ),
    ("domain", "LSE0+ is onto ℝ", lambda n: fixed_order.domain(n, function=lse0)),
    ("domain", "y itself as preimage", lambda n: fixed_order.domain(n, shift=0)),
    (
        "bounds.lower",
        "max + log 2 below",
        lambda n: fixed_order.lower_bound(n, lambda x, t: largest(x, t) + sp.log(2)),
    ),
    (
        "bounds.lower",
        "twice the max below",
        lambda n: fixed_order.lower_bound(n, lambda x, t: 2 * largest(x, t)),
    ),
    ("bounds.lower.strict", "at n = 1", lambda n: fixed_order.lower_bound_strict(1)),
    (
        "bounds.upper",
        "max + log(n − 1)",
        lambda n: fixed_order.upper_bound(n, max_and_log_of_one_less),
    ),
    ("bounds.upper", "max", lambda n: fixed_order.upper_bound(n, largest)),
    (
        "bounds.upper",
        "mean + log n",
        lambda n: fixed_order.upper_bound(n, lambda x, t: mean(x) + sp.log(len(x))),
    ),
    (
        "bounds.upper.strict",
        "equality nowhere",
        lambda n: fixed_order.upper_bound_strict(n, lambda x, t: largest(x) + sp.log(len(x) + 1)),
    ),
    (
        "bounds.upper.strict",
        "max + log(n − 1)",
        lambda n: fixed_order.upper_bound_strict(n, max_and_log_of_one_less),
    ),
    ("scaled.bounds", "at n = 1", lambda n: fixed_order.scaled_bounds(1)),
    (
        "scaled.bounds",
        "max + log(n)·t",
        lambda n: fixed_order.scaled_bounds(n, high=lambda x, t: largest(x) + sp.log(len(x)) * t),
    ),
    (
        "scaled.bounds",
        "max + log(n − 1)/t",
        lambda n: fixed_order.scaled_bounds(n, high=max_and_log_of_one_less),
    ),
    ("scaled.limit", "unscaled", lambda n: fixed_order.scaled_limit(n, value=unscaled)),
    ("scaled.limit", "the mean", lambda n: fixed_order.scaled_limit(n, limit=mean)),
    ("scaled.limit", "min", lambda n: fixed_order.scaled_limit(n, limit=smallest)),
    ("min.bounds", "at n = 1", lambda n: fixed_order.minimum_bounds(1)),
    (
        "min.bounds",
        "min + log(n)/t above and min below",
        lambda n: fixed_order.minimum_bounds(
            n, low=smallest, high=lambda x, t: smallest(x) + sp.log(len(x)) / t
        ),
    ),
    ("min.bounds", "min below", lambda n: fixed_order.minimum_bounds(n, smallest)),
    (
        "increasing",
        "LSE − x₁",
        lambda n: fixed_order.increasing(n, lambda x: lse(x) - x[0]),
    ),
    ("increasing", "LSE of −x", lambda n: fixed_order.increasing(n, lambda x: lse(_negated(x)))),
    ("convex", "−LSE", lambda n: fixed_calculus.convex(n, lambda x: -lse(x))),
    ("convex", "LSE(x) − LSE0+(x)", lambda n: fixed_calculus.convex(n, lambda x: lse(x) - lse0(x))),
    ("convex.not_strict", "LSE0+", lambda n: fixed_calculus.flat_along_ones(n, lse0)),
    ("convex.not_strict", "Σx²", lambda n: fixed_calculus.flat_along_ones(n, quadratic)),
    ("gradient.softmax", "the sign turned", lambda n: fixed_calculus.gradient(n, softmax_turned)),
    (
        "gradient.softmax",
        "without the denominator",
        lambda n: fixed_calculus.gradient(n, lambda x: tuple(map(sp.exp, x))),
    ),
    (
        "hessian.psd",
        "without −ppᵀ",
        lambda n: fixed_calculus.hessian_is_covariance(n, claimed=lambda p: sp.diag(*p)),
    ),
    (
        "hessian.psd",
        "+ppᵀ",
        lambda n: fixed_calculus.hessian_is_covariance(
            n, claimed=lambda p: 2 * sp.diag(*p) - covariance(p)
        ),
    ),
    (
        "hessian.psd",
        "without ½",
        lambda n: fixed_calculus.hessian_is_covariance(n, squares=without_half),
    ),
    ("conjugate.negentropy", "+entropy", lambda n: fixed_duality.conjugate(n, entropy)),
    (
        "conjugate.negentropy",
        "0 on the simplex",
        lambda n: fixed_duality.conjugate(n, lambda p: sp.S.Zero),
    ),
    (
        "conjugate.negentropy",
        "1 more on the faces",
        lambda n: fixed_duality.conjugate(n, lambda p: negentropy(p) + p.count(sp.S.Zero)),
    ),
    (
        "conjugate.negentropy",
        "+∞ off the simplex, for LSE0+",
        lambda n: fixed_duality.infinite_off_simplex(n, lse0),
    ),
    (
        "conjugate.negentropy",
        "+∞ off the simplex, for Σx²",
        lambda n: fixed_duality.infinite_off_simplex(n, quadratic),
    ),
    (
        "conjugate.fenchel_young",
        "off the simplex",
        lambda n: fixed_duality.fenchel_young(n, on_simplex=False),
    ),
    (
        "conjugate.fenchel_young",
        "+entropy",
        lambda n: fixed_duality.fenchel_young(n, conjugated=entropy),
    ),
    (
        "conjugate.fenchel_young",
        "equality at softmax(−x)",
        lambda n: fixed_duality.fenchel_young(n, touches=softmax_turned),
    ),
    (
        "conjugate.biconjugate",
        "+entropy",
        lambda n: fixed_duality.biconjugate(n, conjugated=entropy),
    ),
    (
        "conjugate.biconjugate",
        "LSE0+",
        lambda n: fixed_duality.biconjugate(n, claimed=lse0),
    ),
    (
        "logdomain.product",
        "the log of a sum",
        lambda n: fixed_algebra.log_of_product(n, total),
    ),
    (
        "logdomain.sum",
        "the sum of the logs",
        lambda n: fixed_algebra.log_of_sum(n, total),
    ),
    ("logdomain.sum", "LSE0+", lambda n: fixed_algebra.log_of_sum(n, lse0)),
    (
        "trick",
        "c + LSE(x + c)",
        lambda n: fixed_algebra.trick(n, lambda x, c: c + lse(tuple(y + c for y in x))),
    ),
    (
        "trick",
        "c − LSE(x − c)",
        lambda n: fixed_algebra.trick(n, lambda x, c: c - lse(tuple(y - c for y in x))),
    ),
    (
        "trick",
        "no overflow at c = min",
        lambda n: fixed_algebra.trick(n, centre=smallest),
    ),
    (
        "trick",
        "no overflow at c = mean",
        lambda n: fixed_algebra.trick(n, centre=mean),
    ),
    ("lse0.strictly_convex", "LSE", lambda n: fixed_calculus.strictly_convex(n, lse)),
    (
        "lse0.bregman_is_kl",
        "arguments not swapped",
        lambda n: fixed_strict.bregman_is_kl(n, fixed_strict.kl),
    ),
    (
        "lse0.bregman_is_kl",
        "without the implied kind",
        lambda n: fixed_strict.bregman_is_kl(n, lambda p, q: fixed_strict.kl(q[1:], p[1:])),
    ),
    ("lse0.conjugate", "that of LSE", lambda n: fixed_strict.conjugate0(n, negentropy)),
    (
        "lse0.conjugate",
        "+entropy",
        lambda n: fixed_strict.conjugate0(n, lambda eta: -fixed_strict.negentropy0(eta)),
    ),
    (
        "lse0.conjugate",
        "1 more where some η is 0",
        lambda n: fixed_strict.conjugate0(
            n, lambda eta: fixed_strict.negentropy0(eta) + eta.count(sp.S.Zero)
        ),
    ),
    (
        "lse0.conjugate",
        "1 more where Ση is 1",
        lambda n: fixed_strict.conjugate0(n, one_more_where_nothing_is_left),
    ),
    (
        "lse0.conjugate",
        "+∞ outside, for Σx²",
        lambda n: fixed_strict.infinite_outside(n, quadratic),
    ),
    (
        "lse0.binomial",
        "of LSE",
        lambda n: fixed_calculus.binomial(n, cumulant_of_lse),
    ),
    ("lse0.binomial", "of one trial", lambda n: fixed_calculus.binomial(n, one_trial)),
    (
        "lse0.multinomial",
        "of LSE",
        lambda n: fixed_calculus.multinomial(n, cumulant_of_lse),
    ),
    ("lse0.multinomial", "of one trial", lambda n: fixed_calculus.multinomial(n, one_trial)),
    ("semiring", "the log of the mean", lambda n: fixed_algebra.semiring(n, log_mean)),
    ("semiring", "not symmetric", lambda n: fixed_algebra.semiring(n, doubled_right)),
    ("semiring", "0 neutral", lambda n: fixed_algebra.neutral(element=sp.S.Zero)),
    ("semiring", "⊕ idempotent", lambda n: _idempotent()),
    (
        "tropical.limit",
        "min",
        lambda n: fixed_order.tropical_limit(n, limit=smallest),
    ),
    ("tropical.limit", "the mean", lambda n: fixed_order.tropical_limit(n, limit=mean)),
    (
        "tropical.limit",
        "of the last term alone",
        lambda n: fixed_order.tropical_limit(n, inside=lambda powers: powers[-1]),
    ),
    (
        "mixture.kl",
        "max + log(n − 1)",
        lambda n: fixed_mixture.is_sandwiched(n, n, high=max_and_log_of_one_less),
    ),
    (
        "mixture.kl",
        "no gap",
        lambda n: fixed_mixture.is_sandwiched(n, n, high=largest),
    ),
    (
        "mixture.kl",
        "min for max",
        lambda n: fixed_mixture.is_sandwiched(n, n, low=smallest),
    ),
    (
        "mixture.kl",
        "the square's weight doubled in the closed form",
        lambda n: fixed_mixture.pieces_integrate(larger_square),
    ),
    (
        "mixture.kl",
        "mass ½",
        lambda n: fixed_mixture.has_unit_mass(lambda *c: fixed_mixture.antiderivative(*c) / 2),
    ),
    (
        "mixture.kl",
        "log-terms off by log 2",
        lambda n: fixed_mixture.is_lse_of_parabolas(n, log_term_off_by_a_factor),
    ),
    ("oracle.terminates", "at n = 1", lambda n: fixed_oracle.terminates(1)),
    (
        "oracle.terminates",
        "the log of the mean",
        lambda n: fixed_oracle.never_trivial(n, lambda e, q: total(e) - n * q),
    ),
    (
        "oracle.terminates",
        "softmax of equal entries is not 1/n",
        lambda n: fixed_oracle.trivial_if_equal_alone(n, sp.Rational(1, n + 1)),
    ),
    (
        "oracle.terminates",
        "p·log p at p ↦ 1/p",
        lambda n: fixed_oracle.below_zero_inside(lambda p: sp.log(1 / p) / p),
    ),
]


def _negated(row: Entries) -> Entries:
    return tuple(-x for x in row)


def _idempotent() -> bool:
    x = sp.Symbol("x", real=True)
    return explicit.is_zero(sp.exp(fixed_algebra.oplus(x, x)) - sp.exp(x))


@pytest.mark.parametrize(
    ("claim", "label", "check"), FALSE_VERSIONS, ids=[f"{c}: {x}" for c, x, _ in FALSE_VERSIONS]
)
@pytest.mark.parametrize("n", [2, 3])
def test_a_false_version_is_not_shown(
    claim: str, label: str, check: Callable[[int], bool], n: int
) -> None:
    assert check(n) is False


def test_every_claim_has_a_false_version() -> None:
    assert {claim for claim, _, _ in FALSE_VERSIONS} == set(CLAIMS)


def test_the_caveat_at_one_entry_is_an_equality() -> None:
    assert fixed_order.lower_bound(1, lambda x, t: lse(x))
    assert not fixed_order.lower_bound_strict(1)
    assert not fixed_order.scaled_bounds(1)


def test_a_zero_test_is_not_fooled_by_what_vanishes_at_some_points() -> None:
    x = sp.Symbol("x", positive=True)
    assert not explicit.is_zero(sp.log(x))
    assert not explicit.is_zero(x * (x - 1))


def test_signs_are_not_read_off_symbols_of_unknown_sign() -> None:
    unknown = sp.Symbol("x", real=True)
    assert not explicit.is_at_least_zero(1 + unknown)
    assert not explicit.is_above_zero(sp.Symbol("s", nonnegative=True))


def test_a_matrix_with_a_negative_eigenvalue_behind_leading_minors_of_zero_is_seen() -> None:
    tricky = sp.Matrix([[0, 0], [0, -sp.Symbol("u", positive=True)]])
    assert not explicit.is_positive_semidefinite(tricky)
    assert not explicit.has_no_negative_eigenvalue(tricky)


def test_an_inner_product_takes_rows_of_one_length_only() -> None:
    with pytest.raises(ValueError, match="zip"):
        inner((sp.S.One,), ())
