"""Real bugs that an ordinary audit has to find by itself, in the versions that are installed.

The rows are those of the projects' issue trackers. No regime was written for one of them and no
input copied from it into a regime; the exact inputs are replayed at the end of this file. What
needs other releases is in ``old_versions``.

===  ==========================================  ================================  ================
row  where                                       in                                the audit says
===  ==========================================  ================================  ================
1    scipy#18295                                 scipy ≤ 1.14.1; see old_versions  unstable
2    scipy#19521, pytorch#113708,                scipy, torch, jax and, if it is   unstable
     tensorflow#62400                            here, tensorflow
3    a test vector of LogExpFunctions.jl         torch; scipy ≤ 1.14.1             unstable
4    scipy#22903                                 see old_versions                  wrong: NaN
5    pytorch#11752, #38839                       formula of torch 0.4.1            unstable
6    tvm#20184                                   torch, and its gradient           unstable
7    pytorch#141802                              torch, and what a GPU gave        (control)
8    jax#37234                                   jax, compiled                     wrong: NaN
9    jax#40384                                   jax, and the same of torch        unstable
10   google-research/last PR 43                  scipy, torch, jax                 wrong: ∞
11   onnxruntime, found by measuring             onnxruntime; see old_versions     wrong: ∞
12   matrixStats#84, StatsFuns#22, jax#1624      formula of jax 0.1.49             wrong: −∞ is NaN
13   pytorch#1835                                formula of torch 0.1.12           wrong: ∞
14   jax#2107                                    formula of jax 0.1.58             unstable
     pytorch#187180, #31110                      torch, and a caller's β           (control)
===  ==========================================  ================================  ================

A formula is what a release computed that cannot be installed here, as a user's own; its
counterpart without the bug is the library as it is now. matrixStats 0.50.1, built by hand, is
reported on row 12 like the formula, and 0.63.0 is not. numpy#2714, of that row, is no wrong
answer: NumPy 1.6.2 and 1.9.0 return −∞, and what is spurious is the floating-point exception.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import numpy as np
import pytest
from rediscovery import asked, audited, audits, lost, require

from lse_verify.audit.grade import Grader, Workplace
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import Witness, read_number, read_row
from lse_verify.formats import FORMATS
from lse_verify.implementations.registry import libraries

OLD = Path(__file__).with_name("old_versions")


def _version(package: str) -> tuple[int, int]:
    major, minor = importlib.metadata.version(package).split(".")[:2]
    return int(major), int(minor)


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Grader:
    return Workplace(tmp_path_factory.mktemp("references"), OLD).grader()


def _off(witness: Witness) -> float:
    """Return by how much a witness is off."""
    return abs(read_number(witness.got) - read_number(witness.truth))


def _entries(witness: Witness) -> tuple[float, ...]:
    assert witness.arguments is not None
    return read_row(witness.arguments[0])


def test_row_1_the_absorbed_tail_is_found_in_scipy_before_1_15_and_not_since(
    grader: Grader,
) -> None:
    finding = audited(grader, "scipy", "logsumexp", "binary64", "gap")
    if _version("scipy") < (1, 15):
        worst = finding.worst_stability
        assert worst is not None
        assert verdict(finding) is Verdict.UNSTABLE
        assert read_number(worst.got) == 0 < read_number(worst.truth)
    else:
        assert verdict(finding) < Verdict.UNSTABLE


@pytest.mark.parametrize("library", ["scipy", "torch", "jax", "tensorflow"])
def test_row_2_the_largest_log_share_that_is_zero_is_found(grader: Grader, library: str) -> None:
    finding = audited(grader, library, "log_softmax", "binary64", "gap")
    worst = finding.worst_stability
    assert worst is not None
    assert verdict(finding) is Verdict.UNSTABLE
    assert read_number(worst.got) == 0 > read_number(worst.truth)


def test_row_3_a_tail_as_large_as_a_tiny_peak_is_found_in_torch(grader: Grader) -> None:
    finding = audited(grader, "torch", "logsumexp", "binary64", "gap")
    assert verdict(finding) is Verdict.UNSTABLE
    witness = finding.worst_error
    assert witness is not None
    assert max(_entries(witness)) == read_number(witness.got) != 0
    assert abs(read_number(witness.got)) < 1e-10


def test_row_3_is_not_found_in_scipy_since_1_15(grader: Grader) -> None:
    if _version("scipy") < (1, 15):
        pytest.skip("scipy before 1.15 has it")
    assert not lost(audits(grader, "scipy", "logsumexp", "binary64"))


def test_row_5_an_offset_that_is_added_back_is_found_in_the_formula_and_not_in_torch(
    grader: Grader,
) -> None:
    """The input of the issue, a tie, is excused: κ is 1.4e8. What an offset costs otherwise is not.

    What is beyond a few units in the last place of 1 is not what log(1 + tail) absorbs.
    """
    far = 2.0**-21
    formula = audits(
        grader, "formulas.py:log_softmax_of_torch_0_4_1", "log_softmax", "binary32", "offset"
    )
    assert max(map(_off, lost(formula))) > far
    now = audits(grader, "torch", "log_softmax", "binary32", "offset")
    assert max(map(_off, lost(now)), default=0.0) < far


def test_row_6_the_threshold_of_torch_softplus_is_found(grader: Grader) -> None:
    finding = audited(grader, "torch", "softplus", "binary64", "log1pexp")
    worst = finding.worst_stability
    assert worst is not None
    assert verdict(finding) is Verdict.UNSTABLE
    assert _entries(worst) == (read_number(worst.got),)
    assert read_number(worst.got) > 20


def test_row_6_the_gradient_has_the_threshold_too(grader: Grader) -> None:
    finding = audited(grader, "torch.softplus_grad", "logistic", "binary64", "log1pexp")
    worst = finding.worst_stability
    assert worst is not None
    assert verdict(finding) is Verdict.UNSTABLE
    assert _entries(worst) > (20,)
    assert read_number(worst.got) == 1 > read_number(worst.truth)


def test_row_8_a_softmax_compiled_with_the_quotient_before_it_gives_nan(grader: Grader) -> None:
    finding = audited(grader, "jax.jit_quotient", "softmax", "binary32", "overflow")
    witness = finding.spurious_nan.witness
    assert verdict(finding) is Verdict.WRONG
    assert witness is not None
    assert np.isfinite(_entries(witness)).all()
    eager = audited(grader, "jax", "softmax", "binary32", "overflow")
    assert eager.spurious_nan.count == 0


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_row_9_a_gradient_of_one_less_the_first_share_cancels(grader: Grader, library: str) -> None:
    name = f"{library}.log_softmax_grad"
    finding = audited(grader, name, "log_softmax_gradient", "binary64", "gap")
    worst = finding.worst_stability
    assert worst is not None
    assert verdict(finding) is Verdict.UNSTABLE
    assert worst.output == 0
    assert read_number(worst.got) == 0 < read_number(worst.truth)


@pytest.mark.parametrize("library", ["scipy", "torch", "jax"])
def test_row_10_a_binary16_sum_of_65536_ones_that_overflows_is_found(
    grader: Grader, library: str
) -> None:
    finding = audited(grader, library, "logsumexp", "binary16", "many")
    witness = finding.spurious_infinity.witness
    assert verdict(finding) is Verdict.WRONG
    assert witness is not None
    assert witness.n_terms >= 65504


def test_row_11_a_softplus_without_a_shift_is_found_in_onnxruntime(grader: Grader) -> None:
    finding = audited(grader, "onnxruntime.opset18", "softplus", "binary64", "overflow")
    witness = finding.spurious_infinity.witness
    assert verdict(finding) is Verdict.WRONG
    assert witness is not None
    assert _entries(witness) > (709,)


def test_row_12_infinite_terms_that_are_subtracted_are_found_in_the_formula(
    grader: Grader,
) -> None:
    name = "formulas.py:logsumexp_of_jax_0_1_49"
    finding = audited(grader, name, "logsumexp", "binary64", "special")
    witness = finding.special.witness
    assert verdict(finding) is Verdict.WRONG
    assert witness is not None
    assert np.isinf(_entries(witness)).any()
    assert witness.got == "nan" != witness.truth


@pytest.mark.parametrize("name", ["jax", "numpy.reduce", "matrixstats", "matrixstats.rows"])
def test_row_12_is_not_found_in_what_subtracts_no_infinite_terms(grader: Grader, name: str) -> None:
    finding = audited(grader, name, "logsumexp", "binary64", "special")
    witness = finding.special.witness
    # jax has another one: it flushes a subnormal number beside −∞ to 0.
    assert witness is None or witness.got != "nan"
    assert asked(name, "logsumexp", "binary64", [-np.inf, -np.inf], base=OLD).special.count == 0


def test_row_13_an_exponential_that_overflows_is_found_in_the_formula_and_not_in_torch(
    grader: Grader,
) -> None:
    name = "formulas.py:softplus_of_torch_0_1_12"
    finding = audited(grader, name, "softplus", "binary32", "gap")
    witness = finding.spurious_infinity.witness
    assert verdict(finding) is Verdict.WRONG
    assert witness is not None
    assert read_number(witness.truth) > 88
    now = audited(grader, "torch", "softplus", "binary32", "gap", "overflow")
    assert now.spurious_infinity.count == 0


@pytest.mark.parametrize("fmt", ["binary32", "binary64"])
def test_row_14_a_gradient_that_is_0_at_0_is_found_in_the_formula_and_not_in_jax(
    grader: Grader, fmt: str
) -> None:
    name = "formulas.py:softplus_gradient_of_jax_0_1_58"
    finding = audited(grader, name, "logistic", fmt, "log1pexp")
    worst = finding.worst_stability
    assert worst is not None
    assert verdict(finding) is Verdict.UNSTABLE
    assert (_entries(worst), worst.got) == ((0.0,), "0x0p+0")
    now = audits(grader, "jax.softplus_grad", "logistic", fmt, "log1pexp", "special")
    assert (0.0,) not in map(_entries, lost(now))


CANCELS = [37.42994775023705, 0.0]
"""Where 1 − s₁ is 0 in binary64, and s₂ is 5.551115123125776e−17."""

EXACT = (
    ("torch", "logsumexp", "binary64", [0.0, -40.0], 1e10),
    ("scipy", "log_softmax", "binary64", [40.0, 0.0], 1e10),
    ("torch", "log_softmax", "binary64", [40.0, 0.0], 1e10),
    ("jax", "log_softmax", "binary64", [40.0, 0.0], 1e10),
    ("tensorflow", "log_softmax", "binary64", [40.0, 0.0], 1e10),
    ("torch", "log_softmax", "binary32", [18.0, 0.0], 1e5),
    ("torch.log_softmax_grad", "log_softmax_gradient", "binary64", CANCELS, 1e15),
    ("jax.log_softmax_grad", "log_softmax_gradient", "binary64", CANCELS, 1e15),
    ("torch", "logsumexp", "binary64", [1e-20, np.log(1e-20)], 1e10),
    ("torch", "softplus", "binary64", 20.1, 5e5),
    ("torch.softplus_grad", "logistic", "binary64", 20.1, 1e7),
    ("onnxruntime.opset18", "softplus", "binary64", -40.0, 1e10),
    ("formulas.py:log_softmax_of_torch_0_4_1", "log_softmax", "binary32", [1e8, 1e8], 1e7),
    ("formulas.py:softplus_gradient_of_jax_0_1_58", "logistic", "binary32", 0.0, 8e6),
)


@pytest.mark.parametrize(("name", "function", "fmt", "argument", "at_least_ulps"), EXACT)
def test_the_exact_inputs_of_the_trackers_still_show_their_errors(
    name: str, function: str, fmt: str, argument: object, at_least_ulps: float
) -> None:
    if ":" not in name:
        require(name)
    worst = asked(name, function, fmt, argument, base=OLD).worst_error
    assert worst is not None
    assert float(worst.error_ulps) > at_least_ulps


@pytest.mark.parametrize(
    ("name", "function", "fmt", "argument"),
    [
        ("torch", "logsumexp", "binary16", np.zeros(65536)),
        ("scipy", "logsumexp", "binary16", np.zeros(65536)),
        ("jax", "logsumexp", "binary16", np.zeros(65536)),
        ("onnxruntime.opset18", "softplus", "binary64", 800.0),
        ("formulas.py:logsumexp_of_jax_0_1_49", "logsumexp", "binary64", [-np.inf, -np.inf]),
        ("formulas.py:softplus_of_torch_0_1_12", "softplus", "binary32", 300.0),
    ],
)
def test_the_exact_inputs_of_the_trackers_are_still_wrong(
    name: str, function: str, fmt: str, argument: object
) -> None:
    if ":" not in name:
        require(name)
    assert verdict(asked(name, function, fmt, argument, base=OLD)) is Verdict.WRONG


def test_the_quotient_of_row_8_is_nan_when_compiled_and_right_when_not() -> None:
    require("jax")
    import jax

    def softmax(row: object) -> object:
        return jax.nn.softmax(row / np.float32(3))  # type: ignore[operator]  # any array

    row = np.array([1e12, -2e12, 3e12, 2.9e12], dtype=np.float32)
    assert np.isnan(np.asarray(jax.jit(softmax)(row))).any()
    assert np.asarray(softmax(row)).tolist() == [0, 0, 1, 0]


ROW_7 = [2.4375, -0.3340, -0.3711]


@pytest.mark.parametrize(
    ("name", "grade", "got"),
    [
        ("controls.py:last_of_logcumsumexp", Verdict.CORRECTLY_ROUNDED, 2.546875),
        ("controls.py:last_of_logcumsumexp_on_a_gpu", Verdict.FAITHFUL, 2.5625),
    ],
)
def test_control_row_7_two_answers_that_differ_are_both_right(
    name: str, grade: Verdict, got: float
) -> None:
    require("torch")
    finding = asked(name, "logsumexp", "bfloat16", ROW_7, base=OLD)
    assert verdict(finding) is grade
    assert finding.worst_error is not None
    assert read_number(finding.worst_error.got) == got


@pytest.mark.parametrize("fmt", ["binary16", "binary32"])
def test_control_an_infinity_that_stands_for_what_does_not_fit_is_right(fmt: str) -> None:
    """pytorch#187180: log(1 + e^β)/β is 6.8e5 for the β of binary16, above the largest of it."""
    require("torch")
    finding = asked("controls.py:softplus_with_beta", "smoothmax", fmt, [0, 1], 1e-6, base=OLD)
    assert verdict(finding) is Verdict.CORRECTLY_ROUNDED
    assert finding.worst_error is not None
    is_infinite = np.isinf(read_number(finding.worst_error.got))
    assert is_infinite == (read_number(finding.worst_error.truth) > FORMATS[fmt].largest)


def test_control_a_threshold_that_the_caller_asked_for_is_told_as_digits_lost_not_as_wrong() -> (
    None
):
    """pytorch#31110: a user who hands it in is told where it stops to be softplus, and no more."""
    require("torch")
    name = "controls.py:softplus_with_threshold"
    for below in (0.04, 0.0, -0.3):
        finding = asked(name, "smoothmax", "binary32", [0, below], 10, base=OLD)
        assert verdict(finding) < Verdict.UNSTABLE
    beyond = asked(name, "smoothmax", "binary32", [0, 0.05], 10, base=OLD)
    worst = beyond.worst_error
    assert worst is not None
    assert verdict(beyond) is Verdict.UNSTABLE
    assert _entries(worst)[1] == read_number(worst.got)


def test_control_no_registered_call_has_a_threshold_that_only_a_caller_would_ask_for() -> None:
    calls = [i.calls for library in libraries().values() for i in library.implementations]
    assert calls
    assert not [call for call in calls if "threshold=" in call or "beta=" in call]
