"""The mathematics, stated once in SymPy; it knows no floats.

``gradient``, ``hessian``, ``log_softmax_gradient``, ``weighted_gradient``, ``conjugate``,
``bregman`` and ``cumulant`` give SymPy objects, each with the theorem that shows it; ``kernel`` is
what makes theorems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lse_verify.theory.derived import (
        Derived,
        bregman,
        conjugate,
        cumulant,
        gradient,
        hessian,
        log_softmax_gradient,
        weighted_gradient,
    )

__all__ = [
    "Derived",
    "bregman",
    "conjugate",
    "cumulant",
    "gradient",
    "hessian",
    "log_softmax_gradient",
    "weighted_gradient",
]


def __getattr__(name: str) -> Any:
    # The proofs are imported when they are asked for; most of this package is used without them.
    if name not in __all__:
        raise AttributeError(f"module 'lse_verify.theory' has no attribute '{name}'")
    from lse_verify.theory import derived

    return getattr(derived, name)
