"""The interface of an oracle, and Ziv's strategy: more precision until the question is decided."""

from __future__ import annotations

import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction

from lse_verify.enclosure import Enclosure
from lse_verify.errors import OracleDisagreement, OracleUndecided
from lse_verify.family.block import Point
from lse_verify.family.function import Function
from lse_verify.formats import Format, power_of_two
from lse_verify.ulp import Spurious, enclosed_error

Decided = Callable[[Enclosure], bool]

PRECISIONS = (128, 512, 2048, 8192, 32768)
"""Bits asked for in turn. The last reaches past NEGLIGIBLE_LOG2 from any sum of ordinary size."""

NEGLIGIBLE_LOG2 = -21000
"""Magnitudes below 2**this are enclosed by (0, 2**this]: any stand-in there rounds alike."""

VERDICT_LIMITS_ULPS = (Fraction(1, 2), Fraction(1))

_SHORTENED = reprlib.Repr()
_SHORTENED.maxtuple = 16


class Oracle(ABC):
    """Something that encloses exact values.

    Laws
    ----
    - The interval holds the exact value, whatever the precision asked for.
    - More bits give a narrower interval, in the end as narrow as is wanted.
    - The point is settled: `Function.settle` has left this output pending.
    """

    name: str

    @abstractmethod
    def enclose(self, function: Function, point: Point, k: int, prec_bits: int) -> Enclosure | None:
        """Return an interval that holds output k, or None if these bits tell nothing."""


def refine(oracle: Oracle, function: Function, point: Point, k: int, decided: Decided) -> Enclosure:
    """Raise the precision of an oracle until the question is decided.

    Parameters
    ----------
    oracle : Oracle
        Whom to ask.
    function, point, k
        The output wanted: pending at a settled point.
    decided : callable
        Whether an enclosure answers the question.

    Raises
    ------
    OracleUndecided
        If `PRECISIONS` are used up. Only the Bregman divergence, or a question for more
        digits than that, can come to this.
    OracleDisagreement
        If an enclosure excludes the strict limits that mathematics puts on the value.
    """
    limits = function.strict_limits(point, k)
    for prec_bits in PRECISIONS:
        enclosure = oracle.enclose(function, point, k, prec_bits)
        if enclosure is None:
            continue
        within = _within(enclosure, limits)
        if within is None:
            raise OracleDisagreement(
                f"{oracle.name} puts {spelled(function, point, k)} outside its strict limits"
            )
        if decided(within):
            return within
    raise OracleUndecided(f"{spelled(function, point, k)} is undecided at {PRECISIONS[-1]} bits")


def spelled(function: Function, point: Point, k: int) -> str:
    """Name output k of a function at a point in one line, of long rows the first entries.

    Examples
    --------
    >>> from lse_verify.family import FUNCTIONS
    >>> spelled(FUNCTIONS["softmax"], ((0.5, -1.25),), 2)
    'softmax((0.5, -1.25),)[2]'
    >>> spelled(FUNCTIONS["smoothmax"], (tuple(map(float, range(10**5))), 2.0), 1)[-35:]
    '15.0, ...), 2.0)[1] of 100000 terms'
    """
    longest = max((len(row) for row in point if isinstance(row, tuple)), default=1)
    terms = f" of {longest} terms" if longest > _SHORTENED.maxtuple else ""
    return f"{function.name}{_SHORTENED.repr(point)}[{k}]{terms}"


def _within(
    enclosure: Enclosure, limits: tuple[Fraction | None, Fraction | None]
) -> Enclosure | None:
    low, high = limits
    lo, lo_open = enclosure.lo, enclosure.lo_open
    hi, hi_open = enclosure.hi, enclosure.hi_open
    if low is not None and low >= lo:
        lo, lo_open = low, True
    if high is not None and high <= hi:
        hi, hi_open = high, True
    if lo >= hi:
        return None
    return Enclosure(lo, hi, lo_open, hi_open)


def rounding_decided(fmt: Format) -> Decided:
    """Ask for the correct rounding in a format."""
    return lambda enclosure: enclosure.rounded(fmt) is not None


def digits_decided(digits: int) -> Decided:
    """Ask for so many significant digits, or for the knowledge that |y| is below 2**−8000."""
    negligible = power_of_two(-8000)

    def decided(enclosure: Enclosure) -> bool:
        if enclosure.relative_width_log2() < -3.33 * digits:
            return enclosure.decimal(digits) is not None
        return max(abs(enclosure.lo), abs(enclosure.hi)) < negligible and not (
            enclosure.lo < 0 < enclosure.hi
        )

    return decided


def error_decided(got: float | Fraction, fmt: Format) -> Decided:
    """Ask for the error of a result to 3 digits and for its side of 0.5 and of 1 ulp."""

    def decided(enclosure: Enclosure) -> bool:
        error = enclosed_error(got, enclosure, fmt)
        if error is None:
            return False
        if isinstance(error, Spurious):
            return True
        low, high = error
        if any(low < limit < high for limit in VERDICT_LIMITS_ULPS):
            return False
        return high - low <= max(high, Fraction(1, 1000)) / 2000

    return decided


def all_decided(*questions: Decided) -> Decided:
    """Ask several questions at once."""
    return lambda enclosure: all(question(enclosure) for question in questions)
