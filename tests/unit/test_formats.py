"""Formats against NumPy, ml_dtypes, gmpy2 (MPFR) and Python's own arithmetic."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any

import gmpy2  # type: ignore[import-untyped, unused-ignore]  # ships no types
import ml_dtypes
import numpy as np
import pytest

from lse_verify.errors import UnknownName
from lse_verify.formats import (
    BFLOAT16,
    BINARY16,
    BINARY32,
    BINARY64,
    FLOAT8_E4M3FN,
    FLOAT8_E5M2,
    FORMATS,
    FloatArray,
    Format,
    Rounding,
    floor_log2,
    format_named,
    power_of_two,
)

ALL = list(FORMATS.values())
SHORT = [FLOAT8_E4M3FN, FLOAT8_E5M2, BINARY16, BFLOAT16]
# The encoding of the last float: +infinity, from IEEE 754 and from the definitions of bfloat16
# and float8_e5m2; of float8_e4m3fn, which has none, 448.
LAST_BITS = {
    "float8_e4m3fn": 0x7E,
    "float8_e5m2": 0x7C,
    "binary16": 0x7C00,
    "bfloat16": 0x7F80,
    "binary32": 0x7F800000,
    "binary64": 0x7FF0000000000000,
}
TINY = Fraction(1, 2**6000)  # stands for an infinitesimal: no rounding point is so near another

every_format = pytest.mark.parametrize("fmt", ALL, ids=lambda f: f.name)
both_signs = pytest.mark.parametrize("sign", [1, -1])
with_infinity = pytest.mark.parametrize(
    "fmt", [fmt for fmt in ALL if fmt is not FLOAT8_E4M3FN], ids=lambda f: f.name
)
short_format = pytest.mark.parametrize("fmt", SHORT, ids=lambda f: f.name)


def finfo(fmt: Format) -> Any:
    return (np if fmt.name.startswith("binary") else ml_dtypes).finfo(fmt.dtype)


def from_bits(fmt: Format, bits: Any) -> FloatArray:
    return np.asarray(bits, dtype=f"uint{fmt.bits}").view(fmt.dtype)


def non_negative(fmt: Format) -> FloatArray:
    """Every non-negative float, +∞ at the end if there is one, in the order of their bits."""
    return from_bits(fmt, np.arange(LAST_BITS[fmt.name] + 1))


def finite_floats(fmt: Format) -> Any:
    """Every finite float from 0 up, as binary64."""
    values = non_negative(fmt).astype(np.float64)
    return values[np.isfinite(values)]


@cache
def midpoints(fmt: Format) -> list[tuple[float, Fraction, float]]:
    """Every pair of finite neighbours, from 0 up, around their midpoint: exact in binary64."""
    values = finite_floats(fmt).tolist()
    return [(low, Fraction((low + high) / 2), high) for low, high in pairwise(values)]


def some_floats(fmt: Format, seed: int = 1, count: int = 2000) -> FloatArray:
    """Floats of every sign and exponent: all of them where there are few."""
    top = LAST_BITS[fmt.name]
    if fmt.bits <= 16:
        positive = np.arange(top + 1, dtype=np.uint64)
    else:
        edges = np.array([0, 1, 2, 3, top - 2, top - 1, top], dtype=np.uint64)
        first_normal = np.uint64(1 << (fmt.precision - 1))
        around = first_normal * np.arange(1, 6, dtype=np.uint64)
        drawn = np.random.default_rng(seed).integers(0, top, count, dtype=np.uint64)
        positive = np.concatenate([edges, around - np.uint64(1), around, drawn])
    sign = np.uint64(1 << (fmt.bits - 1))
    return from_bits(fmt, np.concatenate([positive, positive | sign]))


def round_with_mpfr(fmt: Format, value: Fraction, mode: Rounding = "nearest") -> float:
    """Round by MPFR, which counts exponents of a significand in [0.5, 1)."""
    rounding = {"nearest": gmpy2.RoundToNearest, "up": gmpy2.RoundUp, "down": gmpy2.RoundDown}
    context = gmpy2.context(
        precision=fmt.precision,
        emax=fmt.emax + 1,
        emin=fmt.emin - fmt.precision + 2,
        subnormalize=True,
        round=rounding[mode],
    )
    with context:
        found = float(gmpy2.mpfr(gmpy2.mpq(value.numerator, value.denominator)))
    if abs(found) <= fmt.largest:
        return found
    # MPFR goes on to the end of the binade, which float8_e4m3fn leaves to NaN.
    inward = mode == ("down" if found > 0 else "up")
    return math.copysign(fmt.largest if inward else math.inf, found)


def stored(fmt: Format, value: float) -> float:
    """What a format keeps of a rounding: NaN of infinity, where it has none."""
    return value if fmt is not FLOAT8_E4M3FN or math.isfinite(value) else math.nan


def end(fmt: Format, sign: float) -> Any:
    """The last float of a sign, for NumPy's nextafter."""
    return np.array(math.copysign(448.0 if fmt is FLOAT8_E4M3FN else math.inf, sign), fmt.dtype)


def same(got: float, expected: float) -> bool:
    """Equality that tells the zeros apart."""
    if math.isnan(expected):
        return math.isnan(got)
    return got == expected and math.copysign(1.0, got) == math.copysign(1.0, expected)


def random_rationals(fmt: Format, count: int, seed: int) -> list[Fraction]:
    """Rationals whose exponents cover the format and some binades beyond it, both signs."""
    rng = random.Random(seed)
    lowest, highest = fmt.emin - fmt.precision - 3, fmt.emax + 3
    return [
        Fraction(rng.choice((-1, 1)) * rng.getrandbits(150), 3 ** rng.randrange(90))
        * power_of_two(rng.randint(lowest, highest) - 90)
        for _ in range(count)
    ]


class TestData:
    @every_format
    def test_the_numbers_of_a_format_are_those_of_finfo(self, fmt: Format) -> None:
        info = finfo(fmt)
        assert fmt.precision == info.nmant + 1
        assert fmt.emin == info.minexp
        assert fmt.emax == info.maxexp - 1
        assert fmt.bits == info.bits == 8 * fmt.dtype.itemsize

    @every_format
    def test_the_extreme_floats_of_a_format_are_those_of_finfo(self, fmt: Format) -> None:
        info = finfo(fmt)
        assert fmt.largest == float(info.max)
        assert fmt.smallest_normal == float(info.smallest_normal)
        assert fmt.smallest_subnormal == float(info.smallest_subnormal)

    @every_format
    def test_the_unit_roundoff_is_half_of_eps(self, fmt: Format) -> None:
        assert fmt.unit_roundoff == float(finfo(fmt).eps) / 2

    @every_format
    def test_a_format_is_found_by_its_name(self, fmt: Format) -> None:
        assert format_named(fmt.name) is fmt

    def test_an_unknown_format_is_refused_with_the_nearest_name(self) -> None:
        with pytest.raises(UnknownName, match=r"no format named 'binary46'.*'binary64'"):
            format_named("binary46")


class TestExponents:
    @pytest.mark.parametrize("k", [-5000, -1075, -1, 0, 1, 52, 53, 1023, 5000])
    def test_floor_log2_of_a_power_of_two_is_its_exponent(self, k: int) -> None:
        assert floor_log2(Fraction(2) ** k) == k

    @pytest.mark.parametrize("k", [-5000, -1075, -1, 0, 1, 52, 53, 1023, 5000])
    def test_floor_log2_drops_by_one_just_below_a_power_of_two(self, k: int) -> None:
        assert floor_log2(Fraction(2) ** k * (1 - TINY)) == k - 1
        assert floor_log2(Fraction(2) ** k * (1 + TINY)) == k

    def test_floor_log2_of_random_floats_agrees_with_frexp(self) -> None:
        values = np.abs(some_floats(BINARY64))
        for value in values[(values > 0) & np.isfinite(values)].tolist():
            assert floor_log2(Fraction(value)) == math.frexp(value)[1] - 1

    @pytest.mark.parametrize("k", [-1074, -3, 0, 7, 1023])
    def test_power_of_two_agrees_with_ldexp(self, k: int) -> None:
        assert power_of_two(k) == Fraction(math.ldexp(1.0, k))

    @every_format
    @both_signs
    def test_the_exponent_is_clipped_to_the_format(self, fmt: Format, sign: int) -> None:
        assert fmt.exponent(Fraction(0)) == fmt.emin
        assert fmt.exponent(sign * Fraction(2) ** (fmt.emin - 1)) == fmt.emin
        assert fmt.exponent(sign * Fraction(2) ** -20000) == fmt.emin
        assert fmt.exponent(sign * Fraction(2) ** (fmt.emax + 1)) == fmt.emax
        assert fmt.exponent(sign * Fraction(2) ** 20000) == fmt.emax

    @every_format
    def test_the_exponent_changes_at_every_power_of_two_and_not_below(self, fmt: Format) -> None:
        for k in {fmt.emin + 1, -1, 0, 1, fmt.emax}:
            assert fmt.exponent(Fraction(2) ** k) == k
            assert fmt.exponent(Fraction(2) ** k - TINY) == k - 1

    @every_format
    @pytest.mark.parametrize("side", [-1, 1])
    def test_a_side_gives_the_exponent_of_a_real_beside_the_value(
        self, fmt: Format, side: int
    ) -> None:
        powers = [fmt.emin - 1, fmt.emin, fmt.emin + 1, 0, fmt.emax, fmt.emax + 1]
        values = [s * Fraction(2) ** k for k in powers for s in (1, -1)]
        for value in [*values, Fraction(0), Fraction(3, 7), Fraction(-3, 7)]:
            assert fmt.exponent(value, side) == fmt.exponent(value + side * TINY)


class TestOrder:
    @short_format
    def test_the_ordinal_of_a_non_negative_float_is_its_bit_pattern(self, fmt: Format) -> None:
        expected = np.arange(LAST_BITS[fmt.name] + 1)
        np.testing.assert_array_equal(fmt.ordinals(non_negative(fmt)), expected)

    @short_format
    def test_the_ordinal_of_a_negated_float_is_the_negated_ordinal(self, fmt: Format) -> None:
        expected = -np.arange(LAST_BITS[fmt.name] + 1)
        np.testing.assert_array_equal(fmt.ordinals(-non_negative(fmt)), expected)

    def test_no_float_of_e4m3fn_lies_past_the_largest(self) -> None:
        ends = np.array([448.0, -448.0]).astype(ml_dtypes.float8_e4m3fn)
        assert FLOAT8_E4M3FN.ordinals(ends).tolist() == [0x7E, -0x7E]
        np.testing.assert_array_equal(FLOAT8_E4M3FN.next_up(ends), [448, -416])
        np.testing.assert_array_equal(FLOAT8_E4M3FN.next_down(ends), [416, -448])

    @with_infinity
    def test_infinity_is_one_past_the_largest_finite_float(self, fmt: Format) -> None:
        ends = np.array([fmt.largest, math.inf, -fmt.largest, -math.inf]).astype(fmt.dtype)
        top = LAST_BITS[fmt.name]
        assert fmt.ordinals(ends).tolist() == [top - 1, top, 1 - top, -top]

    @every_format
    def test_ordinals_sort_as_the_floats_do(self, fmt: Format) -> None:
        values = some_floats(fmt)
        by_value = np.argsort(values.astype(np.float64), kind="stable")
        steps = np.diff(fmt.ordinals(values[by_value]))
        grows = np.diff(values[by_value].astype(np.float64)) > 0 if fmt.bits < 64 else None
        assert (steps >= 0).all()
        if grows is not None:
            np.testing.assert_array_equal(steps > 0, grows)

    @every_format
    def test_from_ordinals_is_the_inverse_of_ordinals(self, fmt: Format) -> None:
        values = some_floats(fmt)
        back = fmt.from_ordinals(fmt.ordinals(values))
        assert back.dtype == fmt.dtype
        np.testing.assert_array_equal(back, values)

    @every_format
    def test_both_zeros_have_ordinal_zero(self, fmt: Format) -> None:
        assert fmt.ordinals(np.array([0.0, -0.0]).astype(fmt.dtype)).tolist() == [0, 0]

    @every_format
    def test_ordinal_zero_is_the_positive_zero(self, fmt: Format) -> None:
        assert not np.signbit(fmt.from_ordinals(np.array([0]))).any()

    @every_format
    def test_nan_has_no_ordinal(self, fmt: Format) -> None:
        with pytest.raises(ValueError, match="NaN has no ordinal"):
            fmt.ordinals(np.array([1.0, math.nan]).astype(fmt.dtype))

    @every_format
    @both_signs
    def test_there_is_no_float_beyond_the_last(self, fmt: Format, sign: int) -> None:
        with pytest.raises(ValueError, match="beyond"):
            fmt.from_ordinals(np.array([sign * (LAST_BITS[fmt.name] + 1)]))

    @every_format
    @pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
    def test_ordinals_and_neighbours_keep_the_shape(
        self, fmt: Format, shape: tuple[int, ...]
    ) -> None:
        values = np.ones(shape).astype(fmt.dtype)
        assert fmt.ordinals(values).shape == shape
        assert fmt.from_ordinals(fmt.ordinals(values)).shape == shape
        assert fmt.next_up(values).shape == fmt.next_down(values).shape == shape

    @every_format
    def test_ordinals_of_a_strided_view_are_those_of_its_copy(self, fmt: Format) -> None:
        values = some_floats(fmt)[::3]
        np.testing.assert_array_equal(fmt.ordinals(values), fmt.ordinals(values.copy()))

    @every_format
    @pytest.mark.parametrize("direction", [1, -1])
    def test_neighbours_are_those_of_nextafter(self, fmt: Format, direction: int) -> None:
        values = some_floats(fmt)
        with np.errstate(all="ignore"):
            expected = np.nextafter(values, end(fmt, direction))
        got = fmt.next_up(values) if direction > 0 else fmt.next_down(values)
        np.testing.assert_array_equal(got, expected)
        np.testing.assert_array_equal(np.signbit(got), np.signbit(expected))


class TestRound:
    @short_format
    @both_signs
    def test_every_float_rounds_to_itself_in_every_mode(self, fmt: Format, sign: int) -> None:
        modes: list[Rounding] = ["nearest", "up", "down"]
        values = sign * finite_floats(fmt)[1:]
        # Every positive one; of the negative ones every fifth.
        for i, value in enumerate(values[:: 1 if sign > 0 else 5].tolist()):
            # One mode each, in turn, and all three where exponents begin.
            for mode in modes if i % 64 < 2 else modes[i % 3 : i % 3 + 1]:
                assert fmt.round(Fraction(value), mode) == value

    @short_format
    def test_every_midpoint_rounds_to_the_even_bit_pattern(self, fmt: Format) -> None:
        for k, (below, midpoint, above) in enumerate(midpoints(fmt)):
            assert fmt.round(midpoint) == (below if k % 2 == 0 else above)
            if k % 16 < 2:
                assert fmt.round(-midpoint) == -(below if k % 2 == 0 else above)

    @short_format
    @pytest.mark.parametrize("side", [-1, 1])
    def test_infinitesimally_beside_a_midpoint_the_nearer_float_wins(
        self, fmt: Format, side: int
    ) -> None:
        for below, midpoint, above in midpoints(fmt):
            assert fmt.round(midpoint, side=side) == (above if side > 0 else below)

    @short_format
    @pytest.mark.parametrize("shift", [-TINY, TINY])
    def test_just_beside_a_midpoint_the_nearer_float_wins(
        self, fmt: Format, shift: Fraction
    ) -> None:
        for below, midpoint, above in midpoints(fmt)[::7]:
            assert fmt.round(midpoint + shift) == (above if shift > 0 else below)

    @short_format
    @pytest.mark.parametrize(("mode", "side"), [("up", 1), ("down", -1)])
    def test_infinitesimally_beside_a_float_a_directed_mode_gives_its_neighbour(
        self, fmt: Format, mode: Rounding, side: int
    ) -> None:
        values = some_floats(fmt)
        values = values[np.isfinite(values) & (values != 0)][::11]
        with np.errstate(all="ignore"):
            expected = np.nextafter(values, end(fmt, side))
        for value, neighbour in zip(values.tolist(), expected.tolist(), strict=True):
            if value == neighbour == side * 448:
                neighbour = side * math.inf
            assert same(fmt.round(Fraction(value), mode, side), neighbour)
            assert fmt.round(Fraction(value), mode, -side) == value

    @every_format
    @pytest.mark.parametrize("mode", ["nearest", "up", "down"])
    def test_rounding_agrees_with_mpfr(self, fmt: Format, mode: Rounding) -> None:
        for value in random_rationals(fmt, 1500, seed=3):
            assert same(fmt.round(value, mode), round_with_mpfr(fmt, value, mode)), value

    @every_format
    @pytest.mark.parametrize("mode", ["nearest", "up", "down"])
    def test_floats_and_midpoints_round_as_in_mpfr(self, fmt: Format, mode: Rounding) -> None:
        values = some_floats(fmt, seed=4)
        finite = values[np.isfinite(values) & (values != 0)].tolist()
        chosen = [Fraction(v) for v in random.Random(4).sample(finite, min(400, len(finite)))]
        for value in chosen:
            # Half and a quarter of the spacing away from a float, inward and outward.
            quarter = power_of_two(fmt.exponent(value) - fmt.precision - 1)
            for point in (value, value + 2 * quarter, value - 2 * quarter, value + quarter):
                assert same(fmt.round(point, mode), round_with_mpfr(fmt, point, mode)), point

    @every_format
    @pytest.mark.parametrize("mode", ["nearest", "up", "down"])
    @pytest.mark.parametrize("side", [-1, 1])
    def test_a_side_rounds_as_mpfr_rounds_a_real_just_beside(
        self, fmt: Format, mode: Rounding, side: int
    ) -> None:
        q = Fraction(fmt.smallest_subnormal)
        edges = [q / 2, q, 3 * q / 2, Fraction(fmt.smallest_normal), Fraction(1)]
        edges += [Fraction(fmt.smallest_normal) - q / 2, 1 + Fraction(fmt.unit_roundoff)]
        edges += [Fraction(2) ** fmt.emax, Fraction(fmt.largest), Fraction(2) ** (fmt.emax + 1)]
        edges += [(Fraction(fmt.largest) + Fraction(2) ** (fmt.emax + 1)) / 2]
        for value in [*edges, *(-e for e in edges), Fraction(0)]:
            expected = round_with_mpfr(fmt, value + side * TINY, mode)
            assert same(fmt.round(value, mode, side), expected), value

    @pytest.mark.parametrize("fmt", [BINARY16, BINARY32], ids=lambda f: f.name)
    def test_doubles_round_as_numpy_casts_them(self, fmt: Format) -> None:
        rng = np.random.default_rng(5)
        lowest, highest = fmt.emin - fmt.precision - 2, fmt.emax + 2
        wide = np.ldexp(rng.uniform(-1, 1, 3000), rng.integers(lowest, highest, 3000))
        with np.errstate(over="ignore", under="ignore"):
            expected = wide.astype(fmt.dtype).tolist()
        for value, cast in zip(wide.tolist(), expected, strict=True):
            assert same(fmt.round(Fraction(value)), cast)

    def test_singles_round_as_ml_dtypes_casts_them_to_bfloat16(self) -> None:
        singles = some_floats(BINARY32, seed=6)
        singles = singles[np.isfinite(singles) & (singles != 0)]
        # Half of them at midpoints: the low half of the word is 0x8000.
        middles = (singles.view(np.uint32) & np.uint32(0xFFFF0000) | np.uint32(0x8000)).view("f4")
        for values in (singles, middles):
            expected = values.astype(ml_dtypes.bfloat16).tolist()
            for value, cast in zip(values.tolist(), expected, strict=True):
                assert same(BFLOAT16.round(Fraction(value)), cast)

    def test_rationals_round_to_binary64_as_integer_division_does(self) -> None:
        for value in random_rationals(BINARY64, 3000, seed=7):
            try:
                expected = value.numerator / value.denominator
            except OverflowError:
                expected = math.inf if value > 0 else -math.inf
            assert same(BINARY64.round(value), expected)

    @both_signs
    def test_the_tie_above_the_largest_float_of_e4m3fn_falls_to_it_which_is_even(
        self, sign: int
    ) -> None:
        tie = Fraction(464)
        assert FLOAT8_E4M3FN.round(sign * tie) == sign * 448
        assert FLOAT8_E4M3FN.round(sign * tie, side=sign) == sign * math.inf
        assert FLOAT8_E4M3FN.round(sign * (tie + TINY)) == sign * math.inf
        assert FLOAT8_E4M3FN.round(sign * Fraction(480)) == sign * math.inf

    @with_infinity
    @both_signs
    def test_overflow_begins_half_a_step_past_the_largest_float(
        self, fmt: Format, sign: int
    ) -> None:
        # IEEE 754, 4.3.1: at least 2**emax * (2 - 2**-p) goes to infinity.
        edge = Fraction(2) ** fmt.emax * (2 - Fraction(1, 2**fmt.precision))
        assert fmt.round(sign * edge) == sign * math.inf
        assert fmt.round(sign * (edge - TINY)) == sign * fmt.largest
        assert fmt.round(sign * edge, side=-sign) == sign * fmt.largest

    @every_format
    @pytest.mark.parametrize("excess", [TINY, Fraction(1), Fraction(2) ** 20000])
    def test_directed_rounding_past_the_largest_float_stops_there_or_overflows(
        self, fmt: Format, excess: Fraction
    ) -> None:
        beyond = Fraction(fmt.largest) + excess
        assert fmt.round(beyond, "down") == fmt.largest
        assert fmt.round(beyond, "up") == math.inf
        assert fmt.round(-beyond, "up") == -fmt.largest
        assert fmt.round(-beyond, "down") == -math.inf

    @every_format
    def test_what_underflows_keeps_its_sign(self, fmt: Format) -> None:
        assert same(fmt.round(TINY), 0.0)
        assert same(fmt.round(-TINY), -0.0)
        assert same(fmt.round(TINY, "down"), 0.0)
        assert same(fmt.round(-TINY, "up"), -0.0)
        assert same(fmt.round(Fraction(0)), 0.0)

    @every_format
    def test_zero_seen_from_a_side_has_the_sign_of_that_side(self, fmt: Format) -> None:
        assert same(fmt.round(Fraction(0), side=1), 0.0)
        assert same(fmt.round(Fraction(0), side=-1), -0.0)
        assert same(fmt.round(Fraction(0), "up", side=-1), -0.0)
        assert same(fmt.round(Fraction(0), "up", side=1), fmt.smallest_subnormal)
        assert same(fmt.round(Fraction(0), "down", side=-1), -fmt.smallest_subnormal)

    @every_format
    def test_underflow_to_zero_ends_at_half_the_smallest_subnormal(self, fmt: Format) -> None:
        half = Fraction(fmt.smallest_subnormal) / 2
        assert fmt.round(half) == 0
        assert fmt.round(half + TINY) == fmt.round(half, side=1) == fmt.smallest_subnormal

    def test_a_huge_exponent_is_rounded_without_being_written_out_as_a_float(self) -> None:
        assert BINARY64.round(Fraction(2) ** 100_000) == math.inf
        assert same(BINARY64.round(-(Fraction(2) ** -100_000)), -0.0)


class TestCast:
    @every_format
    def test_a_cast_is_the_correct_rounding_also_where_rounding_twice_is_not(
        self, fmt: Format
    ) -> None:
        rng = np.random.default_rng(8)
        floats = some_floats(fmt, seed=8)
        floats = rng.choice(floats[np.isfinite(floats)], 1000).astype(np.float64)
        with np.errstate(over="ignore", under="ignore"):
            wide = floats * (1 + fmt.unit_roundoff) * (1 + rng.choice([-1, 0, 1], 1000) * 2.0**-50)
        got = fmt.cast(wide)
        assert got.dtype == fmt.dtype
        for value, cast in zip(wide.tolist(), got.tolist(), strict=True):
            expected = round_with_mpfr(fmt, Fraction(value)) if math.isfinite(value) else value
            assert same(cast, stored(fmt, expected)) or (value == 0 and cast == 0), value.hex()

    @pytest.mark.parametrize("fmt", [FLOAT8_E4M3FN, FLOAT8_E5M2], ids=lambda f: f.name)
    def test_every_pattern_of_8_bits_is_cast_and_rounded_to_itself(self, fmt: Format) -> None:
        values = from_bits(fmt, np.arange(256))
        wide = values.astype(np.float64)
        np.testing.assert_array_equal(fmt.cast(wide).astype(np.float64), wide)
        for value in wide[np.isfinite(wide) & (wide != 0)].tolist():
            assert fmt.round(Fraction(value)) == value
            assert fmt.contains(value)

    @pytest.mark.parametrize("fmt", [FLOAT8_E4M3FN, FLOAT8_E5M2], ids=lambda f: f.name)
    @both_signs
    def test_singles_about_every_midpoint_are_cast_as_ml_dtypes_casts_them(
        self, fmt: Format, sign: int
    ) -> None:
        top = fmt.largest + (fmt.largest - finite_floats(fmt)[-2]) / 2
        middle = np.array([*(float(m) for _, m, _ in midpoints(fmt)), top], dtype=np.float32)
        beside = [np.nextafter(middle, np.float32(to)) for to in (0, math.inf)]
        singles = sign * np.concatenate([middle, *beside])
        # ml_dtypes rounds binary32 once.
        with np.errstate(over="ignore"):
            expected = singles.astype(fmt.dtype)
        got = fmt.cast(singles.astype(np.float64))
        np.testing.assert_array_equal(got.astype(np.float64), expected.astype(np.float64))

    @short_format
    @both_signs
    def test_doubles_at_and_just_beside_every_midpoint_are_cast_correctly(
        self, fmt: Format, sign: int
    ) -> None:
        floats = sign * finite_floats(fmt)
        below, above = floats[:-1], floats[1:]
        middle = (below + above) / 2
        even = np.where(np.arange(middle.size) % 2 == 0, below, above)
        np.testing.assert_array_equal(fmt.cast(middle).astype(np.float64), even)
        for towards, expected in ((0.0, below), (sign * math.inf, above)):
            beside = np.nextafter(middle, towards)
            np.testing.assert_array_equal(fmt.cast(beside).astype(np.float64), expected)

    @pytest.mark.parametrize("fmt", [FLOAT8_E4M3FN, FLOAT8_E5M2, BFLOAT16], ids=lambda f: f.name)
    def test_a_double_just_above_a_midpoint_is_rounded_once(self, fmt: Format) -> None:
        # Through binary32 it becomes the midpoint, and the tie goes down to 1.
        wide = np.array([1 + 2.0**-fmt.precision + 2.0**-40])
        assert wide.astype(fmt.dtype).tolist() == [1.0]
        assert fmt.cast(wide).tolist() == [1 + 2.0 ** (1 - fmt.precision)]

    @every_format
    def test_a_cast_passes_infinities_nan_and_both_zeros(self, fmt: Format) -> None:
        got = fmt.cast(np.array([math.inf, -math.inf, math.nan, 0.0, -0.0]))
        np.testing.assert_array_equal(
            got[:2].astype(np.float64), [stored(fmt, math.inf), stored(fmt, -math.inf)]
        )
        assert np.isnan(got[2])
        assert np.signbit(got[3:]).tolist() == [False, True]

    @every_format
    def test_a_cast_overflows_and_underflows_in_silence(self, fmt: Format) -> None:
        got = fmt.cast(np.array([1.7e308, -1.7e308, 5e-324, -5e-324]))
        if fmt is not BINARY64:
            overflow = stored(fmt, math.inf)
            np.testing.assert_array_equal(got.astype(np.float64), [overflow, -overflow, 0.0, 0.0])
            assert np.signbit(got).tolist() == [False, True, False, True]

    @every_format
    @pytest.mark.parametrize("shape", [(), (0,), (2, 3)])
    def test_a_cast_keeps_the_shape(self, fmt: Format, shape: tuple[int, ...]) -> None:
        assert fmt.cast(np.ones(shape)).shape == shape


class TestContains:
    @every_format
    def test_every_float_of_a_format_is_contained(self, fmt: Format) -> None:
        values = some_floats(fmt, count=300)[::17]
        assert all(fmt.contains(v) for v in values[np.isfinite(values)].tolist())

    def test_what_e4m3fn_leaves_to_nan_is_not_contained(self) -> None:
        assert FLOAT8_E4M3FN.contains(448.0)
        assert not FLOAT8_E4M3FN.contains(480.0)

    @pytest.mark.parametrize("fmt", [BINARY16, BFLOAT16, BINARY32], ids=lambda f: f.name)
    def test_a_double_between_two_floats_is_not_contained(self, fmt: Format) -> None:
        assert not fmt.contains(1 + fmt.unit_roundoff)
        assert not fmt.contains(fmt.smallest_subnormal / 2)
        assert not fmt.contains(2 * fmt.largest)

    @every_format
    @pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
    def test_what_is_not_finite_is_not_contained(self, fmt: Format, value: float) -> None:
        assert not fmt.contains(value)


class TestHolding:
    @pytest.mark.parametrize("wide", ALL, ids=lambda f: f.name)
    @pytest.mark.parametrize("fmt", SHORT, ids=lambda f: f.name)
    def test_a_format_holds_another_if_it_contains_all_of_its_finite_floats(
        self, wide: Format, fmt: Format
    ) -> None:
        values = some_floats(fmt)
        every = all(wide.contains(v) for v in values[np.isfinite(values)].tolist())
        assert wide.holds(fmt) == every
