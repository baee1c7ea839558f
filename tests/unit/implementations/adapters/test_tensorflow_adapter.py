"""TensorFlow: one thread, no messages, and a gradient that is its own sigmoid."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from adapter_contract import found

from lse_verify.implementations.adapters import tensorflow_adapter


def test_tensorflow_computes_with_one_thread() -> None:
    found("tensorflow", "softmax").load()
    tf = pytest.importorskip("tensorflow")
    assert tf.config.threading.get_intra_op_parallelism_threads() == 1


def test_tensorflow_starts_and_compiles_without_messages() -> None:
    found("tensorflow.jit", "softmax")
    code = """
import numpy as np
from lse_verify.implementations.adapters.tensorflow_adapter import LIBRARY
for i in LIBRARY.implementations:
    if i.function == "logsumexp":
        for n in range(1, 9):
            i.load()(np.zeros((n, n + 1)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_the_gradient_of_softplus_is_tensorflows_sigmoid_bit_for_bit() -> None:
    sigmoid = found("tensorflow", "logistic").load()
    operation = tensorflow_adapter._softplus
    gradient = tensorflow_adapter._load(
        lambda tf, x: tensorflow_adapter._gradient(operation, tf, x)
    )
    x = np.random.default_rng(1).normal(0, 20, 5000)
    assert gradient(x).tobytes() == sigmoid(x).tobytes()
