"""Truth of whole blocks: whoever is asked first, and faults of the kernels that stop the run.

Faults are planted behind the ladder: a kernel's answers changed, or a coefficient in the source
that numba compiles, which Python then runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lse_verify.enclosure import EnclosureArray
from lse_verify.errors import OracleDisagreement
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import FORMATS
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle import truth as truth_module
from lse_verify.oracle.double_double import exponential, logarithm
from lse_verify.oracle.double_double.rows import entropy, logistic, lse, shares, sums
from lse_verify.oracle.double_double.rows.enclose import WITHOUT_KERNEL, enclose
from lse_verify.oracle.double_double.twin import interpreted
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import NEGLIGIBLE_LOG2
from lse_verify.oracle.truth import (
    BY_ARB,
    BY_DOUBLE_DOUBLE,
    BY_JUDGE,
    FIRST_TIERS,
    SETTLED,
    TIER_NAMES,
    Truth,
    check_against_arb,
)

every_function = pytest.mark.parametrize("name", list(FUNCTIONS))
with_kernel = pytest.mark.parametrize("name", [n for n in FUNCTIONS if n not in WITHOUT_KERNEL])
LADDERS = {first: Ladder(first=first) for first in FIRST_TIERS}
LONGEST_FOR_THE_JUDGE = 10


def blocks(name: str, regime: str, fmt: str = "binary64", rows: int = 2) -> list[Block]:
    """Return a few rows of every block of few terms."""
    drawn = REGIMES[regime].draw(name, FORMATS[fmt], 4, 8).blocks
    return [block.between(0, rows) for block in drawn if block.n_terms <= LONGEST_FOR_THE_JUDGE]


def stands_in(found: Truth, place: int) -> bool:
    """Tell whether an enclosure is on the right side of a strict limit, and that is all."""
    _, lo, radius, exponent = (float(c[place]) for c in found.enclosures.columns())
    return exponent <= NEGLIGIBLE_LOG2 or 0 < radius < abs(lo) < radius * (1 + 2.0**-28)


def agree(one: Truth, other: Truth) -> None:
    assert one.shape == other.shape
    assert one.is_real.tolist() == other.is_real.tolist()
    assert one.no_limit.tolist() == other.no_limit.tolist()
    np.testing.assert_array_equal(one.special, other.special)
    for place in np.flatnonzero(one.is_real).tolist():
        ours, theirs = one.enclosures.at(place), other.enclosures.at(place)
        if ours and theirs and not (stands_in(one, place) or stands_in(other, place)):
            assert ours.intersect(theirs) is not None
    for fmt in FORMATS.values():
        values, decided = one.enclosures.rounded(fmt)
        again, sure = other.enclosures.rounded(fmt)
        both = decided & sure & one.is_real
        assert values[both].tobytes() == again[both].tobytes()


@every_function
@pytest.mark.parametrize("regime", [r for r in REGIMES if r != "many"])
def test_whoever_is_asked_first_the_truth_is_the_same(name: str, regime: str) -> None:
    function = FUNCTIONS[name]
    if name not in REGIMES[regime].functions:
        return
    # All formats are graded; here each has its turn.
    fmt = list(FORMATS)[(len(name) + len(regime)) % len(FORMATS)]
    for block in blocks(name, regime, fmt):
        found = {first: ladder.truth(function, block) for first, ladder in LADDERS.items()}
        agree(found["double-double"], found["arb"])
        agree(found["arb"], found["mpmath"])


@every_function
def test_each_tier_signs_what_it_decided(name: str) -> None:
    function = FUNCTIONS[name]
    (block, *_) = blocks(name, "gaussian", rows=4)
    tiers = {}
    for first, ladder in LADDERS.items():
        tier = ladder.truth(function, block).tier
        assert tier is not None
        tiers[first] = set(tier.tolist())
    numbers = {"arb": BY_ARB, "mpmath": BY_JUDGE}
    for first, number in numbers.items():
        assert tiers[first] <= {SETTLED, number}
        assert TIER_NAMES[number] == first
    assert (BY_DOUBLE_DOUBLE in tiers["double-double"]) == (name not in WITHOUT_KERNEL)


@every_function
@pytest.mark.parametrize("first", FIRST_TIERS)
def test_rows_do_not_depend_on_their_neighbours(name: str, first: str) -> None:
    function = FUNCTIONS[name]
    for block in (*blocks(name, "special", rows=30), *blocks(name, "gaussian", rows=3)):
        whole = LADDERS[first].truth(function, block)
        per_row = whole.is_real.size // block.n_rows
        for row in range(0, block.n_rows, 7):
            alone = LADDERS[first].truth(function, block.between(row, row + 1))
            places = slice(row * per_row, (row + 1) * per_row)
            for column, part in zip(
                whole.enclosures.columns(), alone.enclosures.columns(), strict=True
            ):
                np.testing.assert_array_equal(column[places], part)
            np.testing.assert_array_equal(whole.special[places], alone.special)


# Planted faults.

Fault = Callable[[EnclosureArray], EnclosureArray]

FAULTS: dict[str, Fault] = {
    "off by 2**-80": lambda found: replace(found, lo=found.lo + np.copysign(2.0**-80, found.hi)),
    "no low part": lambda found: replace(found, lo=np.zeros(len(found))),
    "radius too small": lambda found: replace(found, radius=found.radius * 2.0**-30),
    "wrong exponent": lambda found: replace(found, exponent=found.exponent + 1),
    "wrong sign": lambda found: replace(found, hi=-found.hi, lo=-found.lo),
    "said to be negligible": lambda found: replace(
        found,
        radius=np.full(len(found), np.inf),
        exponent=np.full(len(found), NEGLIGIBLE_LOG2, dtype=np.int64),
    ),
}


def plant(monkeypatch: pytest.MonkeyPatch, fault: Fault) -> None:
    def faulty(function: Function, block: Block) -> EnclosureArray:
        return fault(enclose(function, block))

    monkeypatch.setattr(truth_module, "enclose", faulty)


@with_kernel
@pytest.mark.parametrize("fault", list(FAULTS))
def test_a_wrong_answer_of_the_kernels_stops_the_run(
    name: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (block, *_) = blocks(name, "gaussian", rows=9)
    plant(monkeypatch, FAULTS[fault])
    with pytest.raises(OracleDisagreement, match=rf"arb exclude one another on {name}\("):
        Ladder().truth(FUNCTIONS[name], block)


def test_a_negligible_value_of_the_wrong_sign_stops_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    block = Block((np.array([[0.0, -700.0], [0.0, -600.0]]),))
    plant(monkeypatch, FAULTS["said to be negligible"])
    with pytest.raises(OracleDisagreement):
        Ladder().truth(FUNCTIONS["logsumexp"], block)
    far = Block((np.array([[0.0, -1e5], [0.0, -1e300]]),))
    plant(monkeypatch, lambda found: found)
    Ladder().truth(FUNCTIONS["log_softmax"], far)


def test_faults_of_the_kernels_do_not_matter_to_who_does_not_ask_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (block, *_) = blocks("logsumexp", "gaussian", rows=4)
    expected = Ladder().truth(FUNCTIONS["logsumexp"], block)
    plant(monkeypatch, FAULTS["off by 2**-80"])
    for first in ("arb", "mpmath"):
        agree(LADDERS[first].truth(FUNCTIONS["logsumexp"], block), expected)


@pytest.mark.parametrize("n", [3, 10**5])
def test_the_message_is_one_line_of_bounded_length_and_says_what_to_do(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = np.random.default_rng(1).standard_normal((1, n))
    plant(monkeypatch, FAULTS["off by 2**-80"])
    with pytest.raises(OracleDisagreement) as raised:
        Ladder().truth(FUNCTIONS["logsumexp"], Block((x,)))
    message = str(raised.value)
    assert "\n" not in message
    assert len(message) < 700
    assert repr(float(x[0, 0])) in message
    assert ("100000 terms" in message) is (n == 10**5)
    assert "--oracle arb" in message


WRONG = 1 + 2.0**-40

EXP_FAULTS: list[dict[str, Any]] = [
    {"_B1": exponential._B1 * (1 + 2.0**-52)},
    {"_B4": exponential._B4 * WRONG},
    {"_B2_LO": 0.0},
    {"_LOG_TWO_2": exponential._LOG_TWO_2 + 2.0**-74},
    {"_LOG_TWO_3": 0.0},
]
LOG_FAULTS: list[dict[str, Any]] = [
    {"_A1": logarithm._A1 * (1 + 2.0**-52)},
    {"_A2": logarithm._A2 * WRONG},
    {"_A3": logarithm._A3 * (1 + 2.0**-24)},
    {"_A1_LO": 0.0},
    {"_TABLE_LO": np.zeros_like(logarithm._TABLE_LO)},
]
BEHIND: list[tuple[str, Any, str, list[dict[str, Any]]]] = [
    ("logsumexp", sums, "_short", EXP_FAULTS),
    ("smoothmax", sums, "_short", EXP_FAULTS),
    ("log_softmax", sums, "_short", EXP_FAULTS),
    ("softmax", shares, "_shares", EXP_FAULTS),
    ("log_softmax_gradient", shares, "_shares", EXP_FAULTS),
    ("logistic", logistic, "_logistic_loop", EXP_FAULTS),
    ("logsumexp", lse, "_finish", LOG_FAULTS),
    ("softplus", lse, "_finish", LOG_FAULTS),
    ("smoothmin", lse, "_finish", LOG_FAULTS),
    ("multinomial_cumulant", lse, "_finish", LOG_FAULTS),
    ("log_softmax", shares, "_logs", LOG_FAULTS),
    ("negentropy", entropy, "_terms", LOG_FAULTS),
]


@pytest.mark.parametrize(
    ("name", "module", "loop", "fault"),
    [(*where, fault) for *where, faults in BEHIND for fault in [{}, *faults]],
    ids=lambda value: next(iter(value), "none") if isinstance(value, dict) else None,
)
def test_a_wrong_coefficient_behind_the_rows_is_caught_on_ordinary_regimes(
    name: str, module: Any, loop: str, fault: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "lanes_of_short", lambda n_terms: 8)
    monkeypatch.setattr(module, loop, interpreted(getattr(module, loop), **fault))

    def run() -> None:
        for regime in ("gaussian", "ties", "gap"):
            for block in blocks(name, regime, rows=8):
                Ladder().truth(FUNCTIONS[name], block)

    if not fault:
        run()
        return
    with pytest.raises(OracleDisagreement):
        run()


def test_the_sample_that_is_checked_reaches_from_the_first_row_to_the_last() -> None:
    x = np.random.default_rng(2).standard_normal((1000, 3))
    block, function = Block((x,)), FUNCTIONS["softmax"]
    found = enclose(function, block)
    rows = np.arange(1000)
    check_against_arb(function, block, found, rows)
    for row in (0, 999):
        spoilt = replace(found, lo=found.lo.copy())
        spoilt.lo[3 * row + 2] += 2.0**-80
        with pytest.raises(OracleDisagreement, match=r"\[3\]"):
            check_against_arb(function, block, spoilt, rows)
        # Rows that the kernels did not decide are not theirs to answer for.
        check_against_arb(function, block, spoilt, np.setdiff1d(rows, [row]))


def test_no_rows_and_no_terms_have_a_truth_of_that_shape() -> None:
    for first in FIRST_TIERS:
        ladder = LADDERS[first]
        empty = ladder.truth(FUNCTIONS["logsumexp"], Block((np.zeros((2, 0)),)))
        assert empty.special.tolist() == [-math.inf, -math.inf]
        none = ladder.truth(FUNCTIONS["softmax"], Block((np.zeros((0, 3)),)))
        assert none.shape == (0, 3)
        assert len(none.enclosures) == 0
