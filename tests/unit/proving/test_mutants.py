"""Mutants find an unsound rule, and find none in the kernel as it is.

What is expected comes from the falsifier, which shares no rewriting with the kernel.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from functools import cache
from typing import Any

import pytest
import sympy as sp

from lse_verify.proving.falsifier.examination import Examination, examine
from lse_verify.proving.falsifier.point import Point
from lse_verify.proving.mutation.instances import drawn_instances
from lse_verify.proving.mutation.mutants import Mutant, examined, fate, mutants, mutants_of, mutated
from lse_verify.proving.mutation.reruns import recovered
from lse_verify.proving.mutation.statements import mutated_sequent
from lse_verify.proving.mutation.steps import mutants_of_step
from lse_verify.theory.kernel import Theorem, assume, steps
from lse_verify.theory.shelf import claims
from lse_verify.theory.statements import Relation, Sequent, eq, given, le
from lse_verify.theory.vocabulary import a, i, lse, n, total, x

KERNEL = "lse_verify.theory.kernel"
ANY_SIGN = frozenset({-1, 0, 1})
SEED = 1


@cache
def theorems_of(name: str) -> tuple[Theorem, ...]:
    return claims()[name].prove()


def mutants_made(name: str) -> list[Mutant]:
    return list(mutants(claims()[name], theorems_of(name), SEED))


def yes(*_: object) -> bool:
    return True


def nothing(*_: object) -> None:
    return None


def no_links(_: object) -> tuple[()]:
    return ()


WEAKER = {"<=": ("<=",), "<": ("<", "<=", "!="), "=": ("=", "<="), "!=": ("!=",)}

PLANTED: dict[str, tuple[str, str, str, Any]] = {
    "every sign is certain": ("domain", "sign", "facts.Facts.of_relation", yes),
    "any two differences agree": ("bounds.upper", "rearrange", "relations.is_zero", yes),
    "any two sides are equal": ("convex.not_strict", "equal", "relations.is_zero", yes),
    "weak implies strict": (
        "bounds.lower",
        "rearrange",
        "relations._WEAKER",
        {**WEAKER, "<=": ("<=", "<")},
    ),
    "equal implies strict": (
        "bounds.upper.strict",
        "rearrange",
        "relations._WEAKER",
        {**WEAKER, "=": ("=", "<=", "<")},
    ),
    "negative factors keep a relation": (
        "conjugate.fenchel_young",
        "scale",
        "relations.NONNEGATIVE",
        ANY_SIGN,
    ),
    "an index need not lie in its range": (
        "bounds.upper.strict",
        "sum over",
        "sums.require_between",
        nothing,
    ),
    "what is spoken of is arbitrary": (
        "increasing",
        "generalise",
        "logic.free_names",
        lambda _: frozenset(),
    ),
    "an index may be captured": (
        "conjugate.negentropy",
        "instantiate",
        "substitution.renamed",
        lambda index, body: (index, body),
    ),
    "assumptions are not checked": (
        "conjugate.negentropy",
        "instantiate",
        "logic.require_fits",
        nothing,
    ),
    "any value of a derivative is right": ("gradient.softmax", "derivative", "limits.same", yes),
    "any value of a limit is right": ("tropical.limit", "limit", "limits.same", yes),
    "every hypothesis is discharged": (
        "conjugate.negentropy",
        "discharge",
        "logic.same_statement",
        yes,
    ),
    "any two conclusions are one": ("convex", "cases", "logic.same_statement", yes),
    "induction needs no step": ("lse0.binomial", "induction", "sums.same_statement", yes),
    "any value of a supremum is reached": (
        "conjugate.negentropy",
        "supremum",
        "limits._require_reached",
        nothing,
    ),
    "no supremum is out of reach": (
        "conjugate.negentropy",
        "supremum",
        "limits._require_unbounded",
        nothing,
    ),
    "any range is empty": ("oracle.terminates", "empty range", "facts.Facts.of_relation", yes),
    "links need not meet": ("conjugate.fenchel_young", "antisymmetry", "relations.is_zero", yes),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_unsound_rule_is_found(planted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, rule, place, wrong = PLANTED[planted]
    of_rule = [step for step in steps(*theorems_of(name)) if step.rule == rule]
    assert of_rule
    monkeypatch.setattr(f"{KERNEL}.{place}", wrong)
    assert any(is_found(step) for step in of_rule)


def is_found(step: Theorem) -> bool:
    """Return whether a mutant of a step is accepted and does not hold."""
    # A supremum is slow to examine.
    count = 12 if step.rule == "supremum" else 30
    return any(
        mutant.accepted and fate(mutant, examined(mutant, seed)) == "both"
        for seed in range(4)
        for mutant in mutants_of_step(step, random.Random(seed), count)
    )


@pytest.mark.parametrize("planted", ["any two differences agree", "weak implies strict"])
def test_the_count_of_a_claim_names_what_is_accepted_and_refuted(
    planted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, _, place, wrong = PLANTED[planted]
    theorems = theorems_of(name)
    monkeypatch.setattr(f"{KERNEL}.{place}", wrong)
    both = mutants_of(claims()[name], theorems, SEED).both
    assert both != ()
    assert all("refuted at " in text for text in both)


@pytest.mark.parametrize("name", claims())
def test_no_mutant_of_a_claim_is_both_accepted_and_refuted(name: str) -> None:
    count = mutants_of(claims()[name], theorems_of(name), SEED)
    assert count.both == ()
    assert count.made == count.refuted + count.equivalent + count.open
    assert count.refuted >= 20


def test_all_claims_together_have_2500_distinct_mutants() -> None:
    assert len({mutant.sequent for name in claims() for mutant in mutants_made(name)}) >= 2500


KINDS = (
    "arguments swapped",
    "condition changed",
    "condition dropped",
    "constant",
    "dependence dropped",
    "exp for log",
    "factor doubled",
    "factor dropped",
    "function dropped",
    "hypothesis changed",
    "hypothesis dropped",
    "index",
    "log for exp",
    "min for max",
    "n ± 1",
    "name",
    "point of a limit",
    "range",
    "relation",
    "relation of a hypothesis",
    "row",
    "sides swapped",
    "sign of a term",
    "sign of a whole",
    "sign of an exponent",
    "term dropped",
    "value of a limit",
    "value of a slope",
    "value of a supremum",
    "variable of a slope",
)


@cache
def changed_statements() -> dict[str, list[Sequent]]:
    """Return every changed statement of every claim, by kind."""
    found: dict[str, list[Sequent]] = {}
    for claim in claims().values():
        for sequent in claim.states:
            for kind, made in mutated_sequent(sequent):
                found.setdefault(kind, []).append(made)
    return found


def test_the_kinds_are_these() -> None:
    assert tuple(sorted(changed_statements())) == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_refuted_mutant(kind: str) -> None:
    made = changed_statements()[kind]
    assert any(examine(*sequent, seed=SEED, points=6).verdict == "refuted" for sequent in made)


@pytest.mark.parametrize("name", ["trick", "gradient.softmax"])
def test_a_mutant_differs_from_what_was_changed_and_comes_once(name: str) -> None:
    for sequent in claims()[name].states:
        made = [changed for _, changed in mutated_sequent(sequent)]
        assert sequent not in made
        assert len(made) == len(set(made))


def test_no_mutant_speaks_of_what_is_infinite_or_not_real() -> None:
    statement = eq(sp.log(a**2 + 1) / a, sp.sqrt(2))
    made = [changed for _, changed in mutated(statement)]
    assert made
    sides = [side for r in made if isinstance(r, Relation) for side in (r.lhs, r.rhs)]
    assert not any(side.has(sp.zoo, sp.nan, sp.I, sp.oo) for side in sides)


def test_the_index_of_a_sum_stands_in_for_others_only_inside_it() -> None:
    made = {changed for kind, changed in mutated(le(total(x[i]), x[1])) if kind == "index"}
    assert le(total(x[n]), x[1]) in made
    assert le(total(x[i]), x[n]) in made
    assert le(total(x[i]), x[i]) not in made


def test_nearly_every_step_can_be_derived_again_from_its_premises() -> None:
    told_nothing = ("assume", "cite", "instantiate")
    every = steps(*theorems_of("lse0.conjugate"), *theorems_of("lse0.binomial"))
    found = [step for step in every if step.rule not in told_nothing]
    assert [step for step in found if recovered(step) is None] == []


def test_instances_put_a_bound_index_where_it_would_be_captured() -> None:
    theorem = assume(le(lse(), a))
    found = drawn_instances(theorem, {x}, random.Random(1), count=100)
    assert {a: x[i]} in found


MILD, FAR = Point({}), Point({}, is_mild=False)


@pytest.mark.parametrize(
    ("verdict", "witness", "if_accepted", "if_rejected"),
    [
        ("held", None, "equivalent", "open"),
        ("vacuous", None, "open", "open"),
        ("refuted", MILD, "both", "refuted"),
        ("refuted", FAR, "both", "refuted"),
        ("error", MILD, "both", "open"),
        ("error", None, "both", "open"),
        ("error", FAR, "open", "open"),
        ("undecided", MILD, "both", "open"),
    ],
)
def test_what_is_accepted_must_be_certain_to_hold(
    verdict: Any, witness: Point | None, if_accepted: str, if_rejected: str
) -> None:
    found = Examination(verdict, 1, witness)
    sequent = given(then=le(a, a))
    assert fate(Mutant("constant", sequent, accepted=True), found) == if_accepted
    assert fate(Mutant("constant", sequent, accepted=False), found) == if_rejected


def test_the_seed_decides_the_mutants() -> None:
    first, again = mutants_made("trick"), mutants_made("trick")
    assert first == again
    assert first != list(mutants(claims()["trick"], theorems_of("trick"), SEED + 1))


COUNTED = """
from lse_verify.proving.mutation.mutants import mutants
from lse_verify.theory.shelf import claims
claim = claims()["convex"]
print([str(mutant) for mutant in mutants(claim, claim.prove(), 1)])
"""


def test_mutants_do_not_depend_on_the_hashes_of_a_process() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", COUNTED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1]
