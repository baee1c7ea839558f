"""The rounding bounds: the array against the formulas in mpmath, and floats against both.

Expected values come from the formulas of the module's docstring, evaluated term by term at
300 bits; and from a simulated exp that is made wrong by a known number of ulps.
"""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lse_verify.enclosure import Floats
from lse_verify.errors import UnknownName
from lse_verify.family.rounding import (
    SCHEMES,
    ElementaryErrors,
    Scheme,
    rounding_bound,
    scheme_named,
)
from lse_verify.formats import (
    BFLOAT16,
    BINARY16,
    BINARY32,
    BINARY64,
    FLOAT8_E4M3FN,
    FLOAT8_E5M2,
    FORMATS,
    FloatArray,
    Format,
)

ERRORS = ElementaryErrors(exp=0.75, log=1.5, log1p=3.0)

every_scheme = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=lambda s: s.name)
every_format = pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda f: f.name)


def _exact_ulp(magnitude: mpmath.mpf, fmt: Format) -> mpmath.mpf:
    exponent = int(mpmath.frexp(magnitude)[1]) - 1 if magnitude else fmt.emin
    return mpmath.mpf(2) ** (min(max(exponent, fmt.emin), fmt.emax) - fmt.precision + 1)


def _exactly(
    scheme: Scheme, errors: ElementaryErrors, fmt: Format, row: list[float]
) -> tuple[mpmath.mpf, mpmath.mpf] | None:
    """Return y and the bound as the docstring writes it, None where R ≥ 1."""
    u, eta = mpmath.mpf(2) ** -fmt.precision, mpmath.mpf(fmt.smallest_subnormal)
    finite = [mpmath.mpf(v) for v in row if v > -math.inf]
    n, peak = len(row), max(finite)
    h = math.ceil(math.log2(n)) if scheme.pairwise else n - 1
    if scheme.form == "shifted_log1p" and not scheme.pairwise:
        h = max(n - 2, 0)
    grown, growth = (1 + u) ** h, (1 + 2 * errors.exp * u) * (1 + u) ** h
    s = mpmath.fsum(mpmath.exp(v - peak) for v in finite)
    y = peak + mpmath.log(s)
    if scheme.form == "naive":
        total = mpmath.fsum(map(mpmath.exp, finite))
        relative = growth - 1 + len(finite) * errors.exp * eta * grown / total
    else:
        others = [peak - v for v in finite if v < peak]
        ties = len(finite) - len(others) - (scheme.form == "shifted_log1p")
        wrong = ties * (grown - 1) + len(others) * errors.exp * eta * grown
        wrong += mpmath.fsum(mpmath.exp(-d) * (mpmath.exp(u * d) * growth - 1) for d in others)
        relative = wrong / s
    if relative >= 1:
        return None
    on_log = -mpmath.log1p(-relative)
    if scheme.form == "naive":
        return y, on_log + errors.log * _exact_ulp(abs(y) + on_log, fmt)
    log_ulps = errors.log1p if scheme.form == "shifted_log1p" else errors.log
    inner = on_log + log_ulps * _exact_ulp(mpmath.log(s) + on_log, fmt)
    return y, inner + _exact_ulp(abs(y) + inner, fmt) / 2


def _rows(fmt: Format, seed: int = 0) -> list[list[float]]:
    rng = np.random.default_rng(seed)
    drawn = [
        rng.normal(size=n) * width + offset
        for n in (1, 2, 3, 7, 40)
        for width in (0.01, 1, 9, 80)
        for offset in (0, -3, 4)
    ]
    found = [fmt.cast(row).astype(np.float64).tolist() for row in drawn]
    return [*found, [0.0, -20.0], [0.0, 0.0, 0.0], [1.0, -math.inf], [-8.0, -8.0]]


def _bound(
    scheme: Scheme, fmt: Format, row: list[float], errors: ElementaryErrors = ERRORS
) -> float:
    rows = np.array([row])
    peak = rows.max(axis=1)
    y = np.abs(peak + np.log(np.exp(rows - peak[:, None]).sum(axis=1)))
    return float(rounding_bound(scheme, errors, fmt, rows, y * (1 + 2.0**-40) + 5e-324)[0])


@every_format
@every_scheme
def test_the_array_is_above_the_exact_formula_and_by_almost_nothing(
    scheme: Scheme, fmt: Format
) -> None:
    compared = 0
    with mpmath.workprec(300):
        for row in _rows(fmt):
            given, exact = _bound(scheme, fmt, row), _exactly(scheme, ERRORS, fmt, row)
            if exact is None:
                assert given == math.inf
            elif given < math.inf:
                compared += 1
                # Outward may mean the next binade, where an ulp is twice as large.
                near_binade = _exact_ulp(exact[0] * (1 + 1e-9), fmt) != _exact_ulp(exact[0], fmt)
                assert exact[1] <= given
                assert near_binade or given <= exact[1] * (1 + 1e-9)
    assert compared >= 30


def test_a_difference_that_overflows_leaves_no_bound_where_it_becomes_nan() -> None:
    # 448 + 32 is NaN in float8_e4m3fn; in float8_e5m2 57344 + 8192 is infinite, and exp(−∞) is 0.
    shifted, naive = SCHEMES["shifted"], SCHEMES["naive"]
    assert _bound(shifted, FLOAT8_E4M3FN, [1.0, -447.0]) < math.inf
    assert _bound(shifted, FLOAT8_E4M3FN, [32.0, -448.0]) == math.inf
    assert _bound(naive, FLOAT8_E4M3FN, [4.0, -448.0]) < math.inf
    assert _bound(shifted, FLOAT8_E5M2, [8192.0, -57344.0]) < math.inf


@pytest.mark.parametrize("spread", [0.5, 5, 50, 80])
def test_to_first_order_the_shifted_bound_does_not_grow_with_the_spread(spread: float) -> None:
    # PROOFS: u(2E + h + ln n − ln s) + L·ulp(ln s) + ½·ulp(y) to first order.
    fmt, scheme, u = BINARY32, SCHEMES["shifted"], BINARY32.unit_roundoff
    row = fmt.cast(np.linspace(3.0, 3.0 - spread, 9)).astype(np.float64)
    log_s = float(np.log(np.exp(row - row.max()).sum()))
    y = float(row.max()) + log_s
    limit = u * (2 * ERRORS.exp + 8 + math.log(9) - log_s)
    limit += ERRORS.log * float(_exact_ulp(mpmath.mpf(log_s), fmt))
    limit += float(_exact_ulp(mpmath.mpf(y), fmt)) / 2
    assert _bound(scheme, fmt, row.tolist()) <= limit * (1 + 1e-4)


def test_the_additions_on_the_longest_path() -> None:
    names = ("naive", "shifted", "shifted_log1p", "shifted.pairwise", "naive.pairwise")
    counts = {n: [SCHEMES[name].additions(n) for name in names] for n in (1, 2, 3, 8, 9)}
    assert counts == {
        1: [0, 0, 0, 0, 0],
        2: [1, 1, 0, 1, 1],
        3: [2, 2, 1, 2, 2],
        8: [7, 7, 6, 3, 3],
        9: [8, 8, 7, 4, 4],
    }


def test_an_unknown_scheme_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="shifted"):
        scheme_named("shfted")


@pytest.mark.parametrize(
    ("scheme", "fmt", "row"),
    [
        ("naive", BINARY16, [12.0]),  # e^12 is above 65504
        ("naive", BINARY16, [10.5, 10.5]),  # the sum is
        ("naive", BINARY16, [-30.0]),  # e^−30 is below half a subnormal
        ("naive", BINARY64, [-800.0, -801.0]),
        ("naive", BINARY64, [709.0, 709.5]),
        ("shifted", BFLOAT16, [0.0] * 600),  # (1+u)^599 − 1 is above 1
        ("shifted", BINARY16, [65504.0, 65504.0]),  # the result rounds to infinity
        ("shifted.pairwise", BINARY16, [0.0] * 65536),  # the sum does
    ],
)
def test_there_is_no_bound_where_the_sum_overflows_or_is_lost(
    scheme: str, fmt: Format, row: list[float]
) -> None:
    assert _bound(SCHEMES[scheme], fmt, row) == math.inf


def test_a_million_terms_have_a_pairwise_bound_and_raise_no_warning() -> None:
    row = np.zeros(10**6).tolist()
    assert _bound(SCHEMES["shifted.pairwise"], BINARY32, row) < 1e-5
    assert _bound(SCHEMES["shifted"], BFLOAT16, row) == math.inf


@every_scheme
def test_a_term_of_minus_infinity_costs_no_more_than_its_addition(scheme: Scheme) -> None:
    alone, beside = [1.0, 0.5, 0.0], [1.0, 0.5, -math.inf, 0.0]
    unseen = [1.0, 0.5, -200.0, 0.0]
    bounds = [_bound(scheme, BINARY32, row) for row in (alone, beside, unseen)]
    assert bounds == sorted(bounds)


def test_a_subnormal_truth_of_binary64_has_a_bound_of_some_subnormals() -> None:
    # y = log1p(exp(−740)): E and L of subnormals, half a subnormal, and what was put outward.
    bound = _bound(SCHEMES["shifted_log1p"], BINARY64, [0.0, -740.0])
    assert 4 <= bound / 5e-324 <= 20


@given(st.floats(0.5, 50), st.floats(0.5, 50), st.sampled_from([*SCHEMES.values()]))
def test_worse_functions_have_larger_bounds(e: float, more: float, scheme: Scheme) -> None:
    row = [0.25, -1.0, -7.5]
    good, worse = ElementaryErrors(e, e, e), ElementaryErrors(e + more, e, e)
    worst = ElementaryErrors(e + more, e + more, e + more)
    bounds = [_bound(scheme, BINARY32, row, errors) for errors in (good, worse, worst)]
    assert bounds == sorted(bounds)


def _worse_exp(x: FloatArray, fmt: Format, off: Floats) -> FloatArray:
    """Return a correctly rounded exp moved by whole floats; exact at 0 and −∞."""
    right = fmt.cast(np.exp(x.astype(np.float64)))
    top = fmt.ordinals(np.array([fmt.largest], dtype=fmt.dtype))
    moved = np.clip(fmt.ordinals(right) + off.astype(np.int64), 0, top)
    fixed = (x == 0) | np.isinf(x.astype(np.float64)) | np.isinf(right.astype(np.float64))
    return np.where(fixed, right, fmt.from_ordinals(moved))


@settings(max_examples=200, deadline=None)
@given(
    fmt=st.sampled_from([BINARY16, BFLOAT16, BINARY32]),
    scheme=st.sampled_from([*SCHEMES.values()]),
    seed=st.integers(0, 2**32),
    n_terms=st.integers(1, 12),
    width=st.sampled_from([0.01, 1.0, 8.0, 40.0]),
    most=st.integers(0, 6),
    one_way=st.sampled_from([-1, 0, 1]),
)
def test_an_exp_that_is_wrong_by_a_known_amount_never_breaks_the_bound(
    fmt: Format, scheme: Scheme, seed: int, n_terms: int, width: float, most: int, one_way: int
) -> None:
    rng = np.random.default_rng(seed)
    x = fmt.cast(rng.normal(size=(1, n_terms)) * width)
    off = rng.integers(-most, most + 1, size=x.shape) if not one_way else one_way * most
    got = _computed(scheme, fmt, x, np.broadcast_to(np.float64(off), x.shape))
    # The cast of a log of binary64 is a nearest float but for 2**-20 ulp of these formats.
    errors = ElementaryErrors(most + 0.501, 0.501, 0.501)
    row = x[0].astype(np.float64).tolist()
    bound = _bound(scheme, fmt, row, errors)
    with mpmath.workprec(300):
        y = mpmath.log(mpmath.fsum(map(mpmath.exp, row)))
        assert bound == math.inf or abs(mpmath.mpf(got) - y) <= bound


def _computed(scheme: Scheme, fmt: Format, x: FloatArray, off: Floats) -> float:
    shift = np.zeros(1, dtype=fmt.dtype) if scheme.form == "naive" else x.max(axis=1)
    with np.errstate(all="ignore"):
        weights = _worse_exp(x - shift[:, None], fmt, off)
        if scheme.form == "shifted_log1p":
            weights[0, x[0].argmax()] = 0
        total = _sum(weights, scheme.pairwise).astype(np.float64)
        logarithm = np.log1p(total) if scheme.form == "shifted_log1p" else np.log(total)
        return float((shift + fmt.cast(logarithm))[0])


def _sum(terms: FloatArray, pairwise: bool) -> FloatArray:
    if not pairwise:
        return np.asarray(np.add.accumulate(terms, axis=1)[:, -1])
    while terms.shape[1] > 1:
        even = terms.shape[1] // 2 * 2
        terms = np.concatenate([terms[:, 0:even:2] + terms[:, 1:even:2], terms[:, even:]], axis=1)
    return terms[:, 0]
