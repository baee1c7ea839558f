"""Violations of the mathematical bounds (MATHEMATICS, section 5)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.finding import Tally
from lse_verify.audit.site import Flags, Site, floats_apart
from lse_verify.audit.witness import spell
from lse_verify.enclosure import Floats
from lse_verify.family.apriori import apriori_bound
from lse_verify.formats import Format

SUM_OF_SHARES = "sum of shares"


def violations(
    site: Site, wide: Floats, stability: Floats, algorithm: str | None
) -> dict[str, Tally]:
    """Count the outputs outside [RD(L), RU(U)], by bound.

    Parameters
    ----------
    site : Site
        The block and its bounds.
    wide : ndarray of float64
        The answer.
    stability : ndarray of float64
        E of each output: at most 1 excuses, where a bound can be excused.
    algorithm : str or None
        The algorithm whose a-priori bound holds for the sum of shares.
    """
    b = site.reference.bounds
    lower, upper = b.of_outputs(site.per_row)
    sides = {
        "lower bound": (wide < lower, b.lower_excusable, lower),
        "upper bound": (wide > upper, b.upper_excusable, upper),
    }
    comparable = np.isfinite(wide) & site.reference.truth.is_real
    found = {}
    for name, (broken, excusable, bound) in sides.items():
        stated = np.isfinite(bound)
        with np.errstate(invalid="ignore"):
            excused = excusable & (stability <= 1)
        found[name] = _bound_tally(
            site, wide, (broken & comparable, excused, comparable & stated), bound
        )
    if site.function.name == "softmax":
        found[SUM_OF_SHARES] = share_sum(site, wide, algorithm)
    return {name: tally for name, tally in found.items() if tally.tested}


def _bound_tally(
    site: Site, wide: Floats, flags: tuple[Flags, Flags, Flags], bound: Floats
) -> Tally:
    broken, excused, tested = flags
    count = int(broken.sum())
    if not count:
        return Tally(tested=int(tested.sum()))
    per_entry = site.fmt.cast(bound)
    safe = np.where(broken, wide, 0.0)
    limit = np.where(broken, per_entry.astype(np.float64), 0.0)
    floats_beyond = floats_apart(site.fmt, site.fmt.cast(safe), site.fmt.cast(limit))
    first = broken & ~excused if (broken & ~excused).any() else broken
    entry = int(np.argmax(np.where(first, floats_beyond, -1)))
    note = f"{floats_beyond[entry]:.9g} floats beyond the bound {spell(float(limit[entry]))}"
    return Tally(
        tested=int(tested.sum()),
        count=count,
        excused=int((broken & excused).sum()),
        witness=site.witness(entry, float(wide[entry]), float(floats_beyond[entry]), note),
    )


_UNKNOWN_ALGORITHM = ("softmax.shifted", "softmax.division_free_shifted")


def share_sum(site: Site, wide: Floats, algorithm: str | None) -> Tally:
    """Hold |Σp − 1| against what the algorithm's a-priori bound allows the sum."""
    rows = site.block.wide(0)
    shares = wide.reshape(len(rows), -1)
    usable = site.reference.finite & np.isfinite(shares).all(axis=1) & (rows.shape[1] > 0)
    if not usable.any():
        return Tally()
    sums = ShareSums.of(site.fmt, rows, shares, algorithm)
    broken = usable & sums.is_beyond
    if not broken.any():
        return Tally(tested=int(usable.sum()))
    row = sums.farthest(broken)
    witness = site.witness(
        row * site.per_row, float(wide[row * site.per_row]), float(sums.off[row]), sums.note(row)
    )
    return Tally(tested=int(usable.sum()), count=int(broken.sum()), witness=witness)


@dataclass(frozen=True, slots=True, eq=False)
class ShareSums:
    """Sums of the shares of rows, and how far from 1 each may be.

    Attributes
    ----------
    total, off, allowed : ndarray of float64, one a row
        Σp, |Σp − 1|, and what the a-priori bound allows that.
    is_beyond : ndarray of bool
        Whether it is more.

    Notes
    -----
    Each share is within ρ·u of the largest by the bound ρ of the algorithm, of its own size
    in the derivation for the shifted ones; the sum of n shares is within ρu/(1 − ρu), and
    half a subnormal for each. A library's algorithm is not known: it is allowed the larger
    bound of the two shifted ones.
    """

    total: Floats
    off: Floats
    allowed: Floats
    is_beyond: NDArray[np.bool_]

    @classmethod
    def of(cls, fmt: Format, rows: Floats, shares: Floats, algorithm: str | None) -> ShareSums:
        """Hold the sums of shares, shape (m, n), of finite rows against their bound.

        Parameters
        ----------
        fmt : Format
            Of the shares.
        rows, shares : ndarray of float64, shape (m, n)
            Inputs and answers.
        algorithm : str or None
            A key of `apriori.BOUNDS`, None where it is not known.
        """
        algorithms = (algorithm,) if algorithm else _UNKNOWN_ALGORITHM
        rho = np.max([apriori_bound(name, rows) for name in algorithms], axis=0)
        relative = rho * fmt.unit_roundoff
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            allowed = np.where(relative < 0.5, relative / (1 - relative), np.inf)
        allowed = allowed + rows.shape[1] * fmt.smallest_subnormal / 2
        with np.errstate(invalid="ignore"):
            total = shares.sum(axis=1)
        # The sum itself is rounded in binary64: that much more is allowed.
        slack = rows.shape[1] * 2.0**-52 if fmt.precision == 53 else 0.0
        off = np.abs(total - 1)
        return cls(total, off, allowed, off > allowed + slack)

    def farthest(self, among: NDArray[np.bool_]) -> int:
        """Return the row among some whose sum is farthest from 1."""
        return int(np.argmax(np.where(among, self.off, -1)))

    def note(self, row: int) -> str:
        """Say what a sum is and may be."""
        return f"the shares sum to {self.total[row]:.6g}, allowed is 1 ± {self.allowed[row]:.2g}"
