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
    where : tuple of str
        What its names are declared to be, in LaTeX; a name that is not there is any real number.
    text : str
        All of it in one line of plain text; two statements of the same text are one.
    """

    given: tuple[str, ...]
    then: str
    where: tuple[str, ...]
    text: str


class Examined(msgspec.Struct, frozen=True):
    """A statement and what the falsifier made of it.

    Attributes
    ----------
    shown : Shown
        What it says.
    verdict : str
        held, refuted, undecided, vacuous, error.
    points : int
        At how many points it was judged.
    witness : str
        The simplest point found at which it does not hold, and the numbers there.
    """

    shown: Shown
    verdict: str
    points: int
    witness: str


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
    source : str
        Where a step is cited from; empty for all that are derived.
    examined : Examined
        What it says, and what the falsifier made of it.
    """

    number: int
    rule: str
    uses: tuple[int, ...]
    source: str
    examined: Examined

    @property
    def only_assumes(self) -> bool:
        """Whether it only repeats one of its hypotheses."""
        return self.rule == "assume" or self.examined.shown.then in self.examined.shown.given


class StateOutcome(msgspec.Struct, frozen=True):
    """What came of one statement of a claim.

    Attributes
    ----------
    examined : Examined
        The statement as the claim writes it.
    end : int
        The step that derives it; 0 if none does.
    """

    examined: Examined
    end: int


class VariantOutcome(msgspec.Struct, frozen=True):
    """What came of a false variant: it must be refuted."""

    name: str
    examined: Examined


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


class ClaimOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a claim.

    Attributes
    ----------
    id, sentence, argument, holds_for : str
        As in the claim.
    file : str
        The file it was read from; empty for the project's own.
    caveats, quoted : tuple of str
        As in the claim; to the quoted belong the sources that its theorems rest on.
    status : Status
        How well it stands.
    reason : str
        Why it stands no better, where it is not proved.
    states : tuple of StateOutcome
        What was to be derived.
    steps : tuple of Step
        The derivation, each distinct step once.
    prec_bits : int
        The falsifier's working precision.
    seconds : float
        From the first step to the last check.
    variants : tuple of VariantOutcome
    method : MethodOutcome or None
        None where there is no second method.
    coq : CoqOutcome or None
        None where Coq was not asked.
    mutants : MutantCount or None
        None where none were made.
    """

    id: str
    file: str = ""
    sentence: str = ""
    argument: str = ""
    holds_for: str = ""
    caveats: tuple[str, ...] = ()
    quoted: tuple[str, ...] = ()
    status: Status = Status.NOT_PROVED
    reason: str = ""
    states: tuple[StateOutcome, ...] = ()
    steps: tuple[Step, ...] = ()
    prec_bits: int = 0
    seconds: float = 0.0
    variants: tuple[VariantOutcome, ...] = ()
    method: MethodOutcome | None = None
    coq: CoqOutcome | None = None
    mutants: MutantCount | None = None

    @property
    def name(self) -> str:
        """The id, after the file where it is not the project's own."""
        return f"{self.file}:{self.id}" if self.file else self.id

    @property
    def is_proved(self) -> bool:
        """Whether it is proved for every n that it speaks of."""
        return self.status >= Status.PROVED

    @property
    def word(self) -> str:
        """The status in words."""
        if self.status is Status.PROVED_FOR_SOME and self.method is not None:
            return f"proved for n ≤ {max(self.method.lengths)}"
        return _WORDS[self.status]

    @property
    def derived(self) -> int:
        """The number of steps that derive something."""
        return sum(not step.only_assumes for step in self.steps)

    @property
    def examined(self) -> dict[str, Examined]:
        """What the falsifier judged, by text: each statement that was to hold, once."""
        found = [*(step.examined for step in self.steps), *(s.examined for s in self.states)]
        return {one.shown.text: one for one in found}

    @property
    def points(self) -> int:
        """At how many points the falsifier judged the steps and the statements."""
        return sum(one.points for one in self.examined.values())


_WORDS = {
    Status.REFUTED: "refuted",
    Status.NOT_PROVED: "not proved",
    Status.NUMERIC: "numeric",
    Status.PROVED_FOR_SOME: "proved for some n",
    Status.PROVED: "proved",
    Status.PROVED_AND_CHECKED: "proved, also by Coq",
}


class MixtureRow(msgspec.Struct, frozen=True):
    """A pair of Gaussian mixtures: its true divergence and the sandwiches, in decimals."""

    number: int
    k: int
    other_k: int
    kl: str
    lower: str
    upper: str
    adaptive_lower: str
    adaptive_upper: str
    inside: str
    adaptive_inside: str


class MixtureOutcome(msgspec.Struct, frozen=True):
    """What the pairs show together, and each of them; see ``mixtures.table.Summary``."""

    pairs: int
    inside: int
    outside: int
    undecided: int
    adaptive_inside: int
    adaptive_outside: int
    adaptive_undecided: int
    least_nearness: float
    largest_width: float
    least_kl: float
    largest_kl: float
    mean_tightening: float
    seconds: float
    rows: tuple[MixtureRow, ...]


class CoqRun(msgspec.Struct, frozen=True):
    """What Coq says beside the claims.

    Attributes
    ----------
    version : str
        Empty where Coq is not installed.
    seconds : float
        Compiling and asking for axioms.
    beyond : dict of str to CoqOutcome
        What it proves that is no claim of the proof kernel: rounding bounds, certified values.
    """

    version: str
    seconds: float
    beyond: dict[str, CoqOutcome]


class Proofs(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one run over claims.

    Attributes
    ----------
    seed : int
        Of the falsifier's points, of the mutants and of the mixtures.
    points : int
        How many points each step was to be judged at.
    claims : tuple of ClaimOutcome
        In reading order.
    coq : CoqRun or None
        None where Coq was not asked.
    mixtures : MixtureOutcome or None
        None where the mixtures were not part of the run.
    seconds : float
        From the request to the last outcome.
    """

    seed: int
    points: int
    claims: tuple[ClaimOutcome, ...]
    coq: CoqRun | None
    mixtures: MixtureOutcome | None
    seconds: float

    @property
    def all_proved(self) -> bool:
        """Whether every claim is proved."""
        return all(claim.is_proved for claim in self.claims)

    @property
    def evaluations(self) -> int:
        """At how many points distinct statements were judged; a shared step counts once."""
        return sum(one.points for one in self.examined.values())

    @property
    def examined(self) -> dict[str, Examined]:
        """The distinct steps and statements of all claims, by text."""
        return {text: one for claim in self.claims for text, one in claim.examined.items()}
