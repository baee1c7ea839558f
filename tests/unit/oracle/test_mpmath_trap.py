"""Why the judge does not take mpmath's interval exp and log as they are, pinned for 1.3.

Expected values come from Arb at some hundred bits more. Where a test says that mpmath's own
interval excludes the truth, its failure tells that mpmath has changed; where it speaks of
the judge, its failure tells that truths may be wrong.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import flint
import pytest
from mpmath.ctx_iv import MPIntervalContext
from mpmath.libmp import (
    fone,
    from_man_exp,
    mpi_exp,
    mpi_log,
    round_ceiling,
    round_floor,
    to_rational,
)

from lse_verify.family import FUNCTIONS
from lse_verify.oracle import mpmath_judge
from lse_verify.oracle.arb_balls import ArbBalls
from lse_verify.oracle.mpmath_judge import MpmathJudge

TRAP = float.fromhex("0x1.ee99ee1e3d43bp+406")
PRECISIONS = (128, 512, 2048, 8192, 32768)

Mpf = Any
Ball = Any


def as_ball(mpf: Mpf) -> Ball:
    sign, man, exp, _ = mpf
    return flint.arb((-int(man) if sign else int(man), int(exp)))


def shortfall_in_units(ends: tuple[Mpf, Mpf], truth: Ball, prec_bits: int) -> float:
    """Return by how much an interval misses the truth: negative if it holds it."""
    low, high = ends
    unit = flint.arb((1, int(low[2] + low[3] - prec_bits)))
    below = float(((as_ball(low) - truth) / unit).upper())
    above = float(((truth - as_ball(high)) / unit).upper())
    return max(below, above)


def arguments(draw: random.Random, prec_bits: int, positive: bool) -> Mpf:
    """Draw a float of at most so many bits, where exp and log have their bad places."""
    bits = min(draw.choice([1, 10, 24, 53, 53, prec_bits]), prec_bits)
    man = draw.getrandbits(bits) | 1 | (1 << (bits - 1))
    magnitude = draw.choice(
        [
            draw.randint(-3, 3),
            draw.randint(-70, 60),
            -int(math.sqrt(prec_bits) / 4) + draw.randint(-3, 3),
            draw.randint(-prec_bits, 1024),
        ]
    )
    sign = 1 if positive else draw.choice([1, -1])
    return from_man_exp(sign * man, magnitude - bits)


def test_a_plain_mpmath_interval_ends_below_the_truth() -> None:
    context = MPIntervalContext()
    context.prec = 128
    top = context.log(5 * context.exp(context.mpf(TRAP)))._mpi_[1]
    # The truth is x + log 5, strictly above x.
    assert Fraction(*map(int, to_rational(top))) == Fraction(TRAP)


def test_the_judge_holds_the_truth_that_mpmath_excludes() -> None:
    judge, function = MpmathJudge(), FUNCTIONS["logsumexp"]
    enclosure = judge.enclose(function, ((TRAP,) * 5,), 1, 128)
    assert enclosure is not None
    assert enclosure.lo < Fraction(TRAP) + Fraction(math.log(5)) < enclosure.hi


def test_plain_exp_near_the_square_root_of_the_precision_is_off_by_millions_of_units() -> None:
    # mpmath reserves 10 + 2r bits for r = √prec/2 squarings, and loses √prec/4 more.
    prec_bits = 32768
    flint.ctx.prec = prec_bits + 400
    draw = random.Random(1)
    worst = 0.0
    for _ in range(12):
        x = from_man_exp(draw.getrandbits(53) | 1 | (1 << 52), -45 - 53)
        ends = mpi_exp((x, x), prec_bits)
        worst = max(worst, shortfall_in_units(ends, as_ball(x).exp(), prec_bits))
    assert worst > 1e5


def certain(name: str, x: Mpf, prec_bits: int) -> tuple[Mpf, Mpf]:
    """Evaluate exp or log as the judge does."""
    context = mpmath_judge._CONTEXT
    context.prec = prec_bits
    evaluate: Callable[[Any], Any] = getattr(mpmath_judge, f"_{name}")
    ends: tuple[Mpf, Mpf] = evaluate(context.make_mpf((x, x)))._mpi_
    return ends


@pytest.mark.parametrize("prec_bits", PRECISIONS)
@pytest.mark.parametrize("name", ["exp", "log"])
def test_the_judge_has_a_margin_of_two_units_at_every_precision(name: str, prec_bits: int) -> None:
    draw = random.Random(f"{name} {prec_bits}")
    for _ in range(max(4, 60000 // (200 + prec_bits))):
        x = arguments(draw, prec_bits, positive=name == "log")
        if x == fone:
            continue
        flint.ctx.prec = prec_bits + 1500
        truth = getattr(as_ball(x), name)()
        shortfall = shortfall_in_units(certain(name, x, prec_bits), truth, prec_bits)
        # Units of the low end: where the ends straddle a power of two, those of the high
        # end are twice as large.
        assert shortfall <= -1.99


@pytest.mark.parametrize("prec_bits", [128, 512, 2048])
def test_log_beside_one_keeps_its_margin(prec_bits: int) -> None:
    draw = random.Random(prec_bits)
    for _ in range(100):
        gap = draw.randint(1, prec_bits - 1)
        man = (1 << gap) + draw.choice([1, -1]) * (draw.getrandbits(max(1, gap // 2)) | 1)
        if man <= 0 or man == 1 << gap:
            continue
        x = from_man_exp(man, -gap)
        flint.ctx.prec = 3 * prec_bits + 200
        shortfall = shortfall_in_units(certain("log", x, prec_bits), as_ball(x).log(), prec_bits)
        assert shortfall <= -1.99


def test_the_logarithm_of_one_is_exactly_zero() -> None:
    one = from_man_exp(1, 0)
    assert {end[1] for end in certain("log", one, 128)} == {0}


def test_plain_mpmath_log_beside_one_rounds_the_wrong_way() -> None:
    # log(1 + t) < t, but 1 + 2**−127 is answered by t itself as its lower end.
    x = from_man_exp((1 << 127) + 1, -127)
    low, _ = mpi_log((x, x), 100)
    flint.ctx.prec = 600
    assert bool(as_ball(low) > as_ball(x).log())


def test_ties_are_rounded_outward_by_sums_of_intervals() -> None:
    # mpmath's +, on which every Σ rests, is correct even at distances of 2**1024 binades.
    context = MPIntervalContext()
    context.prec = 128
    tiny = context.exp(context.mpf(-1e300))
    low, high = (1 + tiny)._mpi_
    assert low == from_man_exp(1, 0, 128, round_floor)
    assert high == from_man_exp((1 << 127) + 1, -127, 128, round_ceiling)


def test_both_oracles_stay_apart_from_the_trap_at_every_precision() -> None:
    judge, second, function = MpmathJudge(), ArbBalls(), FUNCTIONS["logsumexp"]
    for prec_bits in PRECISIONS[:4]:
        ours = judge.enclose(function, ((TRAP,) * 5,), 1, prec_bits)
        other = second.enclose(function, ((TRAP,) * 5,), 1, prec_bits)
        assert ours is not None
        assert other is not None
        assert ours.intersect(other) is not None
