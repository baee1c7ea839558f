"""Every rule does what it is for, and what it shows holds at random points."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sympy as sp

from lse_verify.proving.falsifier.examination import examine
from lse_verify.theory import kernel
from lse_verify.theory.kernel import (
    Rejected,
    Theorem,
    add,
    antisymmetry,
    assume,
    cases,
    chain,
    cite,
    cut,
    derivative,
    differentiate,
    empty,
    equal,
    generalise,
    induction,
    instantiate,
    least,
    limit,
    maximum,
    monotone,
    pascal,
    proves,
    rearrange,
    scale,
    sign,
    specialise,
    split,
    squeeze,
    steps,
    sum_over,
    supremum,
)
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Sequent,
    Slope,
    Supremum,
    eq,
    given,
    le,
    lt,
    ne,
)

a, b, c, s, M = sp.symbols("a b c s M", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, j, k, n = sp.symbols("i j k n", integer=True, positive=True)
N = sp.Symbol("N", integer=True, nonnegative=True)
x = sp.IndexedBase("x", real=True)
ONE = sp.Integer(1)
TERM = sp.exp(x[i])
TOTAL = sp.Sum(TERM, (i, 1, n))
WITHIN = le(1, k), le(k, n)
AT_K = [assume(end) for end in WITHIN]
EACH = Forall(i, ONE, n, le(x[i], b))


def _generalised() -> Theorem:
    ends = [assume(le(1, i)), assume(le(i, n))]
    return generalise(monotone("exp", specialise(assume(EACH), i, because=ends)), i, 1, n)


def _cases() -> Theorem:
    goal = le(b, sp.Max(a, b))
    larger = assume(lt(b, a))
    if_a = rearrange(larger, goal, using=[maximum(b, a)])
    return cases(
        le(a, b),
        rearrange(equal(b, b), goal, using=[maximum(a, b)]),
        cut(if_a, rearrange(larger, le(b, a))),
    )


def _least() -> Theorem:
    slope = derivative(Slope((s - a) ** 2, s, 2 * (s - a)))
    falling = sign(lt(2 * (s - a), 0), because=[assume(lt(s, a))])
    return least(slope, a, falling, sign(lt(0, 2 * (s - a)), because=[assume(lt(a, s))]))


def _squeezed() -> Theorem:
    above = a + 1 / (t + t * sp.exp(-t))
    lower = rearrange(sign(lt(0, 1 / (t + t * sp.exp(-t)))), lt(a, above))
    more = sign(lt(t, t + t * sp.exp(-t)))
    product = scale(more, 1 / (t * (t + t * sp.exp(-t))))
    upper = rearrange(product, lt(above, a + 1 / t))
    constant = limit(Limit(a, t, sp.oo, a), sp.Lambda(z, a))
    shrinking = limit(Limit(a + 1 / t, t, sp.oo, a), sp.Lambda(z, a + z))
    return squeeze(lower, upper, constant, shrinking)


def _induction() -> Theorem:
    gauss = eq(sp.Sum(j, (j, 1, N)), N * (N + 1) / 2)
    base = equal(sp.Sum(j, (j, 1, 0)), 0)
    parts = split(sp.Sum(j, (j, 1, N + 1)), N + 1, because=[sign(le(1, N + 1))])
    after = sp.Sum(j, (j, 1, N + 1)), (N + 1) * (N + 2) / 2
    return induction(base, equal(*after, using=[parts, assume(gauss)]), N, gauss)


def _supremum() -> Theorem:
    upper = rearrange(sign(lt(0, sp.exp(x[1]))), le(b - sp.exp(x[1]), b))
    reach = limit(Limit(b - 1 / t, t, sp.oo, b), sp.Lambda(z, b - z))
    statement = Supremum(b - sp.exp(x[1]), x, (), b)
    return supremum(statement, reach, sp.Lambda(i, -sp.log(t)), upper=upper)


RULES: dict[str, tuple[Callable[[], Theorem], Sequent]] = {
    "assume": (lambda: assume(le(a, b)), given(le(a, b), then=le(a, b))),
    "cite": (lambda: cite(given(then=le(0, a**2)), "a book"), given(then=le(0, a**2))),
    "cut": (
        lambda: cut(
            rearrange(assume(le(a, b)), le(a - b, 0)), rearrange(assume(lt(a, b)), le(a, b))
        ),
        given(lt(a, b), then=le(a - b, 0)),
    ),
    "instantiate": (
        lambda: instantiate(sign(lt(0, t)), {t: 1 + a**2}),
        given(then=lt(0, 1 + a**2)),
    ),
    "generalise": (_generalised, given(EACH, then=Forall(j, ONE, n, le(sp.exp(x[j]), sp.exp(b))))),
    "specialise": (
        lambda: specialise(assume(EACH), k, because=AT_K),
        given(EACH, *WITHIN, then=le(x[k], b)),
    ),
    "cases": (_cases, given(then=le(b, sp.Max(a, b)))),
    "empty": (
        lambda: empty(Forall(i, n + 1, n, eq(0, 1))),
        given(then=Forall(i, n + 1, n, eq(0, 1))),
    ),
    "equal": (
        lambda: equal(sp.log(TOTAL), c + sp.log(sp.Sum(sp.exp(x[j] - c), (j, 1, n)))),
        given(then=eq(sp.log(TOTAL), c + sp.log(sp.Sum(sp.exp(x[j] - c), (j, 1, n))))),
    ),
    "sign": (lambda: sign(lt(0, TOTAL)), given(then=lt(0, TOTAL))),
    "rearrange": (
        lambda: rearrange(sign(le(0, (a - b) ** 2)), le(2 * a * b, a**2 + b**2)),
        given(then=le(2 * a * b, a**2 + b**2)),
    ),
    "scale": (lambda: scale(assume(le(a, b)), t), given(le(a, b), then=le(a * t, b * t))),
    "add": (
        lambda: add(assume(le(a, b)), assume(lt(s, c))),
        given(le(a, b), lt(s, c), then=lt(a + s, b + c)),
    ),
    "chain": (
        lambda: chain(assume(le(a, b)), assume(lt(b, c)), assume(eq(c, s))),
        given(le(a, b), lt(b, c), eq(c, s), then=lt(a, s)),
    ),
    "antisymmetry": (
        lambda: antisymmetry(assume(le(a, b)), assume(le(b, a))),
        given(le(a, b), le(b, a), then=eq(a, b)),
    ),
    "monotone": (
        lambda: monotone("log", assume(ne(t, 1 + z))),
        given(ne(t, 1 + z), then=ne(sp.log(t), sp.log(1 + z))),
    ),
    "maximum": (lambda: maximum(a, b), given(le(a, b), then=eq(sp.Max(a, b), b))),
    "split": (
        lambda: split(TOTAL, k, because=AT_K),
        given(
            *WITHIN,
            then=eq(
                TOTAL,
                sp.Sum(TERM, (i, 1, k - 1)) + sp.exp(x[k]) + sp.Sum(TERM, (i, k + 1, n)),
            ),
        ),
    ),
    "sum_over": (
        lambda: sum_over(_generalised()),
        given(EACH, then=le(TOTAL, n * sp.exp(b))),
    ),
    "pascal": (
        lambda: pascal(N, 2),
        given(then=eq(sp.binomial(N + 1, 3), sp.binomial(N, 2) + sp.binomial(N, 3))),
    ),
    "induction": (_induction, given(then=eq(sp.Sum(j, (j, 1, N)), N * (N + 1) / 2))),
    "derivative": (
        lambda: derivative(Slope(sp.log(TOTAL), x[k], sp.exp(x[k]) / TOTAL), because=AT_K),
        given(*WITHIN, then=Slope(sp.log(TOTAL), x[k], sp.exp(x[k]) / TOTAL)),
    ),
    "differentiate": (
        lambda: differentiate(sp.log(TOTAL), x[k], because=AT_K),
        given(*WITHIN, then=Slope(sp.log(TOTAL), x[k], sp.exp(x[k]) / TOTAL)),
    ),
    "least": (_least, given(ne(s, a), then=lt(0, (s - a) ** 2))),
    "limit": (
        lambda: limit(
            Limit(sp.log(1 + sp.exp(s)), s, -sp.oo, sp.Integer(0)), sp.Lambda(z, sp.log(1 + z))
        ),
        given(then=Limit(sp.log(1 + sp.exp(s)), s, -sp.oo, sp.Integer(0))),
    ),
    "squeeze": (
        _squeezed,
        given(then=Limit(a + 1 / (t + t * sp.exp(-t)), t, sp.oo, a)),
    ),
    "supremum": (_supremum, given(then=Supremum(b - sp.exp(x[1]), x, (), b))),
}


@pytest.mark.parametrize(("prove", "sequent"), RULES.values(), ids=RULES)
def test_a_rule_shows_what_it_is_for(prove: Callable[[], Theorem], sequent: Sequent) -> None:
    assert proves(prove(), sequent)


@pytest.mark.parametrize(("prove", "sequent"), RULES.values(), ids=RULES)
def test_what_a_rule_shows_holds(prove: Callable[[], Theorem], sequent: Sequent) -> None:
    for theorem in steps(prove()):
        found = examine(theorem.hypotheses, theorem.conclusion, seed=5, points=10)
        assert found.verdict == "held", (str(theorem), str(found))


def test_every_rule_is_here() -> None:
    others = {"Rejected", "Theorem", "canonical", "proves", "same", "same_statement", "steps"}
    assert set(kernel.__all__) - others == set(RULES)


@pytest.mark.parametrize(
    "attempt",
    [
        lambda: add(),
        lambda: add(assume(ne(a, b)), assume(le(a, b))),
        lambda: chain(),
        lambda: chain(assume(le(a, b)), assume(le(c, s))),
        lambda: chain(assume(le(a, b)), assume(le(a, b))),
        lambda: chain(assume(ne(a, b)), assume(ne(b, a))),
        lambda: antisymmetry(assume(le(a, b)), assume(le(a, b))),
        lambda: antisymmetry(assume(le(a, b)), assume(lt(b, a))),
        lambda: antisymmetry(assume(le(a, b)), assume(le(c, a))),
        lambda: rearrange(assume(Forall(i, ONE, n, le(a, b))), le(a, b)),
        lambda: specialise(assume(le(a, b)), 1),
        lambda: sum_over(assume(le(a, b))),
        lambda: split(a, 1),
        lambda: derivative(Slope(a**2, a, a)),
        lambda: induction(assume(le(a, b)), assume(le(a, b)), N, le(a, c)),
    ],
)
def test_what_a_rule_is_not_for_is_rejected(attempt: Callable[[], Theorem]) -> None:
    with pytest.raises(Rejected):
        attempt()
