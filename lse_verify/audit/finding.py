"""What a cell showed: counts, a histogram and witnesses, merging associatively."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args

import msgspec

from lse_verify.audit.exhausted import Exhausted
from lse_verify.audit.fields import Bucket, Label, Name
from lse_verify.audit.fingerprint import Fingerprint
from lse_verify.audit.witness import Witness, larger

FailureKind = Literal["exception", "shape", "dtype", "overwritten", "crash", "hang", "environment"]
FAILURE_KINDS: tuple[FailureKind, ...] = get_args(FailureKind)

Basis = Literal["exhaustive", "elsewhere", "documented"]
BASES: tuple[Basis, ...] = ("exhaustive", "elsewhere", "documented")
"""How errors of elementary functions are known, the surest first."""

EXACT_BUCKET = "0"
"""The histogram's name for errors of exactly 0; others are named by ⌊log₂ error⌋."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How often something happened among how many, and the largest example.

    Attributes
    ----------
    tested, count, excused : int
        Tried, happened, and of those happened the ones that conditioning excuses.
    witness : Witness or None
        The largest that is not excused, or the largest at all if every one is.
    """

    tested: int = 0
    count: int = 0
    excused: int = 0
    witness: Witness | None = None

    def merge(self, other: Tally) -> Tally:
        """Return the tally of both."""
        return Tally(
            tested=self.tested + other.tested,
            count=self.count + other.count,
            excused=self.excused + other.excused,
            witness=_unexcused_first(self, other),
        )


def _unexcused_first(first: Tally, second: Tally) -> Witness | None:
    counts_first, counts_second = first.count > first.excused, second.count > second.excused
    if counts_first != counts_second:
        return first.witness if counts_first else second.witness
    return larger(first.witness, second.witness)


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that could not be graded at all, or a harm that was done beside answering.

    Attributes
    ----------
    kind : str
        ``"exception"``, it raised one; ``"shape"`` or ``"dtype"``, it gave something else than
        was asked for; ``"overwritten"``, it wrote into its input; ``"crash"`` or ``"hang"``, it
        took a process down or did not end; ``"environment"``, it was graded, but changed the
        process it ran in for everybody else there (`lse_verify.audit.guard`).
    words : str
        What happened, for people.
    """

    kind: FailureKind
    words: str


class BoundUse(msgspec.Struct, frozen=True, kw_only=True):
    """Errors held against an a-priori bound of Blanchard, Higham & Higham.

    Attributes
    ----------
    algorithm : str
        The row of MATHEMATICS, section 6.
    measured : int
        Rows that gave a finite answer.
    overflowed : int
        Rows that gave an infinity or NaN although the truth is finite.
    largest_error, largest_bound : float
        The largest relative error and the largest bound, both in units of u.
    largest_use : float
        The largest quotient of a row's error and its bound; above 1 breaks the bound.
    """

    algorithm: Name
    measured: int = 0
    overflowed: int = 0
    largest_error: float = 0.0
    largest_bound: float = 0.0
    largest_use: float = 0.0

    def merge(self, other: BoundUse) -> BoundUse:
        """Return what both show."""
        return BoundUse(
            algorithm=self.algorithm,
            measured=self.measured + other.measured,
            overflowed=self.overflowed + other.overflowed,
            largest_error=max(self.largest_error, other.largest_error),
            largest_bound=max(self.largest_bound, other.largest_bound),
            largest_use=max(self.largest_use, other.largest_use),
        )


class RoundingUse(msgspec.Struct, frozen=True, kw_only=True):
    """Errors held against a rounding bound that drops nothing (`lse_verify.family.rounding`).

    Attributes
    ----------
    scheme : str
        The scheme that the implementation is, or says it is.
    basis : str
        How the errors of exp and of the logarithm are known: ``"exhaustive"``, every float
        tried on the platform of the audit; ``"elsewhere"``, tried on other platforms, and a
        sample on this one; ``"documented"``.
    exp_ulps, log_ulps : float
        These errors in ulps: E, and L of the logarithm that the scheme takes.
    unbounded : int
        Rows that the bound says nothing of, because the sum may overflow or lose everything.
    broken : Tally
        Rows beyond their bound, of those that have one; the size is the quotient.
    largest_use : float
        The largest quotient of a row's error and its bound; above 1 breaks the bound.
    """

    scheme: Name
    basis: Basis
    exp_ulps: float
    log_ulps: float
    unbounded: int = 0
    broken: Tally = Tally()
    largest_use: float = 0.0

    def merge(self, other: RoundingUse) -> RoundingUse:
        """Return what both show; of machines that differ, the looser figures."""
        return RoundingUse(
            scheme=self.scheme,
            basis=max(self.basis, other.basis, key=BASES.index),
            exp_ulps=max(self.exp_ulps, other.exp_ulps),
            log_ulps=max(self.log_ulps, other.log_ulps),
            unbounded=self.unbounded + other.unbounded,
            broken=self.broken.merge(other.broken),
            largest_use=max(self.largest_use, other.largest_use),
        )


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What one cell showed; findings of the same cell over different inputs merge.

    Attributes
    ----------
    rows, outputs : int
        Inputs tried, and answers among them that were measured in ulps.
    histogram : dict
        Count of errors by ⌊log₂ of the error in ulps⌋, exact answers under ``"0"``.
    correctly_rounded, faithful : int
        Outputs with an error of at most 0.5, and below 1.
    worst_error : Witness or None
        The largest error in ulps.
    worst_conditioned : Witness or None
        The largest among outputs with κ ≤ 100.
    worst_stability : Witness or None
        The largest stability factor E.
    not_stable, not_weak : Tally
        Outputs with E above 4(1 + log₂ n), and above 4 + 2n.
    spurious_nan, spurious_infinity, special : Tally
        NaN or ±∞ where the truth is a number that fits; wrong special values.
    violations : dict of Tally
        Broken bounds by name.
    properties : dict of Tally
        Broken properties by name; they do not change the verdict.
    policies : list of str
        What is given where nothing is right or wrong.
    undecided : Tally
        Answers whose grade the limit of precision left open.
    failure : Failure or None
        Why (some of) the cell could not be graded, or what was done beside.
    bound_use : BoundUse or None
        The a-priori bound of the algorithm, where it is known to be one.
    rounding_use : RoundingUse or None
        The rounding bound of the scheme, where there is one; it does not change the verdict.
    tiers : dict
        How many outputs each tier of the oracle decided, by its name (`TIER_NAMES`); ``"mpmath"``
        also counts those that arrays left open.
    profiles : dict of dict
        What figures show, the largest of each bucket to three digits: ``"condition"`` is the
        error in ulps by ⌊log₂ max(1, κ)⌋, ``"gap"`` the stability factor E by the distance of
        two terms, in buckets that begin at whole numbers below 8, at multiples of 4 below 64
        and at multiples of 64 above.
    exhausted : Exhausted or None
        What only trying every input shows; None where inputs were sampled.
    fingerprint : Fingerprint, or unset
        What tells the same bits; unset where there are none to compare: of every input, of a
        cell that was lost, and in ledgers from before there were any.
    """

    rows: int = 0
    outputs: int = 0
    histogram: dict[Bucket, int] = {}
    correctly_rounded: int = 0
    faithful: int = 0
    worst_error: Witness | None = None
    worst_conditioned: Witness | None = None
    worst_stability: Witness | None = None
    not_stable: Tally = Tally()
    not_weak: Tally = Tally()
    spurious_nan: Tally = Tally()
    spurious_infinity: Tally = Tally()
    special: Tally = Tally()
    violations: dict[Label, Tally] = {}
    properties: dict[Label, Tally] = {}
    policies: list[str] = []
    undecided: Tally = Tally()
    failure: Failure | None = None
    bound_use: BoundUse | None = None
    rounding_use: RoundingUse | None = None
    tiers: dict[Label, int] = {}
    profiles: dict[Label, dict[int, float]] = {}
    exhausted: Exhausted | None = None
    fingerprint: Fingerprint | msgspec.UnsetType = msgspec.UNSET

    def merge(self, other: Finding) -> Finding:
        """Return the finding over the inputs of both: associative and commutative."""
        return Finding(
            rows=self.rows + other.rows,
            outputs=self.outputs + other.outputs,
            histogram=_merge_counts(self.histogram, other.histogram),
            correctly_rounded=self.correctly_rounded + other.correctly_rounded,
            faithful=self.faithful + other.faithful,
            worst_error=larger(self.worst_error, other.worst_error),
            worst_conditioned=larger(self.worst_conditioned, other.worst_conditioned),
            worst_stability=larger(self.worst_stability, other.worst_stability),
            not_stable=self.not_stable.merge(other.not_stable),
            not_weak=self.not_weak.merge(other.not_weak),
            spurious_nan=self.spurious_nan.merge(other.spurious_nan),
            spurious_infinity=self.spurious_infinity.merge(other.spurious_infinity),
            special=self.special.merge(other.special),
            violations=_merge_tallies(self.violations, other.violations),
            properties=_merge_tallies(self.properties, other.properties),
            policies=sorted({*self.policies, *other.policies}),
            undecided=self.undecided.merge(other.undecided),
            failure=_first_failure(self.failure, other.failure),
            bound_use=_merged(self.bound_use, other.bound_use),
            rounding_use=_merged(self.rounding_use, other.rounding_use),
            tiers={
                name: self.tiers.get(name, 0) + other.tiers.get(name, 0)
                for name in sorted({*self.tiers, *other.tiers})
            },
            profiles=_merge_profiles(self.profiles, other.profiles),
            exhausted=_merged(self.exhausted, other.exhausted),
            fingerprint=_merged_prints(self.fingerprint, other.fingerprint),
        )

    def with_witnesses(self, change: Callable[[Witness], Witness]) -> Finding:
        """Return the finding with every witness changed."""

        def tally(old: Tally) -> Tally:
            found = old.witness
            return old if found is None else msgspec.structs.replace(old, witness=change(found))

        changed: dict[str, Any] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Witness):
                changed[name] = change(value)
            elif isinstance(value, Tally):
                changed[name] = tally(value)
            elif isinstance(value, RoundingUse):
                changed[name] = msgspec.structs.replace(value, broken=tally(value.broken))
        for name in ("violations", "properties"):
            changed[name] = {key: tally(old) for key, old in getattr(self, name).items()}
        return msgspec.structs.replace(self, **changed)

    @property
    def unexcused(self) -> dict[str, Tally]:
        """The violations that conditioning does not excuse."""
        return {name: t for name, t in self.violations.items() if t.count > t.excused}


Mergeable = TypeVar("Mergeable", BoundUse, RoundingUse, Exhausted)


def _merged(first: Mergeable | None, second: Mergeable | None) -> Mergeable | None:
    if first is None or second is None:
        return first or second
    return first.merge(second)


def _merged_prints(
    first: Fingerprint | msgspec.UnsetType, second: Fingerprint | msgspec.UnsetType
) -> Fingerprint | msgspec.UnsetType:
    # Not None where there is none: that would stand in every line of ledgers from before.
    if first is msgspec.UNSET or second is msgspec.UNSET:
        return first or second
    return first.merge(second)


def _merge_counts(first: dict[str, int], second: dict[str, int]) -> dict[str, int]:
    names = sorted({*first, *second}, key=bucket_order)
    return {name: first.get(name, 0) + second.get(name, 0) for name in names}


def _merge_tallies(first: dict[str, Tally], second: dict[str, Tally]) -> dict[str, Tally]:
    empty = Tally()
    return {
        name: first.get(name, empty).merge(second.get(name, empty))
        for name in sorted({*first, *second})
    }


def _merge_profiles(
    first: dict[str, dict[int, float]], second: dict[str, dict[int, float]]
) -> dict[str, dict[int, float]]:
    return {
        name: _merge_maxima(first.get(name, {}), second.get(name, {}))
        for name in sorted({*first, *second})
    }


def _merge_maxima(first: dict[int, float], second: dict[int, float]) -> dict[int, float]:
    return {
        bucket: max(first.get(bucket, 0.0), second.get(bucket, 0.0))
        for bucket in sorted({*first, *second})
    }


def _first_failure(first: Failure | None, second: Failure | None) -> Failure | None:
    present = [failure for failure in (first, second) if failure is not None]
    return min(present, key=lambda f: (f.kind, f.words), default=None)


def bucket_order(name: str) -> float:
    """Sort key of a histogram's buckets: exact answers first, then by size."""
    return -1e9 if name == EXACT_BUCKET else float(name.removeprefix("2^"))


def to_builtins(finding: Finding) -> Any:
    """Return the finding as plain data, as the ledger has it."""
    return msgspec.to_builtins(finding)
