"""What code of a known form may do at worst: which inputs are worth a try.

Three forms of log Σ exp are followed in binary64 as intervals on the format's grid: sums and
differences are rounded to nearest, exp and the logarithm are wrong by at most so many ulps. All
of them rise with their arguments, so the ends of the last interval come from the ends of the
first. The farther end is how wrong such code may be there, and this costs no call of the
implementation. Figures serve to choose inputs, and no finding rests on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lse_verify.enclosure import Floats
from lse_verify.formats import Format

Form = Literal["naive", "shifted", "shifted_log1p"]


@dataclass(frozen=True, slots=True)
class Model:
    """A form with errors of its elementary functions.

    Attributes
    ----------
    form : {"naive", "shifted", "shifted_log1p"}
        As in `lse_verify.family.rounding`.
    exp_ulps, log_ulps : float
        The most that exp and the logarithm are wrong by; ½ says correctly rounded.
    """

    form: Form
    exp_ulps: float
    log_ulps: float

    def worst_ulps(self, fmt: Format, rows: Floats) -> Floats:
        """Return about how many ulps such code may be off, 0 where that is no number.

        Parameters
        ----------
        fmt : Format
            What each operation is rounded to; narrower than binary64.
        rows : ndarray of float64, shape (m, n)
            Terms, n ≥ 2.
        """
        with np.errstate(all="ignore"):
            ordered = _peak_last(rows)
            peak = ordered[:, -1]
            truth = peak + np.log1p(np.exp(ordered[:, :-1] - peak[:, None]).sum(axis=1))
            spacing = _spacing(fmt, truth)
            low, high = (self._end(fmt, ordered, side) for side in (-1, 1))
            error = np.maximum(np.abs(low - truth), np.abs(high - truth)) / spacing
        return np.asarray(np.nan_to_num(error, nan=0.0, posinf=0.0))

    def explains(self, fmt: Format, rows: Floats, got: Floats) -> float:
        """Return the share of answers that such code could have given.

        Parameters
        ----------
        fmt, rows
            As for `worst_ulps`.
        got : ndarray of float64, shape (m,)
            What the implementation answered.
        """
        with np.errstate(all="ignore"):
            ordered = _peak_last(rows)
            low, high = (self._end(fmt, ordered, side) for side in (-1, 1))
        return float(np.mean((low <= got) & (got <= high)))

    def _end(self, fmt: Format, ordered: Floats, side: int) -> Floats:
        """Return the least (−1) or the largest (1) that the code may return."""
        if self.form == "naive":
            total = _summed(fmt, _beyond(fmt, np.exp(ordered), side * self.exp_ulps))
            return _beyond(fmt, np.log(total), side * self.log_ulps)
        peak = ordered[:, -1]
        down = _nearest(fmt, ordered[:, :-1] - peak[:, None])
        total = _summed(fmt, _beyond(fmt, np.exp(down), side * self.exp_ulps))
        log = np.log1p(total) if self.form == "shifted_log1p" else np.log(_nearest(fmt, 1 + total))
        return _nearest(fmt, peak + _beyond(fmt, log, side * self.log_ulps))


MODELS = (
    Model("shifted_log1p", 0.5, 0.5),
    Model("shifted_log1p", 0.505, 0.8),
    Model("shifted_log1p", 1.0, 0.6),
    Model("shifted_log1p", 1.5, 1.0),
    Model("shifted", 0.5, 0.5),
    Model("shifted", 1.0, 1.0),
    Model("naive", 0.5, 0.5),
    Model("naive", 1.0, 1.0),
)
"""From correctly rounded functions over those of C libraries to those of vector libraries."""


def _peak_last(rows: Floats) -> Floats:
    if rows.shape[1] == 2:
        # Sorting rows of two takes ten times as long.
        return np.stack([rows.min(axis=1), rows.max(axis=1)], axis=1)
    return np.sort(rows, axis=1)


_EXPONENT_BITS = 0x7FF << 52


def _spacing(fmt: Format, values: Floats) -> Floats:
    # The exponent bits alone are the power of two below, ten times as fast as frexp and ldexp.
    powers = (np.ascontiguousarray(values).view(np.int64) & _EXPONENT_BITS).view(np.float64)
    return np.asarray(np.maximum(powers * 2.0 ** (1 - fmt.precision), fmt.smallest_subnormal))


def _nearest(fmt: Format, values: Floats) -> Floats:
    spacing = _spacing(fmt, values)
    return np.asarray(np.rint(values / spacing) * spacing)


def _beyond(fmt: Format, values: Floats, ulps: float) -> Floats:
    """Return the farthest floats that are at most so many ulps away, below for a negative."""
    spacing = _spacing(fmt, values)
    steps = values / spacing + ulps
    return np.asarray((np.floor(steps) if ulps > 0 else np.ceil(steps)) * spacing)


def _summed(fmt: Format, terms: Floats) -> Floats:
    total = terms[:, 0]
    for column in terms.T[1:]:
        total = _nearest(fmt, total + column)
    return total
