"""What came of a claim: the nouns between running the proofs and reporting them.

Theorems do not leave their process; outcomes do. Statements are kept as LaTeX and as text.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec


class Status(IntEnum):
    """How well a claim stands, in rising order."""

    REFUTED = 0
    NOT_PROVED = 1
    NUMERIC = 2
    PROVED_FOR_SOME = 3
    PROVED = 4
    PROVED_AND_CHECKED = 5


class Shown(msgspec.Struct, frozen=True):
    """A statement as people read it.

    Attributes
    ----------
    given : tuple of str
        The hypotheses, in LaTeX.
    then : str
        The conclusion, in LaTeX.
    text : str
        Both in one line of plain text.
    """

    given: tuple[str, ...]
    then: str
    text: str


class Step(msgspec.Struct, frozen=True):
    """One step of a derivation.

    Attributes
    ----------
    number : int
        From 1, after all the steps it uses.
    rule : str
        The rule of the kernel that made it.
    uses : tuple of int
        The steps that the rule was applied to.
    shown : Shown
        What it says.
    points : int
        At how many points the falsifier found it to hold.
    verdict : str
        The falsifier's: held, refuted, undecided, vacuous, error.
    note : str
        What the falsifier saw where the verdict is not ``held``.
    """

    number: int
    rule: str
    uses: tuple[int, ...]
    shown: Shown
    points: int
    verdict: str
    note: str


class VariantOutcome(msgspec.Struct, frozen=True):
    """What came of a false variant: it must be refuted."""

    name: str
    shown: Shown
    verdict: str
    witness: str
    note: str


class MethodOutcome(msgspec.Struct, frozen=True):
    """What the second method found at fixed n."""

    description: str
    lengths: tuple[int, ...]
    failed: tuple[int, ...]
    note: str


class CoqOutcome(msgspec.Struct, frozen=True):
    """What Coq says of a claim.

    Attributes
    ----------
    checked : bool
        Whether every theorem compiled, with no axioms but those of the classical reals.
    theorems : tuple of str
        Their full names.
    axioms : tuple of str
        The axioms used.
    note : str
        ``not checked by Coq here``, or the first error.
    """

    checked: bool
    theorems: tuple[str, ...]
    axioms: tuple[str, ...]
    note: str


class MutantCount(msgspec.Struct, frozen=True):
    """How kernel and falsifier judged mutants of a claim's steps and statements.

    Attributes
    ----------
    made : int
        All of them.
    refuted : int
        Rejected by the kernel, refuted by the falsifier.
    equivalent : int
        Accepted by the kernel, not refuted: true statements.
    open : int
        Rejected by the kernel, not refuted: true, or false where no point showed it.
    both : tuple of str
        Accepted and refuted; there must be none.
    """

    made: int
    refuted: int
    equivalent: int
    open: int
    both: tuple[str, ...]


class ClaimOutcome(msgspec.Struct, frozen=True):
    """What came of a claim.

    Attributes
    ----------
    id, sentence, argument, holds_for : str
        As in the claim.
    caveats, quoted : tuple of str
        As in the claim, and the sources that theorems rest on.
    status : Status
        How well it stands.
    reason : str
        Why it stands no better, where it is not proved.
    states : tuple of Shown
        What was to be derived.
    ends : tuple of int
        The step that ends each of these derivations.
    steps : tuple of Step
        The derivation.
    prec_bits : int
        The falsifier's working precision.
    seconds : float
        From the first step to the last check.
    variants : tuple of VariantOutcome
    method : MethodOutcome or None
    coq : CoqOutcome or None
        None where Coq was not asked.
    mutants : MutantCount or None
        None where none were made.
    witness : str
        A point at which the claim fails, or nothing.
    """

    id: str
    sentence: str
    argument: str
    holds_for: str
    caveats: tuple[str, ...]
    quoted: tuple[str, ...]
    status: Status
    reason: str
    states: tuple[Shown, ...]
    ends: tuple[int, ...]
    steps: tuple[Step, ...]
    prec_bits: int
    seconds: float
    variants: tuple[VariantOutcome, ...]
    method: MethodOutcome | None
    coq: CoqOutcome | None
    mutants: MutantCount | None
    witness: str

    @property
    def points(self) -> int:
        """The number of step evaluations of the falsifier."""
        return sum(step.points for step in self.steps)
