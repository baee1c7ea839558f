"""Every figure of the whole default audit is the same when the fast tiers are turned off."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.run import Request, audit
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import REGIMES

SAMPLES = 1

LONG = "many"
"""The regime of rows of up to ten million terms: mpmath takes minutes for one of them."""

OTHERS = [name for name in REGIMES if name != LONG]


def observe(_what: str, _done: int, _total: int) -> None:
    pass


def findings(oracle: str, regimes: list[str], folder: Path) -> dict[Cell, Finding]:
    request = Request(
        command="",
        implementations=select(["textbook", "numpy", "scipy"]),
        functions=(),
        formats=(),
        regimes=[REGIMES[name] for name in regimes],
        seed=0,
        samples=SAMPLES,
        jobs=1,
        oracle=oracle,
    )
    ledger: Ledger = audit(request, folder / f"{oracle}.jsonl", observe)
    return {
        entry.cell: msgspec.structs.replace(entry.finding, tiers={}) for entry in ledger.entries
    }


@pytest.mark.parametrize(
    ("oracle", "regimes"),
    [
        # Minutes: mpmath alone for every row.
        pytest.param("mpmath", OTHERS, id="mpmath", marks=pytest.mark.slow),
        pytest.param("arb", OTHERS, id="arb"),
        pytest.param("arb", [LONG], id="arb-long"),
    ],
)
def test_every_figure_is_unchanged_without_the_fast_tier(
    oracle: str, regimes: list[str], tmp_path: Path
) -> None:
    fast = findings("double-double", regimes, tmp_path)
    slow = findings(oracle, regimes, tmp_path)
    assert fast.keys() == slow.keys()
    assert [cell for cell in fast if fast[cell] != slow[cell]] == []
