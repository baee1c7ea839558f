"""Dots and names of the leaderboard: nothing covers anything, no machines are mixed."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from xml.etree import ElementTree

import msgspec
import pytest

from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.report.leaderboard import board
from lse_verify.report.leaderboard_figures import Dot, drawings, labels
from lse_verify.report.leaderboard_labels import Box, is_nearest_to, placed

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]
MakeFinding = Callable[..., Finding]

ROOM = Box(0, 0, 310, 220)
RADIUS = 3.2
Spots = list[tuple[float, float]]


def _marks(dots: Spots) -> list[Box]:
    return [Box(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS) for x, y in dots]


def _spread(seed: int, count: int) -> tuple[Spots, Spots]:
    rng = random.Random(seed)
    # Many have nearly the same accuracy, as good implementations do.
    dots = [(rng.uniform(5, 305), rng.choice([12.0, 14.0, 120.0, 205.0])) for _ in range(count)]
    return dots, [(rng.uniform(15, 80), 7.0) for _ in range(count)]


@pytest.mark.parametrize("seed", range(12))
def test_no_name_covers_a_name_or_another_dot_or_leaves_the_panel(seed: int) -> None:
    dots, sizes = _spread(seed, 30)
    taken = Box(4, 209, 120, 11)
    places = placed(dots, sizes, ROOM, RADIUS, [taken])
    boxes = [box for box in places if box is not None]
    assert len(boxes) == len(dots)
    assert all(box.is_within(ROOM) and not box.meets(taken) for box in boxes)
    assert not any(a.meets(b) for a, b in itertools.combinations(boxes, 2))
    for place, box in enumerate(boxes):
        others = [mark for other, mark in enumerate(_marks(dots)) if other != place]
        assert not any(box.meets(mark) for mark in others)


def test_a_dot_that_stands_alone_has_its_name_at_its_right() -> None:
    ((box),) = placed([(100, 100)], [(40, 7)], ROOM, RADIUS)
    assert box is not None
    assert box.left > 100 + RADIUS
    assert box.left < 100 + RADIUS + 4
    assert box.bottom < 100 < box.bottom + 7


def test_at_the_right_edge_it_has_it_elsewhere() -> None:
    ((box),) = placed([(305, 100)], [(40, 7)], ROOM, RADIUS)
    assert box is not None
    assert box.is_within(ROOM)


def test_a_name_is_nearer_to_its_own_dot_than_to_others_where_there_is_room() -> None:
    dots, sizes = _spread(3, 8)
    for place, box in enumerate(placed(dots, sizes, ROOM, RADIUS)):
        assert box is not None
        assert is_nearest_to(box, place, dots)


def test_where_there_is_no_room_a_name_is_left_out() -> None:
    assert placed([(10, 10)], [(400, 7)], ROOM, RADIUS) == [None]
    crowd = [(20.0, 10.0)] * 9
    places = placed(crowd, [(30, 7)] * 9, Box(0, 0, 40, 20), RADIUS)
    assert None in places


def test_the_same_dots_give_the_same_places() -> None:
    dots, sizes = _spread(5, 20)
    assert placed(dots, sizes, ROOM, RADIUS) == placed(dots, sizes, ROOM, RADIUS)


def test_the_nearest_point_of_a_box() -> None:
    box = Box(10, 10, 20, 5)
    assert box.nearest(0, 12) == (10, 12)
    assert box.nearest(15, 12) == (15, 12)
    assert math.dist((33, 19), box.nearest(33, 19)) == 5


def test_there_is_a_figure_a_function_with_somebody_to_compare(
    ledger: Make, entry: MakeEntry
) -> None:
    made = ledger(
        *(entry(name, fmt=fmt) for name in ("alpha", "beta") for fmt in ("binary32", "binary64")),
        entry("alone", "softplus"),
        *(entry(name, "softmax", "binary16") for name in ("alpha", "beta")),
    )
    found = board([made])
    (drawing,) = drawings(found.spaces, found.times)
    assert drawing.name == "speed-logsumexp.svg"
    assert ElementTree.fromstring(drawing.content.decode()).tag.endswith("svg")


def test_machines_have_figures_of_their_own(ledger: Make, entry: MakeEntry) -> None:
    def on(machine: str, *names: str) -> Ledger:
        made = ledger(*(entry(name) for name in names))
        header = msgspec.structs.replace(made.header, machine={"processor": machine})
        return Ledger(header, made.entries)

    found = board([on("one", "alpha", "beta"), on("another", "gamma", "delta"), on("third", "e")])
    drawn = drawings(found.spaces, found.times)
    # Of the third there is one dot, which compares with nothing.
    assert [d.name for d in drawn] == ["speed-logsumexp-1.svg", "speed-logsumexp-2.svg"]
    assert "`alpha`" in drawn[0].caption
    assert "machine 1" in drawn[0].caption
    assert "`delta`" in drawn[1].caption
    assert "`alpha`" not in drawn[1].caption


def test_what_was_timed_on_one_of_two_machines_needs_no_number(
    ledger: Make, entry: MakeEntry
) -> None:
    first = ledger(*(entry(name) for name in ("alpha", "beta")))
    other = ledger(*(entry(name, "softplus") for name in ("gamma", "delta")))
    header = msgspec.structs.replace(other.header, machine={"processor": "another"})
    found = board([first, Ledger(header, other.entries)])
    drawn = drawings(found.spaces, found.times)
    assert {d.name for d in drawn} == {"speed-logsumexp.svg", "speed-softplus.svg"}
    assert all("machine" not in d.caption for d in drawn)


def test_the_caption_names_the_fastest_and_the_fastest_that_is_stable(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    wrong = finding(spurious_nan=Tally(tested=9, count=1))
    fast = msgspec.structs.replace(entry("naive", shown=wrong), seconds=0.001)
    found = board([ledger(fast, entry("good"))])
    (drawing,) = drawings(found.spaces, found.times)
    assert drawing.caption == (
        "**logsumexp.** In binary64 `naive` is the fastest, 100 µs a row; of those stable or "
        "better `good`, 2 times that."
    )


def test_whatever_is_no_number_or_huge_is_drawn(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    made = ledger(
        entry("alpha", shown=finding(1.7e308)),
        entry("beta", shown=finding(1e-9)),
        entry("gamma", shown=Finding(rows=3)),
        entry("delta", shown=finding(spurious_nan=Tally(tested=9, count=1))),
        entry("a/folder/" * 20 + "mine.py:f"),
    )
    found = board([made])
    assert len(drawings(found.spaces, found.times)) == 1


def test_a_library_has_one_name_for_all_its_dots_of_the_same_accuracy(
    ledger: Make, entry: MakeEntry
) -> None:
    names = ("alpha", "alpha.axis0", "alpha.good", "beta.jit", "beta", "gamma.x", "gamma.y")
    found = board([ledger(*map(entry, names))])
    rows = {row.name: row for same in found.spaces["logsumexp", "binary64"] for row in same.rows}
    factors = {"alpha.good": 1.0, "gamma.y": math.inf}
    dots = [Dot(rows[name], 1e-6, factors.get(name, 1e6)) for name in names]
    assert labels(dots) == {
        0: "alpha +1",
        2: "alpha.good",
        4: "beta +1",
        5: "gamma.x",
        6: "gamma.y",
    }
