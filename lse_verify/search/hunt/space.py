"""Where is searched: inputs of a function as points of ordinals, the line of bit patterns.

The arguments of an input are laid side by side: the entries of its rows, or its values. Each is
an ordinal of `Format.ordinals`, so that a step of 1 is the next float wherever one stands.
Parameters, such as the t of smoothmax, are those that regimes draw.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.arrange import SHARPNESSES, TRIALS
from lse_verify.inputs.regimes import WITH_IMPLIED_ZERO

Ordinals = NDArray[np.int64]

LONGEST = 1000
"""Terms of the longest rows that a hunt makes."""


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """What the inputs of one batch share.

    Attributes
    ----------
    n_terms : int
        Entries of a row; 1 for functions of values.
    parameter : float
        t or N; 0 where the function has none.
    """

    n_terms: int
    parameter: float = 0.0


@dataclass(frozen=True, slots=True)
class Probe:
    """Inputs that a strategy proposes.

    Attributes
    ----------
    shape : Shape
        What they share.
    ordinals : ndarray of int64, shape (m, coordinates)
        One input a row.
    """

    shape: Shape
    ordinals: Ordinals


@dataclass(frozen=True, slots=True)
class Space:
    """The inputs of a function in a format.

    Attributes
    ----------
    function : Function
        Any of the family.
    fmt : Format
        The format.
    lengths : tuple of int
        The numbers of terms that rows may have; one if the caller has fixed it.
    """

    function: Function
    fmt: Format
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, function: Function, fmt: Format, n_terms: int | None) -> Space:
        """Return the space of rows of `n_terms`, or of 1 to `LONGEST` terms for None."""
        if "row" not in function.arguments:
            return cls(function, fmt, (1,))
        # One term alone is its own logarithm, settled without evaluation.
        fewest = 1 if function.name in WITH_IMPLIED_ZERO else 2
        lengths = (n_terms,) if n_terms else tuple(range(fewest, LONGEST + 1))
        return cls(function, fmt, lengths)

    @property
    def parameters(self) -> tuple[float, ...]:
        """The parameters that are tried, (0,) where there is none."""
        if "parameter" not in self.function.arguments:
            return (0.0,)
        if self.function.name.startswith("smooth"):
            return tuple(float(t) for t in self.fmt.cast(np.array(SHARPNESSES)))
        return TRIALS

    @property
    def arrays(self) -> int:
        """How many arguments are rows or values."""
        return sum(kind != "parameter" for kind in self.function.arguments)

    @property
    def of_shares(self) -> bool:
        """Whether the entries are probabilities."""
        return self.function.name == "negentropy"

    @property
    def limits(self) -> tuple[int, int]:
        """The least and the largest ordinal of an entry."""
        if self.of_shares:
            return 0, self.ordinal(1.0)
        top = self.ordinal(self.fmt.largest)
        return -top, top

    def ordinal(self, value: float) -> int:
        """Return the ordinal of the float nearest to a number, cut off at the largest."""
        inside = min(max(value, -self.fmt.largest), self.fmt.largest)
        return int(self.fmt.ordinals(self.fmt.cast(np.array([inside])))[0])

    def coordinates(self, shape: Shape) -> int:
        """Return how many ordinals an input has."""
        return self.arrays * shape.n_terms

    def clipped(self, ordinals: Ordinals) -> Ordinals:
        """Return ordinals put back into the limits."""
        return np.clip(ordinals, *self.limits)

    def uniform(self, rng: np.random.Generator, shape: tuple[int, ...]) -> Ordinals:
        """Draw ordinals, all equally likely."""
        return rng.integers(*self.limits, shape, endpoint=True)

    def draw_shape(self, rng: np.random.Generator) -> Shape:
        """Draw a parameter, and a length: 2, 3 and 10 often, else uniform in its logarithm."""
        parameter = float(rng.choice(self.parameters))
        if len(self.lengths) == 1:
            return Shape(self.lengths[0], parameter)
        first, last = self.lengths[0], self.lengths[-1]
        if rng.random() < 0.5:
            return Shape(int(rng.choice((2, 2, 3, 10))), parameter)
        drawn = np.exp(rng.uniform(np.log(first), np.log(last + 1)))
        return Shape(int(np.clip(drawn, first, last)), parameter)

    def block(self, probe: Probe) -> Block:
        """Return the inputs as the function takes them."""
        entries = self.fmt.from_ordinals(probe.ordinals)
        parts = iter(np.split(entries, self.arrays, axis=1))
        arguments: list[FloatArray | float] = []
        for kind in self.function.arguments:
            if kind == "parameter":
                arguments.append(probe.shape.parameter)
            else:
                part = next(parts)
                arguments.append(np.ascontiguousarray(part if kind == "row" else part[:, 0]))
        return Block(tuple(arguments))

    def probe(self, block: Block) -> Probe:
        """Return the inputs of a block as ordinals; the inverse of `block`."""
        arrays: list[FloatArray] = [a for a in block.arguments if isinstance(a, np.ndarray)]
        parameter = next((a for a in block.arguments if isinstance(a, float)), 0.0)
        rows = [self.fmt.ordinals(a).reshape(block.n_rows, -1) for a in arrays]
        return Probe(Shape(block.n_terms, parameter), np.hstack(rows))
