"""Certified digits and correct roundings of one input, for people and for `truth`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lse_verify.enclosure import Enclosure
from lse_verify.family.block import Point
from lse_verify.family.function import Function, NoLimit
from lse_verify.formats import FORMATS
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import all_decided, digits_decided, rounding_decided


@dataclass(frozen=True, slots=True)
class Certified:
    """What is certain of one output.

    Attributes
    ----------
    digits : str
        The exact value to the digits asked for; ``nan``, ``inf``, ``-inf``, a bound where it
        is too small to have digits, or ``no limit exists``.
    rational : str
        The exact value as a fraction, where it is rational and not written out by `digits`.
    condition : float
        κ.
    rounded : dict of str to float
        The correct rounding in each format, as the format stores it; NaN where there is none.

    Examples
    --------
    >>> from lse_verify import FUNCTIONS
    >>> certify(FUNCTIONS["softmax"], ((0.0, 0.0, -1e9),), digits=3)[2].digits
    '0 < y < 2^-8000'
    """

    digits: str
    rational: str
    condition: float
    rounded: dict[str, float]


def certify(function: Function, point: Point, digits: int) -> list[Certified]:
    """Certify every output of a function at one input.

    Parameters
    ----------
    function : Function
        Any of the family.
    point : Point
        One input.
    digits : int
        Significant digits wanted.

    Raises
    ------
    OracleUndecided
        If the limit of precision comes first.

    Examples
    --------
    >>> from lse_verify import FUNCTIONS, certify
    >>> (output,) = certify(FUNCTIONS["logsumexp"], ((0.0, -40.0),), digits=12)
    >>> output.digits, output.condition, output.rounded["binary32"].hex()
    ('4.24835425529e-18', 40.0, '0x1.3979240000000p-58')
    """
    return list(_certified(function, point, digits))


def _certified(function: Function, point: Point, digits: int) -> Iterator[Certified]:
    ladder = Ladder()
    wanted = all_decided(
        digits_decided(digits), *(rounding_decided(fmt) for fmt in FORMATS.values())
    )
    for output in range(len(function.settle(point).outcomes)):
        truth = ladder.confirm(function, point, output, wanted)
        if isinstance(truth, Enclosure):
            yield _real(truth, digits, ladder.condition(function, point, output, truth))
        elif isinstance(truth, NoLimit):
            yield Certified("no limit exists", "", float("nan"), {})
        else:
            assert isinstance(truth, float)
            special = {name: fmt.stored(truth) for name, fmt in FORMATS.items()}
            yield Certified(str(truth), "", float("nan"), special)


def _real(truth: Enclosure, digits: int, condition: float) -> Certified:
    text = truth.decimal(digits)
    if text is None:
        text = "-2^-8000 < y < 0" if truth.hi <= 0 else "0 < y < 2^-8000"
    rational = str(truth.lo) if truth.is_exact and truth.lo.denominator > 1 else ""
    rounded = {name: truth.rounded(fmt) for name, fmt in FORMATS.items()}
    return Certified(
        text,
        rational,
        condition,
        {name: FORMATS[name].stored(v) for name, v in rounded.items() if v is not None},
    )
