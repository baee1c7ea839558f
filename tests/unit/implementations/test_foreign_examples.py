"""The children that the README shows, compiled and run where there is a compiler."""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lse_verify.formats import FloatArray
from lse_verify.implementations.foreign import command as foreign
from lse_verify.implementations.foreign.child import Program, child_of
from lse_verify.implementations.library import Call

EXAMPLES = Path(__file__).with_name("foreign_examples")

COMPILERS = {
    "lse.rs": "rustc --edition 2021 -O lse.rs -o child",
    "lse.c": "cc -O2 -Wall -Wextra -Werror -o child lse.c -lm",
}


def compiled(name: str) -> object:
    compiler = COMPILERS[name].split()[0]
    there = shutil.which(compiler) is not None
    return pytest.param(
        name, marks=pytest.mark.skipif(not there, reason=f"{compiler} is not installed")
    )


@pytest.fixture(params=[compiled(name) for name in COMPILERS])
def logsumexp(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Call]:
    name: str = request.param
    shutil.copy(EXAMPLES / name, tmp_path)
    subprocess.run(COMPILERS[name].split(), cwd=tmp_path, check=True)
    yield foreign.implementation("foreign:./child", "logsumexp", tmp_path, ["binary64"]).load()
    child_of(Program(("./child",), tmp_path)).close()


def test_an_example_answers_with_the_logsumexp_of_every_row(logsumexp: Call) -> None:
    # log(e + e² + e³) and 1000 + log 2, from mpmath.
    x = np.array([[1.0, 2.0, 3.0], [1000.0, 1000.0, -math.inf]])
    for rows in (x, x[:1], np.tile(x, (5000, 1))):
        want = np.resize([3.4076059644443806, 1000.6931471805599], len(rows))
        np.testing.assert_allclose(logsumexp(rows), want, rtol=1e-15)


SPECIAL = [
    ([-math.inf, -math.inf], -math.inf),
    ([math.inf, -math.inf], math.inf),
    ([math.inf, math.inf], math.inf),
    ([math.nan, 1.0], math.nan),
    ([-math.inf, math.nan], math.nan),
    ([], -math.inf),
]


@pytest.mark.parametrize(("row", "want"), SPECIAL)
def test_an_example_answers_special_values(logsumexp: Call, row: list[float], want: float) -> None:
    x: FloatArray = np.array([row, row])
    np.testing.assert_array_equal(logsumexp(x), [want, want])


@pytest.mark.parametrize("name", COMPILERS)
def test_an_example_has_at_most_twenty_lines(name: str) -> None:
    assert len((EXAMPLES / name).read_text().splitlines()) <= 20
