"""What is verified: one file a function, collected in `FUNCTIONS`."""

from __future__ import annotations

from lse_verify.errors import UnknownName
from lse_verify.family.bregman import Bregman
from lse_verify.family.cumulants import BINOMIAL_CUMULANT, MULTINOMIAL_CUMULANT
from lse_verify.family.function import Function
from lse_verify.family.log_softmax import LogSoftmax
from lse_verify.family.log_softmax_gradient import LogSoftmaxGradient
from lse_verify.family.logistic import Logistic
from lse_verify.family.logsumexp import LOGADDEXP, LOGSUMEXP
from lse_verify.family.negentropy import Negentropy
from lse_verify.family.smooth import SMOOTHMAX, SMOOTHMIN
from lse_verify.family.softmax import Softmax
from lse_verify.family.strictly_convex import LOGSUMEXP0, SOFTPLUS
from lse_verify.family.weighted_logsumexp import WeightedLogSumExp

FUNCTIONS: dict[str, Function] = {
    f.name: f
    for f in (
        LOGSUMEXP,
        WeightedLogSumExp(),
        LOGADDEXP,
        SOFTPLUS,
        Logistic(),
        LOGSUMEXP0,
        SMOOTHMAX,
        SMOOTHMIN,
        Softmax(),
        LogSoftmax(),
        LogSoftmaxGradient(),
        Negentropy(),
        Bregman(),
        BINOMIAL_CUMULANT,
        MULTINOMIAL_CUMULANT,
    )
}


def function_named(name: str) -> Function:
    """Return the function of that name.

    Raises
    ------
    UnknownName
        If there is none; the message names the nearest.
    """
    try:
        return FUNCTIONS[name]
    except KeyError:
        raise UnknownName("function", name, FUNCTIONS) from None
