"""log Σ b exp(x): its limits, where it is exact, and what rounding of the input explains.

Expected values are mpmath's on the formula with as many digits as it takes, and limits are those
of rows that come nearer and nearer.
"""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath.libmp import to_rational

from lse_verify import truth
from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.function import NO_LIMIT, Bounds, Outcome, Pending
from lse_verify.family.weighted_logsumexp import WeightedLogSumExp
from lse_verify.formats import BINARY64, FORMATS, Format
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import Oracle, refine, rounding_decided

WEIGHTED = WeightedLogSumExp()
LOGSUMEXP = FUNCTIONS["logsumexp"]
INF, NAN = math.inf, math.nan
LARGEST = 1.7976931348623157e308
Pair = tuple[tuple[float, ...], tuple[float, ...]]

both_oracles = pytest.mark.parametrize("oracle", [MpmathJudge(), ArbBalls()], ids=lambda o: o.name)


def by_mpmath(point: Pair) -> mpmath.mpf:
    """Evaluate the formula with 2000 digits."""
    with mpmath.workdps(2000):
        terms = [mpmath.mpf(w) * mpmath.exp(mpmath.mpf(x)) for x, w in zip(*point, strict=True)]
        return mpmath.log(mpmath.fsum(terms))


def exact(value: mpmath.mpf) -> Fraction:
    return Fraction(*map(int, to_rational(value._mpf_)))


def outcome(*point: tuple[float, ...]) -> Outcome:
    (found,) = WEIGHTED.settle(point).outcomes
    return found


def is_nan(found: Outcome) -> bool:
    return isinstance(found, float) and math.isnan(found)


NUMBERS: list[Pair] = [
    # scipy issue 22903: NaN in SciPy 1.15.0 to 1.15.2.
    ((3.06409428, 0.37251854, 3.87471931), (1.88190708, 2.84174795, -0.85016884)),
    ((0.5, -1.25), (2.0, -0.5)),
    ((2.5,), (0.1,)),
    ((0.0, 2.0**-1000), (-1.0, 1.0)),
    ((0.0, 2.0**-52), (-1.0, 1.0)),
    ((0.0, math.log(3)), (-3.0, 1.0)),
    ((0.0, -700.0, 1.0), (1.0, -1.0, 5e-324)),
    ((1.0, 1.0, 0.0), (LARGEST, -LARGEST, 5e-324)),
    ((1.0, 1.0, 1.0), (0.1, 0.2, 0.7)),
    ((1e5, 99999.0, 100001.5), (-1.0, 1.0, 1.0)),
    ((LARGEST, -LARGEST), (5e-324, LARGEST)),
]


@both_oracles
@pytest.mark.parametrize("point", NUMBERS)
def test_both_oracles_round_as_mpmath_with_many_digits(oracle: Oracle, point: Pair) -> None:
    case = WEIGHTED.settle(point)
    assert case.outcomes == (Pending(1),)
    found = refine(oracle, WEIGHTED, case.point, 1, rounding_decided(BINARY64))
    assert found.rounded(BINARY64) == BINARY64.round(exact(by_mpmath(point)))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_the_truth_of_a_block_rounds_as_mpmath_in_every_format(fmt: Format) -> None:
    for point in (((0.5, -1.25, 3.0), (2.0, -0.5, 0.25)), ((8.0, 7.5), (1.0, -1.5))):
        block = Block(tuple(np.array([argument]) for argument in point))
        values, decided = Ladder().truth(WEIGHTED, block).enclosures.rounded(fmt)
        assert decided.all()
        assert float(values[0]) == fmt.round(exact(by_mpmath(point)))


def test_the_row_of_the_issue_has_the_value_that_the_issue_says() -> None:
    (row, weights) = NUMBERS[0]
    found = truth("weighted_logsumexp", row, weights).at(0)
    assert found is not None
    # The issue has it to two ulps, as SciPy computes it.
    assert abs(found.lo - Fraction(1.245216515790739)) < Fraction(1, 2**51)


@pytest.mark.parametrize("name", [name for name in REGIMES if name != "opposed"])
def test_with_weights_of_one_it_is_logsumexp(name: str) -> None:
    ladder = Ladder()
    for drawn in REGIMES[name].draw("logsumexp", BINARY64, 9, 12).blocks:
        if not 0 < drawn.n_terms <= 100:
            continue
        block = drawn.between(0, 12)
        rows = block.wide(0)
        plain = ladder.truth(LOGSUMEXP, block)
        with_ones = ladder.truth(WEIGHTED, Block((rows, np.ones_like(rows))))
        assert with_ones.is_real.tolist() == plain.is_real.tolist()
        np.testing.assert_array_equal(with_ones.special, plain.special)
        ours, decided = with_ones.enclosures.rounded(BINARY64)
        theirs, also_decided = plain.enclosures.rounded(BINARY64)
        numbers = plain.is_real & decided & also_decided
        assert ours[numbers].tolist() == theirs[numbers].tolist()
        assert (decided & also_decided)[plain.is_real].mean() > 0.9


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (((2.5,), (1.0,)), 2.5),
        (((2.5, 2.5), (0.25, 0.75)), 2.5),
        (((2.5, 0.0, 2.5), (0.25, 0.0, 0.75)), 2.5),
        (((-3.0, 7.0, 7.0), (1.0, 1e300, -1e300)), -3.0),
        (((0.0, -INF), (1.0, -7.0)), 0.0),
        (((LARGEST, NAN), (1.0, -0.0)), None),
    ],
)
def test_one_exponent_with_a_weight_of_one_is_the_value(point: Pair, expected: float) -> None:
    if expected is None:
        assert outcome(*point) is NO_LIMIT
    else:
        assert outcome(*point) == Enclosure.exactly(Fraction(expected))


@pytest.mark.parametrize(
    "point",
    [
        ((1.0,), (-1.0,)),
        ((1.0, 1.0), (1.0, -1.5)),
        ((0.0, 1.0), (2.5, -1.0)),
        ((0.0, 5e-324), (1.0, -1.0)),
        ((0.0, 1.0, -INF), (1.0, -1.0, 1e308)),
        ((1.0, INF), (1.0, -1.0)),
        ((1.0, 2.0), (1.0, -INF)),
    ],
)
def test_a_negative_sum_has_no_logarithm(point: Pair) -> None:
    assert is_nan(outcome(*point))


@pytest.mark.parametrize(
    "point",
    [
        ((), ()),
        ((1.0,), (0.0,)),
        ((1.0, -3.0), (0.0, -0.0)),
        ((1.0, 1.0), (2.0, -2.0)),
        ((1.0, 1.0, 0.5, 0.5, 0.5), (2.0, -2.0, 0.1, 0.1, -0.2)),
        ((-INF,), (3.0,)),
        ((-INF, 2.0, 2.0), (3.0, 0.5, -0.5)),
    ],
)
def test_a_sum_of_nothing_is_minus_infinity(point: Pair) -> None:
    assert outcome(*point) == -INF


@pytest.mark.parametrize(
    "point", [((INF,), (1.0,)), ((INF, 1.0), (5e-324, -1e300)), ((0.0, 1.0), (INF, -1.0))]
)
def test_an_infinite_term_is_the_value(point: Pair) -> None:
    assert outcome(*point) == INF


@pytest.mark.parametrize(
    "point",
    [
        # Of 0·∞ whatever the weight and the entry make of it on their way.
        ((INF, 1.0), (0.0, 1.0)),
        ((-INF, 1.0), (INF, 1.0)),
        ((INF, INF), (1.0, -1.0)),
        ((INF, 0.0), (1.0, -INF)),
        # To 0 from below, where there is no value, or from both sides.
        ((-INF,), (-1.0,)),
        ((-INF, -INF), (1.0, -1.0)),
        ((-INF, 2.0, 2.0), (-3.0, 0.5, -0.5)),
        # Whether a weight of 0 hides a NaN is a policy.
        ((NAN, 1.0), (0.0, 1.0)),
    ],
)
def test_where_the_limit_depends_on_the_way_there_is_none(point: Pair) -> None:
    assert outcome(*point) is NO_LIMIT


@pytest.mark.parametrize(
    ("near", "values"),
    [
        # b exp(x) = 3 and 5 all the way to b = 0 and x = ∞.
        (lambda far, c: ((far, 1.0), (c * math.exp(-far), 1.0)), (3.0, 5.0)),
        # And to b = ∞ and x = −∞.
        (lambda far, c: ((-far, 1.0), (c * math.exp(far), 1.0)), (3.0, 5.0)),
    ],
)
def test_ways_to_a_row_without_a_limit_have_others(near, values) -> None:  # type: ignore[no-untyped-def]  # two lambdas
    for far in (100.0, 300.0, 600.0):
        found = [by_mpmath(near(far, c)) for c in values]
        expected = [math.log(c + math.e) for c in values]
        assert [float(v) for v in found] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("point", [((NAN, 1.0), (1.0, 0.0)), ((INF, 1.0), (NAN, 1.0))])
def test_a_nan_that_counts_gives_nan(point: Pair) -> None:
    assert is_nan(outcome(*point))


def test_what_counts_for_nothing_is_removed_and_what_cancels_keeps_its_slopes() -> None:
    case = WEIGHTED.settle(((5.0, -INF, 0.0, 5.0, 1.0), (1.0, 2.0, 2.0, -1.0, 0.0)))
    assert case.outcomes == (Pending(1),)
    assert case.point == ((0.0,), (2.0,))
    assert case.sloped == ((5.0, 0.0, 5.0), (1.0, 2.0, -1.0))


@pytest.mark.parametrize(
    ("point", "limits"),
    [
        (((0.0, -1.0), (1.0, 1.0)), (0, None)),
        (((0.0, -1.0), (1.0, -1.0)), (None, 0)),
        (((0.0, 0.0, -1.0), (0.25, 0.75, 1.0)), (0, None)),
        (((0.0, -1.0), (2.0, 1.0)), (None, None)),
        (((2.0, 1.0, 1.0, 0.5), (1.0, 1.0, -1.0, -3.0)), (None, 2)),
        (((2.0,), (3.0,)), (None, None)),
    ],
)
def test_strict_limits_are_the_largest_entry_on_the_side_of_the_others(
    point: Point, limits: tuple[Fraction | None, Fraction | None]
) -> None:
    assert WEIGHTED.strict_limits(point, 1) == limits


@pytest.mark.parametrize("sign", [1, -1])
def test_where_nothing_is_seen_of_the_others_the_limits_are_next_to_one_another(sign: int) -> None:
    low, high = WEIGHTED.strict_limits(((2.0**40, -1e300), (1.0, sign * LARGEST)), 1)
    assert low is not None
    assert high is not None
    assert low == 2**40 if sign > 0 else high == 2**40
    assert 0 < high - low < Fraction(1, 2**20000)


def test_the_largest_entry_plus_the_log_of_the_weights_is_no_bound_to_be_held_to() -> None:
    # It is attained by equal entries: the nearest float is above it by half an ulp in every other
    # row, and what adds up the weights before by more.
    assert WEIGHTED.bounds(((0.0, 0.0), (0.25, 0.5)), 1) == Bounds()


def edge(row: list[float], weights: list[float], relative: float) -> float:
    found = WEIGHTED.edge(Block((np.array([row]), np.array([weights]))), relative)
    return float(found[0])


def test_a_row_is_at_the_edge_if_changes_of_its_numbers_take_away_what_is_left() -> None:
    row, weights = [1.0, 0.0], [1.0, -2.5]
    # e against 2.5: they meet if e is divided, and 2.5 multiplied, by the root of e/2.5 — the
    # weights by e^s, and e itself by e^2s.
    apart = 1 - math.log(2.5)
    assert math.isnan(edge(row, weights, 0.999 * apart / 3))
    reached = 1.001 * apart / 3
    expected = math.log(math.exp(1 + 2 * reached) - 2.5 * math.exp(-reached))
    assert edge(row, weights, reached) == pytest.approx(expected, rel=1e-12)


def test_no_row_of_positive_terms_is_at_the_edge() -> None:
    rows = np.random.default_rng(1).normal(0, 30, (50, 4))
    found = WEIGHTED.edge(Block((rows, np.ones_like(rows))), 0.25)
    assert np.isnan(found).all()


@pytest.mark.parametrize(
    ("row", "weights"),
    [
        ([1.0, 1.0], [0.0, 0.0]),
        ([1.0, 1.0], [-1.0, -1.0]),
        ([NAN, 1.0], [1.0, -1.0]),
        ([INF, 1.0], [1.0, -1.0]),
        ([1.0, 3.0], [1.0, -1.0]),
    ],
)
def test_what_no_change_gives_a_value_is_not_at_the_edge(
    row: list[float], weights: list[float]
) -> None:
    assert math.isnan(edge(row, weights, 1e-3))


@pytest.mark.parametrize(
    ("row", "weights"),
    [
        ([1.0, 1.0], [1.0, -1.0]),
        ([1.0, 1.0, 1e4], [3.0, -3.0, 0.0]),
        ([1e300, 1e300, -5.0], [3.0, -3.0, 1.0]),
        ([-800.0, -800.0, 0.0], [1.0, -1.0, 0.0]),
        ([345.0, -345.0], [1e-150, -4.6e149]),
    ],
)
def test_terms_that_cancel_are_at_the_edge_whatever_their_size(
    row: list[float], weights: list[float]
) -> None:
    assert math.isnan(edge(row, [abs(w) for w in weights], 1e-3))
    assert not math.isnan(edge(row, weights, 1e-3))


def test_a_function_that_has_a_value_for_every_row_has_no_edge() -> None:
    rows = Block((np.zeros((2, 3)),))
    assert LOGSUMEXP.edge(rows, 0.5) is None
