"""What a shard has shown so far, tile after tile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lse_verify.audit.exhausted import Candidate, Exhausted, merged_candidates
from lse_verify.audit.finding import EXACT_BUCKET, Finding, Tally
from lse_verify.audit.site import figure
from lse_verify.audit.verdict import stable_limit, weak_limit
from lse_verify.audit.witness import Witness, larger, spell
from lse_verify.enclosure import Floats
from lse_verify.family.block import widened
from lse_verify.formats import FloatArray, Format
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.exhaust import judging as j
from lse_verify.search.exhaust.candidates import candidates_of
from lse_verify.search.exhaust.left import grade_left
from lse_verify.search.exhaust.patterns import Layout, words_of
from lse_verify.search.exhaust.spaces import Space
from lse_verify.search.exhaust.tally import (
    LOG_SHARE,
    PER_BLOCK,
    SHARE,
    SUM,
    TILE,
    TOPS,
    grade_tile,
    judge_some,
)

Places = NDArray[np.int64]

N_TERMS = 2
"""What the limits of the verdicts count; the 0 of softplus and logistic is one."""

LIMITS = (stable_limit(N_TERMS), weak_limit(N_TERMS))

BY_KERNEL = "binary64"
"""The tier of outputs that the certified pass decided."""


MOST_CANDIDATES = 4096
"""More that cannot be told apart, and the largest error is only known to its doubt."""

_BOUNDS = {
    SUM: ("lower bound", "upper bound"),
    SHARE: ("lower bound", "upper bound"),
    LOG_SHARE: ("upper bound",),
}


def fits_kernel(fmt: Format) -> bool:
    """Tell whether the certified pass is for a format; of 8 bits there is too little to try."""
    return fmt.bits in (16, 32)


def per_block(fmt: Format) -> int:
    """Return how many inputs a block of largest errors stands for."""
    return PER_BLOCK if fits_kernel(fmt) else 1


@dataclass(frozen=True, slots=True)
class Tile:
    """Inputs and their answers.

    Attributes
    ----------
    arguments : tuple of ndarray, each of shape (m,)
        Both arguments; zeros for the second of one.
    answers : ndarray, shape (outputs, m)
        What was got.
    locate : callable
        Gives the numbers of the inputs at some places of the tile.
    """

    arguments: tuple[FloatArray, FloatArray]
    answers: FloatArray
    locate: Callable[[Places], Places]

    @property
    def size(self) -> int:
        """How many inputs there are: *m*."""
        return self.arguments[0].size

    def part(self, places: Places) -> Tile:
        """Return some of the inputs."""
        first, second = self.arguments
        return Tile(
            (first[places], second[places]),
            np.ascontiguousarray(self.answers[:, places]),
            lambda inner: self.locate(places[inner]),
        )


class Judged(NamedTuple):
    """What judging a tile leaves to do.

    Attributes
    ----------
    blocks : ndarray of float64
        The largest error of each `per_block` inputs, ∞ where an answer is wrong, −1 where
        nothing is measured.
    left, found : ndarray of int64
        Places of what the whole ladder has to answer for, and of what may be the worst.
    """

    blocks: Floats
    left: Places
    found: Places


@dataclass(slots=True)
class Accumulator:
    """Counts, witnesses and candidates of the tiles graded so far.

    Attributes
    ----------
    space : Space
        Where the inputs are from.
    ladder : Ladder
        Who is asked for what is left.
    floor : float
        An error in ulps that the largest is known to reach.
    """

    space: Space
    ladder: Ladder
    floor: float = 0.0
    slow: Finding = field(default_factory=Finding)
    properties: dict[str, Tally] = field(default_factory=dict)
    violations: dict[str, Tally] = field(default_factory=dict)
    counts: Places = field(default_factory=lambda: np.zeros(j.N_KEYS, dtype=np.int64))
    by_flags: Places = field(default_factory=lambda: np.zeros(j.N_FLAGS, dtype=np.int64))
    witnesses: dict[str, Witness] = field(default_factory=dict)
    candidates: list[Candidate] = field(default_factory=list)
    crowded: bool = False
    line: dict[int, float] = field(default_factory=dict)
    rows: dict[int, str] = field(default_factory=dict)
    columns: dict[int, str] = field(default_factory=dict)
    _left: Places = field(default_factory=lambda: np.empty(TILE, dtype=np.int64))
    _found: Places = field(default_factory=lambda: np.empty(TILE, dtype=np.int64))
    _best: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._best = np.array([max(self.floor, 2.0**j.LEAST_BUCKET)])

    @property
    def best_error(self) -> float:
        """An error in ulps that the largest reaches; 0 if it is not known to reach any."""
        return float(self._best[0]) if self._best[0] > 2.0**j.LEAST_BUCKET else 0.0

    def add(self, tile: Tile, output: int, weight: int = 1) -> Judged:
        """Judge one output of a tile.

        Parameters
        ----------
        tile : Tile
            Inputs and answers.
        output : int
            Which output.
        weight : int
            How often what is counted counts: 2 where the inputs in the other order have the
            same answers, and −1 takes back what was counted so.
        """
        fmt = self.space.fmt
        if not fits_kernel(fmt):
            return Judged(np.full(tile.size, -1.0), np.arange(tile.size), np.empty(0, np.int64))
        own, other = tile.arguments[output], tile.arguments[1 - output]
        answer = tile.answers[output]
        blocks = np.empty(-(-tile.size // PER_BLOCK))
        tops, at = np.full(len(TOPS), -1.0), np.zeros(len(TOPS), dtype=np.int64)
        counts, by_flags = np.zeros_like(self.counts), np.zeros_like(self.by_flags)
        n_left, n_found = grade_tile(
            self.space.kind,
            (words_of(own), words_of(other), words_of(answer)),
            astuple(Layout.of(fmt)),
            j.reach_of(fmt),
            LIMITS,
            counts,
            by_flags,
            self._best,
            tops,
            at,
            self._left,
            self._found,
            blocks,
        )
        self.counts += weight * counts
        self.by_flags += weight * by_flags
        for which in np.flatnonzero(tops >= 0).tolist() if weight > 0 else ():
            place = int(tile.locate(at[which : which + 1])[0])
            self._keep(TOPS[which], float(tops[which]), place, output, float(answer[at[which]]))
        return Judged(blocks, self._left[:n_left].copy(), self._found[:n_found].copy())

    def propose(self, tile: Tile, output: int, found: Places) -> None:
        """Remember inputs whose error may be the largest.

        Of a run of neighbours with one answer only the ends: the truth rises or falls along it.
        """
        found = _ends(found, tile.answers[output])
        if not found.size:
            return
        own, other = tile.arguments[output][found], tile.arguments[1 - output][found]
        answer = tile.answers[output][found]
        proposed = candidates_of(
            self.space,
            float(self._best[0]),
            tile.locate(found),
            np.full(found.size, output),
            widened(answer),
            *errors_of(self.space.kind, self.space.fmt, own, other, answer),
        )
        self._take(proposed)

    def _take(self, proposed: list[Candidate]) -> None:
        self.candidates = merged_candidates([*self.candidates, *proposed])
        if len(self.candidates) > MOST_CANDIDATES:
            self.crowded = True
            by_error = sorted(self.candidates, key=lambda c: (-c.error, c.key))
            self.candidates = sorted(by_error[:MOST_CANDIDATES], key=lambda c: c.key)

    def settle(self, tile: Tile, output: int, left: Places, blocks: Floats) -> None:
        """Have the whole ladder grade what was left, and raise the errors of its blocks."""
        if not left.size:
            return
        only = output if self.space.n_outputs == 2 else None
        answers = tile.answers[:, left].T
        finding, proposed, errors = grade_left(
            self.space,
            self.ladder,
            float(self._best[0]),
            tile.locate(left),
            np.ascontiguousarray(answers),
            only,
        )
        self.slow = self.slow.merge(finding)
        self._take(proposed)
        of_output = errors[(only or 0) :: self.space.n_outputs]
        np.maximum.at(blocks, left // per_block(self.space.fmt), of_output)

    def keep(self, name: str, tested: int, count: int, witness: Witness | None) -> None:
        """Count a property."""
        tally = Tally(tested=tested, count=count, witness=witness)
        # Not a merge of findings, which costs more than what is counted here: it is most tiles.
        self.properties[name] = self.properties.get(name, Tally()).merge(tally)

    def violate(self, name: str, tally: Tally) -> None:
        """Count a bound."""
        self.violations[name] = self.violations.get(name, Tally()).merge(tally)

    def draft(self, size: float, place: int, output: int, got: float, note: str = "") -> Witness:
        """Draft a witness of one output."""
        return Witness(
            size=size,
            arguments=None,
            seed=0,
            row=place,
            n_terms=N_TERMS,
            output=output,
            got=spell(got),
            note=note,
        )

    def _keep(self, name: str, size: float, place: int, output: int, got: float) -> None:
        found = larger(self.witnesses.get(name), self.draft(figure(size), place, output, got))
        assert found is not None
        self.witnesses[name] = found

    def finding(self, n_inputs: int) -> Finding:
        """Return what all tiles showed."""
        counts, histogram = self.counts, self._histogram()
        measured = int(counts[j.EXACT :].sum())
        below = {name: n for name, n in histogram.items() if name != EXACT_BUCKET}
        half = sum(n for name, n in below.items() if int(name[2:]) < -1) + self._flagged(
            j.UNDER_HALF
        )
        one = sum(n for name, n in below.items() if int(name[2:]) < 0) + self._flagged(j.UNDER_ONE)
        exact = int(counts[j.EXACT])
        numbers = measured + int(counts[j.SPURIOUS_NAN] + counts[j.SPURIOUS_INFINITY])
        fast = Finding(
            outputs=measured,
            histogram=histogram,
            correctly_rounded=half + exact,
            faithful=one + exact,
            worst_stability=self.witnesses.get("stability"),
            worst_conditioned=self.witnesses.get("conditioned"),
            not_stable=self._tally(measured, self._flagged(j.NOT_STABLE), "stability"),
            not_weak=self._tally(measured, self._flagged(j.NOT_WEAK), "stability"),
            spurious_nan=self._tally(numbers, int(counts[j.SPURIOUS_NAN]), "nan"),
            spurious_infinity=self._tally(numbers, int(counts[j.SPURIOUS_INFINITY]), "infinity"),
            special=self._tally(
                int(counts[j.SPECIAL] + counts[j.WRONG_SPECIAL]),
                int(counts[j.WRONG_SPECIAL]),
                "special",
            ),
            violations=self._violations(measured),
            properties={
                "zero sign": self._tally(
                    self._flagged(j.ZERO), self._flagged(j.ZERO_SIGN), "zero sign"
                )
            },
            tiers={BY_KERNEL: int(counts[j.SPECIAL :].sum())},
        )
        extra = Exhausted(
            inputs=n_inputs,
            candidates=self.candidates,
            crowded=self.crowded,
            line=self.line,
            rows=self.rows,
            columns=self.columns,
        )
        own = Finding(properties=self.properties, violations=self.violations)
        return fast.merge(self.slow).merge(own).merge(Finding(rows=n_inputs, exhausted=extra))

    def _histogram(self) -> dict[str, int]:
        counts = self.counts
        exact = {EXACT_BUCKET: int(counts[j.EXACT])} if counts[j.EXACT] else {}
        places = np.flatnonzero(counts[j.EXACT + 1 :]).tolist()
        return exact | {
            f"2^{j.LEAST_BUCKET + place}": int(counts[j.EXACT + 1 + place]) for place in places
        }

    def _flagged(self, flag: int, without: int = 0) -> int:
        numbers = np.arange(j.N_FLAGS)
        chosen = (numbers & flag != 0) & (numbers & without == 0)
        return int(self.by_flags[chosen].sum())

    def _tally(self, tested: int, count: int, name: str) -> Tally:
        return Tally(
            tested=tested, count=count, witness=self.witnesses.get(name) if count else None
        )

    def _violations(self, measured: int) -> dict[str, Tally]:
        finite = measured - self._flagged(j.BEYOND)
        return {
            name: tally
            for name, tally in (
                ("lower bound", self._bound(finite, j.LOWER, ("lower",))),
                ("upper bound", self._bound(finite, j.UPPER, ("upper", "upper excused"))),
            )
            if name in _BOUNDS[self.space.kind]
        }

    def _bound(self, tested: int, flag: int, names: tuple[str, ...]) -> Tally:
        count = self._flagged(flag)
        excused = count - self._flagged(flag, without=j.EXCUSED)
        witness = next((self.witnesses[n] for n in names if n in self.witnesses), None)
        return Tally(tested=tested, count=count, excused=excused, witness=witness)


def errors_of(
    kind: int, fmt: Format, first: FloatArray, second: FloatArray, answer: FloatArray
) -> tuple[Floats, Floats]:
    """Return errors of a few measured answers again, and what they are in doubt by, in ulps."""
    columns, _, _ = judge_some(kind, first, second, answer, j.reach_of(fmt), LIMITS)
    return columns[0], columns[1]


def _ends(found: Places, answers: FloatArray) -> Places:
    """Return ascending places without those inside runs of neighbours with the same answer."""
    if found.size < 3:
        return found
    words = words_of(answers)[found]
    joined = (np.diff(found) == 1) & (words[1:] == words[:-1])
    inside = np.zeros(found.size, dtype=bool)
    inside[1:-1] = joined[1:] & joined[:-1]
    return np.asarray(found[~inside])
