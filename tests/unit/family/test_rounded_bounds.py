"""`rounded_bounds` against `bounds` and `Format.round`, bit for bit, row by row."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.enclosure import Floats
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.family.directed import rounded_down, rounded_up
from lse_verify.family.function import Function
from lse_verify.family.lse_form import log_above
from lse_verify.formats import BINARY64, FORMATS, FloatArray, Format, Rounding
from lse_verify.inputs.regimes import REGIMES

ALL = sorted(FUNCTIONS)
LARGEST = BINARY64.largest
EXTREMES = (0.0, -0.0, 5e-324, -5e-324, 2.0**-1022, 1.0, -1.0, 1e300, -1e300, LARGEST, -LARGEST)


def expected(bound: Fraction | None, fmt: Format, mode: Rounding) -> float:
    if bound is None:
        return np.inf if mode == "up" else -np.inf
    return fmt.round(bound, mode)


def same(found: Floats, wanted: list[float]) -> bool:
    """Compare with the signs of zeros."""
    return [value.hex() for value in found.tolist()] == [value.hex() for value in wanted]


def agrees(function: Function, block: Block, fmt: Format) -> bool:
    per_row = block.n_terms if function.returns_row else 1
    places = range(1, per_row + 1)
    bounds = [function.bounds(point, k) for point in block.points() for k in places]
    found = function.rounded_bounds(block, fmt)
    lower, upper = found.of_outputs(per_row)
    excusable = (found.lower_excusable, found.upper_excusable)
    return (
        same(lower, [expected(b.lower, fmt, "down") for b in bounds])
        and same(upper, [expected(b.upper, fmt, "up") for b in bounds])
        and all((b.lower_excusable, b.upper_excusable) == excusable for b in bounds)
    )


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("name", ALL)
def test_they_are_the_bounds_rounded_on_all_regimes(name: str, fmt: Format) -> None:
    for regime in REGIMES.values():
        if name in regime.functions and regime.name != "special":
            for block in regime.draw(name, fmt, seed=6, samples=30).blocks:
                assert agrees(FUNCTIONS[name], block, fmt), regime.name


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("name", ALL)
def test_they_are_the_bounds_rounded_at_the_extremes(name: str, fmt: Format) -> None:
    kinds = FUNCTIONS[name].arguments
    values = sorted({float(v) for v in fmt.cast(np.array(EXTREMES)) if np.isfinite(v)})
    for n_terms, parameter in itertools.product((1, 2), (1.0, 3.0, 0.1, 5e-324, 1e300)):
        rows = np.array(list(itertools.product((*values, -0.0), repeat=n_terms)))
        given: dict[str, FloatArray | float]
        given = {"row": rows, "value": rows[:, 0], "parameter": parameter}
        assert agrees(FUNCTIONS[name], Block(tuple(given[kind] for kind in kinds)), fmt)


@pytest.mark.parametrize(
    "row",
    [
        (0.5, 0.25, 0.25),
        (0.5, 0.5 - 2.0**-54, 2.0**-54),
        (0.5, 0.5 - 2.0**-54, 2.0**-55),
        (1.0, 5e-324),
        (1.0, 0.0),
        (1e300, -1e300, 1.0),
        (1e308, 1e308, -1e308, -1e308, 1.0),
        (0.1,) * 10,
    ],
)
def test_a_row_is_on_the_simplex_only_if_it_sums_to_exactly_one(row: tuple[float, ...]) -> None:
    found = FUNCTIONS["negentropy"].rounded_bounds(Block((np.array([row]),)), BINARY64)
    assert np.isfinite(found.lower[0]) == (sum(map(Fraction, row)) == 1)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("factor", [Fraction(1), Fraction(7), Fraction(1, 3), Fraction(1, 10**400)])
def test_any_affine_image_is_rounded_as_a_fraction_is(fmt: Format, factor: Fraction) -> None:
    draw = np.random.default_rng(0)
    sizes = np.ldexp(draw.standard_normal(200), draw.integers(-1100, 1000, 200))
    floats = np.concatenate([sizes, draw.standard_normal(200), [0.0, -0.0, LARGEST, -LARGEST]])
    constants = (log_above(2), 7 * log_above(10), Fraction(0), Fraction(1), Fraction(3, 2**1074))
    for constant in (*constants, Fraction(10) ** 400, Fraction(1, 10**400)):
        exact = [factor * Fraction(value) + constant for value in floats.tolist()]
        up = rounded_up(factor, floats, constant, fmt)
        down = rounded_down(factor, floats, constant, fmt)
        assert same(up, [fmt.round(value, "up") for value in exact])
        assert same(down, [fmt.round(value, "down") for value in exact])


def test_what_lies_just_beside_a_float_is_rounded_to_the_right_side() -> None:
    tiny = Fraction(1, 2**200)
    ones = np.ones(3)
    assert (rounded_up(Fraction(1), ones, tiny, BINARY64) == np.nextafter(1.0, 2.0)).all()
    assert (rounded_down(Fraction(1), ones, tiny, BINARY64) == 1.0).all()
    assert (rounded_up(Fraction(1), ones, -tiny, BINARY64) == 1.0).all()
    assert (rounded_down(Fraction(1), ones, -tiny, BINARY64) == np.nextafter(1.0, 0.0)).all()
