"""The library "scipy": ``special.logsumexp`` and its kin, ``special.expit``, and entropy.

Two implementations of negentropy are composed here. ``scipy.entr`` is minus the sum of the
elementwise ``special.entr``. ``scipy.stats_entropy`` is made of ``stats.entropy``, which is
H(p/s) with s = Σ pᵢ: another function than the sum −Σ pᵢ log pᵢ unless s = 1. Its
normalisation is undone, ``Σ pᵢ log pᵢ = s·(log s − H(p/s))``, so that it is SciPy's own
value, sign changed, where the floats sum to 1, and is not called wrong for answering another
question where they do not. These two and ``special.expit``, the logistic function, take no
binary16: of it ``special.entr`` makes binary32, and ``special.expit`` binary64.

Three calls should give the bits of the plain one. Along axis 0 NumPy adds in another order; weights
have code of their own, and so have infinite values with ``return_sign``. A tuple of axes and
``keepdims`` take the same path.
"""

from __future__ import annotations

import importlib.metadata
from functools import partial

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.library import Call, Implementation, Library

_FORMATS = ("binary16", "binary32", "binary64")
_WIDE = ("binary32", "binary64")


def _row_function(name: str) -> Call:
    """Load ``scipy.special.<name>``, applied along rows."""
    import scipy.special

    return partial(np.errstate(all="ignore")(getattr(scipy.special, name)), axis=-1)


def _along_columns(name: str) -> Call:
    """Load ``scipy.special.<name>``, applied along the columns of the transposed rows."""
    import scipy.special

    function = getattr(scipy.special, name)

    @np.errstate(all="ignore")
    def call(x: FloatArray) -> FloatArray:
        return np.ascontiguousarray(function(np.ascontiguousarray(x.T), axis=0).T)

    return call


def _weighted() -> Call:
    import scipy.special

    @np.errstate(all="ignore")
    def weighted(x: FloatArray, b: FloatArray) -> FloatArray:
        found: FloatArray = scipy.special.logsumexp(x, b=b, axis=-1)
        return found

    return weighted


def _with_weights_of_one() -> Call:
    weighted = _weighted()

    def logsumexp(x: FloatArray) -> FloatArray:
        return weighted(x, np.ones_like(x))

    return logsumexp


def _with_sign() -> Call:
    import scipy.special

    @np.errstate(all="ignore")
    def weighted(x: FloatArray, b: FloatArray) -> FloatArray:
        value, sign = scipy.special.logsumexp(x, b=b, axis=-1, return_sign=True)
        found: FloatArray = np.where(sign < 0, x.dtype.type(np.nan), value)
        return found

    return weighted


def _of_values(name: str) -> Call:
    """Load ``scipy.special.<name>``, applied to every number."""
    import scipy.special

    function: Call = np.errstate(all="ignore")(getattr(scipy.special, name))
    return function


def _entr() -> Call:
    import scipy.special

    @np.errstate(all="ignore")
    def negentropy(p: FloatArray) -> FloatArray:
        total: FloatArray = -scipy.special.entr(p).sum(axis=-1)
        return total

    return negentropy


def _stats_entropy() -> Call:
    import scipy.stats

    @np.errstate(all="ignore")
    def negentropy(p: FloatArray) -> FloatArray:
        total = p.sum(axis=-1)
        entropy = scipy.stats.entropy(p, axis=-1)
        # Before 1.15 the entropy of binary32 rows came as binary64.
        rounded: FloatArray = (total * (np.log(total) - entropy)).astype(p.dtype)
        return rounded

    return negentropy


def _offers_softplus() -> bool:
    """Tell whether ``special.softplus`` is there: since SciPy 1.15, and without importing it."""
    try:
        version = importlib.metadata.version("scipy")
    except importlib.metadata.PackageNotFoundError:
        # All that it offers is shown, as not installed.
        return True
    major, minor = version.split(".")[:2]
    return (int(major), int(minor)) >= (1, 15)


def _along_axis_0(name: str) -> Implementation:
    return Implementation(
        name="scipy.axis0",
        function=name,
        formats=_FORMATS,
        load=partial(_along_columns, name),
        calls=f"scipy.special.{name}(x.T, axis=0).T",
        twin="scipy",
    )


_WEIGHTED = (
    Implementation(
        "scipy",
        "weighted_logsumexp",
        _FORMATS,
        _weighted,
        "scipy.special.logsumexp(x, b=b, axis=-1)",
    ),
    Implementation(
        name="scipy.return_sign",
        function="weighted_logsumexp",
        formats=_FORMATS,
        load=_with_sign,
        calls="scipy.special.logsumexp(x, b=b, axis=-1, return_sign=True): NaN if the sign is -1",
        twin="scipy",
    ),
    Implementation(
        name="scipy.weights",
        function="logsumexp",
        formats=_FORMATS,
        load=_with_weights_of_one,
        calls="scipy.special.logsumexp(x, b=numpy.ones_like(x), axis=-1)",
        twin="scipy",
    ),
)


def _along_rows(name: str) -> Implementation:
    return Implementation(
        name="scipy",
        function=name,
        formats=_FORMATS,
        load=partial(_row_function, name),
        calls=f"scipy.special.{name}(x, axis=-1)",
    )


_SOFTPLUS = Implementation(
    "scipy", "softplus", _FORMATS, partial(_of_values, "softplus"), "scipy.special.softplus(x)"
)

LIBRARY = Library(
    name="scipy",
    module="scipy",
    distribution="scipy",
    install="pip install scipy",
    implementations=(
        *(_along_rows(name) for name in ("logsumexp", "softmax", "log_softmax")),
        *(_along_axis_0(name) for name in ("logsumexp", "softmax", "log_softmax")),
        *_WEIGHTED,
        *((_SOFTPLUS,) if _offers_softplus() else ()),
        Implementation(
            "scipy", "logistic", _WIDE, partial(_of_values, "expit"), "scipy.special.expit(x)"
        ),
        Implementation(
            name="scipy.entr",
            function="negentropy",
            formats=_WIDE,
            load=_entr,
            calls="-scipy.special.entr(p).sum(axis=-1)",
            composed=True,
        ),
        Implementation(
            name="scipy.stats_entropy",
            function="negentropy",
            formats=_WIDE,
            load=_stats_entropy,
            calls="s * (log(s) - scipy.stats.entropy(p, axis=-1)), s = p.sum(axis=-1): "
            "the normalisation by s undone",
            composed=True,
        ),
    ),
)
