"""Hypothesis strategies for the regimes: nasty inputs for the user's own properties.

::

    @given(rows("binary32", "gap"))
    def test_not_below_the_maximum(x):
        assert mine(x[None, :])[0] >= x.max()

Needs Hypothesis.
"""

from __future__ import annotations

from functools import lru_cache
from typing import cast

import numpy as np
from hypothesis import strategies as st

from lse_verify.errors import UsageError
from lse_verify.formats import FloatArray, format_named
from lse_verify.inputs.regimes import REGIMES, regime_named

__all__ = ["rows"]

_FUNCTION = "logsumexp"

_SAMPLES = 20
"""Rows a draw: Hypothesis takes one of them, and draws again with another seed."""

_SEEDS = 256


def rows(format: str = "binary64", regime: str | None = None) -> st.SearchStrategy[FloatArray]:
    """Rows of terms as a regime of the audit draws them.

    Half of them are cut to some of their terms in a row, so that Hypothesis finds short examples.

    Parameters
    ----------
    format : str, optional
        Of ``lse_verify.FORMATS``.
    regime : str, optional
        One of those that ``lse-verify list`` shows; any of them if None. All entries are finite
        but in ``"special"``, which has empty rows too.

    Returns
    -------
    SearchStrategy
        Of arrays of shape (n,) in the dtype of the format, n at most 4096.

    Raises
    ------
    UnknownName
        If there is no such format or regime.
    UsageError
        If the regime has no rows, but pairs or probabilities.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(rows("binary32", "gap"), lambda x: x.max() - x.min() > 20).size
    2
    """
    fmt = format_named(format)
    names = [regime] if regime is not None else _with_rows()
    for name in names:
        if _FUNCTION not in regime_named(name).functions:
            raise UsageError(f"the regime '{name}' has no rows of terms; {_with_rows()} have")

    @st.composite
    def drawn(draw: st.DrawFn) -> FloatArray:
        name = draw(st.sampled_from(names))
        blocks = _blocks(name, fmt.name, draw(st.integers(0, _SEEDS - 1)))
        block = draw(st.sampled_from(blocks))
        row: FloatArray = block[draw(st.integers(0, len(block) - 1))]
        # Always as many choices, or a whole row would count as simpler than a part of it.
        first, n_terms = draw(st.integers(0, len(row))), draw(st.integers(0, 2 * len(row)))
        if n_terms >= len(row):
            return row.copy()
        return np.roll(row, -first)[: max(n_terms, 1)]

    return drawn()


@lru_cache(maxsize=4096)
def _blocks(regime: str, fmt: str, seed: int) -> list[FloatArray]:
    batch = regime_named(regime).draw(_FUNCTION, format_named(fmt), seed, _SAMPLES)
    found = [block.arguments[0] for block in batch.blocks if block.n_rows]
    return [cast(FloatArray, rows) for rows in found]


def _with_rows() -> list[str]:
    return [name for name, regime in REGIMES.items() if _FUNCTION in regime.functions]
