"""What plain SymPy gets wrong here, measured on 1.14: theory/calculus.py goes round each.

Expected values are what SymPy gave when the module was written, next to the truth. A test that
fails tells that SymPy has changed, and that a detour may no longer be needed.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.calculus import i, k, n, partial, substitute_row

x = sp.IndexedBase("x", real=True)
p = sp.IndexedBase("p", positive=True)
LSE = sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n)))


def test_diff_by_the_entry_of_the_bound_index_captures_the_index() -> None:
    assert LSE.diff(x[i]) == 1  # The truth: exp(x[i])/Σ exp(x[j]).


def test_partial_by_the_name_of_the_bound_index_does_not_capture_it() -> None:
    expected = sp.exp(x[i]) / sp.Sum(sp.exp(x[i]), (i, 1, n))
    assert partial(LSE, x, i) == expected


def test_plain_diff_leaves_a_piecewise_over_the_length() -> None:
    assert LSE.diff(x[k]).doit().has(sp.Piecewise)


def test_partial_leaves_no_piecewise_and_no_delta() -> None:
    assert not partial(LSE, x).has(sp.Piecewise, sp.KroneckerDelta)


def test_diff_by_a_matrix_symbol_is_zero() -> None:
    vector = sp.MatrixSymbol("X", 3, 1)
    lse = sp.log(sp.Add(*(sp.exp(vector[row, 0]) for row in range(3))))
    assert sp.diff(lse, vector) == sp.ZeroMatrix(3, 1)


def test_subs_into_a_sum_captures_the_bound_index() -> None:
    c = sp.Symbol("c")
    captured = sp.Sum(c * p[i], (i, 1, n)).subs(c, x[i])
    assert captured == sp.Sum(p[i] * x[i], (i, 1, n))  # The truth: x[i] * Σ p[j].


def test_substitute_row_keeps_the_bound_index_of_each_entry() -> None:
    nested = sp.Sum(x[i] * sp.Sum(x[k], (k, 1, n)), (i, 1, n))
    replaced = substitute_row(nested, x, sp.Lambda(i, 2 * p[i]))
    at_two = replaced.subs(n, 2).doit()
    assert sp.expand(at_two - 4 * (p[1] + p[2]) ** 2) == 0


def test_a_limit_with_a_free_length_ignores_where_it_is_undefined() -> None:
    t = sp.Symbol("t")
    assert sp.limit(sp.log(n - 1) / t, t, sp.oo) == 0  # The truth: undefined at n = 1.


def test_forced_expansion_of_a_logarithm_picks_a_branch() -> None:
    a, b = sp.symbols("a b", real=True)
    forced = sp.expand_log(sp.log(a * b), force=True).subs({a: -1, b: -2})
    assert forced == sp.log(2) + 2 * sp.I * sp.pi  # The truth: log 2.


def test_lse_of_two_minus_infinities_is_complex_infinity() -> None:
    minus = -sp.oo
    assert sp.log(sp.exp(minus) + sp.exp(minus)) is sp.zoo  # The limit: −∞.
