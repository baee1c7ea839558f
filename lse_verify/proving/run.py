"""Claims from request to outcomes: each in a process of its own making, Coq once for all."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

from lse_verify.enclosure import Enclosure
from lse_verify.errors import ClaimFileError, LseVerifyError
from lse_verify.execution.interruption import interruptible
from lse_verify.proving.coq import CoqClaim, CoqReport, check
from lse_verify.proving.judge import POINTS, judged, one_line
from lse_verify.proving.mixtures.table import Row, summary, table
from lse_verify.proving.outcome import (
    ClaimOutcome,
    CoqOutcome,
    CoqRun,
    MixtureOutcome,
    MixtureRow,
    Proofs,
    Status,
)
from lse_verify.proving.workers import Workers
from lse_verify.theory.claim import Claim
from lse_verify.theory.shelf import claim_named, claims, claims_in, folder

SECONDS_A_CLAIM = 180.0
"""Then a claim has hung; the slowest of the project's takes a tenth of it on an idle core."""

MIXTURES = "mixture.kl"

_COQ, _PAIRS = "Coq", "pairs of mixtures"

Observe = Callable[[str, int, int], None]
"""Told what has ended, how many tasks have, and how many there are."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be proved.

    Attributes
    ----------
    names : sequence of str
        Ids of claims, and paths of files with ``CLAIMS``; none of them for all of the project's.
    seed, jobs : int
        Jobs is the number of processes.
    points : int
        How many points each step is judged at.
    mutants : bool
        Whether to make mutants.
    coq : bool
        Whether to ask Coq, which checks all of its theorems or none.
    mixtures : bool
        Whether to hold pairs of mixtures against their true divergence, for the claim on them.
    """

    names: Sequence[str] = ()
    seed: int = 0
    jobs: int = 2
    points: int = POINTS
    mutants: bool = True
    coq: bool = False
    mixtures: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a claim is found again in another process."""

    file: str
    id: str
    number: int

    def claim(self) -> Claim:
        if self.file:
            return claims_in(Path(self.file))[self.number]
        return claim_named(self.id)


@interruptible(lambda: "stopped; nothing is kept of proofs")
def prove(request: Request, observe: Observe) -> Proofs:
    """Judge claims.

    Parameters
    ----------
    request : Request
        Which, and how.
    observe : callable
        Told whenever something has ended.

    Returns
    -------
    Proofs
        Apart from seconds the same for the same request, whatever the number of processes.

    Raises
    ------
    UnknownName
        If a claim is not known.
    ClaimFileError
        If a file cannot be imported, or has no claims.
    """
    start = time.perf_counter()
    found: dict[str, ClaimOutcome] = {}
    report: CoqReport | None = None
    pairs: MixtureOutcome | str = ""
    with Workers(request.jobs) as workers:
        places = _places(request.names, workers)
        give = workers.give
        if request.coq:
            give(_COQ, check, folder() / "coq", limit_s=None)
        for name, place in places.items():
            give(name, _judge, place, request, limit_s=SECONDS_A_CLAIM)
        if request.mixtures and MIXTURES in places:
            give(_PAIRS, _hold_pairs, request.seed, limit_s=None)
        for done, (name, answer, failure) in enumerate(workers.ended(), 1):
            if name == _COQ:
                report = answer or CoqReport(False, "", 0.0, {})
            elif name == _PAIRS:
                pairs = answer or failure
            else:
                found[name] = answer or _lost(places[name], failure)
            observe(name, done, workers.given)
    return Proofs(
        seed=request.seed,
        points=request.points,
        claims=tuple(_with_coq(_with_pairs(found[name], pairs), report) for name in places),
        coq=None if report is None else _coq_run(report),
        mixtures=pairs if isinstance(pairs, MixtureOutcome) else None,
        seconds=time.perf_counter() - start,
    )


def _places(names: Sequence[str], workers: Workers) -> dict[str, _Place]:
    """Return where each claim is, by its name in the tables.

    A user's file is imported in a worker: it may hang there, or take the process down.
    """
    if not names:
        return {name: _Place("", name, 0) for name in claims()}
    files = [name for name in names if _is_file(name)]
    for file in dict.fromkeys(files):
        workers.give(file, _ids_in, file, limit_s=SECONDS_A_CLAIM)
    ids: dict[str, tuple[str, ...]] = {}
    for file, answer, failure in workers.ended():
        if failure:
            raise ClaimFileError(f"'{file}' cannot be imported: {failure}")
        ids[file] = answer or ()
    places: dict[str, _Place] = {}
    for name in names:
        if name in ids:
            for number, claim in enumerate(ids[name]):
                places[f"{name}:{claim}"] = _Place(name, claim, number)
        else:
            places[claim_named(name).id] = _Place("", name, 0)
    return places


def _is_file(name: str) -> bool:
    return name not in claims() and (name.endswith(".py") or "/" in name or Path(name).exists())


def _ids_in(file: str) -> tuple[str, ...]:
    try:
        ids = tuple(claim.id for claim in claims_in(Path(file)))
    except SystemExit as why:
        raise ClaimFileError(f"'{file}' cannot be imported: it ends Python ({why})") from why
    twice = next((name for name in ids if ids.count(name) > 1), None)
    if twice is not None:
        raise ClaimFileError(f"'{file}' has two claims of the id '{twice}'; give each its own")
    if not ids:
        raise ClaimFileError(f"'{file}' has no claims; its CLAIMS is empty")
    return ids


def _judge(place: _Place, request: Request) -> ClaimOutcome:
    try:
        claim = place.claim()
        return judged(claim, request.seed, request.points, place.file, request.mutants)
    except (LseVerifyError, KeyboardInterrupt):
        raise
    except BaseException as why:
        # A claim may hold anything at all in the place of its statements.
        return _lost(place, one_line(f"judging it raises {type(why).__name__}: {why}"))


def _lost(place: _Place, failure: str) -> ClaimOutcome:
    if place.file:
        return ClaimOutcome(id=place.id, file=place.file, reason=failure)
    claim = claim_named(place.id)
    return ClaimOutcome(id=claim.id, sentence=claim.sentence, reason=failure)


def _hold_pairs(seed: int) -> MixtureOutcome:
    rows = table(seed)
    return MixtureOutcome(**asdict(summary(rows)), rows=tuple(map(_decimals, rows)))


def _decimals(row: Row) -> MixtureRow:
    return MixtureRow(
        number=row.index + 1,
        k=row.k,
        other_k=row.other_k,
        kl=_decimal(row.kl),
        lower=_decimal(row.lower),
        upper=_decimal(row.upper),
        adaptive_lower=_decimal(row.adaptive_lower),
        adaptive_upper=_decimal(row.adaptive_upper),
        inside=row.inside,
        adaptive_inside=row.adaptive_inside,
    )


def _decimal(number: Enclosure) -> str:
    return f"{float((number.lo + number.hi) / 2):.12g}"


def _with_pairs(outcome: ClaimOutcome, pairs: MixtureOutcome | str) -> ClaimOutcome:
    """Hold the claim on mixtures to what the pairs show."""
    if outcome.name != MIXTURES or not pairs:
        return outcome
    if isinstance(pairs, str):
        fault, worst = f"the pairs of mixtures: {pairs}", Status.NUMERIC
    elif pairs.outside or pairs.adaptive_outside:
        count = pairs.outside + pairs.adaptive_outside
        fault, worst = f"{count} divergences of {pairs.pairs} are outside", Status.REFUTED
    elif pairs.undecided or pairs.adaptive_undecided:
        count = pairs.undecided + pairs.adaptive_undecided
        fault, worst = f"{count} divergences of {pairs.pairs} are undecided", Status.NUMERIC
    else:
        return outcome
    reason = "; ".join(part for part in (outcome.reason, fault) if part)
    return msgspec.structs.replace(outcome, status=min(outcome.status, worst), reason=reason)


def _with_coq(outcome: ClaimOutcome, report: CoqReport | None) -> ClaimOutcome:
    if report is None or outcome.file or outcome.id not in report.claims:
        return outcome
    coq = _coq_outcome(report.claims[outcome.id])
    proved = outcome.status is Status.PROVED and coq.checked
    status = Status.PROVED_AND_CHECKED if proved else outcome.status
    return msgspec.structs.replace(outcome, coq=coq, status=status)


def _coq_outcome(claim: CoqClaim) -> CoqOutcome:
    return CoqOutcome(claim.checked, claim.theorems, claim.axioms, claim.error)


def _coq_run(report: CoqReport) -> CoqRun:
    beyond = {name: _coq_outcome(c) for name, c in report.claims.items() if name not in claims()}
    return CoqRun(report.version, report.seconds, beyond if report.available else {})
