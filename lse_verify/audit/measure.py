"""One answer of an implementation held against one reference: everything but properties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.finding import EXACT_BUCKET, BoundUse, Finding, Tally, bucket_order
from lse_verify.audit.reference import Reference
from lse_verify.audit.verdict import stable_limit, weak_limit
from lse_verify.audit.witness import Witness, spell, spell_point
from lse_verify.enclosure import Enclosure, Floats, in_quanta
from lse_verify.errors import OracleUndecided
from lse_verify.family.apriori import apriori_bound
from lse_verify.family.block import Block, Point
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.oracle import error_decided
from lse_verify.ulp import Spurious, enclosed_error, error_ulps_array

Flags = NDArray[np.bool_]

WELL_CONDITIONED = 100.0
"""κ up to which an error counts for the ranking: the input costs two digits at most."""

_BUCKETS = (-20, 1100)
_HALF, _ONE = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Site:
    """Where in an audit a block stands: what its witnesses have to say to be found again."""

    ladder: Ladder
    function: Function
    fmt: Format
    block: Block
    reference: Reference
    seed: int
    first_row: int
    points: dict[int, Point] = field(default_factory=dict)

    def point(self, row: int) -> Point:
        """Return one input exactly; of a million terms that takes a while, so it is kept."""
        if row not in self.points:
            self.points[row] = self.block.point(row)
        return self.points[row]

    @property
    def per_row(self) -> int:
        """How many outputs a row has."""
        return self.block.n_terms if self.function.returns_row else 1

    @property
    def n_terms(self) -> int:
        """How many terms the limits of the verdicts count: the same for all rows of a block."""
        return self.function.n_terms(self.block.n_terms)

    def witness(
        self, entry: int, got: float, size: float, note: str = "", error: Measured | None = None
    ) -> Witness:
        """Write down one output; its truth is the judge's."""
        row, output = divmod(entry, self.per_row)
        point = self.point(row)
        measured = error or judge(self, entry, got)
        return Witness(
            size=size,
            arguments=spell_point(point),
            seed=self.seed,
            row=self.first_row + row,
            n_terms=self.n_terms,
            output=output,
            got=spell(got),
            truth=measured.truth,
            error_ulps=measured.error_text,
            stability=measured.stability_text,
            condition=measured.condition_text,
            note=note,
        )


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


def judge(site: Site, entry: int, got: float) -> Measured:
    """Measure one output with the judge, as exactly as its grade and three digits need."""
    row, output = divmod(entry, site.per_row)
    point = site.point(row)
    try:
        truth = site.ladder.confirm(site.function, point, output, error_decided(got, site.fmt))
    except OracleUndecided:
        return Measured("undecided")
    if not isinstance(truth, Enclosure):
        return Measured(spell(truth) if isinstance(truth, float) else "no limit exists")
    error = enclosed_error(got, truth, site.fmt)
    digits = _digits(truth)
    if isinstance(error, Spurious):
        return Measured(digits, error, error_text=error.value)
    assert error is not None
    condition = site.ladder.condition(site.function, point, output, truth)
    low, high = error
    middle = (low + high) / 2
    stability = _stability(middle, truth, condition, site.fmt)
    return Measured(
        truth=digits,
        error=_to_float(middle),
        at_most_half=high <= Fraction(1, 2),
        # The error of a pending output never equals 1: y is no float. Of an exact one it may.
        below_one=high < 1 or (high == 1 and low < 1),
        stability=_to_float(stability),
        condition=condition,
        error_text=three_digits(middle),
        stability_text=three_digits(stability),
        condition_text=f"{condition:.3g}",
    )


def _digits(truth: Enclosure) -> str:
    text = truth.decimal(20)
    if text is not None:
        return text
    middle = Enclosure.exactly((truth.lo + truth.hi) / 2)
    if truth.relative_width_log2() > -10:
        sign = "-" if truth.hi <= 0 else ""
        return f"{sign}0 < |y| < 1e-6000" if not sign else "-1e-6000 < y < 0"
    return f"{middle.decimal(8)}…"


def _stability(error: Fraction, truth: Enclosure, condition: float, fmt: Format) -> Fraction:
    """Return E = |got − y| / (u · max(1, κ) · max(|y|, 2**emin)) from the error in ulps."""
    magnitude = abs(truth.lo + truth.hi) / 2
    exponent = fmt.exponent(truth.lo + truth.hi)
    scale = Fraction(2) ** exponent
    weight = max(magnitude, Fraction(2) ** fmt.emin) / scale
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


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of a whole answer after the judge has settled what the arrays left open."""

    ulps: Floats
    at_most_half: Flags
    below_one: Flags
    spurious_nan: Flags
    spurious_infinity: Flags
    undecided: Flags
    stability: Floats


def measure(site: Site, got: FloatArray, algorithm: str | None) -> Finding:
    """Grade one answer.

    Parameters
    ----------
    site : Site
        The block and its reference.
    got : ndarray
        The answer, of the right shape and dtype.
    algorithm : str or None
        The algorithm whose a-priori bound is to be held against it.
    """
    flat = got.ravel()
    wide = flat.astype(np.float64)
    errors = _errors(site, flat, wide)
    measured = site.reference.truth.is_real & ~np.isnan(errors.ulps)
    well = measured & (site.reference.condition <= WELL_CONDITIONED)
    return Finding(
        rows=site.block.n_rows,
        outputs=int(measured.sum()),
        histogram=_histogram(errors.ulps[measured]),
        correctly_rounded=int((measured & errors.at_most_half).sum()),
        faithful=int((measured & errors.below_one).sum()),
        worst_error=_worst(site, wide, np.where(measured, errors.ulps, -1), _by_error),
        worst_conditioned=_worst(site, wide, np.where(well, errors.ulps, -1), _by_error),
        worst_stability=_worst(site, wide, np.where(measured, errors.stability, -1), _by_stability),
        not_stable=_above(site, wide, errors, measured, stable_limit(site.n_terms)),
        not_weak=_above(site, wide, errors, measured, weak_limit(site.n_terms)),
        spurious_nan=_tally(site, wide, errors.spurious_nan, site.reference.truth.is_real),
        spurious_infinity=_tally(
            site, wide, errors.spurious_infinity, site.reference.truth.is_real
        ),
        special=_special(site, wide),
        violations=_violations(site, wide, errors),
        properties={"zero sign": _zero_sign(site, wide)},
        policies=_policies(site, wide),
        undecided=_tally(site, wide, errors.undecided, site.reference.truth.is_real),
        bound_use=_bound_use(site, wide, errors, algorithm) if algorithm else None,
    )


def _errors(site: Site, flat: FloatArray, wide: Floats) -> Errors:
    truth = site.reference.truth
    found = error_ulps_array(flat, truth.enclosures, site.fmt)
    ulps = found.ulps.copy()
    at_most_half, below_one = ulps <= _HALF, ulps < _ONE
    spurious_infinity = found.spurious_infinity & truth.is_real
    undecided = np.zeros(ulps.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        near_half = np.abs(ulps - _HALF) <= found.uncertainty
        near_one = np.abs(ulps - _ONE) <= found.uncertainty
    for entry in np.flatnonzero(truth.is_real & (found.undecided | near_half | near_one)):
        judged = judge(site, int(entry), float(wide[entry]))
        if isinstance(judged.error, float):
            ulps[entry] = judged.error
            at_most_half[entry], below_one[entry] = judged.at_most_half, judged.below_one
        else:
            ulps[entry] = np.nan
            spurious_infinity[entry] = judged.error is Spurious.INFINITY
            undecided[entry] = judged.error is None
    return Errors(
        ulps=ulps,
        at_most_half=at_most_half,
        below_one=below_one,
        spurious_nan=found.spurious_nan & truth.is_real,
        spurious_infinity=spurious_infinity,
        undecided=undecided,
        stability=_stabilities(site, ulps),
    )


def _stabilities(site: Site, ulps: Floats) -> Floats:
    """Return E of every output: 2·error over max(1, κ) and the significand of y."""
    significand = significands(site)
    cost = np.maximum(1.0, site.reference.condition)
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(np.minimum(2 * ulps / cost / significand, np.finfo(np.float64).max))


def significands(site: Site) -> Floats:
    """Return max(|y|, 2**emin) in units of the power of two that y's ulp belongs to."""
    high, low, _, _ = in_quanta(site.reference.truth.enclosures, site.fmt)
    return np.maximum(np.abs(high + low) * 2.0 ** (1 - site.fmt.precision), 1.0)


def _histogram(ulps: Floats) -> dict[str, int]:
    _, exponents = np.frexp(ulps)
    buckets = np.clip(exponents - 1, *_BUCKETS)
    names = [EXACT_BUCKET if u == 0 else f"2^{b}" for u, b in zip(ulps, buckets, strict=True)]
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items(), key=lambda item: bucket_order(item[0])))


def _by_error(measured: Measured) -> float:
    return measured.error if isinstance(measured.error, float) else -1.0


def _by_stability(measured: Measured) -> float:
    return measured.stability


def _worst(
    site: Site, wide: Floats, sizes: Floats, judged_size: Callable[[Measured], float]
) -> Witness | None:
    """Return the witness of the largest size, with the judge's figure for it."""
    if not sizes.size or sizes.max() < 0:
        return None
    entry = int(np.argmax(sizes))
    got = float(wide[entry])
    measured = judge(site, entry, got)
    return site.witness(entry, got, judged_size(measured), error=measured)


def _above(site: Site, wide: Floats, errors: Errors, measured: Flags, limit: float) -> Tally:
    with np.errstate(invalid="ignore"):
        above = measured & (errors.stability > limit)
    return _tally(site, wide, above, measured, sizes=errors.stability)


def _tally(
    site: Site, wide: Floats, happened: Flags, tested: Flags, sizes: Floats | None = None
) -> Tally:
    """Count what happened, and keep the largest (the first where there is no size)."""
    happened = happened & tested
    count = int(happened.sum())
    if not count:
        return Tally(tested=int(tested.sum()))
    ranked = np.where(happened, 1.0 if sizes is None else sizes, -np.inf)
    entry = int(np.argmax(ranked))
    witness = site.witness(entry, float(wide[entry]), float(ranked[entry]))
    return Tally(tested=int(tested.sum()), count=count, witness=witness)


def _special(site: Site, wide: Floats) -> Tally:
    truth = site.reference.truth
    tested = ~truth.is_real & ~truth.no_limit
    agrees = np.where(np.isnan(truth.special), np.isnan(wide), wide == truth.special)
    return _tally(site, wide, ~agrees, tested)


def _violations(site: Site, wide: Floats, errors: Errors) -> dict[str, Tally]:
    r = site.reference
    sides = {
        "lower bound": (wide < np.repeat(r.lower, site.per_row), r.lower_excusable, r.lower),
        "upper bound": (wide > np.repeat(r.upper, site.per_row), r.upper_excusable, r.upper),
    }
    comparable = np.isfinite(wide) & r.truth.is_real
    found = {}
    for name, (broken, excusable, bound) in sides.items():
        stated = np.repeat(np.isfinite(bound), site.per_row)
        with np.errstate(invalid="ignore"):
            excused = np.repeat(excusable, site.per_row) & (errors.stability <= 1)
        found[name] = _bound_tally(
            site, wide, (broken & comparable, excused, comparable & stated), bound
        )
    if site.function.name == "softmax":
        found["sum of shares"] = _share_sum(site, wide)
    return {name: tally for name, tally in found.items() if tally.tested}


def _bound_tally(
    site: Site, wide: Floats, flags: tuple[Flags, Flags, Flags], bound: Floats
) -> Tally:
    broken, excused, tested = flags
    count = int(broken.sum())
    if not count:
        return Tally(tested=int(tested.sum()))
    ordinal = site.fmt.ordinals
    per_entry = site.fmt.cast(np.repeat(bound, site.per_row))
    safe = np.where(broken, wide, 0.0)
    limit = np.where(broken, per_entry.astype(np.float64), 0.0)
    floats_beyond = np.abs(ordinal(site.fmt.cast(safe)) - ordinal(site.fmt.cast(limit)))
    first = broken & ~excused if (broken & ~excused).any() else broken
    entry = int(np.argmax(np.where(first, floats_beyond, -1)))
    note = f"{floats_beyond[entry]} floats beyond the bound {spell(float(limit[entry]))}"
    return Tally(
        tested=int(tested.sum()),
        count=count,
        excused=int((broken & excused).sum()),
        witness=site.witness(entry, float(wide[entry]), float(floats_beyond[entry]), note),
    )


def _share_sum(site: Site, wide: Floats) -> Tally:
    """Hold |Σp − 1| against what the shifted algorithm's a-priori bound allows the sum.

    Each share is within ρ·u of its own size, ρ = n + 2 + 2(max − min), or within half a
    subnormal; so the sum is within ρu/(1 − ρu) + n·2**(emin − p).
    """
    rows = site.block.wide(0)
    shares = wide.reshape(len(rows), -1)
    usable = site.reference.finite & np.isfinite(shares).all(axis=1) & (rows.shape[1] > 0)
    if not usable.any():
        return Tally()
    with np.errstate(over="ignore", invalid="ignore"):
        spread = rows.max(axis=1) - rows.min(axis=1)
        relative = (rows.shape[1] + 2 + 2 * spread) * site.fmt.unit_roundoff
        allowed = np.where(relative < 0.5, relative / (1 - relative), np.inf)
    allowed = allowed + rows.shape[1] * site.fmt.smallest_subnormal / 2
    sums = shares.sum(axis=1)
    # The sum itself is rounded in binary64: that much more is allowed.
    slack = rows.shape[1] * 2.0**-52 if site.fmt.precision == 53 else 0.0
    off = np.abs(sums - 1)
    broken = usable & (off > allowed + slack)
    if not broken.any():
        return Tally(tested=int(usable.sum()))
    row = int(np.argmax(np.where(broken, off, -1)))
    note = f"the shares sum to {sums[row]:.6g}, allowed is 1 ± {allowed[row]:.2g}"
    witness = site.witness(row * site.per_row, float(wide[row * site.per_row]), off[row], note)
    return Tally(tested=int(usable.sum()), count=int(broken.sum()), witness=witness)


def _zero_sign(site: Site, wide: Floats) -> Tally:
    """Count zeros whose sign is not the sign of the truth that underflowed to them."""
    truth = site.reference.truth
    tested = truth.is_real & (wide == 0) & (truth.enclosures.hi != 0)
    return _tally(site, wide, np.signbit(wide) != np.signbit(truth.enclosures.hi), tested)


def _policies(site: Site, wide: Floats) -> list[str]:
    rows = np.flatnonzero(site.reference.truth.no_limit.reshape(site.block.n_rows, -1).any(axis=1))
    answers = wide.reshape(site.block.n_rows, -1)
    return sorted({_policy(site, int(row), answers[row]) for row in rows})


def _policy(site: Site, row: int, answer: Floats) -> str:
    arguments = "; ".join(spell_point(site.point(row)) or ["…"])
    given = ", ".join(f"{value:.6g}" for value in answer)
    return f"{site.function.name}({arguments}) gives {given}"


def _bound_use(site: Site, wide: Floats, errors: Errors, algorithm: str) -> BoundUse:
    """Hold the error of each finite row against its a-priori bound, both in units of u."""
    rows = site.block.wide(0)[site.reference.finite]
    if not rows.size:
        return BoundUse(algorithm=algorithm)
    shape = (site.block.n_rows, site.per_row)
    failed = (errors.spurious_nan | errors.spurious_infinity).reshape(shape).any(axis=1)
    error = _relative_error(site, errors).reshape(shape)[site.reference.finite]
    overflowed = failed[site.reference.finite] | np.isnan(error).any(axis=1)
    worst = error.max(axis=1)[~overflowed]
    bound = apriori_bound(algorithm, rows)[~overflowed]
    with np.errstate(divide="ignore", invalid="ignore"):
        use = np.where(np.isfinite(bound), worst / bound, 0.0)
    return BoundUse(
        algorithm=algorithm,
        measured=int((~overflowed).sum()),
        overflowed=int(overflowed.sum()),
        largest_error=float(worst.max(initial=0.0)),
        largest_bound=float(bound.max(initial=0.0)),
        largest_use=float(use.max(initial=0.0)),
    )


def _relative_error(site: Site, errors: Errors) -> Floats:
    """Return |got − y| in units of u times the largest |y| of the row."""
    truth = site.reference.truth.enclosures
    high, low, _, quantum_exponent = in_quanta(truth, site.fmt)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        distance = np.ldexp(errors.ulps, quantum_exponent)
        size = np.ldexp(np.abs(high + low), quantum_exponent)
        largest = size.reshape(-1, site.per_row).max(axis=1).repeat(site.per_row)
        return np.asarray(distance / largest / site.fmt.unit_roundoff)


