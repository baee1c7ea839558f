r"""Statements as LaTeX that a page on GitHub renders, and as one line of text.

Markdown may read a formula before the typesetter does. So no backslash is followed by anything but
a letter, no underscore by anything but the subscript of a letter, and the signs that mean something
to Markdown or HTML are written by name: \lt for <, \lbrace for {, \lvert for |.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE

from lse_verify.proving.falsifier.vocabulary import Name, names, statement_names
from lse_verify.proving.outcome import Shown
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Relation,
    Sequent,
    Slope,
    Statement,
    Supremum,
)

_GREEK = frozenset(
    {"alpha", "beta", "ell", "eta", "lambda", "mu", "nu", "phi", "psi", "rho", "sigma", "theta"}
    | {"varepsilon"}
)
_INDICES = sp.symbols("i j h l k r s", integer=True, positive=True)
_LENGTH = sp.Symbol("n", integer=True, positive=True)
_OPS = {"=": "=", "<=": r"\le", "<": r"\lt", "!=": r"\ne"}


def shown(sequent: Sequent) -> Shown:
    """Return a sequent as people read it."""
    hypotheses = sorted(sequent.hypotheses, key=_reading_order)
    free = frozenset[Name]().union(*map(statement_names, (*hypotheses, sequent.conclusion)))
    alike: dict[_Kind, list[Name]] = {}
    for name in sorted(free, key=str):
        kind = _declared(name)
        if kind is not None:
            alike.setdefault(kind, []).append(name)
    plain = [f"{', '.join(map(str, some))} {kind.text}" for kind, some in alike.items()]
    return Shown(
        given=tuple(latex(hypothesis, free) for hypothesis in hypotheses),
        then=latex(sequent.conclusion, free),
        where=tuple(f"{', '.join(map(_any, some))} {kind.latex}" for kind, some in alike.items()),
        text=" ".join([str(sequent), *(f"[{words}]" for words in plain)]),
    )


def _reading_order(statement: Statement) -> tuple[int, str, bool, str]:
    """Sizes and indices first, each with its lower end before its upper one."""
    text = str(statement)
    if isinstance(statement, Relation) and statement.lhs.is_integer and statement.rhs.is_integer:
        is_upper = isinstance(statement.lhs, sp.Symbol)
        bounded = statement.lhs if is_upper else statement.rhs
        return 0, str(bounded), is_upper, text
    return (1 if isinstance(statement, Forall) else 2), "", False, text


@lru_cache(maxsize=1 << 14)
def latex(statement: Statement, taken: frozenset[Name] = frozenset()) -> str:
    r"""Write a statement.

    Parameters
    ----------
    statement : Statement
        What it says.
    taken : frozenset, optional
        Names that mean something around it already, so that no sum runs over them.

    Examples
    --------
    >>> x, i, n = sp.IndexedBase("x"), sp.Symbol("i"), _LENGTH
    >>> print(latex(Relation(sp.Max(x[1], 0), "<=", sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n))))))
    \max\left(0, x_{1}\right) \le \mathop{\mathrm{LSE}}(x)
    """
    taken |= statement_names(statement)
    match statement:
        case Relation(lhs, op, rhs):
            return f"{formula(lhs, taken)} {_OPS[op]} {formula(rhs, taken)}"
        case Forall(index, low, high, body):
            runs = [rf"{formula(index)} = {formula(low, taken)}, \dots, {formula(high, taken)}"]
            while isinstance(body, Forall):
                taken |= {index}
                index, low, high, body = body
                ends = formula(low, taken), formula(high, taken)
                runs.append(rf"{formula(index)} = {ends[0]}, \dots, {ends[1]}")
            every = r" \text{ and } ".join(runs)
            return rf"{latex(body, taken | {index})} \quad \text{{for all }} {every}"
        case Slope(expression, variable, value):
            under = rf"\partial {formula(variable)}"
            return (
                rf"\frac{{\partial}}{{{under}}} {_inside(expression, taken)} "
                rf"= {formula(value, taken)}"
            )
        case Limit(expression, variable, point, value):
            to = formula(point) if point else "0^{+}"
            under = rf"{formula(variable)} \to {to}"
            inside = _inside(expression, taken | {variable})
            return rf"\lim_{{{under}}} {inside} = {formula(value, taken)}"
        case Supremum(expression, over, subject, value):
            kind = _declared(over)
            conditions = [*([f"{_any(over)} {kind.latex}"] if kind else [])]
            conditions += [latex(condition, taken) for condition in subject]
            under = f"{formula(over)}{' : ' if conditions else ''}{', '.join(conditions)}"
            inside = _inside(expression, taken)
            return rf"\sup_{{{under}}} {inside} = {formula(value, taken)}"


def _inside(expression: sp.Expr, taken: frozenset[Name]) -> str:
    written = formula(expression, taken)
    stands_alone = not isinstance(expression, sp.Add | sp.Mul) or (
        written.startswith(r"\frac") and not _fraction(expression)[1].is_Integer
    )
    return written if stands_alone else rf"\left({written}\right)"


@lru_cache(maxsize=1 << 14)
def formula(expression: sp.Basic, taken: frozenset[Name] = frozenset()) -> str:
    r"""Write an expression, no sum of which runs over a name that is taken.

    Examples
    --------
    >>> ell, i = sp.IndexedBase("ell2"), sp.Symbol("i")
    >>> print(formula(ell[i] ** 2 / sp.Symbol("b_0")))
    \frac{{\ell_{i}'}^{2}}{b_{0}}
    """
    written: str = _Printer().doprint(_apart(expression, taken | names(expression)))
    return written


def _apart(expression: sp.Basic, taken: frozenset[Name]) -> sp.Basic:
    """Rename the indices of sums that are names of something else outside."""
    if not expression.has(sp.Sum):
        return expression
    if not isinstance(expression, sp.Sum) or len(expression.limits) != 1:
        return expression.func(*(_apart(arg, taken) for arg in expression.args))
    body, (index, low, high) = expression.function, expression.limits[0]
    if index in taken:
        there = taken | body.atoms(sp.Symbol)
        free = next((other for other in _INDICES if other not in there), index)
        body, index = body.xreplace({index: free}), free
    return sp.Sum(_apart(body, taken | {index}), (index, low, high))


class _Kind(NamedTuple):
    """What a name is declared to be."""

    text: str
    latex: str


_SIGNS = {
    "positive": _Kind("> 0", r"\gt 0"),
    "negative": _Kind("< 0", r"\lt 0"),
    "nonnegative": _Kind(">= 0", r"\ge 0"),
    "nonpositive": _Kind("<= 0", r"\le 0"),
    "nonzero": _Kind("!= 0", r"\ne 0"),
}


def _declared(name: Name) -> _Kind | None:
    """Return what a name is declared to be; None for any real number."""
    sign = next((_SIGNS[word] for word in _SIGNS if getattr(name, f"is_{word}")), None)
    if name.is_integer:
        if name.is_positive:
            return _Kind("in 1, 2, ..", r"\in \lbrace 1, 2, \dots \rbrace")
        if name.is_nonnegative:
            return _Kind("in 0, 1, ..", r"\in \lbrace 0, 1, \dots \rbrace")
        return _Kind("an integer", r"\in \mathbb{Z}")
    if name.is_algebraic:
        real = _Kind("algebraic", r"\text{ algebraic}")
        return real if sign is None else _Kind(f"{sign.text} algebraic", sign.latex + real.latex)
    return sign


def _any(name: Name) -> str:
    """Write a symbol, or any entry of a row."""
    return _name(str(name), ["i"] if isinstance(name, sp.IndexedBase) else [])


def _name(name: str, indices: Iterable[str] = ()) -> str:
    """Write a name with its subscripts; a 2 at its end is a prime."""
    letter, _, subscript = name.lstrip("_").partition("_")
    if letter == "e":
        # The number e stands in every exponential.
        letter = "varepsilon"
    primed = len(letter) > 1 and letter.endswith("2")
    letter = letter.removesuffix("2") if primed else letter
    if letter in _GREEK:
        letter = f"\\{letter}"
    elif len(letter) > 1:
        letter = rf"\mathrm{{{letter}}}"
    below = ", ".join([*([subscript] if subscript else []), *indices])
    if below and letter.endswith("}"):
        # An underscore after a brace could be read as emphasis.
        return rf"{letter}({below})" + "'" * primed
    return letter + (f"_{{{below}}}" if below else "") + "'" * primed


class _Printer(LatexPrinter):  # type: ignore[misc]  # SymPy is untyped
    def _print_Symbol(self, expr: sp.Symbol, style: str = "plain") -> str:  # noqa: N802
        return _name(expr.name)

    def _print_Dummy(self, expr: sp.Dummy) -> str:  # noqa: N802
        return _name(expr.name)

    def _print_IndexedBase(self, expr: Any) -> str:  # noqa: N802
        return _name(str(expr.label))

    def _print_Indexed(self, expr: sp.Indexed) -> str:  # noqa: N802
        return _name(str(expr.base.label), map(self._print, expr.indices))

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:  # noqa: N802
        terms = sorted(expr.as_ordered_terms(), key=lambda term: _place_in_sum(term, expr))
        written: str = self._print(terms[0])
        for term in terms[1:]:
            sign, size = ("-", -term) if _is_negative(term) else ("+", term)
            written += f" {sign} {self.parenthesize(size, PRECEDENCE['Mul'], strict=True)}"
        return written

    def _print_Mul(self, expr: sp.Mul) -> str:  # noqa: N802
        if _is_negative(expr):
            return f"- {self.parenthesize(-expr, PRECEDENCE['Mul'], strict=True)}"
        above, below = _fraction(expr)
        if below == 1:
            return self._product(above)
        if below.is_Integer and above.has(sp.Sum, sp.log, sp.erf):
            number, rest = above.as_coeff_Mul()
            return rf"\frac{{{number}}}{{{below}}} {self._factor(rest, True)}"
        return rf"\frac{{{self._print(above)}}}{{{self._print(below)}}}"

    def _product(self, expr: sp.Expr) -> str:
        factors = sorted(sp.Mul.make_args(expr), key=lambda f: (_place_in_product(f), str(f)))
        last = len(factors) - 1
        return " ".join(self._factor(factor, k == last) for k, factor in enumerate(factors))

    def _factor(self, factor: sp.Expr, is_last: bool) -> str:
        written: str = self._print(factor)
        is_open = isinstance(factor, sp.Sum) and not is_last
        if is_open or isinstance(factor, sp.Add) or _is_negative(factor):
            return rf"\left({written}\right)"
        return written

    def _print_Pow(self, expr: sp.Pow) -> str:  # noqa: N802
        if expr.exp == sp.Rational(1, 2):
            return rf"\sqrt{{{self._print(expr.base)}}}"
        if _is_negative(expr.exp):
            return rf"\frac{{1}}{{{self._print(expr.base**-expr.exp)}}}"
        base = self._print(expr.base)
        if base.endswith("'"):
            base = f"{{{base}}}"
        elif not isinstance(expr.base, sp.Symbol | sp.Indexed | sp.Integer) or _is_negative(
            expr.base
        ):
            base = rf"\left({base}\right)"
        return f"{base}^{{{self._print(expr.exp)}}}"

    def _print_exp(self, expr: sp.exp, exp: str | None = None) -> str:
        return f"e^{{{self._print(expr.args[0])}}}"

    def _print_log(self, expr: sp.log, exp: str | None = None) -> str:
        (argument,) = expr.args
        of = _lse_of(argument)
        if of is not None:
            return rf"\mathop{{\mathrm{{LSE}}}}({self._print(of)})"
        if isinstance(argument, sp.Symbol | sp.Integer | sp.Indexed):
            return rf"\log {self._print(argument)}"
        return rf"\log\left({self._print(argument)}\right)"

    def _print_xlogx(self, expr: sp.Expr) -> str:
        (argument,) = expr.args
        written: str = self._print(argument)
        if isinstance(argument, sp.Symbol | sp.Integer | sp.Indexed):
            return rf"{written} \log {written}"
        return rf"\left({written}\right) \log\left({written}\right)"

    def _print_erf(self, expr: sp.Expr) -> str:
        return rf"\mathop{{\mathrm{{erf}}}}\left({self._print(expr.args[0])}\right)"

    def _print_Sum(self, expr: sp.Sum) -> str:  # noqa: N802
        signs = "".join(
            rf"\sum_{{{self._print(index)}={self._print(low)}}}^{{{self._print(high)}}} "
            for index, low, high in reversed(expr.limits)
        )
        return f"{signs}{self._factor(expr.function, True)}"

    def _print_Max(self, expr: Any, exp: str | None = None) -> str:  # noqa: N802
        return self._named("max", expr)

    def _print_Min(self, expr: Any, exp: str | None = None) -> str:  # noqa: N802
        return self._named("min", expr)

    def _named(self, function: str, expr: Any) -> str:
        arguments = ", ".join(map(self._print, sorted(expr.args, key=str)))
        return rf"\{function}\left({arguments}\right)"

    def _print_Abs(self, expr: sp.Abs, exp: str | None = None) -> str:  # noqa: N802
        return rf"\lvert {self._print(expr.args[0])} \rvert"


def _is_negative(expression: sp.Expr) -> bool:
    """Return whether an expression is written with a minus sign before it."""
    return bool(expression.as_coeff_Mul()[0].is_negative)


def _fraction(expression: sp.Mul) -> tuple[sp.Expr, sp.Expr]:
    """Return what is written above and below the line; no exponential goes below."""
    above, below = sp.Integer(1), sp.Integer(1)
    for factor in expression.args:
        if factor.is_Rational:
            above, below = above * factor.p, below * factor.q
        elif isinstance(factor, sp.Pow) and _is_negative(factor.exp):
            below *= factor.base**-factor.exp
        else:
            above *= factor
    return above, below


def _place_in_sum(term: sp.Expr, whole: sp.Add) -> tuple[bool, int]:
    """Positive terms first; a number before what is no integer, and sums to the end."""
    if term.is_Number:
        return _is_negative(term), 5 if whole.is_integer else 0
    long = (sp.log, 3), (sp.Sum, 2), (sp.exp, 2)
    return _is_negative(term), next((place for kind, place in long if term.has(kind)), 1)


def _place_in_product(factor: sp.Expr) -> int:
    """Numbers, letters, brackets, exponentials, logarithms, sums."""
    if factor.is_Number:
        return 0
    base = factor.base if isinstance(factor, sp.Pow) else factor
    order = (sp.Symbol, sp.Indexed, sp.binomial), (sp.Add,), (sp.exp,), (sp.Function,), (sp.Sum,)
    return next((place for place, kinds in enumerate(order, 1) if isinstance(base, kinds)), 2)


def _lse_of(argument: sp.Expr) -> sp.Expr | None:
    """Return x where the argument of a logarithm is Σ exp(x_i) over i = 1…n; None elsewhere.

    The entry is linear in rows and speaks of the index in no other way, so that x_i can be
    written as x.
    """
    if not isinstance(argument, sp.Sum) or not isinstance(argument.function, sp.exp):
        return None
    entry = argument.function.args[0]
    if len(argument.limits) != 1 or argument.limits[0][1:] != (1, _LENGTH):
        return None
    index = argument.limits[0][0]
    rows = [e for e in entry.atoms(sp.Indexed) if index in e.free_symbols]
    if not rows or any(e.indices != (index,) for e in rows) or entry.has(sp.Sum, AppliedUndef):
        return None
    whole = {e: sp.Symbol(str(e.base.label), real=True) for e in rows}
    if {str(w) for w in whole.values()} & {str(name) for name in names(entry) if name.is_Symbol}:
        return None
    bare = sp.expand(entry.xreplace(whole))
    linear = all(not {*whole.values()} & bare.diff(row).free_symbols for row in whole.values())
    return entry.xreplace(whole) if linear and index not in bare.free_symbols else None
