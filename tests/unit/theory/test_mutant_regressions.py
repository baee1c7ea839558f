"""What mutants of the proofs found in the kernel: nothing unsound, but refusals of another kind.

A rule that cannot do what it is asked for says so by `Rejected`, and by nothing else.
"""

from __future__ import annotations

import pytest
import sympy as sp

from lse_verify.theory.kernel import Rejected, assume, equal, limit, rearrange, supremum
from lse_verify.theory.statements import Limit, Supremum, eq, le

a = sp.Symbol("a", real=True)
height = sp.Symbol("M", real=True)
i = sp.Symbol("i", integer=True, positive=True)
x = sp.IndexedBase("x", real=True)
t = sp.Symbol("t", positive=True)
w, z = sp.symbols("w z", nonnegative=True)


def test_an_equation_that_would_make_a_log_of_zero_is_rejected() -> None:
    with pytest.raises(Rejected, match="log of zero"):
        rearrange(assume(le(0, a)), le(sp.log(1 + w), a), using=[assume(eq(w, -1))])


def test_an_equation_that_would_make_a_divisor_zero_is_rejected() -> None:
    with pytest.raises(Rejected, match="zero to a negative power"):
        equal(1 / (1 + w), a, using=[assume(eq(w, -1))])


@pytest.mark.parametrize("value", [sp.oo, -sp.oo])
def test_an_infinite_limit_is_rejected(value: sp.Expr) -> None:
    with pytest.raises(Rejected, match="at 0"):
        limit(Limit(2 / t, t, sp.oo, value), sp.Lambda(z, 2 * z))


def test_a_supremum_that_is_undefined_at_the_row_it_is_taken_at_is_rejected() -> None:
    statement = Supremum(1 / x[1], x, (), sp.oo)
    reach = assume(le(height, 1))
    with pytest.raises(Rejected, match="does not lift"):
        supremum(statement, reach, sp.Lambda(i, 0))


def test_a_limit_of_what_the_kernel_does_not_know_is_rejected() -> None:
    with pytest.raises(Rejected, match="in terms of what tends to 0"):
        limit(Limit(sp.sin(t), t, sp.oo, sp.Integer(0)), sp.Lambda(z, 2 * z))
