"""`lse_verify.grade`: a callable of the process's own, what is required of it, how it is shown."""

from __future__ import annotations

import builtins
import importlib.util
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flint
import mpmath
import numpy as np
import pytest

import lse_verify
from lse_verify import correct
from lse_verify.audit.request import Request
from lse_verify.audit.run import audit_without_ledger
from lse_verify.check.audit import Audit, RequirementNotMet
from lse_verify.errors import UnknownName, UsageError
from lse_verify.execution.progress import Observe
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import regimes_named

SMALL = {"samples": 60, "regimes": ["gap", "ties", "special"]}

Array = Any


def shifted(x: Array) -> Array:
    peak = x.max(axis=1)
    with np.errstate(all="ignore"):
        return peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))


def nearest(x: Array) -> Array:
    return correct.logsumexp(x, axis=1)


def _grade(f: Callable[..., Any], **others: Any) -> Audit:
    return lse_verify.grade(f, "logsumexp", "binary32", **{**SMALL, **others})


def test_a_correctly_rounded_one_meets_the_strictest_requirements() -> None:
    audit = _grade(nearest)
    assert audit.verdict == "correctly rounded"
    assert audit.require(max_ulp=0.5, verdict="correctly rounded", no_violations=True) is audit


def test_the_findings_are_those_of_an_audit_of_the_same_function(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n\ndef shifted(x):\n"
        "    peak = x.max(axis=1)\n"
        "    return peak + np.log(np.exp(x - peak[:, None]).sum(axis=1))\n"
    )
    spec = f"{tmp_path}/mine.py:shifted"
    request = Request(
        command="",
        implementations=select([spec], ["logsumexp"], ["binary32"]),
        functions=["logsumexp"],
        formats=["binary32"],
        regimes=regimes_named(SMALL["regimes"]),  # type: ignore[arg-type]  # the list in SMALL
        seed=0,
        samples=60,
        jobs=0,
    )
    observe: Observe = lambda what, done, total: None  # noqa: E731  # a protocol of one call
    with audit_without_ledger(request, observe) as audit:
        there = audit.ledger
    here = _grade(shifted)
    assert [e.finding for e in here.findings] == [e.finding for e in there.entries]


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ({"verdict": "stable"}, "required stable or better; wrong on special values"),
        ({"max_ulp": 4}, "required at most 4 ulp where κ ≤ 100; "),
        ({"no_violations": True}, "required no violations; upper bound ×"),
    ],
)
def test_what_is_not_met_is_said_with_the_smallest_input_as_a_line_of_python(
    requirement: dict[str, Any], words: str
) -> None:
    with pytest.raises(RequirementNotMet) as caught:
        _grade(shifted, samples=1000).require(**requirement)
    text = str(caught.value)
    assert words in text
    line = next(one for one in text.splitlines() if ">>> " in one)
    got = eval(line.partition(">>> ")[2], {"np": np, "shifted": shifted})
    assert got.dtype == np.float32
    assert got.shape == (1,)


def test_of_digits_lost_the_smallest_input_is_two_short_numbers() -> None:
    audit = _grade(shifted, regimes=["gap"])
    with pytest.raises(RequirementNotMet) as caught:
        audit.require(verdict="stable")
    assert "input  -10, 0" in str(caught.value)


def test_a_requirement_that_is_met_passes_beside_one_that_is_not() -> None:
    with pytest.raises(RequirementNotMet, match="1 of 2 requirements not met"):
        _grade(shifted, regimes=["gap"]).require(verdict="unstable", max_ulp=1)


def test_nothing_said_requires_stable() -> None:
    with pytest.raises(RequirementNotMet, match="required stable or better; unstable"):
        _grade(shifted, regimes=["gap"]).require()


def test_a_nan_is_more_than_any_number_of_ulps() -> None:
    def with_a_nan(x: Array) -> Array:
        return np.where((x == 0).any(axis=1), np.nan, nearest(x)).astype(x.dtype)

    with pytest.raises(RequirementNotMet, match=r"NaN ×\d+(.|\n)*input  0"):
        _grade(with_a_nan, regimes=["gap"]).require(max_ulp=1e9)


def test_what_raises_is_shown_by_the_smallest_input_that_makes_it_raise() -> None:
    def raising(x: Array) -> Array:
        if (x > 3).any():
            raise ValueError("more than three")
        return nearest(x)

    with pytest.raises(RequirementNotMet) as caught:
        _grade(raising, regimes=["digits"]).require(no_violations=True)
    text = str(caught.value)
    assert "exception: ValueError: more than three" in text
    assert ">>> raising(np.array([[10, 10]], dtype=np.float32))" in text


def test_an_answer_of_another_shape_is_a_finding_and_no_exception() -> None:
    audit = _grade(lambda x: x, regimes=["gap"])
    assert audit.verdict == "wrong"
    with pytest.raises(RequirementNotMet, match=r"shape: returned ndarray of shape \(\d+, 2\)"):
        audit.require(verdict="unstable")


def test_what_is_weak_meets_weak_and_not_stable() -> None:
    # Of 65,536 terms, which a sum in order rounds as often.
    audit = _grade(lambda x: np.logaddexp.reduce(x, axis=1), regimes=["many"], samples=50)
    assert audit.verdict == "weak"
    audit.require(verdict="weak")
    with pytest.raises(RequirementNotMet, match="required stable or better; weak"):
        audit.require(verdict="stable")


def test_wrong_calls_are_told_in_one_line() -> None:
    with pytest.raises(UsageError, match=r"which function does .*compute\? say one"):
        lse_verify.grade(shifted)
    with pytest.raises(UnknownName, match="no function named 'logsumexo'; did you mean"):
        lse_verify.grade(shifted, "logsumexo")
    with pytest.raises(UnknownName, match="no format named 'float32'"):
        lse_verify.grade(shifted, "logsumexp", "float32")
    with pytest.raises(UnknownName, match="no regime named 'gaps'; did you mean 'gap'"):
        _grade(shifted, regimes=["gaps"])
    with pytest.raises(UsageError, match="nothing to grade: the regime opposed has no"):
        _grade(shifted, regimes=["opposed"])
    with pytest.raises(UnknownName, match="no verdict named 'stabel'; did you mean 'stable'"):
        _grade(shifted).require(verdict="stabel")
    with pytest.raises(UsageError, match="max ulp is -1"):
        _grade(shifted).require(max_ulp=-1)


def test_the_name_of_the_function_says_what_it_computes() -> None:
    def softplus(x: Array) -> Array:
        return correct.softplus(x)

    audit = lse_verify.grade(softplus, format="binary32", regimes=["gap"], samples=50)
    assert {entry.cell.function for entry in audit.findings} == {"softplus"}


def test_the_process_is_left_as_it_was_found() -> None:
    random.seed(5)
    before = (flint.ctx.prec, mpmath.mp.prec, random.getstate(), Path.cwd(), np.geterr())
    streams = sys.stdout, sys.stderr
    flint.ctx.prec, mpmath.mp.prec = 77, 99
    try:
        with np.errstate(over="raise"), pytest.raises(RequirementNotMet):
            _grade(shifted).require()
        assert (flint.ctx.prec, mpmath.mp.prec) == (77, 99)
    finally:
        flint.ctx.prec, mpmath.mp.prec = before[:2]
    after = (flint.ctx.prec, mpmath.mp.prec, random.getstate(), Path.cwd(), np.geterr())
    assert before == after
    assert streams == (sys.stdout, sys.stderr)


def test_it_is_shown_as_a_table_in_markdown_and_in_html() -> None:
    audit = _grade(shifted)
    assert repr(audit) == "<Audit: 3 findings, wrong>"
    markdown = audit._repr_markdown_()
    assert markdown.startswith("| implementation | function |")
    assert "| `shifted` | logsumexp | binary32 | **wrong**" in markdown
    html = audit._repr_html_()
    assert "<table>" in html
    assert "<code>shifted</code>" in html


def test_a_hostile_name_is_no_html() -> None:
    def mine(x: Array) -> Array:
        return nearest(x)

    mine.__name__ = mine.__qualname__ = "<script>|`x`</script>"
    html = _grade(mine)._repr_html_()
    assert "<script>" not in html
    assert html.count("<tr>") == 2


def test_the_worst_input_is_one_that_was_found() -> None:
    audit = _grade(shifted, regimes=["gap"])
    assert audit.worst is not None
    assert audit.worst.size == max(
        entry.finding.worst_stability.size
        for entry in audit.findings
        if entry.finding.worst_stability
    )


def test_a_data_frame_has_a_row_a_finding() -> None:
    if importlib.util.find_spec("pandas") is None:
        pytest.skip("pandas is not installed")
    frame = _grade(shifted).to_dataframe()
    assert list(frame["regime"]) == ["gap", "ties", "special"]
    assert set(frame["verdict"]) == {"unstable", "stable", "wrong"}


def test_without_data_frames_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    audit, importing = _grade(shifted, regimes=["gap"]), builtins.__import__

    def without(name: str, *others: Any) -> Any:
        if name in ("pandas", "polars"):
            raise ImportError(name)
        return importing(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match="no data frames are here; pip install pandas"):
        audit.to_dataframe()
