"""Nobody but a rule makes a theorem, and nothing that a theorem says can be changed or forged."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sympy as sp

from lse_verify.theory.kernel import (
    Rejected,
    Theorem,
    assume,
    canonical,
    cite,
    equal,
    induction,
    instantiate,
    limit,
    proves,
    rearrange,
    sign,
    supremum,
)
from lse_verify.theory.kernel.canonical import NotCanonical, same
from lse_verify.theory.statements import (
    Forall,
    Limit,
    Relation,
    Slope,
    Supremum,
    eq,
    given,
    le,
    lt,
)

a, b = sp.symbols("a b", real=True)
t = sp.Symbol("t", positive=True)
z = sp.Symbol("z", nonnegative=True)
i, n = sp.symbols("i n", integer=True, positive=True)
x = sp.IndexedBase("x", real=True)
ONE = sp.Integer(1)


@pytest.fixture
def true_theorem() -> Theorem:
    return sign(lt(0, t))


# A theorem


def test_a_theorem_cannot_be_called_into_being() -> None:
    with pytest.raises(Rejected, match="not by hand"):
        Theorem()


def test_a_theorem_cannot_be_subclassed() -> None:
    with pytest.raises(Rejected, match="one kind"):
        type("Mine", (Theorem,), {})


def test_a_bare_handle_has_no_content() -> None:
    handle: Theorem = object.__new__(Theorem)  # type: ignore[arg-type]  # the attack
    for attribute in ("rule", "premises", "hypotheses", "conclusion", "sources", "sequent"):
        with pytest.raises(Rejected, match="not a theorem"):
            getattr(handle, attribute)


def test_a_bare_handle_is_no_premise() -> None:
    handle: Theorem = object.__new__(Theorem)  # type: ignore[arg-type]  # the attack
    with pytest.raises(Rejected, match="not a theorem"):
        rearrange(handle, eq(0, 1))


def _looks_like_a_theorem(conclusion: Relation = eq(0, 1)) -> Any:  # noqa: B008  # immutable
    return SimpleNamespace(
        rule="sign",
        premises=(),
        hypotheses=frozenset(),
        conclusion=conclusion,
        sources=frozenset(),
        sequent=given(then=conclusion),
    )


def test_what_has_the_attributes_of_a_theorem_is_no_premise() -> None:
    with pytest.raises(Rejected, match="not a theorem"):
        rearrange(_looks_like_a_theorem(), eq(0, 1))


def test_what_has_the_attributes_of_a_theorem_is_no_reason() -> None:
    with pytest.raises(Rejected, match="not a theorem"):
        sign(lt(a, b), because=[_looks_like_a_theorem(lt(a, b))])
    with pytest.raises(Rejected, match="not a theorem"):
        equal(a, b, using=[_looks_like_a_theorem(eq(a, b))])


def test_what_has_the_attributes_of_a_theorem_proves_nothing() -> None:
    with pytest.raises(Rejected, match="not a theorem"):
        proves(_looks_like_a_theorem(), given(then=eq(0, 1)))


def test_a_theorem_cannot_be_written_to(true_theorem: Theorem) -> None:
    for attribute in ("conclusion", "hypotheses", "sources", "anything"):
        with pytest.raises(AttributeError):
            setattr(true_theorem, attribute, eq(0, 1))
        with pytest.raises(AttributeError):
            object.__setattr__(true_theorem, attribute, eq(0, 1))


def test_a_copy_of_a_theorem_is_the_theorem(true_theorem: Theorem) -> None:
    assert copy.copy(true_theorem) is true_theorem
    assert copy.deepcopy(true_theorem) is true_theorem


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_theorem_is_not_pickled(true_theorem: Theorem, protocol: int) -> None:
    with pytest.raises(Rejected, match="does not leave its process"):
        pickle.dumps(true_theorem, protocol)


class _Sheep:
    """Same layout as a theorem, and the hash of one until its class is changed."""

    __slots__ = ("__weakref__",)
    likeness = 0

    def __hash__(self) -> int:
        return self.likeness

    def __eq__(self, other: object) -> bool:
        return True


def test_changing_the_class_of_a_thing_makes_no_theorem(true_theorem: Theorem) -> None:
    from weakref import ref

    _Sheep.likeness = hash(true_theorem)
    sheep: Any = _Sheep()
    remembered = ref(sheep)
    assert hash(remembered) == hash(ref(true_theorem))
    sheep.__class__ = Theorem
    with pytest.raises(Rejected, match="not a theorem"):
        _ = sheep.conclusion


def test_hypotheses_and_premises_are_of_types_without_writing(true_theorem: Theorem) -> None:
    assert type(true_theorem.hypotheses) is frozenset
    assert type(true_theorem.premises) is tuple
    assert type(true_theorem.sources) is frozenset


# Statements


class _ChangingRelation(Relation):
    """Says 0 < 1 when asked by name."""

    @property
    def rhs(self) -> Any:
        return ONE


def test_a_subclass_of_a_relation_is_no_statement() -> None:
    with pytest.raises(Rejected, match="not a statement"):
        sign(_ChangingRelation(sp.Integer(0), "<", sp.Integer(-5)))


class _EveryRelation(str):
    """A relation sign that is equal to all of them."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return hash("<")


@pytest.mark.parametrize("op", ["≥", ">", "==", "", "<= ", _EveryRelation("<"), None, b"="])
def test_a_relation_has_one_of_four_signs(op: Any) -> None:
    with pytest.raises((Rejected, KeyError)):
        assume(Relation(a, op, b))
    with pytest.raises((Rejected, KeyError)):
        assume(le(a, b)._replace(op=op))
    with pytest.raises((Rejected, KeyError)):
        assume(Relation._make((a, op, b)))


@pytest.mark.parametrize(
    "garbage",
    [
        1,
        1.0,
        [a],
        (a, b),
        None,
        "a",
        True,
        sp.nan,
        sp.zoo,
        sp.oo,
        sp.I,
        sp.true,
        sp.Float(1),
        sp.Symbol("complex"),
        sp.Symbol("A", commutative=False),
        sp.Eq(a, b, evaluate=False),
        sp.Tuple(a, b),
        sp.Matrix([[1]]),
        sp.MatrixSymbol("A", 1, 1),
        sp.MatAdd(sp.MatrixSymbol("A", 1, 1), sp.MatrixSymbol("B", 1, 1)),
        sp.Function("f")(a),
        sp.Product(a, (i, 1, n)),
        sp.Integral(a, (a, 0, 1)),
        sp.Piecewise((a, a > 0), (b, True)),
        sp.floor(a),
        sp.sign(a),
        sp.cos(a),
        sp.Derivative(a**2, a, evaluate=False),
        sp.IndexedBase("x", real=True),
        sp.IndexedBase("y", real=True)[1, 2],
        sp.tensor.indexed.Indexed(sp.Tuple(1, 2), i),
        sp.Lambda(a, a + 1),
        sp.Wild("w", real=True),
        sp.Basic.__new__(sp.Max),
        sp.Basic.__new__(sp.Pow, a, sp.Integer(2), sp.Integer(3)),
        sp.Basic.__new__(sp.exp, a, b),
    ],
    ids=lambda garbage: type(garbage).__name__,
)
def test_a_side_of_a_relation_is_a_real_expression_of_known_parts(garbage: Any) -> None:
    for relation in (Relation(garbage, "=", garbage), Relation(a, "<=", garbage)):
        # What has no hash is no hypothesis either, and what is half made cannot be shown.
        with pytest.raises((Rejected, TypeError, AttributeError)):
            assume(relation)
        with pytest.raises((Rejected, NotCanonical, AttributeError, TypeError, ValueError)):
            sign(relation)


def test_conditions_in_a_list_could_be_dropped_later_and_are_refused() -> None:
    conditions: Any = [le(x[1], 0)]
    upper = assume(le(x[1], 0))
    with pytest.raises((Rejected, TypeError)):
        supremum(
            Supremum(x[1], x, conditions, sp.Integer(0)),
            equal(a - a, 0),
            sp.Lambda(i, sp.Integer(0)),
            because=[sign(le(0, 0))],
            upper=upper,
        )
    with pytest.raises((Rejected, TypeError)):
        assume(Supremum(x[1], x, conditions, sp.Integer(0)))


@pytest.mark.parametrize(
    "statement",
    [
        None,
        (a, "=", b),
        sp.Eq(a, b),
        Forall(a, ONE, n, le(a, b)),
        Forall(x[1], ONE, n, le(a, b)),
        Forall(i, ONE, n, (a, "<=", b)),  # type: ignore[arg-type]  # the attack
        Forall(i, ONE, n, None),  # type: ignore[arg-type]  # the attack
        Slope(a, a + 1, ONE),
        Slope(a, sp.exp(a), ONE),
        Limit(1 / t, x[1], sp.oo, sp.Integer(0)),
        Limit(1 / t, t, sp.Integer(5), sp.Integer(0)),
        Limit(1 / t, t, sp.zoo, sp.Integer(0)),
        Limit(1 / t, t, 0, sp.Integer(0)),  # the attack
        Limit(t, t, sp.oo, sp.oo),
        Supremum(a, a, (), sp.oo),
        Supremum(x[1], x, (), -sp.oo),
        Supremum(x[1], x, ((x[1], "<=", a),), a),  # type: ignore[arg-type]  # the attack
    ],
    ids=repr,
)
def test_what_is_not_a_statement_throughout_is_not_assumed(statement: Any) -> None:
    with pytest.raises((Rejected, AttributeError)):
        assume(statement)


# Expressions of subclasses, which answer as they like


class _Posing(sp.Symbol):  # type: ignore[misc]  # SymPy is untyped
    """Passes for equal to a symbol of the same name."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, sp.Symbol) and other.name == self.name

    def __hash__(self) -> int:
        return hash(_posed_as)


_posed_as: sp.Symbol = a


@pytest.fixture
def posing() -> Iterator[Any]:
    yield _Posing
    globals()["_posed_as"] = a


def test_induction_is_not_on_what_passes_for_a_real_symbol(posing: Any) -> None:
    natural = posing("a", integer=True, nonnegative=True)
    step = sign(le(0, a + 1), because=[assume(le(0, a))])
    with pytest.raises(Rejected):
        induction(sign(le(0, 0)), step, natural, le(0, a))


def test_what_passes_for_a_symbol_is_not_instantiated(posing: Any) -> None:
    globals()["_posed_as"] = t
    unsigned = posing("t", real=True)
    with pytest.raises(Rejected):
        instantiate(sign(lt(0, t)), {unsigned: sp.Integer(-1)})


class _EqualToAll(sp.Symbol):  # type: ignore[misc]  # SymPy is untyped
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(a + 12345)


def test_the_memory_of_canonical_forms_cannot_be_poisoned() -> None:
    with pytest.raises(NotCanonical):
        canonical(_EqualToAll("poison", real=True))
    assert not same(a + 12345, sp.Symbol("poison", real=True))
    assert same(a + 12345, 12345 + a)


@pytest.mark.parametrize("kind", [sp.Symbol, sp.Integer, sp.Function, sp.log, sp.exp, sp.Add])
def test_no_subclass_of_a_known_class_is_known(kind: Any) -> None:
    other = type("Other", (kind,), {})
    made = sp.Basic.__new__(other, a) if kind is not sp.Symbol else other("o", real=True)
    with pytest.raises((NotCanonical, AttributeError, TypeError)):
        canonical(made)


# Arguments of rules that change between two looks


class _SecondLook(dict[Any, Any]):
    """Shows something harmless first."""

    looks = 0

    def items(self) -> Any:
        self.looks += 1
        return [(t, ONE)] if self.looks == 1 else super().items()


def test_replacements_are_looked_at_once() -> None:
    with pytest.raises(Rejected, match="sign"):
        instantiate(sign(lt(0, t)), _SecondLook({t: sp.Integer(-1)}))


@pytest.mark.parametrize("honest_looks", range(8))
def test_a_limit_goes_through_a_lambda_and_nothing_like_one(honest_looks: int) -> None:
    class Changing:
        variables = (z,)
        looks = 0

        @property
        def expr(self) -> Any:
            self.looks += 1
            return z if self.looks <= honest_looks else sp.Integer(5)

    with pytest.raises(Rejected, match="not a Lambda"):
        limit(Limit(1 / t, t, sp.oo, sp.Integer(5)), Changing())


def test_a_row_is_replaced_by_a_lambda_and_nothing_like_one() -> None:
    fake = SimpleNamespace(variables=(i,), expr=sp.Integer(-1))
    p = sp.IndexedBase("p", positive=True)
    with pytest.raises(Rejected, match="Lambda"):
        instantiate(sign(lt(0, p[1])), {p: fake})
    with pytest.raises(Rejected, match="Lambda"):
        instantiate(sign(lt(0, p[1])), {p: sp.Lambda((i, n), sp.Integer(1))})


# What is cited


def test_what_rests_on_a_citation_says_so() -> None:
    cited = cite(given(then=eq(a, b)), "somebody")
    assert rearrange(cited, eq(b, a)).sources == {"somebody"}
    assert equal(a, b, using=[cited]).sources == {"somebody"}
    assert sign(le(a, b), because=[cited]).sources == {"somebody"}


def test_a_citation_needs_a_source() -> None:
    with pytest.raises(Rejected, match="source"):
        cite(given(then=eq(0, 1)), "")
