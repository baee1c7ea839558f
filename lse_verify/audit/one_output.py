"""One output of one input, and how any value for it is graded: as an audit grades it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import msgspec
import numpy as np

from lse_verify.audit.bounds import SUM_OF_SHARES
from lse_verify.audit.edge import explained_at_edge
from lse_verify.audit.finding import Finding
from lse_verify.audit.judge import Measured
from lse_verify.audit.measure import measure
from lse_verify.audit.point import block_of
from lse_verify.audit.quoted import Reading
from lse_verify.audit.reference import reference
from lse_verify.audit.site import Site
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import spell
from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.formats import Format
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import all_decided, digits_decided, rounding_decided


@dataclass(frozen=True, slots=True)
class RightAnswer:
    """The exact value, None if it is no number, and its rounding, None if there is no limit."""

    exact: Enclosure | None
    rounded: float | None

    def best(self, reading: Reading) -> float:
        """Return the float that is judged: of those that it may be the nearest to the truth."""
        if reading.kind != "digits" or self.exact is None or self.rounded is None:
            return reading.nearest
        return min(max(self.rounded, reading.lowest), reading.highest)

    def may_be(self, reading: Reading) -> bool:
        """Tell whether it, or the float nearest to it, is what a decimal is rounded from."""
        value, half_unit = reading.quoted.value, reading.quoted.half_unit
        if self.exact is None or not isinstance(value, Fraction) or not half_unit:
            return False
        is_within = value - half_unit <= self.exact.lo and self.exact.hi <= value + half_unit
        return is_within or (reading.kind == "digits" and self.best(reading) == self.rounded)


@dataclass(frozen=True, slots=True)
class OneOutput:
    """One output of one input, with what is needed to judge any value for it.

    Attributes
    ----------
    site : Site
        The input with its reference.
    entry : int
        Which output.
    row : list of float
        The right answers to all outputs of the row.
    """

    site: Site
    entry: int
    row: list[float]

    @classmethod
    def of(cls, function: Function, fmt: Format, point: Point, entry: int) -> OneOutput:
        """Enclose what is needed."""
        ladder, block = Ladder(), block_of(function, fmt, point)
        known = reference(ladder, function, block, fmt)
        site = Site(ladder, function, fmt, block, known, seed=0, first_row=0)
        return cls(site, entry, [_rounded(site, k) for k in range(known.truth.is_real.size)])

    def truth(self, digits: int) -> RightAnswer:
        """Return what is true of the output, the exact value to so many digits.

        Raises
        ------
        OracleUndecided
            If the limit of precision comes first.
        """
        site = self.site
        wanted = all_decided(digits_decided(digits), rounding_decided(site.fmt))
        found = site.ladder.confirm(site.function, site.point(0), self.entry, wanted)
        if isinstance(found, Enclosure):
            return RightAnswer(found, found.rounded(site.fmt))
        return RightAnswer(None, found if isinstance(found, float) else None)

    def found(self, got: float) -> Finding:
        """Return what an audit finds if that is the answer, and all others of the row are right."""
        wide = np.array([*self.row[: self.entry], got, *self.row[self.entry + 1 :]])
        found = measure(self.site, self.site.fmt.cast(wide), None)
        # A sum of shares is no fault of a single one.
        single = {name: t for name, t in found.violations.items() if name != SUM_OF_SHARES}
        return msgspec.structs.replace(found, violations=single)

    def grade(self, finding: Finding, measured: Measured, got: float) -> Verdict:
        """Return the verdict on an answer, `Verdict.UNTESTED` where none is right or wrong."""
        site = self.site
        if site.reference.truth.no_limit[self.entry]:
            return Verdict.UNTESTED
        is_right = measured.at_most_half or spell(got) == measured.truth
        explained = explained_at_edge(site.function, site.block, site.fmt, np.array([got]))
        return Verdict.UNTESTED if explained.any() and not is_right else verdict(finding)


def _rounded(site: Site, k: int) -> float:
    """Return the right answer; the judge is asked where the arrays leave it open."""
    truth = site.reference.truth
    if not truth.is_real[k]:
        return float(truth.special[k])
    known = truth.enclosures.at(k)
    rounded = None if known is None else known.rounded(site.fmt)
    if rounded is None:
        wanted = rounding_decided(site.fmt)
        found = site.ladder.confirm(site.function, site.point(0), k, wanted)
        assert isinstance(found, Enclosure)
        rounded = found.rounded(site.fmt)
        assert rounded is not None
    return rounded
