"""Several ledgers of all inputs for one report: each space in one of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.exhausted import Exhausted
from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import SCHEMA_VERSION, Entry, Header, Ledger, RegimeRow, encode
from lse_verify.audit.together import in_order, read_together
from lse_verify.errors import LedgerError

Space = tuple[str, str, str]
Write = Callable[..., Path]

FIRST: Space = ("torch", "softplus", "binary16")
SECOND: Space = ("scipy", "softplus", "binary16")
THIRD: Space = ("torch", "logaddexp", "binary16")


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def ledger(name: str, *spaces: Space, regime: str = "exhaustive") -> Path:
        header = Header(
            schema=SCHEMA_VERSION,
            command=f"lse-verify exhaust --out {name}",
            seed=0,
            samples=0,
            cells=len(spaces),
            versions={},
            machine={},
            commit="",
            implementations=[],
            regimes=[RegimeRow(regime, "")],
            skipped=[],
        )
        shown = Finding(rows=9, exhausted=Exhausted(inputs=9) if regime == "exhaustive" else None)
        entries = [Entry(Cell(*space, regime, 0, 0), shown, 0.0, 9) for space in spaces]
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(encode(Ledger(header, entries)))
        return path

    return ledger


def refusal(*paths: Path) -> str:
    with pytest.raises(LedgerError) as caught:
        read_together(paths)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_one_ledger_alone_is_read_whatever_it_is_of(write: Write) -> None:
    (ledger,) = read_together([write("one", FIRST, regime="gap")])
    assert not ledger.is_exhaustive


def test_ledgers_are_in_the_same_order_whatever_that_of_their_paths(write: Write) -> None:
    paths = [write("a", FIRST), write("b", SECOND), write("c", THIRD)]
    there, back = in_order(read_together(paths)), in_order(read_together(paths[::-1]))
    assert [ledger.header.command for ledger in there] == [ledger.header.command for ledger in back]


def test_a_space_in_two_ledgers_is_refused_with_both_and_what_to_do(write: Write) -> None:
    a, b, c = write("a", FIRST, THIRD), write("b", SECOND), write("c", FIRST)
    assert refusal(a, b, c) == (
        f"softplus in binary16 by 'torch' is in '{a}' and in '{c}'; "
        "a report has each space once: leave out one of the two ledgers"
    )


def test_a_ledger_given_twice_is_refused(write: Write) -> None:
    a = write("a", FIRST)
    assert f"is in '{a}' and in '{a}'" in refusal(a, a)


def test_a_ledger_of_samples_among_several_is_refused(write: Write) -> None:
    a, b = write("a", FIRST), write("b", SECOND, regime="gap")
    assert refusal(a, b) == (
        f"'{b}' is of an audit, which samples; only ledgers of exhaust make one report "
        "together: give it alone"
    )
