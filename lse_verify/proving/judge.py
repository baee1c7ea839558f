"""One claim from its proof to its outcome: the kernel, the falsifier, the second method, mutants.

The witnesses share nothing, and anything but a clean yes of each keeps a claim from being proved.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, partial

import msgspec

from lse_verify.proving.derivation import derivation
from lse_verify.proving.falsifier.examination import examine
from lse_verify.proving.falsifier.judgement import PREC_BITS
from lse_verify.proving.fixed.methods import METHODS
from lse_verify.proving.latex import shown
from lse_verify.proving.mutation.mutants import mutants_of
from lse_verify.proving.outcome import (
    ClaimOutcome,
    Examined,
    MethodOutcome,
    MutantCount,
    StateOutcome,
    Status,
    Step,
    VariantOutcome,
)
from lse_verify.theory.claim import Claim
from lse_verify.theory.kernel import Rejected, Theorem, proves
from lse_verify.theory.statements import Sequent

POINTS = 80
"""How many points each step is judged at: with the project's claims over 40,000 in all."""

_LONGEST_WORDS = 400


def judged(
    claim: Claim, seed: int, points: int = POINTS, file: str = "", mutants: bool = True
) -> ClaimOutcome:
    """Prove a claim and try to refute it.

    Parameters
    ----------
    claim : Claim
        Its proof may raise whatever it likes.
    seed : int
        Of the points and the mutants.
    points : int, optional
        How many points each step is judged at.
    file : str, optional
        Where a user's claim is from: it has no second method, whatever its id.
    mutants : bool, optional
        Whether to make mutants.
    """
    start = time.perf_counter()
    look = partial(_examined, seed=seed, points=points)
    # Where a false variant fails may take looking for.
    look_long = partial(_examined, seed=seed, points=max(points, POINTS))
    theorems, fault = _derived(claim)
    steps, ends = derivation(theorems, look)
    missing = _first_missing(claim, theorems, fault)
    counted, stray = _mutants(claim, theorems, seed) if mutants and theorems else (None, "")
    outcome = ClaimOutcome(
        id=claim.id,
        file=file,
        sentence=claim.sentence,
        argument=claim.argument,
        holds_for=claim.holds_for,
        caveats=claim.caveats,
        quoted=_quoted(claim, theorems),
        states=tuple(
            StateOutcome(look(state), end)
            for state, end in zip(claim.states, _padded(ends, len(claim.states)), strict=True)
        ),
        steps=steps,
        prec_bits=PREC_BITS,
        variants=tuple(VariantOutcome(v.name, look_long(v.sequent)) for v in claim.variants),
        method=None if file else _second_method(claim.id),
        mutants=counted,
    )
    status, reason = _standing(outcome, missing, stray)
    seconds = time.perf_counter() - start
    return msgspec.structs.replace(outcome, status=status, reason=reason, seconds=seconds)


def _padded(ends: list[int], length: int) -> list[int]:
    return [*ends, *[0] * length][:length]


def _derived(claim: Claim) -> tuple[tuple[Theorem, ...], str]:
    """Return the theorems of a proof, or none and why there are none."""
    try:
        theorems = tuple(claim.prove())
        for theorem in theorems:
            if not isinstance(theorem, Theorem):
                return (), f"its proof gives a {type(theorem).__name__}, not a theorem"
            # The kernel refuses to tell what a handle says that it has not made.
            _ = theorem.sequent
    except Rejected as why:
        return (), one_line(f"the kernel rejects a step: {why}")
    except (Exception, SystemExit) as why:
        return (), one_line(f"its proof raises {type(why).__name__}: {why}")
    return theorems, ""


def _first_missing(claim: Claim, theorems: tuple[Theorem, ...], fault: str) -> str:
    """Say what is not derived; an empty text if everything is."""
    if fault:
        return fault
    if not claim.states:
        return "it states nothing"
    if len(theorems) != len(claim.states):
        return f"its proof gives {len(theorems)} theorems for {len(claim.states)} statements"
    for theorem, state in zip(theorems, claim.states, strict=True):
        if not proves(theorem, state):
            return one_line(f"its proof shows '{theorem.sequent}', not '{state}'")
    return ""


def one_line(words: str) -> str:
    """Return a text in one line that is not endless."""
    flat = " ".join(words.split())
    return flat if len(flat) <= _LONGEST_WORDS else f"{flat[: _LONGEST_WORDS - 1]}…"


def _quoted(claim: Claim, theorems: tuple[Theorem, ...]) -> tuple[str, ...]:
    sources = frozenset[str]().union(*(theorem.sources for theorem in theorems))
    return tuple(dict.fromkeys([*claim.quoted, *sorted(sources)]))


@cache
def _examined(sequent: Sequent, seed: int, points: int) -> Examined:
    found = examine(sequent.hypotheses, sequent.conclusion, seed, points)
    where = "" if found.witness is None else f"at {found.witness}"
    witness = ": ".join(part for part in (where, found.note) if part)
    return Examined(shown(sequent), found.verdict, found.points, one_line(witness))


def _second_method(claim: str) -> MethodOutcome | None:
    method = METHODS.get(claim)
    if method is None:
        return None
    failed, notes = [], []
    for length in method.lengths:
        holds, note = _at(method.check, length)
        if not holds:
            failed.append(length)
            notes += [note] if note else []
    return MethodOutcome(method.description, method.lengths, tuple(failed), "; ".join(notes))


def _at(check: Callable[[int], bool], length: int) -> tuple[bool, str]:
    try:
        return check(length) is True, ""
    except Exception as why:
        return False, one_line(f"{type(why).__name__} at n = {length}: {why}")


def _mutants(
    claim: Claim, theorems: tuple[Theorem, ...], seed: int
) -> tuple[MutantCount | None, str]:
    """Return what came of the mutants, or why that cannot be told."""
    try:
        return mutants_of(claim, theorems, seed), ""
    except Exception as why:
        return None, one_line(f"judging its mutants raises {type(why).__name__}: {why}")


def _standing(outcome: ClaimOutcome, missing: str, stray: str) -> tuple[Status, str]:
    """Return how well a claim stands, and why no better.

    Parameters
    ----------
    outcome : ClaimOutcome
        Everything else that is known of it.
    missing : str
        What the kernel did not derive; empty if it derived everything.
    stray : str
        What went wrong elsewhere.
    """
    everything = [*(("a statement", s.examined) for s in outcome.states)]
    everything += [(_step(step), step.examined) for step in outcome.steps]
    for what, one in everything:
        if one.verdict == "refuted":
            return Status.REFUTED, one_line(f"{what} is false {one.witness}")
    faults = [
        f"{what} is {e.verdict}: {e.witness}" for what, e in everything if e.verdict != "held"
    ]
    faults += [*_other_faults(outcome), *([stray] if stray else [])]
    if not missing and not faults:
        return Status.PROVED, ""
    reason = one_line("; ".join([*([missing] if missing else []), *faults]))
    if not outcome.states or any(state.examined.verdict != "held" for state in outcome.states):
        return Status.NOT_PROVED, reason
    if missing and not faults and outcome.method is not None:
        return Status.PROVED_FOR_SOME, reason
    return Status.NUMERIC, reason


def _step(step: Step) -> str:
    return f"step {step.number} ({step.rule})"


def _other_faults(outcome: ClaimOutcome) -> list[str]:
    faults = [
        f"the false variant '{variant.name}' is not refuted ({variant.examined.verdict})"
        for variant in outcome.variants
        if variant.examined.verdict != "refuted"
    ]
    method, mutants = outcome.method, outcome.mutants
    if method is not None and method.failed:
        told = f": {method.note}" if method.note else ""
        faults.append(f"the second method fails at n = {', '.join(map(str, method.failed))}{told}")
    if mutants is not None and mutants.both:
        faults.append(f"a false mutant is accepted: {mutants.both[0]}")
    return faults
