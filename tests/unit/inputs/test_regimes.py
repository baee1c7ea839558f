"""Every regime keeps the contract of `Regime` for every function and format."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import numpy as np
import pytest

from lse_verify.errors import UnknownName
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import BINARY32, BINARY64, FORMATS, FloatArray, Format
from lse_verify.inputs.batch import Batch, Regime
from lse_verify.inputs.digits import WHOLE
from lse_verify.inputs.regimes import REGIMES, regime_named

SAMPLES = 40
FINITE = [regime for regime in REGIMES.values() if regime.name != "special"]


def batches(regime: Regime) -> Iterator[Batch]:
    """Draw a batch for every function and format of a regime."""
    for function in sorted(regime.functions):
        for fmt in FORMATS.values():
            yield regime.draw(function, fmt, seed=7, samples=SAMPLES)


def arrays(blocks: tuple[Block, ...]) -> Iterator[FloatArray]:
    """Iterate over the array arguments of blocks."""
    for block in blocks:
        yield from (a for a in block.arguments if isinstance(a, np.ndarray))


def parameters(block: Block) -> list[float]:
    """Return the parameters of a block."""
    return [a for a in block.arguments if isinstance(a, float)]


def bits(batch: Batch) -> list[bytes]:
    """Return the bytes of a batch."""
    return [array.tobytes() for array in arrays(batch.blocks)]


def test_every_function_has_most_regimes() -> None:
    counts = {name: sum(name in r.functions for r in REGIMES.values()) for name in FUNCTIONS}
    assert min(counts.values()) >= 9, counts


@pytest.mark.parametrize("regime", REGIMES.values(), ids=REGIMES)
def test_arguments_are_of_the_kinds_that_the_function_takes(regime: Regime) -> None:
    kinds = {2: "row", 1: "value"}
    for batch in batches(regime):
        for block in batch.blocks:
            drawn = tuple(
                "parameter" if isinstance(a, float) else kinds[a.ndim] for a in block.arguments
            )
            assert drawn == FUNCTIONS[batch.function].arguments


@pytest.mark.parametrize("regime", REGIMES.values(), ids=REGIMES)
def test_arrays_are_contiguous_writable_and_of_the_format(regime: Regime) -> None:
    for batch in batches(regime):
        assert batch.blocks
        for array in arrays(batch.blocks):
            assert array.dtype == batch.fmt.dtype
            assert array.flags.c_contiguous
            assert array.flags.writeable


@pytest.mark.parametrize("regime", FINITE, ids=lambda regime: regime.name)
def test_every_entry_is_finite(regime: Regime) -> None:
    for batch in batches(regime):
        for array in arrays(batch.blocks):
            assert np.isfinite(array).all(), (batch.function, batch.fmt.name)


@pytest.mark.parametrize("regime", REGIMES.values(), ids=REGIMES)
def test_parameters_are_positive_floats_of_the_format(regime: Regime) -> None:
    for batch in batches(regime):
        for block in batch.blocks:
            for parameter in parameters(block):
                assert parameter > 0
                assert batch.fmt.contains(parameter)


@pytest.mark.parametrize("regime", REGIMES.values(), ids=REGIMES)
def test_trials_are_whole_numbers(regime: Regime) -> None:
    for function in regime.functions & {"binomial_cumulant", "multinomial_cumulant"}:
        for block in regime.draw(function, BINARY64, seed=7, samples=SAMPLES).blocks:
            assert all(trials.is_integer() for trials in parameters(block))


@pytest.mark.parametrize("regime", REGIMES.values(), ids=REGIMES)
def test_the_same_seed_gives_the_same_bits(regime: Regime) -> None:
    for function in regime.functions:
        first, again = (regime.draw(function, BINARY32, 3, SAMPLES) for _ in range(2))
        assert bits(first) == bits(again)


@pytest.mark.parametrize("regime", FINITE, ids=lambda regime: regime.name)
def test_another_seed_gives_other_bits(regime: Regime) -> None:
    whole = WHOLE if regime.name == "digits" else ()
    for function in regime.functions.difference(whole):
        assert bits(regime.draw(function, BINARY32, 3, SAMPLES)) != bits(
            regime.draw(function, BINARY32, 4, SAMPLES)
        )


def test_special_inputs_do_not_depend_on_the_seed() -> None:
    special = REGIMES["special"]
    first, other = (special.draw("logsumexp", BINARY64, seed, SAMPLES) for seed in (1, 2))
    assert bits(first) == bits(other)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_a_function_meets_few_shapes(fmt: Format) -> None:
    for function in FUNCTIONS:
        shapes = {
            array.shape
            for regime in FINITE
            if function in regime.functions and regime.name != "many"
            for array in arrays(regime.draw(function, fmt, 1, SAMPLES).blocks)
        }
        assert len(shapes) <= 4, (function, shapes)


def test_row_counts_are_odd_so_that_vector_loops_have_tails() -> None:
    for regime in FINITE:
        whole = WHOLE if regime.name == "digits" else ()
        for function in regime.functions.difference(whole):
            for block in regime.draw(function, BINARY32, 1, SAMPLES).blocks:
                assert block.n_rows % 2 == 1


def test_one_sample_is_enough_to_draw_every_regime() -> None:
    for regime in REGIMES.values():
        for function in regime.functions:
            assert regime.draw(function, BINARY64, 1, samples=1).blocks


def test_reasons_are_one_sentence() -> None:
    for regime in REGIMES.values():
        assert regime.reason.endswith(".")
        assert ". " not in regime.reason


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'cancellation'"):
        regime_named("cancelation")


def test_regimes_survive_the_way_to_another_process() -> None:
    for regime in FINITE:
        function = min(regime.functions)
        sent = pickle.loads(pickle.dumps(regime))
        assert bits(sent.draw(function, BINARY64, 1, 1)) == bits(
            regime.draw(function, BINARY64, 1, 1)
        )
