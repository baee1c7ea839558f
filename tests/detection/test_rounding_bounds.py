"""Does the a-priori bound catch what no verdict need see, and never a correct algorithm?

A fault is planted in the shifted sum of binary64; what is correct is the textbook, in every
format and regime and on what Hypothesis finds.
"""

from __future__ import annotations

from functools import reduce
from pathlib import Path

import numpy as np
import planted
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lse_verify.audit.cell import Cell
from lse_verify.audit.finding import Finding, RoundingUse
from lse_verify.audit.grade import Grader, Workplace
from lse_verify.audit.measure import measure
from lse_verify.audit.reference import reference
from lse_verify.audit.site import Site
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.family.rounding import SCHEMES, scheme_named
from lse_verify.formats import BINARY64, FORMATS, FloatArray, Format
from lse_verify.implementations.library import Call, Implementation
from lse_verify.implementations.textbook.library import LIBRARY
from lse_verify.inputs.regimes import REGIMES
from lse_verify.oracle.ladder import Ladder

HERE = Path(__file__).parent
SAMPLES = 8
LADDER = Ladder()
WITH_A_BOUND = [i for i in LIBRARY.implementations if i.scheme is not None]


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Grader:
    return Workplace(tmp_path_factory.mktemp("references"), HERE).grader()


def _use(call: Call, scheme: str, fmt: Format, rows: FloatArray) -> RoundingUse:
    function, block = FUNCTIONS["logsumexp"], Block((rows,))
    site = Site(LADDER, function, fmt, block, reference(LADDER, function, block, fmt), 0, 0)
    with np.errstate(all="ignore"):
        shown = measure(site, call(rows.copy()), None, scheme_named(scheme))
    assert shown.rounding_use is not None
    return shown.rounding_use


def _random_rows(rng: np.random.Generator, n_rows: int) -> list[FloatArray]:
    return [
        rng.normal(size=(n_rows, n_terms)) * width
        for n_terms in (2, 3, 5, 10, 30, 100)
        for width in (0.1, 1, 5, 20)
    ]


def _share_caught(call: Call) -> float:
    rng = np.random.default_rng(11)
    uses = [_use(call, "shifted", BINARY64, rows) for rows in _random_rows(rng, 40)]
    return sum(u.broken.count for u in uses) / sum(u.broken.tested for u in uses)


def test_an_epsilon_inside_the_log_is_caught_on_nearly_every_input() -> None:
    assert _share_caught(planted.epsilon_inside_the_log) > 0.95


def test_a_sum_accumulated_in_binary32_is_caught_on_most_inputs() -> None:
    assert _share_caught(planted.accumulated_in_binary32) > 0.75


@pytest.mark.parametrize("name", ["epsilon_inside_the_log", "accumulated_in_binary32"])
def test_the_audit_names_the_row_that_breaks_the_bound(name: str, grader: Grader) -> None:
    cell = Cell(f"planted.py:{name}", "logsumexp", "binary64", "gaussian", 0, SAMPLES)
    use = grader.grade(cell).finding.rounding_use
    assert use is not None
    assert use.broken.count > use.broken.tested / 2
    assert use.broken.witness is not None
    assert use.broken.witness.truth


@pytest.mark.parametrize(("name", "scheme"), [("log_of_the_whole_sum", "shifted"),
                                              ("without_shift", "naive")])  # fmt: skip
def test_what_a_scheme_cannot_do_better_is_no_break_of_its_bound(
    name: str, scheme: str, grader: Grader
) -> None:
    # Both are unstable or worse, and are what they say they are.
    regimes = [r.name for r in REGIMES.values() if r.name not in ("many", "special")]
    cells = [Cell(f"planted.py:{name}", "logsumexp", "binary64", r, 0, SAMPLES) for r in regimes]
    use = reduce(Finding.merge, (grader.grade(cell).finding for cell in cells)).rounding_use
    assert use is not None
    assert use.scheme == scheme
    assert (use.broken.count, use.broken.tested > 100) == (0, True)


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("implementation", WITH_A_BOUND, ids=lambda i: f"{i.name}-{i.function}")
def test_a_correct_algorithm_breaks_no_bound_in_any_regime(
    implementation: Implementation, fmt: str, grader: Grader
) -> None:
    function = implementation.function
    uses = [
        grader.grade(Cell(implementation.name, function, fmt, r.name, 5, SAMPLES)).finding
        for r in REGIMES.values()
        if function in r.functions
    ]
    use = reduce(Finding.merge, uses).rounding_use
    assert use is not None
    # In float8_e5m2 the naive form has a bound for 97 rows.
    assert use.broken.tested > 90
    assert use.broken.witness is None
    assert use.broken.count == 0


@settings(max_examples=200, deadline=None)
@given(
    implementation=st.sampled_from([i for i in WITH_A_BOUND if i.function == "logsumexp"]),
    fmt=st.sampled_from([*FORMATS.values()]),
    entries=st.lists(
        st.floats(-1e5, 1e5) | st.floats(-90, 90) | st.floats(-1, 1) | st.just(-np.inf),
        min_size=1,
        max_size=9,
    ),
)
def test_no_row_is_found_that_breaks_the_bound_of_a_correct_algorithm(
    implementation: Implementation, fmt: Format, entries: list[float]
) -> None:
    rows = fmt.cast(np.array([entries]))
    assert implementation.scheme in SCHEMES
    use = _use(implementation.load(), implementation.scheme, fmt, rows)
    assert use.broken.count == 0
