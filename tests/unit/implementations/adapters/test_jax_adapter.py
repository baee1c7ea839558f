"""JAX: binary64 is binary64, and the bits do not depend on the cores."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from adapter_contract import found


def test_jax_computes_in_binary64() -> None:
    # 1 + 2**-40 is not a float of binary32.
    x = np.array([[1 + 2.0**-40]])
    assert found("jax", "logsumexp").load()(x)[0] == 1 + 2.0**-40


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs CPU affinity")
def test_jax_gives_the_same_bits_on_one_core_as_on_all() -> None:
    found("jax", "softmax")
    code = """
import hashlib, os, sys
import numpy as np
if sys.argv[1] == "one": os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from lse_verify.implementations.adapters.jax_adapter import LIBRARY
softmax = next(i for i in LIBRARY.implementations if i.function == "softmax").load()
rows = np.random.default_rng(0).standard_normal((2, 1_000_000))
print(hashlib.sha256(softmax(rows).tobytes()).hexdigest())
"""
    one, many = (
        subprocess.run([sys.executable, "-c", code, cores], check=True, capture_output=True).stdout
        for cores in ("one", "all")
    )
    assert one == many
