"""Small ledgers made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import (
    SCHEMA_VERSION,
    Entry,
    Header,
    ImplementationRow,
    Ledger,
    RegimeRow,
    Skipped,
)
from lse_verify.audit.witness import Witness


@pytest.fixture(scope="session")
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
            "truth": "4.2483542552915889953e-18",
            "error_ulps": f"{size:.3g}",
            "stability": "2.5",
            "condition": "40",
        }
        return Witness(**parts | changed)

    return make


@pytest.fixture(scope="session")
def finding(witness: Callable[..., Witness]) -> Callable[..., Finding]:
    def make(size: float = 3.0, **changed: Any) -> Finding:
        worst = witness(size)
        parts: dict[str, Any] = {
            "rows": 10,
            "outputs": 10,
            "histogram": {"0": 4, "2^-2": 4, "2^1": 2},
            "correctly_rounded": 8,
            "faithful": 8,
            "worst_error": worst,
            "worst_conditioned": worst,
            "worst_stability": worst,
            "profiles": {"condition": {0: 1.0, 5: size}, "gap": {1: 0.5, 40: 2.5}},
        }
        return Finding(**parts | changed)

    return make


@pytest.fixture(scope="session")
def entry(finding: Callable[..., Finding]) -> Callable[..., Entry]:
    def make(
        implementation: str = "alpha",
        function: str = "logsumexp",
        fmt: str = "binary64",
        regime: str = "gap",
        shown: Finding | None = None,
    ) -> Entry:
        cell = Cell(implementation, function, fmt, regime, 7, 120)
        return Entry(cell, shown or finding(), 0.002, 10)

    return make


@pytest.fixture(scope="session")
def ledger() -> Callable[..., Ledger]:
    def make(*entries: Entry, skipped: tuple[Skipped, ...] = (), calls: str = "f(x)") -> Ledger:
        named = dict.fromkeys((e.cell.implementation, e.cell.function) for e in entries)
        header = Header(
            schema=SCHEMA_VERSION,
            command="lse-verify audit --seed 7",
            seed=7,
            samples=120,
            cells=len(entries),
            versions={"python": "3.11.7", "alpha": "1.2"},
            machine={"processor": "a processor", "system": "Linux x86_64"},
            commit="0123456789ab",
            implementations=[
                ImplementationRow(name, function, calls, False, "library")
                for name, function in named
            ],
            regimes=[RegimeRow("gap", "One term is far above the rest.")],
            skipped=list(skipped),
        )
        return Ledger(header, list(entries))

    return make


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    """Names that are more than names where they are not escaped."""
    return (
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</td></table></details></main><h2>mine</h2>",
        "[a link](javascript:alert(1))",
        "![a picture](http://127.0.0.1:9/x.png)",
        "tick ` **bold** <br> a|b \\",
        "\x1b[31mred\x07\x9b31m\x00",
        "\u202eturned",
        "```\n# mine\n</details>\n<details><summary>mine</summary>",
        "$\\frac$",
    )
