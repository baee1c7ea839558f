"""From rows to the arguments of each function, in few shapes.

Libraries that compile for a shape pay for each new one, so every regime uses the same row
counts: a fixed function of the samples asked for and the number of terms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.probabilities import patterns_below_one, rounded_and_exact, softmax
from lse_verify.inputs.values import LN2, Rows, finite, mix, nearby, wide
from lse_verify.inputs.weights import weights_of

SHARPNESSES = (0.1, 2.0, 500.0)
"""What t is for smoothmax and smoothmin, before rounding to the format."""

TRIALS = (1.0, 7.0, 1000.0)
"""What N is for the cumulants, before rounding to the format."""

LONGEST = {"logsumexp": 10**7}
# The truth of longer rows costs seconds and shows the same stagnation again.
OTHERWISE_LONGEST = 1000

# With fewer samples the caller is in a hurry, and rows of millions of terms are not.
_LONGEST_OF_FEWER = {50: 4096, 2000: 65536}
"""By the number of samples that there are fewer of."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A regime's ``blocks``: its rows, arranged as the arguments of whichever function.

    Attributes
    ----------
    rows : callable
        Draws the rows.
    lengths : tuple of int
        The numbers of terms of row arguments, a block each.
    scores : bool
        Whether the rows are scores, whose softmax gives negentropy its probabilities;
        else the magnitudes of the entries do.
    """

    rows: Rows
    lengths: tuple[int, ...] = (2, 10)
    scores: bool = True

    def __call__(
        self, function: str, fmt: Format, rng: np.random.Generator, samples: int
    ) -> tuple[Block, ...]:
        """Draw the blocks of a batch."""
        hurried = (most for fewer, most in _LONGEST_OF_FEWER.items() if samples < fewer)
        longest = next(hurried, LONGEST["logsumexp"])
        if samples >= min(_LONGEST_OF_FEWER):
            longest = min(longest, LONGEST.get(function, OTHERWISE_LONGEST))
        lengths = tuple(n for n in self.lengths if n <= longest)
        return tuple(_arranger(function_named(function))(Draw(self, lengths, fmt, rng, samples)))


@dataclass(frozen=True, slots=True)
class Draw:
    """An arrangement bound to a format, a stream and a number of samples."""

    arrangement: Arrangement
    lengths: tuple[int, ...]
    fmt: Format
    rng: np.random.Generator = field(repr=False)
    samples: int

    def count(self, n: int) -> int:
        """Return how many rows of n terms a block has; odd, so that vector loops have tails."""
        if n <= 10:
            return self.samples | 1
        if n <= 100:
            return self.few
        if n <= 10**6:
            return 5 if n <= 4096 else 3
        return 1

    @property
    def few(self) -> int:
        """How many rows of a few terms a block has where there is a block a parameter."""
        return (self.samples // 4) | 1

    def rows(self, m: int, n: int) -> FloatArray:
        """Draw rows."""
        return self.arrangement.rows(self.fmt, self.rng, (m, n))

    def against_zero(self, m: int, n: int) -> FloatArray:
        """Draw rows for a function that adds a term 0: as they are, and as differences."""
        differences = from_one_entry(self.fmt, self.rng, self.rows(m, n + 1))
        return mix(self.rng, self.rows(m, n), differences)


def from_one_entry(fmt: Format, rng: np.random.Generator, rows: FloatArray) -> FloatArray:
    """Return the entries minus one of them, which is left out.

    It is the largest in half of the rows, so that all differences are below 0, and the
    first otherwise.
    """
    entries = wide(rows)
    lines = np.arange(len(entries))
    chosen = np.where(rng.random(len(entries)) < 0.5, entries.argmax(axis=1), 0)
    reference = entries[lines, chosen]
    entries[lines, chosen] = entries[:, 0]
    with np.errstate(over="ignore"):
        return finite(fmt, entries[:, 1:] - reference[:, None])


def _row(draw: Draw) -> Iterable[Block]:
    return (Block((draw.rows(draw.count(n), n),)) for n in draw.lengths)


def _row_and_weights(draw: Draw) -> Iterable[Block]:
    for n in draw.lengths:
        # Their truth is Arb's alone, which takes a hundred times as long as the kernels.
        rows = draw.rows(min(draw.few, draw.count(n)), n)
        weights = weights_of(draw.fmt, draw.rng, rows)
        if not draw.arrangement.scores:
            # Of patterns of every size the weights are some, too.
            weights = mix(draw.rng, weights, draw.rows(*rows.shape))
        yield Block((rows, weights))


def _row_against_zero(draw: Draw) -> Iterable[Block]:
    return (Block((draw.against_zero(draw.count(n), n),)) for n in draw.lengths)


def _two_values(draw: Draw) -> Iterable[Block]:
    for _ in range(2):
        rows = draw.rows(draw.count(2), 2)
        yield Block((rows[:, 0].copy(), rows[:, 1].copy()))


def _two_values_to_base_2(draw: Draw) -> Iterable[Block]:
    for _ in range(2):
        # Their truth is Arb's alone, as that of weights is.
        rows = to_base_2(draw.fmt, draw.rng, draw.rows(draw.few, 2))
        yield Block((rows[:, 0].copy(), rows[:, 1].copy()))


def to_base_2(fmt: Format, rng: np.random.Generator, rows: FloatArray) -> FloatArray:
    """Return rows over log 2, whose powers of 2 are what their exponentials were, or as they are.

    So they meet the thresholds of exp2, and whole numbers as well as any others.
    """
    with np.errstate(over="ignore", under="ignore"):
        return mix(rng, finite(fmt, wide(rows) / LN2), rows)


def _value(draw: Draw) -> Iterable[Block]:
    return (Block((draw.against_zero(draw.count(1), 1)[:, 0],)) for _ in range(2))


def parameters(fmt: Format, wanted: tuple[float, ...]) -> tuple[float, ...]:
    """Return parameters as floats of a format, those beyond its largest as that."""
    return tuple(finite(fmt, np.array(wanted)).astype(np.float64).tolist())


def _value_and_trials(draw: Draw) -> Iterable[Block]:
    values = parameters(draw.fmt, TRIALS)
    return (Block((draw.against_zero(draw.few, 1)[:, 0], trials)) for trials in values)


def _row_and_trials(draw: Draw) -> Iterable[Block]:
    for index, trials in enumerate(parameters(draw.fmt, TRIALS)):
        n = draw.lengths[index % len(draw.lengths)]
        yield Block((draw.against_zero(min(draw.few, draw.count(n)), n), trials))


def _smooth(draw: Draw, direction: float) -> Iterable[Block]:
    for index, t in enumerate(parameters(draw.fmt, SHARPNESSES)):
        n = draw.lengths[index % len(draw.lengths)]
        rows = wide(draw.rows(min(draw.few, draw.count(n)), n))
        with np.errstate(over="ignore", under="ignore"):
            # t times the entries is what a threshold is a threshold for.
            shrunk = finite(draw.fmt, direction * rows / t)
        yield Block((mix(draw.rng, shrunk, finite(draw.fmt, direction * rows)), t))


def _smoothmax(draw: Draw) -> Iterable[Block]:
    return _smooth(draw, 1.0)


def _smoothmin(draw: Draw) -> Iterable[Block]:
    return _smooth(draw, -1.0)


def _probabilities(draw: Draw) -> Iterable[Block]:
    for n in draw.lengths:
        rows = draw.rows(draw.count(n), n)
        shares = softmax(wide(rows)) if draw.arrangement.scores else patterns_below_one(rows)
        yield Block((rounded_and_exact(draw.fmt, draw.rng, shares),))


def _pair(draw: Draw) -> Iterable[Block]:
    for n in draw.lengths:
        x, other = (draw.rows(draw.count(n), n) for _ in range(2))
        yield Block((x, second_rows(draw.fmt, draw.rng, x, other)))


def second_rows(
    fmt: Format, rng: np.random.Generator, x: FloatArray, other: FloatArray
) -> FloatArray:
    """Return rows for a divergence from `x`: few floats away, a little away, other, equal."""
    step = np.ldexp(1.0, -(fmt.precision // 2))
    noise = step * rng.standard_normal(x.shape)
    with np.errstate(over="ignore"):
        perturbed = finite(fmt, wide(x) + noise * np.maximum(np.abs(wide(x)), 1.0))
    return mix(rng, nearby(fmt, rng, x, 4), perturbed, other, x)


Arranger = Callable[[Draw], Iterable[Block]]

_BY_ARGUMENTS: dict[tuple[str, ...], Arranger] = {
    ("row",): _row,
    ("value",): _value,
    ("value", "value"): _two_values,
}

_BY_NAME: dict[str, Arranger] = {
    "weighted_logsumexp": _row_and_weights,
    "logaddexp2": _two_values_to_base_2,
    "logsumexp0": _row_against_zero,
    "smoothmax": _smoothmax,
    "smoothmin": _smoothmin,
    "negentropy": _probabilities,
    "bregman": _pair,
    "binomial_cumulant": _value_and_trials,
    "multinomial_cumulant": _row_and_trials,
}
"""What has another domain, or draws its arguments together."""


def _arranger(function: Function) -> Arranger:
    return _BY_NAME.get(function.name) or _BY_ARGUMENTS[function.arguments]
