"""The sealed `Theorem`, and the one function that makes it.

Whoever holds a theorem knows that a chain of the kernel's rules ends in it: `make` is called by the
rules of this package and by nothing else, which a test holds the whole repository to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

import sympy as sp

from lse_verify.theory.kernel.canonical import NotCanonical
from lse_verify.theory.kernel.facts import Facts, Undefined
from lse_verify.theory.kernel.substitution import free_names
from lse_verify.theory.kernel.trees import all_names, is_known_throughout, is_row, is_symbol
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Relation,
    Sequent,
    Slope,
    Statement,
    Supremum,
)


class Rejected(Exception):
    """A rule was asked for something that does not follow; the text says which and why."""


@dataclass(frozen=True, slots=True)
class _Content:
    rule: str
    premises: tuple[Theorem, ...]
    hypotheses: frozenset[Statement]
    conclusion: Statement
    sources: frozenset[str]


class Theorem:
    """What a rule has derived. It cannot be made, changed or copied outside this module.

    Attributes
    ----------
    rule : str
        The rule that made it.
    premises : tuple of Theorem
        What the rule was applied to.
    hypotheses : frozenset of Statement
        What it holds under.
    conclusion : Statement
        What it says.
    sources : frozenset of str
        The theorems of others that it rests on, cited and not derived.
    """

    __slots__ = ("__weakref__",)

    def __init__(self, *_: object) -> NoReturn:
        raise Rejected("a theorem is made by the rules of the kernel, not by hand")

    def __init_subclass__(cls) -> NoReturn:
        raise Rejected("there is one kind of theorem")

    def __copy__(self) -> Theorem:
        return self

    def __deepcopy__(self, memo: object) -> Theorem:
        return self

    def __reduce__(self) -> NoReturn:
        raise Rejected("a theorem does not leave its process; derive it again there")

    @property
    def rule(self) -> str:
        """The rule that made it."""
        return _content(self).rule

    @property
    def premises(self) -> tuple[Theorem, ...]:
        """What the rule was applied to."""
        return _content(self).premises

    @property
    def hypotheses(self) -> frozenset[Statement]:
        """What it holds under."""
        return _content(self).hypotheses

    @property
    def conclusion(self) -> Statement:
        """What it says."""
        return _content(self).conclusion

    @property
    def sources(self) -> frozenset[str]:
        """The theorems of others that it rests on."""
        return _content(self).sources

    @property
    def sequent(self) -> Sequent:
        """Hypotheses and conclusion together."""
        return Sequent(self.hypotheses, self.conclusion)

    def __repr__(self) -> str:
        return f"<{self.rule}: {self.sequent}>"


# The contents are kept here and not in the handle: there is nothing in a theorem to write to, and
# a handle that no rule has made has no content.
_contents: WeakKeyDictionary[Theorem, _Content] = WeakKeyDictionary()


def _content(theorem: Theorem) -> _Content:
    if type(theorem) is not Theorem or theorem not in _contents:
        raise Rejected(f"{type(theorem).__name__} is not a theorem that the kernel has made")
    return _contents[theorem]


def make(
    rule: str,
    premises: Iterable[Theorem],
    conclusion: Statement,
    hypotheses: Iterable[Statement] | None = None,
    source: str = "",
) -> Theorem:
    """Make a theorem after checking that every part of it is defined and of a known kind."""
    premises = require_theorems(premises)
    if hypotheses is None:
        hypotheses = (h for theorem in premises for h in theorem.hypotheses)
    under = frozenset(hypotheses)
    require_well_formed((*under, conclusion), premises, under)
    sources = frozenset({source} - {""}).union(*(theorem.sources for theorem in premises))
    theorem: Theorem = object.__new__(Theorem)  # type: ignore[arg-type]  # its __init__ refuses
    _contents[theorem] = _Content(rule, premises, under, conclusion, sources)
    return theorem


def require_theorems(things: Iterable[Any]) -> tuple[Theorem, ...]:
    """Refuse what looks like a theorem and is none."""
    theorems = tuple(things)
    for theorem in theorems:
        _content(theorem)
    return theorems


def known_from(theorems: Iterable[Theorem]) -> list[Relation]:
    """Return the relations that some theorems assume and show."""
    theorems = tuple(theorems)
    return _known(theorems, frozenset().union(*(theorem.hypotheses for theorem in theorems)))


def _known(theorems: Iterable[Theorem], under: frozenset[Statement]) -> list[Relation]:
    """Return the hypotheses, and the conclusions that hold under no more than these."""
    kept = [theorem.conclusion for theorem in theorems if theorem.hypotheses <= under]
    return [s for s in dict.fromkeys((*under, *kept)) if isinstance(s, Relation)]


def steps(*theorems: Theorem) -> tuple[Theorem, ...]:
    """Return all theorems that these rest on and these themselves, each after its premises."""
    ordered: dict[Theorem, None] = {}

    def visit(theorem: Theorem) -> None:
        if theorem not in ordered:
            for premise in theorem.premises:
                visit(premise)
            ordered[theorem] = None

    for theorem in theorems:
        visit(theorem)
    return tuple(ordered)


def require_well_formed(
    statements: Iterable[Statement], premises: tuple[Theorem, ...], under: frozenset[Statement]
) -> None:
    """Refuse statements that are not all defined, under these hypotheses and by these premises."""
    statements = tuple(statements)
    for statement in statements:
        _require_exact(statement)
    try:
        _require_all_well_formed(statements, _known(premises, under))
    except Rejected:
        # What made a part of a premise defined may lie further back than the premise.
        _require_all_well_formed(statements, _known(steps(*premises), under))


def _require_exact(statement: Any) -> None:
    """Refuse what is not a statement through and through.

    A subclass could answer otherwise the next time it is asked, and a list be written to.
    """
    kind = type(statement)
    if kind is Relation:
        right = type(statement.op) is str and statement.op in ("=", "<=", "<", "!=")
    elif kind is Forall:
        right = is_symbol(statement.index)
        _require_exact(statement.body)
    elif kind is Slope:
        right = is_symbol(statement.variable) or type(statement.variable) is sp.Indexed
    elif kind is Limit:
        points = (sp.oo, -sp.oo, sp.Integer(0))
        right = is_symbol(statement.variable) and any(statement.point is p for p in points)
    elif kind is Supremum:
        right = is_row(statement.over) and type(statement.subject) is tuple
        right = right and all(type(s) in (Relation, Forall) for s in statement.subject)
        for condition in statement.subject:
            _require_exact(condition)
    else:
        right = False
    if not right:
        raise Rejected(f"{statement!r} is not a statement")


def _require_all_well_formed(statements: Iterable[Statement], known: list[Relation]) -> None:
    for statement in statements:
        _require_well_formed(statement, known)


def _require_well_formed(statement: Statement, known: list[Relation]) -> None:
    if isinstance(statement, Relation):
        require_defined(statement[::2], known)
    elif isinstance(statement, Forall):
        _require_plain(statement.index)
        require_defined((statement.low, statement.high), known)
        if statement.index in free_names(statement.low) | free_names(statement.high):
            raise Rejected(f"{statement.index} cannot bound its own range")
        _require_start(statement.low, statement.index, known)
        apart = _without(known, statement.index)
        ends = [
            Relation(statement.low, "<=", statement.index),
            Relation(statement.index, "<=", statement.high),
        ]
        _require_well_formed(statement.body, [*apart, *ends])
    elif isinstance(statement, Slope):
        require_defined(statement, known)
    elif isinstance(statement, Limit):
        _require_plain(statement.variable)
        require_defined((statement.expression,), _without(known, statement.variable))
        require_defined((statement.value,), known)
    elif isinstance(statement, Supremum):
        _require_plain(statement.over)
        apart = _without(known, statement.over)
        subject = [s for s in statement.subject if isinstance(s, Relation)]
        for condition in statement.subject:
            _require_well_formed(condition, apart)
        require_defined((statement.expression,), [*apart, *subject])
        if statement.value != sp.oo:
            require_defined((statement.value,), known)


def _require_start(low: sp.Expr, index: sp.Symbol, known: list[Relation]) -> None:
    """Refuse a range with values that its index is declared not to take."""
    try:
        Facts(known).require_starts(index, low)
    except Undefined as why:
        raise Rejected(str(why)) from why


def _without(known: list[Relation], name: Any) -> list[Relation]:
    """Leave out what is known of an outer thing of the same name."""
    return [relation for relation in known if name not in free_names(relation)]


def require_defined(expressions: Iterable[sp.Expr], known: list[Relation]) -> None:
    """Refuse expressions with a part that is not certain to be defined."""
    try:
        facts = Facts(known)
        for expression in expressions:
            if not is_known_throughout(expression):
                raise Rejected(f"{expression} has a part that the kernel does not know")
            for name in all_names(expression):
                _require_plain(name)
            facts.require_defined(expression)
    except (Undefined, NotCanonical) as why:
        raise Rejected(str(why)) from why


_KNOWN_ASSUMPTIONS = (
    "real",
    "integer",
    "positive",
    "nonnegative",
    "negative",
    "nonpositive",
    "nonzero",
    "algebraic",
)


def _require_plain(name: Any) -> None:
    """Refuse names with assumptions that the rules do not look at, such as ``prime=True``."""
    if not (is_symbol(name) or is_row(name)) or not _is_plain(name):
        words = ", ".join(_KNOWN_ASSUMPTIONS)
        raise Rejected(f"{name} must be real, with no assumptions but these: {words}")


@lru_cache(maxsize=10_000)
def _is_plain(name: Any) -> bool:
    declared = {word: getattr(name, f"is_{word}") for word in _KNOWN_ASSUMPTIONS}
    plain = sp.Dummy(**{word: value for word, value in declared.items() if value is not None})
    # What is declared not to be an integer could not be replaced by one, which no rule looks at.
    negated = name.is_integer is False or name.is_algebraic is False
    return (
        bool(name.is_real)
        and not negated
        and all(plain.assumptions0.get(word) == value for word, value in name.assumptions0.items())
    )


def relation_of(theorem: Theorem) -> Relation:
    """Return the conclusion, which must be a relation."""
    conclusion = theorem.conclusion
    if not isinstance(conclusion, Relation):
        raise Rejected(f"{conclusion} is not a relation")
    return conclusion


def facts_of(because: Iterable[Theorem]) -> Facts:
    """Return what the conclusions of some theorems say about signs."""
    conclusions = [theorem.conclusion for theorem in because]
    return Facts(c for c in conclusions if isinstance(c, Relation))
