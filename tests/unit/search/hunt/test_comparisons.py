"""The comparison: searches beside each other, and going on."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from lse_verify.audit.contest import Case, Comparison
from lse_verify.formats import BINARY16
from lse_verify.implementations.registry import find
from lse_verify.search.hunt.comparison import (
    RESULT,
    Request,
    compare,
    every_case,
)
from lse_verify.search.hunt.contests import Item, one
from lse_verify.search.hunt.quest import Quest, explore, silent

SMALL = Case("softplus", "binary16", "textbook.shifted")


def largest_of_all(name: str) -> float:
    """Return the largest error of softplus over every binary16, by binary64 arithmetic."""
    every = BINARY16.from_ordinals(np.arange(-31743, 31744))
    with np.errstate(all="ignore"):
        got = find(name, "softplus").load()(every).astype(np.float64)
    # In binary64 the truth is some 2**-42 of an ulp of binary16 off.
    truth = np.logaddexp(every.astype(np.float64), 0.0)
    spacing = np.ldexp(1.0, np.maximum(np.frexp(truth)[1] - 1, -14) - 10)
    errors = np.abs(got - truth) / spacing
    return float(errors[np.isfinite(errors)].max())


@pytest.mark.parametrize("name", ["textbook.naive", "textbook.shifted", "numpy"])
def test_60000_inputs_are_enough_for_99_percent(name: str) -> None:
    function = "softplus" if name != "numpy" else "logaddexp"
    quest = Quest(
        implementation=name, function=function, format="binary16", evaluations=60_000, judged=False
    )
    # 0.88747630082 is the largest of all pairs, by a sweep in binary64 arithmetic.
    largest = largest_of_all(name) if function == "softplus" else 0.88747630082
    assert explore(quest).largest >= 0.99 * largest


def test_a_comparison_goes_on_and_ends_the_same(tmp_path: Path) -> None:
    request = Request(tmp_path / "a", budget=600, seeds=2, jobs=0, cases=[SMALL])
    whole = compare(request, silent)
    assert [(c.method, c.seed) for c in whole.contests] == [
        (method, seed) for method in ("hunt", "uniform", "bisection") for seed in (0, 1)
    ]
    stopped = Request(tmp_path / "b", budget=600, seeds=2, jobs=0, cases=[SMALL])
    with pytest.raises(ZeroDivisionError):
        compare(stopped, _after_three)
    assert len((tmp_path / "b" / f"{RESULT}.part").read_bytes().splitlines()) == 4
    assert compare(stopped, silent) == whole
    stored = msgspec.json.decode((tmp_path / "b" / RESULT).read_bytes(), type=Comparison)
    assert stored == whole


def _after_three(what: str, done: int, total: int) -> None:
    if done == 3:
        raise ZeroDivisionError


def test_no_search_tries_more_than_its_budget() -> None:
    for method in ("hunt", "uniform", "bisection"):
        contest = one(Item(SMALL, method, 0, 777)).contest
        assert max(evaluation for evaluation, _ in contest.climb) <= 777


def test_the_cases_are_those_of_the_bars() -> None:
    cases = every_case()
    assert {(c.function, c.format, c.n_terms) for c in cases} == {
        ("softplus", "binary32", 0),
        ("logaddexp", "binary16", 0),
        ("logaddexp", "bfloat16", 0),
        *(("logsumexp", "binary64", n) for n in (2, 10, 100)),
    }
    assert {c.implementation.split(".")[0] for c in cases} <= {
        "textbook",
        "numpy",
        "scipy",
        "torch",
        "jax",
    }
