"""What plain SymPy gets wrong here, measured on 1.14: theory/ and proving/ go round each.

Expected values are what SymPy gave when the module was written, next to the truth. A test that
fails tells that SymPy has changed, and that a detour may no longer be needed.
"""

from __future__ import annotations

import pytest
import sympy as sp
from sympy.calculus.util import minimum
from sympy.polys.matrices import DomainMatrix

from lse_verify.theory.calculus import partial, substitute_row

n = sp.Symbol("n", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True, positive=True)
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


def test_simplify_of_sums_with_a_kronecker_delta_stops_short() -> None:
    total = sp.Sum(sp.exp(x[i]), (i, 1, n))
    covariance = sp.exp(x[k]) / total * sp.KroneckerDelta(j, k) - sp.exp(x[j] + x[k]) / total**2
    hessian = LSE.diff(x[k]).diff(x[j])
    with pytest.raises(StopIteration):
        sp.simplify(hessian - covariance)  # The truth: 0 for j and k in 1…n.


def test_minimum_is_the_infimum_attained_or_not() -> None:
    real = sp.Symbol("real", real=True)
    assert minimum(sp.exp(real), real) == 0  # The truth: there is no minimum, eˣ > 0.
    assert minimum(real**2, real) == 0  # Indistinguishable: here it is attained.


def test_the_sign_of_log_of_one_plus_exp_less_its_argument_is_not_found() -> None:
    real = sp.Symbol("real", real=True)
    assert (sp.log(1 + sp.exp(real)) - real).is_positive is None  # The truth: positive.


def test_the_tropical_limit_of_two_reals_is_not_found() -> None:
    a, b = sp.symbols("a b", real=True)
    t = sp.Symbol("t", positive=True)
    with pytest.raises(NotImplementedError, match="sign"):
        sp.limit(sp.log(sp.exp(t * a) + sp.exp(t * b)) / t, t, sp.oo)  # The truth: max(a, b).


def test_the_limit_of_a_normal_distribution_at_minus_infinity_is_one() -> None:
    z, mu = sp.symbols("z mu", real=True)
    sigma = sp.Symbol("sigma", positive=True)
    erf = sp.erf((z - mu) / sigma)
    assert sp.limit(erf, z, -sp.oo) == -1
    assert sp.limit(erf / 2 + sp.Rational(1, 2), z, -sp.oo) == 1  # The truth: 0.


def test_a_domain_matrix_made_from_a_matrix_of_hidden_zeros_is_not_found_to_be_zero() -> None:
    u, v = sp.symbols("u v", positive=True)
    hidden = sp.Matrix([u / (u + v) + v / (u + v) - 1])  # The truth: 0.
    assert not DomainMatrix.from_Matrix(hidden, field=True).is_zero_matrix
    assert hidden.to_DM(field=True).is_zero_matrix
