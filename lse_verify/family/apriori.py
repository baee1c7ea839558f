"""A-priori error bounds of Blanchard, Higham & Higham, to first order in u.

References
----------
P. Blanchard, D. J. Higham, N. J. Higham, "Accurately computing the log-sum-exp and softmax
functions", IMA J. Numer. Anal. 41(4), 2021, pp. 2311–2330.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lse_verify.enclosure import Floats

Bound = Callable[[Floats, Floats], Floats]


def _naive_logsumexp(row: Floats, lse: Floats) -> Floats:
    return np.asarray(1 + (row.shape[1] + 1) / np.abs(lse))


def _shifted_logsumexp(row: Floats, lse: Floats) -> Floats:
    return np.asarray(np.abs(lse + row.shape[1] - row.min(axis=1)) / np.abs(lse))


def _naive_softmax(row: Floats, lse: Floats) -> Floats:
    return np.asarray(np.full(len(row), row.shape[1] + 3.0))


def _shifted_softmax(row: Floats, lse: Floats) -> Floats:
    return np.asarray(row.shape[1] + 2 + 2 * (row.max(axis=1) - row.min(axis=1)))


def _farthest(row: Floats, lse: Floats) -> Floats:
    return np.asarray(np.abs(row - lse[:, None]).max(axis=1))


def _division_free_naive(row: Floats, lse: Floats) -> Floats:
    return np.asarray(np.abs(lse) + _farthest(row, lse) + row.shape[1] + 2)


def _division_free_shifted(row: Floats, lse: Floats) -> Floats:
    return np.asarray(1 + _farthest(row, lse) + np.abs(lse + row.shape[1] - row.min(axis=1)))


BOUNDS: dict[str, Bound] = {
    "logsumexp.naive": _naive_logsumexp,
    "logsumexp.shifted": _shifted_logsumexp,
    "softmax.naive": _naive_softmax,
    "softmax.shifted": _shifted_softmax,
    "softmax.division_free_naive": _division_free_naive,
    "softmax.division_free_shifted": _division_free_shifted,
}
"""By algorithm: the bound over u of each row, on |ŷ−y|/|y| or ‖ĝ−g‖∞/‖g‖∞."""


def apriori_bound(algorithm: str, row: Floats) -> Floats:
    """Return the bound of each row in units of u.

    Parameters
    ----------
    algorithm : str
        A key of `BOUNDS`.
    row : ndarray of float64, shape (m, n)
        Finite rows.
    """
    peak = row.max(axis=1)
    with np.errstate(all="ignore"):
        lse = peak + np.log(np.exp(row - peak[:, None]).sum(axis=1))
        return BOUNDS[algorithm](row, lse)
