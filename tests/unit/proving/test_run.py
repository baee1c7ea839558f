"""Running the proofs: what each claim ends as, whatever its proof does."""

from __future__ import annotations

import dataclasses
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sympy as sp

from lse_verify.errors import ClaimFileError, UnknownName
from lse_verify.proving import judge, run
from lse_verify.proving.fixed.methods import Method
from lse_verify.proving.judge import POINTS, judged
from lse_verify.proving.mixtures.table import table
from lse_verify.proving.outcome import ClaimOutcome, MutantCount, Proofs, Status
from lse_verify.proving.run import Request, prove
from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import Theorem, assume, cite, equal, sign
from lse_verify.theory.shelf import claims
from lse_verify.theory.statements import Sequent, eq, given, le, lt
from lse_verify.theory.vocabulary import a, i, lse, m, peak, total, x

ABOVE = given(*peak(), then=le(m, lse()))
BELOW = given(*peak(), then=le(lse(), m))
NOTHING = le(0, total(sp.exp(x[i])))
ITSELF = given(then=eq(a, a))


def silent(what: str, done: int, count: int) -> None:
    """Observe nothing."""


def claim(
    state: Sequent = ITSELF, prove: Callable[[], Any] = lambda: (equal(a, a),), **more: Any
) -> Claim:
    parts: dict[str, Any] = {"id": "mine", "sentence": "Mine.", "argument": ""}
    return Claim(states=(state,), prove=prove, **parts | more)


def _forged() -> object:
    unmade: Any = Theorem
    made: object = object.__new__(unmade)
    return made


def ended(one: Claim, file: str = "mine.py") -> tuple[Status, str]:
    outcome = judged(one, seed=0, points=20, file=file, mutants=False)
    return outcome.status, outcome.reason


@pytest.fixture(scope="module")
def everything() -> Proofs:
    return prove(Request(points=8, mutants=False), silent)


def test_every_claim_of_the_article_is_proved(everything: Proofs) -> None:
    assert [c.id for c in everything.claims] == list(claims())
    assert {c.id: c.reason for c in everything.claims if not c.is_proved} == {}
    assert all(c.method is not None and c.variants for c in everything.claims)


def test_the_usual_number_of_points_makes_40000_evaluations(everything: Proofs) -> None:
    assert everything.evaluations * POINTS / 8 > 40_000


def test_each_step_stands_after_those_it_uses_and_each_statement_has_its_end(
    everything: Proofs,
) -> None:
    for outcome in everything.claims:
        assert [step.number for step in outcome.steps] == list(range(1, len(outcome.steps) + 1))
        assert all(used < step.number for step in outcome.steps for used in step.uses)
        assert all(1 <= state.end <= len(outcome.steps) for state in outcome.states)


def test_what_is_cited_is_told(everything: Proofs) -> None:
    (terminates,) = (c for c in everything.claims if c.id == "oracle.terminates")
    assert any("Lindemann" in quoted for quoted in terminates.quoted)
    assert any(step.source for step in terminates.steps)


def test_outcomes_do_not_depend_on_the_number_of_processes() -> None:
    names = ("bounds.lower.strict", "convex", "tropical.limit")
    one, two = (prove(Request(names, jobs=jobs, points=8), silent) for jobs in (1, 2))
    assert list(map(_timeless, one.claims)) == list(map(_timeless, two.claims))


def _timeless(outcome: ClaimOutcome) -> ClaimOutcome:
    return msgspec.structs.replace(outcome, seconds=0.0)


def test_a_true_statement_with_a_proof_is_proved() -> None:
    assert ended(claim()) == (Status.PROVED, "")


def test_a_false_statement_is_refuted_with_a_witness_whatever_its_proof() -> None:
    status, reason = ended(claim(BELOW, lambda: (assume(le(lse(), m)),)))
    assert status is Status.REFUTED
    assert reason.startswith("a statement is false at k=1, ")
    assert "lhs = " in reason


def test_a_false_step_refutes_a_claim_that_rests_on_it() -> None:
    def proof() -> tuple[Theorem, ...]:
        false = cite(given(then=lt(1, 0)), "nobody")
        return (equal(a, a, because=[false]),)

    status, reason = ended(claim(prove=proof))
    assert status is Status.REFUTED
    assert reason.startswith("step 1 (cite) is false")


@pytest.mark.parametrize(
    ("proof", "words"),
    [
        (lambda: (), "its proof gives 0 theorems for 1 statements"),
        (lambda: (equal(a, a),), "its proof shows 'a = a', not "),
        (lambda: ("m ≤ LSE",), "its proof gives a str, not a theorem"),
        (lambda: (_forged(),), "the kernel rejects a step: Theorem is not a theorem"),
        (lambda: (equal(0, 1),), "the kernel rejects a step: 0 and 1 do not have"),
        (lambda: 1 / 0, "its proof raises ZeroDivisionError"),
        (lambda: exec("raise SystemExit(3)"), "its proof raises SystemExit: 3"),
        (lambda: None, "its proof raises TypeError"),
    ],
)
def test_a_true_statement_without_a_proof_is_numeric_and_says_why(
    proof: Callable[[], Any], words: str
) -> None:
    status, reason = ended(claim(ABOVE, proof))
    assert status is Status.NUMERIC
    assert reason.startswith(words)
    assert "\n" not in reason


def test_a_true_variant_keeps_a_claim_from_being_proved() -> None:
    status, reason = ended(claim(variants=(Variant("the same", given(then=le(a, a))),)))
    assert status is Status.NUMERIC
    assert reason == "the false variant 'the same' is not refuted (held)"


def test_a_statement_about_nothing_is_not_proved() -> None:
    never = given(lt(a, 0), lt(0, a), then=le(a, a))
    status, reason = ended(claim(never, lambda: (sign(le(a, a)),)))
    assert status is Status.NOT_PROVED
    assert "vacuous" in reason


def test_a_claim_that_states_nothing_is_not_proved() -> None:
    nothing = Claim("mine", "Mine.", (), lambda: (), "")
    assert ended(nothing) == (Status.NOT_PROVED, "it states nothing")


def test_the_second_method_alone_proves_a_claim_for_some_n() -> None:
    again = claim(ABOVE, lambda: (), id="bounds.lower")
    outcome = judged(again, seed=0, points=20, mutants=False)
    assert (outcome.status, outcome.word) == (Status.PROVED_FOR_SOME, "proved for n ≤ 6")


def test_a_users_claim_does_not_borrow_the_second_method_of_a_claim_of_the_same_id() -> None:
    again = claim(ABOVE, lambda: (), id="bounds.lower")
    assert ended(again)[0] is Status.NUMERIC


def test_a_second_method_that_fails_or_raises_keeps_a_claim_from_being_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check(length: int) -> bool:
        if length == 3:
            raise RuntimeError("no idea")
        return length != 2

    monkeypatch.setattr(judge, "METHODS", {"mine": Method("by guessing", (1, 2, 3), check)})
    status, reason = ended(claim(), file="")
    assert status is Status.NUMERIC
    assert reason == "the second method fails at n = 2, 3: RuntimeError at n = 3: no idea"


def test_a_false_mutant_that_the_kernel_accepts_keeps_a_claim_from_being_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted = MutantCount(made=1, refuted=0, equivalent=0, open=0, both=("a < a",))
    monkeypatch.setattr(judge, "mutants_of", lambda *asked: counted)
    outcome = judged(claim(), seed=0, points=20)
    assert outcome.status is Status.NUMERIC
    assert outcome.reason == "a false mutant is accepted: a < a"


def test_mutants_that_cannot_be_judged_keep_a_claim_from_being_proved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*asked: Any) -> None:
        raise RuntimeError("no mutants")

    monkeypatch.setattr(judge, "mutants_of", fail)
    outcome = judged(claim(), seed=0, points=20)
    assert outcome.status is Status.NUMERIC
    assert outcome.reason == "judging its mutants raises RuntimeError: no mutants"


def test_what_is_derived_twice_is_one_step() -> None:
    zero = given(then=NOTHING)
    twice = Claim("mine", "Mine.", (zero, zero), lambda: (sign(NOTHING), sign(NOTHING)), "")
    outcome = judged(twice, seed=0, points=4, mutants=False)
    assert len(outcome.steps) == 1
    assert [state.end for state in outcome.states] == [1, 1]


HOSTILE = """
    import os, time
    from lse_verify.theory.claim import Claim
    from lse_verify.theory.kernel import equal
    from lse_verify.theory.statements import eq, given
    from lse_verify.theory.vocabulary import a

    STATES = (given(then=eq(a, a)),)
    CLAIMS = (
        Claim("crashes", "", STATES, lambda: os._exit(9), ""),
        Claim("hangs", "", STATES, lambda: time.sleep(1000), ""),
        Claim("holds", "", STATES, lambda: (equal(a, a),), ""),
        Claim("holds no statements", "", ("a = a",), lambda: (equal(a, a),), ""),
    )
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def write(source: str) -> str:
        path = tmp_path / "mine.py"
        path.write_text(textwrap.dedent(source), encoding="utf-8")
        return str(path)

    return write


def test_a_proof_that_crashes_or_hangs_ends_its_own_claim_and_no_other(
    file: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SECONDS_A_CLAIM", 8.0)
    found = prove(Request((file(HOSTILE),), points=4), silent)
    reasons = {outcome.id: outcome.reason for outcome in found.claims}
    assert reasons["crashes"] == "its process ended with exit code 9"
    assert reasons["hangs"] == "no end within 8 s"
    assert reasons["holds"] == ""
    assert reasons["holds no statements"].startswith("judging it raises AttributeError")
    assert [outcome.is_proved for outcome in found.claims] == [False, False, True, False]
    assert not found.all_proved


def test_a_file_that_hangs_when_it_is_imported_is_a_wrong_call(
    file: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "SECONDS_A_CLAIM", 2.0)
    with pytest.raises(ClaimFileError, match="cannot be imported: no end within 2 s"):
        prove(Request((file("import time\ntime.sleep(1000)\n"),)), silent)


def test_two_claims_of_one_id_are_a_wrong_call(file: Callable[[str], str]) -> None:
    twice = HOSTILE.replace('"hangs"', '"holds"')
    with pytest.raises(ClaimFileError, match="two claims of the id 'holds'"):
        prove(Request((file(twice),)), silent)


def test_a_claim_that_is_not_known_is_a_wrong_call() -> None:
    with pytest.raises(UnknownName, match=r"did you mean 'bounds\.upper'"):
        prove(Request(("bounds.uper",)), silent)


@pytest.mark.parametrize(
    ("inside", "status"),
    [("yes", Status.PROVED), ("no", Status.REFUTED), ("undecided", Status.NUMERIC)],
)
def test_the_claim_on_mixtures_stands_no_better_than_what_the_pairs_show(
    inside: Any, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = table(0, 1)
    rows = [row, dataclasses.replace(row, inside=inside)]
    monkeypatch.setattr(run, "table", lambda seed: rows)
    pairs = run._hold_pairs(0)
    outcome = ClaimOutcome(id="mixture.kl", status=Status.PROVED)
    assert run._with_pairs(outcome, pairs).status is status
    assert run._with_pairs(outcome, "its process ended").status is Status.NUMERIC
    assert pairs.rows[0].kl == f"{float(row.kl.lo):.12g}"
