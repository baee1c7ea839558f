"""Why raising the precision always ends, at a fixed number of entries.

Lindemann and Weierstrass: exponentials of distinct algebraic numbers are linearly independent
over the algebraic numbers. The theorem is cited; what is checked here is that the relation it
is held against is never the trivial one, however many of the exponents happen to coincide.

References
----------
A. Baker, *Transcendental Number Theory*, Cambridge University Press, 1975, theorem 1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import sympy as sp
from sympy.utilities.iterables import multiset_partitions

from lse_verify.proving.fixed.explicit import Entries, entries, is_above_zero, total

Relation: TypeAlias = Callable[[Entries, Any], Any]
"""What would be 0 if a value q were algebraic, linear in e^{x₁}, …, e^{xₙ} and e^q."""


def sum_less_power(powers: Entries, power_of_value: Any) -> Any:
    """Return Σ e^{xᵢ} − e^q, which is 0 if LSE(x) = q.

    With t·x and t·q it is that of smoothmax; with a further entry 0, of LSE0+ and softplus; and
    with xᵢ + q and x_k for xᵢ and q, of log_softmax.
    """
    return total(powers) - power_of_value


def _merged(n: int) -> Iterator[tuple[Entries, int]]:
    """Yield n powers, equal ones under one name, for every pattern of equalities among them.

    The second of each pair is the number of different ones.
    """
    for blocks in multiset_partitions(list(range(n))):
        names = entries("E", len(blocks), positive=True)
        block_of = {i: name for name, block in zip(names, blocks, strict=True) for i in block}
        yield tuple(block_of[i] for i in range(n)), len(blocks)


def never_trivial(n: int, relation: Relation = sum_less_power) -> bool:
    """Show that a coefficient other than 0 remains, whichever of x₁, …, xₙ, q coincide."""
    return all(sp.expand(relation(merged[:-1], merged[-1])) != 0 for merged, _ in _merged(n + 1))


def trivial_if_equal_alone(n: int, exception: Any = None) -> bool:
    """Show that q·Σ e^{xᵢ} − e^{x₁}, 0 if softmax₁(x) = q, is trivial at most if all xᵢ are equal.

    It is then 0 at q = 1/n, the exception that is decided beforehand.
    """
    q = sp.Symbol("q", positive=True)
    exact = sp.Rational(1, n) if exception is None else exception
    for merged, n_different in _merged(n):
        relation = sp.expand(q * total(merged) - merged[0])
        coefficients = [relation.coeff(name) for name in set(merged)]
        if n_different == 1:
            if [sp.solve(c, q) for c in coefficients] != [[exact]]:
                return False
        elif not any(is_above_zero(c) for c in coefficients):
            return False
    return True


def below_zero_inside(term: Callable[[Any], Any] = lambda p: p * sp.log(p)) -> bool:
    """Show p·log p < 0 for 0 < p < 1, so that Πpᵢ^pᵢ, an algebraic number, is not 1.

    p = 1/(1 + s) with s > 0; SymPy knows the sign of log(1 + s).
    """
    s = sp.Symbol("s", positive=True)
    return bool(sp.expand_log(term(1 / (1 + s)), force=False).is_negative)


def terminates(n: int) -> bool:
    """Show that the value is transcendental for n ≥ 2, the exact cases apart; False at n = 1."""
    return never_trivial(n) and trivial_if_equal_alone(n) and below_zero_inside()
