"""The textbook algorithms: rounded in the format at every step, and right in exact arithmetic.

Sums and products are compared with a slow scalar reference that adds Fractions and rounds
with `Format.round`; whole algorithms with mpmath at 200 bits, or with values worked by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from lse_verify.family import FUNCTIONS
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
)
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.textbook import gradient, kin, softmax, sums
from lse_verify.implementations.textbook.library import LIBRARY

every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda f: f.name)
every_logsumexp = pytest.mark.parametrize(
    "logsumexp", [sums.naive, sums.shifted, sums.shifted_log1p, sums.streaming, sums.pairwise]
)
every_implementation = pytest.mark.parametrize(
    "implementation", LIBRARY.implementations, ids=lambda i: f"{i.name}-{i.function}"
)

Rows = Callable[[FloatArray], FloatArray]


def uniform(fmt: Format, shape: tuple[int, ...], low: float = -3, high: float = 3) -> FloatArray:
    return fmt.cast(np.random.default_rng(7).uniform(low, high, shape))


def rounded_sum(fmt: Format, terms: Sequence[float]) -> float:
    total = terms[0]
    for term in terms[1:]:
        total = fmt.round(Fraction(total) + Fraction(term))
    return total


def rounded_tree_sum(fmt: Format, terms: Sequence[float]) -> float:
    if len(terms) == 1:
        return terms[0]
    pairs = [rounded_sum(fmt, terms[i : i + 2]) for i in range(0, len(terms), 2)]
    return rounded_tree_sum(fmt, pairs)


def scalar(function: Rows, fmt: Format, value: float) -> float:
    """Apply an elementary function to one value of the format."""
    return float(function(fmt.cast(np.array([value])))[0])


def floats(row: FloatArray) -> list[float]:
    return [float(v) for v in row]


def exactly(name: str, point: list[list[float] | float]) -> list[float]:
    """Evaluate a function of the family as MATHEMATICS 1 writes it, at 200 bits."""
    with mpmath.workprec(200):
        return [float(v) for v in _mp_definition(name, *point)]


def _mp_definition(name: str, *arguments: list[float] | float) -> list[mpmath.mpf]:
    first, second = arguments[0], arguments[-1]
    x = [mpmath.mpf(v) for v in first] if isinstance(first, list) else [mpmath.mpf(first)]
    y = [mpmath.mpf(v) for v in second] if isinstance(second, list) else [mpmath.mpf(second)]

    def lse(row: list[mpmath.mpf]) -> mpmath.mpf:
        return mpmath.log(mpmath.fsum(mpmath.exp(v) for v in row))

    def kl() -> mpmath.mpf:
        p, q = ([mpmath.exp(v - lse([0, *row])) for v in [0, *row]] for row in (y, x))
        return mpmath.fsum(a * mpmath.log(a / b) for a, b in zip(p, q, strict=True))

    table: dict[str, Callable[[], list[mpmath.mpf]]] = {
        "logsumexp": lambda: [lse(x)],
        "weighted_logsumexp": lambda: [
            mpmath.log(mpmath.fsum(b * mpmath.exp(v) for v, b in zip(x, y, strict=True)))
        ],
        "logaddexp": lambda: [lse([x[0], y[0]])],
        "logaddexp2": lambda: [mpmath.log(mpmath.mpf(2) ** x[0] + mpmath.mpf(2) ** y[0], 2)],
        "smoothmax": lambda: [lse([y[0] * v for v in x]) / y[0]],
        "smoothmin": lambda: [-lse([-y[0] * v for v in x]) / y[0]],
        "softmax": lambda: [mpmath.exp(v) / mpmath.exp(lse(x)) for v in x],
        "log_softmax": lambda: [v - lse(x) for v in x],
        "log_softmax_gradient": lambda: [
            (1 if place == 0 else 0) - mpmath.exp(v - lse(x)) for place, v in enumerate(x)
        ],
        "logsumexp0": lambda: [lse([0, *x])],
        "softplus": lambda: [lse([0, *x])],
        "logistic": lambda: [1 / (1 + mpmath.exp(-x[0]))],
        "negentropy": lambda: [mpmath.fsum(v * mpmath.log(v) for v in x)],
        "bregman": lambda: [kl()],
        "binomial_cumulant": lambda: [y[0] * lse([0, *x])],
        "multinomial_cumulant": lambda: [y[0] * lse([0, *x])],
    }
    return table[name]()


@pytest.mark.parametrize("fmt", [FLOAT8_E4M3FN, FLOAT8_E5M2], ids=lambda f: f.name)
@pytest.mark.parametrize("operation", [np.add, np.subtract, np.multiply, np.divide])
def test_arithmetic_of_all_pairs_of_8_bits_is_rounded_correctly(
    operation: np.ufunc, fmt: Format
) -> None:
    every = np.arange(256, dtype=np.uint8).view(fmt.dtype)
    a, b = (g.ravel() for g in np.meshgrid(every, every))
    with np.errstate(all="ignore"):
        got = operation(a, b).astype(np.float64)
        # Of 4 bits the quotients in binary64 are rounded so finely that once more does no harm.
        expected = fmt.cast(operation(a.astype(np.float64), b.astype(np.float64)))
    np.testing.assert_array_equal(got, expected.astype(np.float64))


@every_format
def test_recursive_sum_rounds_each_partial_sum_to_the_format(fmt: Format) -> None:
    terms = uniform(fmt, (4, 300), 0, 2)
    assert floats(sums.recursive_sum(terms)) == [rounded_sum(fmt, floats(r)) for r in terms]


@every_format
def test_recursive_sum_does_not_depend_on_the_memory_order(fmt: Format) -> None:
    terms = uniform(fmt, (9, 200), 0, 2)
    by_columns = np.asfortranarray(terms)
    assert floats(sums.recursive_sum(by_columns)) == floats(sums.recursive_sum(terms))


@every_format
def test_pairwise_sum_rounds_each_node_of_the_tree_to_the_format(fmt: Format) -> None:
    terms = uniform(fmt, (4, 301), 0, 2)
    assert floats(sums.pairwise_sum(terms)) == [rounded_tree_sum(fmt, floats(r)) for r in terms]


@pytest.mark.parametrize(("fmt", "stuck"), [(BFLOAT16, 256), (BINARY16, 2048)])
def test_naive_sum_of_65536_ones_is_stuck_where_adding_one_is_half_an_ulp(
    fmt: Format, stuck: int
) -> None:
    # 2**p + 1 is the midpoint of two floats and rounds to even, 2**p.
    zeros = fmt.cast(np.zeros((1, 65536)))
    assert float(sums.naive(zeros)[0]) == scalar(np.log, fmt, stuck)


def test_pairwise_sum_of_65536_ones_overflows_binary16() -> None:
    assert float(sums.pairwise(np.zeros((1, 65536), dtype=np.float16))[0]) == math.inf


@every_format
def test_naive_logsumexp_rounds_every_operation(fmt: Format) -> None:
    x = uniform(fmt, (5, 40))
    want = [
        scalar(np.log, fmt, rounded_sum(fmt, [scalar(np.exp, fmt, v) for v in floats(row)]))
        for row in x
    ]
    assert floats(sums.naive(x)) == want


@every_format
def test_shifted_logsumexp_rounds_every_operation(fmt: Format) -> None:
    def reference(row: list[float]) -> float:
        peak = max(row)
        shifts = [fmt.round(Fraction(v) - Fraction(peak)) for v in row]
        total = rounded_sum(fmt, [scalar(np.exp, fmt, v) for v in shifts])
        return fmt.round(Fraction(peak) + Fraction(scalar(np.log, fmt, total)))

    x = uniform(fmt, (5, 40))
    assert floats(sums.shifted(x)) == [reference(floats(row)) for row in x]


@every_format
def test_shifted_log1p_leaves_the_first_maximum_out_of_the_sum(fmt: Format) -> None:
    def reference(row: list[float]) -> float:
        peak = max(row)
        rest = row[: row.index(peak)] + row[row.index(peak) + 1 :]
        shifts = [fmt.round(Fraction(v) - Fraction(peak)) for v in rest]
        total = rounded_sum(fmt, [scalar(np.exp, fmt, v) for v in shifts])
        return fmt.round(Fraction(peak) + Fraction(scalar(np.log1p, fmt, total)))

    x = np.concatenate([uniform(fmt, (5, 40)), fmt.cast(np.ones((1, 40)))])
    assert floats(sums.shifted_log1p(x)) == [reference(floats(row)) for row in x]


@every_format
@pytest.mark.parametrize("order", ["random", "ascending", "descending"])
def test_streaming_rescales_the_sum_at_each_new_maximum(fmt: Format, order: str) -> None:
    def reference(row: list[float]) -> float:
        peak, total = row[0], 1.0
        for value in row[1:]:
            higher = max(peak, value)
            factor = scalar(np.exp, fmt, fmt.round(Fraction(peak) - Fraction(higher)))
            term = scalar(np.exp, fmt, fmt.round(Fraction(value) - Fraction(higher)))
            product = fmt.round(Fraction(total) * Fraction(factor))
            peak, total = higher, fmt.round(Fraction(product) + Fraction(term))
        return fmt.round(Fraction(peak) + Fraction(scalar(np.log, fmt, total)))

    x = uniform(fmt, (5, 40))
    if order != "random":
        x = np.sort(x, axis=1)[:, :: 1 if order == "ascending" else -1]
    assert floats(sums.streaming(x)) == [reference(floats(row)) for row in x]


@every_format
def test_shifted_softmax_divides_by_the_rounded_sum(fmt: Format) -> None:
    def reference(row: list[float]) -> list[float]:
        shifts = [fmt.round(Fraction(v) - Fraction(max(row))) for v in row]
        weights = [scalar(np.exp, fmt, v) for v in shifts]
        total = Fraction(rounded_sum(fmt, weights))
        return [fmt.round(Fraction(w) / total) for w in weights]

    x = uniform(fmt, (5, 20))
    assert [floats(row) for row in softmax.shifted(x)] == [reference(floats(row)) for row in x]


@every_format
def test_the_subtracted_gradient_takes_the_rounded_share_from_one(fmt: Format) -> None:
    x = uniform(fmt, (5, 20))
    shares = [floats(row) for row in softmax.shifted(x)]
    want = [[fmt.round(1 - Fraction(row[0])), *(-share for share in row[1:])] for row in shares]
    assert [floats(row) for row in gradient.subtracted(x)] == want


@every_format
def test_the_summed_gradient_divides_the_rounded_sum_of_the_others(fmt: Format) -> None:
    def reference(row: list[float]) -> list[float]:
        shifts = [fmt.round(Fraction(v) - Fraction(max(row))) for v in row]
        weights = [scalar(np.exp, fmt, v) for v in shifts]
        total = Fraction(rounded_sum(fmt, weights))
        parts = [rounded_sum(fmt, weights[1:]), *(-weight for weight in weights[1:])]
        return [fmt.round(Fraction(part) / total) for part in parts]

    x = uniform(fmt, (5, 20))
    assert [floats(row) for row in gradient.summed(x)] == [reference(floats(row)) for row in x]


@every_format
def test_smoothmax_multiplies_and_divides_in_the_format(fmt: Format) -> None:
    x = uniform(fmt, (5, 20))
    products = [[fmt.round(Fraction(3) * Fraction(v)) for v in floats(row)] for row in x]
    totals = sums.shifted_log1p(fmt.cast(np.array(products)))
    want = [fmt.round(Fraction(total) / 3) for total in floats(totals)]
    assert floats(kin.smoothmax_shifted(x, 3.0)) == want


@every_logsumexp
@pytest.mark.parametrize("n_terms", [1, 2, 3, 17])
def test_every_logsumexp_is_near_the_exact_value_in_binary64(logsumexp: Rows, n_terms: int) -> None:
    x = uniform(BINARY64, (8, n_terms))
    want = [exactly("logsumexp", [floats(row)])[0] for row in x]
    np.testing.assert_allclose(logsumexp(x), want, rtol=0, atol=1e-14)


@every_implementation
def test_every_textbook_implementation_computes_its_function(
    implementation: Implementation,
) -> None:
    kinds = FUNCTIONS[implementation.function].arguments
    rng = np.random.default_rng(3)
    low = 0.05 if implementation.function in ("negentropy", "weighted_logsumexp") else -2.0
    arguments: list[FloatArray | float] = [
        1.75 if kind == "parameter" else rng.uniform(low, 1, (6, 4) if kind == "row" else (6,))
        for kind in kinds
    ]
    got = implementation.load()(*arguments).reshape(6, -1)
    for i in range(6):
        point = [a if isinstance(a, float) else a[i].tolist() for a in arguments]
        np.testing.assert_allclose(
            got[i], exactly(implementation.function, point), rtol=1e-13, atol=1e-14
        )


@every_implementation
@every_format
def test_every_textbook_result_has_the_format_and_shape(
    implementation: Implementation, fmt: Format
) -> None:
    function = FUNCTIONS[implementation.function]
    shapes = {"row": (3, 4), "value": (3,)}
    arguments = [
        2.0 if kind == "parameter" else uniform(fmt, shapes[kind], 0.1, 1)
        for kind in function.arguments
    ]
    got = implementation.load()(*arguments)
    assert (got.dtype, got.shape) == (fmt.dtype, (3, 4) if function.returns_row else (3,))


@every_implementation
@every_format
def test_no_textbook_implementation_warns_about_special_values(
    implementation: Implementation, fmt: Format
) -> None:
    entries = np.array([math.nan, math.inf, -math.inf, fmt.largest, -fmt.largest, 0.0])
    first, second = (g.ravel() for g in np.meshgrid(entries, entries))
    rows = fmt.cast(np.stack([first, second], axis=1))
    given = {"row": rows, "value": rows[:, 0], "parameter": 1e6}
    # Warnings are errors here, so that returning is the assertion.
    implementation.load()(*(given[k] for k in FUNCTIONS[implementation.function].arguments))


def test_textbook_has_a_row_for_every_function_of_the_family() -> None:
    assert {i.function for i in LIBRARY.implementations} == set(FUNCTIONS)


def test_the_analysed_algorithms_are_the_six_of_blanchard_higham_higham() -> None:
    assert {i.algorithm for i in LIBRARY.implementations} - {None} == {
        "logsumexp.naive",
        "logsumexp.shifted",
        "softmax.naive",
        "softmax.shifted",
        "softmax.division_free_naive",
        "softmax.division_free_shifted",
    }


def test_the_analysed_shifted_logsumexp_is_the_one_with_log1p() -> None:
    named = {i.algorithm: i.name for i in LIBRARY.implementations}
    assert named["logsumexp.shifted"] == "textbook.shifted_log1p"


def test_naive_logsumexp_underflows_where_the_shifted_one_does_not() -> None:
    x = np.array([[-2000.0, -2000.0]])
    assert sums.naive(x)[0] == -math.inf
    assert sums.shifted(x)[0] == -2000 + math.log(2)


def test_only_log1p_keeps_a_tail_below_the_unit_roundoff() -> None:
    x = np.array([[0.0, -40.0]])
    # scipy issue 18295: log(1 + exp(-40)) is 4.248354255291589e-18.
    assert (sums.shifted(x)[0], sums.shifted_log1p(x)[0]) == (0.0, 4.248354255291589e-18)


def test_only_the_summed_gradient_keeps_what_the_first_share_lacks() -> None:
    x = np.array([[37.42994775023705, 0.0], [0.0, 37.42994775023705]])
    assert gradient.subtracted(x).tolist() == [[0, -5.551115123125776e-17], [1, -1]]
    assert gradient.summed(x).tolist() == [[5.551115123125776e-17, -5.551115123125776e-17], [1, -1]]


def test_the_gradient_of_one_term_is_zero() -> None:
    x = np.array([[3.0]])
    assert gradient.subtracted(x).tolist() == gradient.summed(x).tolist() == [[0.0]]


def test_naive_logistic_is_zero_where_the_shifted_one_keeps_its_digits() -> None:
    x = np.array([-740.0, 740.0, -math.inf, math.inf])
    assert floats(kin.logistic_naive(x)) == [0.0, 1.0, 0.0, 1.0]
    assert floats(kin.logistic_shifted(x)) == [math.exp(-740), 1.0, 0.0, 1.0]


def test_negentropy_takes_zero_times_log_zero_for_zero() -> None:
    p = np.array([[0.0, 1.0], [0.0, 0.5]], dtype=np.float32)
    assert floats(kin.negentropy_naive(p)) == [0.0, BINARY32.round(Fraction(-math.log(2) / 2))]


def test_the_divergence_of_a_row_from_itself_is_zero() -> None:
    x = uniform(BINARY64, (5, 3))
    assert floats(kin.bregman_shifted(x, x)) == [0.0] * 5


def test_sums_are_no_views_of_which_numpy_computes_other_bits_by_what_is_beside_them() -> None:
    assert sums.recursive_sum(np.ones((1, 3))).strides == (8,)
