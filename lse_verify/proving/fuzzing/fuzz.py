"""Try the kernel's canonical form on random nested sums: ``python -m lse_verify.proving.fuzzing``.

Of each expression: does its canonical form, evaluated from its atoms, have the value of the tree
that it came of? And of a twin, rewritten by a law that holds or by a change that mostly does not:
where the two forms agree, do the two values? All values are balls at exact random points.
"""

from __future__ import annotations

import platform
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import sympy as sp
import typer

from lse_verify.proving.falsifier.arithmetic import Number, Undefined, working_precision
from lse_verify.proving.falsifier.evaluate import Environment, compiled
from lse_verify.proving.falsifier.judgement import PREC_BITS, compared
from lse_verify.proving.falsifier.vocabulary import nesting
from lse_verify.proving.fuzzing.canonical_value import value_of
from lse_verify.proving.fuzzing.laws import by_a_change, by_a_law
from lse_verify.proving.fuzzing.nested_sums import NestedSums, random_point
from lse_verify.theory.kernel.canonical import NotCanonical, canonical, same

Word: TypeAlias = Literal["held", "refuted", "open", "undefined"]

Valued: TypeAlias = Callable[[Environment], Number]

_POINTS = 3
_PRECISIONS = (PREC_BITS, 8 * PREC_BITS)


@dataclass
class Tally:
    """What came of a number of random expressions.

    Attributes
    ----------
    count : int
        How many there were.
    depths : Counter of int
        How many sums stood inside one another.
    words : Counter of str
        What came of evaluating the canonical form: held, undefined, or not canonical.
    laws, shown : Counter of str
        How many were rewritten by each law, and for how many the canonical form showed it.
    changes, harmless : int
        How many were changed, and how many of these changes the form showed to be none.
    failures : list of str
        Anything that contradicts another thing, with the number to draw it again by.
    """

    count: int = 0
    depths: Counter[int] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    laws: Counter[str] = field(default_factory=Counter)
    shown: Counter[str] = field(default_factory=Counter)
    changes: int = 0
    harmless: int = 0
    failures: list[str] = field(default_factory=list)


def fuzz(count: int, seed: int, start: int = 0) -> Tally:
    """Try the canonical form on so many random expressions.

    Parameters
    ----------
    count : int
        How many.
    seed : int
        The same seed draws the same expressions.
    start : int, optional
        The number of the first; each is drawn by its number alone.

    Examples
    --------
    >>> fuzz(5, seed=0).failures
    []
    """
    tally = Tally()
    for number in range(start, start + count):
        rng = random.Random(f"{seed} {number}")
        expression = NestedSums(rng).expression()
        tally.count += 1
        tally.depths[nesting(expression)] += 1
        _try_value(expression, rng, number, tally)
        if number % 2:
            _try_law(expression, rng, number, tally)
        else:
            _try_change(expression, rng, number, tally)
    return tally


def _try_value(expression: sp.Expr, rng: random.Random, number: int, tally: Tally) -> None:
    try:
        form = canonical(expression)
    except NotCanonical:
        tally.words["not canonical"] += 1
        return
    word = _agreement(random_point(rng), compiled(expression), lambda point: value_of(form, point))
    tally.words[word] += 1
    if word in ("refuted", "open"):
        tally.failures.append(f"{number}: the form of {expression} has another value ({word})")


def _agreement(point: Environment, one: Valued, other: Valued) -> Word:
    """Return whether two values agree at a point."""
    for prec_bits in _PRECISIONS:
        with working_precision(prec_bits):
            try:
                word = compared(one(point), "=", other(point)).word
            except (Undefined, ZeroDivisionError):
                word = "undefined"
        point["memo"].clear()
        if word in ("held", "refuted"):
            break
    assert word != "tie"
    return word


def _try_law(expression: sp.Expr, rng: random.Random, number: int, tally: Tally) -> None:
    rewritten = by_a_law(expression, rng)
    shown = rewritten and _shown(expression, rewritten[1])
    if rewritten is None or shown is None:
        return
    law, other = rewritten
    tally.laws[law] += 1
    tally.shown[law] += shown
    if _disagree(expression, other, rng):
        what = "is taken for" if shown else "should be"
        tally.failures.append(f"{number}: by {law}, {expression} {what} {other}")


def _try_change(expression: sp.Expr, rng: random.Random, number: int, tally: Tally) -> None:
    rewritten = by_a_change(expression, rng)
    shown = rewritten and _shown(expression, rewritten[1])
    if rewritten is None or shown is None:
        return
    change, other = rewritten
    tally.changes += 1
    tally.harmless += shown
    if shown and _disagree(expression, other, rng):
        tally.failures.append(f"{number}: after {change}, {expression} is taken for {other}")


def _shown(one: sp.Expr, other: sp.Expr) -> bool | None:
    """Return whether two forms agree, and None where there is no form."""
    try:
        return same(one, other)
    except NotCanonical:
        return None


def _disagree(one: sp.Expr, other: sp.Expr, rng: random.Random) -> bool:
    """Return whether two values differ, or are not seen to agree, at a point where both exist."""
    points = [random_point(rng) for _ in range(_POINTS)]
    words = {_agreement(point, compiled(one), compiled(other)) for point in points}
    return not words <= {"held", "undefined"}


def paragraph(tally: Tally, seed: int, seconds: float) -> str:
    """Return what came of it, for the report."""
    depths = ", ".join(f"{tally.depths[d]:,} of depth {d}" for d in sorted(tally.depths))
    laws, shown = sum(tally.laws.values()), sum(tally.shown.values())
    missed = ", ".join(
        f"“{law}” {tally.laws[law] - tally.shown[law]} times of {tally.laws[law]:,}"
        for law in sorted(tally.laws)
        if tally.shown[law] < tally.laws[law]
    )
    versions = ", ".join(f"{name} {version(name)}" for name in ("sympy", "python-flint"))
    return (
        f"Of {tally.count:,} random expressions ({depths}; seed {seed}) the canonical form, "
        f"evaluated from its atoms alone, had the value of the expression itself in "
        f"{tally.words['held']:,} cases; {tally.words['undefined']:,} had no finite value at the "
        f"point drawn, and {tally.words['not canonical']:,} are outside of what the kernel reads. "
        f"{laws:,} of them were rewritten by one of {len(tally.laws)} true laws, and the form "
        f"showed {shown:,} of these rewritings ({shown / max(laws, 1):.2%})"
        f"{'; not shown: ' + missed if missed else ''}. {tally.changes:,} were changed at random "
        f"in one place; the form took {tally.harmless:,} of them for equal to what they were, all "
        f"of which have the same values. Failures: {len(tally.failures)}. "
        f"{seconds:.0f} s; Python {platform.python_version()}, {versions}."
    )


def main(
    count: Annotated[int, typer.Option(help="How many expressions.", min=1)] = 2_000,
    seed: Annotated[int, typer.Option(help="Which ones.")] = 0,
    out: Annotated[Path, typer.Option(help="Where to write the report.")] = Path(
        "reports/proofs/fuzz.md"
    ),
) -> None:
    """Try the kernel's canonical form on random nested sums, and write what came of it."""
    began = time.perf_counter()
    tally = fuzz(count, seed)
    told = paragraph(tally, seed, time.perf_counter() - began)
    command = f"python -m lse_verify.proving.fuzzing --count {count} --seed {seed}"
    failures = "".join(f"\n- `{failure}`" for failure in tally.failures)
    text = f"# The canonical form on random nested sums\n\n{told}\n\nMade by `{command}`.\n"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text + (failures and f"{failures}\n"), encoding="utf-8")
    typer.echo(told)
    for failure in tally.failures:
        typer.echo(failure)
    raise typer.Exit(code=1 if tally.failures else 0)
