"""Blocks with their references, witnesses by hand, and one small audit run three ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lse_verify.audit.ledger import Ledger
from lse_verify.audit.reference import reference
from lse_verify.audit.run import Request, audit
from lse_verify.audit.site import Site
from lse_verify.audit.witness import Witness
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import FORMATS
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.ladder import Ladder

MakeSite = Callable[..., Site]


@pytest.fixture(scope="session")
def ladder() -> Ladder:
    return Ladder()


@pytest.fixture
def site(ladder: Ladder) -> MakeSite:
    """Make the site of a function at arguments given as lists; a float is a parameter."""

    def make(
        function: str,
        *arguments: Sequence[Any] | float,
        fmt: str = "binary64",
        first_row: int = 0,
        oracles: Ladder | None = None,
    ) -> Site:
        chosen, asked = FORMATS[fmt], oracles or ladder
        block = Block(
            tuple(
                a if isinstance(a, float) else chosen.cast(np.array(a, dtype=np.float64))
                for a in arguments
            )
        )
        known = reference(asked, FUNCTIONS[function], block, chosen)
        return Site(asked, FUNCTIONS[function], chosen, block, known, seed=0, first_row=first_row)

    return make


@pytest.fixture
def witness() -> Callable[..., Witness]:
    def make(size: float = 3.0, **changed: Any) -> Witness:
        parts: dict[str, Any] = {
            "size": size,
            "arguments": ["0x0p+0,-0x1.4p+5"],
            "seed": 7,
            "row": 12,
            "n_terms": 2,
            "output": 0,
            "got": "0x0p+0",
        }
        return Witness(**parts | changed)

    return make


@pytest.fixture(scope="session")
def run_with(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], tuple[Path, Ledger]]:
    """Run one small audit with so many workers, once a session each; 0 runs it inline."""
    known: dict[int, tuple[Path, Ledger]] = {}

    def run(jobs: int) -> tuple[Path, Ledger]:
        if jobs not in known:
            path = tmp_path_factory.mktemp("audit") / "out" / "ledger.jsonl"
            request = Request(
                command="lse-verify audit -i textbook -i numpy",
                implementations=select(["textbook", "numpy"]),
                functions=["logaddexp", "softmax"],
                formats=["binary32"],
                regimes=[REGIMES["special"], REGIMES["gap"]],
                seed=3,
                samples=3,
                jobs=jobs,
            )
            known[jobs] = path, audit(request, path, lambda what, done, total: None)
        return known[jobs]

    return run
