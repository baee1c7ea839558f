"""All contenders, in the order in which reports show them."""

from __future__ import annotations

from lse_verify.bench.contenders.arbitrary_precision import FLINT_LOOP, GMPY2_LOOP, MPMATH_LOOP
from lse_verify.bench.contenders.contender import Contender
from lse_verify.bench.contenders.libraries import NUMPY_ROWS, SCIPY_ROWS, TORCH_ROWS
from lse_verify.bench.contenders.ours import CORRECT_ROWS, TRUTH_ROWS


def roster() -> dict[str, Contender]:
    """Return the contenders by name; nothing of theirs is imported yet."""
    everyone = (
        TRUTH_ROWS,
        CORRECT_ROWS,
        FLINT_LOOP,
        GMPY2_LOOP,
        MPMATH_LOOP,
        SCIPY_ROWS,
        NUMPY_ROWS,
        TORCH_ROWS,
    )
    return {contender.name: contender for contender in everyone}
