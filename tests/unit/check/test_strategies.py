"""Rows of the regimes as Hypothesis strategies."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from lse_verify.errors import UnknownName, UsageError
from lse_verify.formats import FORMATS
from lse_verify.inputs.regimes import REGIMES
from lse_verify.strategies import rows

WITH_ROWS = [name for name, regime in REGIMES.items() if "logsumexp" in regime.functions]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("regime", WITH_ROWS)
def test_rows_are_of_the_format_and_finite_but_for_the_special_ones(regime: str, fmt: str) -> None:
    @settings(max_examples=10, database=None)
    @given(rows(fmt, regime))
    def check(x: Any) -> None:
        assert x.ndim == 1
        assert x.dtype == FORMATS[fmt].dtype
        assert x.size <= 4096
        assert x.flags.writeable
        assert regime == "special" or np.isfinite(x.astype(np.float64)).all()

    check()


def test_a_property_that_a_plain_sum_breaks_is_refuted_by_a_short_row() -> None:
    def overflows(x: Any) -> bool:
        with np.errstate(over="ignore"):
            return bool(np.isfinite(x).all() and np.isinf(np.exp(x).sum()))

    assert find(rows("binary32"), overflows).size <= 10


@settings(max_examples=50, database=None)
@given(st.data())
def test_one_example_does_not_write_into_another(data: st.DataObject) -> None:
    first = data.draw(rows("binary32", "gap"))
    kept = first.copy()
    first[:] = 7
    second = data.draw(rows("binary32", "gap"))
    assert not (second == 7).all()
    assert kept.size


def test_names_that_are_not_there_are_told() -> None:
    with pytest.raises(UnknownName, match="no regime named 'gapp'; did you mean 'gap'"):
        rows("binary32", "gapp")
    with pytest.raises(UnknownName, match="no format named 'float32'"):
        rows("float32")
    with pytest.raises(UsageError, match="the regime 'opposed' has no rows of terms; "):
        rows("binary32", "opposed")
