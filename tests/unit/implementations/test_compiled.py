"""Compiled calls: quotients that a compiler may fuse, and the bits beside the uncompiled call."""

from __future__ import annotations

import importlib.util
from fractions import Fraction

import numpy as np
import pytest

from lse_verify.formats import FORMATS, Format
from lse_verify.implementations.adapters.quotients import DIVISIBLE, DIVISOR, dividends_of
from lse_verify.implementations.adapters.torch_compile_adapter import LIBRARY as TORCH_COMPILE
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import find, libraries

COMPILED = [
    i for library in libraries().values() for i in library.implementations if i.twin is not None
]


def rows(fmt: Format, shape: tuple[int, int], scale: float = 8.0) -> np.ndarray:
    rng = np.random.default_rng(11)
    return fmt.cast(scale * rng.standard_normal(shape))


@pytest.mark.parametrize("name", DIVISIBLE)
def test_quotients_are_the_rows_wherever_that_is_claimed(name: str) -> None:
    fmt = FORMATS[name]
    wanted = rows(fmt, (4000, 3))
    dividends, reached = dividends_of(wanted)
    assert dividends.dtype == wanted.dtype
    assert reached.mean() > 0.95
    for x, y, claimed in zip(dividends[:200], wanted[:200], reached[:200], strict=True):
        quotients = [Fraction(float(v)) / Fraction(DIVISOR) for v in x]
        assert not claimed or [fmt.round(q) for q in quotients] == [float(v) for v in y]


def test_special_values_are_quotients_and_what_is_none_is_said() -> None:
    special = np.array([[np.inf, -np.inf, np.nan, 0.0, -0.0]])
    dividends, reached = dividends_of(special)
    assert reached.all()
    np.testing.assert_array_equal(dividends, special)
    below_2 = np.nextafter(np.array([[2.0]]), 0)
    assert [dividends_of(below_2)[1].tolist(), DIVISIBLE[0]] == [[False], "binary16"]


def test_what_is_compiled_names_an_implementation_of_the_same_function() -> None:
    for implementation in COMPILED:
        assert implementation.twin is not None
        twin = find(implementation.twin, implementation.function)
        assert set(implementation.formats) <= set(twin.formats)
        assert implementation.name != twin.name


JAX = [i for i in COMPILED if i.library == "jax" and i.name.startswith("jax.jit")]


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
@pytest.mark.parametrize("implementation", JAX, ids=lambda i: f"{i.name}-{i.function}")
def test_jax_compiled_is_near_the_uncompiled_call(implementation: Implementation) -> None:
    near(implementation, "binary32")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
@pytest.mark.skipif(not TORCH_COMPILE.installed, reason="torch or a C++ compiler is not installed")
@pytest.mark.parametrize("name", ["torch_compile", "torch_compile.quotient"])
def test_torch_compiled_is_near_the_uncompiled_call(name: str) -> None:
    near(find(name, "logsumexp"), "binary32")


def near(implementation: Implementation, name: str) -> None:
    assert implementation.twin is not None
    x = rows(FORMATS[name], (40, 6))
    given = x.copy()
    got = implementation.load()(given)
    plain = find(implementation.twin, implementation.function).load()(x.copy())
    assert given.tobytes() == x.tobytes()
    assert (type(got), got.dtype, got.shape) == (np.ndarray, plain.dtype, plain.shape)
    np.testing.assert_allclose(got, plain, rtol=1e-5, atol=1e-6)


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="jax is not installed")
def test_the_fused_softmax_of_jax_is_no_number_far_from_zero() -> None:
    """Known bug 8, jax#37234: the peak that is subtracted is rounded otherwise than its term."""
    x = rows(FORMATS["binary32"], (20, 4), scale=1e12)
    got = find("jax.jit_quotient", "softmax").load()(x)
    assert np.isnan(got).any()
    assert not np.isnan(find("jax", "softmax").load()(x)).any()
