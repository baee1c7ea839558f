"""The grade of a finding, in the words of MATHEMATICS, section 8."""

from __future__ import annotations

import enum
import math

from lse_verify.audit.finding import Finding


class Verdict(enum.IntEnum):
    """The grades from best to worst; larger is worse."""

    CORRECTLY_ROUNDED = 0
    FAITHFUL = 1
    STABLE = 2
    WEAK = 3
    UNDECIDED = 4
    UNSTABLE = 5
    WRONG = 6
    UNTESTED = -1

    @property
    def word(self) -> str:
        """The grade as it is printed."""
        return self.name.lower().replace("_", " ")


MEANING = {
    Verdict.CORRECTLY_ROUNDED: "every error is at most 0.5 ulp: always the nearest float",
    Verdict.FAITHFUL: "every error is below 1 ulp: always one of the two floats around the truth",
    Verdict.STABLE: "every stability factor E is at most 4·(1 + log₂ n): "
    "no digits lost that the input did not cost",
    Verdict.WEAK: "every E is at most 4 + 2n: no better than plain recursive summation promises",
    Verdict.UNDECIDED: "the limit of precision left an answer open, and nothing worse was found",
    Verdict.UNSTABLE: "some E is above that: digits were lost that the input did not cost",
    Verdict.WRONG: "a bound violated and not excused, a spurious NaN or infinity, a wrong special "
    "value, the wrong shape or type, an input overwritten, an exception, a crash, a hang, or a "
    "working directory, rounding mode or seed changed for the whole process",
}


def stable_limit(n_terms: int) -> float:
    """Return the largest E that is called stable, 4·(1 + log₂ n)."""
    return 4 * (1 + math.log2(max(n_terms, 1)))


def weak_limit(n_terms: int) -> float:
    """Return the largest E that is called weak, 4 + 2n."""
    return 4 + 2.0 * n_terms


def verdict(finding: Finding) -> Verdict:
    """Return the grade of a finding."""
    tallies = (finding.spurious_nan, finding.spurious_infinity, finding.special)
    if finding.failure or finding.unexcused or any(tally.count for tally in tallies):
        return Verdict.WRONG
    if finding.outputs == 0 and not finding.undecided.count:
        return Verdict.UNTESTED if not finding.special.tested else Verdict.CORRECTLY_ROUNDED
    if finding.not_weak.count:
        return Verdict.UNSTABLE
    if finding.undecided.count:
        return Verdict.UNDECIDED
    if finding.correctly_rounded == finding.outputs:
        return Verdict.CORRECTLY_ROUNDED
    if finding.faithful == finding.outputs:
        return Verdict.FAITHFUL
    return Verdict.WEAK if finding.not_stable.count else Verdict.STABLE


def reasons(finding: Finding) -> list[str]:
    """Say in words what makes a finding wrong, empty if nothing does."""
    counted = {
        "spurious NaN": finding.spurious_nan,
        "spurious infinity": finding.spurious_infinity,
        "wrong special value": finding.special,
    }
    words: list[str] = [finding.failure.kind] if finding.failure else []
    words += [f"{name} ×{tally.count}" for name, tally in counted.items() if tally.count]
    words += [f"{name} ×{t.count - t.excused}" for name, t in finding.unexcused.items()]
    return words
