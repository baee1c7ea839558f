"""Keras: a child a backend, and nothing left in the home folder."""

from __future__ import annotations

import importlib
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from adapter_contract import found

from lse_verify.implementations.adapters import keras_adapter


def test_backends_of_keras_answer_side_by_side_in_one_process() -> None:
    pairs = [("keras_numpy", "log_softmax"), ("keras_torch", "log_softmax")]
    calls = [found(*pair).load() for pair in pairs]
    rows = np.array([[2.5, 0.5]], dtype=np.float16)
    for call in calls * 2:
        got = call(rows)[0].astype(float).tolist()
        assert got == pytest.approx([-0.12692801, -2.12692801], rel=4e-3)
    assert "keras" not in sys.modules


@pytest.mark.parametrize(
    ("name", "function"),
    [("keras_numpy", "softmax"), ("keras_openvino", "logsumexp"), ("openvino", "softmax")],
)
def test_nothing_is_written_to_the_home_folder(
    name: str, function: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    implementation = found(name, function)
    code = """
import pickle, sys
import numpy as np
pickle.load(sys.stdin.buffer).load()(np.zeros((1, 2)))
"""
    monkeypatch.setenv("HOME", str(tmp_path))
    # matplotlib, which Keras imports, is told where else to keep what it finds.
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    command = [sys.executable, "-c", code]
    subprocess.run(command, input=pickle.dumps(implementation), check=True)
    assert {path.name for path in tmp_path.iterdir()} <= {"matplotlib"}


def test_the_child_of_keras_serves_what_the_library_offers() -> None:
    for library, here in (
        (keras_adapter.NUMPY, keras_adapter.NUMPY_HERE),
        (keras_adapter.TORCH, keras_adapter.TORCH_HERE),
        (keras_adapter.OPENVINO, keras_adapter.OPENVINO_HERE),
        (keras_adapter.TENSORFLOW, keras_adapter.TENSORFLOW_HERE),
    ):
        assert library == here
        module = importlib.import_module(keras_adapter.__name__)
        assert getattr(module, f"{library.name.removeprefix('keras_').upper()}_HERE") is here
