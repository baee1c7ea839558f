"""One input, asked alone and as many equal rows: what differs is told, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lse_verify.audit.explain import Answer, explain
from lse_verify.audit.grade import Workplace
from lse_verify.audit.point import COPIES, block_of, read_point
from lse_verify.family import function_named
from lse_verify.formats import format_named
from lse_verify.implementations.registry import select

Explain = Callable[..., list[Answer]]

MINE = '''
import numpy as np


def _right(x):
    with np.errstate(all="ignore"):
        return np.logaddexp(x.astype(np.float64), 0.0).astype(np.float32)


def same(x):
    return _right(x)


def vectors(x):
    """Three floats too high wherever a whole vector of eight is filled."""
    y = _right(x)
    return np.where(np.arange(x.size) < x.size // 8 * 8, y + 3 * np.spacing(y), y)


def not_the_last(x):
    """One float too high but in the last four places."""
    y = _right(x)
    return np.where(np.arange(x.size) < x.size - 4, y + np.spacing(y), y)


def refuses(x):
    if x.size > 1:
        raise ValueError("one at a time")
    return _right(x)


def other_nan(x):
    word = 0x7FC00000 if x.size == 1 else 0xFFC00001
    return np.full(x.size, word, dtype=np.uint32).view(np.float32)


def other_zero(x):
    return np.full(x.size, 0.0 if x.size == 1 else -0.0, dtype=np.float32)


def shares(x):
    """The second share of two is a float too high among others."""
    e = np.exp(x.astype(np.float64))
    y = (e / e.sum(axis=1, keepdims=True)).astype(np.float32)
    if len(y) > 1:
        y[:, 1] += np.spacing(y[:, 1])
    return y


def alone_only(x):
    if len(x) > 1:
        raise ValueError("too many rows")
    return np.log(np.exp(x.astype(np.float64)).sum(axis=1)).astype(np.float32)
'''


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explain:
    (tmp_path / "mine.py").write_text(MINE)
    monkeypatch.chdir(tmp_path)

    def answers(name: str, *arguments: str, function: str = "softplus") -> list[Answer]:
        chosen, fmt = function_named(function), format_named("binary32")
        block = block_of(chosen, fmt, read_point(chosen, fmt, arguments))
        implementations = select([f"mine.py:{name}"], [function], ["binary32"])
        workplace = Workplace(None, tmp_path)
        (found,) = explain(implementations, function, "binary32", block, workplace)
        return found

    return answers


def test_the_same_answer_alone_and_among_equal_rows_is_told_once(ask: Explain) -> None:
    (alone,) = ask("same", "1.5")
    assert (alone.copies, alone.times) == (1, 1)


def test_another_answer_among_equal_rows_is_told_with_its_own_error_and_stability(
    ask: Explain,
) -> None:
    alone, among = ask("vectors", "1.5")
    assert (alone.copies, among.copies, among.times) == (1, COPIES, COPIES)
    assert float.fromhex(among.got_hex) - float.fromhex(alone.got_hex) == 3 * 2.0**-23
    assert 2.5 < float(among.error_ulps) - float(alone.error_ulps) < 3.5
    assert float(among.stability) > 4 * float(alone.stability)
    assert among.truth == alone.truth


def test_of_equal_rows_that_differ_among_themselves_it_is_told_how_many_do(ask: Explain) -> None:
    _, among = ask("not_the_last", "1.5")
    assert (among.copies, among.times) == (COPIES, COPIES - 4)


def test_no_answer_among_equal_rows_is_told_beside_that_alone(ask: Explain) -> None:
    alone, among = ask("refuses", "1.5")
    assert alone.error_ulps
    assert (among.copies, among.failure) == (COPIES, "exception: ValueError: one at a time")


def test_a_nan_of_other_bits_is_the_same_answer(ask: Explain) -> None:
    (alone,) = ask("other_nan", "1.5")
    assert alone.got == "nan"


def test_a_zero_of_another_sign_is_another_answer(ask: Explain) -> None:
    assert [answer.got for answer in ask("other_zero", "-200")] == ["0.0", "-0.0"]


def test_of_a_row_of_answers_only_those_that_differ_are_told_again(ask: Explain) -> None:
    found = ask("shares", "0", "1", function="softmax")
    assert [(answer.output, answer.copies) for answer in found] == [(0, 1), (1, 1), (1, COPIES)]


def test_a_row_too_long_to_be_copied_is_asked_alone(ask: Explain) -> None:
    (alone,) = ask("alone_only", f"0*{1 << 17}", function="logsumexp")
    assert alone.got
