"""Does the audit still find each planted fault, and say what it is?

Every fault is audited as a user's own file over all regimes, and has to get the verdict it
deserves with a witness of the right kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.executors import GradeCell, executor
from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.grade import Grader, Workplace
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.audit.witness import Witness
from lse_verify.execution.executors import Lost
from lse_verify.inputs.regimes import REGIMES

HERE = Path(__file__).parent
SAMPLES = 25


@dataclass(frozen=True)
class Planted:
    """A fault, where it is planted, and what the audit has to make of it.

    `shows` names what has to carry a witness: an attribute of Finding, or the name of a
    bound or property.
    """

    attribute: str
    format: str
    verdict: Verdict
    shows: str
    function: str = "logsumexp"


FAULTS = (
    Planted("one_ulp_too_much", "binary64", Verdict.WRONG, "upper bound"),
    Planted("last_term_dropped", "binary64", Verdict.WRONG, "lower bound"),
    Planted("tie_counted_once", "binary64", Verdict.UNSTABLE, "not_weak"),
    Planted("binary32_inside", "binary64", Verdict.WRONG, "worst_stability"),
    Planted("exponent_clipped", "binary64", Verdict.WRONG, "not_weak"),
    Planted("softplus_switch_at_20", "binary64", Verdict.UNSTABLE, "not_weak", "softplus"),
    Planted("logistic_without_branches", "binary64", Verdict.UNSTABLE, "not_weak", "logistic"),
    Planted("logistic_one_from_17", "binary64", Verdict.UNSTABLE, "not_weak", "logistic"),
    Planted("logistic_clipped", "binary64", Verdict.UNSTABLE, "not_weak", "logistic"),
    Planted("logistic_of_a_tail_taken_from_one", "binary64", Verdict.UNSTABLE, "not_weak",
            "logistic"),
    Planted("logistic_above_one", "binary32", Verdict.WRONG, "upper bound", "logistic"),
    Planted("logistic_not_monotone", "binary32", Verdict.STABLE, "monotone", "logistic"),
    Planted("logistic_nan_at_infinity", "binary64", Verdict.WRONG, "special", "logistic"),
    Planted("vector_tail_forgotten", "binary64", Verdict.UNSTABLE, "same alone and in a batch"),
    Planted("nan_for_minus_infinity", "binary32", Verdict.WRONG, "spurious_nan"),
    Planted("nan_for_all_minus_infinity", "binary32", Verdict.WRONG, "special"),
    Planted("below_max", "binary32", Verdict.WRONG, "lower bound"),
    Planted("above_max_plus_log_n", "binary64", Verdict.WRONG, "upper bound"),
    Planted("not_monotone", "binary32", Verdict.STABLE, "monotone"),
    Planted("log_of_the_whole_sum", "binary64", Verdict.UNSTABLE, "not_weak"),
    Planted("without_shift", "binary32", Verdict.WRONG, "spurious_infinity"),
    Planted("epsilon_inside_the_log", "binary64", Verdict.WRONG, "not_weak"),
    Planted("subnormals_flushed", "binary32", Verdict.WRONG, "not_weak"),
    Planted("wrong_dtype", "binary32", Verdict.WRONG, "failure dtype"),
    Planted("wrong_shape", "binary32", Verdict.WRONG, "failure shape"),
    Planted("writes_into_its_input", "binary32", Verdict.WRONG, "failure overwritten"),
    Planted("raises_on_ties", "binary32", Verdict.WRONG, "failure exception"),
    Planted("not_reproducible", "binary64", Verdict.WRONG, "same alone and in a batch"),
    Planted("one_row_in_a_hundred", "binary64", Verdict.WRONG, "not_weak"),
    Planted("denominator_without_last", "binary32", Verdict.WRONG, "sum of shares", "softmax"),
    Planted("negative_share", "binary32", Verdict.WRONG, "lower bound", "softmax"),
    Planted("share_above_one", "binary32", Verdict.WRONG, "upper bound", "softmax"),
    Planted("order_turned", "binary32", Verdict.STABLE, "order kept", "softmax"),
    Planted("log_of_softmax", "binary32", Verdict.WRONG, "spurious_infinity", "log_softmax"),
    Planted("log_2_in_binary32", "binary64", Verdict.UNSTABLE, "not_weak", "logaddexp2"),
    Planted("smaller_argument_taken_out", "binary64", Verdict.WRONG, "lower bound", "logaddexp2"),
    Planted("equal_arguments_counted_once", "binary32", Verdict.UNSTABLE, "not_weak", "logaddexp2"),
    Planted("positive_log_share", "binary32", Verdict.WRONG, "upper bound", "log_softmax"),
    Planted("gradient_of_one_less_the_share", "binary64", Verdict.UNSTABLE, "not_weak",
            "log_softmax_gradient"),
    Planted("gradient_with_a_sign_lost", "binary64", Verdict.WRONG, "upper bound",
            "log_softmax_gradient"),
    Planted("gradient_that_is_softmax", "binary64", Verdict.WRONG, "upper bound",
            "log_softmax_gradient"),
    Planted("gradient_turned", "binary32", Verdict.WRONG, "lower bound", "log_softmax_gradient"),
    Planted("gradient_of_another_entry", "binary32", Verdict.WRONG, "lower bound",
            "log_softmax_gradient"),
    Planted("gradient_nan_beside_infinity", "binary64", Verdict.WRONG, "special",
            "log_softmax_gradient"),
    Planted("nan_for_two_infinities", "binary64", Verdict.WRONG, "special", "logaddexp"),
    Planted("swapped_only_when_larger", "binary64", Verdict.STABLE, "same when permuted",
            "logaddexp"),
    Planted("minimum_with_the_wrong_sign", "binary64", Verdict.WRONG, "lower bound", "smoothmin"),
    Planted("infinite_too_early", "binary32", Verdict.WRONG, "spurious_infinity"),
)  # fmt: skip


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Grader:
    return Workplace(tmp_path_factory.mktemp("references"), HERE).grader()


def _cells(planted: Planted) -> Iterator[Cell]:
    name = f"planted.py:{planted.attribute}"
    for regime in REGIMES.values():
        if planted.function in regime.functions:
            yield Cell(name, planted.function, planted.format, regime.name, 0, SAMPLES)


def _shown(finding: Finding, what: str) -> Witness | Tally | None:
    if what in finding.violations:
        return finding.violations[what].witness
    if what in finding.properties:
        return finding.properties[what].witness
    found = getattr(finding, what)
    return found.witness if isinstance(found, Tally) else found


@pytest.mark.parametrize("planted", FAULTS, ids=lambda planted: planted.attribute)
def test_a_planted_fault_gets_the_verdict_it_deserves_with_a_witness(
    planted: Planted, grader: Grader
) -> None:
    finding = reduce(Finding.merge, (grader.grade(cell).finding for cell in _cells(planted)))
    assert verdict(finding) is planted.verdict
    if planted.shows.startswith("failure "):
        assert finding.failure is not None
        assert finding.failure.kind == planted.shows.removeprefix("failure ")
    else:
        assert _shown(finding, planted.shows) is not None


def test_at_least_twenty_faults_are_planted() -> None:
    assert len({planted.attribute for planted in FAULTS}) >= 20


def test_a_crash_and_a_hang_are_findings_that_touch_no_other_cell(tmp_path: Path) -> None:
    cells = [
        Cell(f"planted.py:{attribute}", "logsumexp", "binary32", "ties", 0, 10)
        for attribute in ("ends_the_process", "never_answers")
    ]
    healthy = Cell("nearest.py:logsumexp", "logsumexp", "binary32", "ties", 0, 10)
    workplace = Workplace(tmp_path, HERE)
    with executor(2, None, workplace) as pool:
        shown = dict(pool.run(GradeCell(workplace), [*cells, healthy], seconds=15))
    kinds = [lost.kind for cell in cells if isinstance(lost := shown[cell], Lost)]
    assert kinds == ["crash", "hang"]
    graded = shown[healthy]
    assert not isinstance(graded, Lost)
    assert verdict(graded.finding) is Verdict.CORRECTLY_ROUNDED
