"""N·log(1 + Σ exp(θᵢ)): the cumulants of the binomial (n = 1) and the multinomial."""

from __future__ import annotations

from fractions import Fraction

from lse_verify.family.block import Point
from lse_verify.family.function import value_of
from lse_verify.family.lse_form import LseForm
from lse_verify.family.strictly_convex import LOGSUMEXP0, SOFTPLUS, LogSumExp0, Softplus


def _times_trials(form: LseForm, point: Point) -> LseForm:
    return LseForm(form.entries, form.multiplier, Fraction(value_of(point, 1)))


class BinomialCumulant(Softplus):
    """``binomial_cumulant(θ, N)`` = N·softplus(θ)."""

    name = "binomial_cumulant"
    arguments = ("value", "parameter")

    def form(self, point: Point) -> LseForm:
        """Return softplus's form with scale N."""
        return _times_trials(SOFTPLUS.form(point), point)


class MultinomialCumulant(LogSumExp0):
    """``multinomial_cumulant(θ, N)`` = N·logsumexp0(θ)."""

    name = "multinomial_cumulant"
    arguments = ("row", "parameter")

    def form(self, point: Point) -> LseForm:
        """Return the form of logsumexp0 with scale N."""
        return _times_trials(LOGSUMEXP0.form(point), point)


BINOMIAL_CUMULANT = BinomialCumulant()
MULTINOMIAL_CUMULANT = MultinomialCumulant()
