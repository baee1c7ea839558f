"""Random rewriting of expressions: by laws that are true, and by changes that mostly are not.

Written apart from the kernel, which shares no line with it: a mistake in one is not in the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import sympy as sp

from lse_verify.proving.falsifier.vocabulary import names
from lse_verify.proving.fuzzing.nested_sums import COUNTED, INDICES, REALS, ROWS, SHIFTED, p, q, t

Path: TypeAlias = tuple[int, ...]
"""Which argument to go down into, from the root on; a range is not gone into."""

Law: TypeAlias = Callable[[Any, random.Random], Any]
"""What rewrites one node, and returns None where it says nothing of it."""


def places(expression: sp.Expr) -> Iterator[tuple[Path, sp.Expr]]:
    """Yield every part of an expression that is itself an expression of reals."""
    yield (), expression
    if isinstance(expression, sp.Indexed):
        return
    arguments = expression.args[:1] if isinstance(expression, sp.Sum) else expression.args
    for number, argument in enumerate(arguments):
        for path, part in places(argument):
            yield (number, *path), part


def put(expression: sp.Expr, path: Path, part: sp.Expr) -> sp.Expr:
    """Return the expression with another part at a place."""
    if not path:
        return part
    first, *rest = path
    arguments = list(expression.args)
    arguments[first] = put(arguments[first], tuple(rest), part)
    if isinstance(expression, sp.Max):
        return sp.Max(*arguments, evaluate=False)
    return expression.func(*arguments)


def by_a_law(expression: sp.Expr, rng: random.Random) -> tuple[str, sp.Expr] | None:
    """Return the name of a law that holds somewhere in an expression, and what it makes of it."""
    return _somewhere(expression, rng, LAWS)


def by_a_change(expression: sp.Expr, rng: random.Random) -> tuple[str, sp.Expr] | None:
    """Return the name of a change, and what it makes of an expression; it is seldom equal."""
    return _somewhere(expression, rng, CHANGES)


def _somewhere(
    expression: sp.Expr, rng: random.Random, moves: dict[str, Law]
) -> tuple[str, sp.Expr] | None:
    found = list(places(expression))
    rng.shuffle(found)
    for name in rng.sample(sorted(moves), len(moves)):
        for path, part in found:
            try:
                other = moves[name](part, rng)
                if other is not None:
                    return name, put(expression, path, other)
            except ValueError:
                # SymPy could not order the numbers in a Max.
                continue
    return None


def renamed(expression: sp.Expr, old: sp.Symbol, new: sp.Expr) -> sp.Expr | None:
    """Replace a free symbol; None where a sum inside would capture a name of the new."""
    if old not in names(expression):
        return expression
    if isinstance(expression, sp.Symbol):
        return new
    if isinstance(expression, sp.Indexed):
        inside = renamed(expression.indices[0], old, new)
        return None if inside is None else expression.base[inside]
    if isinstance(expression, sp.Sum):
        return _renamed_in_sum(expression, old, new)
    arguments = [renamed(argument, old, new) for argument in expression.args]
    if None in arguments:
        return None
    if isinstance(expression, sp.Max):
        return sp.Max(*arguments, evaluate=False)
    return expression.func(*arguments)


def _renamed_in_sum(expression: sp.Sum, old: sp.Symbol, new: sp.Expr) -> sp.Expr | None:
    body, (index, low, high) = _opened(expression)
    ends = [renamed(end, old, new) for end in (low, high)]
    inside: sp.Expr | None = body
    if index != old and old in names(body):
        inside = None if index in names(new) else renamed(body, old, new)
    return None if inside is None or None in ends else sp.Sum(inside, (index, *ends))


def _opened(expression: sp.Sum) -> tuple[sp.Expr, tuple[sp.Symbol, sp.Expr, sp.Expr]]:
    """Return the outermost range of a sum, and what it runs over."""
    *inner, outermost = expression.limits
    body = sp.Sum(expression.function, *inner) if inner else expression.function
    return body, tuple(outermost)


# True laws


def _reversed(node: Any, rng: random.Random) -> Any:
    if isinstance(node, sp.Add | sp.Mul):
        return node.func(*reversed(node.args), evaluate=False)
    return None


def _distributed(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Mul):
        return None
    for number, factor in enumerate(node.args):
        if isinstance(factor, sp.Add):
            others = node.args[:number] + node.args[number + 1 :]
            return sp.Add(*(sp.Mul(*others, term) for term in factor.args))
    return None


def _other_index(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Sum):
        return None
    body, (index, low, high) = _opened(node)
    new = rng.choice(COUNTED if index in COUNTED else SHIFTED)
    if new == index or new in names(body):
        return None
    inside = renamed(body, index, new)
    return None if inside is None else sp.Sum(inside, (new, low, high))


def _shifted(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Sum):
        return None
    body, (index, low, high) = _opened(node)
    by = rng.choice((1, 2))
    inside = renamed(body, index, index - by)
    return None if inside is None else sp.Sum(inside, (index, low + by, high + by))


def _split_sum(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Sum):
        return None
    body, outermost = _opened(node)
    if not isinstance(body, sp.Add):
        return None
    return sp.Add(*(sp.Sum(term, outermost) for term in body.args))


def _factor_out(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Sum):
        return None
    body, outermost = _opened(node)
    outside = [f for f in sp.Mul.make_args(body) if outermost[0] not in names(f)]
    if not isinstance(body, sp.Mul) or not outside:
        return None
    inside = [f for f in body.args if outermost[0] in names(f)]
    return sp.Mul(*outside, sp.Sum(sp.Mul(*inside), outermost))


def _factor_in(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Mul):
        return None
    for number, factor in enumerate(node.args):
        if isinstance(factor, sp.Sum):
            others = sp.Mul(*node.args[:number], *node.args[number + 1 :])
            body, (index, low, high) = _opened(factor)
            if index not in names(others):
                return sp.Sum(others * body, (index, low, high))
    return None


def _swapped_ranges(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Sum) or len(node.limits) != 2:
        return None
    (inner, *low_high), (outer, *outer_ends) = node.limits
    crossing = {inner} & set().union(*map(names, outer_ends))
    if inner == outer or crossing or outer in set().union(*map(names, low_high)):
        return None
    return sp.Sum(node.function, (outer, *outer_ends), (inner, *low_high))


def _plus_nothing(node: Any, rng: random.Random) -> Any:
    row, index, shown = rng.choice(ROWS), rng.choice(COUNTED), rng.choice(SHIFTED)
    ends = 1, rng.choice((3, sp.Symbol("n", integer=True, positive=True)))
    terms = sp.Sum(row[index], (index, *ends)), -sp.Sum(row[shown], (shown, *ends))
    return sp.Add(node, *terms, evaluate=False)


def _times_one(node: Any, rng: random.Random) -> Any:
    power = rng.choice(REALS)
    return sp.Mul(node, sp.exp(power), sp.exp(-power), evaluate=False)


def _log_apart(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.log):
        return None
    power = rng.choice(REALS)
    return sp.log(sp.Mul(node.args[0], sp.exp(power), evaluate=False)) - power


def _split_log(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.log) or not isinstance(node.args[0], sp.Mul):
        return None
    apart = [f for f in node.args[0].args if _is_surely_positive(f)]
    rest = [f for f in node.args[0].args if not _is_surely_positive(f)]
    if not apart or not rest:
        return None
    return sp.Add(sp.log(sp.Mul(*rest)), *map(sp.log, apart))


def _is_surely_positive(factor: sp.Expr) -> bool:
    return bool(factor == t or factor.func == sp.exp or (factor.is_Indexed and factor.base == p))


def _split_exp(node: Any, rng: random.Random) -> Any:
    if node.func == sp.exp and isinstance(node.args[0], sp.Add):
        return sp.Mul(*map(sp.exp, node.args[0].args), evaluate=False)
    return None


def _split_power(node: Any, rng: random.Random) -> Any:
    if isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp > 1:
        return sp.Mul(node.base, node.base ** (node.exp - 1), evaluate=False)
    return None


LAWS: dict[str, Law] = {
    "terms in another order": _reversed,
    "product of a sum of terms": _distributed,
    "another name for an index": _other_index,
    "shifted range": _shifted,
    "sum of terms apart": _split_sum,
    "factor before the sum": _factor_out,
    "factor behind the sum": _factor_in,
    "ranges swapped": _swapped_ranges,
    "plus a sum minus the same": _plus_nothing,
    "times exp(a) exp(−a)": _times_one,
    "log(u exp(a)) − a for log(u)": _log_apart,
    "log of a product apart": _split_log,
    "exp of a sum apart": _split_exp,
    "power apart": _split_power,
}


# Changes that are seldom true


def _other_number(node: Any, rng: random.Random) -> Any:
    if isinstance(node, sp.Rational):
        return node + rng.choice((-1, 1))
    return None


def _other_symbol(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Symbol):
        return None
    return rng.choice([s for s in (*REALS, *INDICES) if s != node])


def _other_entry(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Indexed):
        return None
    index = rng.choice((node.indices[0] + 1, rng.choice(INDICES)))
    return rng.choice((q, p))[node.indices[0]] if rng.random() < 0.5 else node.base[index]


def _other_range(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Sum):
        return None
    body, (index, low, high) = _opened(node)
    ends = rng.choice(((low, high + 1), (low + 1, high + 1), (low, high + low)))
    return sp.Sum(body, (index, *ends))


def _captured(node: Any, rng: random.Random) -> Any:
    if not isinstance(node, sp.Sum):
        return None
    body, (index, low, high) = _opened(node)
    others = COUNTED if index in COUNTED else SHIFTED
    return sp.Sum(body, (rng.choice([s for s in others if s != index]), low, high))


def _dropped(node: Any, rng: random.Random) -> Any:
    if isinstance(node, sp.Add | sp.Mul):
        gone = rng.randrange(len(node.args))
        return node.func(*node.args[:gone], *node.args[gone + 1 :])
    return None


def _other_sign(node: Any, rng: random.Random) -> Any:
    return -node if isinstance(node, sp.Sum | sp.log | sp.Indexed) else None


def _square_for_itself(node: Any, rng: random.Random) -> Any:
    return node**2 if isinstance(node, sp.Sum | sp.Indexed) else None


def _absolute(node: Any, rng: random.Random) -> Any:
    return sp.Abs(node) if isinstance(node, sp.Sum | sp.Indexed | sp.Symbol) else None


def _root_of_square(node: Any, rng: random.Random) -> Any:
    if isinstance(node, sp.Sum | sp.Indexed | sp.Symbol):
        return sp.Pow(sp.Pow(node, 2, evaluate=False), sp.Rational(1, 2), evaluate=False)
    return None


CHANGES: dict[str, Law] = {
    "another number": _other_number,
    "another symbol": _other_symbol,
    "another entry": _other_entry,
    "another range": _other_range,
    "an index captured or set free": _captured,
    "a term dropped": _dropped,
    "another sign": _other_sign,
    "a square for itself": _square_for_itself,
    "its absolute value": _absolute,
    "the root of its square": _root_of_square,
}
