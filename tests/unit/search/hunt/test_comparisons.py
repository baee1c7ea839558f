"""The comparison: sweeps of every input, searches beside each other, and going on."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest

from lse_verify.audit.contest import Case, Comparison, Maximum
from lse_verify.errors import BadInput
from lse_verify.formats import BINARY16
from lse_verify.implementations.registry import find
from lse_verify.search.hunt.comparison import (
    RESULT,
    Request,
    compare,
    every_case,
    main,
    read_maxima,
)
from lse_verify.search.hunt.contests import Item, one
from lse_verify.search.hunt.quest import Quest, explore, silent
from lse_verify.search.hunt.sweep import sweep

SMALL = Case("softplus", "binary16", "textbook.shifted")


def test_the_sweep_finds_the_largest_error_of_all() -> None:
    every = BINARY16.from_ordinals(np.arange(-31743, 31744))
    got = find("textbook.shifted", "softplus").load()(every).astype(np.float64)
    # In binary64 the truth is some 2**-42 of an ulp of binary16 off.
    truth = np.logaddexp(every.astype(np.float64), 0.0)
    spacing = np.ldexp(1.0, np.maximum(np.frexp(truth)[1] - 1, -14) - 10)
    wanted = np.max(np.abs(got - truth) / spacing)
    assert sweep(SMALL).ulps == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("name", ["textbook.naive", "textbook.shifted", "numpy"])
def test_60000_inputs_are_enough_for_99_percent(name: str) -> None:
    function = "softplus" if name != "numpy" else "logaddexp"
    quest = Quest(
        implementation=name, function=function, format="binary16", evaluations=60_000, judged=False
    )
    # 0.88747630082 is the largest of all pairs, by a sweep in binary64 arithmetic.
    largest = (
        sweep(Case(function, "binary16", name)).ulps if function == "softplus" else 0.88747630082
    )
    assert explore(quest).largest >= 0.99 * largest


def test_what_has_too_many_inputs_is_not_swept() -> None:
    with pytest.raises(BadInput, match="too many"):
        sweep(Case("logaddexp", "binary32", "numpy"))


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
        assert contest is not None
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


def test_a_wrong_file_of_maxima_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "maxima.json"
    path.write_text("[1]")
    assert main(["--out", str(tmp_path), "--maxima", str(path)]) == 2
    assert "holds no maxima" in capsys.readouterr().err
    maxima = [Maximum(case=SMALL, ulps=1.0, source="sweep")]
    path.write_bytes(msgspec.json.encode(maxima))
    assert read_maxima(path) == maxima
