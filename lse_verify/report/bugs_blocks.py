"""A bug as lines that a maintainer can paste into a tracker."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lse_verify.audit.bug import KINDS, Bug, Release
from lse_verify.audit.bug_measure import State
from lse_verify.audit.judge import Measured
from lse_verify.audit.sightings import Sighting
from lse_verify.report.decimals import shortened
from lse_verify.report.words import code, counted, listed, plain, tidy

_COMMENTS = {"C": "//", "C++": "//", "JavaScript": "//"}
_FENCES = {"Python": "python", "R": "r", "JavaScript": "js", "C": "c", "C++": "cpp"}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One bug with what is known of it now.

    Attributes
    ----------
    release : Release
        The library.
    number : int
        Its place among the library's bugs, from 1.
    bug : Bug
        What is written up.
    measured : Measured
        What it gives, held against the truth.
    seen : Sighting or None
        What running it showed.
    state : str
        A name of `lse_verify.audit.bug_measure.STATES`.
    """

    release: Release
    number: int
    bug: Bug
    measured: Measured
    seen: Sighting | None
    state: State

    @property
    def anchor(self) -> str:
        """What links lead to."""
        return f"{self.release.library}-{self.number}"

    @property
    def label(self) -> str:
        """What it is called in tables."""
        return f"[{self.number}](#{self.anchor})"

    @property
    def kind(self) -> str:
        """The class in words."""
        return KINDS[self.bug.kind][0]

    @property
    def gives(self) -> str:
        """What it printed, or how it ended."""
        return self.bug.prints or self.bug.ends

    @property
    def asked(self) -> str:
        """The function and its input."""
        output = f"[{self.bug.output}]" if self.bug.subject[0].returns_row else ""
        return f"{self.bug.function}({self.input}){output}"

    @property
    def input(self) -> str:
        """The input, long rows shortened; numbers as the format has them."""
        function, fmt = self.bug.subject
        texts = self.bug.input
        if function.arguments == ("row",):
            texts = [",".join(texts)]
        return shortened(texts, fmt.name).replace(" ×", "×")

    @property
    def error(self) -> str:
        """The error in ulps, empty where there is nothing to measure."""
        has_error = self.measured.error_text and not self._is_special
        return tidy(self.measured.error_text) if has_error and self.bug.prints else ""

    @property
    def _is_special(self) -> bool:
        """Whether the input has an infinity or NaN, so that ulps say nothing."""
        numbers = [n for a in self.bug.point for n in (a if isinstance(a, tuple) else (a,))]
        return not all(map(math.isfinite, numbers))

    @property
    def off(self) -> str:
        """How far off the answer is, in words; empty where there is nothing to measure."""
        if not self.error or not re.match(r"[\d.]", self.error):
            return ""
        kappa = tidy(self.measured.condition_text)
        return f"off by {self.error} ulp at condition number {kappa}"

    @property
    def fence(self) -> str:
        """The language of the block, for those who colour it."""
        return _FENCES[self.release.language]

    @property
    def ticks(self) -> str:
        """What fences the block, longer than anything like it within."""
        longest = max((len(run) for run in re.findall("`+", self.bug.code)), default=0)
        return "`" * max(3, longest + 1)

    @property
    def paste(self) -> str:
        """The block: what is seen and what is true as comments around the code."""
        mark = _COMMENTS.get(self.release.language, "#")
        head = [f"{self.release.title} {self.release.version}: {self.asked} in {self._format}"]
        head += [f"$ {self.release.build} && ./bug"] if self.release.build else []
        gives = f"ends by {self.bug.ends}" if self.bug.ends else f"prints {self.bug.prints}"
        gives += ", or another number each time" if self.bug.varies else ""
        truth = f"truth  {self.measured.truth}" + (f", {self.off}" if self.off else "")
        tail = [gives, truth]
        lines = [*(f"{mark} {line}" for line in head), self.bug.code.strip()]
        return "\n".join([*lines, *(f"{mark} {line}" for line in tail)])

    @property
    def _format(self) -> str:
        return self.bug.formats[0]

    @property
    def also(self) -> str:
        """Where else it is the same: formats, implementations, and where it is known."""
        formats, others = self.bug.formats[1:], self.bug.implementations[1:]
        words = [f"in {listed(formats)}"] if formats else []
        words += [f"of {listed([code(name) for name in others])}"] if others else []
        told = [f"The same {' and '.join(words)}."] if words else []
        told += [f"Known: {listed([plain(issue) for issue in self.bug.issues])}."] * bool(
            self.bug.issues
        )
        return " ".join(told)

    @property
    def sighting(self) -> str:
        """What running it showed, where that is not what is written; empty if it is."""
        if self.state == "as recorded":
            return ""
        if self.seen is None:
            return "Not run: the library was not there."
        shown = code(self.seen.printed or self.seen.ended)
        version = plain(self.seen.version)
        if self.state == "gone":
            return f"**No longer**: {version} gives {shown}, which is right."
        if self.state == "failed":
            return f"**Did not come to an answer** with {version}: {code(self.seen.ended)}"
        return f"**Otherwise**: {version} gives {shown}, which is wrong too."


def summary_of(cases: list[Case]) -> str:
    """Say how many bugs were run and what that showed."""
    run = [case for case in cases if case.seen is not None]
    same = [case for case in run if case.state == "as recorded"]
    if not run:
        return "None was run where this was written."
    if len(same) == len(run) == len(cases):
        return "All of these lines were run, and showed what is written here."
    told = f"Of {counted(len(cases), 'line')} {len(run)} were run"
    return f"{told}: {len(same)} showed what is written here."
