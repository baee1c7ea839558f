"""Properties that a result should have whatever its error: counted, never graded.

Each is chosen so that a correctly rounded implementation has it without exception: then
every count above zero says something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.answer import Asker, NoAnswerError
from lse_verify.audit.finding import Tally
from lse_verify.audit.layouts import LAYOUTS
from lse_verify.audit.site import Site, floats_apart
from lse_verify.enclosure import Floats
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray

Flags = NDArray[np.bool_]

MOST_TERMS = 1000
"""Longer rows are asked once only: their properties cost more than they tell."""

MOST_TERMS_ALONE = 10
"""A row alone is a shape of its own, for which compiling libraries take most of a second."""

_CROWDS = {100: 607, MOST_TERMS: 67}
"""Rows among which one is put, by the most terms of it: primes, so that vectors leave a rest."""

_LAST = 16
"""Places at the end of a crowd: what is left of the longest vectors is among them."""

OTHER_LAYOUTS = "same in other layouts"

_SHIFTS = (1.0, -1.0, 0.5, -4.0, 16.0, -64.0)


def properties(
    site: Site,
    asker: Asker,
    got: FloatArray,
    rng: np.random.Generator,
    twin: Asker | None = None,
) -> dict[str, Tally]:
    """Check all properties that the function has on one block.

    Parameters
    ----------
    site : Site
        The block; all of its rows finite.
    asker : Asker
        The implementation, asked again with changed inputs.
    got : ndarray
        Its flattened answer to the block itself.
    rng : Generator
        Chooses what is raised and by how much is shifted.
    twin : Asker, optional
        An implementation that should give the same bits.
    """
    found = {
        "same alone and in a batch": _batch(site, asker, got),
        OTHER_LAYOUTS: _layouts(site, asker, got),
    }
    found |= of_twin(site, got, twin)
    if (site.function.symmetric and site.block.n_terms != 1) or site.function.of_two_values:
        found["same when permuted"] = _permutation(site, asker, got)
    if site.function.shift:
        found["exact shift"] = _shift(site, asker, got, rng)
    if site.function.increasing:
        found["monotone"] = _monotone(site, asker, got, rng)
    if site.function.keeps_order:
        found["order kept"] = _order(site, got)
    return {name: tally for name, tally in found.items() if tally.tested}


def _apart(site: Site, first: FloatArray, second: FloatArray) -> Floats:
    """Return how many floats lie between two answers; NaN agrees with NaN alone."""
    nan_first, nan_second = np.isnan(first), np.isnan(second)
    zero = np.zeros((), dtype=site.fmt.dtype)
    steps = floats_apart(
        site.fmt, np.where(nan_first, zero, first), np.where(nan_second, zero, second)
    )
    differ = np.where(nan_first != nan_second, np.inf, steps)
    return np.where(nan_first & nan_second, 0.0, differ)


def _tally(
    site: Site, got: FloatArray, other: FloatArray, sizes: Floats, tested: Flags, what: str
) -> Tally:
    """Count sizes above zero; the witness says what the other answer was."""
    count = int((tested & (sizes > 0)).sum())
    if not count:
        return Tally(tested=int(tested.sum()))
    entry = int(np.argmax(np.where(tested, sizes, -1)))
    note = what.format(other=f"{float(other[entry]):.9g}", size=f"{sizes[entry]:.3g}")
    size = float(min(sizes[entry], np.finfo(np.float64).max))
    witness = site.witness(entry, float(got[entry]), size, note)
    return Tally(tested=int(tested.sum()), count=count, witness=witness)


def _all(got: FloatArray) -> Flags:
    return np.ones(got.shape, dtype=bool)


def _batch(site: Site, asker: Asker, got: FloatArray) -> Tally:
    """Ask for every row at another place; for three alone, and at the last places of a crowd."""
    count = site.block.n_rows
    rows = got.reshape(count, -1)
    places = np.roll(np.arange(count), 1)
    moved = asker.ask(site.block.take(places), timed=True).reshape(count, -1)
    other = np.empty_like(rows)
    other[places] = moved
    sizes = _apart(site, rows.ravel(), other.ravel()).reshape(rows.shape)
    for row in sorted({0, count // 2, count - 1}):
        for answer in _elsewhere(site, asker, row):
            apart = _apart(site, rows[row], answer)
            larger = apart > sizes[row]
            other[row] = np.where(larger, answer, other[row])
            sizes[row] = np.maximum(sizes[row], apart)
    what = "{other} at another place or alone, {size} floats away"
    return _tally(site, got, other.ravel(), sizes.ravel(), _all(got), what)


def _elsewhere(site: Site, asker: Asker, row: int) -> Iterator[FloatArray]:
    """Yield the answers to one row alone, and at each of the last places of a crowd."""
    if site.block.n_terms <= MOST_TERMS_ALONE:
        yield asker.ask(site.block.take(np.array([row])))
    size = next(size for most, size in _CROWDS.items() if site.block.n_terms <= most)
    crowd = np.resize(np.arange(site.block.n_rows), size)
    crowd[-_LAST:] = row
    yield from asker.ask(site.block.take(crowd)).reshape(size, -1)[-_LAST:]


def _layouts(site: Site, asker: Asker, got: FloatArray) -> Tally:
    """Ask for the same numbers in memory of other strides, and where nothing may be written.

    An exception counts for every row: the numbers are the same.
    """
    other, sizes, note = got.copy(), np.zeros(got.shape), ""
    for name, layout in LAYOUTS.items():
        try:
            answer = asker.ask(site.block, layout=layout)
        except NoAnswerError as no_answer:
            sizes[:] = np.inf
            note = note or f"{name}: {_plain(no_answer.failure.words)}"
            continue
        apart = _apart(site, got, answer)
        note = note or (f"{name}: {{other}}, {{size}} floats away" if apart.any() else "")
        larger = apart > sizes
        other, sizes = np.where(larger, answer, other), np.maximum(sizes, apart)
    return _tally(site, got, other, sizes, _all(got), note)


def _plain(words: str) -> str:
    """Double the braces, which `_tally` fills."""
    return words.replace("{", "{{").replace("}", "}}")


def of_twin(site: Site, got: FloatArray, twin: Asker | None) -> dict[str, Tally]:
    """Hold the answers against those of an implementation that should give the same bits.

    Parameters
    ----------
    site : Site
        The block.
    got : ndarray
        The flattened answer to it.
    twin : Asker or None
        Asks the other implementation; None where there is none.
    """
    if twin is None:
        return {}
    other = twin.ask(site.block)
    what = "{other} by its twin, {size} floats away"
    tally = _tally(site, got, other, _apart(site, got, other), _all(got), what)
    return {"same as its twin": tally}


def _permutation(site: Site, asker: Asker, got: FloatArray) -> Tally:
    """Ask for the terms in reverse."""
    if site.function.of_two_values:
        block = Block(site.block.arguments[::-1])
    else:
        turned = (
            a if isinstance(a, float) or a.ndim == 1 else np.ascontiguousarray(a[:, ::-1])
            for a in site.block.arguments
        )
        block = replace(site.block, arguments=tuple(turned))
    other = asker.ask(block)
    if site.function.returns_row:
        other = other.reshape(site.block.n_rows, -1)[:, ::-1].ravel()
    sizes = _apart(site, got, other)
    what = "{other} with the terms in reverse, {size} floats away"
    return _tally(site, got, other, sizes, _all(got), what)


def _shifted(site: Site, shifts: Floats) -> tuple[Block, Flags]:
    """Add a number to every entry of each row, and tell for which rows that is exact."""
    exact = np.ones(site.block.n_rows, dtype=bool)
    arguments: list[FloatArray | float] = []
    for argument in site.block.arguments:
        assert isinstance(argument, np.ndarray)
        by = shifts if argument.ndim == 1 else shifts[:, None]
        wide = argument.astype(np.float64)
        with np.errstate(over="ignore"):
            moved = site.fmt.cast(wide + by)
        back = moved.astype(np.float64)
        # Both differences being exact is what makes x + c the very real x + c.
        agrees = (back - wide == by) & (back - by == wide)
        exact &= agrees.reshape(len(agrees), -1).all(axis=1)
        arguments.append(np.where(np.isfinite(back), moved, argument).astype(site.fmt.dtype))
    return Block(tuple(arguments)), exact


def _shift(site: Site, asker: Asker, got: FloatArray, rng: np.random.Generator) -> Tally:
    """Add a number exactly: the result moves by it, or stays.

    Moved results may differ by the two roundings, half an ulp each; what is beyond counts.
    """
    shifts = rng.choice(np.array(_SHIFTS), size=site.block.n_rows)
    block, exact = _shifted(site, shifts)
    if not exact.any():
        return Tally()
    other = asker.ask(block)
    tested = np.repeat(exact, site.per_row)
    if site.function.shift == "leaves":
        what = "{other} after an exact shift, {size} floats away"
        return _tally(site, got, other, _apart(site, got, other), tested, what)
    first, second = got.astype(np.float64), other.astype(np.float64)
    tested &= np.isfinite(first) & np.isfinite(second)
    with np.errstate(invalid="ignore", over="ignore"):
        moved = first + shifts
        lost = (first - (moved - shifts)) + (shifts - (moved - (moved - shifts)))
        drift = np.abs((second - moved) - lost)
        # The nearest float is never in a lower binade than the truth: its ulp is enough.
        explained = _ulps(site, first) / 2 + _ulps(site, second) / 2
        beyond = np.where(drift > explained, drift / explained, 0.0)
    what = "{other} after an exact shift, {size} times what two roundings explain"
    return _tally(site, got, other, np.where(tested, beyond, 0.0), tested, what)


def _ulps(site: Site, values: Floats) -> Floats:
    _, exponents = np.frexp(values)
    binades = np.clip(exponents - 1, site.fmt.emin, site.fmt.emax)
    return np.asarray(np.ldexp(1.0, binades - (site.fmt.precision - 1)))


def _monotone(site: Site, asker: Asker, got: FloatArray, rng: np.random.Generator) -> Tally:
    """Raise one entry of each row to the next float: the result must not drop."""
    raised = _raise_one(site, rng)
    other = asker.ask(raised)
    with np.errstate(invalid="ignore"):
        drops = np.where(other < got, _apart(site, got, other), 0.0)
    what = "{other} after raising one input by one float, {size} floats lower"
    return _tally(site, got, other, drops, _all(got), what)


def _raise_one(site: Site, rng: np.random.Generator) -> Block:
    arguments = list(site.block.arguments)
    arrays = [place for place, a in enumerate(arguments) if isinstance(a, np.ndarray)]
    chosen = int(rng.choice(arrays))
    array = arguments[chosen]
    assert isinstance(array, np.ndarray)
    higher = array.copy()
    if array.ndim == 1:
        higher = site.fmt.next_up(array)
    else:
        rows = np.arange(len(array))
        # Half of the time the largest entry, which decides most of the result.
        columns = np.where(
            rng.random(len(array)) < 0.5,
            np.argmax(array.astype(np.float64), axis=1),
            rng.integers(array.shape[1], size=len(array)),
        )
        higher[rows, columns] = site.fmt.next_up(array[rows, columns])
    within = np.isfinite(higher.astype(np.float64))
    arguments[chosen] = np.where(within, higher, array).astype(site.fmt.dtype)
    return Block(tuple(arguments))


def _order(site: Site, got: FloatArray) -> Tally:
    """Hold the order of the outputs of each row against the order of its inputs."""
    rows = site.block.wide(0)
    order = np.argsort(rows, axis=1, kind="stable")
    inputs = np.take_along_axis(rows, order, axis=1)
    outputs = np.take_along_axis(got.reshape(rows.shape), order, axis=1)
    below, above = outputs[:, :-1].ravel(), outputs[:, 1:].ravel()
    equal = (inputs[:, 1:] == inputs[:, :-1]).ravel()
    with np.errstate(invalid="ignore"):
        broken = (above < below) | (equal & (above != below))
    sizes = np.where(broken, _apart(site, below, above), 0.0)
    what = "{other} for the next larger input, {size} floats the wrong way"
    places = np.repeat(np.arange(len(rows)), rows.shape[1] - 1) * rows.shape[1]
    entries = places + order[:, :-1].ravel()
    full = np.zeros(got.shape)
    others = got.copy()
    full[entries], others[entries] = sizes, above
    return _tally(site, got, others, full, _all(got), what)
