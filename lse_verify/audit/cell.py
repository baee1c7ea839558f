"""The unit of work: one implementation on one function, format and regime."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from lse_verify.audit.fields import Name
from lse_verify.formats import FORMATS
from lse_verify.implementations.library import Implementation
from lse_verify.inputs.batch import Regime

AUDITED = tuple(name for name, fmt in FORMATS.items() if fmt.bits > 8)
"""The formats of an audit that names none.

Those of 8 bits would add a third to its cells and little to know: they have so few floats that
every pair of them can be tried instead of a sample, and whoever names them gets the sample too.
"""


class Cell(msgspec.Struct, frozen=True, order=True):
    """A cell carries a seed and no arrays: a worker draws its own inputs.

    Attributes
    ----------
    implementation, function, format, regime : str
        Names.
    seed, samples : int
        What the regime draws from, and about how many rows.
    """

    implementation: str
    function: Name
    format: Name
    regime: str
    seed: int
    samples: int

    @property
    def batch_key(self) -> str:
        """What the inputs depend on: all but the implementation."""
        return f"{self.function} {self.format} {self.regime} {self.seed} {self.samples}"

    def __str__(self) -> str:
        return f"{self.implementation} {self.function} {self.format} {self.regime}"


def plan(
    implementations: Iterable[Implementation],
    functions: Sequence[str],
    formats: Sequence[str],
    regimes: Sequence[Regime],
    seed: int,
    samples: int,
) -> list[Cell]:
    """Return the cells of an audit, those of one batch next to each other.

    Parameters
    ----------
    implementations : iterable of Implementation
        Installed ones.
    functions, formats : sequence of str
        Names to keep; none keeps all functions, and the formats `AUDITED`.
    regimes : sequence of Regime
        Those to draw from.
    seed, samples : int
        Handed to every cell.
    """
    cells = {
        Cell(i.name, i.function, fmt, regime.name, seed, samples)
        for i in implementations
        for fmt in formats or AUDITED
        for regime in regimes
        if fmt in i.formats
        and (not functions or i.function in functions)
        and i.function in regime.functions
    }
    place = {regime.name: number for number, regime in enumerate(regimes)}
    return sorted(
        cells, key=lambda c: (c.function, list(FORMATS).index(c.format), place[c.regime], c)
    )


def batches(cells: Iterable[Cell]) -> Iterator[Cell]:
    """Yield one cell for each batch that the cells draw."""
    yield from {cell.batch_key: cell for cell in cells}.values()
