"""Correctly rounded implementations made from the oracle: nothing about them is wrong.

They round the certified enclosures of Arb, and ask mpmath where these do not decide.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lse_verify.enclosure import Enclosure
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import FORMATS, FloatArray, Format
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import rounding_decided

_LADDER = Ladder()


def nearest(name: str) -> Callable[..., FloatArray]:
    """Return the correctly rounded implementation of a function of the family."""
    function = FUNCTIONS[name]

    def call(*arguments: FloatArray | float) -> FloatArray:
        dtype = next(a.dtype for a in arguments if isinstance(a, np.ndarray))
        fmt = next(f for f in FORMATS.values() if f.dtype == dtype)
        block = Block(arguments)
        truth = _LADDER.truth(function, block)
        rounded, decided = truth.enclosures.rounded(fmt)
        result = np.where(truth.is_real, rounded, truth.special.astype(fmt.dtype))
        result = np.where(truth.no_limit, np.nan, result).astype(fmt.dtype)
        per_row = result.size // max(block.n_rows, 1)
        for entry in np.flatnonzero(truth.is_real & ~decided):
            row, output = divmod(int(entry), per_row)
            result[entry] = _judged(name, block, row, output, fmt)
        return result.reshape(truth.shape)

    return call


def _judged(name: str, block: Block, row: int, output: int, fmt: Format) -> float:
    truth = _LADDER.confirm(FUNCTIONS[name], block.point(row), output, rounding_decided(fmt))
    assert isinstance(truth, Enclosure)
    value = truth.rounded(fmt)
    assert value is not None
    return value


logsumexp = nearest("logsumexp")
weighted_logsumexp = nearest("weighted_logsumexp")
logaddexp = nearest("logaddexp")
softplus = nearest("softplus")
logistic = nearest("logistic")
logsumexp0 = nearest("logsumexp0")
smoothmax = nearest("smoothmax")
smoothmin = nearest("smoothmin")
softmax = nearest("softmax")
log_softmax = nearest("log_softmax")
log_softmax_gradient = nearest("log_softmax_gradient")
negentropy = nearest("negentropy")
bregman = nearest("bregman")
binomial_cumulant = nearest("binomial_cumulant")
multinomial_cumulant = nearest("multinomial_cumulant")
