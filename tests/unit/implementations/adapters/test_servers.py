"""The programs that serve R and JavaScript: numbers cross, and what they throw ends nothing."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lse_verify.formats import BINARY32
from lse_verify.implementations.foreign import node
from lse_verify.implementations.foreign.child import Child, Program
from lse_verify.implementations.foreign.protocol import ForeignFailure, request

PROGRAMS = Path(node.__file__).with_name("programs")

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
needs_r = pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed")

IDENTITY = {
    "R": (
        "Rscript --vanilla",
        "serve.R",
        'functions <- list("softmax" = identity, "logsumexp" = function(x) { print("hello"); '
        'if (nrow(x) == 13) stop("thirteen\\nrows") else x[, 1L] }, '
        '"logistic" = function(x) 1L)',
    ),
    "JavaScript": (
        "node",
        "serve.mjs",
        "export default () => ({ softmax: ({ numbers }) => numbers,\n"
        "  logsumexp: ({ numbers, nRows, nTerms }) => { console.log('hello');\n"
        "    process.stdout.write('hello');\n"
        "    if (nRows === 13) throw new Error('thirteen\\nrows');\n"
        "    return numbers.filter((_, i) => i % nTerms === 0) },\n"
        "  logistic: () => [1] })",
    ),
}


@pytest.fixture(
    params=[pytest.param("R", marks=needs_r), pytest.param("JavaScript", marks=needs_node)]
)
def identity(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Child]:
    """Serve functions that pass on what they are given, by the server of a language."""
    command, server, source = IDENTITY[request.param]
    served = tmp_path / "served.mjs"
    served.write_text(source)
    words = (*command.split(), str(PROGRAMS / server), str(served), str(tmp_path))
    child = Child(Program(words))
    yield child
    child.close()


def test_numbers_cross_a_server_bit_for_bit(identity: Child) -> None:
    x = np.array([[math.inf, -math.inf, -0.0, 5e-324, math.nan, math.nan, -math.nan]])
    payloads = x.view(np.uint64)
    payloads[0, 4] |= 7
    # A signalling NaN, and the one that R takes for "not available".
    payloads[0, 5] = 0x7FF0_0000_0000_07A2
    rows = np.concatenate([x, x[:, ::-1]])
    assert identity.ask(request("softmax", True, "", (rows,))).tobytes() == rows.tobytes()


def test_a_server_takes_a_million_numbers_and_a_thousand_requests(identity: Child) -> None:
    big = np.arange(1e6).reshape(1000, 1000)
    assert identity.ask(request("softmax", True, "", (big,))).tobytes() == big.tobytes()
    for i in range(1000):
        one = np.full((1, 2), float(i))
        assert identity.ask(request("logsumexp", False, "", (one,))).tolist() == [i]


def test_what_a_library_prints_or_throws_does_not_end_its_server(identity: Child) -> None:
    with pytest.raises(ForeignFailure, match="thirteen rows") as caught:
        identity.ask(request("logsumexp", False, "", (np.zeros((13, 3)),)))
    assert caught.value.failure_kind == "exception"
    assert identity.ask(request("logsumexp", False, "", (np.eye(2),))).tolist() == [1.0, 0.0]


def test_a_server_refuses_a_function_that_is_not_there(identity: Child) -> None:
    with pytest.raises(ForeignFailure, match="no such function: softmax other"):
        identity.ask(request("softmax", True, "other", (np.zeros((2, 2)),)))


def test_a_server_passes_on_no_numbers_of_another_kind(identity: Child) -> None:
    with pytest.raises(ForeignFailure, match="returned"):
        identity.ask(request("logistic", False, "", (np.zeros(1),)))


def test_rows_without_terms_are_rows(identity: Child) -> None:
    assert identity.ask(request("softmax", True, "", (np.zeros((3, 0)),))).shape == (0,)


@needs_node
def test_binary32_crosses_bit_for_bit(tmp_path: Path) -> None:
    served = tmp_path / "served.mjs"
    served.write_text(IDENTITY["JavaScript"][2])
    child = Child(Program(("node", str(PROGRAMS / "serve.mjs"), str(served), str(tmp_path))))
    x = BINARY32.cast(np.array([[math.inf, -0.0, 1e-45, math.nan, 0.1]]))
    x.view(np.uint32)[0, 3] = 0x7F80_0001
    assert child.ask(request("softmax", True, "", (x,))).tobytes() == x.tobytes()
    child.close()
