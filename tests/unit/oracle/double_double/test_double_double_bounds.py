"""The bounds hold, against Arb, in both variants."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lse_verify.errors import BadInput
from lse_verify.oracle.double_double import arrays
from lse_verify.oracle.double_double.against_arb import CHECKED, Checked, Worst
from lse_verify.oracle.double_double.points import Points
from lse_verify.oracle.double_double.sweep import main, sweep, table_row

BY_NAME = {checked.name: checked for checked in CHECKED}

checked_kernels = pytest.mark.parametrize("checked", CHECKED, ids=list(BY_NAME))


@checked_kernels
def test_a_million_points_are_inside_the_bound(checked: Checked) -> None:
    count = 1_000_000 - len(checked.directed())
    worst = sweep(checked, count=count, seed=11)
    assert worst.n_points == 1_000_000
    assert worst.n_outside == 0, worst.point
    assert worst.error <= checked.bound


@pytest.mark.usefixtures("variant")
@checked_kernels
def test_either_variant_is_inside_the_bound(checked: Checked) -> None:
    points = checked.draw(np.random.default_rng(12), 20_000)
    assert checked.worst(points).n_outside == 0
    directed = checked.directed()
    some = np.random.default_rng(13).choice(len(directed), 10_000, replace=False)
    part = Points(directed.hi[some], directed.lo[some], directed.exponent[some])
    assert checked.worst(part).n_outside == 0


@checked_kernels
def test_answers_are_normal(checked: Checked) -> None:
    got = checked.kernel(checked.draw(np.random.default_rng(14), 20_000))
    assert np.array_equal(got.hi + got.lo, got.hi)


@checked_kernels
def test_an_answer_does_not_depend_on_its_neighbours(checked: Checked) -> None:
    # Lengths that are no multiple of any vector's end in the loop for the rest.
    points = checked.draw(np.random.default_rng(15), 67)
    whole = checked.kernel(points)
    for length in (1, 2, 3, 5, 7, 11, 16, 31):
        part = Points(points.hi[-length:], points.lo[-length:], points.exponent[-length:])
        got = checked.kernel(part)
        assert np.array_equal(got.hi, whole.hi[-length:])
        assert np.array_equal(got.lo, whole.lo[-length:])
        assert np.array_equal(got.exponent, whole.exponent[-length:])


def test_a_wrong_answer_is_outside() -> None:
    checked = BY_NAME["exp"]

    def off(points: Points) -> Points:
        got = checked.kernel(points)
        return replace(got, lo=got.lo + 2.0**-100)

    points = checked.draw(np.random.default_rng(16), 100)
    worst = replace(checked, kernel=off).worst(points)
    assert worst.n_outside == 100


@pytest.mark.parametrize("nonsense", [np.nan, np.inf])
def test_an_answer_that_is_no_number_is_outside(nonsense: float) -> None:
    checked = BY_NAME["log"]
    points = checked.draw(np.random.default_rng(17), 10)

    def broken(points: Points) -> Points:
        got = checked.kernel(points)
        got.hi[3] = nonsense
        return got

    worst = replace(checked, kernel=broken).worst(points)
    assert worst.n_outside == 1
    assert not worst.error <= checked.bound
    assert worst.point == points.hex(3)


def test_zero_has_to_be_exact() -> None:
    one = np.array([1.0]), np.array([0.0]), np.array([0])
    for name in ("log", "log_double"):
        assert BY_NAME[name].worst(Points(*one)) == Worst(0.0, Points(*one).hex(0), 1, 0)
    zero = Points(np.array([0.0]), np.array([0.0]), np.array([0]))
    for name in ("expm1", "log1p", "log1p_double"):
        assert BY_NAME[name].worst(zero).error == 0.0


@pytest.mark.parametrize(
    ("hi", "lo", "truth"),
    [(0.0, 0.0, (1.0, 0.0, 0)), (2.0**-200, 0.0, (1.0, 2.0**-200, 0))],
)
def test_exp_around_zero(hi: float, lo: float, truth: tuple[float, float, int]) -> None:
    found = arrays.exp([hi], [lo])
    assert (found.hi[0], found.lo[0], found.exponent[0]) == truth


@pytest.mark.parametrize(
    "call",
    [
        lambda: arrays.exp([2.0**15 + 1], [0.0]),
        lambda: arrays.exp([np.nan], [0.0]),
        lambda: arrays.exp([1.0], [np.nan]),
        lambda: arrays.exp([1.0], [1.0]),
        lambda: arrays.exp([[1.0]], [[0.0]]),
        lambda: arrays.exp([1.0, 2.0], [0.0]),
        lambda: arrays.expm1([-np.inf], [0.0]),
        lambda: arrays.exp_double([-40000.0], [0.0]),
        lambda: arrays.log([0.0], [0.0]),
        lambda: arrays.log([-1.0], [0.0]),
        lambda: arrays.log([2.0**-1030], [0.0]),
        lambda: arrays.log1p([-1.0], [0.0], [0]),
        lambda: arrays.log1p([-0.75], [0.0], [1]),
        lambda: arrays.log1p([1.0], [0.0], [1001]),
        lambda: arrays.log1p([2.0**-201], [0.0], [0]),
        lambda: arrays.log1p([1.0, 1.0], [0.0, 0.0], [0]),
        lambda: arrays.exp_single([-40000.0]),
        lambda: arrays.exp_single([np.nan]),
        lambda: arrays.exp_single([[0.0]]),
        lambda: arrays.log_double([0.0]),
        lambda: arrays.log_double([-1.0]),
        lambda: arrays.log_double([2.0**-1023]),
        lambda: arrays.log_double([np.inf]),
        lambda: arrays.log1p_double([-0.5], [0]),
        lambda: arrays.log1p_double([np.nan], [0]),
        lambda: arrays.log1p_double([1.0], [1001]),
        lambda: arrays.log1p_double([2.0**199], [900]),
        lambda: arrays.log1p_double([2.0**-201], [0]),
        lambda: arrays.log1p_double([1.0, 1.0], [0]),
    ],
)
def test_what_a_kernel_does_not_take_is_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(BadInput):
        call()


def test_the_command_prints_a_line_a_kernel(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--count", "100", "--seed", "3", "--kernel", "log"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("| log | 2^-100 | 2^-10")
    assert table_row(BY_NAME["log"], Worst(0.0, "x", 1, 0)).startswith("| log | 2^-100 | 2^-inf")


def test_a_sweep_is_reproducible() -> None:
    checked = BY_NAME["log1p"]
    assert sweep(checked, 200, 5) == sweep(checked, 200, 5)
