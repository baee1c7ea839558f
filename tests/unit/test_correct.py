"""Correctly rounded functions: exact twins, planted midpoints, and every shape an array can have.

The slow twin asks Arb for enclosures, rounds them as rationals, and where that is open asks
mpmath's judge; planted rows are built with mpmath, so that what they round to is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import flint
import ml_dtypes
import mpmath
import numpy as np
import pytest

from lse_verify import correct
from lse_verify.enclosure import Enclosure
from lse_verify.errors import BadInput
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, widened
from lse_verify.formats import (
    BFLOAT16,
    BINARY16,
    BINARY64,
    FLOAT8_E4M3FN,
    FLOAT8_E5M2,
    FORMATS,
    FloatArray,
    Format,
)
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import rounding_decided

BF16 = ml_dtypes.bfloat16
NAMES = ("logsumexp", "softmax", "log_softmax", "logaddexp", "softplus", "logistic")
OF_ROWS = ("logsumexp", "softmax", "log_softmax")
SLOW = Ladder(first="arb")
SHORT = (FLOAT8_E4M3FN, FLOAT8_E5M2, BINARY16, BFLOAT16)

every_name = pytest.mark.parametrize("name", NAMES)
every_row_function = pytest.mark.parametrize("name", OF_ROWS)
every_short_format = pytest.mark.parametrize("fmt", SHORT, ids=lambda fmt: fmt.name)
every_format = pytest.mark.parametrize("fmt", list(FORMATS.values()), ids=lambda fmt: fmt.name)


def call(name: str, *arguments: FloatArray) -> FloatArray:
    function = getattr(correct, name)
    found = function(*arguments, axis=-1) if name in OF_ROWS else function(*arguments)
    return np.asarray(found)


def slowly(name: str, block: Block, fmt: Format) -> FloatArray:
    """Round every output as a rational, one by one."""
    function = FUNCTIONS[name]
    truth = SLOW.truth(function, block)
    per_row = max(block.n_terms if function.returns_row else 1, 1)
    found = []
    for place in range(truth.is_real.size):
        row, output = divmod(place, per_row)
        if truth.no_limit[place]:
            found.append(math.nan)
        elif not truth.is_real[place]:
            found.append(float(truth.special[place]))
        else:
            enclosure = truth.enclosures.at(place)
            nearest = enclosure.rounded(fmt) if enclosure else None
            if nearest is None:
                decided = rounding_decided(fmt)
                judged = SLOW.confirm(function, block.point(row), output, decided)
                assert isinstance(judged, Enclosure)
                nearest = judged.rounded(fmt)
            assert nearest is not None
            found.append(nearest)
    return fmt.cast(np.array(found)).reshape(truth.shape)


def same(got: FloatArray, expected: FloatArray) -> None:
    """Compare bits; a NaN is a NaN."""
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    different = np.isnan(got) != np.isnan(expected)
    word = np.dtype(f"u{got.dtype.itemsize}")
    bits = np.ascontiguousarray(got).view(word) != np.ascontiguousarray(expected).view(word)
    wrong = np.flatnonzero((different | (bits & ~np.isnan(got))).ravel())
    assert wrong.size == 0, (got.ravel()[wrong[:3]], expected.ravel()[wrong[:3]])


@every_name
@every_format
@pytest.mark.parametrize("regime", [r for r in REGIMES if r != "many"])
def test_every_result_is_that_of_the_slow_twin(name: str, fmt: Format, regime: str) -> None:
    if name not in REGIMES[regime].functions:
        return
    for block in REGIMES[regime].draw(name, fmt, 9, 8).blocks:
        some = block if regime == "special" else block.between(0, 6)
        arrays = [a for a in some.arguments if isinstance(a, np.ndarray)]
        same(call(name, *arrays), slowly(name, some, fmt))


@every_format
@every_row_function
@pytest.mark.parametrize("n", [255, 256, 257, 2049])
def test_long_rows_are_those_of_the_slow_twin(name: str, fmt: Format, n: int) -> None:
    x = fmt.cast(np.random.default_rng(n).normal(0, 4, (1, n)))
    same(call(name, x), slowly(name, Block((x,)), fmt))


KNOWN: list[tuple[str, tuple[Any, ...], Callable[[], Any]]] = [
    ("logsumexp", ([0.0, -40.0],), lambda: mpmath.log1p(mpmath.exp(-40))),
    ("logsumexp", ([1000.0, 1000.0],), lambda: 1000 + mpmath.log(2)),
    ("logaddexp", (-1e5, -1e5), lambda: -100000 + mpmath.log(2)),
    ("softplus", (-300.0,), lambda: mpmath.log1p(mpmath.exp(-300))),
    ("softplus", (-740.5,), lambda: mpmath.log1p(mpmath.exp(mpmath.mpf(-740.5)))),
    ("softplus", (0.0,), lambda: mpmath.log(2)),
    ("logistic", (-300.0,), lambda: 1 / (1 + mpmath.exp(300))),
    ("logistic", (-740.5,), lambda: 1 / (1 + mpmath.exp(mpmath.mpf(740.5)))),
    ("logistic", (36.75,), lambda: 1 / (1 + mpmath.exp(mpmath.mpf(-36.75)))),
    ("logistic", (2.0**-52,), lambda: 1 / (1 + mpmath.exp(-mpmath.ldexp(1, -52)))),
]


@pytest.mark.parametrize(("name", "arguments", "exact"), KNOWN)
@every_format
def test_known_values_are_mpmaths(
    name: str, arguments: tuple[Any, ...], exact: Callable[[], Any], fmt: Format
) -> None:
    given = [np.asarray(a, dtype=np.float64) for a in arguments]
    if not all(np.array_equal(fmt.cast(a).astype(np.float64), a) for a in given):
        return
    with mpmath.workprec(1200):
        value = exact()
        expected = fmt.round(_rational(value))
    assert float(call(name, *(fmt.cast(a) for a in given))) == expected


def _rational(value: Any) -> Any:
    numerator, denominator = mpmath.libmp.to_rational(value._mpf_)
    return Enclosure.exactly(int(numerator)).lo / int(denominator)


# Midpoints, planted.


def planted(total: Any, fixed: list[float], fmt: Format, closeness_log2: int) -> list[float]:
    """Return entries below a peak of 0 whose exponentials sum to just less than a total.

    Each is the largest float whose term still fits, so that the rest shrinks by as many bits as
    the format has at that place.
    """
    row = list(fixed)
    rest = total - mpmath.fsum(mpmath.exp(mpmath.mpf(x)) for x in row)
    assert rest > 0
    while rest > mpmath.ldexp(total, -closeness_log2):
        entry = fmt.round(_rational(mpmath.log(rest)), "down")
        row.append(entry)
        rest -= mpmath.exp(mpmath.mpf(entry))
        assert rest > 0
        assert len(row) < 300
    return row


def targets(name: str, fmt: Format) -> list[tuple[float, float, list[float], int]]:
    """Return floats with the next towards 0 from a midpoint, the fixed entries, and an output."""
    step = 2 * fmt.unit_roundoff
    if name == "softmax":
        # Of the peak, 1/(1 + S) falls as S grows.
        return [(0.625, 0.625 + step / 2, [], 0), (0.5 + 5 * step, 0.5 + 5.5 * step, [], 0)]
    if name == "log_softmax":
        return [(-1.5, -1.5 - step, [-1.0], 1), (-1.5 - 3 * step, -1.5 - 4 * step, [-1.0], 1)]
    return [(0.75, 0.75 + step / 2, [], 0), (1.0, 1.0 + step, [], 0), (1.25, 1.25 + step, [], 0)]


# In the formats of 8 bits, whose few rows are tried below, no row comes so near.
@pytest.mark.parametrize(
    "fmt", [fmt for fmt in FORMATS.values() if fmt.bits > 8], ids=lambda fmt: fmt.name
)
@every_row_function
@pytest.mark.parametrize("closeness_log2", [70, 130, 200])
@pytest.mark.parametrize("at", ["midpoint", "float"])
def test_a_midpoint_is_decided_however_near_it_is(
    name: str, fmt: Format, closeness_log2: int, at: str
) -> None:
    with mpmath.workprec(600):
        for low, high, fixed, output in targets(name, fmt):
            target = (mpmath.mpf(low) + high) / 2 if at == "midpoint" else mpmath.mpf(low)
            if name == "softmax":
                total = 1 / target - 1
            elif name == "log_softmax":
                total = mpmath.expm1(fixed[0] - target)
            else:
                total = mpmath.expm1(target)
            row = planted(total, fixed, fmt, closeness_log2)
            above = float(fmt.next_up(fmt.cast(np.array([row[-1]])))[0])
            # With a sum too small LSE is below the target, a share or its log above it.
            nearer_to_low = name == "logsumexp"
            for last, expected in (
                (row[-1], low if nearer_to_low else high),
                (above, high if nearer_to_low else low),
            ):
                if name == "log_softmax":
                    expected = low if expected == high else high
                expected = low if at == "float" else expected
                x = fmt.cast(np.array([0.0, *row[:-1], last]))
                got = np.atleast_1d(call(name, x))[output]
                assert float(got).hex() == float(expected).hex()


def test_planted_rows_are_as_near_as_they_claim() -> None:
    with mpmath.workprec(600):
        total = mpmath.expm1(1 + mpmath.mpf(2) ** -53)
        row = planted(total, [], BINARY64, 200)
        got = mpmath.log1p(mpmath.fsum(mpmath.exp(mpmath.mpf(x)) for x in row))
        assert -(mpmath.mpf(2) ** -199) < got - (1 + mpmath.mpf(2) ** -53) < 0


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([1.0, -36.04365338911715], 1.0),
        ([2.0**40, -1e300], 2.0**40),
        ([1 + 2.0**-52, -1e300], 1 + 2.0**-52),
        ([-1.0, -1e300], -1.0),
        ([5e-324, -1e300], 5e-324),
        ([BINARY64.largest, BINARY64.largest], BINARY64.largest),
        ([-BINARY64.largest, -BINARY64.largest], -BINARY64.largest),
    ],
)
def test_tails_that_no_number_shows_leave_the_peak(x: list[float], expected: float) -> None:
    assert correct.logsumexp(x) == expected


# Exhaustive, where there are few floats.


def midpoints(values: FloatArray, fmt: Format) -> tuple[list[float], list[float]]:
    """Return the midpoints around finite floats: exact in binary64."""
    wide = values.astype(np.float64)
    below = fmt.next_down(values).astype(np.float64)
    above = fmt.next_up(values).astype(np.float64)
    # Above 448 float8_e4m3fn would go on with 480.
    above[above == wide] = 480
    return ((wide + below) / 2).tolist(), ((wide + above) / 2).tolist()


@every_short_format
def test_softplus_of_every_float_is_the_nearest(fmt: Format) -> None:
    x = np.arange(2**fmt.bits, dtype=f"u{fmt.bits // 8}").view(fmt.dtype)
    got = correct.softplus(x)
    assert got.dtype == fmt.dtype
    wide = widened(x)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(wide))
    finite = np.isfinite(wide)
    assert not np.signbit(got[~np.isnan(wide)]).any()
    assert got[np.isposinf(wide)].tolist() == [math.inf] * fmt.has_infinity
    assert got[np.isneginf(wide)].tolist() == [0.0] * fmt.has_infinity
    flint.ctx.prec = 300
    given, answers = wide[finite].tolist(), got[finite]
    for entry, low, high in zip(given, *midpoints(answers, fmt), strict=True):
        exact = flint.arb(entry).exp().log1p()
        assert exact > low
        assert exact < high


@every_short_format
def test_logistic_of_every_float_is_the_nearest(fmt: Format) -> None:
    x = np.arange(2**fmt.bits, dtype=f"u{fmt.bits // 8}").view(fmt.dtype)
    got = correct.logistic(x)
    assert got.dtype == fmt.dtype
    wide = widened(x)
    np.testing.assert_array_equal(np.isnan(got), np.isnan(wide))
    assert not np.signbit(got[~np.isnan(wide)]).any()
    assert got[np.isposinf(wide)].tolist() == [1.0] * fmt.has_infinity
    assert got[np.isneginf(wide)].tolist() == [0.0] * fmt.has_infinity
    assert got[wide == 0].tolist() == [0.5, 0.5]
    pending = np.isfinite(wide) & (wide != 0)
    flint.ctx.prec = 300
    given, answers = wide[pending].tolist(), got[pending]
    for entry, low, high in zip(given, *midpoints(answers, fmt), strict=True):
        # Twice the value less 1 is tanh(x/2): beside ½ and beside 0 nothing is lost.
        exact = (flint.arb(entry) / 2).tanh() / 2
        exact = exact + 0.5 if entry > -1 else flint.arb(entry).exp() / (1 + flint.arb(entry).exp())
        assert exact > low
        assert exact < high or high >= 1


@every_short_format
def test_logaddexp_of_pairs_from_all_floats_is_the_nearest(fmt: Format) -> None:
    x = np.arange(2**fmt.bits, dtype=f"u{fmt.bits // 8}").view(fmt.dtype)
    x = x if fmt.bits == 8 else x[37::256]
    x = np.append(x[np.isfinite(x)], fmt.cast(np.array([0.0, -0.0, 1.0, -1.0])))
    a, b = (g.ravel() for g in np.meshgrid(x, x))
    got = correct.logaddexp(x[:, None], x[None, :]).ravel()
    flint.ctx.prec = 300
    given = zip(a.astype(np.float64).tolist(), b.astype(np.float64).tolist(), strict=True)
    for (first, second), low, high in zip(given, *midpoints(got, fmt), strict=True):
        top, other = flint.arb(max(first, second)), flint.arb(min(first, second))
        exact = top + (other - top).exp().log1p()
        assert exact > low
        assert exact < high


# Signs, special values, masks.


def test_a_result_that_underflows_keeps_its_sign() -> None:
    for dtype in (np.float16, BF16, np.float32, np.float64):
        x = np.array([0, -60000], dtype=dtype)
        assert math.copysign(1, float(correct.log_softmax(x)[0])) == -1
        assert math.copysign(1, float(correct.logsumexp(x))) == 1
        assert math.copysign(1, float(correct.softplus(x[1]))) == 1
        assert math.copysign(1, float(correct.logistic(x[1]))) == 1
        assert math.copysign(1, float(correct.softmax(x)[1])) == 1
        assert [float(v) for v in correct.softmax(x)] == [1.0, 0.0]


def test_an_exact_zero_is_positive() -> None:
    for row in ([2.5], [2.5, -math.inf], [math.inf, 1.0]):
        got = correct.log_softmax(np.array(row, dtype=np.float32))
        assert math.copysign(1, float(got[0])) == 1
    assert math.copysign(1, float(correct.logsumexp([-0.0]))) == 1


@every_row_function
@every_format
def test_masked_rows_are_those_of_the_slow_twin(name: str, fmt: Format) -> None:
    rows = np.random.default_rng(10).normal(0, 2, (40, 9))
    rows[:, 4:] = -math.inf
    rows[10:20, 4:] = -1e9
    rows[20:30, 1:] = -1e30
    rows[30:, 1:7] = -5e4
    x = fmt.cast(rows)
    same(call(name, x), slowly(name, Block((x,)), fmt))


@every_row_function
@every_format
def test_masked_rows_leave_nothing_to_the_slow_tiers(
    name: str, fmt: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lse_verify.oracle import rounding

    rows = np.random.default_rng(12).normal(0, 2, (300, 6))
    rows[:, 1:] = np.maximum(-1e9, -fmt.largest)
    rows[::2, 3:] = -math.inf if fmt.has_infinity else -fmt.largest
    monkeypatch.setattr(rounding, "_by_ladder", None)
    assert call(name, fmt.cast(rows)).dtype == fmt.dtype


SPECIAL: list[tuple[str, list[float], Any]] = [
    ("logsumexp", [], -math.inf),
    ("logsumexp", [-math.inf, -math.inf], -math.inf),
    ("logsumexp", [math.inf, -math.inf], math.inf),
    ("logsumexp", [math.nan, math.inf], math.nan),
    ("softmax", [], []),
    ("softmax", [math.inf, 0.0], [1.0, 0.0]),
    ("softmax", [math.inf, math.inf], [math.nan, math.nan]),
    ("softmax", [-math.inf, -math.inf], [math.nan, math.nan]),
    ("softmax", [math.nan, 0.0], [math.nan, math.nan]),
    ("softmax", [-math.inf, 3.0], [0.0, 1.0]),
    ("softmax", [1.0, 1.0, 1.0, 1.0], [0.25] * 4),
    ("log_softmax", [math.inf, 0.0], [0.0, -math.inf]),
    ("log_softmax", [math.inf, math.inf], [math.nan, math.nan]),
    ("log_softmax", [-math.inf, 3.0], [-math.inf, 0.0]),
]


@pytest.mark.parametrize(("name", "x", "expected"), SPECIAL)
@every_format
def test_special_values_are_the_limits(
    name: str, x: list[float], expected: Any, fmt: Format
) -> None:
    if not fmt.has_infinity and np.isinf(x).any():
        return
    got = call(name, fmt.cast(np.array(x, dtype=np.float64)))
    stored = fmt.cast(np.array(expected, dtype=np.float64))
    np.testing.assert_array_equal(got.astype(np.float64), stored.astype(np.float64))


def test_what_overflows_a_format_without_infinity_is_its_nan() -> None:
    x = np.array([448, -448], dtype=ml_dtypes.float8_e4m3fn)
    got = correct.log_softmax(x).astype(np.float64)
    np.testing.assert_array_equal(got, [0.0, math.nan])
    assert correct.logsumexp(np.full(2, 448, dtype=ml_dtypes.float8_e4m3fn)) == 448
    many = np.full(10**7, 448, dtype=ml_dtypes.float8_e4m3fn)
    assert np.isnan(correct.logsumexp(many))


@every_name
@pytest.mark.parametrize(
    ("dtype", "bits"), [(np.float16, 0x7C01), (BF16, 0x7F81), (np.float32, 0x7F800001)]
)
def test_a_signalling_nan_is_a_nan_and_raises_no_warning(name: str, dtype: Any, bits: int) -> None:
    word = np.dtype(f"u{np.dtype(dtype).itemsize}")
    x = np.array([bits, bits + 1], dtype=word).view(dtype)
    got = call(name, x, np.zeros(2)) if name == "logaddexp" else call(name, x)
    assert np.isnan(got).all()


def test_logaddexp_of_infinities_is_the_limit() -> None:
    values = np.array([math.inf, -math.inf, math.nan, 1.0])
    got = correct.logaddexp(values[:, None], values[None, :])
    inf, nan = math.inf, math.nan
    expected = [[inf, inf, nan, inf], [inf, -inf, nan, 1], [nan] * 4, [inf, 1, nan, got[3, 3]]]
    np.testing.assert_array_equal(got, expected)


# Arrays.


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1, -3, (0, 1), (2, 0), (-1, 1), (0, 1, 2), ()])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, BF16])
def test_axes_are_those_of_numpy(axis: Any, dtype: Any) -> None:
    x = np.random.default_rng(13).normal(0, 3, (2, 3, 4)).astype(dtype)
    shape = x.astype(np.float64).sum(axis=axis).shape
    kept = x.astype(np.float64).sum(axis=axis, keepdims=True)
    lse, wide = correct.logsumexp(x, axis=axis), correct.logsumexp(x, axis=axis, keepdims=True)
    assert (np.shape(lse), np.shape(wide)) == (shape, np.shape(kept))
    same(np.asarray(wide).reshape(shape), np.asarray(lse))
    expected = np.log(np.exp(x.astype(np.float64)).sum(axis=axis, keepdims=True))
    rtol = 0.01 if dtype is BF16 else 1e-5
    np.testing.assert_allclose(np.asarray(wide, dtype=np.float64), expected, rtol=rtol)
    logs, shares = correct.log_softmax(x, axis=axis), correct.softmax(x, axis=axis)
    assert logs.shape == shares.shape == x.shape
    assert logs.dtype == shares.dtype == lse.dtype == x.dtype
    np.testing.assert_allclose(
        logs.astype(np.float64), x.astype(np.float64) - expected, rtol=rtol, atol=rtol
    )
    np.testing.assert_allclose(
        shares.astype(np.float64), np.exp(x.astype(np.float64) - expected), rtol=rtol
    )


@every_row_function
@pytest.mark.parametrize("axis", [3, -4, (0, 3)])
def test_an_axis_that_is_not_there_raises_what_numpy_raises(name: str, axis: Any) -> None:
    with pytest.raises(np.exceptions.AxisError, match="out of bounds for array of dimension 3"):
        getattr(correct, name)(np.ones((2, 3, 4)), axis=axis)


@every_row_function
def test_an_axis_named_twice_or_no_integer_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="duplicate value in 'axis'"):
        getattr(correct, name)(np.ones((2, 3)), axis=(0, -2))
    with pytest.raises(TypeError):
        getattr(correct, name)(np.ones((2, 3)), axis=0.5)


VIEWS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "reversed": lambda x: x[::-1, ::-1],
    "strided": lambda x: x[::2, 1::3],
    "transposed": lambda x: x.T,
    "fortran": np.asfortranarray,
    "broadcast": lambda x: np.broadcast_to(x[:1], (5, x.shape[1])),
}


@every_row_function
@pytest.mark.parametrize("view", list(VIEWS))
@pytest.mark.parametrize("dtype", [np.float64, np.float32, BF16])
@pytest.mark.parametrize("axis", [0, -1])
def test_views_are_read_as_they_are_and_never_written(
    name: str, view: str, dtype: Any, axis: int
) -> None:
    x = np.random.default_rng(14).normal(0, 3, (6, 9)).astype(dtype)
    before = x.copy()
    x.flags.writeable = False
    seen = VIEWS[view](x)
    function = getattr(correct, name)
    same(function(seen, axis=axis), function(seen.copy(order="C"), axis=axis))
    same(x, before)


@pytest.mark.parametrize("dtype", [np.float16, BF16, np.float32, np.float64])
def test_numbers_come_back_as_scalars_of_their_dtype(dtype: Any) -> None:
    number = np.asarray(1.5, dtype=dtype)
    for got in (
        correct.logsumexp(number),
        correct.logsumexp(np.array([1.5, 0], dtype=dtype)),
        correct.logaddexp(number, number),
        correct.softplus(number),
        correct.logistic(number),
        correct.softmax(number),
        correct.log_softmax(number),
    ):
        assert not isinstance(got, np.ndarray)
        assert type(got) is np.dtype(dtype).type
    assert correct.logsumexp(number) == 1.5
    assert correct.softmax(number) == 1


def test_integers_and_bools_are_taken_as_float64() -> None:
    for given in ([0, 1, 2], np.arange(3, dtype=np.uint8), [False, True]):
        expected = correct.logsumexp(np.asarray(given, dtype=np.float64))
        got = correct.logsumexp(given)
        assert type(got) is np.float64
        assert got == expected
    assert type(correct.softplus(3)) is np.float64
    assert correct.logaddexp(np.array([1], dtype=np.int8), np.float16(1)).dtype == np.float64


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (np.float16, np.float32, np.float32),
        (np.float32, np.float64, np.float64),
        (np.float16, np.float16, np.float16),
        (BF16, BF16, BF16),
        (BF16, np.float32, np.float32),
        (BF16, np.float64, np.float64),
        (BF16, np.float16, np.float32),
        (np.float16, BF16, np.float32),
        (ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e4m3fn),
        (ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2, np.float16),
        (ml_dtypes.float8_e4m3fn, BF16, BF16),
        (ml_dtypes.float8_e5m2, np.float32, np.float32),
    ],
)
def test_of_two_dtypes_the_result_has_the_one_that_holds_both(
    first: Any, second: Any, expected: Any
) -> None:
    a, b = np.array([1.5, -2.0], dtype=first), np.array([[0.5], [3.0], [0.1]], dtype=second)
    got = correct.logaddexp(a, b)
    assert got.shape == (3, 2)
    assert got.dtype == expected
    same(got, correct.logaddexp(a.astype(expected), b.astype(expected)))
    # A number beside an array counts as much.
    assert correct.logaddexp(a, second(0.1)).dtype == expected


def test_shapes_that_cannot_be_broadcast_raise_what_numpy_raises() -> None:
    with pytest.raises(ValueError, match="broadcast"):
        correct.logaddexp(np.ones(2), np.ones(3))


@pytest.mark.parametrize("given", [[1j], ["a"], [None], np.longdouble(1), [2**70]])
@every_name
def test_other_dtypes_are_refused_in_one_line(name: str, given: Any) -> None:
    with pytest.raises(BadInput, match=r"is none of float8_e4m3fn, .*float64;") as raised:
        getattr(correct, name)(*([given, 1.0] if name == "logaddexp" else [given]))
    assert "\n" not in str(raised.value)
    if name == "logaddexp":
        with pytest.raises(BadInput):
            correct.logaddexp(np.array(["2020-01-01"], dtype="M8[D]"), 1.0)


def test_empty_arrays_have_the_shapes_of_numpy() -> None:
    x = np.zeros((2, 0, 3), dtype=np.float32)
    assert correct.logsumexp(x, axis=1).tolist() == [[-math.inf] * 3] * 2
    assert correct.logsumexp(x, axis=0).shape == (0, 3)
    assert correct.logsumexp(x) == -math.inf
    assert correct.softmax(x, axis=1).shape == correct.log_softmax(x).shape == (2, 0, 3)
    assert correct.softplus(x).shape == correct.logaddexp(x, 1.0).shape == (2, 0, 3)
    assert correct.softmax(x, axis=1).dtype == np.float32


@every_row_function
@every_format
def test_the_order_of_the_entries_and_the_other_rows_change_no_bit(name: str, fmt: Format) -> None:
    rng = np.random.default_rng(15)
    x = fmt.cast(rng.normal(0, 6, (300, 11)))
    whole = call(name, x)
    order = rng.permutation(11)
    moved = call(name, x[:, order])
    same(moved, whole[:, order] if name != "logsumexp" else whole)
    same(call(name, x[7:8]), whole[7:8])
    same(call(name, x[::-1]), whole[::-1])


def test_two_arguments_and_a_row_of_two_are_the_same() -> None:
    a, b = np.random.default_rng(16).normal(0, 5, (2, 500))
    same(correct.logaddexp(a, b), correct.logsumexp(np.stack([a, b], 1), axis=1))
    same(correct.logaddexp(a, b), correct.logaddexp(b, a))
    same(correct.logistic(a), correct.softmax(np.stack([a, np.zeros(500)], 1), axis=1)[:, 0])
    same(correct.softplus(a), correct.logaddexp(a, 0.0))
    same(
        correct.softplus(a.astype(np.float32)),
        correct.logaddexp(a.astype(np.float32), np.float32(0)),
    )
