"""The contenders: that each computes what it says, and imports it only when asked."""

from __future__ import annotations

import importlib.util
import math
import subprocess
import sys

import numpy as np
import pytest

from lse_verify.bench.contenders.contender import CORRECT, FLINT, GMPY2, MPMATH, TRUTH
from lse_verify.bench.contenders.roster import roster
from lse_verify.bench.workbench import in_binary64

HERE = [name for name in roster() if name != CORRECT]


def test_every_contender_that_is_asked_for_is_there() -> None:
    assert [*roster()] == [
        "truth",
        "correct",
        "python-flint",
        "gmpy2",
        "mpmath",
        "scipy",
        "numpy",
        "torch",
    ]
    assert {name for name, c in roster().items() if c.loops} == {FLINT, GMPY2, MPMATH}
    assert {name for name, c in roster().items() if c.compiles} == {TRUTH, CORRECT}


@pytest.mark.parametrize("name", HERE)
def test_each_computes_logsumexp_of_rows(name: str) -> None:
    contender = roster()[name]
    if not contender.installed:
        pytest.skip("not installed")
    ready = contender.load()
    # log(e⁰ + e⁰ + e⁰ + e⁰) is log 4, shifted by 1000 where no sum of exponentials survives.
    rows = np.array([[0.0] * 4, [1000.0] * 4, [-1000.0] * 4])
    expected = [shift + math.log(4) for shift in (0, 1000, -1000)]
    assert in_binary64(ready(rows)()) == pytest.approx(expected, rel=1e-14)
    assert in_binary64(ready(np.array([[7.5], [-2.0]]))()).tolist() == [7.5, -2.0]
    assert contender.version()


def test_loops_in_arbitrary_precision_work_at_the_bits_they_say() -> None:
    rows = np.array([[0.0, -40.0]])
    # log1p(e⁻⁴⁰), by any calculator of 30 digits.
    truth = "4.24835425529158898630497"
    for name in (FLINT, GMPY2, MPMATH):
        (answer,) = roster()[name].load()(rows)()
        # 128 bits hold 38 digits, 18 of which the sum with 1 costs.
        shown = answer.str(20, radius=False) if name == FLINT else str(answer)
        assert shown.startswith(truth[:18]), name


def test_mpmath_says_which_backend_it_has() -> None:
    assert "backend" in roster()[MPMATH].version()


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="not installed")
def test_nothing_is_imported_before_it_is_asked_for() -> None:
    heavy = ("numba", "scipy", "torch", "mpmath", "flint", "gmpy2")
    source = f"""
import sys
from lse_verify.bench.contenders.roster import roster
[contender.installed for contender in roster().values()]
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True)
    assert (done.stdout.splitlines()[-1:], done.stderr) == (["[]"], "")
