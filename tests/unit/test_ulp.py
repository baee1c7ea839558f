"""The error measure against NumPy's spacing, MPFR, and cases worked by hand.

Where they can, the same cases run through the scalar definition, the bounds from an
enclosure, and the array twin.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction

import gmpy2  # type: ignore[import-untyped, unused-ignore]  # ships no types
import numpy as np
import pytest

from lse_verify.enclosure import Enclosure, EnclosureArray, enclosure_array, split
from lse_verify.formats import (
    BFLOAT16,
    BINARY16,
    BINARY64,
    FLOAT8_E4M3FN,
    FLOAT8_E5M2,
    FORMATS,
    Format,
)
from lse_verify.ulp import (
    ErrorArray,
    Spurious,
    enclosed_error,
    error_ulps,
    error_ulps_array,
    ulp,
)

ALL = list(FORMATS.values())
LARGEST_BITS = {
    "float8_e4m3fn": 0x7E,
    "float8_e5m2": 0x7B,
    "binary16": 0x7BFF,
    "bfloat16": 0x7F7F,
}
TINY = Fraction(1, 2**900)  # a relative change that the array form still holds exactly
NAN, INFINITY = Spurious.NAN, Spurious.INFINITY

every_format = pytest.mark.parametrize("fmt", ALL, ids=lambda f: f.name)
both_signs = pytest.mark.parametrize("sign", [1, -1])

Measured = tuple[Fraction, Fraction] | Spurious | None
Measure = Callable[[float, Fraction, Format], Measured]
Case = tuple[float | Fraction, Fraction, Fraction | int | Spurious]


def two(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def measured_by_definition(got: float, truth: Fraction, fmt: Format) -> Measured:
    error = error_ulps(got, truth, fmt)
    return error if isinstance(error, Spurious) else (error, error)


def measured_in_enclosure(got: float, truth: Fraction, fmt: Format) -> Measured:
    return enclosed_error(got, Enclosure.exactly(truth), fmt)


def measured_in_array(got: float, truth: Fraction, fmt: Format) -> Measured:
    # In binary64, for not every format stores the infinities among the cases.
    return entry(error_ulps_array(np.array([got]), enclosure_array([split(truth)]), fmt), 0)


def entry(result: ErrorArray, index: int) -> Measured:
    """Turn one entry of an array of errors into bounds, and see that its parts agree."""
    flags = {
        NAN: bool(result.spurious_nan[index]),
        INFINITY: bool(result.spurious_infinity[index]),
        None: bool(result.undecided[index]),
    }
    raised = [kind for kind, flag in flags.items() if flag]
    value, uncertainty = float(result.ulps[index]), float(result.uncertainty[index])
    if raised:
        assert len(raised) == 1
        assert math.isnan(value)
        assert math.isnan(uncertainty)
        return raised[0]
    return Fraction(value) - Fraction(uncertainty), Fraction(value) + Fraction(uncertainty)


def truth_gap(truth: Fraction, fmt: Format) -> Fraction:
    """Distance from the float next towards zero (by MPFR) to the one after it (by NumPy)."""
    context = gmpy2.context(
        precision=fmt.precision,
        emax=fmt.emax + 1,
        emin=fmt.emin - fmt.precision + 2,
        subnormalize=True,
        round=gmpy2.RoundToZero,
    )
    magnitude = abs(truth)
    with context:
        below = float(gmpy2.mpfr(gmpy2.mpq(magnitude.numerator, magnitude.denominator)))
    edge = np.array([min(below, fmt.largest)]).astype(fmt.dtype)
    with np.errstate(all="ignore"):
        # NumPy's spacing of the largest float overflows: take the gap before it.
        gap = np.spacing(edge)
        if not np.isfinite(gap[0]):
            gap = edge - np.nextafter(edge, np.zeros_like(edge))
    return Fraction(float(gap[0]))


def after_largest(fmt: Format) -> Fraction:
    """The float after the largest, were there one: by bit patterns 480 for float8_e4m3fn."""
    return Fraction(480) if fmt is FLOAT8_E4M3FN else two(fmt.emax + 1)


def expected_error(got: float, truth: Fraction, fmt: Format) -> Fraction | Spurious:
    """MATHEMATICS, section 3, on top of `truth_gap`."""
    if math.isnan(got):
        # 464 is the midpoint of 448 and 480, and rounds to the even 448.
        if fmt is not FLOAT8_E4M3FN or abs(truth) <= 464:
            return NAN
        got = math.inf if truth > 0 else -math.inf
    if math.isfinite(got):
        return abs(Fraction(got) - truth) / truth_gap(truth, fmt)
    towards = truth if got > 0 else -truth
    if towards < two(fmt.emax):
        return INFINITY
    return max(after_largest(fmt) - towards, Fraction(0)) / truth_gap(truth, fmt)


def bounds(low: Fraction | int, high: Fraction | int) -> Measured:
    return Fraction(low), Fraction(high)


def assert_error(measured: Measured, expected: Fraction | int | Spurious) -> None:
    """Assert that bounds hold the expected error, and tightly; or that the kind is the same."""
    if isinstance(expected, Spurious):
        assert measured is expected
        return
    assert isinstance(measured, tuple), measured
    low, high = measured
    assert low <= expected <= high
    assert high - low <= (1 + expected) * Fraction(1, 2**45)


every_measure = pytest.mark.parametrize(
    "measure",
    [measured_by_definition, measured_in_enclosure, measured_in_array],
    ids=["definition", "enclosure", "array"],
)


def cases_at_a_power_of_two(fmt: Format) -> list[Case]:
    u = Fraction(fmt.unit_roundoff)
    return [
        (1, Fraction(1), 0),
        (1 + 2 * u, Fraction(1), 1),
        (1 - u, Fraction(1), Fraction(1, 2)),
        (1 - 2 * u, Fraction(1), 1),
        # Just below, the unit is half as long; just above it is not.
        (1 - u, 1 - TINY, 1 - TINY / u),
        (1, 1 - TINY, TINY / u),
        (1 + 2 * u, 1 - TINY, 2 + TINY / u),
        (1 - u, 1 + TINY, Fraction(1, 2) + TINY / (2 * u)),
        (1 + 2 * u, 1 + TINY, 1 - TINY / (2 * u)),
        (1, 1 - u / 2, Fraction(1, 2)),
        (1 - u, 1 - u / 2, Fraction(1, 2)),
        (1, 1 + u, Fraction(1, 2)),
        (2, Fraction(1), two(fmt.precision - 1)),
        (-1, Fraction(1), two(fmt.precision)),
    ]


def cases_at_zero(fmt: Format) -> list[Case]:
    q = Fraction(fmt.smallest_subnormal)
    return [
        (0.0, Fraction(0), 0),
        (-0.0, Fraction(0), 0),
        (q, Fraction(0), 1),
        (-q, Fraction(0), 1),
        (Fraction(fmt.smallest_normal), Fraction(0), two(fmt.precision - 1)),
        (0.0, q / 2, Fraction(1, 2)),
        (q, q / 2, Fraction(1, 2)),
        (0.0, q * TINY, TINY),
        (-0.0, q * TINY, TINY),
        (q, q * TINY, 1 - TINY),
        (-q, q * TINY, 1 + TINY),
        (0.0, two(-20000), two(-20000) / q),
        (q, two(-20000), 1 - two(-20000) / q),
    ]


def cases_in_the_subnormals(fmt: Format) -> list[Case]:
    q, normal = Fraction(fmt.smallest_subnormal), Fraction(fmt.smallest_normal)
    return [
        (q, q, 0),
        (2 * q, q, 1),
        (3 * q, 7 * q / 2, Fraction(1, 2)),
        (4 * q, 7 * q / 2, Fraction(1, 2)),
        (3 * q, 10 * q / 3, Fraction(1, 3)),
        (normal, normal - q, 1),
        (normal, normal - q / 2, Fraction(1, 2)),
        # The lowest normal binade has the unit of the subnormals: no halving below it.
        (normal - q, normal, 1),
        (normal + q, normal, 1),
        (normal, normal * (1 - TINY), normal * TINY / q),
        (2 * normal - q, 2 * normal, Fraction(1, 2)),
        (2 * normal + 2 * q, 2 * normal, 1),
    ]


def cases_at_the_top(fmt: Format) -> list[Case]:
    step, largest = two(fmt.emax - fmt.precision + 1), Fraction(fmt.largest)
    top, end = two(fmt.emax), after_largest(fmt)
    return [
        (largest, largest, 0),
        (math.inf, largest, 1),
        (-math.inf, largest, INFINITY),
        (largest, largest + step / 4, Fraction(1, 4)),
        (math.inf, largest + step / 4, Fraction(3, 4)),
        (largest, largest + step / 2, Fraction(1, 2)),
        (math.inf, largest + step / 2, Fraction(1, 2)),
        (math.inf, end * (1 - TINY), end * TINY / step),
        (math.inf, end, 0),
        (largest, end, 1),
        (math.inf, end * (1 + TINY), 0),
        (math.inf, 8 * end, 0),
        (-math.inf, 8 * end, INFINITY),
        (largest, 8 * end, (8 * end - largest) / step),
        (math.inf, top, (end - top) / step),
        (math.inf, top * (1 - TINY), INFINITY),
        (math.inf, top - step / 2, INFINITY),
        (top - step / 2, top, Fraction(1, 2)),
        (math.inf, two(20000), 0),
    ]


def cases_of_spurious_results(fmt: Format) -> list[Case]:
    q = Fraction(fmt.smallest_subnormal)
    truths = [Fraction(0), q * TINY, q, Fraction(1), Fraction(1, 3), two(fmt.emax - 1)]
    beyond = [Fraction(fmt.largest), two(fmt.emax + 1), two(3000)]
    refused = beyond if fmt is not FLOAT8_E4M3FN else [Fraction(448), Fraction(464)]
    return [
        *((math.inf, truth, INFINITY) for truth in truths),
        *((-math.inf, truth, INFINITY) for truth in truths + beyond),
        *((math.nan, truth, NAN) for truth in truths + refused),
    ]


def cases_of_overflow_to_nan() -> list[Case]:
    """What float8_e4m3fn stores of 464 and more: above 464 it is what 480 would be."""
    return [
        (math.nan, Fraction(256), NAN),
        (math.nan, Fraction(464) * (1 - TINY), NAN),
        (math.nan, Fraction(464) * (1 + TINY), (16 - 464 * TINY) / 32),
        (math.nan, Fraction(472), Fraction(1, 4)),
        (math.nan, Fraction(480), 0),
        (math.nan, Fraction(1000), 0),
        (math.nan, two(3000), 0),
        (448, Fraction(464), Fraction(1, 2)),
        (448, Fraction(472), Fraction(3, 4)),
        (448, Fraction(1000), Fraction(552, 32)),
    ]


class TestUlp:
    @pytest.mark.parametrize(
        "fmt", [FLOAT8_E4M3FN, FLOAT8_E5M2, BINARY16, BFLOAT16], ids=lambda f: f.name
    )
    @both_signs
    def test_the_ulp_of_every_short_float_is_its_spacing_whatever_its_sign(
        self, fmt: Format, sign: int
    ) -> None:
        bits = np.arange(LARGEST_BITS[fmt.name], dtype=f"u{fmt.bits // 8}")
        # Every non-negative one; of the negative ones every fifth.
        floats = bits.view(fmt.dtype)[:: 1 if sign > 0 else 5]
        spacings = np.spacing(floats).astype(np.float64).tolist()
        for value, spacing in zip(floats.astype(np.float64).tolist(), spacings, strict=True):
            assert ulp(Fraction(sign * value), fmt) == spacing

    def test_the_ulp_of_a_double_is_that_of_the_math_module(self) -> None:
        rng = np.random.default_rng(11)
        drawn = rng.integers(0, 0x7FF0000000000000, 3000, dtype=np.uint64).view(np.float64)
        edges = [0.0, 5e-324, BINARY64.smallest_normal, 1.0, BINARY64.largest]
        below = [math.nextafter(v, 0) for v in edges]
        for value in [*drawn.tolist(), *edges, *below]:
            assert ulp(Fraction(value), BINARY64) == Fraction(math.ulp(value))

    @every_format
    def test_the_ulp_of_the_largest_float_is_the_gap_below_it(self, fmt: Format) -> None:
        assert ulp(Fraction(fmt.largest), fmt) == truth_gap(Fraction(fmt.largest), fmt)

    @every_format
    @both_signs
    def test_the_ulp_of_a_real_is_that_of_the_float_towards_zero(
        self, fmt: Format, sign: int
    ) -> None:
        rng = random.Random(12)
        for _ in range(500):
            exponent = rng.randint(fmt.emin - fmt.precision - 2, fmt.emax + 3)
            truth = sign * Fraction(rng.getrandbits(90) | 1, 3**57) * two(exponent)
            assert ulp(truth, fmt) == truth_gap(truth, fmt)

    @every_format
    @both_signs
    def test_the_ulp_doubles_at_a_power_of_two_and_not_before(self, fmt: Format, sign: int) -> None:
        for k in (fmt.emin + 1, -1, 0, 1, fmt.emax):
            here = ulp(sign * two(k), fmt)
            assert here == two(k - fmt.precision + 1)
            assert ulp(sign * two(k) * (1 - TINY), fmt) == here / 2
            assert ulp(sign * two(k), fmt, side=-sign) == here / 2
            assert ulp(sign * two(k), fmt, side=sign) == here

    @every_format
    def test_the_ulp_stays_that_of_the_ends_outside_the_format(self, fmt: Format) -> None:
        assert ulp(Fraction(0), fmt) == ulp(two(-20000), fmt) == Fraction(fmt.smallest_subnormal)
        assert ulp(two(20000), fmt) == two(fmt.emax - fmt.precision + 1)


class TestError:
    @every_measure
    @every_format
    @both_signs
    @pytest.mark.parametrize(
        "cases",
        [
            cases_at_a_power_of_two,
            cases_at_zero,
            cases_in_the_subnormals,
            cases_at_the_top,
            cases_of_spurious_results,
        ],
    )
    def test_cases_worked_by_hand_are_measured_so(
        self, measure: Measure, fmt: Format, sign: int, cases: Callable[[Format], list[Case]]
    ) -> None:
        for got, truth, expected in cases(fmt):
            measured = measure(sign * float(got), sign * truth, fmt)
            try:
                assert_error(measured, expected)
            except AssertionError as error:
                raise AssertionError(f"got {got!s:.40}, truth {float_or_huge(truth)}") from error

    @every_measure
    @both_signs
    def test_nan_is_the_answer_where_a_format_without_infinity_overflows(
        self, measure: Measure, sign: int
    ) -> None:
        for got, truth, expected in cases_of_overflow_to_nan():
            assert_error(measure(sign * float(got), sign * truth, FLOAT8_E4M3FN), expected)

    @every_measure
    @every_format
    def test_random_results_have_the_error_that_mpfr_and_spacing_give(
        self, measure: Measure, fmt: Format
    ) -> None:
        rng = random.Random(13)
        for _ in range(300):
            exponent = rng.randint(fmt.emin - fmt.precision - 2, fmt.emax + 1)
            truth = rng.choice((-1, 1)) * (two(-90) * rng.getrandbits(90)) * two(exponent)
            near = float(
                fmt.cast(np.array([math.ldexp(float(truth * two(-exponent)), exponent)]))[0]
            )
            twice = float(fmt.cast(np.array([near * 2]))[0])
            got = rng.choice([near, near, twice, -near, 0.0, fmt.largest, math.inf, -math.inf])
            expected = expected_error(got, truth, fmt)
            # Beyond binary64 the array saturates: a test of its own, below.
            if isinstance(expected, Spurious) or expected < BINARY64.largest:
                assert_error(measure(got, truth, fmt), expected)

    @every_measure
    def test_the_unit_is_that_of_the_truth_and_not_of_the_result(self, measure: Measure) -> None:
        truth = Fraction(255, 128)
        assert_error(measure(2.0, truth, BINARY16), 8)  # 1/128 in units of 2**-10, not 2**-9
        assert_error(measure(float(truth), Fraction(2), BINARY16), 4)

    @every_measure
    def test_the_truth_is_not_rounded_before_it_is_compared(self, measure: Measure) -> None:
        third_of_a_step = 1 + Fraction(1, 3 * 2**52)
        assert_error(measure(1.0, third_of_a_step, BINARY64), Fraction(1, 3))

    @every_format
    def test_a_side_moves_the_unit_at_a_power_of_two(self, fmt: Format) -> None:
        u = Fraction(fmt.unit_roundoff)
        assert error_ulps(float(1 - u), Fraction(1), fmt, side=-1) == 1
        assert error_ulps(float(1 - u), Fraction(1), fmt, side=1) == Fraction(1, 2)

    @every_format
    @both_signs
    def test_infinity_is_spurious_infinitesimally_below_the_top_binade(
        self, fmt: Format, sign: int
    ) -> None:
        top = sign * two(fmt.emax)
        assert error_ulps(sign * math.inf, top, fmt, side=-sign) is INFINITY
        steps = (after_largest(fmt) - two(fmt.emax)) / two(fmt.emax - fmt.precision + 1)
        assert error_ulps(sign * math.inf, top, fmt, side=sign) == steps

    @every_format
    @pytest.mark.parametrize("side", [-1, 1])
    def test_infinity_at_the_end_of_the_range_is_right_from_both_sides(
        self, fmt: Format, side: int
    ) -> None:
        assert error_ulps(math.inf, two(fmt.emax + 1), fmt, side) == 0

    @every_format
    def test_the_float_below_a_power_of_two_is_half_a_unit_away_and_yet_not_nearest(
        self, fmt: Format
    ) -> None:
        # The one exception to "0.5 or less: a nearest float"; see the module's docstring.
        below = 1 - fmt.unit_roundoff
        assert error_ulps(below, Fraction(1), fmt) == Fraction(1, 2)
        assert fmt.round(Fraction(1)) != below


def float_or_huge(value: Fraction) -> str:
    try:
        return float(value).hex()
    except OverflowError:
        return f"beyond 2**{abs(value.numerator // value.denominator).bit_length() - 1}"


class TestEnclosedError:
    def test_bounds_are_those_of_the_ends_within_one_binade(self) -> None:
        truth = Enclosure(1 + Fraction(1, 2**54), 1 + Fraction(3, 2**54))
        assert enclosed_error(1.0, truth, BINARY64) == bounds(Fraction(1, 4), Fraction(3, 4))

    def test_the_least_error_is_zero_where_the_result_lies_inside(self) -> None:
        truth = Enclosure(Fraction(1), 1 + Fraction(3, 2**51))
        assert enclosed_error(1 + 2.0**-51, truth, BINARY64) == bounds(0, 4)

    def test_an_open_end_at_a_power_of_two_has_the_unit_inside(self) -> None:
        below = Enclosure(1 - Fraction(1, 2**54), Fraction(1), hi_open=True)
        assert enclosed_error(1.0, below, BINARY64) == bounds(0, Fraction(1, 2))
        above = Enclosure(Fraction(-1), -1 + Fraction(1, 2**54), lo_open=True)
        assert enclosed_error(-1.0, above, BINARY64) == bounds(0, Fraction(1, 2))

    def test_around_zero_the_bounds_are_tight_within_the_subnormals(self) -> None:
        q = Fraction(5e-324)
        truth = Enclosure(-q / 4, q / 2)
        assert enclosed_error(0.0, truth, BINARY64) == bounds(0, Fraction(1, 2))
        assert enclosed_error(5e-324, truth, BINARY64) == bounds(Fraction(1, 2), Fraction(5, 4))

    def test_nan_of_a_format_without_infinity_is_undecided_where_the_overflow_is(self) -> None:
        fmt = FLOAT8_E4M3FN
        for sign in (1, -1):
            low, high = sorted((sign * Fraction(460), sign * Fraction(500)))
            assert enclosed_error(math.nan, Enclosure(low, high), fmt) is None
        tie = Enclosure(Fraction(464), Fraction(470))
        assert enclosed_error(math.nan, tie, fmt) is None
        above = Enclosure(Fraction(464), Fraction(470), lo_open=True)
        assert enclosed_error(math.nan, above, fmt) == bounds(Fraction(5, 16), Fraction(1, 2))
        assert enclosed_error(math.nan, Enclosure(Fraction(1), Fraction(464)), fmt) is NAN

    def test_nan_is_undecided_where_either_end_overflows_and_zero_lies_between(self) -> None:
        around = Enclosure(Fraction(-1000), Fraction(1000))
        assert enclosed_error(math.nan, around, FLOAT8_E4M3FN) is None

    @pytest.mark.parametrize(
        "fmt", [f for f in ALL if f is not FLOAT8_E4M3FN], ids=lambda f: f.name
    )
    def test_nan_is_spurious_whatever_the_enclosure(self, fmt: Format) -> None:
        for truth in (Enclosure(Fraction(-1), two(5000)), Enclosure.exactly(0)):
            assert enclosed_error(math.nan, truth, fmt) is NAN

    @every_format
    def test_infinity_is_undecided_only_while_the_top_binade_may_hold_the_truth(
        self, fmt: Format
    ) -> None:
        top = two(fmt.emax)
        assert enclosed_error(math.inf, Enclosure(top / 2, top), fmt) is None
        assert enclosed_error(math.inf, Enclosure(top / 2, top, hi_open=True), fmt) is INFINITY
        assert enclosed_error(math.inf, Enclosure(-2 * top, top / 2), fmt) is INFINITY
        assert enclosed_error(-math.inf, Enclosure(-2 * top, top / 2), fmt) is None

    @every_format
    def test_infinity_around_the_end_of_the_range_has_bounds(self, fmt: Format) -> None:
        step, end = two(fmt.emax - fmt.precision + 1), after_largest(fmt)
        truth = Enclosure(end - step / 4, end + 5 * step)
        assert enclosed_error(math.inf, truth, fmt) == bounds(0, Fraction(1, 4))
        assert enclosed_error(fmt.largest, truth, fmt) == bounds(Fraction(3, 4), 6)

    @every_format
    @both_signs
    def test_bounds_hold_the_error_of_every_point_inside(self, fmt: Format, sign: int) -> None:
        q, normal = Fraction(fmt.smallest_subnormal), Fraction(fmt.smallest_normal)
        top, end = two(fmt.emax), after_largest(fmt)
        intervals = [
            (1 - TINY, 1 + TINY),
            (Fraction(7, 8), Fraction(9, 8)),
            (Fraction(1, 3), Fraction(17)),
            (-q / 3, q / 5),
            (-3 * normal, 5 * normal),
            (-normal / 3, Fraction(1)),
            (Fraction(0), 4 * normal),
            (normal - q, normal + q),
            (top * (1 - TINY), top),
            (top / 3, 3 * end),
            (end - TINY, end + TINY),
        ]
        gots = [0.0, 1.0, -1.0, float(q), fmt.smallest_normal, fmt.largest]
        gots += [math.inf, -math.inf, math.nan]
        for lo, hi in intervals:
            lo, hi = sorted((sign * lo, sign * hi))
            truth = Enclosure(lo, hi)
            points = [lo + (hi - lo) * Fraction(i, 16) for i in range(17)]
            for got in [*gots, fmt.round(lo), fmt.round(hi)]:
                measured = enclosed_error(got, truth, fmt)
                errors = [expected_error(got, point, fmt) for point in points]
                if isinstance(measured, tuple):
                    low, high = measured
                    assert all(isinstance(e, Fraction) and low <= e <= high for e in errors)
                elif measured is None:
                    assert len({type(e) for e in errors}) == 2
                else:
                    assert {measured} == set(errors)


def ball(hi: float, lo: float, radius: float, exponent: int) -> EnclosureArray:
    return enclosure_array([(hi, lo, radius, exponent)])


class TestErrorArray:
    def test_each_entry_is_measured_by_itself(self) -> None:
        gots = np.array([1.0, math.nan, math.inf, 2.0, -0.0])
        truths = [Fraction(1), Fraction(1), Fraction(1), 2 + Fraction(1, 2**52), Fraction(0)]
        result = error_ulps_array(gots, enclosure_array([split(t) for t in truths]), BINARY64)
        np.testing.assert_array_equal(result.ulps, [0, np.nan, np.nan, 0.5, 0])
        assert result.spurious_nan.tolist() == [False, True, False, False, False]
        assert result.spurious_infinity.tolist() == [False, False, True, False, False]
        assert not result.undecided.any()

    @every_format
    def test_no_results_give_no_errors(self, fmt: Format) -> None:
        result = error_ulps_array(np.zeros(0).astype(fmt.dtype), enclosure_array([]), fmt)
        assert result.ulps.shape == result.undecided.shape == (0,)

    @every_format
    @pytest.mark.parametrize("got", [1.0, 0.0, -1.0, math.inf])
    @pytest.mark.parametrize("radius", [math.inf, math.nan])
    def test_where_nothing_is_known_the_error_is_undecided(
        self, fmt: Format, got: float, radius: float
    ) -> None:
        unknown = ball(0.5, 0.0, radius, 1)
        result = error_ulps_array(np.array([got]).astype(fmt.dtype), unknown, fmt)
        assert entry(result, 0) is None

    def test_nan_is_spurious_also_where_nothing_is_known(self) -> None:
        result = error_ulps_array(np.array([math.nan]), ball(0.5, 0.0, math.inf, 1), BINARY64)
        assert entry(result, 0) is NAN

    def test_a_signalling_nan_is_spurious_like_any_other(self) -> None:
        # R's NA is one, and arithmetic with it raises a warning, here an error.
        not_available = np.array([0x7FF00000000007A2], dtype=np.uint64).view(np.float64)
        result = error_ulps_array(not_available, enclosure_array([split(Fraction(1))]), BINARY64)
        assert result.spurious_nan.all()

    @pytest.mark.parametrize("sign", [1, -1])
    @pytest.mark.parametrize(("radius", "sure"), [(2.0**-60, True), (2.0**-5, False)])
    def test_nan_waits_for_a_ball_that_says_whether_the_truth_overflows(
        self, sign: int, radius: float, sure: bool
    ) -> None:
        # 466 = 0.91015625 * 2**9, and 2**-5 * 2**9 = 16.
        beside = ball(sign * 0.91015625, 0.0, radius, 9)
        measured = entry(error_ulps_array(np.array([math.nan]), beside, FLOAT8_E4M3FN), 0)
        if sure:
            assert_error(measured, Fraction(14, 32))
        else:
            assert measured is None

    @every_format
    @pytest.mark.parametrize("hi", [0.5, -0.5])
    def test_a_ball_around_a_power_of_two_is_undecided(self, fmt: Format, hi: float) -> None:
        result = error_ulps_array(
            np.array([2 * hi]).astype(fmt.dtype), ball(hi, 0.0, 2.0**-1000, 1), fmt
        )
        assert entry(result, 0) is None

    @every_format
    def test_a_ball_around_the_smallest_normal_float_is_decided(self, fmt: Format) -> None:
        # On both sides of it the unit is the same.
        got = np.array([fmt.smallest_normal]).astype(fmt.dtype)
        result = error_ulps_array(got, ball(0.5, 0.0, 2.0**-110, fmt.emin + 1), fmt)
        assert_error(entry(result, 0), 0)

    @every_format
    def test_a_ball_around_the_end_of_the_range_is_decided(self, fmt: Format) -> None:
        got = np.array([math.inf])
        result = error_ulps_array(got, ball(0.5, 0.0, 2.0**-110, fmt.emax + 2), fmt)
        assert_error(entry(result, 0), 0)

    @every_format
    @both_signs
    def test_infinity_is_spurious_also_where_the_unit_is_not_settled(
        self, fmt: Format, sign: int
    ) -> None:
        got = np.array([math.inf])
        result = error_ulps_array(got, ball(sign * 0.5, 0.0, 2.0**-60, 1), fmt)
        assert entry(result, 0) is INFINITY

    @every_format
    def test_infinity_of_the_other_sign_is_spurious_around_the_top_binade(
        self, fmt: Format
    ) -> None:
        got = np.array([-math.inf])
        result = error_ulps_array(got, ball(0.5, 0.0, 2.0**-60, fmt.emax + 1), fmt)
        assert entry(result, 0) is INFINITY

    @every_format
    def test_infinity_is_undecided_around_the_lower_end_of_the_top_binade(
        self, fmt: Format
    ) -> None:
        got = np.array([math.inf])
        result = error_ulps_array(got, ball(0.5, 0.0, 2.0**-60, fmt.emax + 1), fmt)
        assert entry(result, 0) is None

    @every_format
    def test_a_small_ball_around_zero_is_measured_in_subnormal_units(self, fmt: Format) -> None:
        q = fmt.smallest_subnormal
        exponent = fmt.emin - fmt.precision + 1
        got = np.array([3 * q]).astype(fmt.dtype)
        result = error_ulps_array(got, ball(0.0, 0.0, 0.25, exponent), fmt)
        assert entry(result, 0) is not None
        assert abs(result.ulps[0] - 3) < 1e-12
        assert abs(result.uncertainty[0] - 0.25) < 1e-12

    @every_format
    def test_a_wide_ball_that_spans_binades_is_undecided(self, fmt: Format) -> None:
        got = np.array([1.0]).astype(fmt.dtype)
        for exponent in (0, fmt.emin):
            result = error_ulps_array(got, ball(0.75, 0.0, 5.0, exponent), fmt)
            assert entry(result, 0) is None

    @pytest.mark.parametrize(
        ("got", "truth"),
        [(1e300, Fraction(1e-300)), (-1e300, Fraction(1e-300)), (1e300, Fraction(0))],
    )
    def test_an_error_beyond_binary64_is_the_largest_binary64(
        self, got: float, truth: Fraction
    ) -> None:
        exact = error_ulps(got, truth, BINARY64)
        assert isinstance(exact, Fraction)
        result = error_ulps_array(np.array([got]), enclosure_array([split(truth)]), BINARY64)
        assert result.ulps[0] == BINARY64.largest < exact

    def test_a_truth_far_beyond_the_format_is_the_largest_binary64_away(self) -> None:
        result = error_ulps_array(np.array([1.0]), enclosure_array([split(two(3000))]), BINARY64)
        assert result.ulps[0] == BINARY64.largest

    def test_a_result_far_below_the_truth_is_the_truth_away(self) -> None:
        result = error_ulps_array(
            np.array([1e-300]), enclosure_array([split(Fraction(1e300))]), BINARY64
        )
        assert result.ulps[0] == 1e300 / math.ulp(1e300)

    @every_format
    def test_no_spurious_result_becomes_a_number(self, fmt: Format) -> None:
        gots = np.array([math.nan, math.inf, -math.inf])
        truths = enclosure_array([split(Fraction(1))] * 3)
        result = error_ulps_array(gots, truths, fmt)
        assert np.isnan(result.ulps).all()
        assert np.isnan(result.uncertainty).all()
        assert (result.spurious_nan | result.spurious_infinity).all()
