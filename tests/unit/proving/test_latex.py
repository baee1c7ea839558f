"""Statements as LaTeX: nothing is lost, and nothing that Markdown would read as its own."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
import sympy as sp

from lse_verify.proving.latex import formula, latex, shown
from lse_verify.proving.outcome import Shown
from lse_verify.theory.kernel import steps
from lse_verify.theory.shelf import claims
from lse_verify.theory.statements import Forall, Limit, Slope, Supremum, eq, given, le, lt, xlogx
from lse_verify.theory.vocabulary import (
    a,
    b,
    c,
    i,
    j,
    k,
    lse,
    lse_of,
    m,
    n,
    p,
    softmax,
    t,
    total,
    x,
)

UNSAFE = re.compile(r"\\[^a-zA-Z]|(?<![A-Za-z0-9])_|[*<>|&~#%$`\"]|\n")
"""A backslash or an underscore that Markdown could read, and the signs that it does read."""

BLOCKED_BY_GITHUB = ("operatorname", "phantom", "mbox", "def", "newcommand", "href", "style")

LSE = r"\mathop{\mathrm{LSE}}"
EXPONENTIALS = r"\sum_{i=1}^{n} e^{x_{i}}"
ell2 = sp.IndexedBase("ell2", real=True)
e, p_0 = sp.Symbol("e", positive=True), sp.Symbol("p_0", nonnegative=True)


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        (lse(), rf"{LSE}(x)"),
        (lse_of(t * x[i]), rf"{LSE}(t x)"),
        (lse_of(x[i] - c), rf"{LSE}(x - c)"),
        # Not linear, another range, another index: none of them can drop the subscript.
        (lse_of(x[i] ** 2), r"\log\left(\sum_{i=1}^{n} e^{x_{i}^{2}}\right)"),
        (lse_of(i * x[i]), r"\log\left(\sum_{i=1}^{n} e^{i x_{i}}\right)"),
        (lse_of(sp.Symbol("x", real=True) * x[i]), r"\log\left(\sum_{i=1}^{n} e^{x x_{i}}\right)"),
        (sp.log(sp.Sum(sp.exp(x[i]), (i, 1, 3))), r"\log\left(\sum_{i=1}^{3} e^{x_{i}}\right)"),
        (a * (lse() - sp.log(b)), rf"a \left({LSE}(x) - \log b\right)"),
        (total(x[i]) * a, r"a \sum_{i=1}^{n} x_{i}"),
        (total(x[i]) * lse(), rf"{LSE}(x) \sum_{{i=1}}^{{n}} x_{{i}}"),
        (total(x[i]) ** 2, r"\left(\sum_{i=1}^{n} x_{i}\right)^{2}"),
        (total(x[i] + a), r"\sum_{i=1}^{n} \left(a + x_{i}\right)"),
        (total(-x[i]), r"\sum_{i=1}^{n} \left(- x_{i}\right)"),
        (total(x[i]) * total(p[j], j), r"\left(\sum_{j=1}^{n} p_{j}\right) \sum_{i=1}^{n} x_{i}"),
        (a - (b + c), r"a - b - c"),
        (a - 2 * (b + c), r"a - 2 b - 2 c"),
        (sp.Mul(-1, b + c, evaluate=False) + a, r"a - \left(b + c\right)"),
        ((a + b) ** 2 / 2, r"\frac{\left(a + b\right)^{2}}{2}"),
        (sp.exp(a) ** 2, r"e^{2 a}"),
        (a**-n, r"\frac{1}{a^{n}}"),
        (sp.exp(-a) / t, r"\frac{e^{- a}}{t}"),
        (total(x[i]) / 2, r"\frac{1}{2} \sum_{i=1}^{n} x_{i}"),
        (softmax(k), r"\frac{e^{x_{k}}}{\sum_{j=1}^{n} e^{x_{j}}}"),
        (x[i] - lse_of(x[i] ** 2), r"x_{i} - \log\left(\sum_{j=1}^{n} e^{x_{j}^{2}}\right)"),
        (ell2[i] ** 2, r"{\ell_{i}'}^{2}"),
        (sp.log(1 + e), r"\log\left(1 + \varepsilon\right)"),
        (xlogx(p[i]), r"p_{i} \log p_{i}"),
        (p_0, r"p_{0}"),
        (sp.Max(-a, 0), r"\max\left(- a, 0\right)"),
        (abs(a), r"\lvert a \rvert"),
        (sp.sqrt(2 * sp.pi), r"\sqrt{2} \sqrt{\pi}"),
        (n - 1, r"n - 1"),
        (1 + a, r"1 + a"),
    ],
)
def test_an_expression_keeps_its_brackets(expression: sp.Expr, written: str) -> None:
    assert formula(expression) == written


def test_each_kind_of_statement() -> None:
    assert latex(Slope(lse(), x[k], softmax(k))).startswith(
        rf"\frac{{\partial}}{{\partial x_{{k}}}} {LSE}(x) = "
    )
    assert latex(Slope(a + b, a, sp.Integer(1))) == (
        r"\frac{\partial}{\partial a} \left(a + b\right) = 1"
    )
    assert latex(Limit(-lse() / t, t, sp.oo, a)) == (
        rf"\lim_{{t \to \infty}} \left(- \frac{{{LSE}(x)}}{{t}}\right) = a"
    )
    assert latex(Limit(a * e, e, sp.Integer(0), sp.Integer(0))) == (
        r"\lim_{\varepsilon \to 0^{+}} \left(a \varepsilon\right) = 0"
    )
    sup = Supremum(total(p[i] * x[i]), p, (eq(total(p[i]), 1),), sp.oo)
    assert latex(sup) == (
        r"\sup_{p : p_{i} \ge 0, \sum_{i=1}^{n} p_{i} = 1} \sum_{i=1}^{n} p_{i} x_{i} = \infty"
    )
    nested = Forall(i, sp.Integer(1), n, Forall(j, i + 1, n, lt(x[i], x[j])))
    assert latex(nested) == (
        r"x_{i} \lt x_{j} \quad \text{for all } i = 1, \dots, n \text{ and } j = i + 1, \dots, n"
    )


def test_no_sum_runs_over_an_index_that_the_statement_speaks_of() -> None:
    told = shown(given(le(1, i), le(i, n), then=eq(x[i], lse_of(x[i] ** 2))))
    assert told.given == (r"1 \le i", r"i \le n")
    assert r"\sum_{j=1}^{n} e^{x_{j}^{2}}" in told.then


def test_what_letters_are_declared_to_be_is_told_and_makes_statements_differ() -> None:
    told = shown(given(then=le(0, t * p[i] + m * n)))
    assert told.where == (r"i, n \in \lbrace 1, 2, \dots \rbrace", r"p_{i} \ge 0", r"t \gt 0")
    any_q, positive_q = sp.Symbol("q", real=True), sp.Symbol("q", positive=True)
    assert shown(given(then=le(0, any_q))).text != shown(given(then=le(0, positive_q))).text


def _formulas(told: Shown) -> Iterable[str]:
    return (*told.given, told.then, *told.where)


@pytest.fixture(scope="module")
def all_formulas() -> list[str]:
    found: dict[str, None] = {}
    for claim in claims().values():
        sequents = [*claim.states, *(variant.sequent for variant in claim.variants)]
        sequents += [step.sequent for step in steps(*claim.prove())]
        found |= dict.fromkeys(f for sequent in sequents for f in _formulas(shown(sequent)))
    return list(found)


def test_no_formula_of_the_project_has_what_markdown_or_github_would_take(
    all_formulas: list[str],
) -> None:
    assert len(all_formulas) > 400
    assert [f for f in all_formulas if UNSAFE.search(f)] == []
    assert [f for f in all_formulas if any(rf"\{m}" in f for m in BLOCKED_BY_GITHUB)] == []


def test_every_formula_of_the_project_is_balanced(all_formulas: list[str]) -> None:
    for written in all_formulas:
        assert written.count("{") == written.count("}"), written
        assert written.count(r"\left(") == written.count(r"\right)"), written
        assert written.count("(") == written.count(")"), written
