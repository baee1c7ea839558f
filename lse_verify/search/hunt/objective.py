"""What is made as large as possible, measured for whole batches.

The kernels enclose all outputs at once, and the ruler measures them: some 0.2 µs a row of two
terms. What the kernels leave open, or what is settled without evaluation, is asked of the
ladder only where it could be larger than the best so far, and of a batch only `MOST_ASKED`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.answer import Asker
from lse_verify.audit.apriori_use import row_errors
from lse_verify.audit.edge import explained_at_edge
from lse_verify.audit.hunted import OBJECTIVES
from lse_verify.audit.reference import reference_to
from lse_verify.audit.rounding_use import bound_ulps, scheme_of
from lse_verify.audit.site import Flags, Site, floats_apart
from lse_verify.enclosure import Floats
from lse_verify.errors import UnknownName, UsageError
from lse_verify.family.apriori import apriori_bound
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.family.rounding import Scheme
from lse_verify.formats import Format
from lse_verify.implementations.library import Call, Implementation
from lse_verify.oracle.double_double.rows.enclose import enclose
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.truth import BY_DOUBLE_DOUBLE, Truth, stand_ins
from lse_verify.ulp import ErrorArray, Ruler

MOST_ASKED = 16
"""Rows of a batch that the ladder is asked for, the most promising first."""

_LARGEST = float(np.finfo(np.float64).max)

_RELATIVE, _ABSOLUTE = 2.0**-12, 2.0**-20
"""By how much an error may be uncertain: in parts of itself, or in ulps."""

NO_NUMBER = -1.0
"""The size of an input whose answer has none: below that of every other."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a batch is worth, an entry an input.

    Attributes
    ----------
    sizes : ndarray of float64
        In the unit of the objective; `NO_NUMBER` where there is none.
    outputs : ndarray of int
        The output that has that size.
    got : ndarray of float64
        The answer there; where a spurious one is, that one.
    spurious_nan, spurious_infinity : ndarray of bool
        Whether an output is a NaN, or an infinity, where the truth is a number that fits.
    """

    sizes: Floats
    outputs: NDArray[np.intp]
    got: Floats
    spurious_nan: Flags
    spurious_infinity: Flags


@dataclass(frozen=True, slots=True)
class _Sized:
    """Sizes of outputs, and how large those may be that are not known."""

    sizes: Floats
    hopes: Floats
    spurious_nan: Flags
    spurious_infinity: Flags


@dataclass(frozen=True, slots=True)
class Objective:
    """Measures what an implementation answers.

    Attributes
    ----------
    name : str
        One of `OBJECTIVES`.
    asker : Asker
        The implementation.
    ladder : Ladder
        The oracles.
    size : callable
        ``size(site, wide, ulps)``: of each output, from its error in ulps; None for that error.
    """

    name: str
    asker: Asker
    ladder: Ladder
    size: Callable[[Site, Floats, Floats], Floats] | None

    @classmethod
    def of(
        cls, name: str, implementation: Implementation, fmt: Format, ladder: Ladder
    ) -> Objective:
        """Return the objective of that name for an implementation.

        Raises
        ------
        UnknownName
            If there is no such objective.
        UsageError
            If it is ``bound`` and the implementation has none.
        """
        if name not in OBJECTIVES:
            raise UnknownName("objective", name, OBJECTIVES)
        asker = Asker.loaded(implementation, fmt)
        sizes = {"error": None, "stability": _stability, "violation": _violation}
        size = _bound(implementation, asker.call) if name == "bound" else sizes[name]
        return cls(name, asker, ladder, size)

    @property
    def function(self) -> Function:
        """The function that the implementation claims to compute."""
        return self.asker.function

    @property
    def fmt(self) -> Format:
        """The format."""
        return self.asker.fmt

    def scores(self, block: Block, best: float) -> Scores:
        """Measure a batch.

        Parameters
        ----------
        block : Block
            Finite inputs.
        best : float
            The largest size so far: less need not be told from nothing.

        Raises
        ------
        NoAnswerError
            If the implementation gives nothing that can be measured.
        """
        wide = self.asker.ask(block).astype(np.float64)
        per_row = wide.size // block.n_rows
        truth, known = self._kernels(block, per_row)
        sized = self._sized(block, truth, wide)
        hopes = np.where(known, sized.hopes, np.inf).reshape(-1, per_row).max(axis=1)
        sized.sizes[~known] = NO_NUMBER
        sized.spurious_nan[~known] = sized.spurious_infinity[~known] = False
        asked = _most_promising(hopes, best)
        if asked.size:
            self._ask(block, wide, asked, sized)
        return _by_row(sized, wide, per_row)

    def _kernels(self, block: Block, per_row: int) -> tuple[Truth, Flags]:
        """Return what the kernels enclose, and where they do."""
        found = stand_ins(self.function, enclose(self.function, block))
        known = np.repeat(self.function.ordinary(block), per_row) & np.isfinite(found.radius)
        flags = np.ones(len(found), dtype=bool)
        shape = (block.n_rows, per_row) if self.function.returns_row else (block.n_rows,)
        tier = np.full(len(found), BY_DOUBLE_DOUBLE, dtype=np.uint8)
        return Truth(shape, found, flags, np.zeros(len(found)), ~flags, tier), known

    def _ask(self, block: Block, wide: Floats, rows: NDArray[np.intp], sized: _Sized) -> None:
        """Write down what the ladder says of some rows."""
        part = block.take(rows)
        per_row = wide.size // block.n_rows
        places = (rows[:, None] * per_row + np.arange(per_row)).ravel()
        again = self._sized(part, self.ladder.truth(self.function, part), wide[places])
        sized.sizes[places] = again.sizes
        sized.spurious_nan[places] = again.spurious_nan
        sized.spurious_infinity[places] = again.spurious_infinity

    def _sized(self, block: Block, truth: Truth, wide: Floats) -> _Sized:
        """Measure outputs; those that nothing is wrong with at an edge have no size."""
        sized = self._sized_all(block, truth, wide)
        explained = explained_at_edge(self.function, block, self.fmt, wide)
        sized.sizes[explained] = NO_NUMBER
        sized.spurious_nan[explained] = sized.spurious_infinity[explained] = False
        return sized

    def _sized_all(self, block: Block, truth: Truth, wide: Floats) -> _Sized:
        if self.size is None:
            ruler = Ruler.of(truth.enclosures, self.fmt)
            return _measured(ruler, ruler.errors(wide), truth, wide, None)
        reference = reference_to(self.ladder, self.function, block, self.fmt, truth)
        site = Site(self.ladder, self.function, self.fmt, block, reference, seed=0, first_row=0)
        errors = reference.ruler.errors(wide)
        size = self.size(site, wide, errors.ulps)
        return _measured(reference.ruler, errors, truth, wide, size)


def _measured(
    ruler: Ruler, errors: ErrorArray, truth: Truth, wide: Floats, sizes: Floats | None
) -> _Sized:
    sizes = errors.ulps if sizes is None else sizes
    with np.errstate(invalid="ignore"):
        # Of an enclosure wider than that not even the size of the error is known.
        known = errors.uncertainty <= np.maximum(errors.ulps * _RELATIVE, _ABSOLUTE)
        measured = truth.is_real & known & ~np.isnan(sizes)
    return _Sized(
        sizes=np.where(measured, np.minimum(sizes, _LARGEST), NO_NUMBER),
        hopes=_hopes(ruler, errors, wide, known),
        spurious_nan=errors.spurious_nan & truth.is_real,
        spurious_infinity=errors.spurious_infinity & truth.is_real,
    )


def _hopes(ruler: Ruler, errors: ErrorArray, wide: Floats, known: Flags) -> Floats:
    """Return the largest error that is possible where it is open, `NO_NUMBER` elsewhere."""
    fmt = ruler.fmt
    hopes = np.full(wide.shape, NO_NUMBER)
    is_open = ~known & ~errors.spurious_nan & ~errors.spurious_infinity
    at = np.flatnonzero(is_open | errors.undecided)
    if at.size:
        some = ruler.take(at)
        least = np.clip(some.lowest, fmt.emin, fmt.emax) - (fmt.precision - 1)
        with np.errstate(over="ignore", invalid="ignore"):
            distance = np.abs(np.ldexp(wide[at], -some.quantum_exponent) - some.high) + some.spread
            larger = np.clip(some.quantum_exponent - least, 0, 5000).astype(np.int32)
            hopes[at] = np.nan_to_num(np.ldexp(distance, larger), nan=np.inf)
    return hopes


def _most_promising(hopes: Floats, best: float) -> NDArray[np.intp]:
    places = np.flatnonzero(hopes > best)
    return places[np.argsort(-hopes[places], kind="stable")[:MOST_ASKED]]


def _by_row(sized: _Sized, wide: Floats, per_row: int) -> Scores:
    shape = (-1, per_row)
    spurious = sized.spurious_nan | sized.spurious_infinity
    # A spurious output is what the row is remembered for, and it has no size.
    ranked = np.where(spurious, np.inf, sized.sizes).reshape(shape)
    outputs = ranked.argmax(axis=1)
    rows = np.arange(len(outputs))
    sizes = ranked[rows, outputs]
    return Scores(
        sizes=np.where(np.isinf(sizes), NO_NUMBER, sizes),
        outputs=outputs,
        got=wide.reshape(shape)[rows, outputs],
        spurious_nan=np.asarray(sized.spurious_nan.reshape(shape).any(axis=1)),
        spurious_infinity=np.asarray(sized.spurious_infinity.reshape(shape).any(axis=1)),
    )


def _stability(site: Site, wide: Floats, ulps: Floats) -> Floats:
    with np.errstate(over="ignore"):
        return np.asarray(ulps / site.reference.explained)


def _violation(site: Site, wide: Floats, ulps: Floats) -> Floats:
    """Return how many floats each output lies beyond RD(L) or RU(U), 0 where that is excused."""
    b = site.reference.bounds
    lower, upper = b.of_outputs(site.per_row)
    finite = np.isfinite(wide)
    inside = np.where(finite, wide, 0.0)
    with np.errstate(invalid="ignore"):
        excused = _stability(site, wide, ulps) <= 1
    beyond = np.zeros(wide.shape)
    for bound, excusable, sign in ((lower, b.lower_excusable, -1), (upper, b.upper_excusable, 1)):
        broken = finite & (sign * (inside - bound) > 0) & ~(excusable & excused)
        limit = site.fmt.cast(np.where(broken, bound, 0.0))
        got = site.fmt.cast(np.where(broken, inside, 0.0))
        beyond = np.maximum(beyond, floats_apart(site.fmt, got, limit))
    return beyond


def _bound(implementation: Implementation, call: Call) -> Callable[[Site, Floats, Floats], Floats]:
    scheme = scheme_of(implementation, call)
    if scheme is not None:
        return _RoundingShare(scheme)
    if implementation.algorithm is not None:
        return _AprioriShare(implementation.algorithm)
    raise UsageError(
        f"'{implementation.name}' has no error bound for {implementation.function}; "
        "hunt with --objective error, or declare a rounding_scheme"
    )


@dataclass(frozen=True, slots=True)
class _RoundingShare:
    scheme: Scheme

    def __call__(self, site: Site, wide: Floats, ulps: Floats) -> Floats:
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(ulps / bound_ulps(site, self.scheme))


@dataclass(frozen=True, slots=True)
class _AprioriShare:
    algorithm: str

    def __call__(self, site: Site, wide: Floats, ulps: Floats) -> Floats:
        with np.errstate(all="ignore"):
            share = row_errors(site, ulps) / apriori_bound(self.algorithm, site.block.wide(0))
        return np.repeat(np.where(np.isfinite(share), share, 0.0), site.per_row)
