"""κ by the judge and by its fast twin on arrays, on the rows where floats give in.

Expected values are the figures of MATHEMATICS, section 6, its formulas taken by hand, and
for the twin the judge, who evaluates the derivatives that SymPy derived.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.enclosure import Enclosure, Floats
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.conditioning import log_magnitude, log_weighted_slopes
from lse_verify.family.function import Function
from lse_verify.formats import BINARY64
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import rounding_decided

LARGEST = 1.7976931348623157e308
LADDER = Ladder()


def judged(name: str, point: Point, output: int = 0) -> float:
    function = FUNCTIONS[name]
    truth = LADDER.confirm(function, point, output, rounding_decided(BINARY64))
    assert isinstance(truth, Enclosure)
    return LADDER.condition(function, point, output, truth)


def by_twin(name: str, point: Point) -> list[float]:
    function = FUNCTIONS[name]
    block = Block(
        tuple(
            entry if kind == "parameter" else np.array([entry])  # type: ignore[misc]
            for entry, kind in zip(point, function.arguments, strict=True)
        )
    )
    truth = LADDER.truth(function, block).enclosures
    slopes = log_weighted_slopes(function, block, truth)
    with np.errstate(invalid="ignore"):
        logs = slopes - log_magnitude(truth)
    return [float(v) for v in np.exp(logs)]


def slopes_of(name: str, block: Block) -> Floats:
    function = FUNCTIONS[name]
    return log_weighted_slopes(function, block, LADDER.truth(function, block).enclosures)


@pytest.mark.parametrize(
    ("point", "kappa", "within"),
    [
        (((0.0, -40.0),), 40.0, 1e-15),
        (((-0.1, -2.3521684610440907),), 9.0e16, 5e-3),
        (((0.0, -2000.0),), 2000.0, 1e-15),
        (((1.0,),), 1.0, 0.0),
    ],
)
def test_kappa_of_logsumexp_is_the_figure_of_the_specification(
    point: Point, kappa: float, within: float
) -> None:
    assert judged("logsumexp", point) == pytest.approx(kappa, rel=within)


def test_kappa_with_weights_counts_entries_and_weights() -> None:
    # (2e·(1 + 1) + 1·(1 + 0))/((2e − 1)·log(2e − 1)), by hand.
    total = 2 * math.e - 1
    expected = (4 * math.e + 1) / (total * math.log(total))
    kappa = judged("weighted_logsumexp", ((1.0, 0.0), (2.0, -1.0)))
    assert kappa == pytest.approx(expected, rel=1e-14)


def test_terms_that_cancel_exactly_count_for_kappa() -> None:
    # 1·(1 + 5)e⁵ twice beside 2, over 2 log 2: nothing is left of these terms, but of their errors.
    kappa = judged("weighted_logsumexp", ((5.0, 5.0, 0.0), (1.0, -1.0, 2.0)))
    expected = (12 * math.exp(5) + 2) / (2 * math.log(2))
    assert kappa == pytest.approx(expected, rel=1e-14)
    # The value is exactly 5: (1 + 1)e twice and (1 + 5)e⁵, over 5e⁵.
    exact = judged("weighted_logsumexp", ((1.0, 1.0, 5.0), (1.0, -1.0, 1.0)))
    assert exact == pytest.approx((4 * math.e / math.exp(5) + 6) / 5, rel=1e-14)


@pytest.mark.parametrize("weights", [(1.0, 1.0), (1.0, -1.0), (1.0, 0.0)])
def test_kappa_beside_zero_is_that_of_the_weights_over_the_floor(
    weights: tuple[float, ...],
) -> None:
    point: Point = ((0.0, -1e300), weights)
    function = FUNCTIONS["weighted_logsumexp"]
    truth = LADDER.confirm(function, point, 0, rounding_decided(BINARY64))
    assert isinstance(truth, Enclosure)
    assert LADDER.condition(function, point, 0, truth) == math.inf
    floor = Fraction(2) ** -14
    assert LADDER.condition(function, point, 0, truth, floor) == pytest.approx(2**14, rel=1e-15)


def test_kappa_to_the_base_2_weighs_both_arguments_by_their_shares() -> None:
    # 2^−1 and 2^−½, over their sum, and its logarithm to the base 2, by hand.
    share = 0.5 / (0.5 + math.sqrt(0.5))
    expected = (share + (1 - share) / 2) / math.log2(0.5 + math.sqrt(0.5))
    assert judged("logaddexp2", (-1.0, -0.5)) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("point", "kappa"),
    [
        ((-1.0, -1.0), math.inf),
        ((-1.0 + 2.0**-50, -1.0 + 2.0**-50), (1 - 2.0**-50) * 2.0**50),
        ((3.0, 3.0), 0.75),
        ((0.0, 0.0), 0.0),
        ((-0.3, -math.inf), 1.0),
        ((0.0, -math.inf), 1.0),
    ],
)
def test_kappa_to_the_base_2_counts_where_the_value_is_exact(point: Point, kappa: float) -> None:
    assert judged("logaddexp2", point) == pytest.approx(kappa, rel=1e-14, abs=1e-300)


@pytest.mark.parametrize("x", [-745.0, -40.0, -1.0, 1e-300, 3.0])
def test_kappa_of_logistic_is_the_argument_times_the_other_share(x: float) -> None:
    assert judged("logistic", (x,)) == pytest.approx(abs(x) / (1 + math.exp(x)), rel=1e-15)


def test_kappa_of_equal_entries_of_softmax_is_that_of_its_formula() -> None:
    # (1 − p)|x| + Σ p|x| over the others, with p = 1/4: 1.5 |x|, though the result is exact.
    assert judged("softmax", ((1e5,) * 4,)) == pytest.approx(1.5e5, rel=1e-15)


def test_kappa_of_a_saturated_share_is_not_lost_in_cancellation() -> None:
    # (1 − p) is e**−2001 here: 256 bits cannot tell it from 0, and y is as small.
    assert judged("log_softmax", ((1.0, -2000.0),)) == pytest.approx(2001, rel=1e-15)


def test_kappa_of_what_the_first_share_lacks_is_that_of_the_others_share() -> None:
    # p(1 − p)(|x₁| + |x₂|)/(1 − p) with p next to 1; that of the share itself is e**−37.
    x = 37.42994775023705
    assert judged("log_softmax_gradient", ((x, 0.0),)) == pytest.approx(x, rel=1e-15)


@pytest.mark.parametrize(("output", "lacks"), [(0, 2 / 3), (1, 1 / 3), (2, 1 / 3)])
def test_kappa_of_equal_entries_of_the_gradient_is_that_of_its_formula(
    output: int, lacks: float
) -> None:
    # p(1 − p)|x| + 2p²|x| with p = 1/3, over |y|, though the result is exact.
    kappa = judged("log_softmax_gradient", ((1e5,) * 3,), output)
    assert kappa == pytest.approx(4 / 9 * 1e5 / lacks, rel=1e-15)


def test_kappa_beside_a_first_entry_minus_infinity_is_that_of_softmax() -> None:
    for rest in ((3.0, 1.0, -2.0), (1e5, 1e5)):
        for output in range(len(rest)):
            kappa = judged("log_softmax_gradient", ((-math.inf, *rest),), output + 1)
            assert kappa == pytest.approx(judged("softmax", (rest,), output), rel=1e-15)


def test_kappa_of_bregman_between_saturated_shares_is_the_one_worked_out_by_hand() -> None:
    kappa = judged("bregman", ((1000.0,), (1001.0,)))
    # (1000 (e − 1) + 1001)/(e − 2), by hand from p − q and q·step for shares near e**−1000.
    assert kappa == pytest.approx((1000 * (math.e - 1) + 1001) / (math.e - 2), rel=1e-14)


def test_a_truth_too_wide_for_a_ratio_is_refined_first() -> None:
    wide = Enclosure(Fraction(0), Fraction(1, 2**120), lo_open=True)
    kappa = LADDER.condition(FUNCTIONS["logsumexp"], ((0.0, -300.0),), 0, wide)
    assert kappa == pytest.approx(300, rel=1e-15)


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("logsumexp", ((0.0, -1e300),)),
        ("log_softmax", ((1e300, -1e300),)),
        ("bregman", ((1e300,), (math.nextafter(1e300, math.inf),))),
        ("logsumexp", ((-math.inf, 3.0),)),
        ("negentropy", ((1.0, 0.0),)),
        ("bregman", ((1.0,), (1.0,))),
    ],
)
def test_what_is_exact_or_beyond_every_format_has_kappa_one(name: str, point: Point) -> None:
    assert judged(name, point) == 1.0


class WithoutSlopes(MpmathJudge):
    """A judge who must not be asked for slopes."""

    def weighted_slopes(
        self, function: Function, point: Point, k: int, prec_bits: int
    ) -> Enclosure | None:
        raise AssertionError("the slopes were asked for")


@pytest.mark.parametrize("name", ["logsumexp", "log_softmax"])
def test_no_slopes_are_evaluated_where_the_limits_say_that_y_is_unseen(name: str) -> None:
    # 300 terms at 32768 bits took a minute.
    row = (0.0, *(-1e300 - step * 1e290 for step in range(300)))
    truth = Enclosure(Fraction(0), Fraction(1), lo_open=True)
    assert Ladder(judge=WithoutSlopes()).condition(FUNCTIONS[name], (row,), 0, truth) == 1.0


def test_a_one_among_probabilities_counts_with_its_slope() -> None:
    # κ = (1·|log 1 + 1| + p|log p + 1|)/|p log p| at p = 1e−20.
    log_p = math.log(1e-20)
    expected = (1 + 1e-20 * abs(log_p + 1)) / (1e-20 * -log_p)
    assert judged("negentropy", ((1.0, 1e-20),)) == pytest.approx(expected, rel=1e-13)


NASTY: list[tuple[str, Point]] = [
    ("logsumexp", ((0.0, -2000.0),)),
    ("logsumexp", ((-0.1, -2.3521684610440907),)),
    ("logsumexp", ((1e300, 1e300, -1e300),)),
    ("logsumexp", ((0.0, 0.0, -0.0),)),
    ("logsumexp", ((5e-324, -5e-324),)),
    ("logsumexp", ((LARGEST, -LARGEST),)),
    ("weighted_logsumexp", ((3.06409428, 0.37251854, 3.87471931), (1.9, 2.8, -0.85))),
    ("weighted_logsumexp", ((0.0, 2.0**-1000), (-1.0, 1.0))),
    ("weighted_logsumexp", ((0.0, 2.0**-52), (-1.0, 1.0))),
    ("weighted_logsumexp", ((5.0, 5.0, 0.0), (1.0, -1.0, 2.0))),
    ("weighted_logsumexp", ((5.0, 5.0, -0.0), (0.5, 0.5, 0.0))),
    ("weighted_logsumexp", ((1e300, 1e300, -1e300), (3.0, -2.5, 7.0))),
    ("weighted_logsumexp", ((LARGEST, -LARGEST), (5e-324, LARGEST))),
    ("weighted_logsumexp", ((0.0, -2000.0), (2.0, -1.0))),
    ("logaddexp", (0.0, -745.0)),
    ("logaddexp2", (0.0, -1075.0)),
    ("logaddexp2", (0.0, -20000.0)),
    ("logaddexp2", (-1.0, -1.0 - 2.0**-40)),
    ("logaddexp2", (LARGEST, -LARGEST)),
    ("logaddexp2", (LARGEST, LARGEST * (1 - 2.0**-53))),
    ("logaddexp2", (5e-324, -5e-324)),
    ("softplus", (-745.0,)),
    ("softplus", (-5000.0,)),
    ("logistic", (-745.0,)),
    ("logistic", (-20000.0,)),
    ("logistic", (-LARGEST,)),
    ("logistic", (1.0,)),
    ("logistic", (700.0,)),
    ("logistic", (LARGEST,)),
    ("logistic", (5e-324,)),
    ("logsumexp0", ((-700.0, -1e308),)),
    ("smoothmax", ((LARGEST, -LARGEST), 5e-324)),
    ("smoothmax", ((LARGEST, -LARGEST), LARGEST)),
    ("smoothmax", ((0.0, -1e-3), 1e6)),
    ("smoothmin", ((LARGEST, -LARGEST), LARGEST)),
    ("smoothmin", ((5e-324, -5e-324), 1.0)),
    ("binomial_cumulant", (-900.0, 2.0**1000)),
    ("multinomial_cumulant", ((-1.0, -2.0), LARGEST)),
    ("softmax", ((0.0, -700.0),)),
    ("softmax", ((1e5, 1e5, 1e5),)),
    ("softmax", ((1e300, 1e300, -1e300),)),
    ("softmax", ((3.0, 1.0, 1.0, -5.0),)),
    ("log_softmax", ((1.0, -2000.0),)),
    ("log_softmax", ((1000.0, 999.0, 998.0),)),
    ("log_softmax_gradient", ((37.42994775023705, 0.0),)),
    ("log_softmax_gradient", ((0.0, -700.0),)),
    ("log_softmax_gradient", ((-700.0, 0.0, 1.0),)),
    ("log_softmax_gradient", ((1e5, 1e5, 1e5),)),
    ("log_softmax_gradient", ((1e300, 1e300, -1e300),)),
    ("log_softmax_gradient", ((-1e300, 1e300, 1e300),)),
    ("negentropy", ((5e-324,),)),
    ("negentropy", ((5e-324, 1 - 2**-53),)),
    ("negentropy", ((1.0, 1e-20, 0.0),)),
    ("negentropy", ((0.36787944117144233, 0.25),)),
    ("bregman", ((1000.0,), (1001.0,))),
    ("bregman", ((-1000.0,), (-1001.0,))),
    ("bregman", ((1e300, 1.0), (-1e300, 1e300))),
    ("bregman", ((LARGEST,), (-0.0672146100487561,))),
    ("bregman", ((-LARGEST, 0.5), (2.0**40, 2.0**40))),
    ("bregman", ((-4.74, 8.6e-224), (1.84e25, 1.84e25))),
    ("bregman", ((0.1, 1000.0), (0.1, 1000.0000000000001))),
    ("bregman", ((0.0105, -9e-123, 6.47e215, 0.0049), (-225.2, 18.78, 0.00028, 2.2e-308))),
    ("bregman", ((709.78, -745.2), (710.4521775598454, -745.1999999999999))),
    ("bregman", ((1.0, 2.0), (1.0000000000000002, 2.0))),
    ("bregman", ((57.23626413321, 1.3243210173390254), (57.2362641332, 1.3243210173390252))),
]


@pytest.mark.parametrize(("name", "point"), NASTY)
def test_the_twin_agrees_with_the_judge_to_nine_digits(name: str, point: Point) -> None:
    for output, kappa in enumerate(by_twin(name, point)):
        # Below 1 both count as 1 (MATHEMATICS, section 6).
        assert max(1.0, kappa) == pytest.approx(max(1.0, judged(name, point, output)), rel=1e-9)


def test_every_function_has_a_nasty_row() -> None:
    assert {name for name, _ in NASTY} == set(FUNCTIONS)


def test_rows_of_zeros_and_ones_have_no_slopes_that_count() -> None:
    block = Block((np.array([[0.0, 1.0], [1.0, 1.0], [0.5, 1.0]]),))
    slopes = slopes_of("negentropy", block)
    assert np.isneginf(slopes).tolist() == [True, True, False]


def test_a_row_of_zeros_has_no_slopes_at_all() -> None:
    slopes = slopes_of("logsumexp", Block((np.zeros((1, 3)),)))
    assert np.isneginf(slopes).all()
