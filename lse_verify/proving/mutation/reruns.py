"""Apply the rule of a step once more, to other premises or for another conclusion.

A theorem keeps its rule and its premises, not how the rule was called. What is missing is
guessed, and a guess counts as recovered if it leads to the same theorem again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import combinations
from typing import Any, NamedTuple

import sympy as sp

from lse_verify.theory import kernel
from lse_verify.theory.kernel import Rejected, Theorem
from lse_verify.theory.statements import Forall, Limit, Relation, Sequent, Statement, Supremum

Premises = tuple[Theorem, ...]


class Call(NamedTuple):
    """A way to call a rule.

    Attributes
    ----------
    apply : callable
        Takes the premises and the argument; returns a theorem or raises `Rejected`.
    argument : Any
        What the rule is told beside its premises; None if nothing.
    """

    apply: Callable[[Premises, Any], Theorem]
    argument: Any = None


def accepts(step: Theorem, conclusion: Statement) -> bool:
    """Return whether the kernel takes another conclusion in the place of a step's.

    It does if the step says the same, or if its rule shows it from the same premises, in
    any of the ways in which these may have been meant.
    """
    wanted = Sequent(step.hypotheses, conclusion)
    if says(step, wanted):
        return True
    told = _STATED.get(step.rule)
    found = (attempt(call, step.premises) for call in told(step, conclusion)) if told else ()
    return any(made is not None and says(made, wanted) for made in found)


def says(theorem: Theorem, sequent: Sequent) -> bool:
    """Return whether a theorem proves a sequent; what is quickly told comes first."""
    alike = kernel.same_statement(theorem.conclusion, sequent.conclusion)
    return alike and kernel.proves(theorem, sequent)


def attempt(call: Call, premises: Premises) -> Theorem | None:
    """Return the theorem that a call makes of premises; None if the kernel refuses."""
    try:
        return call.apply(premises, call.argument)
    except Rejected:
        return None


def recovered(step: Theorem) -> Call | None:
    """Return a call that leads to the same theorem again; None if none is found."""
    stated = _STATED[step.rule](step, step.conclusion) if step.rule in _STATED else ()
    computed = _COMPUTED[step.rule](step) if step.rule in _COMPUTED else ()
    for call in (*stated, *computed):
        made = attempt(call, step.premises)
        if made is not None and says(made, step.sequent):
            return call
    return None


# Rules that are told their conclusion.


def _equal(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Relation) and conclusion.op == "=":
        for used in range(len(step.premises) + 1):
            yield Call(partial(_equal_using, used), conclusion)


def _equal_using(used: int, premises: Premises, conclusion: Relation) -> Theorem:
    return kernel.equal(conclusion.lhs, conclusion.rhs, premises[:used], premises[used:])


def _sign(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Relation):
        yield Call(lambda p, c: kernel.sign(c, p), conclusion)


def _rearrange(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Relation):
        yield Call(lambda p, c: kernel.rearrange(p[0], c, p[1:]), conclusion)


def _derivative(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    yield Call(lambda p, c: kernel.derivative(c, p), conclusion)


def _empty(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Forall):
        yield Call(lambda p, c: kernel.empty(c, p), conclusion)


_NEAR = sp.Dummy("z", nonnegative=True)

_INSTEAD = {sp.oo: (1 / _NEAR, -sp.log(_NEAR)), -sp.oo: (sp.log(_NEAR),), sp.Integer(0): (_NEAR,)}


def _limit(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Limit):
        variable, expression = conclusion.variable, conclusion.expression
        for by in _INSTEAD[conclusion.point]:
            plain = expression.xreplace({variable: by})
            for through in dict.fromkeys((plain, sp.expand(plain), sp.expand_log(plain))):
                yield Call(partial(_limit_through, sp.Lambda(_NEAR, through)), conclusion)


def _limit_through(through: sp.Lambda, _: Premises, conclusion: Limit) -> Theorem:
    return kernel.limit(conclusion, through)


def _supremum(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Supremum):
        for at in _row_taken(step):
            if _is_bounded(step):
                yield Call(partial(_bounded_at, at), conclusion)
            if conclusion.value == sp.oo:
                yield Call(partial(_unbounded_at, at), conclusion)


def _is_bounded(step: Theorem) -> bool:
    return isinstance(step.conclusion, Supremum) and step.conclusion.value != sp.oo


@lru_cache(maxsize=64)
def _row_taken(step: Theorem) -> tuple[sp.Lambda, ...]:
    """Return the row at which the expression of a supremum was taken; none if it is not found."""
    apply, reach = (_bounded_at, 1) if _is_bounded(step) else (_unbounded_at, 0)
    for at in _rows(step.premises[reach].conclusion):
        if attempt(Call(partial(apply, at), step.conclusion), step.premises) is not None:
            return (at,)
    return ()


def _bounded_at(at: sp.Lambda, premises: Premises, conclusion: Supremum) -> Theorem:
    upper, reach, *because = premises
    return kernel.supremum(conclusion, reach, at, because, upper)


def _unbounded_at(at: sp.Lambda, premises: Premises, conclusion: Supremum) -> Theorem:
    reach, *because = premises
    return kernel.supremum(conclusion, reach, at, because)


def _rows(reach: Statement) -> Iterator[sp.Lambda]:
    """Yield rows made of parts of what a supremum is reached by."""
    for total in _sums(reach):
        index = total.limits[0][0]
        parts: dict[Any, None] = {}
        for node in sp.preorder_traversal(total.function):
            parts[node] = None
            if isinstance(node, sp.Mul):
                sizes = range(2, len(node.args))
                parts |= {sp.Mul(*c): None for s in sizes for c in combinations(node.args, s)}
        for part in parts:
            if isinstance(part, sp.Expr):
                yield sp.Lambda(index, part)


def _sums(reach: Statement) -> list[Any]:
    whole = [reach.expression] if isinstance(reach, Limit) else []
    whole += [reach.lhs, reach.rhs] if isinstance(reach, Relation) else []
    return sorted({total for part in whole for total in part.atoms(sp.Sum)}, key=str)


def _maximum(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Relation) and isinstance(conclusion.lhs, sp.Max):
        for low, high in (conclusion.lhs.args, conclusion.lhs.args[::-1]):
            yield Call(partial(_maximum_of, low, high), conclusion)


def _maximum_of(low: sp.Expr, high: sp.Expr, _: Premises, conclusion: Statement) -> Theorem:
    return kernel.maximum(low, high)


def _pascal(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Relation) and isinstance(conclusion.lhs, sp.binomial):
        above, below = (argument - 1 for argument in conclusion.lhs.args)
        yield Call(lambda p, c: kernel.pascal(above, below), conclusion)


def _induction(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    for variable in _integers(*step.premises):
        yield Call(partial(_induction_by, variable), conclusion)


def _induction_by(variable: sp.Symbol, premises: Premises, conclusion: Statement) -> Theorem:
    base, after = premises
    return kernel.induction(base, after, variable, conclusion)


def _generalise(step: Theorem, conclusion: Statement) -> Iterator[Call]:
    if isinstance(conclusion, Forall):
        index, low, high = conclusion[:3]
        yield Call(lambda p, c: kernel.generalise(p[0], index, low, high), conclusion)


_STATED: dict[str, Callable[[Theorem, Statement], Iterable[Call]]] = {
    "equal": _equal,
    "sign": _sign,
    "rearrange": _rearrange,
    "derivative": _derivative,
    "empty range": _empty,
    "limit": _limit,
    "supremum": _supremum,
    "maximum": _maximum,
    "pascal": _pascal,
    "induction": _induction,
    "generalise": _generalise,
}
"""By rule: how to ask for a conclusion."""


# Rules that compute their conclusion.


def _scale(step: Theorem) -> Iterator[Call]:
    old, new = step.premises[0].conclusion, step.conclusion
    if isinstance(old, Relation) and isinstance(new, Relation):
        for before, after in ((old.lhs, new.lhs), (old.rhs, new.rhs)):
            if before != 0:
                yield Call(lambda p, f: kernel.scale(p[0], f, p[1:]), after / before)


def _sum_over(step: Theorem) -> Iterator[Call]:
    yield Call(lambda p, _: kernel.sum_over(p[0], because=p[1:]))
    for at in _places(step):
        yield Call(lambda p, a: kernel.sum_over(p[0], a, p[-1], p[1:-1]), at)


def _split(step: Theorem) -> Iterator[Call]:
    assert isinstance(step.conclusion, Relation)
    whole = step.conclusion.lhs
    for at in _places(step):
        # Its last two premises are its own: that the place lies in the range.
        yield Call(lambda p, a: kernel.split(whole, a, p[:-2]), at)


def _specialise(step: Theorem) -> Iterator[Call]:
    for at in _places(step):
        yield Call(lambda p, a: kernel.specialise(p[0], a, p[1:]), at)


def _cases(step: Theorem) -> Iterator[Call]:
    for on in sorted(step.premises[0].hypotheses, key=str):
        if isinstance(on, Relation):
            yield Call(lambda p, a: kernel.cases(a, p[0], p[1]), on)


def _least(step: Theorem) -> Iterator[Call]:
    assert isinstance(step.conclusion, Relation)
    for at in (sp.Integer(0), *sorted(step.conclusion.rhs.atoms(sp.Symbol), key=str)):
        yield Call(lambda p, a: kernel.least(p[0], a, p[1], p[2]), at)


def _monotone(step: Theorem) -> Iterator[Call]:
    yield Call(lambda p, f: kernel.monotone(f, p[0]), step.rule.removeprefix("monotone "))


def _replaced(step: Theorem) -> Iterator[Call]:
    yield Call(lambda p, _: kernel.instantiate(p[0], {}, p[1:]))


_COMPUTED: dict[str, Callable[[Theorem], Iterable[Call]]] = {
    "add": lambda step: (Call(lambda p, _: kernel.add(*p)),),
    "chain": lambda step: (Call(lambda p, _: kernel.chain(*p)),),
    "antisymmetry": lambda step: (Call(lambda p, _: kernel.antisymmetry(*p)),),
    "discharge": lambda step: (Call(lambda p, _: kernel.cut(*p)),),
    "squeeze": lambda step: (Call(lambda p, _: kernel.squeeze(*p)),),
    "monotone exp": _monotone,
    "monotone log": _monotone,
    "scale": _scale,
    "sum over": _sum_over,
    "split": _split,
    "specialise": _specialise,
    "cases": _cases,
    "least": _least,
}
"""By rule: how it may have been called."""


def _integers(*theorems: Theorem) -> list[Any]:
    found = {name for t in theorems for name in _symbols(t.conclusion) if name.is_integer}
    return sorted(found, key=str)


def _places(step: Theorem) -> list[Any]:
    """Return indices that a rule may have been told."""
    near = _integers(step, *step.premises)
    return [
        *near,
        sp.Integer(1),
        sp.Integer(0),
        *(name + 1 for name in near),
        *(name - 1 for name in near),
    ]


def _symbols(statement: Statement) -> set[Any]:
    found: set[Any] = set()
    for part in statement:
        if isinstance(part, sp.Basic):
            found |= {symbol for symbol in part.free_symbols if isinstance(symbol, sp.Symbol)}
            found |= {symbol for symbol in part.atoms(sp.Symbol) if symbol.is_integer}
        elif isinstance(part, tuple):
            found |= _symbols(part)  # type: ignore[arg-type]  # a statement inside a statement
    return found
