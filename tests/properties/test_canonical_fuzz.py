"""The canonical form against values: random nested sums, rewritten by laws and by changes.

The value of the form is computed from its atoms alone, by another evaluator than that of the tree.
`python -m lse_verify.proving.fuzzing --count 20000` does the same at length.
"""

from __future__ import annotations

import random
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import flint
import pytest
import sympy as sp

from lse_verify.proving.falsifier.arithmetic import Undefined
from lse_verify.proving.falsifier.vocabulary import names, nesting
from lse_verify.proving.fuzzing import fuzz as fuzzing
from lse_verify.proving.fuzzing.canonical_value import value_of
from lse_verify.proving.fuzzing.fuzz import Tally, fuzz, paragraph
from lse_verify.proving.fuzzing.laws import CHANGES, LAWS, by_a_change, by_a_law, renamed
from lse_verify.proving.fuzzing.nested_sums import (
    COUNTED,
    DEPTH,
    SHIFTED,
    NestedSums,
    n,
    random_point,
    x,
)
from lse_verify.theory.kernel import canonical as form_of
from lse_verify.theory.kernel import signs
from lse_verify.theory.kernel.polynomial import constant, of_atom
from lse_verify.theory.kernel.signs import POSITIVE

i, j, _ = COUNTED
g, _ = SHIFTED

EACH = 250
SEED = 20


@pytest.mark.parametrize("part", range(8))
def test_two_thousand_forms_have_the_values_of_their_trees(part: int) -> None:
    tally = fuzz(EACH, SEED, start=part * EACH)
    assert tally.failures == []
    assert tally.count == EACH
    assert tally.words["held"] > 0.95 * EACH
    assert sum(tally.shown.values()) > 0.95 * sum(tally.laws.values())
    assert sum(tally.laws.values()) > 0.45 * EACH
    assert tally.changes > 0.45 * EACH
    assert tally.harmless < 0.7 * tally.changes
    assert set(tally.depths) == set(range(DEPTH + 1))


def test_every_law_and_every_change_is_drawn() -> None:
    rng = random.Random(SEED)
    laws: Counter[str] = Counter()
    changes: Counter[str] = Counter()
    for _ in range(3000):
        if set(laws) == set(LAWS) and set(changes) == set(CHANGES):
            break
        expression = NestedSums(rng).expression()
        for drawn, moved in ((laws, by_a_law), (changes, by_a_change)):
            found = moved(expression, rng)
            if found is not None:
                drawn[found[0]] += 1
    assert set(laws) == set(LAWS)
    assert set(changes) == set(CHANGES)


def test_names_clash_among_the_expressions() -> None:
    rng = random.Random(SEED)
    bound_twice = bound_and_free = 0
    for _ in range(200):
        expression = NestedSums(rng).expression()
        indices = [limits[0] for s in expression.atoms(sp.Sum) for limits in s.limits]
        bound_twice += len(set(indices)) < len(indices)
        bound_and_free += bool(names(expression) & set(indices))
        assert nesting(expression) <= DEPTH
    assert bound_twice > 40
    assert bound_and_free > 40


def test_a_draw_is_known_by_its_number() -> None:
    whole, rest = fuzz(6, SEED), fuzz(3, SEED, start=3)
    first = fuzz(3, SEED)
    assert whole.depths == first.depths + rest.depths
    assert whole.shown == first.shown + rest.shown


# Would it see a mistake in the canonical form?


@pytest.fixture
def forgetful() -> Any:
    """Forget the canonical forms found before and after a planted mistake."""
    from lse_verify.theory.kernel.canonical import _height, _mentions, _remembered

    caches = (_remembered, _height, _mentions, signs.signs_of_atom)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


# The package gives the name of this module to the function in it.
CANONICAL = import_module("lse_verify.theory.kernel.canonical")
APPLY = CANONICAL.apply


def _no_height(part: Any) -> int:
    return 0


def _all_positive(atom: Any) -> Any:
    return POSITIVE


def _no_absolute_values(function: Any, arguments: Any) -> Any:
    return arguments[0] if function is sp.Abs else APPLY(function, arguments)


def _exp_of_the_first_term(exponent: Any) -> Any:
    from lse_verify.theory.kernel.canonical import _exponential_of_term

    for monomial, coefficient in exponent.items():
        return _exponential_of_term(monomial, coefficient)
    return constant(1)


def _log_of_all_factors(atom: Any) -> Any:
    return constant(0)


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("_height", _no_height),
        ("signs_of_atom", _all_positive),
        ("apply", _no_absolute_values),
        ("exponential", _exp_of_the_first_term),
        ("_log_of_atom", _log_of_all_factors),
    ],
    ids=lambda case: case if isinstance(case, str) else "",
)
def test_a_planted_mistake_is_found(
    monkeypatch: pytest.MonkeyPatch, name: str, mistake: Any
) -> None:
    monkeypatch.setattr(CANONICAL, name, mistake)
    assert any(fuzz(40, SEED, start).failures for start in range(0, 8000, 40))


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("always", [True, False])
def test_it_does_not_matter_which_of_d_and_its_opposite_is_taken(
    monkeypatch: pytest.MonkeyPatch, always: bool
) -> None:
    monkeypatch.setattr(CANONICAL, "_leading_is_negative", lambda polynomial: always)
    assert fuzz(50, SEED).failures == []


@pytest.mark.usefixtures("forgetful")
def test_sums_that_are_not_written_out_have_the_same_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(CANONICAL, "_LARGEST_EXPANDED_SUM", -1)
    assert fuzz(100, SEED).failures == []


# The evaluator of atoms


def test_the_value_of_a_form_by_hand() -> None:
    point = {x: {1: 2, 2: 3, 3: 5}, n: 3}
    one_each = form_of(sp.Sum(x[i] * x[j], (j, 1, i), (i, 1, n)))
    assert value_of(one_each, point) == 2 * 2 + 3 * (2 + 3) + 5 * (2 + 3 + 5)
    assert value_of(form_of(sp.Sum(x[g + 2], (g, -1, n - 2))), point) == 10
    assert value_of(of_atom(("prime", 2)), point).contains(2)


@pytest.mark.parametrize(
    "atom",
    [
        ("log", frozenset(constant(-1).items())),
        ("sum", frozenset(constant(-1).items()), frozenset(), 1),
        ("entry", x, frozenset(form_of(sp.Rational(1, 2)).items())),
    ],
    ids=lambda atom: atom[0],
)
def test_what_has_no_value_is_said_to_have_none(atom: Any) -> None:
    with pytest.raises(Undefined):
        value_of(of_atom(atom), {x: {}, n: 1})


def test_a_zero_below_has_no_value() -> None:
    with pytest.raises(Undefined):
        value_of(form_of(1 / x[1]), {x: {1: 0}})


# The rewriting


def test_renaming_captures_nothing() -> None:
    assert renamed(sp.Sum(x[i], (i, 1, n)), i, j) == sp.Sum(x[i], (i, 1, n))
    assert renamed(sp.Sum(x[i + j], (i, 1, n)), j, i) is None
    assert renamed(sp.Sum(x[i + j], (i, 1, j)), j, g) == sp.Sum(x[g + i], (i, 1, g))
    assert renamed(sp.Sum(x[i], (i, 1, i)), i, j) == sp.Sum(x[i], (i, 1, j))


# The report


def test_the_report_reads_like_one() -> None:
    told = paragraph(fuzz(4, SEED), SEED, 1.5)
    assert told.startswith("Of 4 random expressions (")
    assert "Failures: 0." in told
    assert f"seed {SEED}" in told
    assert "sympy" in told


def test_the_report_tells_of_failures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import typer
    from typer.testing import CliRunner

    bad = Tally(count=1, failures=["0: one is taken for two"])
    monkeypatch.setattr(fuzzing, "fuzz", lambda count, seed: bad)
    app = typer.Typer()
    app.command()(fuzzing.main)
    out = tmp_path / "fuzz.md"
    done = CliRunner().invoke(app, ["--count", "1", "--out", str(out)])
    assert done.exit_code == 1
    assert "Failures: 1." in out.read_text(encoding="utf-8")
    assert "0: one is taken for two" in out.read_text(encoding="utf-8")
    assert str(tmp_path) not in out.read_text(encoding="utf-8")


def test_the_precision_of_the_process_is_left_as_it_was() -> None:
    before = flint.ctx.prec
    fuzz(3, SEED)
    random_point(random.Random(0))
    assert flint.ctx.prec == before
