"""A run over claims as markdown: data to the templates, and what they make onto the disk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lse_verify.execution.files import make_folder, write_whole
from lse_verify.proving.outcome import ClaimOutcome, CoqOutcome, MixtureOutcome, Proofs, Shown
from lse_verify.report.derivations import (
    Derivation,
    Lemma,
    Library,
    joined,
    link,
)
from lse_verify.report.grid import Grid
from lse_verify.report.markdown import environment
from lse_verify.report.words import code, counted, listed, plain

REPORT, MIXTURES = "report.md", "mixtures.md"
NONE = "–"

RULES = {
    "assume": "φ ⊢ φ",
    "cite": "a theorem taken from elsewhere, with its source",
    "discharge": "drop a hypothesis that another theorem proves",
    "instantiate": "put expressions for free letters, whose declared signs they must have",
    "generalise": "from φ(i) under low ≤ i ≤ high: φ for all i from low to high",
    "specialise": "from φ for all i of a range: φ at one index of it",
    "cases": "what holds under A and under not A holds",
    "empty range": "anything holds for all i of a range without an index",
    "equal": "both sides have the same canonical form",
    "sign": "the signs of the two sides and of their difference decide it",
    "rearrange": "the same difference of the two sides, or a weaker relation; equations may be "
    "used to rewrite",
    "scale": "multiply both sides by a factor whose sign is known",
    "add": "add relations side by side",
    "chain": "a ≤ b ≤ c, so a ≤ c",
    "antisymmetry": "a ≤ b ≤ a, so a = b",
    "monotone exp": "exp, which increases strictly, on both sides",
    "monotone log": "log, which increases strictly, on both sides",
    "maximum": "a ≤ b ⊢ max(a, b) = b",
    "split": "take one term out of a sum",
    "sum over": "sum a relation over a range; strict if it is strict at one index",
    "pascal": "C(N+1, k+1) = C(N, k) + C(N, k+1)",
    "induction": "from φ(0), and φ(N+1) under φ(N): φ(N)",
    "derivative": "differentiating term by term gives the canonical form of the value",
    "least": "the derivative is negative before a point and positive after it, so the value there "
    "is the least",
    "limit": "an expression continuous at the point, after a change of variable",
    "squeeze": "between two expressions with the same limit",
    "supremum": "a bound from above, and points that reach it or come as near as one likes",
}
"""What each rule of the kernel does, in a line."""


@dataclass(frozen=True, slots=True)
class Section:
    """A claim and its derivation, for the template."""

    claim: ClaimOutcome
    derivation: Derivation
    evidence: tuple[str, ...]


def write_proofs(
    proofs: Proofs, folder: Path, command: str, made: dict[str, dict[str, str]]
) -> Path:
    """Write the report of a run.

    Parameters
    ----------
    proofs : Proofs
        What the report says.
    folder : Path
        Where ``report.md`` and ``mixtures.md`` go; it is made.
    command : str
        The command line that finds the same.
    made : dict of str to dict of str to str
        Versions, machine and commit, by kind and name.

    Returns
    -------
    Path
        The report.

    Raises
    ------
    OutputError
        If something cannot be written; each file is there whole or not at all.
    """
    make_folder(folder)
    if proofs.mixtures is not None:
        write_whole(folder / MIXTURES, _mixture_rows(proofs.mixtures, proofs.seed).encode())
    path = folder / REPORT
    write_whole(path, render(proofs, command, made).encode())
    return path


def render(proofs: Proofs, command: str, made: dict[str, dict[str, str]]) -> str:
    """Return the report as markdown."""
    library = Library(proofs.claims)
    template = environment()
    template.filters |= {
        "math": _inline,
        "given": _given,
        "claim_link": link,
        "rule": _rule,
    }
    text = template.get_template("proofs.md.j2").render(
        proofs=proofs,
        headlines=headlines(proofs),
        table=overview(proofs),
        lemmas=library.lemmas,
        lemma_users=_lemma_users,
        sections=[Section(claim, library.of(claim), _evidence(claim)) for claim in proofs.claims],
        rules={name: RULES.get(name, "") for name in _rules_used(proofs)},
        quoted=_quoted(proofs),
        mixtures=None if proofs.mixtures is None else _mixture_sentences(proofs.mixtures),
        mixtures_file=MIXTURES,
        axioms=_axioms(proofs),
        beyond=[] if proofs.coq is None else _beyond(proofs.coq.beyond),
        command=command,
        made=made,
        longest=_LONGEST,
    )
    return re.sub(r"\n{3,}", "\n\n", text).rstrip() + "\n"


_LONGEST = 12
"""A derivation of more lines is folded away."""


def _inline(formula: str) -> str:
    return f"${formula}$"


def _given(shown: Shown) -> str:
    """Say under what a statement holds, as the beginning of a sentence; empty if always."""
    hypotheses, declared = joined(shown.given), list(shown.where)
    under = f"if {listed([_inline(h) for h in hypotheses])}" if hypotheses else ""
    letters = f"for {listed([_inline(d) for d in declared])}" if declared else ""
    return ", ".join(part for part in (letters, under) if part)


def _rule(name: str) -> str:
    return f"*{name}*"


def headlines(proofs: Proofs) -> list[str]:
    """Return what was found, in a few sentences."""
    return [*_verdicts(proofs), *_witnesses(proofs), *_gaps(proofs)]


def _verdicts(proofs: Proofs) -> list[str]:
    claims = proofs.claims
    proved = [claim for claim in claims if claim.is_proved]
    others = [claim for claim in claims if not claim.is_proved]
    if not others:
        which = "All" if len(claims) > 1 else "The"
        verb = "are" if len(claims) > 1 else "is"
        return [f"**{which} {counted(len(claims), 'claim')} {verb} proved**{_by_coq(proved)}."]
    first = f"**{len(proved)} of {counted(len(claims), 'claim')} are proved**{_by_coq(proved)}."
    return [first, *(f"{link(c.name)} is **{c.word}**: {plain(c.reason)}" for c in others)]


def _by_coq(proved: list[ClaimOutcome]) -> str:
    checked = sum(claim.coq is not None and claim.coq.checked for claim in proved)
    return f", {checked} of them a second time by Coq" if checked else ""


def _witnesses(proofs: Proofs) -> list[str]:
    every = {s.examined.shown.text: s for claim in proofs.claims for s in claim.steps}
    steps = sum(not step.only_assumes for step in every.values())
    variants = [variant for claim in proofs.claims for variant in claim.variants]
    false = sum(variant.examined.verdict == "refuted" for variant in variants)
    failed = [one for one in proofs.examined.values() if one.verdict != "held"]
    found = f"{len(failed)} did not hold" if failed else "none failed"
    sentences = [
        f"The proof kernel derived them for every n at once, in {steps:,} distinct steps.",
        f"The falsifier judged every step and statement, assumptions included, at "
        f"{proofs.evaluations:,} random exact points: {found}. It refuted "
        f"{_of(false, len(variants))} false variants, which it must.",
    ]
    methods = [c.method for c in proofs.claims if c.method is not None]
    if methods:
        holding = sum(not method.failed for method in methods)
        sentences.append(
            f"Plain SymPy at fixed n, by other means, confirms {_of(holding, len(methods))} claims."
        )
    mutants = [claim.mutants for claim in proofs.claims if claim.mutants is not None]
    if mutants:
        made, both = sum(m.made for m in mutants), sum(len(m.both) for m in mutants)
        refuted = sum(m.refuted for m in mutants)
        sentences.append(
            f"Of {made:,} mutants of statements and steps, {refuted:,} are rejected by the kernel "
            f"and refuted by the falsifier; {both or 'none'} "
            f"{'is' if both == 1 else 'are'} accepted and false."
        )
    return sentences


def _of(part: int, whole: int) -> str:
    return f"all {whole}" if part == whole else f"{part} of {whole}"


def _gaps(proofs: Proofs) -> list[str]:
    quoting = [link(claim.name) for claim in proofs.claims if claim.quoted]
    return [f"Not derived but cited: a part of {listed(quoting)}."] if quoting else []


def overview(proofs: Proofs) -> Grid:
    """Return a row a claim."""
    headers = (
        "claim",
        "status",
        "for which n",
        "#steps",
        "#points",
        "second method",
        "Coq",
        "cited, not derived",
    )
    return Grid(headers, tuple(map(_row, proofs.claims))).without_empty_columns(NONE)


def _row(claim: ClaimOutcome) -> tuple[str, ...]:
    return (
        link(claim.name),
        claim.word if claim.is_proved else f"**{claim.word}**",
        plain(claim.holds_for) or NONE,
        str(claim.derived) if claim.derived else NONE,
        f"{claim.points:,}" if claim.points else NONE,
        _method_cell(claim),
        _coq_cell(claim),
        plain("; ".join(claim.quoted)) or NONE,
    )


def _method_cell(claim: ClaimOutcome) -> str:
    if claim.method is None:
        return NONE
    if claim.method.failed:
        return f"**fails at n = {', '.join(map(str, claim.method.failed))}**"
    return f"n = {lengths(claim.method.lengths)}"


def lengths(numbers: tuple[int, ...]) -> str:
    """Write the n at which something was checked.

    Examples
    --------
    >>> lengths((1, 2, 3)), lengths((2,)), lengths((2, 4))
    ('1 … 3', '2', '2, 4')
    """
    if len(numbers) > 2 and numbers == tuple(range(numbers[0], numbers[-1] + 1)):
        return f"{numbers[0]} … {numbers[-1]}"
    return ", ".join(map(str, numbers))


def _coq_cell(claim: ClaimOutcome) -> str:
    if claim.coq is None:
        return NONE
    return counted(len(claim.coq.theorems), "theorem") if claim.coq.checked else "not checked"


def _evidence(claim: ClaimOutcome) -> tuple[str, ...]:
    """Say what each witness found."""
    sentences = []
    if claim.points:
        failed = sum(one.verdict != "held" for one in claim.examined.values())
        found = f"{failed} did not hold" if failed else "none failed"
        sentences.append(
            f"Falsifier: {counted(len(claim.examined), 'statement')}, {claim.points:,} points, at "
            f"{claim.prec_bits} bits and more where that may decide; {found}."
        )
    if claim.method is not None:
        at = f"n = {lengths(claim.method.lengths)}"
        failed_at = f"; fails at n = {lengths(claim.method.failed)}" if claim.method.failed else ""
        note = f" ({plain(claim.method.note)})" if claim.method.note else ""
        sentences.append(
            f"Second method, at {at}: {plain(claim.method.description)}{failed_at}{note}."
        )
    if claim.mutants is not None:
        m = claim.mutants
        sentences.append(
            f"Mutants: {m.made} made, {m.refuted} rejected and refuted, {m.equivalent} accepted "
            f"and true, {m.open} undecided or rejected though not refuted, "
            f"{len(m.both) or 'none'} accepted and false."
        )
    if claim.coq is not None:
        names = listed([code(theorem) for theorem in claim.coq.theorems])
        note = "" if claim.coq.checked else f"; not checked here: {plain(claim.coq.note)}"
        sentences.append(f"Coq: {names}{note}.")
    return tuple(sentences)


def _lemma_users(lemma: Lemma) -> str:
    return listed([link(name) for name in lemma.claims])


def _rules_used(proofs: Proofs) -> list[str]:
    used = {step.rule for claim in proofs.claims for step in claim.steps}
    return [*(name for name in RULES if name in used), *sorted(used - {*RULES})]


def _quoted(proofs: Proofs) -> list[str]:
    return [
        f"{link(claim.name)}: {plain(quoted)}."
        for claim in proofs.claims
        for quoted in claim.quoted
    ]


def _axioms(proofs: Proofs) -> list[str]:
    used = {
        a for claim in proofs.claims if claim.coq and claim.coq.checked for a in claim.coq.axioms
    }
    return [code(axiom) for axiom in sorted(used)]


def _beyond(others: dict[str, CoqOutcome]) -> list[str]:
    return [
        f"{code(name)}: {listed([code(theorem) for theorem in one.theorems])}"
        f"{'' if one.checked else f' – **not checked**: {plain(one.note)}'}"
        for name, one in others.items()
    ]


def _mixture_sentences(m: MixtureOutcome) -> list[str]:
    return [
        f"{m.inside} of {counted(m.pairs, 'divergence')} lie between the ends of the sandwich, "
        f"{m.outside} outside, {m.undecided} undecided; of the adaptive one {m.adaptive_inside}, "
        f"{m.adaptive_outside} and {m.adaptive_undecided}.",
        f"The divergences are from {m.least_kl:.3g} to {m.largest_kl:.3g}, each known to within "
        f"{m.largest_width:.2g}; the nearest to an end keeps {m.least_nearness:.2g} of the gap.",
        f"The adaptive sandwich is {m.mean_tightening:.2f} times as wide as the other, on average.",
    ]


_MIXTURE_TITLES = ("#pair", "#k", "#k′", "#lower", "#adaptive lower", "#KL(m : m′)")
_MIXTURE_ENDS = ("#adaptive upper", "#upper", "inside")


def _mixture_rows(mixtures: MixtureOutcome, seed: int) -> str:
    rows = tuple(
        (
            str(row.number),
            str(row.k),
            str(row.other_k),
            row.lower,
            row.adaptive_lower,
            row.kl,
            row.adaptive_upper,
            row.upper,
            row.inside
            if row.inside == row.adaptive_inside
            else f"{row.inside}, adaptive {row.adaptive_inside}",
        )
        for row in mixtures.rows
    )
    grid = Grid((*_MIXTURE_TITLES, *_MIXTURE_ENDS), rows)
    return environment().get_template("mixtures.md.j2").render(grid_of_rows=grid, seed=seed)
