"""PyTorch: memory is shared with the caller, and one thread computes."""

from __future__ import annotations

import numpy as np
import pytest
from adapter_contract import found

from lse_verify.formats import FORMATS
from lse_verify.implementations.adapters import torch_adapter


def test_torch_sees_the_memory_of_the_caller() -> None:
    torch = pytest.importorskip("torch")
    rows = np.zeros((2, 3), dtype=np.float32)
    torch_adapter.tensor_of(torch, rows).add_(1)
    assert rows.tolist() == [[1, 1, 1], [1, 1, 1]]


def test_torch_sees_the_memory_of_a_bfloat16_array() -> None:
    torch = pytest.importorskip("torch")
    rows = FORMATS["bfloat16"].cast(np.zeros((2, 2)))
    torch_adapter.tensor_of(torch, rows).add_(1.5)
    assert rows.astype(np.float64).tolist() == [[1.5, 1.5], [1.5, 1.5]]


def test_torch_takes_rows_that_run_backwards() -> None:
    logsumexp = found("torch", "logsumexp").load()
    rows = np.array([[1.0, 2.0, -700.0]])
    assert logsumexp(rows[:, ::-1])[0] == pytest.approx(2.313261687518223, rel=1e-15)


def test_torch_computes_with_one_thread() -> None:
    torch = pytest.importorskip("torch")
    found("torch", "softmax").load()
    assert torch.get_num_threads() == 1
