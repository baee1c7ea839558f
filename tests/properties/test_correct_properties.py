"""What a correct rounding cannot fail to be: monotone, symmetric, within its bounds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lse_verify import correct, truth
from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.family.function import NoLimit
from lse_verify.family.lse_form import log_above
from lse_verify.formats import FORMATS, FloatArray, Format
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import rounding_decided

JUDGE = Ladder(first="mpmath")
OF_ROWS = ("logsumexp", "softmax", "log_softmax")
# The first examples compile, and the judge takes its time where thousands of bits are needed.
patient = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def bits(fmt: Format) -> st.SearchStrategy[int]:
    return st.integers(0, 2**fmt.bits - 1)


@st.composite
def arrays(draw: st.DrawFn, finite: bool = True) -> tuple[Format, FloatArray]:
    """Draw a row of any floats of a format, or of ordinary ones."""
    fmt = draw(st.sampled_from(list(FORMATS.values())))
    if draw(st.booleans()):
        patterns = draw(st.lists(bits(fmt), min_size=1, max_size=6))
        row = np.array(patterns, dtype=f"u{fmt.bits // 8}").view(fmt.dtype)
        with np.errstate(invalid="ignore"):
            special = ~np.isfinite(row)
        row[special & (finite | np.isnan(row.astype(np.float64)))] = 0
    else:
        row = fmt.cast(np.array(draw(st.lists(st.floats(-30, 30), min_size=1, max_size=6))))
    return fmt, row


def nearest(name: str, row: FloatArray, output: int, fmt: Format) -> float:
    point = (tuple(row.astype(np.float64).tolist()),)
    judged = JUDGE.confirm(FUNCTIONS[name], point, output, rounding_decided(fmt))
    if isinstance(judged, NoLimit):
        return float("nan")
    if isinstance(judged, float):
        return fmt.stored(judged)
    assert isinstance(judged, Enclosure)
    value = judged.rounded(fmt)
    assert value is not None
    return fmt.stored(value)


@pytest.mark.parametrize("name", OF_ROWS)
@patient
@given(drawn=arrays())
def test_a_result_is_what_the_judge_rounds_to(name: str, drawn: Any) -> None:
    fmt, row = drawn
    got = np.atleast_1d(getattr(correct, name)(row))
    for output in range(got.size):
        assert float(got[output]).hex() == nearest(name, row, output, fmt).hex()


@patient
@given(drawn=arrays(finite=False), seed=st.integers(0, 100))
def test_the_order_of_the_entries_changes_no_bit(drawn: Any, seed: int) -> None:
    _, row = drawn
    order = np.random.default_rng(seed).permutation(row.size)
    assert correct.logsumexp(row).tobytes() == correct.logsumexp(row[order]).tobytes()
    for function in (correct.softmax, correct.log_softmax):
        np.testing.assert_array_equal(
            function(row)[order].astype(np.float64), function(row[order]).astype(np.float64)
        )


@patient
@given(drawn=arrays())
def test_bounds_and_orders_hold(drawn: Any) -> None:
    fmt, row = drawn
    wide = row.astype(np.float64)
    lse = float(correct.logsumexp(row))
    assert wide.max() <= lse <= fmt.round(Fraction(wide.max()) + log_above(row.size), "up")
    shares, logs = (f(row).astype(np.float64) for f in (correct.softmax, correct.log_softmax))
    assert ((shares >= 0) & (shares <= 1)).all()
    # What overflows a format without infinity is NaN there, and −∞ here.
    logs = np.where(np.isnan(logs), -np.inf, logs)
    order = np.argsort(wide, kind="stable")
    assert (np.diff(shares[order]) >= 0).all()
    assert (logs <= 0).all()
    assert (logs[order][1:] >= logs[order][:-1]).all()


@patient
@given(drawn=arrays(), place=st.integers(0, 5))
def test_raising_an_entry_by_one_float_never_lowers_logsumexp(drawn: Any, place: int) -> None:
    fmt, row = drawn
    raised = row.copy()
    place %= row.size
    raised[place] = fmt.next_up(row[place : place + 1])[0]
    assert float(correct.logsumexp(raised)) >= float(correct.logsumexp(row))


@patient
@given(drawn=arrays(finite=False))
def test_every_result_lies_next_to_its_enclosure(drawn: Any) -> None:
    fmt, row = drawn
    for name in OF_ROWS:
        got = np.atleast_1d(getattr(correct, name)(row)).astype(np.float64)
        found = truth(name, row)
        for place in range(got.size):
            enclosure = found.at(place) if np.isfinite(found.hi.flat[place]) else None
            if enclosure is None:
                np.testing.assert_equal(got[place], fmt.stored(float(found.hi.flat[place])))
                continue
            low, high = fmt.round(enclosure.lo), fmt.round(enclosure.hi)
            if np.isnan(got[place]):
                # A NaN for what overflows, which is between −∞ and −∞ here.
                assert not fmt.has_infinity
                assert low == high == -np.inf
            else:
                assert low <= got[place] <= high
