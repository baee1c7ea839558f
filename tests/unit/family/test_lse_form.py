"""Every affine image of LogSumExp is what its SymPy definition says, and `entries` its twin.

The form is evaluated with mpmath to 120 digits, the definition by SymPy's ``evalf``.
"""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.lse_form import LseForm, LseFunction, log_above
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.theory.definitions import definitions
from lse_verify.theory.vocabulary import n

LSE_FUNCTIONS = sorted(name for name, f in FUNCTIONS.items() if isinstance(f, LseFunction))

POINTS: dict[str, list[Point]] = {
    "logsumexp": [((0.1, -2.5, 3.75),), ((-7.0,),), ((1.0, 1.0),)],
    "logaddexp": [(0.1, -2.5), (3.0, 3.0)],
    "softplus": [(0.1,), (-30.5,), (12.0,)],
    "logsumexp0": [((0.1, -2.5, 3.75),), ((-7.0,),)],
    "smoothmax": [((0.1, -2.5, 3.75), 0.3), ((1.0, 2.0), 17.0)],
    "smoothmin": [((0.1, -2.5, 3.75), 0.3), ((1.0, 2.0), 17.0)],
    "binomial_cumulant": [(0.1, 7.0), (-3.0, 1000.0)],
    "multinomial_cumulant": [((0.1, -2.5), 7.0), ((5.0,), 3.0)],
}
CASES = [(name, point) for name in LSE_FUNCTIONS for point in POINTS[name]]


def form_of(name: str, point: Point) -> LseForm:
    function = FUNCTIONS[name]
    assert isinstance(function, LseFunction)
    return function.form(point)


def value_of_form(form: LseForm) -> str:
    with mpmath.workdps(120):
        multiplier = mpmath.mpf(form.multiplier.numerator) / form.multiplier.denominator
        scale = mpmath.mpf(form.scale.numerator) / form.scale.denominator
        total = mpmath.fsum(mpmath.exp(multiplier * mpmath.mpf(e)) for e in form.entries)
        return str(mpmath.nstr(scale * mpmath.log(total), 60))


def value_of_definition(name: str, point: Point) -> sp.Expr:
    definition = definitions()[name]
    expression = definition.expression
    values: dict[sp.Basic, sp.Rational] = {}
    for argument, entry in zip(definition.arguments, point, strict=True):
        if isinstance(entry, tuple):
            expression = expression.subs(n, len(entry)).doit()
            values |= {argument[at]: sp.Rational(Fraction(e)) for at, e in enumerate(entry, 1)}
        else:
            values[argument] = sp.Rational(Fraction(entry))
    return sp.N(expression.subs(values), 60)


@pytest.mark.parametrize(("name", "point"), CASES)
def test_the_form_equals_the_definition_to_fifty_digits(name: str, point: Point) -> None:
    expected = value_of_definition(name, point)
    found = sp.Float(value_of_form(form_of(name, point)), 60)
    assert abs(found - expected) <= abs(expected) * sp.Float("1e-50", 60)


def test_every_affine_image_has_points_here() -> None:
    assert sorted(POINTS) == LSE_FUNCTIONS


@pytest.mark.parametrize(("name", "point"), CASES)
def test_entries_of_a_block_are_the_entries_of_each_form(name: str, point: Point) -> None:
    function = FUNCTIONS[name]
    assert isinstance(function, LseFunction)
    block = Block(
        tuple(
            entry if kind == "parameter" else np.array([entry, entry])  # type: ignore[misc]
            for entry, kind in zip(point, function.arguments, strict=True)
        )
    )
    rows = function.entries(block)
    assert [tuple(row) for row in rows.tolist()] == [function.form(point).entries] * 2


@pytest.mark.parametrize("name", LSE_FUNCTIONS)
def test_entries_of_a_narrow_format_are_widened_exactly(name: str) -> None:
    function = FUNCTIONS[name]
    assert isinstance(function, LseFunction)
    tenth = np.float16(0.1)
    arguments: dict[str, NDArray[np.float16] | float] = {
        "row": np.array([[tenth, tenth]]),
        "value": np.array([tenth]),
        "parameter": 2.0,
    }
    rows = function.entries(Block(tuple(arguments[kind] for kind in function.arguments)))
    assert rows.dtype == np.float64
    assert set(rows.ravel().tolist()) <= {0.0, float(tenth)}


def test_the_peak_of_a_negative_multiplier_is_the_least_entry() -> None:
    assert form_of("smoothmin", ((3.0, -1.0, 2.0), 4.0)).peak_value == -1


def test_the_peak_of_a_cumulant_is_scaled_by_the_trials_exactly() -> None:
    # 3 · 0.1 in binary64 is not the exact product.
    assert form_of("binomial_cumulant", (0.1, 3.0)).peak_value == 3 * Fraction(0.1)


@pytest.mark.parametrize("count", [*range(2, 40), 100, 1000, 65536, 10**6])
def test_log_above_is_above_the_logarithm_by_next_to_nothing(count: int) -> None:
    # Arb, as log(count) = LSE of `count` zeros at 3000 bits.
    certain = ArbBalls().enclose(FUNCTIONS["logsumexp"], ((0.0,) * count,), 1, 3000)
    assert certain is not None
    above = log_above(count)
    # mpmath's own logarithm may end a fraction of its last bit too low, hence the margin.
    assert above - certain.hi > Fraction(1, 2**301)
    assert above - certain.lo < Fraction(1, 2**290)


def test_log_above_of_one_term_is_zero() -> None:
    assert log_above(1) == 0
