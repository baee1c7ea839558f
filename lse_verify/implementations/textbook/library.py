"""The library "textbook": the algorithms as books print them, in all formats.

They are what the other rows of a report are compared with, and six of them are those that
Blanchard, Higham & Higham bounded a priori.
"""

from __future__ import annotations

from functools import partial

from lse_verify.formats import FORMATS
from lse_verify.implementations.library import Call, Implementation, Library
from lse_verify.implementations.textbook import gradient, kin, softmax, sums, weighted


def _given(call: Call) -> Call:
    return call


def _implementation(
    variant: str,
    function: str,
    call: Call,
    calls: str,
    algorithm: str | None = None,
    scheme: str | None = None,
) -> Implementation:
    """Describe a textbook algorithm; a partial and not a lambda, so that it can be pickled."""
    return Implementation(
        name=f"textbook.{variant}",
        function=function,
        formats=tuple(FORMATS),
        load=partial(_given, call),
        calls=calls,
        algorithm=algorithm,
        scheme=scheme,
    )


_LOGSUMEXP = (
    _implementation(
        "naive", "logsumexp", sums.naive, "log(sum(exp(x)))", "logsumexp.naive", "naive"
    ),
    _implementation(
        "shifted", "logsumexp", sums.shifted, "max + log(sum(exp(x - max)))", scheme="shifted"
    ),
    _implementation(
        "shifted_log1p",
        "logsumexp",
        sums.shifted_log1p,
        "max + log1p(sum of exp(x - max) without the maximum)",
        "logsumexp.shifted",
        "shifted_log1p",
    ),
    _implementation(
        "streaming", "logsumexp", sums.streaming, "one pass, running maximum and rescaled sum"
    ),
    _implementation(
        "pairwise",
        "logsumexp",
        sums.pairwise,
        "max + log(tree sum of exp(x - max))",
        scheme="shifted.pairwise",
    ),
)

_WEIGHTED = (
    _implementation("naive", "weighted_logsumexp", weighted.naive, "log(sum(b * exp(x)))"),
    _implementation(
        "shifted", "weighted_logsumexp", weighted.shifted, "max + log(sum(b * exp(x - max)))"
    ),
)

_SOFTMAX = (
    _implementation("naive", "softmax", softmax.naive, "exp(x) / sum(exp(x))", "softmax.naive"),
    _implementation(
        "shifted",
        "softmax",
        softmax.shifted,
        "exp(x - max) / sum(exp(x - max))",
        "softmax.shifted",
    ),
    _implementation(
        "division_free_naive",
        "softmax",
        softmax.division_free_naive,
        "exp(x - y), y = log(sum(exp(x)))",
        "softmax.division_free_naive",
    ),
    _implementation(
        "division_free_shifted",
        "softmax",
        softmax.division_free_shifted,
        "exp(x - y), y = max + log1p(...)",
        "softmax.division_free_shifted",
    ),
    _implementation("naive", "log_softmax", softmax.log_naive, "x - log(sum(exp(x)))"),
    _implementation(
        "shifted", "log_softmax", softmax.log_shifted, "(x - max) - log(sum(exp(x - max)))"
    ),
)

_GRADIENT = (
    _implementation(
        "subtracted", "log_softmax_gradient", gradient.subtracted, "e_1 - shifted softmax(x)"
    ),
    _implementation(
        "summed",
        "log_softmax_gradient",
        gradient.summed,
        "-shifted softmax(x), and in the first place sum(the others) / sum(all)",
    ),
)

_KIN = (
    _implementation(
        "naive", "logaddexp", kin.logaddexp_naive, "log(exp(a) + exp(b))", scheme="naive"
    ),
    _implementation(
        "shifted",
        "logaddexp",
        kin.logaddexp_shifted,
        "max + log1p(exp(min - max))",
        scheme="shifted_log1p",
    ),
    _implementation("naive", "logaddexp2", kin.logaddexp2_naive, "log2(exp2(a) + exp2(b))"),
    _implementation(
        "shifted", "logaddexp2", kin.logaddexp2_shifted, "max + log1p(exp2(min - max)) / log(2)"
    ),
    _implementation("naive", "softplus", kin.softplus_naive, "log(1 + exp(x))", scheme="naive"),
    _implementation(
        "shifted",
        "softplus",
        kin.softplus_shifted,
        "max(x, 0) + log1p(exp(-abs(x)))",
        scheme="shifted_log1p",
    ),
    _implementation("naive", "logistic", kin.logistic_naive, "1 / (1 + exp(-x))"),
    _implementation(
        "shifted",
        "logistic",
        kin.logistic_shifted,
        "exp(x) / (1 + exp(x)) if x < 0 else 1 / (1 + exp(-x))",
    ),
    _implementation(
        "shifted",
        "logsumexp0",
        kin.logsumexp0_shifted,
        "shifted_log1p of [0, *x]",
        scheme="shifted_log1p",
    ),
    _implementation("shifted", "smoothmax", kin.smoothmax_shifted, "shifted_log1p(t * x) / t"),
    _implementation("shifted", "smoothmin", kin.smoothmin_shifted, "-shifted_log1p(-t * x) / t"),
    _implementation("naive", "negentropy", kin.negentropy_naive, "sum(p * log(p))"),
    _implementation(
        "shifted", "bregman", kin.bregman_shifted, "the same with the shifted F and gradient"
    ),
    _implementation(
        "shifted", "binomial_cumulant", kin.binomial_cumulant_shifted, "N * shifted softplus"
    ),
    _implementation(
        "shifted",
        "multinomial_cumulant",
        kin.multinomial_cumulant_shifted,
        "N * shifted_log1p of [0, *theta]",
    ),
)

LIBRARY = Library(
    name="textbook",
    implementations=(*_LOGSUMEXP, *_WEIGHTED, *_SOFTMAX, *_GRADIENT, *_KIN),
    kind="textbook",
)
