"""Each property on a tiny implementation that breaks it, and on one that keeps it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from lse_verify.audit.answer import Asker
from lse_verify.audit.finding import Tally
from lse_verify.audit.properties import properties
from lse_verify.audit.site import Site, floats_apart
from lse_verify.formats import BINARY64

Array = NDArray[Any]
MakeSite = Callable[..., Site]

LARGEST = math.ldexp(2 - 2**-52, 1023)
ROWS = [[1.0, 2.0, 4.0], [0.5, 0.5, -3.0], [8.0, 7.0, 6.0], [0.25, 2.0, 2.0]]


def _largest(x: Array) -> Array:
    """Keep every property of logsumexp, though it is none."""
    return np.asarray(x.max(axis=1))


def _shares(x: Array) -> Array:
    """Keep every property of softmax, though it is none: 1 at the largest entries."""
    return np.asarray(x == x.max(axis=1, keepdims=True)).astype(x.dtype)


def _checked(site: Site, call: Callable[..., Array]) -> dict[str, Tally]:
    asker = Asker(call, site.function, site.fmt)
    return properties(site, asker, asker.ask(site.block), np.random.default_rng(0))


def _broken(site: Site, call: Callable[..., Array]) -> set[str]:
    return {name for name, tally in _checked(site, call).items() if tally.count}


def test_what_keeps_every_property_is_found_to_break_none(site: MakeSite) -> None:
    assert _broken(site("logsumexp", ROWS), _largest) == set()
    assert _broken(site("softmax", ROWS), _shares) == set()


def test_each_function_has_the_properties_of_the_specification(site: MakeSite) -> None:
    always = {"same alone and in a batch", "same in other layouts", "same when permuted"}
    of_sum = set(_checked(site("logsumexp", ROWS), _largest))
    of_shares = set(_checked(site("softmax", ROWS), _shares))
    assert of_sum == always | {"exact shift", "monotone"}
    assert of_shares == always | {"exact shift", "order kept"}


@pytest.mark.parametrize("last", range(1, 17))
def test_an_answer_that_differs_at_one_of_the_last_16_places_is_found(
    site: MakeSite, last: int
) -> None:
    def tail(x: Array) -> Array:
        y = _largest(x)
        if len(x) > 100:
            y[-last] = np.nextafter(y[-last], np.inf)
        return y

    broken = _checked(site("logsumexp", ROWS), tail)["same alone and in a batch"]
    assert broken.count == 3
    assert broken.witness is not None
    assert broken.witness.size == 1


def test_an_answer_that_depends_on_strides_is_found(site: MakeSite) -> None:
    def strided(x: Array) -> Array:
        flat = np.lib.stride_tricks.as_strided(x, x.shape, (x.shape[1] * 8, 8))
        return _largest(x if x.flags.c_contiguous or not x.flags.writeable else abs(flat))

    broken = _checked(site("logsumexp", [[-1.0, 5.0]] * 4), strided)["same in other layouts"]
    assert broken.count == 4
    assert broken.witness is not None
    assert broken.witness.note.startswith("every other place, backwards: ")


def test_refusing_what_cannot_be_written_to_is_found_and_said(site: MakeSite) -> None:
    def writes(x: Array) -> Array:
        x.setflags(write=True)
        x.sort(axis=1)
        raise ValueError("needs {} braces")

    def refuses(x: Array) -> Array:
        return _largest(x) if x.flags.writeable else writes(x)

    broken = _checked(site("logsumexp", ROWS), refuses)["same in other layouts"]
    assert broken.count == 4
    assert broken.witness is not None
    assert broken.witness.note.startswith("column by column, read-only: ValueError")


def test_an_answer_that_is_not_its_twin_s_is_found(site: MakeSite) -> None:
    here = site("logsumexp", ROWS)
    asker = Asker(_largest, here.function, here.fmt)
    other = Asker(lambda x: np.nextafter(_largest(x), [9, 0, 9, 9]), here.function, here.fmt)
    got = asker.ask(here.block)
    found = properties(here, asker, got, np.random.default_rng(0), other)["same as its twin"]
    assert (found.tested, found.count) == (4, 4)
    same = properties(here, asker, got, np.random.default_rng(0), asker)["same as its twin"]
    assert (same.tested, same.count) == (4, 0)


def test_an_answer_that_depends_on_the_place_in_the_batch_is_found(site: MakeSite) -> None:
    def places(x: Array) -> Array:
        return np.asarray(_largest(x) + np.arange(len(x), dtype=x.dtype))

    assert "same alone and in a batch" in _broken(site("logsumexp", ROWS), places)


def test_an_answer_that_differs_for_a_row_alone_is_found(site: MakeSite) -> None:
    def alone(x: Array) -> Array:
        return np.asarray(_largest(x) + (len(x) == 1))

    made = site("logsumexp", ROWS)
    assert _broken(made, alone) == {"same alone and in a batch"}
    found = _checked(made, alone)["same alone and in a batch"]
    assert (found.tested, found.count) == (4, 3)


def test_an_answer_that_changes_from_call_to_call_is_found(site: MakeSite) -> None:
    calls = itertools.count()

    def drifts(x: Array) -> Array:
        return _largest(x) + next(calls)

    assert "same alone and in a batch" in _broken(site("logsumexp", ROWS), drifts)


def test_an_answer_that_depends_on_the_order_of_the_terms_is_found(site: MakeSite) -> None:
    def first(x: Array) -> Array:
        return np.asarray(x[:, 0])

    found = _checked(site("logsumexp", ROWS), first)["same when permuted"]
    assert (found.tested, found.count) == (4, 4)


def test_a_logaddexp_that_is_not_symmetric_is_found(site: MakeSite) -> None:
    def left(a: Array, b: Array) -> Array:
        return a

    made = site("logaddexp", [1.0, 2.0], [2.0, 2.0])
    assert _checked(made, left)["same when permuted"].count == 1
    assert _broken(made, np.maximum) == set()


def test_a_result_that_does_not_move_with_an_exact_shift_is_found(site: MakeSite) -> None:
    def still(x: Array) -> Array:
        return np.asarray(x.max(axis=1) - x.min(axis=1))

    assert "exact shift" in _broken(site("logsumexp", ROWS), still)


def test_shares_that_move_with_an_exact_shift_are_found(site: MakeSite) -> None:
    assert "exact shift" in _broken(site("softmax", ROWS), lambda x: x)


def test_a_shift_that_is_not_exact_is_not_tested(site: MakeSite) -> None:
    # Neither 1e16 nor 1e-30 can be moved by ±1, ±0.5, 4, 16 or 64 without a rounding.
    assert "exact shift" not in _checked(site("logsumexp", [[1e16 + 2, 1e-30]]), _largest)


def test_a_result_that_drops_when_an_input_rises_is_found_with_its_size(site: MakeSite) -> None:
    def falls(x: Array) -> Array:
        return -_largest(x)

    found = _checked(site("logsumexp", [[1.0], [2.0]]), falls)["monotone"]
    assert (found.tested, found.count) == (2, 2)
    assert found.witness is not None
    # -1 falls to the next float below it, of spacing 2**-52: one float.
    assert found.witness.size == 1
    assert found.witness.note.endswith("1 floats lower")


@pytest.mark.parametrize("function", ["softmax", "log_softmax"])
def test_outputs_in_another_order_than_the_inputs_are_found(site: MakeSite, function: str) -> None:
    assert "order kept" in _broken(site(function, ROWS), lambda x: -x)


def test_equal_inputs_with_unequal_outputs_are_found(site: MakeSite) -> None:
    def places(x: Array) -> Array:
        return np.broadcast_to(np.arange(x.shape[1], dtype=x.dtype), x.shape).copy()

    found = _checked(site("softmax", [[3.0, 3.0]]), places)["order kept"]
    assert found.count == 1


def test_floats_apart_are_counted_one_by_one_though_64_bits_are_nearly_full() -> None:
    def apart(first: float, second: float) -> float:
        return float(floats_apart(BINARY64, np.array([first]), np.array([second]))[0])

    assert apart(-1.0, math.nextafter(-1.0, -2)) == 1
    assert apart(1e300, math.nextafter(math.nextafter(1e300, 0), 0)) == 2
    assert apart(-5e-324, 5e-324) == 2
    assert apart(0.0, -0.0) == 0
    # Twice the ordinal of the largest float, 2047·2**52 − 1: more than 63 bits.
    assert apart(-LARGEST, LARGEST) == 2.0 * (2047 * 2**52 - 1)


def test_nan_in_one_of_two_answers_differs_and_ranks_as_a_finite_size(site: MakeSite) -> None:
    def nan_alone(x: Array) -> Array:
        return _largest(x) * (np.nan if len(x) == 1 else 1.0)

    found = _checked(site("logsumexp", ROWS), nan_alone)["same alone and in a batch"]
    assert found.count == 3
    assert found.witness is not None
    assert np.isfinite(found.witness.size)
