"""E, L and L₁ of this machine: measured, known again, documented.

Expected values come from Arb at single floats, and from faults planted into one of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import flint
import numpy as np
import pytest

from lse_verify.audit import platform
from lse_verify.audit.elementary import DOCUMENTED_ULPS, elementary, recognised
from lse_verify.audit.platform import (
    NAMES,
    NO_LIMIT,
    Largest,
    Platform,
    digest,
    kept,
    largest_error,
    spread,
)
from lse_verify.enclosure import Enclosure
from lse_verify.formats import (
    BFLOAT16,
    BINARY16,
    BINARY32,
    BINARY64,
    FLOAT8_E4M3FN,
    FLOAT8_E5M2,
    FloatArray,
    Format,
)
from lse_verify.ulp import enclosed_error

Change = Callable[[str, float, float], None]


def _arb_error(name: str, fmt: Format, at: float, got: float) -> float:
    flint.ctx.prec = 300
    ball = getattr(flint.arb(at), name)()
    if not ball.is_finite() or ball.abs_lower() >= flint.arb(2) ** (fmt.emax + 1):
        return 0.0
    if ball.abs_upper() < flint.arb(2) ** -9999:
        return got / fmt.smallest_subnormal
    error = enclosed_error(got, Enclosure(_rational(ball.lower()), _rational(ball.upper())), fmt)
    assert isinstance(error, tuple)
    return float(error[1])


def _rational(end: flint.arb) -> Fraction:
    mantissa, exponent = end.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


@pytest.fixture
def spoil(monkeypatch: pytest.MonkeyPatch) -> Change:
    """Have a function give another answer at one input, and nowhere else."""

    def change(name: str, at: float, answer: float) -> None:
        true = platform.ufunc

        def found(asked: str) -> Callable[[FloatArray], FloatArray]:
            def call(x: FloatArray) -> FloatArray:
                right = true(asked)(x)
                hit = (x == at) & (asked == name) & (x.dtype.itemsize < 8)
                return np.where(hit, np.asarray(answer).astype(x.dtype), right)

            return call

        monkeypatch.setattr(platform, "ufunc", found)

    return change


@pytest.mark.parametrize("name", NAMES)
def test_all_of_bfloat16_agrees_with_arb(name: str) -> None:
    (whole,) = spread(name, BFLOAT16, 3000)
    inputs = BFLOAT16.from_ordinals(np.arange(whole.start, whole.stop, whole.step))
    answers = platform.ufunc(name)(inputs).astype(np.float64)
    errors = [
        _arb_error(name, BFLOAT16, float(at), float(got))
        for at, got in zip(inputs.astype(np.float64), answers, strict=True)
        if math.isfinite(got)
    ]
    found = largest_error(name, BFLOAT16, [whole]).ulps
    assert max(errors) <= found <= max(errors) + 2e-4
    assert found <= largest_error(name, BFLOAT16).ulps


@pytest.mark.parametrize("fmt", [FLOAT8_E4M3FN, FLOAT8_E5M2], ids=lambda f: f.name)
@pytest.mark.parametrize("name", NAMES)
def test_all_of_the_formats_of_8_bits_agrees_with_arb(name: str, fmt: Format) -> None:
    (whole,) = spread(name, fmt, 256)
    inputs = fmt.from_ordinals(np.array(whole))
    with np.errstate(all="ignore"):
        answers = getattr(np, name)(inputs).astype(np.float64)
    errors = [
        _arb_error(name, fmt, float(at), float(got))
        for at, got in zip(inputs.astype(np.float64), answers, strict=True)
        if math.isfinite(got)
    ]
    assert max(errors) <= largest_error(name, fmt).ulps <= max(errors) + 2e-4 <= 0.5002


@pytest.mark.parametrize("fmt", [BINARY16, BFLOAT16, BINARY32], ids=lambda f: f.name)
@pytest.mark.parametrize("at", [-0.5, 3.0, -10.0])
def test_one_wrong_answer_in_all_is_found_with_its_input(
    spoil: Change, fmt: Format, at: float
) -> None:
    right = fmt.cast(np.exp(np.array([at])))
    wrong = fmt.from_ordinals(fmt.ordinals(right) + 7)
    spoil("exp", at, float(wrong[0]))
    around = int(fmt.ordinals(np.array([at], dtype=fmt.dtype))[0])
    found = largest_error("exp", fmt, [range(around - 500, around + 500)])
    assert float.fromhex(found.at) == at
    assert 6 <= found.ulps <= 8


def test_a_nan_and_a_zero_that_is_not_one_leave_no_bound(spoil: Change) -> None:
    spoil("log", 2.0, math.nan)
    assert largest_error("log", BINARY16).ulps == NO_LIMIT
    spoil("exp", 0.0, 1.0009765625)
    assert largest_error("exp", BINARY16).ulps == NO_LIMIT
    spoil("log", 1.0, 1e-7)
    assert largest_error("log", BFLOAT16).ulps > 1


def test_what_overflows_is_left_out_and_the_largest_float_is_not(spoil: Change) -> None:
    assert largest_error("exp", BINARY16).ulps < 1
    # e^11.0859375 = 65,248: infinity there is the float 65,536, nine away.
    spoil("exp", 11.0859375, math.inf)
    assert 8 < largest_error("exp", BINARY16).ulps < 10


def test_the_committed_figures_are_those_of_their_inputs() -> None:
    assert kept()
    for found in kept():
        assert set(found.errors) == set(NAMES)
        if found.digest != digest():
            continue
        for name, largest in found.errors.items():
            at = float.fromhex(largest.at)
            got = float(platform.ufunc(name)(np.array([at], dtype=np.float32))[0])
            assert 0 <= largest.ulps - _arb_error(name, BINARY32, at, got) < 2e-4


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_of_binary32_shows_nothing_above_what_is_taken(name: str) -> None:
    sampled = largest_error(name, BINARY32, spread(name, BINARY32, 1 << 19)).ulps
    assert sampled <= getattr(elementary("binary32").errors, name) + 2e-4


def test_a_known_platform_is_known_by_its_bits_and_another_is_said_to_be_another() -> None:
    errors = {name: Largest(ulps, "0x1p+0") for name, ulps in zip(NAMES, (9, 8, 0.1), strict=True)}
    there = Platform(
        digest="there", numpy="2", loops="", features="", libc="", system="", errors=errors
    )
    same = recognised(BINARY32, "there", [there])
    assert (same.basis, same.errors.exp, same.errors.log1p) == ("exhaustive", 9, 0.1)
    other = recognised(BINARY32, "here", [there])
    assert (other.basis, other.errors.exp, other.errors.log) == ("elsewhere", 9, 8)
    assert other.errors.log1p > 0.4
    assert recognised(BINARY32, "here", []).basis == "elsewhere"


def test_the_narrow_formats_are_measured_here_and_binary64_is_documented() -> None:
    narrow = ("float8_e4m3fn", "float8_e5m2", "binary16", "bfloat16")
    assert [elementary(name).basis for name in narrow] == ["exhaustive"] * 4
    assert elementary("binary64").basis == "documented"


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_of_binary64_stays_within_what_is_documented(name: str) -> None:
    rng = np.random.default_rng(7)
    drawn = np.concatenate([rng.uniform(-745, 700, 500), rng.normal(size=500), [-745.0, -710.5]])
    inputs = drawn if name == "exp" else np.abs(np.concatenate([drawn, np.exp(drawn), 1 + drawn]))
    answers = platform.ufunc(name)(inputs)
    errors = [
        _arb_error(name, BINARY64, float(at), float(got))
        for at, got in zip(inputs, answers, strict=True)
    ]
    assert max(errors) <= DOCUMENTED_ULPS
