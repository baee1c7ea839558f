"""Real bugs that an ordinary audit has to find by itself, on the versions that have them.

The rows are those of the projects' issue trackers: scipy#18295 (1), scipy#19521 and
pytorch#113708 (2), a test vector of LogExpFunctions.jl (3), the threshold of torch's
softplus (6) and so of its gradient, google-research/last PR 43 (10). No regime was written for one
of them and no input copied from it into a regime; the exact inputs are replayed at the end of this
file.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from functools import reduce
from pathlib import Path

import numpy as np
import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding
from lse_verify.audit.grade import Grader, Workplace
from lse_verify.audit.judge import judge
from lse_verify.audit.reference import reference
from lse_verify.audit.run import DEFAULT_SAMPLES
from lse_verify.audit.site import Site
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import Witness, read_number, read_row
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import FORMATS
from lse_verify.implementations.registry import find
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.ladder import Ladder

SAMPLES = DEFAULT_SAMPLES


def _version(package: str) -> tuple[int, int]:
    major, minor = importlib.metadata.version(package).split(".")[:2]
    return int(major), int(minor)


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Grader:
    return Workplace(tmp_path_factory.mktemp("references"), Path.cwd()).grader()


def _require(library: str) -> None:
    package = library.split(".")[0]
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed (pip install 'lse_verify[{package}]')")


def _audit(grader: Grader, library: str, function: str, fmt: str, *regimes: str) -> Finding:
    _require(library)
    cells = (Cell(library, function, fmt, regime, 0, SAMPLES) for regime in regimes)
    return reduce(Finding.merge, (grader.grade(cell).finding for cell in cells))


def _worst(finding: Finding) -> Witness:
    assert finding.worst_stability is not None
    return finding.worst_stability


def _everything_but_many(function: str) -> list[str]:
    return [r.name for r in REGIMES.values() if function in r.functions and r.name != "many"]


def test_row_1_the_absorbed_tail_is_found_in_scipy_before_1_15_and_not_since(
    grader: Grader,
) -> None:
    finding = _audit(grader, "scipy", "logsumexp", "binary64", "gap")
    if _version("scipy") < (1, 15):
        assert verdict(finding) is Verdict.UNSTABLE
        assert read_number(_worst(finding).got) == 0 < read_number(_worst(finding).truth)
    else:
        assert verdict(finding) < Verdict.UNSTABLE


@pytest.mark.parametrize("library", ["scipy", "torch", "jax"])
def test_row_2_the_largest_log_share_that_is_zero_is_found(grader: Grader, library: str) -> None:
    finding = _audit(grader, library, "log_softmax", "binary64", "gap")
    assert verdict(finding) is Verdict.UNSTABLE
    assert read_number(_worst(finding).got) == 0 > read_number(_worst(finding).truth)


def test_row_3_a_tail_as_large_as_a_tiny_peak_is_found_in_torch(grader: Grader) -> None:
    finding = _audit(grader, "torch", "logsumexp", "binary64", "gap")
    assert verdict(finding) is Verdict.UNSTABLE
    witness = finding.worst_error
    assert witness is not None
    assert witness.arguments is not None
    peak = max(read_row(witness.arguments[0]))
    assert peak == read_number(witness.got) != 0
    assert abs(peak) < 1e-10


def test_row_3_is_not_found_in_scipy_since_1_15(grader: Grader) -> None:
    if _version("scipy") < (1, 15):
        pytest.skip("scipy before 1.15 has it")
    finding = _audit(grader, "scipy", "logsumexp", "binary64", *_everything_but_many("logsumexp"))
    assert finding.not_weak.count == 0


def test_row_6_the_threshold_of_torch_softplus_is_found(grader: Grader) -> None:
    finding = _audit(grader, "torch", "softplus", "binary64", "log1pexp")
    assert verdict(finding) is Verdict.UNSTABLE
    worst = _worst(finding)
    assert worst.arguments is not None
    assert read_number(worst.arguments[0]) == read_number(worst.got) > 20


def test_row_6_the_gradient_has_the_threshold_too(grader: Grader) -> None:
    finding = _audit(grader, "torch.softplus_grad", "logistic", "binary64", "log1pexp")
    assert verdict(finding) is Verdict.UNSTABLE
    worst = _worst(finding)
    assert worst.arguments is not None
    assert read_number(worst.arguments[0]) > 20
    assert read_number(worst.got) == 1 > read_number(worst.truth)


@pytest.mark.parametrize("library", ["scipy", "torch", "jax"])
def test_row_10_a_binary16_sum_of_65536_ones_that_overflows_is_found(
    grader: Grader, library: str
) -> None:
    finding = _audit(grader, library, "logsumexp", "binary16", "many")
    witness = finding.spurious_infinity.witness
    assert verdict(finding) is Verdict.WRONG
    assert witness is not None
    assert witness.n_terms >= 65504


EXACT = (
    ("torch", "logsumexp", "binary64", (np.array([[0.0, -40.0]]),), 0, 1e10),
    ("scipy", "log_softmax", "binary64", (np.array([[40.0, 0.0]]),), 0, 1e10),
    ("torch", "log_softmax", "binary64", (np.array([[40.0, 0.0]]),), 0, 1e10),
    ("jax", "log_softmax", "binary64", (np.array([[40.0, 0.0]]),), 0, 1e10),
    ("torch", "logsumexp", "binary64", (np.array([[1e-20, np.log(1e-20)]]),), 0, 1e10),
    ("torch", "softplus", "binary64", (np.array([20.1]),), 0, 5e5),
    ("torch.softplus_grad", "logistic", "binary64", (np.array([20.1]),), 0, 1e7),
)


@pytest.mark.parametrize(
    ("library", "function", "fmt", "arguments", "output", "at_least_ulps"), EXACT
)
def test_the_exact_inputs_of_the_trackers_still_show_their_errors(
    library: str,
    function: str,
    fmt: str,
    arguments: tuple[np.ndarray, ...],
    output: int,
    at_least_ulps: float,
) -> None:
    _require(library)
    got = find(library, function).load()(*arguments).ravel()
    ladder, block = Ladder(), Block(arguments)
    known = reference(ladder, FUNCTIONS[function], block, FORMATS[fmt])
    site = Site(ladder, FUNCTIONS[function], FORMATS[fmt], block, known, seed=0, first_row=0)
    error = judge(site, output, float(got[output])).error
    assert isinstance(error, float)
    assert error > at_least_ulps
