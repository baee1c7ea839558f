"""Hold the rows against Arb: ``python -m lse_verify.oracle.double_double.rows.sweep``.

Prints a markdown table, a line a function, and exits with 1 if any output is not certain to be
inside its enclosure. The same seed, count and number of directed points try the same points,
whatever the number of jobs.

Most points are outputs of softmax and log_softmax, for one exponential serves a point of
each; every other function has 1.2 % of the points, in rows of mostly two to ten entries. Families
and lengths are those of `draws`.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import platform
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any

import flint
import llvmlite.binding as llvm
import numba
import numpy as np
from numpy.typing import NDArray

from lse_verify.enclosure import EnclosureArray, Floats
from lse_verify.oracle.double_double.compilation import HAS_FMA
from lse_verify.oracle.double_double.rows import (
    against_arb,
    divergence,
    draws,
    entropy,
    first_gradient,
    logistic,
    lse,
    shares,
)
from lse_verify.oracle.double_double.rows.against_arb import Block, Parts, Tally

SHARES = "softmax"
"""The group that tries softmax, log_softmax and logsumexp on the same rows."""

_OTHERS_SHARE = 0.012
_CHUNK = 20_000
_BLOCK = 2_000
_LONGEST = 5000
_LONGEST_SUM = 300
"""Of functions with one output a row, whose truth costs as much as n outputs of softmax."""

Generator = np.random.Generator
Tallies = dict[str, Tally]


def _against_zero(x: Floats) -> Floats:
    return np.pad(x, ((0, 0), (1, 0)))


@dataclass(frozen=True, slots=True)
class Form:
    """A function that is an affine image of LogSumExp: see `lse_parts`."""

    entries: Callable[[Floats], Floats]
    n_entries: int | None = None
    has_factor: bool = False
    has_times: bool = False
    sign: float = 1.0


def _as_they_are(x: Floats) -> Floats:
    return x


FORMS = {
    "logsumexp": Form(_as_they_are),
    "logaddexp": Form(_as_they_are, n_entries=2),
    "softplus": Form(_against_zero, n_entries=1),
    "logsumexp0": Form(_against_zero),
    "smoothmax": Form(_as_they_are, has_factor=True),
    "smoothmin": Form(_as_they_are, has_factor=True, sign=-1.0),
    "binomial_cumulant": Form(_against_zero, n_entries=1, has_times=True),
    "multinomial_cumulant": Form(_against_zero, has_times=True),
}

_OTHERS = ("negentropy", "bregman", "logistic", "log_softmax_gradient")
GROUPS = (SHARES, *FORMS, *_OTHERS)
NAMES = ("softmax", "log_softmax", *FORMS, *_OTHERS)


@dataclass(frozen=True, slots=True)
class Task:
    """Points of one group: a few hundred bytes that stand for all of them."""

    group: str
    number: int
    n_points: int
    seed: int
    is_directed: bool


def plan(count: int, n_directed: int, seed: int) -> list[Task]:
    """Return the tasks: at least `count` random points and `n_directed` directed ones."""
    found = []
    for is_directed, wanted in ((False, count), (True, n_directed)):
        for group in GROUPS:
            others = len(GROUPS) - 1
            share = 1 - others * _OTHERS_SHARE if group == SHARES else _OTHERS_SHARE
            # Of directed points each group has its part, for there the sums are what is tried.
            share = 1 / len(GROUPS) if is_directed else share
            points = math.ceil(share * wanted)
            starts = range(0, points, _CHUNK)
            found += [
                Task(group, number, min(_CHUNK, points - start), seed, is_directed)
                for number, start in enumerate(starts)
            ]
    return found


def run(task: Task) -> Tallies:
    """Draw the points of a task and hold them against Arb."""
    stream = [task.seed, GROUPS.index(task.group), int(task.is_directed), task.number]
    rng = np.random.default_rng(stream)
    blocks = _BLOCKS.get(task.group, _form_block)
    found: Tallies = {}
    n_left = task.n_points
    while n_left > 0:
        part = blocks(task, rng, min(n_left, _BLOCK))
        n_left -= sum(tally.n_points for tally in part.values())
        found = merged(found, part)
    return found


def merged(first: Tallies, second: Tallies) -> Tallies:
    """Return the tallies of both."""
    nothing = Tally()
    return {
        name: first.get(name, nothing).merge(second.get(name, nothing))
        for name in NAMES
        if name in first or name in second
    }


def _rows(task: Task, rng: Generator, m: int, n: int) -> Floats:
    draw = draws.directed_rows if task.is_directed else draws.random_rows
    return draw(rng, m, n)


def _length(task: Task, rng: Generator, longest: int) -> int:
    draw = draws.directed_length if task.is_directed else draws.random_length
    return draw(rng, longest)


def _short_length(task: Task, rng: Generator) -> int:
    """Return a length for a function with one output a row: seldom a long one."""
    kind = rng.random()
    if kind < 0.97:
        return int(rng.choice([1, 2, 2, 2, 3, 4, 5, 8]))
    return _length(task, rng, _LONGEST_SUM if kind < 0.999 else _LONGEST)


def _few(n_points: int, n: int) -> int:
    """Return how many rows of one output a block has."""
    return max(1, min(n_points, 500, 2000 // n))


def _share_blocks(task: Task, rng: Generator, n_points: int) -> Tallies:
    n = _length(task, rng, _LONGEST)
    x = _rows(task, rng, max(1, -(-n_points // (2 * n + 1))), n)
    found, logs = shares.softmax(x), shares.log_softmax(x)
    sums = lse.lse(x, Fraction(1), Fraction(1))
    distances, log_distances = against_arb.share_distances(x, found, logs)
    point = _shown(x)
    every = np.ones(x.size, dtype=bool)
    softmax_block = Block(found, against_arb.softmax_parts(x), n, every, point)
    log_block = Block(logs, against_arb.log_softmax_parts(x), n, every, point)
    return {
        "softmax": softmax_block.tally(lambda _: distances),
        "log_softmax": log_block.tally(lambda _: log_distances),
        "logsumexp": _sum_tally(sums, against_arb.lse_parts(x, 1.0, 1.0, 1.0), x, 1.0, point),
    }


def _form_block(task: Task, rng: Generator, n_points: int) -> Tallies:
    form = FORMS[task.group]
    n = form.n_entries or _short_length(task, rng)
    x = _rows(task, rng, _few(n_points, n), n)
    factor = draws.factor(rng) if form.has_factor else 1.0
    times = draws.factor(rng) if form.has_times else 1.0
    entries = form.entries(draws.divided(rng, x, factor) if form.has_factor else x)
    # smoothmin counts +inf as the others count -inf.
    entries = form.sign * entries
    multiplier = Fraction(factor * form.sign)
    scale = 1 / multiplier if form.has_factor else Fraction(times)
    found = lse.lse(entries, multiplier, scale)
    parts = against_arb.lse_parts(form.sign * entries, factor, times, form.sign)
    point = _shown(entries, factor, times)
    return {task.group: _sum_tally(found, parts, form.sign * entries, times, point)}


def _sum_tally(
    found: EnclosureArray, parts: Parts, entries: Floats, times: float, point: Callable[[int], str]
) -> Tally:
    # Head and tail nearly cancel where the result is less than a quarter of the head.
    with np.errstate(divide="ignore"):
        size = np.log2(np.abs(found.hi)) + found.exponent
        head = np.log2(np.abs(entries.max(axis=1))) + math.log2(times)
    return Block(found, parts, 1, size >= head - 2, point).tally(against_arb.plain_distances)


def _negentropy_block(task: Task, rng: Generator, n_points: int) -> Tallies:
    n = _short_length(task, rng)
    draw = draws.directed_shares if task.is_directed else draws.random_shares
    p = draw(rng, _few(n_points, n), n)
    every = np.ones(len(p), dtype=bool)
    block = Block(entropy.negentropy(p), against_arb.negentropy_parts(p), 1, every, _shown(p))
    return {task.group: block.tally(against_arb.plain_distances)}


def _bregman_block(task: Task, rng: Generator, n_points: int) -> Tallies:
    n = min(_short_length(task, rng), 1000)
    draw = draws.directed_pair if task.is_directed else draws.random_pair
    x, x2 = draw(rng, _few(n_points, n), n)
    found = divergence.bregman(x, x2)
    conditioned = _adds_up(_against_zero(x), _against_zero(x2))
    block = Block(found, against_arb.bregman_parts(x, x2), 1, conditioned, _shown(x, x2))
    return {task.group: block.tally(against_arb.plain_distances)}


def _logistic_block(task: Task, rng: Generator, n_points: int) -> Tallies:
    rows = _rows(task, rng, _few(n_points, 1), 2)
    with np.errstate(over="ignore", invalid="ignore"):
        apart = rows[:, 0] - rows[:, 1]
    x = np.where(rng.random(len(rows)) < 0.5, apart, rows[:, 0])
    every = np.ones(x.size, dtype=bool)
    found, parts = logistic.logistic(x), against_arb.logistic_parts(x)
    block = Block(found, parts, 1, every, _shown(x[:, None]))
    return {task.group: block.tally(against_arb.plain_distances)}


def _gradient_block(task: Task, rng: Generator, n_points: int) -> Tallies:
    n = _short_length(task, rng)
    x = _rows(task, rng, _few(-(-n_points // n), n), n)
    found, parts = first_gradient.log_softmax_gradient(x), against_arb.log_softmax_gradient_parts(x)
    block = Block(found, parts, n, np.ones(x.size, dtype=bool), _shown(x))
    return {task.group: block.tally(against_arb.plain_distances)}


def _adds_up(x: Floats, x2: Floats) -> NDArray[np.bool_]:
    """Tell where the terms of Σ q·(log q − log p) are of the size of their sum, and of the logs."""
    totals, totals2 = (np.logaddexp.reduce(rows, axis=1, keepdims=True) for rows in (x, x2))
    shares, excess = np.exp(x2 - totals2), (x2 - totals2) - (x - totals)
    logs = 2.0**-8 * (shares * (1 + np.abs(x) + np.abs(x2))).sum(axis=1)
    terms = shares * excess
    return np.asarray(np.abs(terms).sum(axis=1) + logs <= 4 * terms.sum(axis=1))


_BLOCKS: dict[str, Callable[[Task, Generator, int], Tallies]] = {
    SHARES: _share_blocks,
    "negentropy": _negentropy_block,
    "bregman": _bregman_block,
    "logistic": _logistic_block,
    "log_softmax_gradient": _gradient_block,
}


def _shown(*arguments: Floats | float) -> Callable[[int], str]:
    def point(number: int) -> str:
        return repr(
            tuple(
                a.hex() if isinstance(a, float) else [float(e).hex() for e in a[number]]
                for a in arguments
            )
        )

    return point


def sweep(tasks: Sequence[Task], jobs: int) -> Tallies:
    """Run tasks, in so many processes, and merge what they found in the order of the tasks."""
    return reduce(merged, _run_all(tasks, jobs), {})


def _run_all(tasks: Sequence[Task], jobs: int) -> Iterator[Tallies]:
    if jobs == 1:
        yield from map(run, tasks)
        return
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield from pool.map(run, tasks, chunksize=4)


def _log2(size: float) -> str:
    return f"2^{math.log2(size):.1f}" if size > 0 else "0"


def table(found: Tallies) -> Iterator[str]:
    """Yield the lines of the table."""
    yield "| function | points | outside | unknown | closest to the bound | widest radius |"
    yield "|---|--:|--:|--:|--:|--:|"
    for name, tally in found.items():
        yield (
            f"| {name} | {tally.n_points:,} | {tally.n_outside} "
            f"| {tally.n_unknown / tally.n_points:.2%} | {tally.closest:.3f} "
            f"| {_log2(tally.widest)} |"
        )
    total = reduce(Tally.merge, found.values())
    yield (
        f"| all | {total.n_points:,} | {total.n_outside} "
        f"| {total.n_unknown / total.n_points:.2%} | {total.closest:.3f} | {_log2(total.widest)} |"
    )


def processor() -> str:
    """Return the name of the processor, as the system or LLVM tells it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        text = ""
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return f"{names[0] if names else platform.processor()} ({llvm.get_host_cpu_name()})"


def report(found: Tallies, options: Any, seconds: float) -> Iterator[str]:
    """Yield the lines that are printed."""
    yield "# Enclosures of rows against Arb"
    yield ""
    yield (
        f"At least {options.count:,} random and {options.directed:,} directed points, seed "
        f"{options.seed}: `python -m lse_verify.oracle.double_double.rows.sweep --count "
        f"{options.count} --directed {options.directed} --seed {options.seed}`"
    )
    yield ""
    yield (
        f"{processor()}, {platform.machine()}, {'with' if HAS_FMA else 'without'} fma; "
        f"Python {platform.python_version()}, NumPy {np.__version__}, numba {numba.__version__}, "
        f"python-flint {flint.__version__}; {seconds:.0f} s in {options.jobs} processes."
    )
    yield ""
    yield from table(found)
    yield ""
    yield (
        "A point is an output; outside: not certain to be within its radius of the centre; "
        "unknown: the kernels say nothing of it, or that it is below 2^-21000; closest: the "
        "largest distance of truth and centre, in radii; widest: the largest relative radius where "
        "nothing nearly cancels."
    )
    for name, tally in found.items():
        yield from (f"- outside: {name}{point}" for point in tally.outside)


def main(arguments: Iterable[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000_000, help="random points, all together")
    parser.add_argument("--directed", type=int, default=100_000, help="directed points")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--out", type=Path, help="a file for what is printed")
    options = parser.parse_args(None if arguments is None else list(arguments))
    began = time.perf_counter()
    found = sweep(plan(options.count, options.directed, options.seed), options.jobs)
    text = "\n".join(report(found, options, time.perf_counter() - began))
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 1 if any(tally.n_outside for tally in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
