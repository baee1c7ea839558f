"""Real scores: what a classifier gives the ten classes of handwritten digits.

A logistic regression is fitted to the 1797 images of scikit-learn's digits, and gives the
scores of these and of 703 copies shifted to the right by a pixel: 2500 rows of ten, the
size of the experiment of Blanchard, Higham & Higham. It is regularised so weakly that in
two rows of five the largest score is beyond 11.09, where exp overflows in binary16.
`fit_scores` is the code that made the array file; its use alone needs scikit-learn.

References
----------
P. Blanchard, D. J. Higham, N. J. Higham: Accurately computing the log-sum-exp and softmax
functions. IMA J. Numer. Anal. 41(4), 2021.
E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits. UCI Machine Learning
Repository, 1998 (CC BY 4.0).
"""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lse_verify.family.block import Block
from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.arrange import Arrangement
from lse_verify.inputs.values import Shape, finite

N_SHIFTED = 703
N_CLASSES = 10

WHOLE = ("logsumexp", "softmax", "log_softmax")
"""The functions that get all rows, whatever the samples: those of the experiment."""


def fit_scores() -> NDArray[np.float32]:
    """Fit the classifier and return the scores, shape (2500, 10)."""
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression

    digits: Any = load_digits()
    images = digits.images / 16.0
    shifted = np.pad(images[:N_SHIFTED, :, :-1], ((0, 0), (0, 0), (1, 0)))
    pixels = np.concatenate([images, shifted]).reshape(-1, 64)
    model = LogisticRegression(C=10.0, solver="newton-cholesky", tol=1e-10)
    model.fit(pixels[: len(images)], digits.target)
    return np.asarray(model.decision_function(pixels), dtype=np.float32)


def stored_scores() -> NDArray[np.float32]:
    """Return the scores as stored, shape (2500, 10)."""
    with as_file(files("lse_verify.inputs") / "digits_logits.npy") as path:
        return np.asarray(np.load(path, allow_pickle=False), dtype=np.float32)


def digits_rows(fmt: Format) -> FloatArray:
    """Return the scores rounded to a format, shape (2500, 10)."""
    return finite(fmt, stored_scores().astype(np.float64))


def some_digits(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows of scores; of more than ten terms, those of several images side by side."""
    m, n = shape
    images = -(-n // N_CLASSES)
    scores = digits_rows(fmt)
    return np.ascontiguousarray(
        scores[rng.integers(0, len(scores), (m, images))].reshape(m, -1)[:, :n]
    )


def digits_blocks(
    function: str, fmt: Format, rng: np.random.Generator, samples: int
) -> tuple[Block, ...]:
    """Return all scores for the functions of the experiment, and some for the others."""
    if function in WHOLE:
        return (Block((digits_rows(fmt),)),)
    return Arrangement(some_digits, (N_CLASSES,))(function, fmt, rng, samples)
