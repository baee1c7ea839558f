"""The theorems of proofs/coq, and what the checker makes of a folder that cheats."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from lse_verify.errors import BadInput
from lse_verify.proving import coq

FOLDER = Path(__file__).parents[3] / "proofs" / "coq"
STATEMENTS = Path(__file__).with_name("Statements.v")

needs_coq = pytest.mark.skipif(
    shutil.which("coqc") is None,
    reason="coqc is not installed: apt install coq libcoq-coquelicot libcoq-interval",
)


@needs_coq
def test_every_claim_says_what_it_should_and_rests_on_the_standard_axioms_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One test, because one compilation takes half a minute. Statements.v is a file more, whose
    # definitions have the types that the theorems must have.
    folder = _copied(tmp_path, *_project(FOLDER))
    shutil.copyfile(STATEMENTS, folder / "Statements.v")
    _list_files(folder, *_project(FOLDER), "Statements.v")
    pinned = re.findall(r"^Definition (\w+)", STATEMENTS.read_text(), flags=re.MULTILINE)
    pins = tuple(f"LseVerify.Statements.{name}" for name in pinned if name != "value_far_tail")
    monkeypatch.setattr(coq, "LEMMAS", {**coq.LEMMAS, "statements": pins})
    before = _listing(folder)

    report = coq.check(folder)

    assert {claim: found.error for claim, found in report.claims.items() if found.error} == {}
    assert all(found.checked for found in report.claims.values())
    wider = {
        claim
        for claim, found in report.claims.items()
        if not set(found.axioms) <= set(coq.STANDARD_AXIOMS)
    }
    assert wider == {coq.VALUES}
    assert report.available
    assert re.fullmatch(r"\d+\.\d+.*", report.version)
    assert report.seconds > 0
    assert _listing(folder) == before


PROVED = "Theorem one : 1 <= 2.\nProof. lra. Qed.\n"
HEAD = "From LseVerify Require Import Basics.\n"
SMALL = {"planted": ("LseVerify.Planted.one",), "beside": ("LseVerify.Basics.exp_tangent",)}

CHEATS = {
    "admitted": (
        "Theorem one : 2 <= 1.\nAdmitted.\n",
        "what is not proved: Planted.one : ",
    ),
    "an axiom with a standard name": (
        "Module Classical_Prop.\nAxiom classic : 2 <= 1.\nEnd Classical_Prop.\n"
        "Theorem one : 2 <= 1.\nProof. exact Classical_Prop.classic. Qed.\n",
        "what is not proved: Planted.Classical_Prop.classic : ",
    ),
    "an axiom hidden by a lemma": (
        "Axiom hope : 2 <= 1.\nLemma two : 4 <= 2.\nProof. pose proof hope. lra. Qed.\n"
        "Theorem one : 2 <= 1.\nProof. pose proof two. lra. Qed.\n",
        "what is not proved: Planted.hope : ",
    ),
    "recursion without end": (
        "Unset Guard Checking.\nFixpoint loop (n : nat) : 2 <= 1 := loop n.\n"
        "Theorem one : 2 <= 1.\nProof. exact (loop O). Qed.\n",
        "assumed to be guarded",
    ),
    "a false lemma": ("Theorem one : 2 <= 1.\nProof. lra. Qed.\n", "Planted.v, line 3: "),
    "the theorem is not there": ("Theorem other : 1 <= 2.\nProof. lra. Qed.\n", "Planted.one"),
}


@needs_coq
@pytest.mark.parametrize(
    "cheat",
    # Coq takes seconds to load for each; those that name no axiom are refused otherwise.
    [c if "axiom" in c else pytest.param(c, marks=pytest.mark.slow) for c in CHEATS],
)
def test_a_theorem_that_is_not_proved_is_caught_and_its_neighbour_is_not_blamed(
    cheat: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, expected = CHEATS[cheat]
    found = _check_planted(text, tmp_path, monkeypatch)
    assert not found["planted"].checked
    assert expected in found["planted"].error
    assert "\n" not in found["planted"].error
    assert found["beside"].checked, found["beside"].error


@needs_coq
def test_the_same_file_with_a_proof_is_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _check_planted(PROVED, tmp_path, monkeypatch)["planted"]
    assert found == coq.CoqClaim(True, SMALL["planted"], found.axioms, "")
    assert set(found.axioms) <= set(coq.STANDARD_AXIOMS)


@needs_coq
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exp (x i)", "exp (2 * x i)"),
        ("LSE (n : nat) (x : nat -> R) : R := ln", "LSE (n : nat) (x : nat -> R) : R := 2 * ln"),
        ("(0 < n)%nat -> maxi n x <= LSE n x", "(1 < n)%nat -> maxi n x <= LSE n x"),
    ],
)
def test_a_weakened_statement_or_another_definition_does_not_pass_for_the_theorem(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theorem = "Theorem lower n x : (0 < n)%nat -> maxi n x <= LSE n x.\nAdmitted.\n"
    said = (
        "Definition one : forall n x, (0 < n)%nat -> maxi n x <= ln (Sum n (fun i => exp (x i)))\n"
        "  := lower.\n"
    )
    folder = _copied(tmp_path, "Basics.v")
    basics = (FOLDER / "Basics.v").read_text()
    # The definitions alone: the proofs in Basics.v would notice as well.
    definitions = basics[: basics.index("Lemma sumexp_pos")]
    assert old in definitions + theorem
    (folder / "Basics.v").write_text(definitions.replace(old, new))
    (folder / "Planted.v").write_text(HEAD + theorem.replace(old, new) + said)
    _list_files(folder, "Basics.v", "Planted.v")
    monkeypatch.setattr(coq, "LEMMAS", {"planted": SMALL["planted"]})
    error = coq.check(folder).claims["planted"].error
    assert error.startswith("Planted.v, line ")


@needs_coq
def test_a_file_that_is_not_listed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _copied(tmp_path, "Basics.v")
    _list_files(folder, "Basics.v")
    monkeypatch.setattr(coq, "LEMMAS", SMALL)
    found = coq.check(folder).claims
    assert found["planted"].error == "Planted.v is not in _CoqProject"
    assert found["beside"].checked


def test_without_coq_the_report_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    report = coq.check(FOLDER)
    assert not report.available
    assert report.version == ""
    assert set(report.claims) == set(coq.LEMMAS)
    assert {found.checked for found in report.claims.values()} == {False}
    assert all(
        found.error.startswith("not checked by Coq here") for found in report.claims.values()
    )


def test_a_folder_without_proofs_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"no _CoqProject in .* give the folder"):
        coq.check(tmp_path)


def test_a_listed_file_that_is_missing_is_a_wrong_call(tmp_path: Path) -> None:
    _list_files(tmp_path, "Basics.v")
    with pytest.raises(BadInput, match=r"'Basics\.v' is in _CoqProject and not in the folder"):
        coq.check(tmp_path)


def test_the_readme_lists_every_theorem_beside_its_file() -> None:
    readme = (FOLDER / "README.md").read_text()
    listed = {
        (row.split("`")[1], theorem)
        for row in readme.splitlines()
        if row.startswith("| `")
        for theorem in re.findall(r"`([A-Z]\w+\.\w+)`", row)
    }
    named = {
        (claim, theorem.removeprefix("LseVerify."))
        for claim, theorems in coq.LEMMAS.items()
        for theorem in theorems
    }
    assert {pair for pair in listed if not pair[1].endswith(".v")} == named


def test_no_proof_is_left_open_and_no_axiom_is_added_in_the_source() -> None:
    words = re.compile(r"\b(Admitted|admit|Axiom|Axioms|Parameter|Conjecture|Unset)\b")
    assert {file.name for file in FOLDER.glob("*.v") if words.search(file.read_text())} == set()


def test_every_file_is_in_the_project_list() -> None:
    assert sorted(_project(FOLDER)) == sorted(file.name for file in FOLDER.glob("*.v"))


def _check_planted(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, coq.CoqClaim]:
    folder = _copied(tmp_path, "Basics.v")
    (folder / "Planted.v").write_text(HEAD + text)
    _list_files(folder, "Basics.v", "Planted.v")
    monkeypatch.setattr(coq, "LEMMAS", SMALL)
    return coq.check(folder).claims


def _copied(tmp_path: Path, *files: str) -> Path:
    folder = tmp_path / "coq"
    folder.mkdir()
    for file in files:
        shutil.copyfile(FOLDER / file, folder / file)
    return folder


def _list_files(folder: Path, *files: str) -> None:
    (folder / "_CoqProject").write_text("-Q . LseVerify\n" + "\n".join(files) + "\n")


def _project(folder: Path) -> list[str]:
    lines = (folder / "_CoqProject").read_text().splitlines()
    return [line for line in lines if line.endswith(".v")]


def _listing(folder: Path) -> list[tuple[str, bytes]]:
    return sorted((file.name, file.read_bytes()) for file in folder.iterdir())
