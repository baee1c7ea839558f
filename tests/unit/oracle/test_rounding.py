"""Rounding whole arrays: every tier in turn, and none of them guesses.

Each tier is taken away from below, so that the next has to answer; the answers are the same.
"""

from __future__ import annotations

import numpy as np
import pytest

from lse_verify.enclosure import EnclosureArray
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import BINARY64, FORMATS, FloatArray, Format
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle import rounding
from lse_verify.oracle.double_double.rows import enclose
from lse_verify.oracle.rounding import rounded_rows

NAMES = (
    *("logsumexp", "softmax", "log_softmax", "logaddexp", "softplus", "logistic"),
    *("logsumexp0", "negentropy", "log_softmax_gradient"),
)
every_name = pytest.mark.parametrize("name", NAMES)
every_format = pytest.mark.parametrize("fmt", list(FORMATS.values()), ids=lambda fmt: fmt.name)


def blocks(name: str, fmt: Format) -> list[Block]:
    """Return a few ordinary rows, and all that are special."""
    regimes = ("gaussian", "underflow", "special", "ties")
    drawn = (block for r in regimes for block in REGIMES[r].draw(name, fmt, 12, 6).blocks)
    return [block.between(0, 40) for block in drawn if block.n_terms < 50]


def rounded(name: str, block: Block, fmt: Format) -> FloatArray:
    arrays = tuple(a for a in block.arguments if isinstance(a, np.ndarray))
    return rounded_rows(FUNCTIONS[name], arrays, fmt)


def nothing_decided(function: Function, block: Block, fmt: Format) -> rounding.Decided:
    count = block.n_rows * (block.n_terms if function.returns_row else 1)
    return np.zeros(count, dtype=fmt.dtype), np.zeros(count, dtype=bool)


def nothing_known(function: Function, block: Block) -> EnclosureArray:
    count = block.n_rows * (block.n_terms if function.returns_row else 1)
    return EnclosureArray(
        np.full(count, 0.5),
        np.zeros(count),
        np.full(count, np.inf),
        np.zeros(count, dtype=np.int64),
    )


@every_name
@every_format
def test_without_the_tier_in_binary64_the_next_gives_the_same(
    name: str, fmt: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [rounded(name, block, fmt) for block in blocks(name, fmt)]
    monkeypatch.setattr(rounding, "_NARROW", {})
    found = [rounded(name, block, fmt) for block in blocks(name, fmt)]
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.tobytes() == theirs.tobytes() or np.isnan(theirs).any()
        np.testing.assert_array_equal(ours.astype(np.float64), theirs.astype(np.float64))


@every_name
@every_format
def test_without_the_kernels_the_ladder_gives_the_same(
    name: str, fmt: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = [rounded(name, block, fmt) for block in blocks(name, fmt)]
    monkeypatch.setattr(rounding, "_by_kernels", nothing_decided)
    found = [rounded(name, block, fmt) for block in blocks(name, fmt)]
    for ours, theirs in zip(found, expected, strict=True):
        assert ours.tobytes() == theirs.tobytes() or np.isnan(theirs).any()
        np.testing.assert_array_equal(ours.astype(np.float64), theirs.astype(np.float64))


@every_format
def test_without_the_kernels_and_the_quick_look_the_rounding_is_the_same(
    fmt: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = fmt.cast(np.random.default_rng(13).normal(0, 3, (500, 4)))
    expected = rounded_rows(FUNCTIONS["logsumexp"], (x,), fmt)

    def nothing(found: EnclosureArray) -> tuple[FloatArray, FloatArray]:
        return np.zeros(len(found)), np.zeros(len(found), dtype=bool)

    monkeypatch.setattr(rounding, "round_to_binary64", nothing)
    assert rounded_rows(FUNCTIONS["logsumexp"], (x,), fmt).tobytes() == expected.tobytes()
    monkeypatch.setattr(rounding, "enclose_chunk", nothing_known)
    monkeypatch.setattr(rounding, "_NARROW", {})
    some = rounded_rows(FUNCTIONS["logsumexp"], (x[:60],), fmt)
    assert some.tobytes() == expected[:60].tobytes()


@every_name
def test_a_rounding_does_not_depend_on_its_chunk(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = blocks(name, BINARY64)
    expected = [rounded(name, block, BINARY64) for block in given]
    monkeypatch.setattr(enclose, "_MOST_RESULTS", 13)
    for block, whole in zip(given, expected, strict=True):
        np.testing.assert_array_equal(rounded(name, block, BINARY64), whole)


@every_format
def test_no_rows_and_no_terms_are_answered(fmt: Format) -> None:
    for shape, name, expected in (
        # float8_e4m3fn has nothing but NaN for −∞.
        ((2, 0), "logsumexp", [-np.inf if fmt.has_infinity else np.nan] * 2),
        ((0, 2), "softmax", []),
        ((3, 0), "softmax", []),
    ):
        found = rounded_rows(FUNCTIONS[name], (np.zeros(shape, dtype=fmt.dtype),), fmt)
        assert found.dtype == fmt.dtype
        np.testing.assert_array_equal(found.astype(np.float64), expected)
