"""All that one call of ``lse-verify check`` has to tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lse_verify.audit.ledger import Ledger
from lse_verify.check.baseline import Held, words_of
from lse_verify.check.gate import Check
from lse_verify.check.shown import Shown
from lse_verify.report.words import counted


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement of one grade, as it is told whatever the form.

    Attributes
    ----------
    implementation, function, format : str
        Whose grade.
    required, measured : str
        In words.
    passed : bool
        Whether it is met.
    """

    implementation: str
    function: str
    format: str
    required: str
    measured: str
    passed: bool

    @property
    def grade(self) -> str:
        """Whose, in one text."""
        return f"{self.implementation}  {self.function}  {self.format}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked.

    Attributes
    ----------
    ledger : Ledger
        What was found.
    checks : list of Check
        Requirements that were said.
    shown : list of Shown
        Inputs where they fail.
    held : list of Held
        What was held against a baseline; empty where there is none.
    baseline : str
        The baseline's file; empty where there is none.
    is_updated : bool
        Whether it has been recorded anew: then nothing is worse than it.
    unchecked : int
        Grades of the baseline that this call has not checked.
    """

    ledger: Ledger
    checks: list[Check]
    shown: list[Shown]
    held: list[Held] = field(default_factory=list)
    baseline: str = ""
    is_updated: bool = False
    unchecked: int = 0

    @property
    def lines(self) -> list[Line]:
        """All requirements, those of one grade together."""
        said = [
            Line(c.implementation, c.function, c.format, c.required, c.measured, c.passed)
            for c in self.checks
        ]
        grades: dict[str, list[Line]] = {}
        for line in [*said, *map(self._held, self.held)]:
            grades.setdefault(line.grade, []).append(line)
        return [line for lines in grades.values() for line in lines]

    def _held(self, held: Held) -> Line:
        worse = "; ".join(map(words_of, held.worse))
        better = "; ".join(map(words_of, held.better))
        if held.is_new:
            measured = "recorded" if self.is_updated else "not recorded yet"
        elif self.is_updated:
            measured = "; ".join(filter(None, (worse, better))) or "as recorded"
        else:
            measured = worse or (f"better: {better}" if better else "as recorded")
        passed = self.is_updated or not held.worse
        return Line(*held.key, f"no worse than {self.baseline}", measured, passed)

    @property
    def passed(self) -> bool:
        """Whether all requirements are met."""
        return all(line.passed for line in self.lines)

    @property
    def sentences(self) -> Iterator[str]:
        """What is said in the end, the outcome last."""
        rows = sum(entry.finding.rows for entry in self.ledger.entries)
        lines = self.lines
        failed = sum(not line.passed for line in lines)
        if self.is_updated:
            yield f"recorded {counted(len(self.held), 'grade')} in {self.baseline}"
        elif any(held.better or held.is_new for held in self.held):
            yield f"something is better or new; record it in {self.baseline} with --update"
        if self.unchecked:
            yield f"not checked: {counted(self.unchecked, 'other grade')} of {self.baseline}"
        seed = self.ledger.header.seed
        of = f"{counted(len(lines), 'requirement')} ({counted(rows, 'input')}, seed {seed})"
        yield f"failed: {failed} of {of}" if failed else f"passed: {of}"
