"""One input as the audit grades it, and what a found one is shrunk to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lse_verify.audit.answer import Asker, NoAnswerError
from lse_verify.audit.confirm import confirmed
from lse_verify.audit.finding import Finding
from lse_verify.audit.hunted import Find
from lse_verify.audit.measure import measure
from lse_verify.audit.point import COPIES, block_of, copied
from lse_verify.audit.reference import reference
from lse_verify.audit.rounding_use import scheme_of
from lse_verify.audit.site import Site
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import Witness, spell, spell_point
from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.family.rounding import Scheme
from lse_verify.formats import Format
from lse_verify.implementations.library import Implementation
from lse_verify.inputs.regimes import WITH_IMPLIED_ZERO
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.shrink import Limits, shrink

KEPT_SHARE = 0.25
"""Of the size of a found input, what the shrunk one has to have.

Half would be too much: an error of the same part of the result is twice as many ulps at the one
end of a binade as at the other, and the largest is found at the one end.
"""

SHOWN_SHARE = 0.99
"""Of the size of a found input, what the same input has to have when it is asked again.

Not all of it: the audit rounds what it measures.
"""

NOT_AGAIN, NOT_JUDGED = "not the same when asked again", "not judged"
"""What stands for a verdict where there is none."""

_MOST_SPELLED = 8


@dataclass(frozen=True, slots=True)
class Catch:
    """An input as a strategy found it.

    Attributes
    ----------
    kind : str
        One of `OBJECTIVES` or `SPURIOUS`.
    point : Point
        The input.
    size : float
        As it was measured in its batch; 0 where there is no number.
    strategy : str
        Who proposed it.
    evaluation : int
        When.
    """

    kind: str
    point: Point
    size: float
    strategy: str
    evaluation: int


@dataclass(frozen=True, slots=True)
class Examined:
    """One input, graded.

    Attributes
    ----------
    size : float
        In the unit of the kind asked for; NaN where it does not show that kind.
    verdict : Verdict
        Its grade.
    finding : Finding
        All that the audit says of it; witnesses are drafts.
    site : Site
        Where it stands.
    """

    size: float
    verdict: Verdict
    finding: Finding
    site: Site


class Examiner:
    """Grades single inputs of one implementation, each in calls of its own.

    Parameters
    ----------
    implementation : Implementation
        Loaded once.
    asker : Asker
        Asks it.
    ladder : Ladder
        The oracles.
    """

    def __init__(self, implementation: Implementation, asker: Asker, ladder: Ladder) -> None:
        self._implementation, self._asker, self._ladder = implementation, asker, ladder
        self._scheme: Scheme | None = scheme_of(implementation, asker.call)

    @property
    def fmt(self) -> Format:
        """The format."""
        return self._asker.fmt

    def examine(self, point: Point, kind: str, copies: int = 1) -> Examined:
        """Grade one input, asked as one row or as several equal ones.

        Raises
        ------
        NoAnswerError
            If the implementation gives nothing that can be measured.
        """
        function = self._asker.function
        block = copied(block_of(function, self.fmt, point), copies)
        got = self._asker.ask(block)
        known = reference(self._ladder, function, block, self.fmt)
        site = Site(self._ladder, function, self.fmt, block, known, seed=0, first_row=0)
        finding = measure(site, got, self._implementation.algorithm, self._scheme)
        return Examined(_size(finding, kind), verdict(finding), finding, site)

    def find(self, catch: Catch, seed: int, island: int) -> Find:
        """Shrink what was found, and have the judge measure what is left of it."""
        shown = self._shown(catch)
        if shown is None:
            return self.unjudged(catch, seed, island, NOT_AGAIN)
        first, copies = shown
        point = self._shrunk(catch, first, copies)
        try:
            last = self.examine(point, catch.kind, copies)
        except NoAnswerError:
            return self.unjudged(catch, seed, island, NOT_AGAIN)
        witness = _witness(confirmed(last.finding, [last.site]), catch.kind)
        if witness is None:
            return self.unjudged(catch, seed, island, NOT_AGAIN)
        return Find(
            kind=catch.kind,
            size=_size_of(witness, catch.kind, last.size),
            verdict=last.verdict.word,
            implementation=self._implementation.name,
            function=self._asker.function.name,
            format=self.fmt.name,
            arguments=spelled_whole(point),
            n_terms=witness.n_terms,
            output=witness.output,
            got=witness.got,
            truth=witness.truth,
            error_ulps=witness.error_ulps,
            stability=witness.stability,
            condition=witness.condition,
            strategy=catch.strategy,
            evaluation=catch.evaluation,
            island=island,
            seed=seed,
            found=shortened(catch.point),
            found_size=catch.size,
            copies=copies,
        )

    def _shown(self, catch: Catch) -> tuple[Examined, int] | None:
        """Grade what was found, alone if that shows it, else as many equal rows.

        None if neither does: then the answer depended on the other rows of its batch.
        """
        for copies in (1, COPIES):
            try:
                first = self.examine(catch.point, catch.kind, copies)
            except NoAnswerError:
                continue
            if first.size >= SHOWN_SHARE * catch.size:
                return first, copies
        return None

    def _shrunk(self, catch: Catch, first: Examined, copies: int) -> Point:
        def holds(point: Point) -> bool:
            try:
                now = self.examine(point, catch.kind, copies)
            except NoAnswerError:
                return False
            # As bad or worse: the largest errors are where conditioning excuses most.
            return now.verdict >= first.verdict and now.size >= KEPT_SHARE * first.size

        return shrink(catch.point, limits_of(self._asker.function, self.fmt), holds)

    def unjudged(self, catch: Catch, seed: int, island: int, why: str = NOT_JUDGED) -> Find:
        """Return what was found as it is."""
        return Find(
            kind=catch.kind,
            size=0.0,
            verdict=why,
            implementation=self._implementation.name,
            function=self._asker.function.name,
            format=self.fmt.name,
            arguments=spelled_whole(catch.point),
            n_terms=max((len(a) for a in catch.point if isinstance(a, tuple)), default=1),
            output=0,
            got="",
            truth="",
            strategy=catch.strategy,
            evaluation=catch.evaluation,
            island=island,
            seed=seed,
            found=shortened(catch.point),
            found_size=catch.size,
        )


def limits_of(function: Function, fmt: Format) -> Limits:
    """Return what shrunk inputs of a function have to keep to."""
    fewest = 1 if function.name in WITH_IMPLIED_ZERO else 2
    least, most = (0.0, 1.0) if function.name == "negentropy" else (-np.inf, np.inf)
    return Limits(function, fmt, fewest, least, most)


def _witness(finding: Finding, kind: str) -> Witness | None:
    match kind:
        case "stability":
            return finding.worst_stability
        case "violation":
            return _largest_violation(finding) or finding.worst_error
        case "spurious NaN":
            return finding.spurious_nan.witness
        case "spurious infinity":
            return finding.spurious_infinity.witness
        case _:
            return finding.worst_error


def _largest_violation(finding: Finding) -> Witness | None:
    tallies = [t for name, t in finding.unexcused.items() if name.endswith("bound")]
    witnesses = [tally.witness for tally in tallies if tally.witness is not None]
    return max(witnesses, key=lambda witness: witness.size, default=None)


def _size(finding: Finding, kind: str) -> float:
    """Return what an input is worth; NaN where it does not show what the kind is about."""
    if kind == "bound":
        # As the objective has it: the bound that drops nothing, where there is one.
        use = finding.rounding_use or finding.bound_use
        return np.nan if use is None else use.largest_use
    if kind == "violation":
        violated = _largest_violation(finding)
        return 0.0 if violated is None else violated.size
    witness = _witness(finding, kind)
    return np.nan if witness is None else witness.size


def _size_of(witness: Witness, kind: str, measured: float) -> float:
    """Return the judge's size where the judge has one, and the measured one otherwise."""
    if kind in ("error", "stability", "violation"):
        return witness.size if kind != "violation" else measured
    return measured if kind == "bound" else 0.0


def spelled_whole(point: Point) -> list[str]:
    """Write the arguments of a point, whatever their length."""
    return spell_point(point) or [
        ",".join(map(spell, a)) if isinstance(a, tuple) else spell(a) for a in point
    ]


def shortened(point: Point) -> list[str]:
    """Write the arguments of a point, of long rows the beginning and their length."""
    return [
        spell(a)
        if not isinstance(a, tuple)
        else ",".join(map(spell, a))
        if len(a) <= _MOST_SPELLED
        else f"{','.join(map(spell, a[:_MOST_SPELLED]))},… ({len(a)} terms)"
        for a in point
    ]
