"""The sandwich holds the divergence, and the answers tell a wrong sandwich from a right one."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from functools import cache

import flint
import pytest

from lse_verify.enclosure import Enclosure
from lse_verify.proving.mixtures import sandwich as sandwich_module
from lse_verify.proving.mixtures.divergence import kl
from lse_verify.proving.mixtures.envelope import Piece
from lse_verify.proving.mixtures.mixture import Mixture, draw, enclosure, pair
from lse_verify.proving.mixtures.sandwich import sandwich, sandwiches
from lse_verify.proving.mixtures.table import Row, answer, row, row_of, summary, table

F = Fraction
Ends = tuple[Enclosure, Enclosure]


@cache
def rows() -> list[Row]:
    return table(11, 40)


def _log(n: int) -> Enclosure:
    with flint.ctx.workprec(256):
        return enclosure(flint.arb(n).log())


def _moved(end: Enclosure, less: Enclosure) -> Enclosure:
    return Enclosure(end.lo - less.hi, end.hi - less.lo)


def test_every_divergence_is_inside_both_sandwiches() -> None:
    assert {row.inside for row in rows()} == {"yes"}
    assert {row.adaptive_inside for row in rows()} == {"yes"}
    assert all(row.width < F(1, 10**20) for row in rows())


def test_the_gap_is_log_k_and_log_k() -> None:
    for found in rows():
        assert found.excess.lo <= 0 <= found.excess.hi
        assert found.excess.hi - found.excess.lo < F(1, 10**50)


def test_the_adaptive_sandwich_lies_within_the_other_and_is_tighter_somewhere() -> None:
    tighter = 0
    for found in rows():
        assert found.lower.lo <= found.adaptive_lower.hi
        assert found.adaptive_upper.lo <= found.upper.hi
        tighter += (
            found.adaptive_upper.hi - found.adaptive_lower.lo < found.upper.lo - found.lower.hi
        )
    assert tighter > len(rows()) / 2


def _log_of_one_less(found: Row) -> Ends:
    """max + log(k − 1), where k − 1 is not 0."""
    less = _moved(_log(found.k), _log(max(found.k - 1, 1)))
    other_less = _moved(_log(found.other_k), _log(max(found.other_k - 1, 1)))
    lower = Enclosure(found.lower.lo + other_less.lo, found.lower.hi + other_less.hi)
    return lower, _moved(found.upper, less)


def _half_the_gap(found: Row) -> Ends:
    quarter = (found.upper.lo - found.lower.hi) / 4
    by = Enclosure.exactly(quarter)
    return _moved(found.lower, Enclosure.exactly(-quarter)), _moved(found.upper, by)


def _arguments_swapped(found: Row) -> Ends:
    mixture, other = pair(found.seed, found.index)
    lower, upper = sandwich(other, mixture)
    return enclosure(lower), enclosure(upper)


def _maximum_of_the_wrong_mixture(found: Row) -> Ends:
    """∫ m max ℓ in the place of ∫ m max ℓ′: the same in both terms, it cancels."""
    low = _log(found.other_k)
    return Enclosure(-low.hi, -low.lo), _log(found.k)


def _upper_without_its_logarithm(found: Row) -> Ends:
    return found.lower, _moved(found.upper, _log(found.k))


def _lower_without_its_logarithm(found: Row) -> Ends:
    low = _log(found.other_k)
    return Enclosure(found.lower.lo + low.lo, found.lower.hi + low.hi), found.upper


@pytest.mark.parametrize(
    "wrong",
    [
        _log_of_one_less,
        _half_the_gap,
        _arguments_swapped,
        _maximum_of_the_wrong_mixture,
        _upper_without_its_logarithm,
        _lower_without_its_logarithm,
    ],
)
def test_a_wrong_sandwich_is_found_out(wrong: Callable[[Row], Ends]) -> None:
    answers = [answer(found.kl, *wrong(found)) for found in rows()]
    assert answers.count("no") >= 2


def test_a_row_is_a_function_of_seed_and_index() -> None:
    assert row(11, 7) == rows()[7]
    assert row(11, 7).seconds > 0


def test_rows_leave_the_precision_of_the_process_as_it_was() -> None:
    flint.ctx.prec = 77
    row(11, 7)
    assert flint.ctx.prec == 77


def test_one_component_each_has_a_sandwich_without_width_and_is_undecided() -> None:
    one = Mixture((F(1),), (F(0),), (F(1),))
    other = Mixture((F(1),), (F(1),), (F(2),))
    lower, upper = sandwich(one, other)
    divergence = kl(one, other)
    assert divergence.overlaps(lower)
    assert divergence.overlaps(upper)
    assert lower.overlaps(upper)
    assert row_of(one, other).inside == "undecided"


def test_the_sandwich_of_a_mixture_with_itself_is_plus_and_minus_log_k() -> None:
    mixture = draw(random.Random("itself"), 5)
    lower, upper = sandwich(mixture, mixture)
    with flint.ctx.workprec(256):
        assert (lower + flint.arb(5).log()).contains(0)
        assert (upper - flint.arb(5).log()).contains(0)
    assert lower.rad() < 1e-60


def test_touching_and_equal_components_are_no_obstacle() -> None:
    touching = Mixture((F(1, 6), F(1, 3), F(1, 2)), (F(1, 3),) * 3, (F(1, 7), F(2, 7), F(2, 7)))
    found = row_of(touching, draw(random.Random("other"), 3))
    back = row_of(draw(random.Random("other"), 3), touching)
    assert (found.inside, back.inside) == ("yes", "yes")
    assert (found.adaptive_inside, back.adaptive_inside) == ("yes", "yes")


def test_a_divergence_close_to_an_end_is_asked_for_more_closely() -> None:
    """log m′ exceeds its maximum by some e⁻¹²⁸ where m is: 1e-56 below the upper end."""
    narrow = Mixture((F(1),), (F(-8),), (F(1, 8),))
    apart = Mixture((F(1, 2), F(1, 2)), (F(-8), F(8)), (F(1), F(1)))
    found = row_of(narrow, apart)
    assert found.inside == "yes"
    assert 0 < found.nearness < F(1, 10**50)


def test_too_low_a_precision_for_the_envelope_is_raised_and_not_believed() -> None:
    close = Mixture((F(1, 3),) * 3, (F(0), F(1, 2**60), F(3, 2**60)), (F(1), 1 + F(1, 2**61), F(1)))
    coarse = sandwiches(close, close, prec_bits=20)
    fine = sandwiches(close, close)
    assert coarse.lower.overlaps(fine.lower)
    assert coarse.adaptive_upper.overlaps(fine.adaptive_upper)


@pytest.mark.parametrize(
    ("divergence", "expected"),
    [
        (Enclosure.exactly(F(1, 2)), "yes"),
        (Enclosure(F(0), F(1)), "yes"),
        (Enclosure(F(1, 2), F(3, 2)), "undecided"),
        (Enclosure(F(-1, 2), F(1, 2)), "undecided"),
        (Enclosure(F(9, 8), F(3, 2)), "no"),
        (Enclosure(F(-1, 2), F(-1, 8)), "no"),
    ],
)
def test_an_answer_is_only_as_sure_as_the_enclosures(divergence: Enclosure, expected: str) -> None:
    assert answer(divergence, Enclosure.exactly(0), Enclosure.exactly(1)) == expected


def test_an_end_that_is_not_known_better_leaves_the_question_open() -> None:
    half, wide = Enclosure.exactly(F(1, 2)), Enclosure(F(0), F(1))
    assert answer(half, wide, Enclosure.exactly(2)) == "undecided"
    assert answer(half, Enclosure.exactly(0), wide) == "undecided"


def test_what_a_cut_hides_is_weighed_by_the_highest_parabola(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As if the two crossings of a spike had not been told apart: a third of all mass."""
    flint.ctx.prec = 512
    spiked = Mixture((F(1, 3),) * 3, (F(-3), F(0), F(3)), (F(1), F(1, 10**30), F(1)))
    truth = sandwich_module._log_mean(spiked, spiked).highest
    cut = flint.arb(0, 2e-29)
    pieces = [Piece(flint.arb.neg_inf(), cut, 0), Piece(cut, flint.arb.pos_inf(), 2)]
    monkeypatch.setattr(sandwich_module, "envelope", lambda _: pieces)
    hidden = sandwich_module._log_mean(spiked, spiked)
    assert hidden.highest.contains(truth)
    assert hidden.highest.is_finite()


def test_the_summary_counts_the_rows() -> None:
    found = summary(rows())
    assert (found.pairs, found.inside, found.outside, found.undecided) == (40, 40, 0, 0)
    assert 0 < found.least_nearness < 0.5
    assert 0 < found.largest_width < 1e-20
    assert 0 < found.mean_tightening < 1
    assert found.least_kl < 1e-3 < 1 < found.largest_kl
