"""The gradient of log_softmax's first entry: limits, and points where 1 − s₁ cancels.

Expected values are mpmath's, of log_softmax differentiated by hand into the sum of the others'
terms, with as many digits as it takes; limits are those of rows that come nearer and nearer.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath.libmp import to_rational

from lse_verify import truth
from lse_verify.enclosure import Enclosure, EnclosureArray
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.function import NO_LIMIT, Outcome, Pending
from lse_verify.formats import BINARY64, FORMATS, Format
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import Oracle, refine, rounding_decided

GRADIENT = FUNCTIONS["log_softmax_gradient"]
INF, NAN = math.inf, math.nan
CANCELS = (37.42994775023705, 0.0)

both_oracles = pytest.mark.parametrize("oracle", [MpmathJudge(), ArbBalls()], ids=lambda o: o.name)


def by_mpmath(row: tuple[float, ...]) -> list[mpmath.mpf]:
    """Differentiate x₁ − log Σ exp(x), with 1000 digits."""
    with mpmath.workdps(1000):
        terms = [mpmath.exp(mpmath.mpf(entry)) for entry in row]
        total = mpmath.fsum(terms)
        return [mpmath.fsum(terms[1:]) / total, *(-term / total for term in terms[1:])]


def exact(value: mpmath.mpf) -> Fraction:
    return Fraction(*map(int, to_rational(value._mpf_)))


def outcomes(*row: float) -> tuple[Outcome, ...]:
    return GRADIENT.settle((row,)).outcomes


def exactly(*values: Fraction | int) -> tuple[Enclosure, ...]:
    return tuple(map(Enclosure.exactly, values))


def numbers(row: tuple[float, ...]) -> list[float]:
    """Return the truth of every output, to a few ulps of binary64."""
    return [float(v) for v in truth("log_softmax_gradient", row).approximate()]


def test_the_first_entry_does_not_cancel() -> None:
    # 1 − s₁ is 0 in binary64, and that is what jax gives; the digits are mpmath's.
    first, second = numbers(CANCELS)
    assert first == 5.551115123125776e-17
    assert second == -first
    assert 1 - 1 / (1 + math.exp(-CANCELS[0])) == 0


@both_oracles
@pytest.mark.parametrize(
    "row",
    [
        CANCELS,
        (0.0, -700.0),
        (-700.0, 0.0),
        (3.0, 1.0, 1.0, -5.0),
        (1.0, 1.0, -40.0),
        (-40.0, 1.0, 1.0),
        (709.7, -745.2, 0.0),
        (5e-324, -5e-324),
        (1e5, 99999.0, 100001.5),
    ],
)
def test_both_oracles_round_as_mpmath_with_many_digits(
    oracle: Oracle, row: tuple[float, ...]
) -> None:
    for k, expected in enumerate(by_mpmath(row), 1):
        found = refine(oracle, GRADIENT, (row,), k, rounding_decided(BINARY64))
        assert found.rounded(BINARY64) == BINARY64.round(exact(expected))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_the_truth_of_a_block_rounds_as_mpmath_in_every_format(fmt: Format) -> None:
    for row in ((0.5, -1.25, 3.0), (8.0, -7.5, 0.25), (-6.0, 5.0, 5.0), CANCELS):
        values, decided = truths(row).rounded(fmt)
        assert decided.all()
        expected = [fmt.round(exact(value)) for value in by_mpmath(row)]
        assert [float(value).hex() for value in values] == [value.hex() for value in expected]


def truths(row: tuple[float, ...]) -> EnclosureArray:
    return Ladder().truth(GRADIENT, Block((np.array([row]),))).enclosures


# Limits: rows that come nearer and nearer to one that has none of its own.

FAR = (1e3, 1e6, 1e9, 1e12)
LIMITS: list[tuple[tuple[float, ...], list[float]]] = [
    # One entry: x₁ − LSE(x) is 0 wherever it is.
    ((2.5,), [0.0]),
    ((INF,), [0.0]),
    ((INF, 2.0, -1.0), [0.0, 0.0, 0.0]),
    ((2.0, INF, -1.0), [1.0, -1.0, 0.0]),
    ((2.0, -1.0, INF), [1.0, 0.0, -1.0]),
    ((-INF, INF), [1.0, -1.0]),
    ((INF, -INF), [0.0, 0.0]),
    ((2.0, -INF), [0.0, 0.0]),
    ((-INF, 2.0), [1.0, -1.0]),
    ((-INF, 2.0, -INF), [1.0, -1.0, 0.0]),
]


def nearing(row: tuple[float, ...], far: float) -> tuple[float, ...]:
    """Return the row with its infinities as large as that."""
    return tuple(math.copysign(far, entry) if math.isinf(entry) else entry for entry in row)


@pytest.mark.parametrize(("row", "limit"), LIMITS)
def test_special_values_are_the_limits_of_rows_that_come_nearer(
    row: tuple[float, ...], limit: list[float]
) -> None:
    apart = []
    for far in FAR:
        near = by_mpmath(nearing(row, far))
        apart.append(max(abs(a - b) for a, b in zip(near, limit, strict=True)))
    assert all(later <= earlier for earlier, later in itertools.pairwise(apart))
    assert apart[-1] < mpmath.mpf(10) ** -1000
    assert outcomes(*row) == exactly(*map(int, limit))
    assert numbers(row) == limit


@pytest.mark.parametrize("row", [(-INF, 1.0, 2.0), (-INF, 1.0, -INF, 2.0, 0.5), (-INF, 3.0, 3.0)])
def test_a_first_entry_minus_infinity_leaves_one_and_the_shares_of_the_others(
    row: tuple[float, ...],
) -> None:
    kept = [entry for entry in row if entry > -INF]
    shares = iter([-exact(value) for value in softmax(kept)])
    limit = [Fraction(1), *(Fraction(0) if e == -INF else next(shares) for e in row[1:])]
    near = [exact(value) for value in by_mpmath(nearing(row, 1e4))]
    assert all(abs(a - b) < Fraction(1, 10**900) for a, b in zip(near, limit, strict=True))
    found = truth("log_softmax_gradient", row)
    ladder = Ladder()
    for place, expected in enumerate(limit):
        nearest = BINARY64.round(expected)
        judged = ladder.confirm(GRADIENT, (row,), place, rounding_decided(BINARY64))
        assert isinstance(judged, Enclosure)
        assert judged.rounded(BINARY64) == nearest
        ours = found.at(place)
        assert ours is not None
        assert ours.lo - Fraction(1, 10**900) <= expected <= ours.hi + Fraction(1, 10**900)


def softmax(row: list[float]) -> list[mpmath.mpf]:
    with mpmath.workdps(1000):
        terms = [mpmath.exp(mpmath.mpf(entry)) for entry in row]
        return [term / mpmath.fsum(terms) for term in terms]


@pytest.mark.parametrize("row", [(INF, INF), (0.0, INF, INF), (-INF, INF, INF), (-INF, -INF)])
def test_where_the_limit_depends_on_the_way_there_is_none(row: tuple[float, ...]) -> None:
    places = [place for place, entry in enumerate(row) if math.isinf(entry)]
    ways = []
    for tilt in (-1.0, 1.0):
        near = list(nearing(row, 1e6))
        near[places[-1]] += tilt
        ways.append(by_mpmath(tuple(near)))
    assert max(abs(a - b) for a, b in zip(*ways, strict=True)) > 0.4
    assert outcomes(*row) == (NO_LIMIT,) * len(row)


def test_nan_gives_nan_in_every_output() -> None:
    assert all(isinstance(o, float) and math.isnan(o) for o in outcomes(1.0, NAN, INF))


def test_equal_entries_are_rational() -> None:
    assert outcomes(7.5, 7.5, 7.5) == exactly(Fraction(2, 3), *[Fraction(-1, 3)] * 2)
    assert outcomes(0.0, -0.0) == exactly(Fraction(1, 2), Fraction(-1, 2))
    assert outcomes(7.5, -INF, 7.5) == exactly(Fraction(1, 2), 0, Fraction(-1, 2))
    assert outcomes(-INF, 7.5, 7.5) == exactly(1, Fraction(-1, 2), Fraction(-1, 2))


def test_the_first_that_is_left_of_others_is_asked_for_behind_them() -> None:
    case = GRADIENT.settle(((-INF, 3.0, -INF, 1.0, 2.0),))
    assert case.point == ((3.0, 1.0, 2.0),)
    turned: Point = ((1.0, 2.0, 3.0),)
    assert case.outcomes == (
        *exactly(1),
        Pending(3, turned),
        *exactly(0),
        Pending(2),
        Pending(3),
    )
    assert [case.at(o) for o in case.outcomes if isinstance(o, Pending)] == [
        turned,
        case.point,
        case.point,
    ]


ROWS = [(3.0, 1.0), (1.0, 3.0), (1.0, 1.0, -5.0), (-5.0, 1.0, 1.0), (0.0, -2e3), (-2e3, 0.0)]


@pytest.mark.parametrize("row", ROWS)
def test_the_strict_limits_are_on_either_side(row: tuple[float, ...]) -> None:
    for k, value in enumerate(by_mpmath(row), 1):
        low, high = GRADIENT.strict_limits((row,), k)
        assert low is not None
        assert high is not None
        assert low < exact(value) < high
        bounds = GRADIENT.bounds((row,), k)
        assert bounds.lower is not None
        assert bounds.upper is not None
        assert bounds.lower <= low < high <= bounds.upper


@pytest.mark.parametrize(
    ("row", "k", "limit"),
    [
        ((1e300, -1e300), 1, 0),
        ((1e300, -1e300), 2, 0),
        ((-1.0, 1e300), 1, 1),
        ((-1.0, 1e300), 2, -1),
    ],
)
def test_where_nothing_is_seen_of_the_others_the_limits_are_next_to_one_another(
    row: tuple[float, ...], k: int, limit: int
) -> None:
    low, high = GRADIENT.strict_limits((row,), k)
    assert limit in (low, high)
    assert low is not None
    assert high is not None
    assert 0 < high - low < Fraction(1, 2**20000)


def test_each_output_has_the_bounds_of_its_own_sign() -> None:
    found = GRADIENT.rounded_bounds(Block((np.zeros((2, 3)),)), BINARY64)
    assert found.lower.tolist() == [[0.0, -1.0, -1.0]] * 2
    assert found.upper.tolist() == [[1.0, 0.0, 0.0]] * 2
    lower, upper = found.of_outputs(3)
    assert lower.tolist() == [0.0, -1.0, -1.0] * 2
    assert upper.tolist() == [1.0, 0.0, 0.0] * 2


def test_the_outputs_sum_to_zero() -> None:
    rng = np.random.default_rng(23)
    x = rng.normal(0, 10, (200, 5))
    found = truth("log_softmax_gradient", x)
    for row in range(len(x)):
        held = [found.at(5 * row + place) for place in range(5)]
        low, high = (sum(getattr(e, end) for e in held) for end in ("lo", "hi"))
        assert low <= 0 <= high
        assert high - low < Fraction(1, 2**80)
