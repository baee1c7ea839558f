"""The ladder: planted faults are caught, and blocks get the truths that single points get.

Faulty oracles are planted here; expected truths are worked out by hand.
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.enclosure import Enclosure
from lse_verify.errors import OracleDisagreement, OracleUndecided
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block, Point
from lse_verify.family.function import NO_LIMIT, Function
from lse_verify.formats import BINARY32, BINARY64, FORMATS, Format
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.mpmath_judge import MpmathJudge
from lse_verify.oracle.oracle import Oracle, error_decided, refine, rounding_decided

SHIFT = Fraction(1, 10**30)
LSE = FUNCTIONS["logsumexp"]
IN_BINARY64 = rounding_decided(BINARY64)


def shifted(found: Enclosure | None, factor: Fraction) -> Enclosure | None:
    if found is None:
        return None
    ends = sorted((found.lo * factor, found.hi * factor))
    return Enclosure(ends[0], ends[1], found.lo_open, found.hi_open)


class ShiftedJudge(MpmathJudge):
    """The judge, wrong by one part in 10**30."""

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure | None:
        return shifted(super().enclose(function, point, k, prec_bits), 1 + SHIFT)


class ShiftedSecond(ArbBalls):
    """The second opinion, wrong by one part in 10**30."""

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure | None:
        return shifted(super().enclose(function, point, k, prec_bits), 1 - SHIFT)


class Mute(MpmathJudge):
    """A judge whom no precision lets tell anything."""

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> None:
        return None


class Vague(MpmathJudge):
    """A judge who never narrows an interval."""

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure:
        return Enclosure(Fraction(-(10**9)), Fraction(10**9))


POINTS: list[tuple[str, Point]] = [
    ("logsumexp", ((0.5, -1.25, 3.0),)),
    ("logsumexp", ((0.0, -700.0),)),
    ("logaddexp", (0.5, 0.25)),
    ("logaddexp2", (0.5, 0.25)),
    ("softplus", (-3.0,)),
    ("logistic", (-3.0,)),
    ("logsumexp0", ((0.5, -1.25),)),
    ("smoothmax", ((0.5, -1.25), 2.0)),
    ("smoothmin", ((0.5, -1.25), 2.0)),
    ("softmax", ((0.5, -1.25),)),
    ("log_softmax", ((0.5, -1.25),)),
    ("log_softmax_gradient", ((0.5, -1.25),)),
    ("weighted_logsumexp", ((0.5, -1.25), (2.0, -0.5))),
    ("negentropy", ((0.5, 0.25),)),
    ("bregman", ((0.5,), (-1.25,))),
    ("bregman", ((1000.0,), (1001.0,))),
    ("binomial_cumulant", (0.5, 7.0)),
    ("multinomial_cumulant", ((0.5, 0.25), 7.0)),
]


def test_every_function_is_planted_with_faults() -> None:
    assert {name for name, _ in POINTS} == set(FUNCTIONS)


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_a_judge_wrong_by_one_part_in_a_nonillion_is_caught(name: str, point: Point) -> None:
    with pytest.raises(OracleDisagreement, match=name):
        Ladder(judge=ShiftedJudge()).confirm(FUNCTIONS[name], point, 0, IN_BINARY64)


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_a_second_opinion_wrong_by_one_part_in_a_nonillion_is_caught(
    name: str, point: Point
) -> None:
    with pytest.raises(OracleDisagreement, match=name):
        Ladder(second=ShiftedSecond()).confirm(FUNCTIONS[name], point, 0, IN_BINARY64)


@pytest.mark.parametrize(("name", "point"), POINTS)
def test_two_sound_oracles_agree(name: str, point: Point) -> None:
    found = Ladder().confirm(FUNCTIONS[name], point, 0, IN_BINARY64)
    assert isinstance(found, Enclosure)
    assert found.rounded(BINARY64) is not None


def test_the_disagreement_names_the_input() -> None:
    with pytest.raises(OracleDisagreement, match=r"logsumexp\(\(0\.5, 0\.25\),\)"):
        Ladder(judge=ShiftedJudge()).confirm(LSE, ((0.5, 0.25),), 0, IN_BINARY64)


def test_an_enclosure_outside_the_strict_limits_is_a_disagreement() -> None:
    # LSE(1, 1) wrong by one part in two is below max.
    class Halved(MpmathJudge):
        def enclose(
            self, function: Function, point: Point, k: int, prec_bits: int
        ) -> Enclosure | None:
            return shifted(super().enclose(function, point, k, prec_bits), Fraction(1, 2))

    with pytest.raises(OracleDisagreement, match="strict limits"):
        refine(Halved(), LSE, ((1.0, 1.0),), 1, IN_BINARY64)


@pytest.mark.parametrize(
    ("name", "point", "limit", "below"),
    [
        ("logsumexp", ((1.0, 0.5),), Fraction(1), True),
        ("smoothmin", ((1.0, 1.5), 1.0), Fraction(1), False),
        ("softmax", ((1.0, 1.0, -5.0),), Fraction(1, 2), False),
        ("log_softmax_gradient", ((1.0, 1.0, -5.0),), Fraction(1, 2), True),
        ("logistic", (1e-300,), Fraction(1, 2), True),
        ("logistic", (-1e-300,), Fraction(1, 2), False),
    ],
)
def test_an_enclosure_that_ends_at_a_strict_limit_is_opened_there(
    name: str, point: Point, limit: Fraction, below: bool
) -> None:
    ends = (limit, limit + 1) if below else (limit - 1, limit)

    class Touching(Vague):
        def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure:
            return Enclosure(*ends)

    found = refine(Touching(), FUNCTIONS[name], point, 1, lambda _: True)
    assert (found.lo_open if below else found.hi_open) is True
    assert (found.lo if below else found.hi) == limit


@pytest.mark.parametrize("judge", [Mute(), Vague()])
def test_a_judge_who_cannot_tell_leaves_the_question_undecided(judge: MpmathJudge) -> None:
    with pytest.raises(OracleUndecided, match="32768 bits"):
        Ladder(judge=judge).confirm(LSE, ((0.5, 0.25),), 0, IN_BINARY64)


def test_a_bregman_divergence_beside_a_midpoint_is_undecided_and_not_guessed() -> None:
    # y = 2**25 − 1 + O(e**−10000), and 2**25 − 1 is a midpoint of binary32.
    point: Point = ((2.0**25, 1.0), (0.0, 1e5))
    with pytest.raises(OracleUndecided):
        Ladder().confirm(FUNCTIONS["bregman"], point, 0, rounding_decided(BINARY32))
    assert isinstance(Ladder().confirm(FUNCTIONS["bregman"], point, 0, IN_BINARY64), Enclosure)


class Counting(MpmathJudge):
    """The judge, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure | None:
        self.asked += 1
        return super().enclose(function, point, k, prec_bits)


def test_what_was_decided_is_not_asked_again() -> None:
    judge = Counting()
    ladder = Ladder(judge=judge)
    first = ladder.confirm(LSE, ((0.5, 0.25),), 0, IN_BINARY64)
    again = ladder.confirm(LSE, ((0.5, 0.25),), 0, rounding_decided(BINARY32))
    assert first == again
    assert judge.asked == 1


def test_a_harder_question_is_asked_again() -> None:
    judge = Counting()
    ladder = Ladder(judge=judge)
    ladder.confirm(LSE, ((0.0, -700.0),), 0, rounding_decided(BINARY32))
    asked = judge.asked
    found = ladder.confirm(LSE, ((0.0, -700.0),), 0, IN_BINARY64)
    assert isinstance(found, Enclosure)
    assert found.rounded(BINARY64) == math.exp(-700)
    assert judge.asked > asked


@pytest.mark.parametrize(
    ("point", "output", "expected"),
    [(((math.inf, 1.0),), 0, math.inf), (((-math.inf,),), 0, -math.inf)],
)
def test_settled_outcomes_are_passed_through(point: Point, output: int, expected: float) -> None:
    assert Ladder().confirm(LSE, point, output, IN_BINARY64) == expected


def test_no_limit_is_passed_through() -> None:
    row = ((math.inf, math.inf),)
    assert Ladder().confirm(FUNCTIONS["softmax"], row, 1, IN_BINARY64) is NO_LIMIT


# Truths of whole blocks.


def test_the_truth_of_a_block_has_the_shape_that_is_asked_of_implementations() -> None:
    block = Block((np.array([[1.0, 2.0, 3.0], [0.0, 0.0, 0.0]]),))
    assert Ladder().truth(LSE, block).shape == (2,)
    assert Ladder().truth(FUNCTIONS["softmax"], block).shape == (2, 3)


def test_special_rows_of_a_block_are_kept_apart() -> None:
    rows = [[math.nan, 0.0], [math.inf, 0.0], [-math.inf, -math.inf], [-math.inf, 1.5], [0.0, 0.0]]
    truth = Ladder().truth(LSE, Block((np.array(rows),)))
    assert truth.is_real.tolist() == [False, False, False, True, True]
    assert math.isnan(truth.special[0])
    assert truth.special[1:].tolist() == [math.inf, -math.inf, 0.0, 0.0]
    assert not truth.no_limit.any()
    assert truth.enclosures.at(3) == Enclosure.exactly(Fraction(3, 2))


def test_rows_without_a_limit_are_marked() -> None:
    rows = np.array([[math.inf, math.inf], [-math.inf, -math.inf], [0.0, math.inf]])
    truth = Ladder().truth(FUNCTIONS["softmax"], Block((rows,)))
    assert truth.no_limit.tolist() == [True] * 4 + [False] * 2
    assert truth.is_real.tolist() == [False] * 4 + [True] * 2


def test_one_third_is_enclosed_and_not_taken_for_a_float() -> None:
    truth = Ladder().truth(FUNCTIONS["softmax"], Block((np.zeros((1, 3)),)))
    found = truth.enclosures.at(0)
    assert found is not None
    assert found.lo < Fraction(1, 3) < found.hi


EDGES: list[tuple[str, Point]] = [
    ("logsumexp", ((2.0**40, -1e300),)),
    ("logsumexp", ((0.0, -1e300),)),
    ("logsumexp", ((-1.0, -1e300),)),
    ("logsumexp", ((1 + 2.0**-24, -1e300),)),
    ("logsumexp", ((1.0, -60.0),)),
    ("smoothmin", ((1 + 3 * 2.0**-24, 1e300), 1.0)),
    ("smoothmin", ((1.0, 1e300), 1.0)),
    ("softmax", ((0.0, 0.0, -1e300),)),
    ("softmax", ((0.0, -1e300),)),
    ("logistic", (-1e300,)),
    ("logistic", (1e300,)),
    ("logistic", (5e-324,)),
    ("logistic", (-5e-324,)),
    ("logistic", (2.0**-52,)),
    ("logistic", (-(2.0**-53),)),
    ("logistic", (36.7,)),
    ("log_softmax", ((0.0, -1e300, -(2.0**30)),)),
    ("log_softmax", ((0.0, -100.0),)),
    ("log_softmax_gradient", ((0.0, 0.0, -1e300),)),
    ("log_softmax_gradient", ((0.0, -1e300),)),
    ("log_softmax_gradient", ((-1e300, 0.0, -1e300),)),
    ("log_softmax_gradient", ((37.42994775023705, 0.0),)),
    ("log_softmax_gradient", ((-math.inf, 3.0, -1e300, 1.0),)),
    ("negentropy", ((1 - 2.0**-53,),)),
    ("bregman", ((1000.0,), (1001.0,))),
    ("bregman", ((1e300,), (math.nextafter(1e300, 0.0),))),
    ("binomial_cumulant", ((1 + 2.0**-52) * 2.0**60, 3.0)),
]


@pytest.mark.parametrize(("name", "point"), EDGES)
@pytest.mark.parametrize("fmt", list(FORMATS.values()), ids=lambda fmt: fmt.name)
def test_a_rounding_that_a_block_decides_is_the_judges(
    name: str, point: Point, fmt: Format
) -> None:
    function, ladder = FUNCTIONS[name], Ladder()
    block = Block(
        tuple(
            entry if kind == "parameter" else np.array([entry])  # type: ignore[misc]
            for entry, kind in zip(point, function.arguments, strict=True)
        )
    )
    values, decided = ladder.truth(function, block).enclosures.rounded(fmt)
    for output in np.flatnonzero(decided):
        judged = ladder.confirm(function, point, int(output), rounding_decided(fmt))
        assert isinstance(judged, Enclosure)
        expected = judged.rounded(fmt)
        assert expected is not None
        assert float(values[output]).hex() == fmt.stored(expected).hex()


@pytest.mark.parametrize(
    ("name", "point", "fmt"),
    [
        ("logsumexp", ((2.0**40, -1e300),), BINARY64),
        ("logsumexp", ((-1.0, -1e300),), BINARY64),
        ("logsumexp", ((1 + 2.0**-24, -1e300),), BINARY32),
        ("smoothmin", ((1 + 3 * 2.0**-24, 1e300), 1.0), BINARY32),
        ("softmax", ((0.0, -1e300),), BINARY64),
        ("softmax", ((0.0, 0.0, -1e300),), BINARY64),
        ("logistic", (1e300,), BINARY64),
        ("logistic", (5e-324,), BINARY64),
        ("logistic", (-5e-324,), BINARY64),
        ("log_softmax", ((0.0, -1e300),), BINARY64),
        ("log_softmax_gradient", ((0.0, -1e300),), BINARY64),
        ("log_softmax_gradient", ((-1e300, 0.0),), BINARY64),
        ("log_softmax_gradient", ((0.0, 0.0, -1e300),), BINARY64),
        ("bregman", ((1e300,), (math.nextafter(1e300, 0.0),)), BINARY64),
    ],
)
def test_a_block_decides_what_only_the_strict_limit_decides(
    name: str, point: Point, fmt: Format
) -> None:
    function = FUNCTIONS[name]
    block = Block(
        tuple(
            entry if kind == "parameter" else np.array([entry])  # type: ignore[misc]
            for entry, kind in zip(point, function.arguments, strict=True)
        )
    )
    _, decided = Ladder().truth(function, block).enclosures.rounded(fmt)
    assert decided[0]


@pytest.mark.parametrize("got", [0.0, -0.0, 1.0, math.inf, -math.inf, math.nan, 1.7e308, 5e-324])
def test_the_error_of_any_result_is_decided(oracle: Oracle, got: float) -> None:
    for row in ((0.5, 0.25), (0.0, -1e300), (1.7e308, 1.7e308), (-0.1, -2.3521684610440907)):
        for fmt in FORMATS.values():
            assert refine(oracle, LSE, (row,), 1, error_decided(got, fmt)) is not None


def test_what_is_remembered_of_a_long_row_keeps_no_row() -> None:
    row = tuple(float(value) for value in range(1000))
    held = sys.getrefcount(row)
    ladder = Ladder()
    found = ladder.confirm(LSE, (row,), 0, IN_BINARY64)
    assert isinstance(found, Enclosure)
    ladder.condition(LSE, (row,), 0, found)
    assert sys.getrefcount(row) == held
