"""The workbench: who is here, and that all are timed on the same rows."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import count

import numpy as np
import pytest

from lse_verify.bench.contenders.contender import Contender, Ready, row_by_row
from lse_verify.bench.measurements import Case, Portion
from lse_verify.bench.workbench import Workbench, in_binary64
from lse_verify.enclosure import EnclosureArray
from lse_verify.formats import FloatArray

MakeContender = Callable[..., Contender]


class Keeping:
    """Loads a contender that keeps the rows it is given, and the reading of the clock then."""

    def __init__(self) -> None:
        self.rows: list[FloatArray] = []

    def __call__(self) -> Ready:
        def ready(x: FloatArray) -> Callable[[], FloatArray]:
            self.rows.append(x)
            return lambda: x[:, 0]

        return ready


def bench(*contenders: Contender, seed: int = 3) -> Workbench:
    ticks = count()
    return Workbench({c.name: c for c in contenders}, seed, lambda: float(next(ticks)))


def test_a_contender_says_what_it_is(contender: MakeContender) -> None:
    entrant = bench(contender()).introduce("alpha")
    assert (entrant.name, entrant.calls, entrant.gives) == ("alpha", "alpha(x)", "digits")
    assert (entrant.version, entrant.skipped, entrant.loops) == ("1.2", "", False)
    assert entrant.difference is not None
    assert entrant.difference < 1e-15


def test_what_is_not_installed_is_skipped_without_loading_it(contender: MakeContender) -> None:
    def load() -> Ready:
        raise AssertionError

    entrant = bench(contender(load=load, module="no_such_module")).introduce("alpha")
    assert (entrant.skipped, entrant.version) == ("not installed", "")
    assert entrant.difference is None


def test_what_cannot_be_loaded_is_skipped_with_its_words(contender: MakeContender) -> None:
    def load() -> Ready:
        raise OSError("libfast.so:\n no such file")

    entrant = bench(contender(load=load)).introduce("alpha")
    assert entrant.skipped == "broken: OSError: libfast.so: no such file"


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 0.01])
def test_what_computes_something_else_is_skipped(contender: MakeContender, wrong: float) -> None:
    def load() -> Ready:
        return lambda x: lambda: np.log(np.exp(x).sum(axis=1)) + wrong

    assert bench(contender(load=load)).introduce("alpha").skipped == (
        "its answers are another function's"
    )


def test_answers_of_another_shape_are_skipped(contender: MakeContender) -> None:
    def load() -> Ready:
        return lambda x: lambda: x

    assert "3 rows have answers of shape" in bench(contender(load=load)).introduce("alpha").skipped


def test_all_contenders_answer_the_same_rows_and_loops_the_first_of_them(
    contender: MakeContender,
) -> None:
    first, second = Keeping(), Keeping()
    timed = bench(contender("a", first), contender("b", second, loops=True))
    timed.seconds(Case("a", "binary64", 4, 10), Portion(10, 2))
    timed.seconds(Case("b", "binary64", 4, 10), Portion(3, 1))
    assert np.array_equal(first.rows[0][:3], second.rows[0])
    assert first.rows[0].shape == (10, 4)
    assert first.rows[0].dtype == np.float64


def test_rows_of_binary32_are_those_of_binary64_rounded(contender: MakeContender) -> None:
    kept = Keeping()
    timed = bench(contender("a", kept))
    timed.seconds(Case("a", "binary64", 4, 10), Portion(10, 1))
    timed.seconds(Case("a", "binary32", 4, 10), Portion(10, 1))
    wide, narrow = kept.rows
    assert narrow.dtype == np.float32
    assert np.array_equal(wide.astype(np.float32), narrow)


def test_rows_are_drawn_by_seed_and_stream(contender: MakeContender) -> None:
    drawn = []
    for seed, stream in ((1, 0), (1, 0), (1, 1), (2, 0)):
        kept = Keeping()
        timed = bench(contender("a", kept), seed=seed)
        timed.seconds(Case("a", "binary64", 4, 10), Portion(10, 1), stream)
        drawn.append(kept.rows[0].tobytes())
    assert drawn[0] == drawn[1]
    assert len({*drawn}) == 3


def test_rows_are_made_before_the_clock_is_read_and_once(contender: MakeContender) -> None:
    kept = Keeping()
    timed = bench(contender("a", kept))
    case = Case("a", "binary64", 4, 10)
    assert [timed.seconds(case, Portion(10, 5)) for _ in range(3)] == [1.0, 1.0, 1.0]
    assert len(kept.rows) == 1


def test_a_new_shape_makes_new_rows(contender: MakeContender) -> None:
    kept = Keeping()
    timed = bench(contender("a", kept))
    for n_terms in (4, 5, 4):
        timed.seconds(Case("a", "binary64", n_terms, 10), Portion(10, 1))
    assert [rows.shape for rows in kept.rows] == [(10, 4), (10, 5), (10, 4)]


def test_the_first_call_is_on_rows_of_the_format(contender: MakeContender) -> None:
    kept = Keeping()
    assert bench(contender("a", kept)).first_call("a", "binary32") == 1.0
    assert kept.rows[0].shape == (2, 2)
    assert kept.rows[0].dtype == np.float32


def test_answers_of_every_kind_are_read_as_floats() -> None:
    one = np.array([0.5])
    enclosed = EnclosureArray(one, 0 * one, 0 * one, np.array([3]))
    assert in_binary64(enclosed).tolist() == [4.0]
    assert in_binary64([Fraction(1, 2), 3]).tolist() == [0.5, 3.0]
    assert in_binary64(np.array([0.5], dtype=np.float32)).dtype == np.float64


def test_a_loop_is_given_rows_of_python_floats() -> None:
    rows = row_by_row(lambda row: row)(np.array([[1, 2], [3, 4]], dtype=np.float32))()
    assert rows == [[1.0, 2.0], [3.0, 4.0]]
    assert {type(value) for row in rows for value in row} == {float}
