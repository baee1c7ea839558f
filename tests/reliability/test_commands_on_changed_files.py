"""Commands given files that were changed a little, by somebody who made the checks anew."""

from __future__ import annotations

from calls import BEGAN, Caller
from furniture import files
from fuzzing import few_and_many
from hostile_names import unseen
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import Edit, edits, mutated
from trials import Tried

_ONE = "textbook.naive -f softplus --format binary32"
CASES = (
    ("ledger.jsonl", "report ledger.jsonl --html"),
    ("ledger.jsonl", "leaderboard ledger.jsonl"),
    ("ledger.jsonl", "bugs --no-run --out bugs ledger.jsonl"),
    ("ledger.jsonl", "compare ledger.jsonl old.jsonl"),
    ("ledger.jsonl", "compare old.jsonl ledger.jsonl --markdown"),
    ("exhaustive.jsonl", "report exhaustive.jsonl"),
    ("exhaustive.jsonl", "leaderboard exhaustive.jsonl"),
    ("exhaustive.jsonl", "bugs --no-run --out bugs exhaustive.jsonl"),
    ("exhaustive.jsonl", "compare exhaustive.jsonl old.jsonl"),
    ("measurements.json", "report measurements.json"),
    ("comparison.json", "report comparison.json exhaustive.jsonl"),
    ("baseline.json", f"check {_ONE} --regime gap --samples 20 --baseline baseline.json"),
    ("witnesses.jsonl", f"audit -i {_ONE} --regime witnesses:witnesses.jsonl"),
    ("witnesses.jsonl", f"hunt -i {_ONE} --budget 500 --witnesses witnesses.jsonl"),
    ("bugs/numpy.toml", "bugs --no-run --out bugs"),
    ("rows.npy", f"audit -i {_ONE} --data rows.npy"),
    ("rows.csv", f"audit -i {_ONE} --data rows.csv"),
)
"""The file that is changed, and a command that reads it."""


@few_and_many(40, 3000)
def test_a_command_ends_well_or_in_one_line(caller: Caller, tried: Tried, tries: settings) -> None:
    n_tried = 0

    @tries
    @given(st.sampled_from(CASES), edits(), st.integers(0, 4))
    def holds(case: tuple[str, str], changes: list[Edit], mend: int) -> None:
        nonlocal n_tried
        n_tried += 1
        name, command = case
        right = files()[name]
        changed = mutated(right, changes, mend=mend > 0 and b'"check":' in right)
        ended = caller.call(command.encode().split(), {name: changed, "old.jsonl": right})
        assert "Traceback" not in ended.err, ended.err
        assert unseen(ended.out + ended.err) == set(), ended
        assert ended.code in (0, 1, 2, 3, BEGAN), ended
        if ended.code == 2:
            assert (ended.out, ended.err.count("\n")) == ("", 1), ended

    holds()
    tried("data files", n_tried)
