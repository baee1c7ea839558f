"""What a theorem can say: five kinds of statement about SymPy expressions, and sequents.

A statement holds for all real values of its free symbols and rows that their SymPy assumptions
allow. A row is an ``IndexedBase``; ``x[i]`` is its entry i. All of them are tuples, which even
``object.__setattr__`` cannot change.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias

import sympy as sp

Row: TypeAlias = Any
"""An ``IndexedBase``; SymPy ships no types."""


class xlogx(sp.Function):  # type: ignore[misc]  # noqa: N801  # SymPy is untyped; a function's name
    """u·log u for u > 0, and its limit 0 at u = 0."""

    is_real = True
    nargs = 1

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Return the derivative, for u > 0."""
        return sp.log(self.args[0]) + 1

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        u = printer.parenthesize(self.args[0], 50)
        written = rf"{u} \log {u}"
        return written if exp is None else rf"\left({written}\right)^{{{exp}}}"


class Relation(NamedTuple):
    """lhs op rhs, both real."""

    lhs: sp.Expr
    op: Literal["=", "<=", "<", "!="]
    rhs: sp.Expr

    def __str__(self) -> str:
        return f"{self.lhs} {self.op} {self.rhs}"


class Forall(NamedTuple):
    """The body holds for every integer index from low to high."""

    index: sp.Symbol
    low: sp.Expr
    high: sp.Expr
    body: Statement

    def __str__(self) -> str:
        return f"for all {self.index} in {self.low}..{self.high}: {self.body}"


class Slope(NamedTuple):
    """∂expression/∂variable = value; the variable is a symbol, or one entry ``x[k]`` of a row."""

    expression: sp.Expr
    variable: sp.Expr
    value: sp.Expr

    def __str__(self) -> str:
        return f"d({self.expression})/d({self.variable}) = {self.value}"


class Limit(NamedTuple):
    """The expression tends to the value as the variable tends to oo, -oo, or 0 from above."""

    expression: sp.Expr
    variable: sp.Symbol
    point: sp.Expr
    value: sp.Expr

    def __str__(self) -> str:
        return f"{self.expression} -> {self.value} as {self.variable} -> {self.point}"


class Supremum(NamedTuple):
    """sup of the expression over all values of a row that satisfy `subject`; oo if unbounded.

    Whether it is attained is not said.
    """

    expression: sp.Expr
    over: Row
    subject: tuple[Relation | Forall, ...]
    value: sp.Expr

    def __str__(self) -> str:
        where = "".join(f", {s}" for s in self.subject)
        return f"sup over {self.over}{where} of {self.expression} = {self.value}"


Statement: TypeAlias = Relation | Forall | Slope | Limit | Supremum


class Sequent(NamedTuple):
    """The conclusion holds wherever all hypotheses hold."""

    hypotheses: frozenset[Statement]
    conclusion: Statement

    def __str__(self) -> str:
        given = ", ".join(sorted(map(str, self.hypotheses)))
        return f"{given} |- {self.conclusion}" if given else str(self.conclusion)


def eq(lhs: Any, rhs: Any) -> Relation:
    """Return lhs = rhs."""
    return Relation(sp.sympify(lhs), "=", sp.sympify(rhs))


def le(lhs: Any, rhs: Any) -> Relation:
    """Return lhs ≤ rhs."""
    return Relation(sp.sympify(lhs), "<=", sp.sympify(rhs))


def lt(lhs: Any, rhs: Any) -> Relation:
    """Return lhs < rhs."""
    return Relation(sp.sympify(lhs), "<", sp.sympify(rhs))


def ne(lhs: Any, rhs: Any) -> Relation:
    """Return lhs ≠ rhs."""
    return Relation(sp.sympify(lhs), "!=", sp.sympify(rhs))


def given(*hypotheses: Statement, then: Statement) -> Sequent:
    """Return the sequent hypotheses ⊢ then."""
    return Sequent(frozenset(hypotheses), then)
