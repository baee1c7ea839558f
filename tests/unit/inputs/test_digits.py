"""The stored scores are what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from lse_verify.formats import BINARY16, BINARY32
from lse_verify.inputs.digits import digits_rows, fit_scores, stored_scores


def test_there_are_2500_rows_of_ten_scores() -> None:
    assert stored_scores().shape == (2500, 10)
    assert stored_scores().dtype == np.float32


def test_many_rows_exceed_the_overflow_of_exp_in_binary16() -> None:
    overflowing = (stored_scores().max(axis=1) > 11.09).mean()
    assert 0.2 < overflowing < 0.6


def test_binary32_keeps_the_scores_and_binary16_rounds_them() -> None:
    np.testing.assert_array_equal(digits_rows(BINARY32), stored_scores())
    np.testing.assert_allclose(digits_rows(BINARY16), stored_scores(), rtol=2**-11)


def test_the_code_that_made_the_scores_makes_them_again() -> None:
    pytest.importorskip("sklearn")
    np.testing.assert_allclose(fit_scores(), stored_scores(), atol=1e-3)
