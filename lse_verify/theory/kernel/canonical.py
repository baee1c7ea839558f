"""The canonical form: two expressions with the same form have the same value.

An expression becomes a polynomial with rational coefficients over *atoms*: symbols, row entries,
exp of a monomial, log of a polynomial, negative or fractional powers, finite sums. The laws used
are those of a commutative ring, exp(a + b) = exp(a)·exp(b), log(a·b) = log a + log b for factors
that are certainly positive, exp(log a) = a, and linearity of finite sums. Nothing of SymPy is
used but its trees: no simplification, no substitution.

A sum runs from 1 (its index is shifted), is linear (one atom for each monomial of its body), and
what does not depend on its index stands before it. Its index is named by the *height* of the sum,
one more than that of the highest sum inside: an inner name can then never be taken for an outer.

The form is sound wherever every log, quotient and root is defined, which the kernel checks apart;
it is not complete. Two unequal forms prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import Any, TypeAlias

import sympy as sp

from lse_verify.theory.kernel.polynomial import (
    Atom,
    Frozen,
    Monomial,
    Polynomial,
    as_number,
    constant,
    freeze,
    minus,
    of_atom,
    plus,
    times,
)
from lse_verify.theory.kernel.signs import NONNEGATIVE, POSITIVE, signs_of, signs_of_atom
from lse_verify.theory.kernel.trees import RATIONALS, is_known
from lse_verify.theory.statements import xlogx

Bound: TypeAlias = Mapping[sp.Symbol, Polynomial]

_EULER: Atom = ("e",)
_LARGEST_EXPANDED_SUM = 12
_fresh = count()


class NotCanonical(Exception):
    """The expression has a part that the kernel does not reason about."""


def exponential(exponent: Polynomial) -> Polynomial:
    """Return exp of a polynomial: one factor for each of its terms."""
    product = constant(1)
    for monomial, coefficient in exponent.items():
        product = times(product, _exponential_of_term(monomial, coefficient))
    return product


def _exponential_of_term(monomial: Monomial, coefficient: Fraction) -> Polynomial:
    if not monomial:
        return of_atom(_EULER, coefficient)
    if len(monomial) == 1:
        ((atom, exponent),) = monomial
        if atom[0] == "log" and exponent == 1:
            return power(dict(atom[1]), coefficient)
    return of_atom(("exp", monomial), coefficient)


def logarithm(argument: Polynomial) -> Polynomial:
    """Return log of a polynomial, split at its factors that are certainly positive."""
    if not argument:
        raise NotCanonical("log of zero")
    above, below = _fraction(argument)
    if any(signs_of(dict(base)) != POSITIVE for base, _ in below):
        return of_atom(("log", freeze(argument)))
    content, common, rest = _content(above)
    total = plus(_log_of_rational(content), _log_of_monomial(common))
    if rest != constant(1):
        total = plus(total, of_atom(("log", freeze(rest))))
    for base, exponent in below:
        total = minus(total, times(constant(exponent), logarithm(dict(base))))
    return total


def _log_of_rational(value: Fraction) -> Polynomial:
    total: Polynomial = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, multiplicity in _primes(number):
            log_prime = of_atom(("log", freeze(constant(prime))))
            total = plus(total, times(constant(sign * multiplicity), log_prime))
    return total


def _primes(number: int) -> Iterable[tuple[int, int]]:
    return [] if number == 1 else sp.factorint(number).items()


def _log_of_monomial(monomial: Monomial) -> Polynomial:
    total: Polynomial = {}
    for atom, exponent in monomial:
        total = plus(total, times(constant(exponent), _log_of_atom(atom)))
    return total


def _log_of_atom(atom: Atom) -> Polynomial:
    if atom == _EULER:
        return constant(1)
    if atom[0] == "exp":
        return {atom[1]: Fraction(1)}
    if atom[0] == "power":
        return logarithm(dict(atom[1]))
    if atom[0] == "prime":
        return _log_of_rational(Fraction(atom[1]))
    return of_atom(("log", freeze(of_atom(atom))))


def power(base: Polynomial, exponent: Fraction) -> Polynomial:
    """Return a rational power of a polynomial."""
    if exponent.denominator == 1 and exponent >= 0:
        product = constant(1)
        for _ in range(int(exponent)):
            product = times(product, base)
        return product
    if not base:
        if exponent < 0:
            raise NotCanonical("zero to a negative power")
        return {}
    above, below = _fraction(base)
    content, common, rest = _content(above)
    if exponent.denominator != 1 and any(signs_of(dict(b)) != POSITIVE for b, _ in below):
        return of_atom(("power", freeze(base)), exponent)
    product = times(
        _power_of_rational(content, exponent),
        {frozenset((a, e * exponent) for a, e in common): Fraction(1)},
    )
    if rest != constant(1):
        product = times(product, _power_of_primitive(rest, exponent))
    for denominator, multiplicity in below:
        product = times(product, power(dict(denominator), -exponent * multiplicity))
    return product


def _power_of_primitive(rest: Polynomial, exponent: Fraction) -> Polynomial:
    whole = exponent.denominator == 1
    if len(rest) == 1 and whole:
        ((monomial, coefficient),) = rest.items()
        raised = frozenset((a, e * exponent) for a, e in monomial)
        return {raised: coefficient ** int(exponent)}
    if whole and exponent % 2 == 0 and _leading_is_negative(rest):
        rest = {m: -c for m, c in rest.items()}
    elif whole and _leading_is_negative(rest):
        opposite = {m: -c for m, c in rest.items()}
        return {frozenset({(("power", freeze(opposite)), exponent)}): Fraction(-1)}
    return of_atom(("power", freeze(rest)), exponent)


def _leading_is_negative(polynomial: Polynomial) -> bool:
    """Tell d from −d in one way or the other, the same on every call of this process."""
    leading = min(polynomial, key=lambda monomial: (len(monomial), hash(monomial)))
    return polynomial[leading] < 0


def _power_of_rational(value: Fraction, exponent: Fraction) -> Polynomial:
    if exponent.denominator == 1:
        return constant(value ** int(exponent))
    product = constant(1)
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, multiplicity in _primes(number):
            total = sign * multiplicity * exponent
            whole = total.numerator // total.denominator
            product = times(product, constant(Fraction(prime) ** whole))
            if total != whole:
                product = times(product, of_atom(("prime", prime), total - whole))
    return product


def _fraction(polynomial: Polynomial) -> tuple[Polynomial, list[tuple[Frozen, int]]]:
    """Return a numerator without negative powers of polynomials, and the denominators."""
    below: list[tuple[Frozen, int]] = []
    while True:
        lowest: dict[Frozen, Fraction] = {}
        for monomial in polynomial:
            for atom, exponent in monomial:
                if atom[0] == "power" and exponent.denominator == 1 and exponent < 0:
                    lowest[atom[1]] = min(lowest.get(atom[1], exponent), exponent)
        if not lowest:
            return polynomial, below
        base, exponent = next(iter(lowest.items()))
        below.append((base, -int(exponent)))
        polynomial = _multiplied_out(polynomial, base, -int(exponent))


def _multiplied_out(polynomial: Polynomial, base: Frozen, multiplicity: int) -> Polynomial:
    """Multiply by base**multiplicity, cancelling the powers of the base that stand below."""
    atom = ("power", base)
    terms = []
    for monomial, coefficient in polynomial.items():
        exponents = dict(monomial)
        left = multiplicity + exponents.pop(atom, Fraction(0))
        term = {frozenset(exponents.items()): coefficient}
        terms.append(times(term, power(dict(base), Fraction(left))))
    return plus(*terms)


def _content(polynomial: Polynomial) -> tuple[Fraction, Monomial, Polynomial]:
    """Return c, g and q with c·g·q the polynomial: c > 0 rational, g of positive atoms."""
    numerators = [abs(c.numerator) for c in polynomial.values()]
    denominators = [c.denominator for c in polynomial.values()]
    content = Fraction(_gcd(numerators), _lcm(denominators))
    atoms = {a for monomial in polynomial for a, _ in monomial}
    tables = [dict(monomial) for monomial in polynomial]
    common = {}
    for atom in atoms:
        lowest = min(table.get(atom, Fraction(0)) for table in tables)
        if lowest and signs_of_atom(atom) == POSITIVE:
            common[atom] = lowest
    inverse = {frozenset((a, -e) for a, e in common.items()): 1 / content}
    return content, frozenset(common.items()), times(polynomial, inverse)


def _gcd(numbers: list[int]) -> int:
    return int(sp.igcd(*numbers)) if len(numbers) > 1 else numbers[0]


def _lcm(numbers: list[int]) -> int:
    return int(sp.ilcm(*numbers)) if len(numbers) > 1 else numbers[0]


def summation(body: Polynomial, index: Atom, terms: Polynomial) -> Polynomial:
    """Return Σ body over index = 1…terms; `index` is a fresh bound atom."""
    how_many = as_number(terms)
    if how_many is not None and how_many.denominator == 1:
        if how_many < 0:
            raise NotCanonical(f"a sum of {how_many} terms")
        if how_many <= _LARGEST_EXPANDED_SUM:
            values = range(1, int(how_many) + 1)
            return plus(*(rebuild(body, {index: constant(value)}) for value in values))
    total: Polynomial = {}
    for monomial, coefficient in body.items():
        inside = frozenset(f for f in monomial if _mentions(f[0], index))
        term = {monomial - inside: coefficient}
        if not inside:
            total = plus(total, times(term, terms))
            continue
        height = 1 + max((_height(atom) for atom, _ in inside), default=0)
        named = rebuild({inside: Fraction(1)}, {index: of_atom(("bound", height))})
        for renamed, sign in named.items():
            atom = ("sum", freeze(terms), renamed, height)
            total = plus(total, times(term, times(constant(sign), of_atom(atom))))
    return total


def fresh_index() -> Atom:
    """Return a bound atom that occurs nowhere else."""
    return ("bound", -1 - next(_fresh))


@lru_cache(maxsize=100_000)
def _mentions(atom: Any, index: Atom) -> bool:
    if atom == index:
        return True
    return isinstance(atom, (tuple, frozenset)) and any(_mentions(part, index) for part in atom)


@lru_cache(maxsize=100_000)
def _height(part: Any) -> int:
    if not isinstance(part, (tuple, frozenset)):
        return 0
    inside = max((_height(p) for p in part), default=0)
    return max(inside, part[3]) if isinstance(part, tuple) and part[:1] == ("sum",) else inside


def rebuild(polynomial: Polynomial, replaced: Mapping[Atom, Polynomial]) -> Polynomial:
    """Return the polynomial with atoms replaced, in canonical form again."""
    total: Polynomial = {}
    for monomial, coefficient in polynomial.items():
        term = constant(coefficient)
        for atom, exponent in monomial:
            term = times(term, power(_rebuilt_atom(atom, replaced), exponent))
        total = plus(total, term)
    return total


def _rebuilt_atom(atom: Atom, replaced: Mapping[Atom, Polynomial]) -> Polynomial:
    if atom in replaced:
        return replaced[atom]
    if not any(_mentions(atom, old) for old in replaced):
        return of_atom(atom)
    kind = atom[0]
    if kind == "entry":
        return of_atom(("entry", atom[1], freeze(rebuild(dict(atom[2]), replaced))))
    if kind == "exp":
        return exponential(rebuild({atom[1]: Fraction(1)}, replaced))
    if kind == "log":
        return logarithm(rebuild(dict(atom[1]), replaced))
    if kind == "power":
        return rebuild(dict(atom[1]), replaced)
    if kind == "function":
        return apply(atom[1], [rebuild(dict(a), replaced) for a in atom[2]])
    if kind == "sum":
        _, terms, inside, height = atom
        index = fresh_index()
        opened = rebuild({inside: Fraction(1)}, {("bound", height): of_atom(index)})
        return summation(rebuild(opened, replaced), index, rebuild(dict(terms), replaced))
    raise AssertionError(f"no atom of kind {kind} has parts")


def apply(function: Any, arguments: list[Polynomial]) -> Polynomial:
    """Return function(arguments), evaluated only where its definition says so."""
    if function is xlogx:
        (argument,) = arguments
        if not argument:
            return {}
        if signs_of(argument) == POSITIVE:
            return times(argument, logarithm(argument))
    if function is sp.Abs:
        (argument,) = arguments
        if signs_of(argument) <= NONNEGATIVE:
            return argument
        if _leading_is_negative(argument):
            arguments = [minus({}, argument)]
    frozen = tuple(freeze(a) for a in arguments)
    if function is sp.Max:
        # Its arguments have no order; SymPy's own would depend on the names of symbols.
        frozen = tuple(sorted(frozen, key=hash))
    return of_atom(("function", function, frozen))


def canonical(expression: sp.Expr, bound: Bound | None = None) -> Polynomial:
    """Return the canonical form of an expression.

    Parameters
    ----------
    expression : Expr
        Real, and defined: that is checked elsewhere.
    bound : mapping of Symbol to polynomial, optional
        What the indices of the sums around it stand for.

    Raises
    ------
    NotCanonical
        If a part of it is of a kind that the kernel does not know.
    """
    # Before anything is remembered: what is of another kind may pass for equal to what is not.
    if not is_known(expression):
        raise NotCanonical(f"the kernel has no rule for {type(expression).__name__}")
    return dict(_remembered(expression)) if not bound else _read(expression, bound)


@lru_cache(maxsize=50_000)
def _remembered(expression: sp.Expr) -> Frozen:
    return freeze(_read(expression, {}))


def _read(expression: sp.Expr, bound: Bound) -> Polynomial:
    # By the very class: SymPy says that Pow(E, x) is an instance of exp.
    return _READERS[type(expression)](expression, bound)


def _read_number(expression: sp.Expr, bound: Bound) -> Polynomial:
    return constant(Fraction(int(expression.p), int(expression.q)))


def _read_symbol(expression: sp.Expr, bound: Bound) -> Polynomial:
    if expression in bound:
        return dict(bound[expression])
    if not expression.is_real:
        raise NotCanonical(f"{expression} is not known to be real")
    return of_atom(("symbol", expression))


def _read_entry(expression: sp.Expr, bound: Bound) -> Polynomial:
    (index,) = expression.indices
    if not expression.base.is_real:
        raise NotCanonical(f"the row {expression.base} is not known to be real")
    return of_atom(("entry", expression.base, freeze(canonical(index, bound))))


def _read_sum(expression: sp.Expr, bound: Bound) -> Polynomial:
    *inner, (symbol, low, high) = expression.limits
    body = expression.func(expression.function, *inner) if inner else expression.function
    first, index = canonical(low, bound), fresh_index()
    value = plus(of_atom(index), first, constant(-1))
    terms = plus(canonical(high, bound), constant(1), minus({}, first))
    return summation(canonical(body, {**bound, symbol: value}), index, terms)


def _read_power(expression: sp.Expr, bound: Bound) -> Polynomial:
    base, exponent = canonical(expression.base, bound), canonical(expression.exp, bound)
    number = as_number(exponent)
    if number is not None:
        return power(base, number)
    if signs_of(base) != POSITIVE:
        raise NotCanonical(f"the base of {expression} is not certainly positive")
    return exponential(times(exponent, logarithm(base)))


def _read_function(expression: sp.Expr, bound: Bound) -> Polynomial:
    arguments = [canonical(argument, bound) for argument in expression.args]
    return apply(expression.func, arguments)


_Reader: TypeAlias = Callable[[sp.Expr, Bound], Polynomial]

_READERS: dict[Any, _Reader] = {
    **dict.fromkeys(RATIONALS, _read_number),
    sp.Symbol: _read_symbol,
    sp.Dummy: _read_symbol,
    sp.Add: lambda e, bound: plus(*(canonical(a, bound) for a in e.args)),
    sp.Mul: lambda e, bound: _product(canonical(a, bound) for a in e.args),
    sp.exp: lambda e, bound: exponential(canonical(e.args[0], bound)),
    type(sp.E): lambda e, bound: exponential(constant(1)),
    sp.Pow: _read_power,
    sp.log: lambda e, bound: logarithm(canonical(e.args[0], bound)),
    sp.Indexed: _read_entry,
    sp.Sum: _read_sum,
    type(sp.pi): lambda e, bound: of_atom(("symbol", sp.pi)),
    **dict.fromkeys((xlogx, sp.Max, sp.Abs, sp.erf, sp.binomial), _read_function),
}


def _product(factors: Iterable[Polynomial]) -> Polynomial:
    product = constant(1)
    for factor in factors:
        product = times(product, factor)
    return product


def is_zero(polynomial: Polynomial) -> bool:
    """Return whether a polynomial is 0, after multiplying by its denominators."""
    return not polynomial or not _fraction(polynomial)[0]


def same(left: sp.Expr, right: sp.Expr) -> bool:
    """Return whether two expressions are shown to be equal by their canonical forms.

    Examples
    --------
    >>> x = sp.IndexedBase("x", real=True)
    >>> i, j, n = sp.symbols("i j n", integer=True, positive=True)
    >>> c = sp.Symbol("c", real=True)
    >>> lse = sp.log(sp.Sum(sp.exp(x[i]), (i, 1, n)))
    >>> same(lse, c + sp.log(sp.Sum(sp.exp(x[j] - c), (j, 1, n))))
    True
    """
    return is_zero(minus(canonical(sp.sympify(left)), canonical(sp.sympify(right))))
