"""The canonical form takes nothing for equal that is not, in any order of hashes."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import Rejected, equal, instantiate, same
from lse_verify.theory.kernel.canonical import NotCanonical, canonical, summation
from lse_verify.theory.kernel.polynomial import constant
from lse_verify.theory.statements import xlogx

a, b, c = sp.symbols("a b c", real=True)
s, t = sp.symbols("s t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, j, k, n = sp.symbols("i j k n", integer=True, positive=True)
N = sp.Symbol("N", integer=True, nonnegative=True)
g = sp.Symbol("g", integer=True)
x = sp.IndexedBase("x", real=True)
p = sp.IndexedBase("p", positive=True)
HALF, THIRD = sp.Rational(1, 2), sp.Rational(1, 3)


def power(base: Any, exponent: Any) -> Any:
    return sp.Pow(base, exponent, evaluate=False)


def log(argument: Any) -> Any:
    return sp.log(argument, evaluate=False)


def mul(*factors: Any) -> Any:
    return sp.Mul(*factors, evaluate=False)


FALSE = [
    # Roots of squares and of products of what may be negative
    (power(power(a, 2), HALF), a),
    (power(power(a, 4), HALF), a * sp.Abs(a)),
    (power(mul(a, b), HALF), power(a, HALF) * power(b, HALF) * sp.Abs(a)),
    (power(power(a - b, 2), HALF), a - b),
    (power(power(a, 2), THIRD * 3 / 2), a),
    (power(power(a, 2), a), power(sp.Abs(a), a)),
    (sp.Abs(a), a),
    (sp.Abs(a * b), a * sp.Abs(b)),
    (sp.Abs(a + b), sp.Abs(a) + sp.Abs(b)),
    (sp.Abs(a - b), a - b),
    # Logarithms
    (log(power(a, 2)), 2 * log(sp.Abs(a) + 1)),
    (log(power(a, 2) + 1), 2 * log(a)),
    (log(mul(a, b)), log(sp.Abs(a) + 1) + log(b)),
    (log(s + t), log(s) + log(t)),
    (log(s * t), log(s) * log(t)),
    (log(power(s, t)), log(s) * log(t)),
    (log(sp.Sum(p[i], (i, 1, n))), sp.Sum(log(p[i]), (i, 1, n))),
    (log(sp.Integer(6)), log(sp.Integer(2)) * log(sp.Integer(3))),
    (log(sp.Integer(4)), log(sp.Integer(2))),
    (sp.exp(a * log(s)), s * a),
    (sp.exp(a * b), sp.exp(a) * sp.exp(b)),
    (sp.exp(a + b), sp.exp(a) + sp.exp(b)),
    (sp.exp(log(s) * log(t)), s * t),
    (power(sp.E, a), sp.exp(sp.E)),
    (power(sp.E, a), sp.E * a),
    # Powers
    (power(power(s, a), b), power(s, a + b)),
    (power(s, a) * power(s, b), power(s, a * b)),
    (power(s + t, 2), s**2 + t**2),
    (power(s + t, -1), 1 / s + 1 / t),
    (power(s + t, HALF), power(s, HALF) + power(t, HALF)),
    (power(sp.Integer(2), HALF), power(sp.Integer(3), HALF)),
    (power(sp.Integer(8), HALF), 2 * power(sp.Integer(3), HALF)),
    (power(sp.Integer(2), THIRD), power(sp.Integer(2), HALF)),
    (power(a - b, -1), power(b - a, -1)),
    (power(a - b, -3), power(b - a, -3)),
    (power(a, 0), a),
    (sp.E, sp.Rational(2718281828, 10**9)),
    (sp.pi, sp.Rational(22, 7)),
    # Quotients
    (a / (a + b), b / (a + b)),
    (1 / (1 + 1 / t), 1 + t),
    ((a**2 - b**2) / (a - b), a - b),
    # Functions
    (xlogx(z), z),
    (xlogx(s * t), xlogx(s) * t),
    (xlogx(s), log(s)),
    (sp.Max(a, b), sp.Max(a, c)),
    (sp.Max(a, b), a + b),
    (sp.Max(a, b), sp.Max(-a, -b)),
    (sp.erf(a), sp.erf(-a)),
    (sp.binomial(n + N, N), sp.binomial(n + N, n + 1)),
    # Sums
    (sp.Sum(x[i] * x[i], (i, 1, n)), sp.Sum(x[i], (i, 1, n)) ** 2),
    (sp.Sum(x[i] * i, (i, 1, n)), n * sp.Sum(x[i], (i, 1, n))),
    (sp.Sum(x[i], (i, 1, n)), sp.Sum(x[i], (i, 2, n + 1))),
    (sp.Sum(x[i], (i, 1, n)), sp.Sum(x[i], (i, 1, n + 1))),
    (sp.Sum(sp.exp(x[i]), (i, 1, n)), sp.exp(sp.Sum(x[i], (i, 1, n)))),
    (sp.Sum(1, (i, 1, n)), sp.Integer(1)),
    (sp.Sum(i, (i, 1, n)), n),
    (sp.Sum(i, (i, 1, n)), n * (n + 1)),
    (sp.Sum(a, (g, 0, n)), n * a),
    (sp.Sum(x[i] * x[j], (i, 1, j), (j, 1, n)), sp.Sum(x[i] * x[j], (i, 1, n), (j, 1, n))),
    (sp.Sum(x[i] * p[j], (i, 1, n), (j, 1, n)), sp.Sum(x[i] * p[i], (i, 1, n))),
    (sp.Sum(x[i - j], (i, 1, n), (j, 1, n)), sp.Sum(x[i + j], (i, 1, n), (j, 1, n))),
    (
        sp.Sum(x[i] * sp.Sum(p[j] * x[i], (j, 1, n)), (i, 1, n)),
        sp.Sum(x[i] * sp.Sum(p[j] * x[j], (j, 1, n)), (i, 1, n)),
    ),
]


@pytest.mark.parametrize(("one", "other"), FALSE, ids=str)
def test_what_differs_is_not_the_same(one: Any, other: Any) -> None:
    with contextlib.suppress(NotCanonical):
        assert not same(one, other)
    with pytest.raises((Rejected, NotCanonical)):
        equal(one, other)


TRUE = [
    (power(power(a, 2), HALF) ** 2, a**2),
    (power(power(s, 2), HALF), s),
    (log(s * t / 6), log(s) + log(t) - log(2) - log(3)),
    (log(power(s, a)), a * log(s)),
    (log(sp.exp(a) * (1 + sp.exp(b))), a + log(1 + sp.exp(b))),
    (log(1 / (1 + sp.exp(a))), -log(1 + sp.exp(a))),
    (sp.exp(2 * log(s) - log(t)), s**2 / t),
    (power(sp.E, a), sp.exp(a)),
    (power(sp.Integer(8), HALF), 2 * power(sp.Integer(2), HALF)),
    (power(a - b, -2), power(b - a, -2)),
    (power(b - a, -1), -power(a - b, -1)),
    ((a**2 - b**2) / (a - b), a + b),
    (1 / (1 + 1 / t), t / (1 + t)),
    (sp.Abs(a - b), sp.Abs(b - a)),
    (sp.Max(a, b), sp.Max(b, a)),
    (xlogx(s), s * log(s)),
    (xlogx(sp.Integer(0)), sp.Integer(0)),
    (power(sp.Integer(0), HALF), sp.Integer(0)),
    (sp.Sum(x[i], (i, 1, n)), sp.Sum(x[g + 3], (g, -2, n - 3))),
    (sp.Sum(a + x[i], (i, 1, n)), n * a + sp.Sum(x[j], (j, 1, n))),
    (sp.Sum(x[i] * p[j], (i, 1, n), (j, 1, n)), sp.Sum(x[i], (i, 1, n)) * sp.Sum(p[i], (i, 1, n))),
    (sp.Sum(x[i], (i, 1, 3)), x[1] + x[2] + x[3]),
    (sp.Sum(x[i], (i, 5, 4)), sp.Integer(0)),
]


@pytest.mark.parametrize(("one", "other"), TRUE, ids=str)
def test_what_is_equal_by_the_laws_is_the_same(one: Any, other: Any) -> None:
    assert same(one, other)


# Reading


def test_a_power_of_e_is_not_read_as_exp_of_e() -> None:
    # SymPy: isinstance(Pow(E, a), exp); its first argument is E.
    with pytest.raises(Rejected):
        equal(power(sp.E, a), sp.exp(sp.E))
    theorem = equal(power(sp.E, a), sp.exp(a))
    assert instantiate(theorem, {a: sp.Integer(0)}).conclusion == (1, "=", 1)


def test_a_logarithm_to_a_base_is_not_read_without_it() -> None:
    based = sp.log(8 * t, 2, evaluate=False)
    with pytest.raises(Rejected):
        equal(based, sp.log(8 * t))
    with pytest.raises(NotCanonical):
        canonical(based)


@pytest.mark.parametrize(
    "unknown",
    [
        sp.oo,
        sp.zoo,
        sp.nan,
        sp.I,
        sp.Float("0.5"),
        sp.GoldenRatio,
        sp.Function("f")(a),
        sp.Min(a, b),
        sp.cos(a),
        sp.Symbol("w"),
        sp.Symbol("w", complex=True),
        sp.Product(x[i], (i, 1, n)),
        sp.Sum(x[i], (i, 1, sp.oo)),
        sp.Pow(0, -1, evaluate=False),
        power(a, b),
        sp.Sum(1, (i, 1, -3)),
    ],
    ids=str,
)
def test_what_has_no_canonical_form(unknown: Any) -> None:
    with pytest.raises(NotCanonical):
        canonical(unknown)


def test_numbers_are_exact() -> None:
    assert not same(sp.Rational(1, 3), sp.Rational(333333333333333333, 10**18))
    assert not same(sp.Integer(10**40), sp.Integer(10**40 + 1))
    assert same(sp.Rational(2, 4), sp.Rational(1, 2))


def test_a_long_sum_is_not_written_out_and_a_short_one_is() -> None:
    explicit = sp.Add(*(x[number] for number in range(1, 13)))
    assert same(sp.Sum(x[i], (i, 1, 12)), explicit)
    assert not same(sp.Sum(x[i], (i, 1, 13)), explicit)


def test_a_sum_of_less_than_no_terms_has_no_form() -> None:
    with pytest.raises(NotCanonical, match="terms"):
        summation(constant(1), ("bound", -1), constant(-1))


# The order of hashes


_SCRIPT = """
import sympy as sp
from lse_verify.theory.kernel import same
a, b, c = sp.symbols("a b c", real=True)
i, j, n = sp.symbols("i j n", integer=True, positive=True)
x = sp.IndexedBase("x", real=True)
d = sp.Sum(sp.exp(x[i]), (i, 1, n)) - c
print(
    same(1 / (a - b) + 1 / (b - a), 0),
    same(1 / (a - b) - 1 / (b - a), 0),
    same(1 / d**3 + 1 / (-d) ** 3, 0),
    same(sp.Max(a, b, c, d), sp.Max(d, c, b, a)),
    same(sp.Max(a, b, c, d), sp.Max(d, c, b, -a)),
    same(sp.Abs(d), sp.Abs(-d)),
    same(sp.Abs(d), d),
    same(sp.Sum(1 / (x[i] - x[j]), (i, 1, j), (j, 1, n)),
         -sp.Sum(1 / (x[i] - x[j]), (j, 1, i), (i, 1, n))),
)
"""


@pytest.mark.parametrize("seed", ["0", "1", "2", "3"])
def test_the_same_is_the_same_in_every_order_of_hashes(seed: str) -> None:
    printed = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.split() == ["True", "False", "True", "True", "False", "True", "False", "True"]
