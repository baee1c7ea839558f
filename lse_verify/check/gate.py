"""What is required of grades, and which of them meet it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lse_verify.audit.finding import Finding
from lse_verify.audit.standing import SPECIAL, Outcome, Standing
from lse_verify.audit.verdict import Verdict, reasons, verdict
from lse_verify.errors import UnknownName, UsageError
from lse_verify.report.summary import conditioned_ulps, stability
from lse_verify.report.words import number

VERDICT, MAX_ULP, NO_VIOLATIONS = "verdict", "max_ulp", "no_violations"
"""The names of requirements."""

LEAST = {
    v.word: v
    for v in (
        Verdict.CORRECTLY_ROUNDED,
        Verdict.FAITHFUL,
        Verdict.STABLE,
        Verdict.WEAK,
        Verdict.UNSTABLE,
    )
}
"""The verdicts that can be required, by their word."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What every grade has to be.

    Attributes
    ----------
    verdict : Verdict or None
        This or better in every regime. An answer left undecided is worse than weak.
    max_ulp : float or None
        The most that an error may be, in ulps, where the input is well conditioned (κ ≤ 100).
        Elsewhere the rounding of the input alone costs more, and only a verdict says what is
        too much. A NaN or an infinity where there should be none is more than any number.
    no_violations : bool
        No bound may be broken, not even where conditioning excuses it.

    An implementation that raises, crashes, hangs or returns something else meets no requirement.
    """

    verdict: Verdict | None = None
    max_ulp: float | None = None
    no_violations: bool = False

    @classmethod
    def of(
        cls, verdict: str | None = None, max_ulp: float | None = None, no_violations: bool = False
    ) -> Gate:
        """Return the gate that a user describes; nothing said requires ``"stable"``.

        Raises
        ------
        UnknownName
            If there is no such verdict.
        UsageError
            If `max_ulp` is no positive number.

        Examples
        --------
        >>> Gate.of()
        Gate(verdict=<Verdict.STABLE: 2>, max_ulp=None, no_violations=False)
        >>> Gate.of("correctly-rounded").verdict
        <Verdict.CORRECTLY_ROUNDED: 0>
        """
        if max_ulp is not None and not (0 < max_ulp < math.inf):
            raise UsageError(
                f"max ulp is {max_ulp}; it has to be a positive number, such as 0.5 or 4"
            )
        if verdict is None:
            nothing = max_ulp is None and not no_violations
            return cls(Verdict.STABLE if nothing else None, max_ulp, no_violations)
        word = verdict.lower().replace("-", " ").replace("_", " ")
        if word not in LEAST:
            raise UnknownName("verdict", verdict, [name.replace(" ", "-") for name in LEAST])
        return cls(LEAST[word], max_ulp, no_violations)


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement of one grade.

    Attributes
    ----------
    implementation, function, format : str
        Whose grade.
    required, measured : str
        In words.
    passed : bool
        Whether it is met.
    regimes : tuple of str
        Where to look for inputs that show why it is not: the regime where it fails most, and that
        of special values if it fails there too.
    name : str
        The name of the requirement: what `fails` takes.
    """

    implementation: str
    function: str
    format: str
    required: str
    measured: str
    passed: bool
    regimes: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class _Requirement:
    """A requirement.

    Attributes
    ----------
    words : str
        What is required.
    fails : callable
        Whether a finding does not meet it.
    size : callable
        How much of it a finding shows; the largest is the regime to look at.
    measured : callable
        In words, what an outcome shows.
    """

    words: str
    fails: Callable[[Finding], bool]
    size: Callable[[Finding], float]
    measured: Callable[[Outcome], str]


def checks(gate: Gate, found: Iterable[Standing]) -> Iterator[Check]:
    """Yield a check for every requirement of every grade.

    Parameters
    ----------
    gate : Gate
        What is required.
    found : iterable of Standing
        The grades.
    """
    requirements = _requirements(gate)
    for standing in found:
        for fmt, outcome in standing.outcomes.items():
            for name, requirement in requirements.items():
                yield _check(standing, fmt, outcome, name, requirement)


def _check(
    standing: Standing, fmt: str, outcome: Outcome, name: str, required: _Requirement
) -> Check:
    failing = {regime: f for regime, f in outcome.regimes.items() if required.fails(f)}
    untested = outcome.verdict is Verdict.UNTESTED
    ordinary = [regime for regime in failing if regime != SPECIAL]
    worst = max(ordinary, key=lambda regime: required.size(failing[regime]), default="")
    return Check(
        implementation=standing.name,
        function=standing.function,
        format=fmt,
        required=required.words,
        measured="nothing was measured" if untested else required.measured(outcome),
        passed=not failing and not untested,
        regimes=tuple(regime for regime in (worst, SPECIAL) if regime in failing),
        name=name,
    )


def fails(gate: Gate, name: str, finding: Finding) -> bool:
    """Tell whether what some inputs show does not meet one requirement of a gate."""
    return _requirements(gate)[name].fails(finding)


def _requirements(gate: Gate) -> dict[str, _Requirement]:
    found = {}
    if gate.verdict is not None:
        found[VERDICT] = _verdict(gate.verdict)
    if gate.max_ulp is not None:
        found[MAX_ULP] = _max_ulp(gate.max_ulp)
    if gate.no_violations:
        found[NO_VIOLATIONS] = _NO_VIOLATIONS
    return found


def _verdict(least: Verdict) -> _Requirement:
    return _Requirement(
        words=least.word if least is Verdict.CORRECTLY_ROUNDED else f"{least.word} or better",
        fails=lambda finding: verdict(finding) > least,
        size=lambda finding: verdict(finding) + _squashed(_stability(finding)),
        measured=_graded,
    )


def _max_ulp(most: float) -> _Requirement:
    return _Requirement(
        words=f"at most {number(most)} ulp where κ ≤ 100",
        fails=lambda finding: _conditioned(finding) > most,
        size=_conditioned,
        measured=_largest,
    )


def _conditioned(finding: Finding) -> float:
    """Return the largest error where κ ≤ 100; infinity where there is something without one."""
    without_error = (finding.spurious_nan, finding.spurious_infinity, finding.special)
    if finding.failure or any(tally.count for tally in without_error):
        return math.inf
    return finding.worst_conditioned.size if finding.worst_conditioned else 0.0


def _stability(finding: Finding) -> float:
    return finding.worst_stability.size if finding.worst_stability else 0.0


def _squashed(size: float) -> float:
    """Return a number below 1 that grows with a size."""
    return size / (1 + size) if math.isfinite(size) else 1.0


def _graded(outcome: Outcome) -> str:
    finding, factor = outcome.finding, f"E {stability(outcome.ordinary)}"
    if outcome.only_special_is_wrong:
        otherwise = outcome.ordinary_verdict.word
        return f"wrong on special values ×{finding.special.count}, else {otherwise} ({factor})"
    words = _failure(finding) or reasons(finding) or [factor]
    return f"{outcome.verdict.word} ({', '.join(words)})"


def _largest(outcome: Outcome) -> str:
    finding = outcome.finding
    found = {
        "NaN": finding.spurious_nan.count,
        "infinity": finding.spurious_infinity.count,
        "wrong special value": finding.special.count,
    }
    words = [f"{name} ×{count}" for name, count in found.items() if count]
    words += _failure(finding)
    return ", ".join([f"{conditioned_ulps(outcome.ordinary)} ulp", *words])


def _failure(finding: Finding) -> list[str]:
    failure = finding.failure
    return [] if failure is None else [f"{failure.kind}: {failure.words}"]


def _broken(finding: Finding) -> dict[str, int]:
    found = {name: tally.count for name, tally in finding.violations.items()}
    if finding.rounding_use is not None:
        found["a-priori bound"] = finding.rounding_use.broken.count
    return {name: count for name, count in found.items() if count}


def _violations(outcome: Outcome) -> str:
    words = [f"{name} ×{count}" for name, count in _broken(outcome.finding).items()]
    return ", ".join([*words, *_failure(outcome.finding)]) or "none"


_NO_VIOLATIONS = _Requirement(
    words="no violations",
    fails=lambda finding: bool(finding.failure or _broken(finding)),
    size=lambda finding: sum(_broken(finding).values()),
    measured=_violations,
)
