"""How much is timed at once: found with a clock that is made up."""

from __future__ import annotations

import gc
from itertools import count

import pytest

from lse_verify.bench.measurements import Portion
from lse_verify.bench.timing import FEW_ROWS, calibrated, lasted


class Meter:
    """Takes so long a row, and keeps what it was asked."""

    def __init__(self, row_s: float) -> None:
        self.row_s, self.asked = row_s, list[Portion]()

    def __call__(self, portion: Portion) -> float:
        self.asked.append(portion)
        return self.row_s * portion.rows * portion.calls


@pytest.mark.parametrize("row_s", [1e-9, 3e-7, 2e-5, 1e-3, 0.7])
@pytest.mark.parametrize("loops", [True, False])
@pytest.mark.parametrize("rows", [1, 2, 1000])
def test_a_portion_lasts_long_enough_and_not_much_longer(
    row_s: float, loops: bool, rows: int
) -> None:
    meter = Meter(row_s)
    portion, took = calibrated(meter, rows, loops, 0.08)
    assert took == meter(portion) >= 0.08
    smallest = min(FEW_ROWS, rows) if loops else rows
    # At most a tenfold step, unless the least there is takes longer.
    assert took <= max(1.0, 2 * row_s * smallest)
    assert len(meter.asked) < 14


def test_all_rows_are_answered_by_who_answers_them_in_one_call() -> None:
    portions = Meter(1e-6)
    assert calibrated(portions, 1000, False, 0.08)[0].rows == 1000
    assert {portion.rows for portion in portions.asked} == {1000}


def test_a_loop_takes_fewer_rows_and_no_second_call_before_it_has_all() -> None:
    portion, _ = calibrated(Meter(1e-3), 1000, True, 0.08)
    assert portion.calls == 1
    assert 80 <= portion.rows < 200
    assert calibrated(Meter(1e-3), 10, True, 0.08)[0].rows == 10


def test_the_slowest_is_asked_once_for_a_few_rows() -> None:
    meter = Meter(9.0)
    assert calibrated(meter, 5, True, 0.08) == (Portion(FEW_ROWS, 1), 9.0 * FEW_ROWS)
    assert len(meter.asked) == 1


def test_a_clock_that_stands_still_does_not_end_the_search() -> None:
    readings = iter([0.0, 0.0, -1.0, 0.5])
    portion, took = calibrated(lambda portion: next(readings), 2, False, 0.08)
    assert (portion, took) == (Portion(2, 1000), 0.5)


class Counting:
    """A call that counts, and looks whether garbage is collected."""

    def __init__(self) -> None:
        self.calls, self.collecting = 0, False

    def __call__(self) -> None:
        self.calls += 1
        self.collecting |= gc.isenabled()


def test_calls_are_timed_together_and_no_garbage_is_collected_meanwhile() -> None:
    work, ticks = Counting(), count()
    assert lasted(work, 5, lambda: float(next(ticks))) == 1.0
    assert (work.calls, work.collecting) == (5, False)
    assert gc.isenabled()


def test_garbage_is_collected_again_after_an_error() -> None:
    def fails() -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # it has no words
        lasted(fails, 1, lambda: 0.0)
    assert gc.isenabled()
