"""Errors held against the rounding bound: counted, with a witness, beside the verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding, RoundingUse
from lse_verify.audit.grade import Workplace
from lse_verify.audit.measure import measure
from lse_verify.audit.rounding_use import PLAIN
from lse_verify.audit.site import Site
from lse_verify.audit.verdict import Verdict, verdict
from lse_verify.family import FUNCTIONS
from lse_verify.family.lse_form import LseFunction
from lse_verify.family.rounding import SCHEMES
from lse_verify.implementations.registry import libraries

MakeSite = Callable[..., Site]


def _use(site: Site, scheme: str, *got: float) -> RoundingUse:
    shown = measure(site, site.fmt.cast(np.array(got)), None, SCHEMES[scheme])
    assert shown.rounding_use is not None
    return shown.rounding_use


# log(1 + e^−1) to binary64.
_Y = 0.31326168751822286


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_nearest_float_is_within_every_bound(site: MakeSite, scheme: str) -> None:
    use = _use(site("logsumexp", [[0.0, -1.0]]), scheme, _Y)
    assert (use.broken.tested, use.broken.count, use.unbounded) == (1, 0, 0)
    assert 0 < use.largest_use < 0.5
    assert use.broken.witness is None


def test_an_error_beyond_the_bound_is_counted_and_shown_with_what_is_allowed(
    site: MakeSite,
) -> None:
    made = site("logsumexp", [[0.0, -1.0], [0.0, -1.0], [0.0, -1.0]], first_row=5)
    use = _use(made, "shifted", _Y, _Y + 1e-12, _Y + 1e-14)
    assert (use.broken.tested, use.broken.count) == (3, 2)
    witness = use.broken.witness
    assert witness is not None
    assert witness.row == 6
    # With w = e^−1 and u half an ulp of y: 2(1 + w(1 + 2·1.5 + 1))/(1 + w) + 1.5 + ½.
    assert "allows 6.15 ulp" in witness.note
    assert math.isclose(use.largest_use, 1e-12 / math.ulp(_Y) / 6.15, rel_tol=1e-2)
    assert witness.size == use.largest_use


def test_nan_and_infinity_where_a_bound_holds_break_it_and_stay_json(site: MakeSite) -> None:
    use = _use(site("logsumexp", [[0.0, -1.0]] * 2), "naive", math.nan, math.inf)
    assert (use.broken.tested, use.broken.count) == (2, 2)
    assert msgspec.json.decode(msgspec.json.encode(use), type=RoundingUse) == use


def test_an_overflow_of_the_naive_sum_breaks_no_bound_for_there_is_none(site: MakeSite) -> None:
    use = _use(site("logsumexp", [[800.0, 1.0], [-800.0, -801.0]]), "naive", math.inf, -math.inf)
    assert (use.broken.tested, use.unbounded) == (0, 2)


def test_special_values_have_no_bound_and_a_term_of_minus_infinity_has(site: MakeSite) -> None:
    rows = [[math.inf, 0.0], [math.nan, 0.0], [-math.inf, -math.inf], [2.0, -math.inf]]
    use = _use(site("logsumexp", rows), "shifted", math.inf, math.nan, -math.inf, 2.0)
    assert (use.broken.tested, use.unbounded, use.broken.count) == (1, 0, 0)


def test_rows_without_terms_have_no_bound(site: MakeSite) -> None:
    use = _use(site("logsumexp", np.empty((2, 0))), "shifted", -math.inf, -math.inf)
    assert (use.broken.tested, use.unbounded) == (0, 0)


def test_a_truth_too_small_for_binary64_is_held_in_ulps_all_the_same(site: MakeSite) -> None:
    made = site("logsumexp", [[0.0, -744.0], [0.0, -30000.0]], fmt="binary64")
    fine = _use(made, "shifted_log1p", 1e-323, 0.0)
    assert (fine.broken.tested, fine.broken.count) == (2, 0)
    assert _use(made, "shifted_log1p", 1e-320, 1e-300).broken.count == 2


def test_the_functions_with_a_bound_are_log_sum_exp_of_their_entries_and_no_more() -> None:
    for name in PLAIN:
        function = FUNCTIONS[name]
        assert isinstance(function, LseFunction)
        point = tuple((1.0, 2.0) if kind == "row" else 1.0 for kind in function.arguments)
        form = function.form(point)
        assert form.multiplier == form.scale == 1


def test_textbook_schemes_are_known_and_of_functions_that_have_a_bound() -> None:
    declared = [i for i in libraries()["textbook"].implementations if i.scheme is not None]
    assert {i.scheme for i in declared} <= {*SCHEMES}
    assert {i.function for i in declared} == {*PLAIN}


_MINE = """
import numpy as np

def logsumexp(x):
    peak = x.max(axis=1)
    return peak + np.log(np.exp(x - peak[:, None]).sum(axis=1)) * {factor}

def softmax(x):
    w = np.exp(x - x.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True)

logsumexp.rounding_scheme = {scheme!r}
softmax.rounding_scheme = "shifted"
"""


def _graded(
    folder: Path, factor: str = "1", scheme: str = "shifted", name: str = "logsumexp"
) -> Finding:
    (folder / "mine.py").write_text(_MINE.format(factor=factor, scheme=scheme))
    cell = Cell("mine.py:" + name, name, "binary64", "ties", 0, 10)
    return Workplace(None, folder).grader().grade(cell).finding


def test_a_users_callable_declares_its_scheme_by_an_attribute(tmp_path: Path) -> None:
    use = _graded(tmp_path).rounding_use
    assert use is not None
    assert (use.scheme, use.broken.count) == ("shifted", 0)
    assert use.broken.tested > 5


def test_a_broken_rounding_bound_leaves_the_verdict_alone_and_its_witness_complete(
    tmp_path: Path,
) -> None:
    # 6e−16 of log 2 is 4 u more than there was, where the bound allows 3: stable all the same.
    finding = _graded(tmp_path, factor="(1 - 6e-16)")
    assert verdict(finding) <= Verdict.STABLE
    use = finding.rounding_use
    assert use is not None
    assert use.broken.count > 0
    witness = use.broken.witness
    assert witness is not None
    assert witness.truth
    assert witness.arguments
    assert witness.error_ulps


def test_an_unknown_scheme_is_a_finding_in_the_words_of_the_error(tmp_path: Path) -> None:
    failure = _graded(tmp_path, scheme="shfted").failure
    assert failure is not None
    assert "did you mean 'shifted'" in failure.words


def test_a_scheme_for_a_function_without_a_bound_is_a_finding(tmp_path: Path) -> None:
    failure = _graded(tmp_path, name="softmax").failure
    assert failure is not None
    assert "softmax has no rounding bound" in failure.words
