"""Definitions of SymPy printed as Python, over whatever arithmetic is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp
from sympy.printing.pycode import MpmathPrinter

from lse_verify.theory.calculus import closed_sums
from lse_verify.theory.definitions import definitions, weighted_slopes
from lse_verify.theory.vocabulary import k as index_symbol
from lse_verify.theory.vocabulary import n as length_symbol

Evaluate = Callable[..., Any]
"""Takes a function that sums, the length of rows, which output, and the arguments."""

Functions = Mapping[str, Callable[..., Any]]
"""What ``exp``, ``log`` and ``mpf``, of a constant, are."""

_TOTAL = sp.Symbol("total")


def value(name: str, functions: Functions) -> Evaluate:
    """Return what evaluates the definition of a function."""
    return _compiled(definitions()[name].expression, name, functions)


def slopes(name: str, functions: Functions) -> Evaluate:
    """Return what evaluates Σ |argument · ∂y/∂argument|, derived from the definition."""
    return _compiled(weighted_slopes(name), name, functions)


class _Printer(MpmathPrinter):  # type: ignore[misc]  # SymPy ships no types
    """Prints a sum as ``total(term, first, last)``, which may group equal terms."""

    def _print_Sum(self, expr: sp.Sum) -> str:  # noqa: N802  # SymPy's dispatch by class name
        ((index, first, last),) = expr.limits
        term = self._print(expr.function)
        return f"total(lambda {index}: {term}, {self._print(first)}, {self._print(last)})"

    def _print_log(self, expr: sp.log) -> str:  # SymPy's dispatch by class name
        (argument,) = expr.args
        printed = self._print(argument)
        return f"log(mpf({printed}))" if argument.is_Integer else f"log({printed})"

    def _print_Abs(self, expr: sp.Abs) -> str:  # noqa: N802  # SymPy's dispatch by class name
        return f"abs({self._print(expr.args[0])})"


def _compiled(expression: sp.Expr, name: str, functions: Functions) -> Evaluate:
    stages, rest = closed_sums(expression)
    names = [stage_name for stage_name, _ in stages]
    arguments = (_TOTAL, length_symbol, index_symbol, *definitions()[name].arguments)
    steps = [
        _printed((*arguments, *names[:place]), step, functions)
        for place, step in enumerate([*(stage for _, stage in stages), rest])
    ]

    def evaluate(*given: Any) -> Any:
        found: list[Any] = []
        for step in steps:
            found.append(step(*given, *found))
        return found[-1]

    return evaluate


def _printed(arguments: tuple[Any, ...], expression: sp.Expr, functions: Functions) -> Evaluate:
    printer = _Printer({"fully_qualified_modules": False, "allow_unknown_functions": True})
    evaluate: Evaluate = sp.lambdify(
        arguments, expression, modules=[dict(functions)], printer=printer
    )
    return evaluate
