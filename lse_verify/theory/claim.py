"""A claim is data: what is said, what is to be derived, and what must not be derivable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lse_verify.theory.kernel import Theorem
from lse_verify.theory.statements import Sequent


@dataclass(frozen=True, slots=True)
class Variant:
    """A false statement near a true one, which must be refuted.

    Attributes
    ----------
    name : str
        What is wrong with it, in a few words.
    sequent : Sequent
        The statement.
    """

    name: str
    sequent: Sequent


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim about LogSumExp and its proof.

    Attributes
    ----------
    id : str
        Stable; reports and code refer to it.
    sentence : str
        The claim in the article's words.
    states : tuple of Sequent
        What is to be derived, written apart from the derivation.
    prove : callable
        Returns one theorem for each sequent, in the same order.
    holds_for : str
        For which n.
    argument : str
        The idea of the proof, in a sentence or two.
    variants : tuple of Variant
        False statements that must be refuted.
    caveats : tuple of str
        What a reader must know before using it.
    quoted : tuple of str
        Parts that are cited from elsewhere and not derived.
    """

    id: str
    sentence: str
    states: tuple[Sequent, ...]
    prove: Callable[[], tuple[Theorem, ...]]
    argument: str
    holds_for: str = "every n ≥ 1"
    variants: tuple[Variant, ...] = ()
    caveats: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
