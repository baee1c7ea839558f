"""The public `truth`: shapes, formats, special values, and a radius that is certain.

Arb at 512 bits tells what is true, through another path than the rows take.
"""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from lse_verify import truth
from lse_verify.enclosure import Enclosure, EnclosureArray
from lse_verify.errors import BadInput, UnknownName
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.function import NoLimit, Pending
from lse_verify.formats import BINARY64, FORMATS, Format, power_of_two
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle import enclosing
from lse_verify.oracle.arb_balls import balls, enclosure_of
from lse_verify.oracle.double_double.rows import enclose
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2, PRECISIONS
from lse_verify.oracle.tiers import WANTED_RADIUS

MORE_THAN_NEGLIGIBLE = 4 * power_of_two(NEGLIGIBLE_LOG2)
every_function = pytest.mark.parametrize("name", list(FUNCTIONS))
every_format = pytest.mark.parametrize("fmt", list(FORMATS.values()), ids=lambda fmt: fmt.name)


def check(name: str, point: Point, found: EnclosureArray, start: int = 0) -> None:
    """Hold the outputs of one input against what is settled, or Arb."""
    case = FUNCTIONS[name].settle(point)
    pending = [outcome for outcome in case.outcomes if isinstance(outcome, Pending)]
    points = {case.at(outcome) for outcome in pending}
    theirs = {there: balls(FUNCTIONS[name], there, 512) for there in points}
    for place, outcome in enumerate(case.outcomes, start):
        hi, _, radius, exponent = (column.flat[place] for column in found.columns())
        if isinstance(outcome, Pending):
            ours, ball = found.at(place), enclosure_of(theirs[case.at(outcome)][outcome.k - 1])
            assert ours is not None
            assert ball is not None
            assert ours.intersect(ball) is not None
            if exponent > NEGLIGIBLE_LOG2:
                assert 0.5 <= abs(hi) < 1
                assert radius <= WANTED_RADIUS
            elif hi == 0:
                # What is that small Arb's enclosure rounds outward, twice.
                is_negligible = max(-ball.lo, ball.hi) <= MORE_THAN_NEGLIGIBLE
                assert is_negligible
        elif isinstance(outcome, Enclosure):
            ours = found.at(place)
            assert ours is not None
            assert ours.lo <= outcome.lo <= ours.hi
            assert radius <= WANTED_RADIUS
        elif isinstance(outcome, NoLimit):
            assert math.isnan(hi)
            assert radius == math.inf
        else:
            np.testing.assert_equal(float(hi), outcome)
            assert radius == 0


def whole(name: str, block: Block) -> EnclosureArray:
    return truth(name, *block.arguments)


@every_function
@pytest.mark.parametrize("regime", [r for r in REGIMES if r != "many"])
def test_the_truth_is_within_the_radius_in_every_regime(name: str, regime: str) -> None:
    if name not in REGIMES[regime].functions:
        return
    fmt = list(FORMATS)[(len(name) * 3 + len(regime)) % len(FORMATS)]
    for block in REGIMES[regime].draw(name, FORMATS[fmt], 6, 8).blocks:
        some = block if regime == "special" else block.between(0, 5)
        found = whole(name, some)
        per_row = some.n_terms if FUNCTIONS[name].returns_row else 1
        step = 1 + some.n_rows // 40
        for row in range(0, some.n_rows, step):
            check(name, some.point(row), found, row * per_row)


FAR: list[tuple[str, Point]] = [
    ("logsumexp", ((2.0**40, -1e300),)),
    ("logsumexp", ((0.0, -1e300),)),
    ("logsumexp", ((1.0, 1.0, -1e300),)),
    ("logsumexp", ((1.7e308, -1.7e308),)),
    ("logsumexp", ((5e-324, 5e-324),)),
    ("logsumexp", ((-0.1, -2.3521684610440907),)),
    ("logaddexp", (0.0, -1e300)),
    ("softplus", (-1e300,)),
    ("softplus", (1e300,)),
    ("logistic", (-1e300,)),
    ("logistic", (1e300,)),
    ("logistic", (-20000.0,)),
    ("logistic", (5e-324,)),
    ("logistic", (-1e-280,)),
    ("softmax", ((0.0, -1e300, -20000.0),)),
    ("softmax", ((0.0, 0.0, -1e300),)),
    ("softmax", ((0.0, 5e-324),)),
    ("log_softmax", ((0.0, -1e300, -(2.0**30)),)),
    ("log_softmax", ((1e300, -1.7e308),)),
    ("log_softmax_gradient", ((0.0, -1e300, -20000.0),)),
    ("log_softmax_gradient", ((-1e300, 0.0, -20000.0),)),
    ("log_softmax_gradient", ((0.0, 0.0, -1e300),)),
    ("log_softmax_gradient", ((0.0, 5e-324),)),
    ("log_softmax_gradient", ((-math.inf, 3.0, 1.0, -1e300),)),
    ("smoothmax", ((1.0, -1e300), 5e-324)),
    ("smoothmin", ((1.0, 1e300), 1e300)),
    ("smoothmax", ((5e-324, -5e-324), 5e-324)),
    ("negentropy", ((1 - 2.0**-53, 5e-324),)),
    ("bregman", ((5e-324,), (1e-323,))),
    ("bregman", ((1e300,), (math.nextafter(1e300, 0.0),))),
    ("bregman", ((0.5, 0.25), (0.5, math.nextafter(0.25, 1)))),
    ("bregman", ((-1e5,), (-1e5 - 1,))),
    ("bregman", ((-1e300,), (-2e300,))),
    ("binomial_cumulant", (-1e300, 1e300)),
    ("multinomial_cumulant", ((1e300, -1e300), 1e8)),
]


@pytest.mark.parametrize(("name", "point"), FAR)
def test_no_stand_in_is_given_for_what_no_number_shows(name: str, point: Point) -> None:
    check(name, point, truth(name, *point))


@pytest.mark.parametrize(("name", "point"), FAR)
def test_a_row_that_arb_encloses_alone_has_the_same_truth(
    name: str, point: Point, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = truth(name, *point)

    def nothing(function: Any, block: Block) -> EnclosureArray:
        count = block.n_rows * (block.n_terms if function.returns_row else 1)
        return EnclosureArray(
            np.full(count, 0.5),
            np.zeros(count),
            np.full(count, np.inf),
            np.zeros(count, dtype=np.int64),
        )

    monkeypatch.setattr(enclosing, "enclose_chunk", nothing)
    found = truth(name, *point)
    check(name, point, found)
    for place in range(found.hi.size):
        ours, theirs = expected.at(place), found.at(place)
        assert ours is not None
        assert theirs is not None
        assert ours.intersect(theirs) is not None


SPECIAL: list[tuple[str, list[float], list[float]]] = [
    ("logsumexp", [math.nan, math.inf], [math.nan]),
    ("logsumexp", [math.inf, -math.inf], [math.inf]),
    ("logsumexp", [-math.inf, -math.inf], [-math.inf]),
    ("logsumexp", [], [-math.inf]),
    ("softmax", [math.inf, 1.0], [1.0, 0.0]),
    ("softmax", [math.nan, 1.0], [math.nan, math.nan]),
    ("softmax", [-math.inf, 1.0], [0.0, 1.0]),
    ("log_softmax", [-math.inf, 1.0], [-math.inf, 0.0]),
    ("log_softmax", [math.inf, 1.0], [0.0, -math.inf]),
    ("log_softmax_gradient", [math.inf, 1.0], [0.0, 0.0]),
    ("log_softmax_gradient", [1.0, math.inf, 2.0], [1.0, -1.0, 0.0]),
    ("log_softmax_gradient", [-math.inf, 1.0], [1.0, -1.0]),
    ("log_softmax_gradient", [1.0, -math.inf], [0.0, 0.0]),
    ("log_softmax_gradient", [1.0], [0.0]),
    ("log_softmax_gradient", [1.0, math.nan], [math.nan, math.nan]),
    ("logsumexp0", [], [0.0]),
    ("logsumexp0", [-math.inf], [0.0]),
]


@pytest.mark.parametrize(("name", "x", "expected"), SPECIAL)
def test_special_values_are_the_limits(name: str, x: list[float], expected: list[float]) -> None:
    found = truth(name, x)
    np.testing.assert_array_equal(np.atleast_1d(found.approximate()), expected)
    assert not found.radius.any()


def test_a_signalling_nan_is_a_nan_and_raises_no_warning() -> None:
    x = np.array([0x7F800001, 0], dtype=np.uint32).view(np.float32)
    assert np.isnan(truth("logsumexp", x).hi)
    assert np.isnan(truth("softmax", x).hi).all()


@pytest.mark.parametrize("x", [[math.inf, math.inf], [-math.inf], [-math.inf, -math.inf]])
def test_where_no_limit_exists_nothing_is_known(x: list[float]) -> None:
    found = truth("softmax", x)
    assert np.isnan(found.hi).all()
    assert np.isinf(found.radius).all()
    assert found.at(0) is None


@pytest.mark.parametrize("n", [1, 2, 3, 255, 256, 257, 2048, 2049, 10**5])
@pytest.mark.parametrize(
    "name", ["logsumexp", "softmax", "log_softmax", "log_softmax_gradient", "logsumexp0"]
)
def test_rows_of_any_length_are_enclosed(name: str, n: int) -> None:
    row = np.random.default_rng(n).normal(0, 30, n).astype(np.float32)
    found = truth(name, row)
    assert found.hi.shape == (row.shape if FUNCTIONS[name].returns_row else ())
    if n <= 2049:
        check(name, (tuple(row.astype(float).tolist()),), found)


def test_a_million_terms_are_enclosed() -> None:
    row = np.random.default_rng(1).integers(-9, 9, 10**6).astype(np.float16)
    check("logsumexp", (tuple(row.astype(float).tolist()),), truth("logsumexp", row))


@every_format
@every_function
def test_the_leading_axes_are_those_of_the_arguments(name: str, fmt: Format) -> None:
    function = FUNCTIONS[name]
    rng = np.random.default_rng(8)
    rows = fmt.cast(rng.integers(1, 9, (2, 1, 3, 4)) / 16)
    kinds: dict[str, Any] = {"row": rows, "value": rows[..., 0], "parameter": 0.5}
    arguments = [kinds[kind] for kind in function.arguments]
    found = truth(name, *arguments)
    assert found.hi.shape == ((2, 1, 3, 4) if function.returns_row else (2, 1, 3))
    assert found.exponent.dtype == np.int64
    for place in np.ndindex(2, 1, 3):
        alone = truth(name, *(a[place] if isinstance(a, np.ndarray) else a for a in arguments))
        for column, part in zip(found.columns(), alone.columns(), strict=True):
            np.testing.assert_array_equal(column[place], part)


def test_values_and_rows_are_broadcast_and_formats_mixed() -> None:
    a = np.array([[0.5], [1.5]], dtype=np.float16)
    b = np.array([0.25, -3.0, 1e30], dtype=np.float32)
    found = truth("logaddexp", a, b)
    assert found.hi.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        check("logaddexp", (float(a[i, 0]), float(b[j])), found, 3 * i + j)
    x, x2 = np.arange(6.0).reshape(3, 1, 2), np.ones((4, 2))
    found = truth("bregman", x, x2)
    assert found.hi.shape == (3, 4)
    check("bregman", ((4.0, 5.0), (1.0, 1.0)), found, 11)
    assert truth("logaddexp", 1, 2.0).hi.shape == ()
    assert truth("smoothmax", [1, 2], np.float32(0.5)).at(0) == truth(
        "smoothmax", [1.0, 2.0], 0.5
    ).at(0)


@pytest.mark.parametrize("view", [lambda x: x[::-1, ::2], lambda x: x.T, np.asfortranarray])
def test_views_are_read_as_they_are(view: Callable[[Any], Any]) -> None:
    x = np.random.default_rng(9).normal(0, 3, (6, 6))
    x.flags.writeable = False
    found, expected = truth("softmax", view(x)), truth("softmax", view(x).copy(order="C"))
    for column, part in zip(found.columns(), expected.columns(), strict=True):
        np.testing.assert_array_equal(column, part)


def test_no_rows_have_no_truths() -> None:
    assert truth("logsumexp", np.zeros((0, 3))).hi.shape == (0,)
    assert truth("softmax", np.zeros((0, 3))).hi.shape == (0, 3)
    assert truth("softmax", np.zeros((2, 0))).hi.shape == (2, 0)
    assert truth("softplus", []).hi.shape == (0,)


@every_function
def test_the_truth_of_a_row_does_not_depend_on_its_chunk(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block, *_) = REGIMES["underflow"].draw(name, BINARY64, 3, 60).blocks
    expected = whole(name, block)
    monkeypatch.setattr(enclose, "_MOST_RESULTS", 7)
    for found in (whole(name, block), whole(name, block.between(11, 12))):
        start = 0 if len(found.hi) == block.n_rows else 11
        for column, part in zip(expected.columns(), found.columns(), strict=True):
            np.testing.assert_array_equal(column[start : start + len(part)], part)


ERRORS: list[tuple[type[Exception], str, str, tuple[Any, ...]]] = [
    (UnknownName, "did you mean 'logsumexp'", "logsumexo", ([1.0],)),
    (BadInput, r"logsumexp takes 1 argument \(row\), not 2", "logsumexp", ([1.0], [2.0])),
    (BadInput, r"2 arguments \(row, row\), not 0", "bregman", ()),
    (BadInput, r"different lengths, \[1, 2\]", "bregman", ([1.0, 2.0], [1.0])),
    (BadInput, "rows of logsumexp have different lengths", "logsumexp", ([[1.0], [1.0, 2.0]],)),
    (BadInput, "cannot be broadcast", "logaddexp", (np.ones(2), np.ones(3))),
    (BadInput, "takes rows, not the single number 3", "softmax", (3.0,)),
    (BadInput, "array of int64", "logsumexp", (np.arange(3),)),
    (BadInput, "array of complex128", "logsumexp", ([1j],)),
    (BadInput, "array of object", "logsumexp", ([None],)),
    (BadInput, "array of object", "logsumexp", ([2**70],)),
    (BadInput, "array of bool", "softplus", (True,)),
    (BadInput, "array of <U3", "softplus", ("abc",)),
    (BadInput, "array of ", "softplus", (np.longdouble(1),)),
    (BadInput, "is no binary64", "softplus", (2**53 + 1,)),
    (BadInput, "positive number, not 0.0", "smoothmax", ([1.0], 0)),
    (BadInput, "positive number, not -1.0", "smoothmin", ([1.0], -1)),
    (BadInput, "positive number, not nan", "smoothmax", ([1.0], math.nan)),
    (BadInput, "positive number, not inf", "smoothmax", ([1.0], math.inf)),
    (BadInput, r"an array of shape \(100000,\)", "smoothmax", ([1.0], np.ones(10**5))),
    (BadInput, "array of <U1", "smoothmax", ([1.0], "2")),
    (BadInput, "array of object", "smoothmax", ([1.0], 10**400)),
    (BadInput, "is no binary64", "smoothmax", ([1.0], 2**53 + 1)),
]


@pytest.mark.parametrize(("error", "says", "name", "arguments"), ERRORS)
def test_a_wrong_call_is_one_line_that_says_what_is_wrong(
    error: type[Exception], says: str, name: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(error, match=says) as raised:
        truth(name, *arguments)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 200


def test_integers_that_are_floats_are_taken() -> None:
    assert truth("softplus", 2**60).approximate() == 2.0**60
    assert truth("smoothmax", [0, 0], 2**53 + 2).at(0) is not None


@pytest.mark.parametrize(
    ("name", "shape", "most_megabytes"),
    [
        ("logsumexp", (10**6, 2), 20),
        ("softmax", (10**6, 2), 20),
        ("logsumexp", (1, 10**7), 300),
        ("softmax", (1, 10**6), 100),
    ],
)
def test_memory_beside_the_arguments_and_the_answer_is_bounded(
    name: str, shape: tuple[int, int], most_megabytes: int
) -> None:
    x = np.random.default_rng(2).standard_normal(shape)
    truth(name, x[:2, :300])
    tracemalloc.start()
    found = truth(name, x)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    answer = sum(column.nbytes for column in found.columns())
    assert peak - answer < most_megabytes * 10**6


def test_masked_rows_are_not_enclosed_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of entries beyond 30000 below the peak the kernels know that they are negligible.
    x = np.random.default_rng(3).standard_normal((50, 8))
    x[:, 5:] = [-1e9, -1e30, -np.inf]
    monkeypatch.setattr(enclosing, "by_arb", None)
    found = truth("softmax", x)
    assert found.hi[:, 5:].tolist() == [[0.0] * 3] * 50
    assert found.radius[0, 5:].tolist() == [1.0, 1.0, 0.0]
    assert found.exponent[0, 5:7].tolist() == [NEGLIGIBLE_LOG2] * 2


def test_more_bits_than_the_ladder_asks_for_are_asked_for_here() -> None:
    found = truth("bregman", np.full((2, 1), 5e-324), np.full((2, 1), 1e-323))
    assert (found.radius <= WANTED_RADIUS).all()
    assert max(PRECISIONS) > 2**14
