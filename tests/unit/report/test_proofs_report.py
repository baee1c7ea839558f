"""The report on proofs: everything that was claimed, and every formula as GitHub renders it."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from lse_verify.errors import OutputError
from lse_verify.proving.judge import judged
from lse_verify.proving.outcome import (
    ClaimOutcome,
    CoqOutcome,
    CoqRun,
    MixtureOutcome,
    MixtureRow,
    Proofs,
    Status,
)
from lse_verify.report.derivations import Library, anchor, joined
from lse_verify.report.proofs import RULES, render, write_proofs
from lse_verify.report.proofs_table import proofs_table
from lse_verify.theory import kernel
from lse_verify.theory.shelf import claims

IDS = ("bounds.upper", "scaled.limit", "convex", "conjugate.fenchel_young", "conjugate.biconjugate")
MADE = {"checkout": {"commit": "0123456789ab"}, "machine": {"processor": "a processor"}}


@pytest.fixture(scope="module")
def proofs() -> Proofs:
    outcomes = tuple(judged(claims()[name], seed=0, points=2, mutants=False) for name in IDS)
    return Proofs(seed=7, points=2, claims=outcomes, coq=None, mixtures=None, seconds=1.5)


@pytest.fixture(scope="module")
def text(proofs: Proofs) -> str:
    return render(proofs, "lse-verify prove --seed 7", MADE)


def changed(proofs: Proofs, **parts: object) -> Proofs:
    return msgspec.structs.replace(proofs, **parts)


def test_the_report_has_every_claim_with_its_sentence_statements_and_witnesses(
    proofs: Proofs, text: str
) -> None:
    assert "**All 5 claims are proved**." in text
    for claim in proofs.claims:
        assert f"### `{claim.id}`" in text
        assert f"| [`{claim.id}`](#{anchor(claim.id)}) | proved |" in text
        for state in claim.states:
            assert f"\n\n$$\n{state.examined.shown.then}\n$$\n\n" in text
        for variant in claim.variants:
            assert f"| refuted {variant.examined.witness} |" in text


def test_every_link_inside_the_report_leads_to_a_heading(text: str) -> None:
    headings = {anchor(h.replace("`", "")) for h in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}
    links = set(re.findall(r"\]\(#([^)]*)\)", text))
    assert links <= headings
    assert {"l1", "rules-of-the-kernel", "boundsupper"} <= links


def test_every_formula_is_closed_and_stands_apart(text: str) -> None:
    lines = text.splitlines()
    fences = [number for number, line in enumerate(lines) if line == "$$"]
    assert len(fences) % 2 == 0
    for start, end in zip(fences[::2], fences[1::2], strict=True):
        assert end == start + 2
        assert (lines[start - 1], lines[end + 1]) == ("", "")
    for line in lines:
        if line != "$$":
            assert line.count("$") % 2 == 0, line
            for before, after in re.findall(r"(.|^)\$[^$]+\$(.|$)", line):
                assert before in ("", " "), line
                assert not after.isalnum(), line


def test_every_table_has_cells_as_many_as_headers(text: str) -> None:
    for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in block.splitlines()}) == 1


def test_no_template_leaves_its_marks_or_long_gaps(text: str) -> None:
    assert "{{" not in re.sub(r"\$[^$]*\$", "", text)
    assert "{%" not in text
    assert "\n\n\n" not in text
    assert "None" not in text


def test_a_lemma_is_derived_once_and_steps_use_what_stands_before_them(proofs: Proofs) -> None:
    library = Library(proofs.claims)
    lemmas = {lemma.shown.then: lemma for lemma in library.lemmas}
    tangent = lemmas[r"1 + s \le e^{s}"]
    assert {"convex", "conjugate.fenchel_young", "conjugate.biconjugate"} == set(tangent.claims)
    known = {f"[{lemma.name}](#{anchor(lemma.name)})" for lemma in library.lemmas}
    known |= {f"[`{name}`](#{anchor(name)})" for name in IDS}
    for claim in proofs.claims:
        derivation = library.of(claim)
        # Lemmas are referred to and never derived again.
        assert not {line.formula for line in derivation.lines} & {r"1 + s \le e^{s}"}
        letters = {letter for letter, _ in derivation.hypotheses}
        for line in derivation.lines:
            for use in filter(None, line.uses.split(", ")):
                assert use in known | letters or int(use) < int(line.number)
            assert set(filter(None, line.under.split(", "))) <= letters


def test_each_statement_of_a_claim_is_the_conclusion_of_a_line(proofs: Proofs) -> None:
    library = Library(proofs.claims)
    for claim in proofs.claims:
        ends = {claim.steps[state.end - 1].examined.shown.then for state in claim.states}
        assert ends <= {line.formula for line in library.of(claim).lines}


def test_another_claims_theorem_is_referred_to(proofs: Proofs) -> None:
    (biconjugate,) = (claim for claim in proofs.claims if claim.id == "conjugate.biconjugate")
    uses = [line.uses for line in Library(proofs.claims).of(biconjugate).lines]
    assert any("[`conjugate.fenchel_young`](#conjugatefenchel_young)" in use for use in uses)


def test_both_ends_of_an_index_are_one_hypothesis() -> None:
    given = [r"1 \le k", r"k \le n", r"1 \le l", r"2 \le n", r"x_{i} \le m"]
    assert joined(given) == [r"1 \le k \le n", r"1 \le l", r"2 \le n", r"x_{i} \le m"]


def test_every_rule_of_the_kernel_is_explained() -> None:
    folder = Path(kernel.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))
    made = set(re.findall(r'\bmake\(\s*"([^"]+)"', source)) | {"monotone exp", "monotone log"}
    assert made - {*RULES} == set()
    assert {*RULES} - made == set()


def test_a_claim_that_fails_is_on_the_first_screen_with_its_counterexample(
    proofs: Proofs,
) -> None:
    failed = ClaimOutcome(
        id="wrong|claim",
        file="my_file.py",
        status=Status.REFUTED,
        reason="a statement is false at n=1, x=(2,): lhs = 3",
    )
    text = render(changed(proofs, claims=(*proofs.claims, failed)), "lse-verify prove", MADE)
    head = text.split("## Lemmas")[0]
    assert "**5 of 6 claims are proved**." in head
    assert "is **refuted**: a statement is false at n=1, x=(2,): lhs = 3" in head
    assert "**refuted** |" in head


def test_a_claim_that_was_lost_needs_nothing_but_its_name(proofs: Proofs) -> None:
    lost = ClaimOutcome(id="hangs", file="my.py", reason="no end within 60 s")
    text = render(changed(proofs, claims=(lost,)), "lse-verify prove", MADE)
    assert "**0 of 1 claim are proved**." in text
    assert "### `my.py:hangs`" in text
    assert "no end within 60 s" in text


def test_what_is_cited_stands_on_the_first_screen_and_under_what_is_trusted(
    proofs: Proofs,
) -> None:
    one = msgspec.structs.replace(proofs.claims[0], quoted=("A theorem (Somebody, 1900)",))
    text = render(changed(proofs, claims=(one,)), "lse-verify prove", MADE)
    assert text.count("A theorem (Somebody, 1900)") == 3
    assert "Not derived but cited: a part of [`bounds.upper`](#boundsupper)." in text


def test_what_coq_says_is_told(proofs: Proofs) -> None:
    checked = CoqOutcome(True, ("LseVerify.Bounds.bounds_upper",), ("Classical_Prop.classic",), "")
    one = msgspec.structs.replace(proofs.claims[0], coq=checked, status=Status.PROVED_AND_CHECKED)
    coq = CoqRun("8.16.1", 12.0, {"values": CoqOutcome(False, ("LseVerify.V.v",), (), "bad")})
    text = render(changed(proofs, claims=(one,), coq=coq), "lse-verify prove", MADE)
    assert "**The 1 claim is proved**, 1 of them a second time by Coq." in text
    assert "| proved, also by Coq |" in text
    assert "Coq: `LseVerify.Bounds.bounds_upper`." in text
    assert "Coq 8.16.1 compiled" in text
    assert "`Classical_Prop.classic`" in text
    assert "`values`: `LseVerify.V.v` – **not checked**: bad" in text
    absent = render(changed(proofs, coq=CoqRun("", 0.0, {})), "lse-verify prove", MADE)
    assert "Not checked by Coq here: it is not installed." in absent


def test_the_report_says_by_what_it_was_made_and_writes_the_mixtures(
    proofs: Proofs, text: str, tmp_path: Path
) -> None:
    assert "```sh\nlse-verify prove --seed 7\n```" in text
    assert "| seed | 7 |" in text
    assert "| commit | 0123456789ab |" in text
    row = MixtureRow(1, 2, 3, "0.5", "0.1", "0.9", "0.2", "0.8", "yes", "yes")
    mixtures = MixtureOutcome(1, 1, 0, 0, 1, 0, 0, 0.1, 1e-20, 0.5, 0.5, 0.5, 1.0, (row,))
    path = write_proofs(changed(proofs, mixtures=mixtures), tmp_path / "o", "lse-verify", MADE)
    assert path == tmp_path / "o" / "report.md"
    assert "[All pairs](mixtures.md)" in path.read_text(encoding="utf-8")
    rows = (tmp_path / "o" / "mixtures.md").read_text(encoding="utf-8")
    assert "| 1 | 2 | 3 | 0.1 | 0.2 | 0.5 | 0.8 | 0.9 | yes |" in rows


def test_a_folder_that_cannot_be_written_is_one_line(proofs: Proofs, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a regular file")
    with pytest.raises(OutputError, match="cannot write"):
        write_proofs(proofs, tmp_path / "file", "lse-verify", MADE)


def test_the_table_of_all_claims_fits_80_columns_and_breaks_no_id(proofs: Proofs) -> None:
    outcomes = tuple(
        ClaimOutcome(
            id=claim.id,
            holds_for=claim.holds_for,
            quoted=claim.quoted,
            status=Status.PROVED_AND_CHECKED,
            steps=proofs.claims[0].steps * 20,
            seconds=12.3,
        )
        for claim in claims().values()
    )
    console = Console(width=80)
    with console.capture() as captured:
        console.print(proofs_table(changed(proofs, claims=outcomes)))
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert "independent" in captured.get()
    assert set(claims()) <= {line.split(" ")[0] for line in lines}
