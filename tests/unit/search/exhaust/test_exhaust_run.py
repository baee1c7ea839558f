"""Exhausting real spaces: what is told is what the audit's measure says of every input."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lse_verify import truth
from lse_verify.audit.exhausted import Candidate, map_of, merged_candidates
from lse_verify.audit.finding import Finding
from lse_verify.audit.header import place
from lse_verify.audit.ledger import Ledger
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.cli import main
from lse_verify.errors import UsageError
from lse_verify.execution.journal import part_of
from lse_verify.family.block import widened
from lse_verify.implementations import registry
from lse_verify.implementations.library import Library
from lse_verify.implementations.registry import find, select
from lse_verify.search.exhaust.run import GradeShard, Request, exhaust, resumed, spaces_of
from lse_verify.search.exhaust.shard import ShardGrader
from lse_verify.search.exhaust.spaces import Shard, Space

FAULTY = '''
import numpy as np


def softplus(x):
    """The nearest float, but for 37 neighbours: a window that no sample would meet."""
    with np.errstate(all="ignore"):
        y = np.logaddexp(x.astype(np.float64), 0.0).astype(np.float16)
    low, high = np.float16(-1.5), np.float16(-1.4645)
    return np.where((x > low) & (x < high), np.nextafter(np.nextafter(y, 9), 9), y)


def lopsided(a, b):
    """Another sum for one order of two pairs."""
    with np.errstate(all="ignore"):
        y = np.logaddexp(a.astype(np.float64), b.astype(np.float64)).astype(a.dtype)
    return np.where((a == 1) & (b >= 2) & (b < 3), y + np.ones_like(y), y)
'''


def run(
    folder: Path, names: list[str], function: str, fmt: str, base: Path | None = None
) -> Ledger:
    chosen = [i for i in select(names, [function], [fmt]) if i.function == function]
    request = Request("", chosen, [fmt], 0, base or Path.cwd())
    return exhaust(request, folder / "ledger.jsonl", lambda what, done, total: None)


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "faulty.py").write_text(FAULTY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_largest_error_is_the_one_that_trying_all_in_another_way_finds(tmp_path: Path) -> None:
    (entry,) = run(tmp_path, ["textbook.shifted"], "softplus", "binary16").entries
    x = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    x = x[np.isfinite(widened(x))]
    exact = truth("softplus", x)
    call = find("textbook.shifted", "softplus", Path.cwd()).load()
    with np.errstate(all="ignore"):
        off = np.abs(widened(call(x)) - exact.hi * 2.0**exact.exponent)
    with np.errstate(divide="ignore"):
        binade = np.floor(np.log2(exact.hi) + exact.exponent)
    unit = 2.0 ** (np.maximum(binade, -14) - 10)
    worst = entry.finding.worst_error
    assert worst is not None
    assert worst.arguments is not None
    assert float.fromhex(worst.arguments[0]) == x[np.argmax(off / unit)]
    assert worst.size == pytest.approx(float((off / unit).max()), rel=1e-9)
    assert entry.finding.rows == 1 << 16


def test_a_fault_in_a_few_neighbours_is_found_and_every_input_of_it_counted(faulty: Path) -> None:
    (entry,) = run(faulty, ["faulty.py:softplus"], "softplus", "binary16").entries
    finding = entry.finding
    assert finding.outputs - finding.faithful == 35
    assert finding.worst_error is not None
    assert 1.9 < finding.worst_error.size < 2.5
    assert finding.properties["monotone"].count == 1


def test_an_order_that_matters_is_a_finding(faulty: Path) -> None:
    (entry,) = run(faulty, ["faulty.py:lopsided"], "logaddexp", "float8_e5m2").entries
    permuted = entry.finding.properties["same when permuted"]
    assert (permuted.tested, permuted.count) == (256 * 257 // 2, 2)
    assert permuted.witness is not None
    assert "in the other order" in permuted.witness.note


def test_both_orders_count_though_half_are_judged(tmp_path: Path) -> None:
    """A band far from the diagonal: every pair in both orders, as if each had been judged."""
    grader = ShardGrader(Path.cwd())
    space = Space.named("logaddexp", "bfloat16")
    shard = list(space.shards("textbook.shifted"))[16]
    exhibit = grader.grade(msgspec.structs.replace(shard, floor=0.5))
    assert exhibit.finding.failure is None
    extra = exhibit.finding.exhausted
    assert extra is not None
    assert extra.inputs == space.inputs_of(shard) == 17 * 1024 * 17 * 1024 - 16 * 1024 * 16 * 1024
    special = exhibit.finding.special.tested
    assert exhibit.finding.outputs + special == extra.inputs
    assert sum(exhibit.finding.histogram.values()) == exhibit.finding.outputs


def test_shards_merge_in_any_order_to_the_same(tmp_path: Path) -> None:
    grader = ShardGrader(Path.cwd())
    shards = [
        Shard("textbook.naive", "softplus", "bfloat16", start, start + (1 << 13))
        for start in range(0, 1 << 16, 1 << 13)
    ]
    findings = [grader.grade(shard).finding for shard in shards]
    forward, backward = Finding(), Finding()
    for finding in findings:
        forward = forward.merge(finding)
        backward = finding.merge(backward)
    turned = Finding()
    for finding in reversed(findings):
        turned = turned.merge(finding)
    assert msgspec.json.encode(forward) == msgspec.json.encode(turned)


def stop_after_one(request: Request, ledger_path: Path) -> None:
    """Exhaust until one shard has ended."""

    class StoppedError(Exception):
        pass

    def stop(what: str, done: int, total: int) -> None:
        if done == 1:
            raise StoppedError

    with pytest.raises(StoppedError):
        exhaust(request, ledger_path, stop)


def test_a_run_that_was_stopped_goes_on_to_the_same_ledger(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole", ["textbook"], "softplus", "bfloat16")
    path = tmp_path / "stopped" / "ledger.jsonl"
    chosen = [i for i in select(["textbook"], ["softplus"], []) if i.function == "softplus"]
    stop_after_one(Request("", chosen, ["bfloat16"], 0, Path.cwd()), path)
    assert part_of(path).exists()
    again = resumed(path, 0)
    seen: list[int] = []
    ledger = exhaust(again, path, lambda what, done, total: seen.append(done))
    assert seen[0] == 1
    assert ledger.digest == whole.digest
    assert not part_of(path).exists()


def test_a_run_goes_on_though_a_library_that_it_named_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    naive = find("textbook.naive", "softplus")
    absent = Library(
        "absent", (replace(naive, name="absent"),), module="a_module_that_is_nowhere", install="-"
    )
    known = {**registry.libraries(), "absent": absent}
    monkeypatch.setattr(registry, "_registered", lambda: known)
    chosen = [find("textbook.shifted", "softplus"), *absent.implementations, naive]
    path = tmp_path / "ledger.jsonl"
    stop_after_one(Request("", chosen, ["bfloat16"], 0, Path.cwd()), path)
    ledger = exhaust(resumed(path, 0), path, lambda what, done, total: None)
    assert [e.cell.implementation for e in ledger.entries] == ["textbook.shifted", "textbook.naive"]
    assert "absent" in {skipped.name for skipped in ledger.header.skipped}


def test_what_a_user_has_in_one_file_is_tried_by_the_same_workers(faulty: Path) -> None:
    chosen = select(["faulty.py:softplus", "faulty.py:lopsided"], ["softplus"], ["binary16"])
    assert len({i.origin for i in chosen}) == 1
    assert {i.origin for i in select(["textbook"])} == {"textbook"}


def test_the_map_of_a_symmetric_plane_is_symmetric(tmp_path: Path) -> None:
    (entry,) = run(tmp_path, ["textbook.shifted"], "logaddexp", "float8_e5m2").entries
    assert entry.finding.exhausted is not None
    codes = map_of(entry.finding.exhausted)
    assert codes is not None
    assert codes.shape == (256, 256)
    assert (codes == codes.T).all()
    assert (codes > 0).any()


def test_candidates_that_cannot_be_the_largest_are_dropped() -> None:
    made = [
        Candidate(
            gap=gap,
            offset="0x0p+0",
            binade=0,
            got="0x0p+0",
            error=error,
            doubt=0.01,
            count=1,
            places=[(number, 0)],
        )
        for number, (gap, error) in enumerate([("0x1p+0", 2.0), ("0x1p+1", 1.9)])
    ]
    assert [candidate.gap for candidate in merged_candidates(made)] == ["0x1p+0"]


@pytest.mark.parametrize(
    ("function", "fmt", "words"),
    [
        ("logsumexp", "binary16", "logsumexp cannot be exhausted"),
        ("softplus", "binary64", r"2\*\*64 inputs in binary64, too many"),
        ("logaddexp", "binary32", r"2\*\*64 inputs in binary32, too many"),
    ],
)
def test_what_cannot_be_exhausted_is_refused_in_one_line(
    function: str, fmt: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words) as caught:
        Space.named(function, fmt)
    assert "\n" not in str(caught.value)


def test_what_is_too_large_is_left_out_of_a_request_for_several() -> None:
    chosen = select(["textbook.shifted"], ["softplus", "logaddexp"], ["binary16", "binary32"])
    spaces = spaces_of(Request("", chosen, ["binary16", "binary32"], 0, Path.cwd()))
    tried = {(one.function, one.format) for one in spaces}
    assert {("softplus", "binary32"), ("logaddexp", "binary16")} <= tried
    assert ("logaddexp", "binary32") not in tried


def test_nan_is_no_step_where_a_format_has_no_infinity(tmp_path: Path) -> None:
    (entry,) = run(tmp_path, ["ml_dtypes"], "logaddexp", "float8_e4m3fn").entries
    assert verdict(entry.finding) is Verdict.CORRECTLY_ROUNDED
    assert entry.finding.properties["monotone"].count == 0


def test_a_cluster_of_other_versions_is_refused() -> None:
    here = place(("numpy",), Path.cwd())
    there = msgspec.structs.replace(here, versions=here.versions | {"numpy": "1.0"})
    shard = next(Space.named("softplus", "float8_e5m2").shards("textbook.naive"))
    with pytest.raises(UsageError, match=r"workers of the cluster differ \(versions\.numpy"):
        GradeShard(Path.cwd(), there)(shard)
    assert GradeShard(Path.cwd(), here)(shard).finding.rows == 256


def test_the_report_is_written_whatever_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command = "exhaust -i textbook.naive -f softplus --format float8_e5m2 --jobs 1 --json --out"
    monkeypatch.setattr("sys.argv", ["lse-verify", *command.split(), str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    assert json.loads(capsys.readouterr().out)
    assert (tmp_path / "report.md").exists()
