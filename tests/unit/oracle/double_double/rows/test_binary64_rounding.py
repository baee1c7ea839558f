"""Enclosures rounded to binary64 at a look: what is decided is what exact rationals round to."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lse_verify.enclosure import EnclosureArray
from lse_verify.formats import BINARY64
from lse_verify.oracle.double_double.rows.rounding import round_to_binary64
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2

INTERESTING = [
    0.5,
    math.nextafter(0.5, 1),
    0.75,
    math.nextafter(1, 0),
    math.nextafter(0.5, 1) * 1.5,
]


def one(hi: float, lo: float, radius: float, exponent: int) -> EnclosureArray:
    return EnclosureArray(
        np.array([hi]), np.array([lo]), np.array([radius]), np.array([exponent], dtype=np.int64)
    )


def check(found: EnclosureArray) -> int:
    """Compare with the exact rounding of every enclosure; return how many are decided."""
    values, decided = round_to_binary64(found)
    for place in np.flatnonzero(decided).tolist():
        exact = found.at(place)
        assert exact is not None
        nearest = exact.rounded(BINARY64)
        assert nearest is not None
        assert float(values[place]).hex() == nearest.hex()
    return int(np.count_nonzero(decided))


exponents = st.one_of(
    st.integers(-30, 30),
    st.integers(-1080, -1015),
    st.integers(1015, 1030),
    st.sampled_from([-5000, 5000, NEGLIGIBLE_LOG2, NEGLIGIBLE_LOG2 + 1]),
)


# The first call compiles.
@settings(deadline=None)
@given(
    hi=st.one_of(st.sampled_from(INTERESTING), st.floats(0.5, math.nextafter(1, 0))),
    sign=st.sampled_from([-1.0, 1.0]),
    share=st.one_of(st.floats(-1, 1), st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0])),
    radius=st.one_of(st.just(0.0), st.integers(-1000, -40).map(lambda e: 2.0**e)),
    exponent=exponents,
)
def test_a_decided_rounding_is_the_exact_one(
    hi: float, sign: float, share: float, radius: float, exponent: int
) -> None:
    check(one(sign * hi, share * 2.0**-54, radius, exponent))


def test_nearly_all_ordinary_enclosures_are_decided() -> None:
    rng = np.random.default_rng(11)
    count = 4000
    found = EnclosureArray(
        rng.uniform(0.5, 1, count) * rng.choice([-1.0, 1.0], count),
        rng.uniform(-1, 1, count) * 2.0**-54,
        np.full(count, 2.0**-99),
        rng.integers(-1021, 1024, count),
    )
    assert check(found) > 0.98 * count


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_below_one_half_the_floats_are_twice_as_dense(sign: float) -> None:
    # ½ − 2**-55 is the midpoint of ½ and the float below; above ½ that is no midpoint.
    at_middle = one(sign * 0.5, -sign * 2.0**-55, 2.0**-99, 3)
    assert not round_to_binary64(at_middle)[1][0]
    assert check(one(sign * 0.75, -sign * 2.0**-55, 2.0**-99, 3)) == 1
    assert check(one(sign * 0.5, -sign * 2.0**-56, 2.0**-99, 3)) == 1


@pytest.mark.parametrize("exponent", [-1022, -1074, -1100, -5000, 1025, 5000])
def test_subnormal_results_and_overflow_are_left_to_others(exponent: int) -> None:
    assert not round_to_binary64(one(0.75, 2.0**-60, 2.0**-99, exponent))[1][0]


def test_the_ends_of_the_normal_range_are_decided() -> None:
    values, decided = round_to_binary64(one(math.nextafter(1, 0), 2.0**-60, 2.0**-99, 1024))
    assert decided[0]
    assert values[0] == BINARY64.largest
    values, decided = round_to_binary64(one(0.5, 2.0**-60, 2.0**-99, -1021))
    assert decided[0]
    assert values[0] == BINARY64.smallest_normal


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_a_negligible_value_rounds_to_a_zero_of_its_sign(sign: float) -> None:
    values, decided = round_to_binary64(one(sign * 0.5, 0.0, math.inf, NEGLIGIBLE_LOG2))
    assert decided[0]
    assert values[0].hex() == (sign * 0.0).hex()


def test_minus_infinity_with_radius_0_is_itself() -> None:
    # So the kernels say what log_softmax is of an entry −∞.
    values, decided = round_to_binary64(one(-math.inf, 0.0, 0.0, 0))
    assert (values[0], decided[0]) == (-math.inf, True)


def test_zero_itself_is_zero_and_what_is_not_known_is_not_decided() -> None:
    values, decided = round_to_binary64(one(0.0, 0.0, 0.0, 0))
    assert (values[0], decided[0]) == (0.0, True)
    for unknown in (
        one(0.5, 0.0, math.inf, 0),
        one(0.0, 0.0, 1.0, NEGLIGIBLE_LOG2),
        one(0.5, math.nan, 0.0, 0),
        one(0.5, 0.0, math.nan, 0),
        one(0.75, 0.0, 2.0**-54, 0),
    ):
        assert not round_to_binary64(unknown)[1][0]
