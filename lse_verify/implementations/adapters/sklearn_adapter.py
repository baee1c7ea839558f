"""The library "sklearn": softmax, and what its losses make of softplus, log_softmax and kin.

The losses are private (``sklearn._loss``) and are what LogisticRegression and the gradient boosting
minimise. They name the functions otherwise: the binomial loss of y = 0 is softplus and its
gradient the logistic function, minus the multinomial loss of class k is entry k of log_softmax,
and that loss with a class of raw prediction 0 as the true one is logsumexp0. To turn a sign or to
put a zero in front costs no rounding. ``loss_gradient`` has formulas of its own; in binary32 they
round to the same bits. The losses take no binary16.

Its private ``_logsumexp`` is a copy of SciPy's, with the bits of SciPy 1.17, and is not offered.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "binary32", "binary64")
_OF_LOSSES = ("binary32", "binary64")


def _softmax() -> Call:
    from sklearn.utils.extmath import softmax

    call: Call = np.errstate(all="ignore")(softmax)
    return call


def _binomial(method: str, which: int | None) -> Call:
    """Load a method of the binomial loss, called with y = 0; `which` of its values if several."""
    from sklearn._loss import HalfBinomialLoss

    evaluate = getattr(HalfBinomialLoss(), method)

    def call(x: FloatArray) -> FloatArray:
        got: Any = evaluate(y_true=np.zeros_like(x), raw_prediction=np.ascontiguousarray(x))
        values: FloatArray = got if which is None else got[which]
        return values

    return call


def _multinomial_loss(rows: FloatArray, k: int) -> FloatArray:
    from sklearn._loss import HalfMultinomialLoss

    y_true = np.full(len(rows), k, dtype=rows.dtype)
    loss: FloatArray = HalfMultinomialLoss(n_classes=rows.shape[1]).loss(y_true, rows)
    return loss


def _log_softmax() -> Call:
    import sklearn._loss  # noqa: F401

    def call(rows: FloatArray) -> FloatArray:
        out = np.empty_like(rows)
        for k in range(rows.shape[1]):
            out[:, k] = -_multinomial_loss(rows, k)
        return out

    return call


def _logsumexp0() -> Call:
    import sklearn._loss  # noqa: F401

    def call(rows: FloatArray) -> FloatArray:
        return _multinomial_loss(np.insert(rows, 0, 0, axis=1), 0)

    return call


def _probabilities() -> Call:
    from sklearn._loss import HalfMultinomialLoss

    def call(rows: FloatArray) -> FloatArray:
        loss = HalfMultinomialLoss(n_classes=rows.shape[1])
        shares: FloatArray = loss.gradient_proba(np.zeros(len(rows), dtype=rows.dtype), rows)[1]
        return shares

    return call


LIBRARY = Library(
    name="sklearn",
    module="sklearn",
    distribution="scikit-learn",
    install="pip install scikit-learn",
    implementations=(
        Implementation(
            "sklearn", "softmax", _FORMATS, _softmax, "sklearn.utils.extmath.softmax(x)"
        ),
        Implementation(
            "sklearn",
            "softplus",
            _OF_LOSSES,
            partial(_binomial, "loss", None),
            "sklearn._loss.HalfBinomialLoss().loss(0·x, x)",
        ),
        Implementation(
            "sklearn",
            "logistic",
            _OF_LOSSES,
            partial(_binomial, "gradient", None),
            "sklearn._loss.HalfBinomialLoss().gradient(0·x, x)",
        ),
        Implementation(
            "sklearn",
            "log_softmax",
            _OF_LOSSES,
            _log_softmax,
            "-sklearn._loss.HalfMultinomialLoss(n_classes=n).loss(k, x) for every k",
            # It is called once a class, each time with all of them.
            n_terms=(2, 10),
        ),
        Implementation(
            "sklearn",
            "logsumexp0",
            _OF_LOSSES,
            _logsumexp0,
            "sklearn._loss.HalfMultinomialLoss(n_classes=n + 1).loss(0, (0, x))",
        ),
        Implementation(
            "sklearn.loss_gradient",
            "softplus",
            ("binary64",),
            partial(_binomial, "loss_gradient", 0),
            "sklearn._loss.HalfBinomialLoss().loss_gradient(0·x, x)[0]",
        ),
        Implementation(
            "sklearn.loss_gradient",
            "logistic",
            ("binary64",),
            partial(_binomial, "loss_gradient", 1),
            "sklearn._loss.HalfBinomialLoss().loss_gradient(0·x, x)[1]",
        ),
        Implementation(
            "sklearn.gradient_proba",
            "softmax",
            _OF_LOSSES,
            _probabilities,
            "sklearn._loss.HalfMultinomialLoss(n_classes=n).gradient_proba(0, x)[1]",
        ),
    ),
)
