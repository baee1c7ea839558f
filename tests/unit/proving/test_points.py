"""Points: the hypotheses hold at every one, and none is found where none exists.

Whether hypotheses hold is checked here with fractions and mpmath on the drawn numbers, apart
from the balls with which the points were chosen.
"""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction
from itertools import islice
from typing import Any

import flint
import mpmath
import pytest
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import exact, is_exact, working_precision
from lse_verify.proving.falsifier.draws import kind_of
from lse_verify.proving.falsifier.evaluate import environment
from lse_verify.proving.falsifier.judgement import rule_of
from lse_verify.proving.falsifier.moves import holds
from lse_verify.proving.falsifier.plan import kinds_in, plan_for
from lse_verify.proving.falsifier.point import Entries, Point
from lse_verify.proving.falsifier.points import points
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Slope,
    Statement,
    eq,
    le,
    lt,
    ne,
    xlogx,
)

n = sp.Symbol("n", integer=True, positive=True)
i, j, k = sp.symbols("i j k", integer=True, positive=True)
before, after = sp.symbols("before after", integer=True, nonnegative=True)
a, b, m = sp.symbols("a b m", real=True)
p0, t = sp.symbols("p0 t", positive=True)
x, y = (sp.IndexedBase(name, real=True) for name in "xy")
p = sp.IndexedBase("p", positive=True)
q = sp.IndexedBase("q", nonnegative=True)
ONE = sp.Integer(1)


def total(term: sp.Expr, index: sp.Symbol = i) -> sp.Expr:
    return sp.Sum(term, (index, 1, n))


def every(body: Statement) -> Forall:
    return Forall(i, ONE, n, body)


def drawn(*hypotheses: Statement, about: tuple[Statement, ...] = (), seed: int = 1) -> list[Point]:
    plan = plan_for(frozenset(hypotheses), kinds_in((*hypotheses, *about)))
    return list(islice(points(plan, seed), 40))


def values(point: Point) -> dict[Any, Any]:
    return point.environment(512)


def row(point: Point, base: Any) -> list[Fraction]:
    env = values(point)
    return [rational(env[base][index]) for index in range(1, env[n] + 1)]


def rational(value: Any) -> Fraction:
    assert is_exact(value)
    return Fraction(value) if isinstance(value, int) else Fraction(int(value.p), int(value.q))


IN_RANGE = (le(1, k), le(k, n))


def test_without_hypotheses_the_assumptions_of_names_are_kept() -> None:
    about = eq(total(p[i] * x[i] + q[i]) + t, a)
    found = drawn(about=(about,))
    assert len(found) == 40
    for point in found:
        env = values(point)
        assert env[n] >= 1
        assert env[t] > 0
        assert all(entry > 0 for entry in row(point, p))
        assert all(entry >= 0 for entry in row(point, q))
    assert any(0 in row(point, q) for point in found)
    assert any(entry < 0 for point in found for entry in row(point, x))


def test_one_term_equal_entries_and_large_scales_are_all_drawn() -> None:
    found = drawn(about=(le(total(x[i]), 0),))
    assert any(values(point)[n] == 1 for point in found)
    assert any(len(set(row(point, x))) == 1 and values(point)[n] > 1 for point in found)
    largest = max(abs(entry) for point in found for entry in row(point, x))
    assert largest > 900_000
    assert not any(p.is_mild and max(map(abs, row(p, x))) > 16 for p in found)


@pytest.mark.parametrize("way", ["normalised", "defined by the rest", "with a rest of its own"])
def test_probabilities_sum_to_one_exactly(way: str) -> None:
    rest = eq(p0 + total(p[i]), 1)
    hypothesis = {
        "normalised": eq(total(p[i]), 1),
        "defined by the rest": eq(p0, 1 - total(p[i])),
        "with a rest of its own": rest,
    }[way]
    for point in drawn(hypothesis):
        first = rational(values(point)[p0]) if p0 in values(point) else 0
        assert first + sum(row(point, p)) == 1
        assert all(entry > 0 for entry in row(point, p))


def test_probabilities_that_may_be_zero_sometimes_are() -> None:
    found = drawn(eq(total(q[i]), 1))
    assert all(sum(row(point, q)) == 1 for point in found)
    assert any(0 in row(point, q) for point in found)


def test_probabilities_said_by_inequalities_are_mended() -> None:
    for point in drawn(every(lt(0, y[i])), eq(total(y[i]), 1), lt(1, n)):
        assert values(point)[n] > 1
        assert sum(row(point, y)) == 1
        assert min(row(point, y)) > 0


@pytest.mark.parametrize("strict", [True, False])
def test_a_sum_below_one_is_mended(strict: bool) -> None:
    hypothesis = (lt if strict else le)(total(p[i]), 1)
    found = drawn(hypothesis)
    assert len(found) == 40
    assert all(sum(row(point, p)) < 1 or not strict for point in found)
    assert all(sum(row(point, p)) <= 1 for point in found)


def test_the_maximum_is_an_entry_that_no_other_exceeds() -> None:
    found = drawn(*IN_RANGE, eq(m, x[k]), every(le(x[i], m)))
    assert len(found) == 40
    for point in found:
        env = values(point)
        assert 1 <= env[k] <= env[n]
        assert rational(env[m]) == max(row(point, x)) == row(point, x)[env[k] - 1]
    assert any(row(point, x).count(max(row(point, x))) > 1 for point in found)
    assert any(values(point)[k] > 1 for point in found)


def test_an_upper_bound_that_is_no_entry_may_be_strict() -> None:
    for point in drawn(every(lt(x[i], m)), about=(le(m, 0),)):
        assert rational(values(point)[m]) > max(row(point, x))


def test_a_row_is_defined_entrywise_and_checked_against_mpmath() -> None:
    share = sp.exp(x[i]) / total(sp.exp(x[j]), j)
    for point in drawn(every(eq(p[i], share))):
        env = values(point)
        with mpmath.workprec(5000):
            entries = [mpmath.mpf(v.numerator) / v.denominator for v in row(point, x)]
            whole = sum(map(mpmath.exp, entries))
            expected = [mpmath.nstr(mpmath.exp(entry) / whole, 30) for entry in entries]
        for index, text in enumerate(expected, start=1):
            with working_precision(200):
                assert abs(flint.arb(env[p][index]) / flint.arb(text) - 1) < 1e-25


def test_a_defined_row_follows_the_precision() -> None:
    (point, *_) = drawn(every(eq(p[i], sp.exp(1 + x[i] ** 2))), eq(x[1], 1))
    coarse, fine = point.environment(64)[p][1], point.environment(4096)[p][1]
    assert coarse.overlaps(fine)
    assert fine.rad() < 2.0**-1000 < coarse.rad()


def test_definitions_are_evaluated_in_the_order_of_their_needs() -> None:
    given = (eq(a, b + 1), eq(b, m * 2), eq(m, x[1]))
    for point in drawn(*given):
        env = values(point)
        assert rational(env[a]) == 2 * rational(env[x][1]) + 1


def test_definitions_in_a_circle_are_broken_and_solved_by_other_means() -> None:
    for point in drawn(eq(a, b + 1), eq(b, a - 1)):
        assert rational(values(point)[a]) == rational(values(point)[b]) + 1


def test_positions_written_with_offsets_are_in_range() -> None:
    given = (eq(k, 1 + before), eq(n, 1 + before + after))
    found = drawn(*given)
    assert all(1 <= values(point)[k] <= values(point)[n] for point in found)
    assert len({values(point)[n] for point in found}) > 3


def test_entries_that_differ_differ() -> None:
    for point in drawn(*IN_RANGE, le(1, j), le(j, n), ne(x[j], x[k])):
        env = values(point)
        assert env[x][env[j]] != env[x][env[k]]


def test_equal_entries_are_equal() -> None:
    for point in drawn(*IN_RANGE, every(eq(x[i], x[k]))):
        assert len(set(row(point, x))) == 1


def test_a_coincidence_of_sums_is_found_by_permuting() -> None:
    given = eq(sp.log(1 + total(sp.exp(x[i]))), sp.log(1 + total(sp.exp(y[i]))))
    found = drawn(given)
    assert len(found) > 20
    assert all(sorted(row(point, x)) == sorted(row(point, y)) for point in found)
    assert any(row(point, x) != row(point, y) for point in found)


@pytest.mark.parametrize(
    "contradiction",
    [
        (lt(0, a), lt(a, 0)),
        (eq(a, b), ne(a, b)),
        (lt(n, 1),),
        (eq(total(p[i]), -1),),
        (every(lt(x[i], m)), *IN_RANGE, eq(x[k], m)),
        (eq(sp.exp(a), 0),),
        (lt(sp.log(a), 0), lt(a, 0)),
        (eq(2 * n, 3),),
    ],
    ids=lambda given: "; ".join(map(str, given)),
)
def test_no_point_is_found_for_a_contradiction(contradiction: tuple[Statement, ...]) -> None:
    assert drawn(*contradiction) == []


def test_hypotheses_with_undefined_values_are_not_satisfied() -> None:
    for point in drawn(le(sp.log(a), b)):
        assert values(point)[a] > 0


def test_a_row_is_balanced_where_both_sides_depend_affinely_on_it() -> None:
    weights = total(sp.exp(x[j]), j)
    mean = total(sp.exp(x[i]) * y[i]) / weights
    found = drawn(*IN_RANGE, eq(y[k], mean), ne(y[1], y[2]))
    assert len(found) == 40
    assert not any(is_exact(values(point)[y][1]) for point in found[5:] if values(point)[n] > 2)


def test_an_equality_that_is_not_affine_is_not_solved_as_if_it_were() -> None:
    for point in drawn(eq(total(x[i] ** 2), 4)):
        assert sum(entry**2 for entry in row(point, x)) == 4


def test_slopes_and_limits_can_be_hypotheses() -> None:
    assert drawn(Slope(sp.exp(a), a, sp.exp(a)))
    assert not drawn(Slope(sp.exp(a), a, sp.exp(a) + 1))
    assert drawn(Limit(a / t, t, sp.oo, sp.Integer(0)))


def test_a_tie_of_balls_among_large_magnitudes_is_not_taken_for_equality() -> None:
    rule = rule_of(eq(sp.log(1 + sp.exp(a)), sp.log(1 + sp.exp(b))))
    apart, same = environment({a: -1000, b: -999}), environment({a: -1000, b: -1000})
    with working_precision(512):
        assert holds(rule, apart)
        assert not holds(rule, apart, by_tie=False)
        assert not holds(rule, same, by_tie=False)
        assert holds(rule_of(eq(a, b)), same, by_tie=False)


def test_entries_nobody_asked_for_are_filled_in_once_asked() -> None:
    (point, *_) = drawn(about=(le(x[n + 5], 0),))
    env, again = point.environment(512), point.environment(1024)
    assert isinstance(env[x], Entries)
    assert env[x][99] == again[x][99]
    assert env[x][-3] == again[x][-3]


def test_a_function_of_integers_has_values() -> None:
    size = sp.Function("M", positive=True)
    for point in drawn(lt(size(n), size(n + 1))):
        env = values(point)
        assert 0 < env[size][env[n]] < env[size][env[n] + 1]


def test_a_point_reads_as_one_line() -> None:
    entries = Entries(lambda index: 0, {1: 0, 2: -40, 3: 1, 7: 2})
    point = Point({n: 3, k: 1, m: 5, x: entries})
    assert str(point) == "k=1, n=3, m=5, x=(0, -40, 1), x[7]=2"


def test_the_seed_decides_the_points() -> None:
    given = (*IN_RANGE, eq(m, x[k]), every(le(x[i], m)))
    texts = [[str(point) for point in drawn(*given, seed=seed)] for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


_SCRIPT = """
import sympy as sp
from itertools import islice
from lse_verify.proving.falsifier.evaluate import environment
from lse_verify.proving.falsifier.judgement import rule_of
from lse_verify.proving.falsifier.moves import holds
from lse_verify.proving.falsifier.plan import kinds_in, plan_for
from lse_verify.proving.falsifier.points import points
from lse_verify.theory.statements import Forall, eq, le, lt, ne
a, b, c, d = sp.symbols("a b c d", real=True)
k, n = sp.symbols("k n", integer=True, positive=True)
x, y = sp.IndexedBase("x", real=True), sp.IndexedBase("y", real=True)
given = frozenset([eq(a + b, c), lt(c, d), ne(a, d), le(1, k), le(k, n), lt(x[k], y[k])])
for point in islice(points(plan_for(given, kinds_in(given)), 5), 20):
    print(point)
"""


def test_the_points_do_not_depend_on_how_python_hashes_strings() -> None:
    def printed(hash_seed: str) -> str:
        environ = {**os.environ, "PYTHONHASHSEED": hash_seed}
        command = [sys.executable, "-c", _SCRIPT]
        return subprocess.run(command, env=environ, check=True, capture_output=True).stdout.decode()

    assert printed("1") == printed("2") != ""


def test_kinds_keep_what_they_must() -> None:
    negative = kind_of(sp.Symbol("c", negative=True), sp.Symbol("c", negative=True))
    assert [negative.made(v) for v in (3, 0, -2)] == [-3, -1, -2]
    integer = kind_of(n, n)
    assert integer.allows(4)
    assert not integer.allows(0)
    assert not integer.allows(exact(Fraction(1, 2)))
    assert not kind_of(t, t).allows(flint.arb(0, 1))


def test_equations_are_solved_from_either_side() -> None:
    assert drawn(eq(a, xlogx(t)))
    assert drawn(eq(xlogx(t), a))
    for point in drawn(eq(3 - 2 / (a + 1), b)):
        env = values(point)
        assert 3 - 2 / (rational(env[a]) + 1) == rational(env[b])
