"""What holds of the error measure for every real, float and interval: in exact arithmetic.

The strategies aim at what a uniform draw never meets: powers of two, midpoints, zero, the
subnormals and both ends of the range, each exactly and from just beside it.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lse_verify.enclosure import Enclosure, EnclosureArray, enclosure_array, split
from lse_verify.formats import FLOAT8_E4M3FN, FORMATS, Format, Rounding, floor_log2
from lse_verify.ulp import Spurious, enclosed_error, error_ulps, error_ulps_array, ulp

exactly = settings(max_examples=150, deadline=None, derandomize=True)

# What is drawn are plain integers, and the functions below turn them into floats, reals and
# intervals of the format: that shrinks well and is fast.
FloatSeed = tuple[int, int, int]
RealSeed = tuple[int, FloatSeed, int]
IntervalSeed = tuple[RealSeed, RealSeed, int, int]
ResultSeed = tuple[int, FloatSeed]
BallSeed = tuple[int, RealSeed, int, int, int]
Ball = tuple[float, float, float, int]

formats = st.sampled_from(list(FORMATS.values()))
modes = st.sampled_from(("nearest", "up", "down"))
signs = st.sampled_from((1, -1))
words = st.integers(0, 2**64 - 1)
shares = st.integers(-64, 64)
float_seeds = st.tuples(st.integers(0, 2), words, st.integers(-3, 3))
real_seeds = st.tuples(st.integers(0, 9), float_seeds, shares)
interval_seeds = st.tuples(real_seeds, real_seeds, st.integers(0, 5), st.integers(0, 3))
result_seeds = st.tuples(st.integers(-6, 9), float_seeds)
ball_seeds = st.tuples(st.integers(0, 1), real_seeds, st.integers(0, 11), words, shares)

FEW = (0, 2**-54, 2**-60, Fraction(1, 2**110), Fraction(1, 2**900), Fraction(1, 2**6000))
NUDGES = tuple(Fraction(n) for n in FEW)


def two(exponent: int) -> Fraction:
    return Fraction(2) ** exponent


def nudge(seed: int) -> Fraction:
    """Nothing, a representable tail, one below every tail, or any part of one; both signs."""
    size = abs(seed)
    part = NUDGES[size // 2] if size < 2 * len(NUDGES) else Fraction(size, 67)
    return part if seed > 0 else -part


def float_of(fmt: Format, seed: FloatSeed) -> float:
    """A finite float of the format, by its bit pattern: anywhere, near a binade, or at an end."""
    kind, word, near = seed
    end = ((1 << (fmt.bits - fmt.precision)) - 1) << (fmt.precision - 1)  # +∞: exponent all ones
    if fmt is FLOAT8_E4M3FN:
        end = 0x7F
    binade = word % (end >> (fmt.precision - 1)) << (fmt.precision - 1)
    bits = (word % end, binade + near, (end if word & 2 else 0) + near)[kind]
    bits = min(max(bits, 0), end - 1)
    value = float(np.array([bits], dtype=f"uint{fmt.bits}").view(fmt.dtype)[0])
    return -value if word & 1 else value


def real_of(fmt: Format, seed: RealSeed) -> Fraction:
    """A real at or beside a float, a midpoint, a power of two, or far outside the format."""
    kind, at, share = seed
    sign = -1 if at[1] & 1 else 1
    if kind < 3:
        lowest = fmt.emin - fmt.precision - 2
        exponent = lowest + at[1] % (fmt.emax + 4 - lowest)
        exponent = (exponent, fmt.emin + at[2], fmt.emax + at[2])[at[0]]
        return sign * two(exponent) * (1 + nudge(share))
    if kind == 3:
        return sign * (Fraction(0), two(-20000), two(3000))[at[0]]
    base = float_of(fmt, at)
    gap = abs(as_real(moved(base, 1 if base > 0 else -1, fmt), fmt) - Fraction(base))
    return Fraction(base) + gap * (Fraction(kind % 2, 2) + nudge(share))


def result_of(fmt: Format, truth: Fraction, seed: ResultSeed) -> float:
    """What an implementation may return for that truth: a value of the format."""
    kind, at = seed
    near = fmt.round(truth)
    special = {-6: math.nan, -5: math.inf, -4: -math.inf, 4: 0.0, 5: -0.0, 6: -near}
    if kind > 7:
        return float_of(fmt, at)
    return special[kind] if kind in special else moved(near, kind % 7 - 3, fmt)


def moved(value: float, steps: int, fmt: Format) -> float:
    """Step through the floats with NumPy's nextafter, beyond the largest to infinity."""
    if fmt is FLOAT8_E4M3FN:
        return moved_in_e4m3fn(value, steps)
    at = np.array([value]).astype(fmt.dtype)
    towards = np.array([math.copysign(math.inf, steps)]).astype(fmt.dtype)
    with np.errstate(all="ignore"):
        for _ in range(abs(steps)):
            at = np.nextafter(at, towards)
    return float(at[0])


def moved_in_e4m3fn(value: float, steps: int) -> float:
    """Step through all floats that there are, with an infinity at each end."""
    if math.isnan(value):
        return value
    every = np.arange(256, dtype=np.uint8).view(FLOAT8_E4M3FN.dtype).astype(np.float64)
    order: list[float] = [-math.inf, *np.unique(every[np.isfinite(every)]).tolist(), math.inf]
    return order[min(max(order.index(value) + steps, 0), len(order) - 1)]


def after_largest(fmt: Format) -> Fraction:
    """The float after the largest, were there one."""
    return Fraction(480) if fmt is FLOAT8_E4M3FN else two(fmt.emax + 1)


def stored(value: float, fmt: Format) -> float:
    """What a format keeps of a rounding: NaN of infinity, where it has none."""
    return math.nan if fmt is FLOAT8_E4M3FN and math.isinf(value) else value


def overflow_read(got: float, truth: Fraction, fmt: Format) -> float:
    """Read NaN as infinity of the truth's sign, where it is what the format stores for that."""
    overflows = fmt is FLOAT8_E4M3FN and abs(truth) > 464
    return math.copysign(math.inf, truth) if math.isnan(got) and overflows else got


def as_real(value: float, fmt: Format) -> Fraction:
    """Read infinity as the float after the largest."""
    if math.isinf(value):
        return int(math.copysign(1, value)) * after_largest(fmt)
    return Fraction(value)


def interval_of(fmt: Format, seed: IntervalSeed) -> Enclosure:
    """An interval with ends beside one another or anywhere, closed or open."""
    first, second, kind, opened = seed
    one = real_of(fmt, first)
    other = real_of(fmt, second) if kind < 2 else one * (1 + nudge(second[2]))
    other = (-one, Fraction(0))[kind - 4] if kind >= 4 else other
    lo, hi = min(one, other), max(one, other)
    if lo == hi:
        return Enclosure.exactly(lo)
    return Enclosure(lo, hi, bool(opened & 1), bool(opened & 2))


def point_of(interval: Enclosure, share: int) -> Fraction:
    """A point of the interval, and often one of its ends, just beside one, or zero."""
    lo, hi = interval.lo, interval.hi
    if share == 0 and lo < 0 < hi:
        return Fraction(0)
    part = abs(nudge(share))
    point = lo + (hi - lo) * part if share % 2 else hi - (hi - lo) * part
    return point if holds(interval, point) else (lo + hi) / 2


def holds(interval: Enclosure, point: Fraction) -> bool:
    above = interval.lo < point or (interval.lo == point and not interval.lo_open)
    below = point < interval.hi or (point == interval.hi and not interval.hi_open)
    return above and below


def ball_of(fmt: Format, seed: BallSeed) -> Ball:
    """One row of an array of enclosures: a split real, or any head and tail, with a radius."""
    kind, real, radius_kind, word, share = seed
    radii = (0.0, 0.0, 0.0, 5e-324, 2.0**-1000, 2.0**-106, 2.0**-60, 2.0**-53, 0.25, 0.7, 5.0)
    fine = math.ldexp(1 + word % 2**20 / 2**20, -(word >> 58) * 2)
    radius = radii[radius_kind] if radius_kind < len(radii) else fine
    if kind == 0:
        hi, lo, rest, exponent = split(real_of(fmt, real))
        return hi, lo, max(rest, radius), exponent
    heads = (0.5, 0.5 + 2.0**-53, 0.75, 1 - 2.0**-53, 0.5 + math.ldexp(word >> 12, -53))
    tails = (0.0, 5e-324, 2.0**-900, 2.0**-60, 2.0**-54, math.ldexp(word % 2**50, -104))
    edges = (fmt.emin - fmt.precision, fmt.emin, fmt.emax, 0, -20000, 20000)
    head, tail = heads[word % len(heads)], tails[word // 8 % len(tails)]
    signed = -tail if word & 1 else tail
    exponent = edges[word // 64 % len(edges)] + share % 7 - 2
    return (-head if word & 2 else head), signed, radius, exponent


def inside(ball: Ball, share: int) -> Fraction:
    """A point of a ball, its ends at ±64."""
    hi, lo, radius, exponent = ball
    return (Fraction(hi) + Fraction(lo) + Fraction(radius) * Fraction(share, 64)) * two(exponent)


def one_row(ball: Ball) -> EnclosureArray:
    return enclosure_array([ball])


def may_differ(got: float, ball: Ball, fmt: Format) -> bool:
    """Whether the measure differs in kind or unit within the ball, widened by its margins."""
    margin = 2.0**-45
    hi, lo, radius, exponent = ball
    wide = (hi, lo, radius * (1 + margin) + margin, exponent)
    ends = sorted(inside(wide, share) for share in (-64, 64))
    if math.isnan(got):
        kinds = {error_ulps(got, point, fmt) is Spurious.NAN for point in ends}
        return len(kinds) > 1 or ends[0] < 0 < ends[1]
    if math.isinf(got) and ends[0] < 0 < ends[1]:
        # A ball so wide that it holds zero and the top binade is not looked into by sign.
        return max(-ends[0], ends[1]) >= two(fmt.emax)
    if math.isinf(got):
        towards = ends if got > 0 else [-ends[1], -ends[0]]
        return towards[0] < two(fmt.emax) <= towards[1]
    points = [*ends, Fraction(0)] if ends[0] < 0 < ends[1] else ends
    return len({fmt.exponent(point) for point in points}) > 1


class TestFormats:
    @exactly
    @given(words, words, st.integers(-3000, 3000))
    def test_floor_log2_brackets_its_argument(self, top: int, bottom: int, shift: int) -> None:
        magnitude = Fraction(top + 1, bottom + 1) * two(shift)
        k = floor_log2(magnitude)
        assert two(k) <= magnitude < two(k + 1)

    @exactly
    @given(formats, real_seeds)
    def test_directed_roundings_are_the_floats_on_both_sides(
        self, fmt: Format, seed: RealSeed
    ) -> None:
        real = real_of(fmt, seed)
        down, up = fmt.round(real, "down"), fmt.round(real, "up")
        assert down <= real <= up
        assert moved(down, 1, fmt) > real or down == up
        assert moved(up, -1, fmt) < real or down == up

    @exactly
    @given(formats, real_seeds)
    def test_no_float_is_nearer_than_the_rounding(self, fmt: Format, seed: RealSeed) -> None:
        real = real_of(fmt, seed)
        assume(abs(real) < after_largest(fmt))
        near = fmt.round(real)
        distance = abs(as_real(near, fmt) - real)
        assert distance <= abs(as_real(moved(near, 1, fmt), fmt) - real)
        assert distance <= abs(as_real(moved(near, -1, fmt), fmt) - real)

    @exactly
    @given(formats, real_seeds, real_seeds, modes)
    def test_rounding_keeps_the_order(
        self, fmt: Format, one: RealSeed, other: RealSeed, mode: Rounding
    ) -> None:
        a, b = sorted((real_of(fmt, one), real_of(fmt, other)))
        assert fmt.round(a, mode) <= fmt.round(b, mode)

    @exactly
    @given(formats, real_seeds)
    def test_rounding_mirrors_with_the_sign(self, fmt: Format, seed: RealSeed) -> None:
        real = real_of(fmt, seed)
        assert fmt.round(-real) == -fmt.round(real)
        assert fmt.round(-real, "up") == -fmt.round(real, "down")

    @exactly
    @given(formats, real_seeds, modes, signs)
    def test_a_side_is_a_nudge_too_small_to_meet_anything_else(
        self, fmt: Format, seed: RealSeed, mode: Rounding, side: int
    ) -> None:
        real = real_of(fmt, seed)
        beside = fmt.round(real + side * two(-40000), mode)
        assert fmt.round(real, mode, side).hex() == beside.hex()

    @exactly
    @given(formats, float_seeds)
    def test_neighbours_step_there_and_back(self, fmt: Format, seed: FloatSeed) -> None:
        value = np.array([float_of(fmt, seed)]).astype(fmt.dtype)
        assume(fmt is not FLOAT8_E4M3FN or abs(float(value[0])) < 448)
        assert fmt.next_down(fmt.next_up(value)) == value == fmt.next_up(fmt.next_down(value))
        assert fmt.next_down(value) < value < fmt.next_up(value)


class TestError:
    @exactly
    @given(formats, real_seeds, result_seeds)
    def test_half_a_unit_or_less_means_a_nearest_float_unless_the_truth_is_a_power_of_two(
        self, fmt: Format, seed: RealSeed, result: ResultSeed
    ) -> None:
        truth = real_of(fmt, seed)
        got = result_of(fmt, truth, result)
        error = error_ulps(got, truth, fmt)
        if isinstance(error, Spurious) or abs(truth) >= after_largest(fmt):
            return
        got = overflow_read(got, truth, fmt)
        sides = [as_real(moved(got, step, fmt), fmt) for step in (-1, 1)]
        nearest = all(abs(as_real(got, fmt) - truth) <= abs(side - truth) for side in sides)
        if truth == 0 or abs(truth) != two(floor_log2(abs(truth))):
            assert nearest == (2 * error <= 1)
        else:
            assert 2 * error <= 1 if nearest else 2 * error >= 1

    @exactly
    @given(formats, real_seeds)
    def test_the_correct_rounding_is_half_a_unit_away_at_most(
        self, fmt: Format, seed: RealSeed
    ) -> None:
        truth = real_of(fmt, seed)
        error = error_ulps(fmt.round(truth), truth, fmt)
        assert isinstance(error, Fraction)
        assert 2 * error <= 1

    @exactly
    @given(formats, real_seeds, result_seeds)
    def test_less_than_half_a_unit_is_the_correct_rounding(
        self, fmt: Format, seed: RealSeed, result: ResultSeed
    ) -> None:
        truth = real_of(fmt, seed)
        got = result_of(fmt, truth, result)
        error = error_ulps(got, truth, fmt)
        if isinstance(error, Fraction) and 2 * error < 1:
            assert overflow_read(got, truth, fmt) == fmt.round(truth)

    @exactly
    @given(formats, real_seeds, result_seeds)
    def test_the_error_mirrors_with_the_sign(
        self, fmt: Format, seed: RealSeed, result: ResultSeed
    ) -> None:
        truth = real_of(fmt, seed)
        got = result_of(fmt, truth, result)
        assert error_ulps(got, truth, fmt) == error_ulps(-got, -truth, fmt)

    @exactly
    @given(formats, real_seeds, result_seeds)
    def test_the_error_of_a_finite_result_is_zero_for_the_truth_itself_and_only_then(
        self, fmt: Format, seed: RealSeed, result: ResultSeed
    ) -> None:
        truth = real_of(fmt, seed)
        got = result_of(fmt, truth, result)
        if math.isfinite(got):
            assert (error_ulps(got, truth, fmt) == 0) == (Fraction(got) == truth)

    @exactly
    @given(formats, real_seeds, real_seeds)
    def test_the_unit_never_shrinks_as_the_magnitude_grows(
        self, fmt: Format, one: RealSeed, other: RealSeed
    ) -> None:
        a, b = sorted((abs(real_of(fmt, one)), abs(real_of(fmt, other))))
        assert ulp(a, fmt) <= ulp(b, fmt)

    @exactly
    @given(formats, float_seeds, st.integers(0, 5))
    def test_errors_between_floats_of_one_binade_count_the_steps(
        self, fmt: Format, seed: FloatSeed, steps: int
    ) -> None:
        truth = float_of(fmt, seed)
        got = moved(truth, steps if truth > 0 else -steps, fmt)
        if truth != 0 and math.isfinite(got) and math.frexp(got)[1] == math.frexp(truth)[1]:
            assert error_ulps(got, Fraction(truth), fmt) == steps

    @exactly
    @given(formats, real_seeds)
    def test_nan_is_measured_as_the_infinity_that_it_is_stored_for_and_never_else(
        self, fmt: Format, seed: RealSeed
    ) -> None:
        truth = real_of(fmt, seed)
        read = overflow_read(math.nan, truth, fmt)
        error = error_ulps(math.nan, truth, fmt)
        if math.isnan(read):
            assert error is Spurious.NAN
        else:
            assert error == error_ulps(read, truth, fmt)
            assert isinstance(error, Fraction)


class TestEnclosures:
    @exactly
    @given(formats, interval_seeds, shares)
    def test_a_decided_rounding_is_that_of_every_point(
        self, fmt: Format, seed: IntervalSeed, share: int
    ) -> None:
        interval = interval_of(fmt, seed)
        rounded = interval.rounded(fmt)
        if rounded is not None:
            assert fmt.round(point_of(interval, share)).hex() == rounded.hex()

    @exactly
    @given(formats, interval_seeds, shares, result_seeds)
    def test_bounds_hold_the_error_of_every_point(
        self, fmt: Format, seed: IntervalSeed, share: int, result: ResultSeed
    ) -> None:
        interval = interval_of(fmt, seed)
        point = point_of(interval, share)
        got = result_of(fmt, point, result)
        measured = enclosed_error(got, interval, fmt)
        exact = error_ulps(got, point, fmt)
        if isinstance(measured, tuple):
            assert isinstance(exact, Fraction)
            assert measured[0] <= exact <= measured[1]
        elif measured is None:
            assert math.isinf(got) or (math.isnan(got) and fmt is FLOAT8_E4M3FN)
        else:
            assert exact is measured

    @exactly
    @given(formats, interval_seeds, interval_seeds, shares)
    def test_the_intersection_holds_what_both_hold(
        self, fmt: Format, one: IntervalSeed, other: IntervalSeed, share: int
    ) -> None:
        a, b = interval_of(fmt, one), interval_of(fmt, other)
        common = a.intersect(b)
        assert common == b.intersect(a)
        for point in (point_of(a, share), a.lo, a.hi, b.lo, b.hi):
            both = holds(a, point) and holds(b, point)
            assert both == (common is not None and holds(common, point))

    @exactly
    @given(interval_seeds, shares, st.integers(1, 30))
    def test_a_decided_decimal_is_that_of_every_point(
        self, seed: IntervalSeed, share: int, digits: int
    ) -> None:
        interval = interval_of(FORMATS["binary32"], seed)
        text = interval.decimal(digits)
        if text is not None:
            assert Enclosure.exactly(point_of(interval, share)).decimal(digits) == text

    @exactly
    @given(formats, real_seeds)
    def test_a_split_real_lies_in_its_ball(self, fmt: Format, seed: RealSeed) -> None:
        real = real_of(fmt, seed)
        enclosure = enclosure_array([split(real)]).at(0)
        assert enclosure is not None
        assert holds(enclosure, real)


class TestArrays:
    @exactly
    @given(formats, ball_seeds)
    def test_an_exact_entry_rounds_as_the_definition_does(
        self, fmt: Format, seed: BallSeed
    ) -> None:
        hi, lo, _, exponent = ball_of(fmt, seed)
        ball = (hi, lo, 0.0, exponent)
        values, decided = one_row(ball).rounded(fmt)
        assert decided[0]
        assert float(values[0]).hex() == stored(fmt.round(inside(ball, 0)), fmt).hex()

    @exactly
    @given(formats, ball_seeds, shares)
    def test_a_decided_entry_rounds_as_every_point_of_its_ball(
        self, fmt: Format, seed: BallSeed, share: int
    ) -> None:
        ball = ball_of(fmt, seed)
        values, decided = one_row(ball).rounded(fmt)
        if decided[0]:
            for at in (share, -64, 64):
                assert float(values[0]).hex() == stored(fmt.round(inside(ball, at)), fmt).hex()

    @settings(exactly, max_examples=600)
    @given(formats, ball_seeds, shares, result_seeds)
    def test_an_entry_is_measured_as_every_point_of_its_ball(
        self, fmt: Format, seed: BallSeed, share: int, result: ResultSeed
    ) -> None:
        ball = ball_of(fmt, seed)
        got = result_of(fmt, inside(ball, share), result)
        errors = error_ulps_array(np.array([got]), one_row(ball), fmt)
        fast, within = float(errors.ulps[0]), float(errors.uncertainty[0])
        if errors.undecided[0]:
            assert may_differ(got, ball, fmt)
            assert math.isnan(fast)
            return
        for at in (share, -64, 64):
            exact = error_ulps(got, inside(ball, at), fmt)
            assert bool(errors.spurious_nan[0]) == (exact is Spurious.NAN)
            assert bool(errors.spurious_infinity[0]) == (exact is Spurious.INFINITY)
            if isinstance(exact, Spurious):
                assert math.isnan(fast)
                assert math.isnan(within)
            elif fast < FORMATS["binary64"].largest and math.isfinite(within):
                assert abs(Fraction(fast) - exact) <= Fraction(within)

    @exactly
    @given(formats, ball_seeds, shares)
    def test_the_range_of_exponents_holds_that_of_every_point(
        self, fmt: Format, seed: BallSeed, share: int
    ) -> None:
        ball = ball_of(fmt, seed)
        lowest, highest = one_row(ball).exponent_range()
        for at in (share, -64, 64):
            point = inside(ball, at)
            if point:
                assert lowest[0] <= floor_log2(abs(point)) <= highest[0]
