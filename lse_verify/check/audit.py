"""What an audit found, for use in Python: figures, tables, requirements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self

from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.record import EXCUSED, faults
from lse_verify.audit.standing import SPECIAL, Standing, standings
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import Witness
from lse_verify.check.gate import Check, Gate, checks, fails
from lse_verify.check.shown import Shown
from lse_verify.check.smallest import Sought, as_met, sought_of
from lse_verify.check.words import failure_text
from lse_verify.errors import UsageError
from lse_verify.report.sections import grades
from lse_verify.report.witnesses import Exhibit, exhibits


class RequirementNotMet(AssertionError):
    """A grade is not what was required; the text has the smallest input that shows it.

    Examples
    --------
    >>> import lse_verify, numpy as np
    >>> def softplus(x):
    ...     return np.log(1 + np.exp(x))
    >>> audit = lse_verify.grade(softplus, format="binary32", regimes=["gap"], samples=50)
    >>> try:
    ...     audit.require(verdict="weak")
    ... except lse_verify.RequirementNotMet as error:
    ...     print(str(error).splitlines()[1])
      softplus, softplus in binary32: required weak or better; wrong (spurious infinity ×9)
    """


class Audit:
    """What an audit of one or more implementations found.

    Shown as a table in a notebook.

    Parameters
    ----------
    ledger : Ledger
        The findings.
    ask_again : callable, optional
        Finds the smallest input where a requirement fails; without one the input is shown as
        the audit met it.

    Examples
    --------
    >>> import lse_verify
    >>> audit = lse_verify.grade(
    ...     lse_verify.correct.softplus, "softplus", "binary16", regimes=["gap"], samples=50
    ... )
    >>> audit
    <Audit: 1 finding, correctly rounded>
    >>> audit.require(verdict="faithful", max_ulp=0.5) is audit
    True
    """

    def __init__(
        self, ledger: Ledger, ask_again: Callable[[Sought], Shown | None] = as_met
    ) -> None:
        self._ledger, self._ask_again = ledger, ask_again

    @property
    def ledger(self) -> Ledger:
        """The findings with their header."""
        return self._ledger

    @property
    def findings(self) -> list[Entry]:
        """What each implementation, function, format and regime showed."""
        return self._ledger.entries

    @property
    def verdict(self) -> str:
        """The worst verdict of all."""
        found = (verdict(entry.finding) for entry in self.findings)
        return max(found, default=Verdict.UNTESTED).word

    @property
    def worst(self) -> Witness | None:
        """The input that says most against it; None if nothing was measured."""
        exhibit = self._exhibit
        return None if exhibit is None else exhibit.witness

    @property
    def _exhibit(self) -> Exhibit | None:
        shown = exhibits(self._ledger)
        ranked = reversed(self._standings)
        return next((e for s in ranked for e in shown.get((s.name, s.function), [])), None)

    @property
    def _standings(self) -> list[Standing]:
        return sorted(standings(self._ledger), key=lambda standing: standing.rank)

    def require(
        self,
        *,
        max_ulp: float | None = None,
        verdict: str | None = None,
        no_violations: bool = False,
    ) -> Self:
        """Return itself if every grade is what is required.

        Parameters
        ----------
        max_ulp : float, optional
            The most that an error may be, in ulps, where the input is well conditioned
            (κ ≤ 100); a NaN or an infinity where there should be none is more than any number.
        verdict : str, optional
            The least verdict: ``"correctly rounded"``, ``"faithful"``, ``"stable"``, ``"weak"``
            or ``"unstable"``; ``"stable"`` if nothing is required at all.
        no_violations : bool, optional
            Whether no bound may be broken, excused or not.

        Raises
        ------
        RequirementNotMet
            If one is not, with the smallest input that shows it. It is an `AssertionError`.
        UnknownName, UsageError
            If there is no such verdict, or `max_ulp` is not positive.
        """
        __tracebackhide__ = True  # the line of the test is where pytest is to point
        gate = Gate.of(verdict, max_ulp, no_violations)
        found = list(checks(gate, self._standings))
        if all(check.passed for check in found):
            return self
        raise RequirementNotMet(failure_text(self._ledger, found, list(self.smallest(gate, found))))

    def smallest(self, gate: Gate, found: list[Check]) -> Iterator[Shown]:
        """Yield the smallest inputs that do not meet a gate, none that one before shows as well."""
        seen: list[Shown] = []
        for check in found:
            for sought in sought_of(gate, check, self.findings):
                if any(_shows(before, sought) for before in seen):
                    continue
                shown = self._ask_again(sought)
                if shown is not None:
                    seen.append(shown)
                    yield shown

    def to_markdown(self) -> str:
        """Return a row a grade, and the input that says most against it."""
        table = grades(self._standings).markdown
        worst = self._exhibit
        block = ["", "```text", *worst.lines, "```"] if worst else []
        return "\n".join([table, *block]) + "\n"

    def to_dataframe(self) -> Any:
        """Return a row a finding as a pandas data frame, or a polars one where that is all.

        Raises
        ------
        UsageError
            If neither is installed.
        """
        rows = [_row(entry) for entry in self.findings]
        try:
            import pandas  # type: ignore[import-untyped]  # no dependency
        except ImportError:
            try:
                import polars  # type: ignore[import-not-found]  # no dependency
            except ImportError:
                raise UsageError("no data frames are here; pip install pandas, or polars") from None
            return polars.DataFrame(rows, infer_schema_length=None)
        return pandas.DataFrame(rows)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_html_(self) -> str:
        # Markdown-it takes a while to import, which only notebooks should wait for.
        from markdown_it import MarkdownIt

        rendered: str = (
            MarkdownIt("commonmark", {"html": False}).enable("table").render(self.to_markdown())
        )
        return rendered

    def __repr__(self) -> str:
        count = len(self.findings)
        return f"<Audit: {count} finding{'' if count == 1 else 's'}, {self.verdict}>"


def _shows(shown: Shown, sought: Sought) -> bool:
    """Tell whether an input shows of the same grade what another requirement fails by."""
    cell, other = shown.exhibit.cell, sought.entry.cell
    same = (cell.implementation, cell.function, cell.format) == (
        other.implementation,
        other.function,
        other.format,
    )
    is_special = (cell.regime == SPECIAL, other.regime == SPECIAL)
    return same and len({*is_special}) == 1 and fails(sought.gate, sought.name, shown.finding)


def _row(entry: Entry) -> dict[str, Any]:
    cell, finding = entry.cell, entry.finding
    counted = faults(finding)
    sizes = {
        "largest_ulps": finding.worst_error,
        "largest_conditioned_ulps": finding.worst_conditioned,
        "largest_stability": finding.worst_stability,
    }
    excused = counted.pop(EXCUSED, 0)
    return {
        "implementation": cell.implementation,
        "function": cell.function,
        "format": cell.format,
        "regime": cell.regime,
        "verdict": verdict(finding).word,
        "rows": finding.rows,
        "outputs": finding.outputs,
        **{name: witness.size if witness else None for name, witness in sizes.items()},
        "correctly_rounded": finding.correctly_rounded,
        "faithful": finding.faithful,
        "faults": ", ".join(f"{name} ×{count}" for name, count in counted.items()),
        "excused_violations": excused,
    }
