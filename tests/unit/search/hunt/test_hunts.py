"""Whole hunts: the same again whoever runs them, merged in any order, kept and gone on with."""

from __future__ import annotations

import hashlib
import itertools
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lse_verify.audit.hunted import Hunt, Step
from lse_verify.errors import BadInput, UnknownName
from lse_verify.formats import BINARY32
from lse_verify.inputs.witnesses import WitnessBlocks
from lse_verify.search.hunt.quest import Quest, explore, silent
from lse_verify.search.hunt.request import Request, read_hunt, resumed
from lse_verify.search.hunt.run import run

REQUEST = Request(
    "textbook.naive", "logaddexp", "binary16", budget=9000, seed=3, islands=3, command="this"
)


def changed(**parts: object) -> Request:
    fields = {name: getattr(REQUEST, name) for name in Request.__dataclass_fields__}
    return Request(**fields | parts)


def test_the_same_request_finds_the_same_whatever_the_number_of_jobs() -> None:
    alone = run(REQUEST, silent)
    assert alone.evaluations == 9000
    assert alone == run(REQUEST, silent) == run(changed(jobs=2), silent)
    assert alone != run(changed(seed=4), silent)


def test_islands_merge_in_any_order_and_grouping() -> None:
    first = Quest(
        implementation="textbook.shifted", function="softplus", format="bfloat16", evaluations=2000
    )
    parts = [explore(msgspec.structs.replace(first, number=n)) for n in range(3)]
    wanted = parts[0].merge(parts[1]).merge(parts[2])
    for a, b, c in itertools.permutations(parts):
        assert a.merge(b.merge(c)) == wanted
    assert wanted.merge(Hunt()) == wanted


def test_the_climb_only_rises_and_is_told_as_it_goes() -> None:
    told: list[tuple[Step | None, int, int]] = []
    hunt = run(changed(islands=1), lambda *step: told.append(step))
    sizes = [step.size for step in hunt.climb]
    assert sizes == sorted(set(sizes))
    assert [step for step, _, _ in told if step] == hunt.climb
    assert told[-1] == (None, 9000, 9000)


def test_a_hunt_that_was_stopped_goes_on_to_the_same_file(tmp_path: Path) -> None:
    whole, stopped = tmp_path / "whole", tmp_path / "stopped"
    run(changed(folder=whole), silent)
    request = changed(folder=stopped)
    with pytest.raises(ZeroDivisionError):
        run(request, _after_one_island)
    part = (stopped / "hunt.jsonl.part").read_bytes().splitlines()
    assert len(part) == 2
    again = resumed(stopped, jobs=0)
    run(changed(folder=stopped, resume=True), silent)
    assert (stopped / "hunt.jsonl").read_bytes() == (whole / "hunt.jsonl").read_bytes()
    assert (again.budget, again.seed, again.islands) == (9000, 3, 3)
    head, hunt = read_hunt(stopped / "hunt.jsonl")
    assert head.command == "this"
    assert hunt == run(REQUEST, silent)


def test_the_file_of_a_hunt_that_has_ended_says_nothing_of_where_it_was(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text("import numpy as np\n\ndef logaddexp(a, b):\n    return np.logaddexp(a, b)\n")
    folder = tmp_path / "out"
    run(changed(implementation="mine.py:logaddexp", folder=folder, base=tmp_path), silent)
    head, _ = read_hunt(folder / "hunt.jsonl")
    assert head.files == {"mine.py": hashlib.sha256(mine.read_bytes()).hexdigest()}
    assert str(tmp_path).encode() not in (folder / "hunt.jsonl").read_bytes()


def _after_one_island(step: Step | None, evaluations: int, total: int) -> None:
    if step is None:
        raise ZeroDivisionError


def test_the_judge_confirms_every_find() -> None:
    hunt = run(changed(budget=3000, islands=1), silent)
    error = hunt.finds["error"]
    assert float(error.error_ulps) == pytest.approx(error.size, rel=5e-3)
    assert hunt.finds["spurious infinity"].verdict == "wrong"
    assert hunt.finds["spurious infinity"].got == "inf"


def test_an_implementation_that_raises_ends_the_hunt_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("def softplus(x):\n    raise ValueError('no')\n")
    hunt = run(
        Request("mine.py:softplus", "softplus", "binary32", base=tmp_path, budget=100), silent
    )
    assert hunt.failure is not None
    assert hunt.failure.words == "ValueError: no"
    assert not hunt.finds


def test_time_ends_a_hunt_instead_of_a_budget() -> None:
    hunt = run(changed(budget=None, seconds=1.0, islands=None), silent)
    assert 0 < hunt.evaluations < 10**8


def test_wrong_requests_are_refused_in_one_line() -> None:
    with pytest.raises(BadInput, match="has no bfloat16"):
        run(changed(implementation="numpy", format="bfloat16"), silent)
    with pytest.raises(BadInput, match="takes no rows"):
        run(changed(n_terms=5), silent)
    with pytest.raises(UnknownName, match="no objective"):
        run(changed(objective="errors"), silent)


IN_VECTORS = '''
import numpy as np


def softplus(x):
    """Between 1 and 2 a float too high, and three of them in whole vectors of eight."""
    with np.errstate(all="ignore"):
        y = np.logaddexp(x.astype(np.float64), 0.0).astype(np.float32)
    floats = np.where(np.arange(x.size) < x.size // 8 * 8, 3, 1)
    return np.where((x > 1) & (x < 2), y + np.float32(floats) * np.spacing(y), y)
'''


def test_an_error_of_the_loop_for_vectors_is_shrunk_as_what_was_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vectors.py").write_text(IN_VECTORS)
    monkeypatch.chdir(tmp_path)
    request = Request("vectors.py:softplus", "softplus", "binary32", budget=4000, command="this")
    error = run(request, silent).finds["error"]
    assert (error.verdict, error.copies) == ("stable", 64)
    assert error.found_size > 2.5
    assert error.size > 2.5
    # The same witness goes through a later audit as it was found.
    path = tmp_path / "witnesses.jsonl"
    path.write_bytes(msgspec.json.encode(error) + b"\n")
    (block,) = WitnessBlocks(path)("softplus", BINARY32, np.random.default_rng(0), 1)
    assert block.n_rows == 64
    assert len(set(block.points())) == 1
