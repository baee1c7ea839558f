"""One output as the judge sees it: what every printed figure rests on."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from lse_verify.audit.reference import floor_of
from lse_verify.audit.site import Site
from lse_verify.audit.witness import spell
from lse_verify.enclosure import Enclosure
from lse_verify.errors import OracleUndecided
from lse_verify.formats import Format, power_of_two
from lse_verify.oracle.oracle import all_decided, digits_decided, error_decided
from lse_verify.ulp import Spurious, enclosed_error


@dataclass(frozen=True, slots=True)
class Measured:
    """One output as the judge sees it.

    Attributes
    ----------
    error : float or Spurious or None
        In ulps; None where nothing can be measured or the precision limit came first.
    at_most_half, below_one : bool
        On which side of the limits of the verdicts the error is.
    stability, condition : float
        E and κ, NaN where they have no meaning.
    """

    truth: str
    error: float | Spurious | None = None
    at_most_half: bool = False
    below_one: bool = False
    stability: float = np.nan
    condition: float = np.nan
    error_text: str = ""
    stability_text: str = ""
    condition_text: str = ""


def judge(site: Site, entry: int, got: float | Fraction, digits: int = 20) -> Measured:
    """Measure one output with the judge, as exactly as its grade and three digits need.

    Parameters
    ----------
    site : Site
        Where it was asked.
    entry : int
        Which output.
    got : float or Fraction
        The answer, a float of the format or any rational.
    digits : int
        To how many digits the truth has to be known besides; twenty are told.
    """
    row, output = divmod(entry, site.per_row)
    point = site.point(row)
    try:
        question = all_decided(error_decided(got, site.fmt), digits_decided(digits))
        truth = site.ladder.confirm(site.function, point, output, question)
    except OracleUndecided:
        return Measured("undecided")
    if not isinstance(truth, Enclosure):
        return Measured(spell(truth) if isinstance(truth, float) else "no limit exists")
    error = enclosed_error(got, truth, site.fmt)
    text = _digits(truth)
    if isinstance(error, Spurious):
        return Measured(text, error, error_text=error.value)
    assert error is not None
    floor = floor_of(site.function, site.fmt)
    condition = site.ladder.condition(site.function, point, output, truth, floor)
    low, high = error
    middle = (low + high) / 2
    stability = _stability(middle, truth, condition, site.fmt)
    return Measured(
        truth=text,
        error=_to_float(middle),
        at_most_half=_is_nearest(got, truth, high, site.fmt),
        below_one=_is_below_one(low, high),
        stability=_to_float(stability),
        condition=condition,
        error_text=three_digits(middle),
        stability_text=three_digits(stability),
        condition_text=f"{condition:.3g}",
    )


def sides(site: Site, entry: int, got: float) -> tuple[bool, bool] | None:
    """Tell whether an error is at most ½ and below 1, where arrays know its size but not that.

    None where the limit of precision came first. What the judge said is kept with the site's
    batch: softmax of (x, x + δ) lies δ³/48 off a float or a midpoint, for every x and every
    implementation, and nothing else has to be known of it.
    """
    row, output = divmod(entry, site.per_row)
    place, question = (site.first_row + row, output), error_decided(got, site.fmt)
    truth = site.asked.get(place)
    if truth is None or not question(truth):
        try:
            found = site.ladder.confirm(site.function, site.point(row), output, question)
        except OracleUndecided:
            return None
        assert isinstance(found, Enclosure)
        site.asked[place] = truth = found
    error = enclosed_error(got, truth, site.fmt)
    assert isinstance(error, tuple)
    low, high = error
    return _is_nearest(got, truth, high, site.fmt), _is_below_one(low, high)


def _is_below_one(low: Fraction, high: Fraction) -> bool:
    # The error of a pending output never equals 1: y is no float. Of an exact one it may.
    return high < 1 or (high == 1 and low < 1)


def _is_nearest(got: float | Fraction, truth: Enclosure, error: Fraction, fmt: Format) -> bool:
    """Tell whether `got` is a nearest float.

    An error of at most 0.5 says so, but for one case: beside an exact power of two the float
    below is half a unit of the power away, while the power itself is the nearest.
    """
    if truth.is_exact and fmt.contains(truth.lo):
        return error == 0
    return error <= Fraction(1, 2)


def _digits(truth: Enclosure) -> str:
    text = truth.decimal(20)
    if text is not None:
        return text
    if truth.relative_width_log2() > -10:
        return "-1e-2400 < y < 0" if truth.hi <= 0 else "0 < y < 1e-2400"
    middle = Enclosure.exactly((truth.lo + truth.hi) / 2)
    return f"{middle.decimal(8)}…"


def _stability(error: Fraction, truth: Enclosure, condition: float, fmt: Format) -> Fraction:
    """Return E = |got − y| / (u · max(1, κ) · max(|y|, 2**emin)) from the error in ulps."""
    middle = (truth.lo + truth.hi) / 2
    weight = max(abs(middle), power_of_two(fmt.emin)) / power_of_two(fmt.exponent(middle))
    cost = max(1.0, condition)
    return Fraction(0) if cost == np.inf else 2 * error / (Fraction(cost) * weight)


def _to_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return float(np.finfo(np.float64).max)


def three_digits(value: Fraction) -> str:
    """Write a number of any size with three significant digits.

    Examples
    --------
    >>> three_digits(Fraction(1, 3)), three_digits(Fraction(10) ** 400), three_digits(Fraction(0))
    ('0.333', '1e+400', '0')
    """
    try:
        return f"{float(value):.3g}"
    except OverflowError:
        text = Enclosure.exactly(value).decimal(3) or ""
        return text.replace(".00e", "e")
