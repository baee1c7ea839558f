"""Which strategies a hunt has: all of them, or one of the two baselines alone."""

from __future__ import annotations

from lse_verify.audit.contest import BISECTION, HUNT, UNIFORM, Method
from lse_verify.family.lse_form import LseFunction
from lse_verify.search.hunt.bisection import Bisection
from lse_verify.search.hunt.families import families
from lse_verify.search.hunt.line import Line
from lse_verify.search.hunt.modelled import Modelled
from lse_verify.search.hunt.mutation import Length, Mutation
from lse_verify.search.hunt.neighbourhood import Neighbourhood
from lse_verify.search.hunt.solved import Cancelling, Solved
from lse_verify.search.hunt.space import Shape, Space
from lse_verify.search.hunt.strategy import Strategy
from lse_verify.search.hunt.uniform import Uniform

METHODS: tuple[Method, ...] = (HUNT, UNIFORM, BISECTION)
"""The mix, and what it is compared with."""


def strategies_of(method: str, space: Space, budget: int) -> list[Strategy]:
    """Return the strategies of a method, new ones; the first assumes nothing.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    space : Space
        Where they search.
    budget : int
        What one descent of the bisection alone is to take.
    """
    if method == UNIFORM:
        return [Uniform(space)]
    if method == BISECTION:
        return [Bisection.alone(space, Shape(space.lengths[0]), budget)]
    chosen: list[Strategy] = [Uniform(space), Bisection(space), Line(space)]
    chosen += [Mutation(space), Neighbourhood(space)]
    if isinstance(space.function, LseFunction):
        chosen.append(Solved(space))
    if Cancelling.serves(space):
        chosen.append(Cancelling(space))
    if len(space.lengths) > 1:
        chosen.append(Length(space))
    if Modelled.serves(space):
        chosen.append(Modelled(space))
    return [*chosen, *families(space)]
