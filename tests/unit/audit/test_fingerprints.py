"""Fingerprints tell whether two implementations gave the same bits to the same inputs."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Callable
from functools import reduce
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lse_verify.audit import site as site_module
from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.fingerprint import Fingerprint, answered, inputs_of, refused
from lse_verify.audit.grade import Workplace
from lse_verify.audit.ledger import Entry
from lse_verify.family.block import Block
from lse_verify.formats import FORMATS

Grade = Callable[..., Finding]

SOURCE = """
    import numpy as np

    def shifted(x):
        peak = x.max(axis=1, keepdims=True)
        return (peak + np.log(np.exp(x - peak).sum(axis=1, keepdims=True)))[:, 0]

    def same_bits(x):
        # Another code for the same float operations in the same order.
        peak = np.max(x, axis=-1)
        return peak + np.log(np.add.reduce(np.exp(x - peak[:, None]), axis=-1))

    def one_bit(x):
        y = same_bits(x)
        y[-1] = np.nextafter(y[-1], np.inf, dtype=y.dtype)
        return y

    def no_empty(x):
        if x.shape[1] == 0:
            raise ValueError("no terms")
        return np.logaddexp.reduce(x, axis=1)

    def no_empty_either(x):
        if x.shape[1] == 0:
            raise TypeError("other words")
        return np.logaddexp.reduce(x, axis=1)

    def empty_too(x):
        return np.logaddexp.reduce(x, axis=1)

    def never(x):
        raise ValueError("never")
"""


@pytest.fixture
def grade(tmp_path: Path) -> Grade:
    (tmp_path / "mine.py").write_text(textwrap.dedent(SOURCE))
    grader = Workplace(None, tmp_path).grader()

    def make(attribute: str, regime: str = "gaussian", seed: int = 0, samples: int = 9) -> Finding:
        cell = Cell(f"mine.py:{attribute}", "logsumexp", "binary32", regime, seed, samples)
        return grader.grade(cell).finding

    return make


def _block(*values: float, fmt: str = "binary64") -> Block:
    return Block((FORMATS[fmt].cast(np.array(values)),))


def _print(block: Block, *answers: float, fmt: str = "binary64") -> Fingerprint:
    return answered(inputs_of(block), FORMATS[fmt].cast(np.array(answers)))


@pytest.mark.parametrize("fmt", FORMATS)
def test_one_changed_bit_of_one_answer_is_another_fingerprint(fmt: str) -> None:
    got = FORMATS[fmt].cast(np.array([0.0, 0.5, 1.5]))
    known = answered(inputs_of(_block(1, 2, 3, fmt=fmt)), got)
    for place, bit in itertools.product(range(3), range(FORMATS[fmt].bits)):
        other = got.copy()
        words = other.view(f"u{got.dtype.itemsize}")
        words[place] ^= words.dtype.type(1 << bit)
        found = answered(inputs_of(_block(1, 2, 3, fmt=fmt)), other)
        assert found.inputs == known.inputs
        assert found.answers != known.answers


def test_nans_are_alike_whatever_their_bits() -> None:
    words = np.array([0x7FF8000000000000, 0xFFF8000000000001, 0x7FF0000000000001], np.uint64)
    inputs = inputs_of(_block(1))
    assert len({answered(inputs, words[i : i + 1].view(np.float64)).answers for i in range(3)}) == 1


def test_the_answer_itself_is_left_as_it_was() -> None:
    got = np.array([0xFFF8000000000001], np.uint64).view(np.float64)
    answered(inputs_of(_block(1)), got)
    assert got.view(np.uint64)[0] == 0xFFF8000000000001


def test_zeros_of_different_signs_are_different_bits() -> None:
    assert _print(_block(1), 0.0) != _print(_block(1), -0.0)


def test_the_same_answers_to_other_inputs_are_another_fingerprint() -> None:
    known = _print(_block(1, 2), 3, 4)
    for inputs in (_block(2, 1), _block(1, 2.5), _block(1, 2, 3), _block(0.0, -0.0)):
        found = _print(inputs, 3, 4)
        assert found.inputs != known.inputs
        assert found.answers != known.answers


def test_inputs_of_other_shape_format_or_parameter_are_others() -> None:
    row = np.arange(6.0)
    blocks = [
        Block((row.reshape(2, 3),)),
        Block((row.reshape(3, 2),)),
        Block((row[:3], row[3:])),
        Block((row.reshape(2, 3), 1.0)),
        Block((row.reshape(2, 3), 2.0)),
        Block((row.reshape(2, 3).astype(np.float32),)),
        Block((np.zeros((1, 0)),)),
    ]
    assert len({inputs_of(block) for block in blocks}) == len(blocks)


def test_blocks_merge_in_any_order_to_the_same() -> None:
    prints = [_print(_block(i, i + 1), i, 7) for i in range(4)]
    merged = {reduce(Fingerprint.merge, order) for order in itertools.permutations(prints)}
    assert len(merged) == 1
    # Of the parts one that is there twice is not taken for one that is there once.
    assert merged != {reduce(Fingerprint.merge, [*prints, prints[0]])}


def test_a_finding_without_one_is_neutral() -> None:
    found = Finding(fingerprint=_print(_block(1), 2))
    assert found.merge(Finding()) == found == Finding().merge(found)
    assert found.merge(found).fingerprint == _print(_block(1), 2).merge(_print(_block(1), 2))


def test_refusals_of_one_kind_are_alike_and_no_answer() -> None:
    inputs = inputs_of(_block(1))
    assert refused(inputs, "exception") == refused(inputs, "exception")
    kinds = {refused(inputs, "exception"), refused(inputs, "shape"), _print(_block(1), np.nan)}
    assert len({k.answers for k in kinds}) == 3
    assert len({k.inputs for k in kinds}) == 1


def test_two_codes_of_the_same_operations_have_one_fingerprint(grade: Grade) -> None:
    first, second = grade("shifted"), grade("same_bits")
    assert first.fingerprint
    assert first.fingerprint == second.fingerprint


def test_one_bit_in_one_row_of_a_cell_is_seen(grade: Grade) -> None:
    first, second = grade("same_bits").fingerprint, grade("one_bit").fingerprint
    assert first
    assert second
    assert first.inputs == second.inputs
    assert first.answers != second.answers


def test_it_is_the_same_however_a_block_is_cut_for_measuring(
    grade: Grade, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = grade("shifted").fingerprint
    monkeypatch.setattr(site_module, "MOST_OUTPUTS", 2)
    assert whole
    assert grade("shifted").fingerprint == whole


def test_another_seed_or_number_of_samples_has_other_inputs(grade: Grade) -> None:
    found = [grade("shifted", seed=s, samples=n).fingerprint for s, n in ((0, 9), (1, 9), (0, 12))]
    assert all(found)
    assert len({f.inputs for f in found if f}) == 3


def test_who_refuses_what_another_answers_has_another_fingerprint(grade: Grade) -> None:
    names = ("no_empty", "no_empty_either", "empty_too")
    found = [grade(name, regime="special").fingerprint for name in names]
    assert all(found)
    assert found[0] == found[1] != found[2]
    assert len({f.inputs for f in found if f}) == 1


def test_who_never_answers_has_one_too(grade: Grade) -> None:
    found = grade("never").fingerprint
    assert found
    assert found.inputs == (grade("shifted").fingerprint or found).inputs


def test_an_entry_from_before_reads_back_and_is_written_as_it_was() -> None:
    entry = Entry(Cell("alpha", "logsumexp", "binary64", "gap", 7, 9), Finding(rows=3), 0.5, 3)
    before = msgspec.json.encode(entry)
    assert b"fingerprint" not in before
    read = msgspec.json.decode(before, type=Entry)
    assert read.finding.fingerprint is msgspec.UNSET
    assert msgspec.json.encode(read) == before


def test_it_reads_back_equal_from_json() -> None:
    found = Finding(fingerprint=_print(_block(1), 2))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Finding) == found
