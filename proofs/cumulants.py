"""N·LSE0⁺ is the cumulant of the binomial and of the multinomial family.

The binomial theorem, by induction on N with Pascal's rule, sums the probabilities and the moments:
the logarithm of E exp(u·h) is N·(F(θ + u) − F(θ)). One trial with n + 1 outcomes has
F(x + v) − F(x), and N independent ones add up.
"""

from __future__ import annotations

import sympy as sp

from lse_verify.theory.claim import Claim, Variant
from lse_verify.theory.kernel import (
    Theorem,
    assume,
    equal,
    generalise,
    induction,
    instantiate,
    pascal,
    rearrange,
    scale,
    sign,
    split,
    sum_over,
)
from lse_verify.theory.statements import (
    eq,
    given,
    lt,
)
from lse_verify.theory.vocabulary import (
    i,
    lse0,
    lse0_of,
    softmax0,
    total,
    v,
    x,
)

from .strictly_convex import rest_probability

trials = sp.Symbol("N", integer=True, nonnegative=True)
chosen = sp.Symbol("h", integer=True, nonnegative=True)
trial = sp.Symbol("q", integer=True, positive=True)
theta, u = sp.symbols("theta u", real=True)


def outcomes(last: sp.Expr, exponent: sp.Expr, of: sp.Expr = trials) -> sp.Sum:
    """Return Σ C(N, h)·exp(h·exponent) over h = 0…last."""
    term = sp.binomial(of, chosen, evaluate=False) * sp.exp(chosen * exponent)
    return sp.Sum(term, (chosen, 0, last))


def binomial_theorem() -> Theorem:
    """Σ C(N, h)·exp(hθ) over h = 0…N = (1 + exp θ)^N, by induction on N with Pascal's rule."""
    statement = eq(outcomes(trials, theta), (1 + sp.exp(theta)) ** trials)
    after = trials + 1
    nothing = outcomes(sp.Integer(0), theta, sp.Integer(0))
    base = equal(nothing, 1, using=[split(nothing, 0)])

    # Σ C(N+1, h+1)·exp((h+1)θ) = exp θ · Σ C(N, h)·exp(hθ) + Σ C(N, h+1)·exp((h+1)θ).
    pairs = scale(pascal(trials, chosen), sp.exp((chosen + 1) * theta))
    paired = sum_over(generalise(pairs, chosen, 0, trials))
    # The sum over h = 0…N+1 of the same terms, without its first and without its last, which is 0.
    wider = outcomes(after, theta)
    but_first = sp.Sum(wider.function, (chosen, 1, after))
    without_first = rearrange(split(wider, 0), eq(but_first, wider - 1))
    step = equal(
        outcomes(after, theta, after),
        (1 + sp.exp(theta)) ** after,
        using=[
            split(outcomes(after, theta, after), 0),
            paired,
            without_first,
            split(wider, after),
            assume(statement),
        ],
    )
    return induction(base, step, trials, statement)


def softplus(argument: sp.Expr) -> sp.Expr:
    """Return log(1 + exp(argument)): LSE0⁺ with one argument."""
    return sp.log(1 + sp.exp(argument))


BINOMIAL_PROBABILITY = (
    sp.binomial(trials, chosen, evaluate=False)
    * sp.exp(chosen * theta)
    / (1 + sp.exp(theta)) ** trials
)
MOMENT = sp.Sum(BINOMIAL_PROBABILITY * sp.exp(chosen * u), (chosen, 0, trials))
BINOMIAL_CUMULANT = sp.log(MOMENT)


def binomial_probabilities() -> Theorem:
    """Σ P(h) = 1."""
    whole = sp.Sum(BINOMIAL_PROBABILITY, (chosen, 0, trials))
    return equal(whole, 1, using=[binomial_theorem()])


def binomial() -> Theorem:
    """log E exp(u·h) = N·(F(θ + u) − F(θ)) with F(θ) = log(1 + exp θ)."""
    moved = instantiate(binomial_theorem(), {theta: theta + u})
    closed = (1 + sp.exp(theta + u)) ** trials / (1 + sp.exp(theta)) ** trials
    positive = rearrange(sign(lt(0, closed)), lt(0, MOMENT), using=[moved])
    increment = trials * (softplus(theta + u) - softplus(theta))
    return equal(BINOMIAL_CUMULANT, increment, using=[moved], because=[positive])


ONE_TRIAL = sp.log(rest_probability() + total(softmax0(i) * sp.exp(v[i])))
INCREMENT = lse0_of(x[i] + v[i]) - lse0()


def one_trial() -> Theorem:
    """log E exp(⟨v, outcome⟩) = F(x + v) − F(x) for one trial."""
    return equal(ONE_TRIAL, INCREMENT)


def multinomial() -> Theorem:
    """The cumulants of N independent trials add up to N·(F(x + v) − F(x))."""
    every = sp.Sum(ONE_TRIAL, (trial, 1, trials))
    return equal(every, trials * INCREMENT)


CLAIMS = (
    Claim(
        id="lse0.binomial",
        sentence="N·LSE₀⁺(θ) = N·log(1 + e^θ) is the cumulant (log-normaliser) of the binomial "
        "family with N trials and natural parameter θ.",
        states=(
            given(then=eq(outcomes(trials, theta), (1 + sp.exp(theta)) ** trials)),
            given(then=eq(sp.Sum(BINOMIAL_PROBABILITY, (chosen, 0, trials)), 1)),
            given(then=eq(BINOMIAL_CUMULANT, trials * (softplus(theta + u) - softplus(theta)))),
        ),
        prove=lambda: (binomial_theorem(), binomial_probabilities(), binomial()),
        argument="The binomial theorem, by induction on N with Pascal's rule, at θ and at θ + u.",
        holds_for="every N ≥ 0",
        caveats=(
            "The cumulant generating function is the increment N·(F(θ + u) − F(θ)), not N·F(u).",
        ),
        variants=(
            Variant("N·F(u)", given(then=eq(BINOMIAL_CUMULANT, trials * softplus(u)))),
            Variant(
                "one trial too many",
                given(then=eq(outcomes(trials, theta), (1 + sp.exp(theta)) ** (trials + 1))),
            ),
        ),
    ),
    Claim(
        id="lse0.multinomial",
        sentence="N·LSE₀⁺(θ) is the cumulant (log-normaliser) of the multinomial family with N "
        "trials and n + 1 outcomes.",
        states=(
            given(then=eq(ONE_TRIAL, INCREMENT)),
            given(then=eq(sp.Sum(ONE_TRIAL, (trial, 1, trials)), trials * INCREMENT)),
        ),
        prove=lambda: (one_trial(), multinomial()),
        argument="One trial by multiplying out; N independent ones add up.",
        holds_for="every n ≥ 1 and N ≥ 0",
        caveats=(
            "The cumulant generating function is the increment N·(F(θ + u) − F(θ)), not N·F(u).",
        ),
        quoted=("the cumulants of independent variables add up",),
        variants=(Variant("F(x + v) alone", given(then=eq(ONE_TRIAL, lse0_of(x[i] + v[i])))),),
    ),
)
