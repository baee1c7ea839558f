"""The logistic function: what it is at points that are easily got wrong, by every oracle.

Expected values are mpmath's, of 1/(1 + exp(−x)) with as many digits as it takes, and Arb's.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import flint
import mpmath
import numpy as np
import pytest
from mpmath.libmp import to_rational

from lse_verify import correct, truth
from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.family.function import Pending
from lse_verify.formats import BINARY64
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.double_double.rows.logistic import logistic
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import Oracle, refine, rounding_decided

LOGISTIC = FUNCTIONS["logistic"]
TINY = 5e-324
POINTS = (
    *(TINY, -TINY, 1e-300, -1e-300, 2.0**-52, -(2.0**-53), 0.5, -0.5, 1.0, -1.0),
    *(36.7, -36.7, 37.5, 708.5, -708.5, 745.0, -745.0, -745.2, 1e308, -1e308),
)

both_oracles = pytest.mark.parametrize("oracle", [MpmathJudge(), ArbBalls()], ids=lambda o: o.name)


def exactly(x: float, digits: int = 1000) -> Fraction:
    """Evaluate 1/(1 + exp(−x)); of 1000 digits no point here that is not beyond needs more."""
    with mpmath.workdps(digits):
        return Fraction(*map(int, to_rational((1 / (1 + mpmath.exp(-mpmath.mpf(x))))._mpf_)))


def nearest(x: float) -> float:
    """Round the value; beyond every format it is next to 0 or 1."""
    return (1.0 if x > 0 else 0.0) if abs(x) > 1e4 else BINARY64.round(exactly(x))


def test_zero_gives_exactly_one_half() -> None:
    assert LOGISTIC.settle((0.0,)).outcomes == (Enclosure.exactly(Fraction(1, 2)),)
    assert float(truth("logistic", 0.0).approximate()) == 0.5
    assert correct.logistic([0.0, -0.0]).tolist() == [0.5, 0.5]


@both_oracles
@pytest.mark.parametrize("x", POINTS)
def test_both_oracles_round_as_mpmath_with_many_digits(oracle: Oracle, x: float) -> None:
    found = refine(oracle, LOGISTIC, (x,), 1, rounding_decided(BINARY64))
    assert found.rounded(BINARY64) == nearest(x)


@pytest.mark.parametrize("x", POINTS)
def test_the_correct_rounding_is_mpmaths(x: float) -> None:
    assert float(correct.logistic(x)).hex() == nearest(x).hex()


@pytest.mark.parametrize("x", [p for p in POINTS if abs(p) < 1e4])
def test_the_truth_of_arrays_holds_mpmaths_value(x: float) -> None:
    found = truth("logistic", [x]).at(0)
    assert found is not None
    assert found.lo <= exactly(x) <= found.hi


@pytest.mark.parametrize("x", POINTS)
def test_it_is_the_first_share_of_the_argument_beside_zero(x: float) -> None:
    ours = ArbBalls().enclose(LOGISTIC, (x,), 1, 300)
    share = MpmathJudge().enclose(FUNCTIONS["softmax"], ((x, 0.0),), 1, 300)
    assert ours is not None
    assert share is not None
    assert ours.intersect(share) is not None


@pytest.mark.parametrize("x", [40.0, 100.0, 600.0])
def test_what_is_missing_to_one_keeps_its_digits(x: float) -> None:
    found = truth("logistic", [x]).at(0)
    assert found is not None
    missing = 1 - exactly(x)
    assert 1 - found.hi <= missing <= 1 - found.lo
    assert found.hi - found.lo <= missing / 2**50


@pytest.mark.parametrize("x", [2.0**-20, -(2.0**-60), 2.0**-300, -(2.0**-899)])
def test_what_is_missing_to_one_half_keeps_its_digits(x: float) -> None:
    found = truth("logistic", [x]).at(0)
    assert found is not None
    # x/4, but for a relative x²/12.
    assert (found.lo - Fraction(1, 2)) * 4 / Fraction(x) == pytest.approx(1, rel=1e-12)
    assert found.hi - found.lo <= abs(Fraction(x)) / 2**50


@pytest.mark.parametrize("x", [p for p in POINTS if abs(p) < 1e4])
def test_the_strict_limits_are_on_either_side(x: float) -> None:
    low, high = LOGISTIC.strict_limits((x,), 1)
    assert low is not None
    assert high is not None
    assert low < exactly(x) < high


@pytest.mark.parametrize(("x", "limit"), [(1e308, 1), (16001.0, 1), (-16001.0, 0), (-1e308, 0)])
def test_far_from_zero_the_limits_are_next_to_one_another(x: float, limit: int) -> None:
    low, high = LOGISTIC.strict_limits((x,), 1)
    assert limit in (low, high)
    assert low is not None
    assert high is not None
    assert 0 < high - low < Fraction(1, 2**20000)


@pytest.mark.parametrize("x", [math.nextafter(0.0, 1.0), -1.0, 1e300])
def test_any_other_number_is_left_to_the_oracle(x: float) -> None:
    assert LOGISTIC.settle((x,)).outcomes == (Pending(1),)


def random_numbers(count: int) -> Any:
    """Return numbers of ordinary size, of every size, and with any bits."""
    rng = np.random.default_rng(17)
    part = count // 4
    bits = rng.integers(-(2**63), 2**63 - 1, part).view(np.float64)
    signs = rng.choice([-1.0, 1.0], part)
    return np.concatenate(
        [
            rng.normal(0, 10, part),
            rng.uniform(-800, 800, part),
            signs * np.exp2(rng.uniform(-1074, 16, part)),
            np.where(np.isfinite(bits), bits, 1.0),
        ]
    )


def test_the_kernels_and_arb_overlap_on_a_hundred_thousand_numbers() -> None:
    x = random_numbers(100_000)
    found = logistic(x)
    flint.ctx.prec = 300
    n_told = 0
    for value, hi, lo, radius, exponent in zip(
        x.tolist(), *(column.tolist() for column in found.columns()), strict=True
    ):
        # Arb has no ball for exp(1e300).
        term = (-flint.arb(abs(value))).exp()
        ball = (1 if value > 0 else term) / (1 + term)
        scale = flint.arb(2) ** exponent
        if radius == math.inf:
            assert value < -30000
            assert bool(ball <= scale)
            continue
        n_told += 1
        apart = abs((flint.arb(hi) + lo) * scale - ball)
        assert not bool(apart > radius * scale), value
    assert n_told > 80_000
