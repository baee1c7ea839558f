"""The file of witnesses: merging, damage, and the regime that replays it first."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from lse_verify.audit.hunted import Find
from lse_verify.audit.run import Request, audit
from lse_verify.errors import LedgerError
from lse_verify.formats import BINARY32, BINARY64
from lse_verify.implementations.registry import select
from lse_verify.inputs.files import spec_of
from lse_verify.inputs.regimes import REGIMES, regime_named
from lse_verify.inputs.witnesses import witnesses_regime
from lse_verify.search.witnesses import keep, merged, read_witnesses


def find(size: float = 3.0, **changed: Any) -> Find:
    parts: dict[str, Any] = {
        "kind": "error",
        "size": size,
        "verdict": "unstable",
        "implementation": "textbook.shifted",
        "function": "logsumexp",
        "format": "binary64",
        "arguments": ["0x0p+0,-0x1.4p+5"],
        "n_terms": 2,
        "output": 0,
        "got": "0x0p+0",
        "truth": "4.2483542552915889953e-18",
        "found_size": size,
    }
    return Find(**parts | changed)


FINDS = [
    find(3.0),
    find(5.0, implementation="torch"),
    find(2.0, arguments=["0x1p+0*3"], n_terms=3),
    find(7.0, function="smoothmax", arguments=["0x1p+0,0x1p+1", "0x1p-1"]),
    find(1.0, format="binary32", function="softplus", arguments=["0x1.4p+4"]),
]


def test_files_merge_to_the_same_in_any_order_and_grouping() -> None:
    wanted = merged(FINDS)
    for order in itertools.permutations(FINDS, len(FINDS)):
        assert merged(order[:2], merged(order[2:])) == wanted
    assert merged(wanted, wanted) == wanted


def test_what_is_kept_is_read_back_and_added_to(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "witnesses.jsonl"
    keep(path, FINDS[:3])
    keep(path, FINDS[2:])
    assert read_witnesses(path) == merged(FINDS)


@pytest.mark.parametrize(
    "changed",
    [
        {"arguments": ["0x1p0*99999999999"]},
        {"arguments": ["0x1p0*0"]},
        {"arguments": ["0x1p0*-3"]},
        {"arguments": ["0x1p99999"]},
        {"arguments": [""]},
        {"arguments": ["0x1p0", "0x1p0"]},
        {"copies": 10**9},
        {"copies": 0},
        {"function": "softplus", "arguments": ["0x1p0,0x1p0"]},
        {"function": "smoothmax", "arguments": ["0x1p0,0x1p1", "nan"]},
        {"function": "smoothmax", "arguments": ["0x1p0,0x1p1", "-0x1p0"]},
        {"function": "bregman", "arguments": ["0x1p0,0x1p1", "0x1p0"]},
        {"function": "logsumexo"},
    ],
)
def test_an_input_that_is_none_is_refused_before_it_is_made(
    tmp_path: Path, changed: dict[str, Any]
) -> None:
    path = tmp_path / "witnesses.jsonl"
    keep(path, [find(**changed)])
    with pytest.raises(LedgerError, match=r"line 1 of|up to line 1") as caught:
        witnesses_regime(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("line", [b"\xff", b"[" * 100_000, b"{}", b"null"])
def test_a_line_that_is_no_input_is_refused(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "witnesses.jsonl"
    path.write_bytes(line + b"\n")
    for read in (witnesses_regime, read_witnesses):
        with pytest.raises(LedgerError, match="line 1 of"):
            read(path)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.jsonl"
    keep(path, FINDS)
    path.write_bytes(path.read_bytes() + b'{"kind"\n')
    with pytest.raises(LedgerError, match="line 6 of"):
        read_witnesses(path)
    with pytest.raises(LedgerError, match="line 6 of"):
        witnesses_regime(path)


def test_the_regime_draws_the_stored_inputs_of_a_function_and_format(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.jsonl"
    keep(path, FINDS)
    regime = witnesses_regime(path)
    blocks = regime.draw("logsumexp", BINARY64, 0, 10).blocks
    points = {point for block in blocks for point in block.points()}
    assert points == {((0.0, -40.0),), ((1.0, 1.0, 1.0),)}
    (smooth,) = regime.draw("smoothmax", BINARY64, 0, 10).blocks
    assert smooth.point(0) == ((1.0, 2.0), 0.5)
    assert regime.draw("logsumexp", BINARY32, 0, 10).blocks == ()
    assert regime.functions == {"logsumexp", "smoothmax", "softplus"}


def test_the_regime_is_found_again_from_its_spec(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.jsonl"
    keep(path, FINDS)
    regime = witnesses_regime(path)
    assert regime_named(spec_of(regime)) == regime


def test_an_audit_replays_them_before_all_else(tmp_path: Path) -> None:
    path = tmp_path / "witnesses.jsonl"
    keep(path, FINDS)
    regimes = [witnesses_regime(path), REGIMES["ties"]]
    request = Request(
        command="lse-verify audit -i textbook.shifted",
        implementations=select(["textbook.shifted"]),
        functions=["logsumexp"],
        formats=["binary64"],
        regimes=regimes,
        seed=0,
        samples=5,
        jobs=0,
    )
    ledger = audit(request, tmp_path / "out" / "ledger.jsonl", lambda *_: None)
    first = ledger.entries[0]
    assert first.cell.regime == "witnesses"
    assert first.finding.rows == 2
    worst = first.finding.worst_stability
    assert worst is not None
    # All of exp(-40) is lost: 2.3e14 by MATHEMATICS, section 6.
    assert worst.arguments == ["0x0p+0,-0x1.4p+5"]
    assert 2.2e14 < worst.size < 2.4e14
    assert "5 inputs" in ledger.header.regimes[0].reason
