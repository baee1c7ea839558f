"""The falsifier refutes what is false, with a witness to read, and never what is true."""

from __future__ import annotations

import flint
import pytest
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Undefined
from lse_verify.proving.falsifier.examination import Examination, examine
from lse_verify.proving.falsifier.judgement import compared, judged
from lse_verify.proving.falsifier.point import Entries, Point
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Sequent,
    Slope,
    Statement,
    Supremum,
    eq,
    given,
    le,
    lt,
    ne,
    xlogx,
)

n = sp.Symbol("n", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True, positive=True)
before, after = sp.symbols("before after", integer=True, nonnegative=True)
a, b, c, m = sp.symbols("a b c m", real=True)
s, t = sp.symbols("s t", positive=True)
x, y, v = (sp.IndexedBase(name, real=True) for name in "xyv")
p = sp.IndexedBase("p", positive=True)
q = sp.IndexedBase("q", nonnegative=True)
d = sp.IndexedBase("d", nonnegative=True)
r = sp.IndexedBase("r", real=True)
ONE = sp.Integer(1)


def total(term: sp.Expr, index: sp.Symbol = i) -> sp.Expr:
    return sp.Sum(term, (index, 1, n))


def lse(row: sp.IndexedBase = x, factor: sp.Expr = ONE) -> sp.Expr:
    return sp.log(total(sp.exp(factor * row[i])))


def every(body: Statement, index: sp.Symbol = i) -> Forall:
    return Forall(index, ONE, n, body)


def softmax(index: sp.Expr, sign: int = 1) -> sp.Expr:
    return sp.exp(sign * x[index]) / total(sp.exp(sign * x[i]))


def spread(factor: sp.Expr) -> sp.Expr:
    """Return factor · Σᵢⱼ pᵢpⱼ(vᵢ − vⱼ)² for p = softmax(x)."""
    return factor * total(total(softmax(i) * softmax(j) * (v[i] - v[j]) ** 2, j))


LSE = lse()
LSE0 = sp.log(1 + total(sp.exp(x[i])))
IN_RANGE = (le(1, k), le(k, n))
MAXIMUM = (*IN_RANGE, eq(m, x[k]), every(le(x[i], m)))
SIMPLEX = eq(total(q[i]), 1)
CURVATURE = total(softmax(i) * v[i] ** 2) - total(softmax(i) * v[i]) ** 2
NEGENTROPY = total(xlogx(q[i]))
PAIRING = total(q[i] * x[i])
HALFWAY = sp.log(total(sp.exp((x[i] + y[i]) / 2)))
KL = total(softmax(j) * (x[j] - y[j]), j) - LSE + lse(y)
BREGMAN = lse(y) - LSE - total((y[j] - x[j]) * softmax(j), j)


def plus(left: sp.Expr, right: sp.Expr) -> sp.Expr:
    """Return left ⊕ right."""
    return sp.log(sp.exp(left) + sp.exp(right))


FALSE: dict[str, Sequent] = {
    "max + log(n − 1)": given(*MAXIMUM, then=le(LSE, m + sp.log(n - 1))),
    "strict lower bound at n = 1": given(*MAXIMUM, then=lt(m, LSE)),
    "strict upper bound when all are equal": given(*MAXIMUM, then=lt(LSE, m + sp.log(n))),
    "strict upper bound at equal entries": given(
        *IN_RANGE, every(eq(x[i], x[k])), lt(1, n), then=lt(LSE, x[k] + sp.log(n))
    ),
    "softmax with the sign turned": given(then=every(Slope(LSE, x[k], softmax(k, -1)), k)),
    "negative softmax": given(then=every(Slope(LSE, x[k], -softmax(k)), k)),
    "Hessian without −ppᵀ": given(
        le(1, j), le(j, n), *IN_RANGE, ne(j, k), then=Slope(softmax(j), x[k], sp.Integer(0))
    ),
    "Hessian's diagonal without −p²": given(*IN_RANGE, then=Slope(softmax(k), x[k], softmax(k))),
    "sum of squares without ½": given(then=eq(CURVATURE, spread(ONE))),
    "+entropy for −entropy": given(
        every(eq(q[i], sp.exp(x[i]) / total(sp.exp(x[j]), j))),
        then=eq(PAIRING, LSE - NEGENTROPY),
    ),
    "strict convexity": given(*IN_RANGE, ne(x[k], y[k]), then=lt(2 * HALFWAY, LSE + lse(y))),
    "strictly positive curvature": given(lt(1, n), ne(v[1], 0), then=lt(0, CURVATURE)),
    "KL with its arguments not swapped": given(
        then=eq(lse(y) - LSE - total((y[j] - x[j]) * softmax(j), j), -KL)
    ),
    "Fenchel–Young off the simplex": given(then=le(PAIRING, LSE + NEGENTROPY)),
    "⊕ idempotent": given(then=eq(plus(a, a), a)),
    "limit of the unscaled function": given(*MAXIMUM, then=Limit(lse(x, t), t, sp.oo, m)),
    "trick with one sign turned": given(then=eq(LSE, c + sp.log(total(sp.exp(x[i] + c))))),
    "largest term exceeds 1": given(*MAXIMUM, then=every(lt(sp.exp(x[i] - m), 1))),
    "conjugate where Σp ≠ 1": given(then=Supremum(PAIRING - LSE, x, (), NEGENTROPY)),
    "sum over one term less": given(then=eq(LSE, sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n - 1))))),
    "scaled bound at n = 1": given(*MAXIMUM, then=lt(m, lse(x, t) / t)),
    "weights that sum to less than 1": given(
        then=le(sp.log(total(sp.exp(s * x[i] + t * y[i]))), s * LSE + t * lse(y))
    ),
    "log n without 1/t": given(*MAXIMUM, then=le(lse(x, t) / t, m + t * sp.log(n))),
    "gap of e**-40 denied": given(eq(b, 40), then=eq(plus(0, -b), 0)),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_variant_is_refuted_with_a_witness(name: str) -> None:
    found = examine(*FALSE[name], seed=1)
    assert found.verdict == "refuted", found
    assert found.witness is not None
    assert found.note
    assert len(str(found)) < 400


TRUE: dict[str, Sequent] = {
    "lower bound": given(*MAXIMUM, then=le(m, LSE)),
    "strict lower bound": given(*MAXIMUM, lt(1, n), then=lt(m, LSE)),
    "upper bound": given(*MAXIMUM, then=le(LSE, m + sp.log(n))),
    "upper bound by gaps": given(
        every(eq(x[i], m - d[i])), *IN_RANGE, eq(d[k], 0), then=le(m, LSE)
    ),
    "strict upper bound": given(
        *MAXIMUM, le(1, j), le(j, n), ne(x[j], m), then=lt(LSE, m + sp.log(n))
    ),
    "equality at equal entries": given(
        *IN_RANGE, every(eq(x[i], x[k])), then=eq(LSE, x[k] + sp.log(n))
    ),
    "scaled bound": given(*MAXIMUM, lt(1, n), then=lt(m, lse(x, t) / t)),
    "scaled limit": given(*MAXIMUM, then=Limit(lse(x, t) / t, t, sp.oo, m)),
    "unscaled limit": given(*MAXIMUM, lt(0, m), then=Limit(lse(x, t), t, sp.oo, sp.oo)),
    "limit at 0": given(
        then=Limit((lse(x, t) - sp.log(n)) / t, t, sp.Integer(0), total(x[i]) / n)
    ),
    "limit at −oo": given(then=Limit(plus(a, b), b, -sp.oo, a)),
    "harmonic limit": given(then=Limit(total(1 / i) / n, n, sp.oo, sp.Integer(0))),
    "increasing": given(
        *IN_RANGE, every(le(x[i], y[i])), lt(x[k], y[k]), then=lt(LSE, lse(y))
    ),
    "gradient": given(then=every(Slope(LSE, x[k], softmax(k)), k)),
    "gradient at a visible position": given(
        eq(k, 1 + before), eq(n, 1 + before + after), then=Slope(LSE, x[k], softmax(k))
    ),
    "gradient outside the sum": given(lt(n, k), then=Slope(LSE, x[k], sp.Integer(0))),
    "Hessian": given(
        le(1, j),
        le(j, n),
        *IN_RANGE,
        then=Slope(softmax(j), x[k], softmax(j) * (sp.KroneckerDelta(j, k) - softmax(k))),
    ),
    "curvature": given(then=eq(CURVATURE, spread(sp.Rational(1, 2)))),
    "convex": given(then=le(2 * HALFWAY, LSE + lse(y))),
    "flat along all ones": given(then=eq(sp.log(total(sp.exp(x[i] + c))), LSE + c)),
    "Fenchel–Young": given(SIMPLEX, then=le(PAIRING, LSE + NEGENTROPY)),
    "equality at softmax": given(
        every(eq(p[i], sp.exp(x[i]) / total(sp.exp(x[j]), j))),
        then=eq(total(p[i] * x[i]), LSE + total(xlogx(p[i]))),
    ),
    "conjugate": given(SIMPLEX, then=Supremum(PAIRING - LSE, x, (), NEGENTROPY)),
    "conjugate where Σp ≠ 1": given(
        ne(total(q[i]), 1), then=Supremum(PAIRING - LSE, x, (), sp.oo)
    ),
    "conjugate where one p is negative": given(
        *IN_RANGE, lt(r[k], 0), then=Supremum(total(r[i] * x[i]) - LSE, x, (), sp.oo)
    ),
    "biconjugate": given(then=Supremum(PAIRING - NEGENTROPY, q, (SIMPLEX,), LSE)),
    "support function": given(*MAXIMUM, then=Supremum(PAIRING, q, (SIMPLEX,), m)),
    "divergence is KL": given(then=eq(BREGMAN, KL)),
    "trick": given(then=eq(LSE, c + sp.log(total(sp.exp(x[i] - c))))),
    "log of a product": given(then=eq(sp.log(s * t), sp.log(s) + sp.log(t))),
    "⊕ associative": given(then=eq(plus(plus(a, b), c), plus(a, plus(b, c)))),
    "binomial cumulant": given(
        then=eq(sp.log(sp.Sum(sp.binomial(n, i - 1) * sp.exp((i - 1) * a), (i, 1, n + 1))),
                n * sp.log(1 + sp.exp(a)))
    ),
    "equal sums": given(
        eq(LSE0, sp.log(1 + total(sp.exp(y[i])))), then=eq(LSE, lse(y))
    ),
    "entropy at most log n": given(SIMPLEX, then=le(-NEGENTROPY, sp.log(n))),
    "1 + s ≤ eˢ": given(then=le(1 + a, sp.exp(a))),
    "gap of e**-2000": given(eq(b, 2000), then=lt(0, plus(0, -b))),
    "far empty range": given(then=Forall(i, n + 5, n, lt(x[i], x[i]))),
    "centred": given(
        *IN_RANGE,
        eq(total(softmax(i) * v[i]), 0),
        ne(v[k], 0),
        then=lt(0, CURVATURE),
    ),
    "empty range": given(eq(n, 1), then=Forall(i, sp.Integer(2), n, lt(x[i], x[i]))),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_true_statement_holds(name: str, seed: int) -> None:
    found = examine(*TRUE[name], seed=seed)
    assert found.verdict == "held", found
    assert found.points >= 15
    assert found.witness is None


def test_the_witness_is_the_simplest_found_and_the_note_gives_both_sides() -> None:
    found = examine(*FALSE["strict lower bound at n = 1"], seed=1)
    assert found.witness is not None
    assert found.witness.environment(512)[n] == 1
    assert str(found).startswith("refuted at k=1, n=1, m=")
    assert "(tie)" in found.note
    assert found.note.startswith("lhs = ")


def test_the_note_of_a_claim_for_all_indices_says_which() -> None:
    found = examine((), every(le(x[i], 0)), seed=1)
    assert found.verdict == "refuted"
    assert found.note.startswith("at i = ")


@pytest.mark.parametrize(
    "contradiction", [(lt(a, 0), lt(0, a)), (eq(total(p[i]), 0),), (lt(n, 1),)]
)
def test_contradictory_hypotheses_are_vacuous_and_not_held(
    contradiction: tuple[Statement, ...],
) -> None:
    found = examine(contradiction, le(a, a + 1), seed=1)
    assert (found.verdict, found.points) == ("vacuous", 0)


@pytest.mark.parametrize(
    "conclusion",
    [
        eq(sp.log(a), sp.log(a)),
        le(sp.log(-t), 0),
        eq(1 / (a - a * sp.exp(b - b)), 1 / a),
        eq(sp.sqrt(-t), sp.sqrt(-t)),
        eq(sp.Sum(x[i], (i, 3, n)), sp.Sum(x[i], (i, 3, n))),
        every(eq(sp.log(x[i]), sp.log(x[i]))),
        Slope(sp.Abs(a - a), b, sp.log(-t)),
        Limit(sp.log(-t), t, sp.oo, sp.oo),
        Supremum(sp.log(x[1]), x, (), sp.Integer(10**9)),
    ],
    ids=str,
)
def test_an_undefined_value_never_counts_as_held(conclusion: Statement) -> None:
    assert examine((), conclusion, seed=1).verdict == "error"


@pytest.mark.parametrize(
    ("conclusion", "said"),
    [
        (eq(sp.sin(a), sp.sin(a)), "sin"),
        (le(sp.zoo, 1), "ComplexInfinity"),
        (le(1, sp.oo), "Infinity"),
        (eq(sp.nan, sp.nan), "NaN"),
        (Slope(a * b, a * b, ONE), "a slope along a*b"),
        (Limit(a, a, sp.Integer(3), sp.Integer(3)), "a limit at 3"),
        (Limit(a, a, sp.oo, a), "a"),
        (every(Supremum(x[i], x, (), sp.oo)), "a supremum is judged"),
    ],
)
def test_an_exception_is_an_error_that_says_what_it_was(conclusion: Statement, said: str) -> None:
    found = examine((), conclusion, seed=1)
    assert found.verdict == "error"
    assert said in found.note


def test_a_hypothesis_that_cannot_be_judged_is_an_error() -> None:
    assert examine([eq(sp.sin(a), 0)], le(a, a), seed=1).verdict == "error"


@pytest.mark.parametrize(
    "wrong",
    [
        Supremum(PAIRING - LSE, x, (), NEGENTROPY + sp.Rational(1, 10)),
        Supremum(PAIRING - LSE, x, (), sp.oo),
        Supremum(PAIRING - LSE, x, (), -NEGENTROPY),
    ],
    ids=["too large", "unbounded", "+entropy"],
)
def test_a_supremum_that_is_not_approached_is_undecided(wrong: Supremum) -> None:
    found = examine([SIMPLEX], wrong, seed=1)
    assert found.verdict == "undecided"
    assert "best found" in found.note


def test_a_supremum_that_is_exceeded_is_refuted_with_the_row() -> None:
    low = Supremum(PAIRING - LSE, x, (), NEGENTROPY - sp.Rational(1, 10))
    found = examine([SIMPLEX], low, seed=1)
    assert found.verdict == "refuted"
    assert found.note.startswith("at x=(")


def test_a_supremum_over_no_row_is_undecided() -> None:
    empty = Supremum(total(x[i]), x, (every(lt(x[i], 0)), every(lt(0, x[i]))), sp.Integer(0))
    assert examine((), empty, seed=1, points=3).verdict == "undecided"


@pytest.mark.parametrize(
    "wrong",
    [
        Limit(plus(a * t, b * t) / t, t, sp.oo, a),
        Limit(sp.exp(-t) + 1, t, sp.oo, sp.Integer(0)),
        Limit(1 - 1 / t, t, sp.oo, sp.oo),
        Limit(t, t, sp.oo, -sp.oo),
        Limit((sp.exp(a * t) - 1) / t, t, sp.Integer(0), -a),
    ],
    ids=str,
)
def test_a_false_limit_is_refuted(wrong: Limit) -> None:
    assert examine([lt(a, b)], wrong, seed=1).verdict == "refuted"


def test_a_limit_too_slow_to_see_is_undecided_and_not_held() -> None:
    slow = Limit(1 / sp.log(t), t, sp.oo, sp.Integer(0))
    assert examine((), slow, seed=1).verdict == "undecided"


def test_the_seed_decides_the_examination() -> None:
    sequent = FALSE["sum of squares without ½"]
    first, again, other = (str(examine(*sequent, seed=seed)) for seed in (5, 5, 6))
    assert first == again
    assert "refuted" in other


def test_equality_at_large_offsets_still_holds_and_its_false_variant_does_not() -> None:
    shifted = (eq(c, 10**6),)
    assert examine(shifted, eq(plus(a + c, b + c), c + plus(a, b)), seed=1).verdict == "held"
    found = examine(shifted, eq(plus(a + c, b + c), c + plus(a, b) + sp.Rational(1, 2**200)), 1)
    assert found.verdict == "refuted"


def test_a_strict_relation_with_a_gap_of_e_to_the_minus_1000_is_decided_by_more_bits() -> None:
    point = Point({x: Entries(lambda index: 0, {1: 0, 2: -1000}), n: 2, m: 0})
    assert judged(lt(m, LSE), point).word == "held"
    assert judged(eq(m, LSE), point, prec_bits=4096).word == "refuted"


def test_a_gap_beyond_any_precision_is_a_tie_and_not_a_yes() -> None:
    point = Point({x: Entries(lambda index: 0, {1: 0, 2: -2_000_000}), n: 2, m: 0}, (), False)
    assert judged(lt(m, LSE), point).word == "tie"
    assert judged(ne(m, LSE), point).word == "tie"


@pytest.mark.parametrize("op", ["=", "<=", "<", "!="])
@pytest.mark.parametrize("bad", [flint.arb("nan"), flint.arb("inf"), flint.arb("0 +/- inf")])
def test_numbers_that_are_not_finite_are_never_compared(op: str, bad: flint.arb) -> None:
    for pair in ((bad, flint.arb(1)), (1, bad), (bad, bad)):
        with pytest.raises(Undefined):
            compared(pair[0], op, pair[1])


def test_a_wide_ball_decides_nothing() -> None:
    wide = flint.arb(0, 1)
    assert {compared(wide, op, 0).word for op in ("=", "<=", "<", "!=")} == {"open"}


def test_an_examination_reads_as_one_line() -> None:
    point = Point({n: 2, a: flint.fmpq(1, 3)})
    assert str(Examination("held", 20)) == "held"
    found = Examination("refuted", 3, point, "lhs = 1, rhs = 2")
    assert str(found) == "refuted at n=2, a=1/3: lhs = 1, rhs = 2"
