"""Enclosures against Decimal, mpmath and MPFR, and cases worked by hand."""

from __future__ import annotations

import decimal
import math
import random
from collections.abc import Callable
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from lse_verify.enclosure import (
    Enclosure,
    EnclosureArray,
    decimal_string,
    enclosure_array,
    in_quanta,
    split,
)
from lse_verify.formats import BINARY16, BINARY32, BINARY64, FLOAT8_E4M3FN, FORMATS, Format

ALL = list(FORMATS.values())
TINY = Fraction(1, 2**900)
HALF, ONE, TWO, THREE = Fraction(1, 2), Fraction(1), Fraction(2), Fraction(3)

every_format = pytest.mark.parametrize("fmt", ALL, ids=lambda f: f.name)
both_signs = pytest.mark.parametrize("sign", [1, -1])


def two(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def between(
    one: Fraction, other: Fraction, one_open: bool = False, other_open: bool = False
) -> Enclosure:
    """Enclose what lies between two ends, given in either order."""
    if one > other:
        one, other, one_open, other_open = other, one, other_open, one_open
    return Enclosure(one, other, one_open, other_open)


def same(got: float | None, expected: float | None) -> bool:
    """Equality that tells the zeros apart."""
    if got is None or expected is None:
        return got is expected
    return got == expected and math.copysign(1.0, got) == math.copysign(1.0, expected)


class TestInterval:
    @pytest.mark.parametrize(
        ("lo", "hi", "lo_open", "hi_open"),
        [(1, 0, False, False), (1, 1, True, False), (1, 1, False, True), (1, 1, True, True)],
    )
    def test_an_empty_interval_cannot_be_made(
        self, lo: int, hi: int, lo_open: bool, hi_open: bool
    ) -> None:
        with pytest.raises(ValueError, match="cannot be empty"):
            Enclosure(Fraction(lo), Fraction(hi), lo_open, hi_open)

    def test_a_single_point_is_exact_and_an_interval_is_not(self) -> None:
        assert Enclosure.exactly(3).is_exact
        assert not Enclosure(ONE, TWO).is_exact

    def test_an_exact_value_may_be_given_as_an_integer(self) -> None:
        assert Enclosure.exactly(3) == Enclosure(THREE, THREE)

    @pytest.mark.parametrize(
        ("lo_open", "hi_open", "sides"),
        [(False, False, (0, 0)), (True, False, (1, 0)), (False, True, (0, -1))],
    )
    def test_open_ends_are_approached_from_inside(
        self, lo_open: bool, hi_open: bool, sides: tuple[int, int]
    ) -> None:
        assert Enclosure(ONE, TWO, lo_open, hi_open).sides == sides


class TestIntersect:
    def test_overlapping_intervals_meet_in_the_inner_ends(self) -> None:
        first, second = Enclosure(ONE, THREE), Enclosure(TWO, Fraction(5))
        assert first.intersect(second) == second.intersect(first) == Enclosure(TWO, THREE)

    def test_a_nested_interval_is_the_intersection(self) -> None:
        outer, inner = Enclosure(ONE, Fraction(9)), Enclosure(TWO, THREE, True, True)
        assert outer.intersect(inner) == inner.intersect(outer) == inner

    def test_disjoint_intervals_exclude_one_another(self) -> None:
        first, second = Enclosure(ONE, TWO), Enclosure(THREE, Fraction(4))
        assert first.intersect(second) is None
        assert second.intersect(first) is None

    def test_closed_intervals_that_touch_meet_in_a_point(self) -> None:
        assert Enclosure(ONE, TWO).intersect(Enclosure(TWO, THREE)) == Enclosure.exactly(2)

    @pytest.mark.parametrize(("first_open", "second_open"), [(1, 0), (0, 1), (1, 1)])
    def test_intervals_that_touch_in_an_open_end_exclude_one_another(
        self, first_open: int, second_open: int
    ) -> None:
        first = Enclosure(ONE, TWO, hi_open=bool(first_open))
        second = Enclosure(TWO, THREE, lo_open=bool(second_open))
        assert first.intersect(second) is None
        assert second.intersect(first) is None

    def test_at_equal_ends_the_open_one_prevails(self) -> None:
        closed, opened = Enclosure(ONE, TWO), Enclosure(ONE, TWO, True, True)
        assert closed.intersect(opened) == opened.intersect(closed) == opened

    def test_each_open_end_stays_with_its_own_bound(self) -> None:
        first = Enclosure(ONE, THREE, lo_open=True, hi_open=True)
        assert first.intersect(Enclosure(TWO, Fraction(4))) == Enclosure(TWO, THREE, False, True)

    def test_points_are_in_the_intersection_exactly_if_they_are_in_both(self) -> None:
        rng = random.Random(21)
        grid = [Fraction(i, 2) for i in range(9)]

        def drawn() -> Enclosure:
            lo, hi = sorted(rng.sample(range(5), 2))
            return Enclosure(Fraction(lo), Fraction(hi), rng.random() < 0.5, rng.random() < 0.5)

        for _ in range(500):
            a, b = drawn(), drawn()
            common = a.intersect(b)
            inside = [p for p in grid if holds(a, p) and holds(b, p)]
            assert inside == ([] if common is None else [p for p in grid if holds(common, p)])


def holds(interval: Enclosure, point: Fraction) -> bool:
    above = interval.lo < point or (interval.lo == point and not interval.lo_open)
    below = point < interval.hi or (point == interval.hi and not interval.hi_open)
    return above and below


class TestRounded:
    @every_format
    def test_an_interval_between_two_midpoints_is_decided(self, fmt: Format) -> None:
        quarter = Fraction(fmt.unit_roundoff) / 2
        assert Enclosure(1 - quarter / 3, 1 + quarter).rounded(fmt) == 1.0

    @every_format
    def test_an_interval_that_holds_a_midpoint_inside_is_undecided(self, fmt: Format) -> None:
        midpoint = 1 + Fraction(fmt.unit_roundoff)
        assert Enclosure(midpoint - TINY, midpoint + TINY).rounded(fmt) is None

    @every_format
    @both_signs
    def test_an_open_end_at_a_midpoint_decides(self, fmt: Format, sign: int) -> None:
        u = Fraction(fmt.unit_roundoff)
        for odd in (1, 3):  # a tie to even goes down from the first and up from the second
            m = 1 + odd * u
            outside = between(sign * m, sign * (m + TINY), one_open=True)
            inside = between(sign * m, sign * (m - TINY), one_open=True)
            assert outside.rounded(fmt) == sign * float(m + u)
            assert inside.rounded(fmt) == sign * float(m - u)

    def test_a_closed_end_at_a_midpoint_is_undecided_where_the_tie_goes_the_other_way(
        self,
    ) -> None:
        m = 1 + Fraction(1, 2**53)
        assert Enclosure(m, m + TINY).rounded(BINARY64) is None
        assert Enclosure(m - TINY, m).rounded(BINARY64) == 1.0

    def test_the_edge_of_overflow_of_e4m3fn_is_decided_by_an_open_end_from_above(self) -> None:
        # 464 is a tie, and 448 is even.
        edge, fmt = Fraction(464), FLOAT8_E4M3FN
        assert Enclosure(edge - 1, edge).rounded(fmt) == 448
        assert Enclosure(edge, edge + 1, lo_open=True).rounded(fmt) == math.inf
        assert Enclosure(edge, two(5000)).rounded(fmt) is None
        assert Enclosure(-two(5000), two(5000)).rounded(fmt) is None

    @pytest.mark.parametrize(
        "fmt", [f for f in ALL if f is not FLOAT8_E4M3FN], ids=lambda f: f.name
    )
    def test_the_edge_of_overflow_is_decided_by_an_open_end(self, fmt: Format) -> None:
        edge = Fraction(fmt.largest) + two(fmt.emax - fmt.precision)
        assert Enclosure(edge - 1, edge, hi_open=True).rounded(fmt) == fmt.largest
        assert Enclosure(edge, edge + 1, lo_open=True).rounded(fmt) == math.inf
        assert Enclosure(edge, two(5000)).rounded(fmt) == math.inf
        assert Enclosure(edge - 1, edge).rounded(fmt) is None

    @every_format
    def test_an_interval_around_zero_is_undecided_for_its_sign_is_not_known(
        self, fmt: Format
    ) -> None:
        assert Enclosure(-TINY * TINY, TINY * TINY).rounded(fmt) is None
        assert Enclosure(-TINY * TINY, Fraction(0)).rounded(fmt) is None

    @every_format
    def test_an_open_end_at_zero_settles_the_sign(self, fmt: Format) -> None:
        tiny = TINY * TINY
        assert same(Enclosure(-tiny, Fraction(0), hi_open=True).rounded(fmt), -0.0)
        assert same(Enclosure(Fraction(0), tiny, lo_open=True).rounded(fmt), 0.0)
        assert same(Enclosure.exactly(0).rounded(fmt), 0.0)


class TestRelativeWidth:
    def test_an_exact_value_has_no_width(self) -> None:
        assert Enclosure.exactly(Fraction(0)).relative_width_log2() == -math.inf
        assert Enclosure.exactly(Fraction(1, 3)).relative_width_log2() == -math.inf

    @pytest.mark.parametrize(("lo", "hi"), [(-1, 1), (0, 1), (-1, 0)])
    def test_around_zero_the_relative_width_is_infinite(self, lo: int, hi: int) -> None:
        assert Enclosure(Fraction(lo), Fraction(hi)).relative_width_log2() == math.inf

    @both_signs
    @pytest.mark.parametrize(
        ("lo", "width", "expected"), [(1, TINY, -900), (3, THREE, 0), (2, Fraction(1, 5), -4)]
    )
    def test_the_width_is_relative_to_the_smaller_end(
        self, sign: int, lo: int, width: Fraction, expected: int
    ) -> None:
        interval = between(Fraction(sign * lo), sign * (lo + width))
        assert interval.relative_width_log2() == expected


def with_decimal(value: Fraction, digits: int) -> decimal.Decimal:
    context = decimal.Context(
        prec=digits, rounding=decimal.ROUND_HALF_EVEN, Emin=-999999, Emax=999999
    )
    return context.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))


class TestDecimal:
    @pytest.mark.parametrize("digits", [1, 2, 5, 17, 40])
    def test_decimals_are_those_of_the_decimal_module(self, digits: int) -> None:
        rng = random.Random(22)
        for _ in range(300):
            value = Fraction(rng.getrandbits(80) - 2**79, 7 ** rng.randrange(40)) * two(
                rng.randint(-1200, 1200)
            )
            text = decimal_string(value, digits)
            assert decimal.Decimal(text) == with_decimal(value, digits), text
            assert sum(c.isdigit() for c in text.split("e")[0].lstrip("-0.")) == digits

    @pytest.mark.parametrize("digits", [3, 20])
    def test_decimals_are_those_of_mpmath(self, digits: int) -> None:
        rng = random.Random(23)
        for _ in range(100):
            value = rng.uniform(-1, 1) * 2.0 ** rng.randint(-300, 300)
            with mpmath.workprec(53):
                expected = mpmath.nstr(mpmath.mpf(value), digits, strip_zeros=False)
            assert decimal.Decimal(decimal_string(Fraction(value), digits)) == decimal.Decimal(
                expected
            )

    @pytest.mark.parametrize(
        ("value", "digits", "text"),
        [
            (Fraction(0), 4, "0"),
            (Fraction(1), 1, "1"),
            (Fraction(1), 3, "1.00"),
            (Fraction(-5, 4), 2, "-1.2"),
            (Fraction(27, 20), 2, "1.4"),
            (Fraction(999, 1000), 2, "1.0"),
            (Fraction(9996), 3, "1.00e+4"),
            (Fraction(123), 2, "1.2e+2"),
            (Fraction(123), 3, "123"),
            (Fraction(1, 1000), 2, "0.0010"),
            (Fraction(1, 10**30), 2, "1.0e-30"),
            (Fraction(10**30), 1, "1e+30"),
        ],
    )
    def test_decimals_are_written_so(self, value: Fraction, digits: int, text: str) -> None:
        assert decimal_string(value, digits) == text

    @pytest.mark.parametrize("k", [-400, -17, -5, -1, 0, 1, 15, 16, 17, 400])
    def test_powers_of_ten_and_their_neighbours_keep_their_exponent(self, k: int) -> None:
        power = Fraction(10) ** k
        for value in (power, power * (1 - TINY), power * (1 + TINY)):
            assert decimal.Decimal(decimal_string(value, 5)) == decimal.Decimal(f"1e{k}")
        assert decimal.Decimal(decimal_string(power * Fraction(9999, 10000), 4)) == decimal.Decimal(
            f"9999e{k - 4}"
        )

    @pytest.mark.parametrize("k", [-100_000, 100_000])
    def test_exponents_far_beyond_floats_are_written(self, k: int) -> None:
        assert decimal_string(Fraction(10) ** k * Fraction(4, 3), 3) == f"1.33e{k:+d}"

    def test_more_digits_are_written_than_python_writes_of_an_integer(self) -> None:
        assert decimal_string(Fraction(2, 3), 9000) == f"0.{'6' * 8999}7"

    @pytest.mark.parametrize("digits", [0, -1])
    def test_a_decimal_without_digits_is_refused(self, digits: int) -> None:
        with pytest.raises(ValueError, match="at least 1 digit"):
            decimal_string(ONE, digits)

    def test_an_interval_is_written_once_its_ends_agree(self) -> None:
        assert Enclosure(Fraction(2, 3), Fraction(2, 3) + TINY).decimal(20) == "0." + "6" * 19 + "7"
        assert Enclosure(Fraction(66, 100), Fraction(67, 100)).decimal(2) is None

    def test_an_interval_around_zero_is_not_written(self) -> None:
        assert Enclosure(-TINY, TINY).decimal(3) is None
        assert Enclosure(Fraction(0), TINY, lo_open=True).decimal(3) is None

    @both_signs
    def test_an_open_end_at_a_decimal_tie_decides(self, sign: int) -> None:
        # 2**-25 has 18 digits: a tie at 17. So max + a tail is written at any precision.
        tie = sign * two(-25)
        away = between(tie, tie + sign * TINY, one_open=True).decimal(17)
        towards = between(tie, tie - sign * TINY, one_open=True).decimal(17)
        prefix = "-" if sign < 0 else ""
        assert (away, towards) == (
            f"{prefix}2.9802322387695313e-8",
            f"{prefix}2.9802322387695312e-8",
        )

    def test_a_closed_end_at_a_decimal_tie_may_leave_it_undecided(self) -> None:
        assert Enclosure(two(-25), two(-25) + TINY).decimal(17) is None

    @pytest.mark.parametrize("side", [-1, 1])
    def test_a_side_changes_nothing_but_ties(self, side: int) -> None:
        for value in (ONE, Fraction(1, 3), Fraction(999, 1000), Fraction(-125, 10)):
            assert decimal_string(value, 3, side) == decimal_string(value, 3)


class TestSplit:
    def test_a_double_double_is_split_without_a_rest(self) -> None:
        assert split(Fraction(3)) == (0.75, 0.0, 0.0, 2)
        assert split(1 + two(-80)) == (0.5, 2.0**-81, 0.0, 1)
        assert split(Fraction(0)) == (0.0, 0.0, 0.0, 0)

    def test_just_below_a_power_of_two_the_power_is_the_head(self) -> None:
        assert split(1 - two(-80)) == (0.5, -(2.0**-81), 0.0, 1)
        assert split(-1 + two(-80)) == (-0.5, 2.0**-81, 0.0, 1)

    def test_a_rest_is_never_lost_however_small(self) -> None:
        for k in (-1070, -1074, -1075, -1076, -2000, -20000):
            hi, lo, radius, exponent = split(1 + two(k))
            assert (hi, exponent) == (0.5, 1)
            assert radius > 0 or Fraction(lo) == two(k - 1)

    def test_a_split_holds_the_value_and_is_normalised(self) -> None:
        rng = random.Random(24)
        for _ in range(500):
            value = Fraction(rng.getrandbits(200) - 2**199, 3 ** rng.randrange(100)) * two(
                rng.randint(-3000, 3000)
            )
            hi, lo, radius, exponent = split(value)
            error = abs((Fraction(hi) + Fraction(lo)) * two(exponent) - value)
            assert error <= Fraction(radius) * two(exponent)
            assert 0.5 <= abs(hi) < 1
            assert abs(lo) <= 2.0**-54
            assert radius <= 2.0**-106


def some_truths(fmt: Format) -> list[Fraction]:
    """Reals at, just below and just above what rounding turns on, and random ones."""
    q, u = Fraction(fmt.smallest_subnormal), Fraction(fmt.unit_roundoff)
    normal, largest, end = two(fmt.emin), Fraction(fmt.largest), two(fmt.emax + 1)
    edges = [ONE, 1 + u, 1 + 3 * u, 1 - u, 1 - u / 2, 1 + 2 * u, q, q / 2, 3 * q / 2, 5 * q / 2]
    edges += [normal, normal - q, normal - q / 2, 2 * normal, 2 * normal - q / 2]
    edges += [largest, end, end - (end - largest) / 2, 4 * end, two(3000), two(-20000)]
    nudged = [e * (1 + t) for e in edges for t in (0, TINY, -TINY, two(-54), -two(-54), two(-110))]
    rng = random.Random(25)
    lowest, highest = fmt.emin - fmt.precision - 3, fmt.emax + 3
    drawn = [
        Fraction(rng.getrandbits(100) | 1) * two(rng.randint(lowest, highest) - 100)
        for _ in range(300)
    ]
    both = [*nudged, *drawn]
    return [Fraction(0), *both, *(-t for t in both)]


class TestArray:
    def test_one_entry_comes_back_in_the_exact_form(self) -> None:
        truths = enclosure_array([(0.5, 0.0, 0.25, 3), (-0.75, 2.0**-60, 0.0, -2000)])
        assert len(truths) == 2
        assert truths.at(0) == Enclosure(Fraction(2), Fraction(6))
        exact = (Fraction(-3, 4) + two(-60)) * two(-2000)
        assert truths.at(1) == Enclosure.exactly(exact)

    @pytest.mark.parametrize("radius", [math.inf, math.nan])
    def test_an_entry_that_is_not_known_has_no_exact_form(self, radius: float) -> None:
        assert enclosure_array([(0.5, 0.0, radius, 1)]).at(0) is None

    def test_an_exponent_beyond_all_formats_is_clipped(self) -> None:
        truths = enclosure_array([(0.5, 0.0, 0.0, -(10**30)), (0.5, 0.0, 0.0, 10**30)])
        values, decided = truths.rounded(BINARY64)
        assert values.tolist() == [0.0, math.inf]
        assert decided.all()

    def test_no_rows_make_an_empty_array(self) -> None:
        truths = enclosure_array([])
        assert len(truths) == 0
        values, decided = truths.rounded(BINARY32)
        assert values.shape == decided.shape == (0,)

    def test_taking_and_reshaping_move_whole_entries(self) -> None:
        rows = [(0.5 + i / 16, i * 2.0**-60, i * 2.0**-100, i) for i in range(6)]
        truths = enclosure_array(rows)
        taken = truths.take(np.array([4, 1])).reshape(2, 1)
        assert taken.hi.shape == (2, 1)
        assert [taken.at(i) for i in range(2)] == [truths.at(4), truths.at(1)]

    def test_centres_are_approximated_within_one_ulp(self) -> None:
        rng = random.Random(26)
        values = [rng.uniform(-1, 1) * 2.0 ** rng.randint(-900, 900) for _ in range(100)]
        truths = enclosure_array([split(Fraction(v) * (1 + two(-70))) for v in values])
        np.testing.assert_allclose(truths.approximate(), values, rtol=2.0**-52)

    def test_centres_beyond_binary64_are_approximated_by_infinity_and_zero(self) -> None:
        truths = enclosure_array([split(two(20000)), split(-two(-20000))])
        assert truths.approximate().tolist() == [math.inf, 0.0]

    @every_format
    def test_quanta_are_the_value_over_the_unit(self, fmt: Format) -> None:
        truths = [t for t in some_truths(fmt) if two(-1100) < abs(t) < two(1900)]
        rows = enclosure_array([split(t) for t in truths])
        high, low, spread, exponent = in_quanta(rows, fmt)
        for i, truth in enumerate(truths):
            exact = truth / two(int(exponent[i]))
            error = abs(exact - Fraction(float(high[i])) - Fraction(float(low[i])))
            assert error <= Fraction(float(spread[i])) * 2 + two(-1070)


Rounder = Callable[[Fraction, Format], float | None]


def rounded_exactly(truth: Fraction, fmt: Format) -> float | None:
    return Enclosure.exactly(truth).rounded(fmt)


def rounded_in_array(truth: Fraction, fmt: Format) -> float | None:
    values, decided = enclosure_array([split(truth)]).rounded(fmt)
    assert values.dtype == fmt.dtype
    found = float(values[0])
    if fmt is FLOAT8_E4M3FN and math.isnan(found):
        # Its sign is all that is left of what overflows.
        found = math.copysign(math.inf, found)
    return found if decided[0] else None


def nearest(truth: Fraction, fmt: Format) -> float:
    """Round in mpmath, scaled so that the last place of the format is the unit."""
    with mpmath.workprec(3000):
        magnitude = abs(mpmath.mpf(truth.numerator) / truth.denominator)
        exponent = max(int(mpmath.mag(magnitude)) - 1, fmt.emin) if truth else fmt.emin
        place = exponent - fmt.precision + 1
        steps = int(mpmath.nint(mpmath.ldexp(magnitude, -place)))
    rounded = steps * two(place)

    end = Fraction(480) if fmt is FLOAT8_E4M3FN else two(fmt.emax + 1)
    value = float(rounded) if rounded < end else math.inf
    return math.copysign(value, -1.0 if truth < 0 else 1.0)


class TestArrayRounded:
    @every_format
    @pytest.mark.parametrize("rounder", [rounded_exactly, rounded_in_array])
    def test_reals_at_and_around_the_turning_points_round_to_nearest_even(
        self, rounder: Rounder, fmt: Format
    ) -> None:
        for truth in some_truths(fmt):
            expected = nearest(truth, fmt)
            got = rounder(truth, fmt)
            assert same(got, expected) or (got is None and split(truth)[2] > 0), (got, expected)

    @every_format
    def test_the_array_is_undecided_only_beside_midpoints_and_powers_of_two(
        self, fmt: Format
    ) -> None:
        rng = random.Random(27)
        for _ in range(200):
            third = Fraction(rng.randrange(2**40, 2**41), 3) * two(rng.randint(-80, -40))
            if third.denominator % 3 == 0:
                assert rounded_in_array(third, fmt) is not None

    @every_format
    @both_signs
    def test_a_ball_that_holds_a_midpoint_is_undecided(self, fmt: Format, sign: int) -> None:
        middle = (1 + fmt.unit_roundoff) / 2 if fmt is not BINARY64 else 0.5
        low = 0.0 if fmt is not BINARY64 else 2.0**-54
        for radius in (2.0**-1000, 2.0**-60):
            truths = enclosure_array([(sign * middle, sign * low, radius, 1)])
            assert not truths.rounded(fmt)[1].any()

    @pytest.mark.parametrize(
        ("hi", "lo", "expected"),
        [
            (0.5, -(2.0**-54), 0.5 - 2.0**-54),
            (0.5, -0.75 * 2.0**-54, 0.5 - 2.0**-54),
            (0.5, -(2.0**-55), 0.5),
            (0.5, 2.0**-54, 0.5),
            (0.5 + 2.0**-53, -(2.0**-54), 0.5),
            (0.5 + 2.0**-53, 2.0**-54, 0.5 + 2.0**-52),
            (0.5 + 2.0**-52, -(2.0**-54), 0.5 + 2.0**-52),
            (0.5 + 2.0**-52, 2.0**-54, 0.5 + 2.0**-52),
            (1 - 2.0**-53, 2.0**-54, 1.0),
            (1 - 2.0**-53, -(2.0**-54), 1 - 2.0**-52),
        ],
    )
    @both_signs
    def test_tails_of_half_an_ulp_of_the_head_are_ties_to_even_or_floats(
        self, hi: float, lo: float, expected: float, sign: int
    ) -> None:
        values, decided = enclosure_array([(sign * hi, sign * lo, 0.0, 0)]).rounded(BINARY64)
        assert decided.all()
        assert values.tolist() == [sign * expected]

    @every_format
    @pytest.mark.parametrize("offset", [-1, 1])
    def test_a_ball_is_decided_once_the_midpoint_beside_its_centre_is_outside(
        self, fmt: Format, offset: int
    ) -> None:
        # The midpoint above 1 of a short format; the tail is a distance of 2**-80.
        middle = (1 + fmt.unit_roundoff) / 2 if fmt is not BINARY64 else 0.5
        low = 0.0 if fmt is not BINARY64 else 2.0**-54
        row = (middle, low + offset * 2.0**-80)
        truths = enclosure_array([(*row, share * 2.0**-80, 1) for share in (0.75, 1.0, 1.25, 1.75)])
        values, decided = truths.rounded(fmt)
        assert decided.tolist() == [True, False, False, False]
        assert float(values[0]) == (1 + 2 * fmt.unit_roundoff if offset > 0 else 1.0)

    @every_format
    @pytest.mark.parametrize("radius", [math.inf, math.nan, 5.0, 0.6])
    def test_a_ball_that_may_be_anything_is_undecided(self, fmt: Format, radius: float) -> None:
        for exponent in (1, fmt.emin - fmt.precision, fmt.emax + 1):
            assert not enclosure_array([(0.5, 0.0, radius, exponent)]).rounded(fmt)[1].any()

    @every_format
    def test_a_ball_around_zero_is_undecided_for_its_sign_is_not_known(self, fmt: Format) -> None:
        assert not enclosure_array([(0.0, 0.0, 2.0**-60, -3000)]).rounded(fmt)[1].any()

    def test_rounding_is_silent_for_every_magnitude(self) -> None:
        rows = [(0.75, 2.0**-60, r, e) for r in (0.0, 2.0**-90, math.inf) for e in (-21000, 21000)]
        values, decided = enclosure_array(rows).rounded(BINARY16)
        assert values[:2].tolist() == [0.0, math.inf]
        assert decided[:2].all()

    def test_just_under_half_the_smallest_subnormal_both_signs_round_to_zero(self) -> None:
        # 0.5 - 2**-54 - 2**-56 quanta: taking off the floor of the negative one is inexact.
        half = (HALF - two(-54) + two(-56)) * two(-1074)
        for truth, expected in ((half, 0.0), (-half, -0.0)):
            assert same(rounded_in_array(truth, BINARY64), expected)

    def test_the_least_tail_below_a_power_of_two_is_seen(self) -> None:
        truths = EnclosureArray(
            np.array([0.5, -0.5]), np.array([-5e-324, 5e-324]), np.zeros(2), np.array([1, 1])
        )
        assert in_quanta(truths, BINARY64)[3].tolist() == [-53, -53]
        lowest, highest = truths.exponent_range()
        assert lowest.tolist() == highest.tolist() == [-1, -1]


class TestBinades:
    @pytest.mark.parametrize(
        ("hi", "lo", "radius", "expected"),
        [
            (0.75, 0.0, 0.1, False),
            (0.75, 0.0, 0.25, True),
            (0.75, 0.0, 0.3, True),
            (0.5, 0.0, 0.0, False),
            (0.5, 0.0, 5e-324, True),
            (0.5, 2.0**-60, 2.0**-60, True),
            (0.5, 2.0**-60, 2.0**-61, False),
            (0.5, -(2.0**-60), 2.0**-61, False),
            (1 - 2.0**-53, 0.0, 2.0**-53, True),
            (1 - 2.0**-53, 0.0, 2.0**-54, False),
            (0.5 + 2.0**-53, -(2.0**-54), 0.75 * 2.0**-53, True),
            (0.5 + 2.0**-53, 2.0**-54, 1.25 * 2.0**-53, False),
            (1 - 2.0**-53, 2.0**-54, 0.75 * 2.0**-53, True),
            (1 - 2.0**-53, -(2.0**-54), 1.25 * 2.0**-53, False),
            (0.0, 0.0, 5e-324, True),
            (0.0, 0.0, 0.0, False),
        ],
    )
    @both_signs
    def test_a_ball_straddles_a_binade_if_it_holds_a_power_of_two(
        self, hi: float, lo: float, radius: float, expected: bool, sign: int
    ) -> None:
        truths = enclosure_array([(sign * hi, sign * lo, radius, 7)])
        assert truths.straddles_binade().tolist() == [expected]

    @pytest.mark.parametrize(
        ("row", "expected"),
        [
            ((0.75, 0.0, 0.1, 0), (-1, -1)),
            ((0.5, 0.0, 0.0, 0), (-1, -1)),
            ((0.5, -(2.0**-80), 0.0, 0), (-2, -2)),
            ((0.5, 0.0, 2.0**-40, 0), (-2, -1)),
            ((0.75, 0.0, 0.3, 10), (8, 10)),
            ((0.75, 0.0, 0.7, 10), (5, 10)),
        ],
    )
    @both_signs
    def test_the_range_of_exponents_is_that_of_the_ends(
        self, row: tuple[float, float, float, int], expected: tuple[int, int], sign: int
    ) -> None:
        truths = enclosure_array([(sign * row[0], sign * row[1], row[2], row[3])])
        lowest, highest = truths.exponent_range()
        assert (int(lowest[0]), int(highest[0])) == expected

    @pytest.mark.parametrize("row", [(0.0, 0.0, 0.0, 0), (0.0, 0.0, 0.1, 0), (0.75, 0.0, 0.8, 0)])
    def test_the_range_of_exponents_has_no_lower_end_where_zero_is_inside(
        self, row: tuple[float, float, float, int]
    ) -> None:
        lowest, highest = enclosure_array([row]).exponent_range()
        assert lowest[0] < -21000
        assert lowest[0] <= highest[0] <= 1
