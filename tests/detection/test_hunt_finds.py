"""Does the hunt find faults that are hidden in a corner, and only those that are there?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from lse_verify.audit.hunted import Hunt
from lse_verify.search.hunt.quest import Quest, explore

HERE = Path(__file__).parent
SEEDS = 10


@dataclass(frozen=True)
class Hidden:
    """A fault, and the inputs in which it has to be found on 9 of 10 seeds.

    `error` is what nothing but the fault is above: all else is correctly rounded.
    """

    attribute: str
    function: str
    budget: int
    error: float = 10.0
    kind: str = "error"
    n_terms: int | None = None


FAULTS = (
    Hidden("softplus_wrong_in_a_window", "softplus", 100_000),
    Hidden("logaddexp_wrong_at_a_gap", "logaddexp", 100_000),
    Hidden("logsumexp_overflows_on_long_rows", "logsumexp", 50_000, 0.0, "spurious infinity"),
    Hidden("logsumexp_wrong_below_zero", "logsumexp", 50_000, n_terms=2),
)


@pytest.mark.parametrize("hidden", FAULTS, ids=lambda hidden: hidden.attribute)
def test_a_hidden_fault_is_found_on_9_of_10_seeds(hidden: Hidden) -> None:
    found = 0
    for seed in range(SEEDS):
        hunt = explore(
            Quest(
                implementation=f"hidden.py:{hidden.attribute}",
                function=hidden.function,
                format="binary32",
                n_terms=hidden.n_terms,
                seed=seed,
                evaluations=hidden.budget,
                base=str(HERE),
                judged=False,
            )
        )
        found += _shows(hunt, hidden)
    assert found >= 0.9 * SEEDS


def _shows(hunt: Hunt, hidden: Hidden) -> bool:
    find = hunt.finds.get(hidden.kind)
    return find is not None and find.found_size >= hidden.error and hunt.failure is None


@pytest.mark.parametrize(
    ("function", "fmt", "budget"),
    [
        ("softplus", "binary32", 60_000),
        ("logaddexp", "bfloat16", 60_000),
        ("logsumexp", "binary64", 30_000),
        ("softmax", "binary16", 20_000),
    ],
)
def test_nothing_is_found_where_nothing_is_wrong(function: str, fmt: str, budget: int) -> None:
    quest = Quest(implementation="correct", function=function, format=fmt, evaluations=budget)
    hunt = explore(quest)
    assert 0.4 < hunt.largest <= 0.5
    assert set(hunt.finds) == {"error"}
    assert hunt.finds["error"].verdict == "correctly rounded"


def test_the_shrunk_input_is_one_that_a_person_can_read() -> None:
    quest = Quest(
        implementation="hidden.py:logsumexp_wrong_below_zero",
        function="logsumexp",
        format="binary32",
        evaluations=50_000,
        base=str(HERE),
    )
    find = explore(quest).finds["error"]
    row = [float.fromhex(v) for v in find.arguments[0].split(",")]
    assert find.n_terms == len(row) == 2
    assert max(row) < 0
    assert 30 <= max(row) - min(row) <= 40
    assert all(v == float(f"{v:.1g}") for v in row)
    assert find.size >= find.found_size / 4
