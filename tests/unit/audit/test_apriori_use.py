"""Errors held against the bounds of Blanchard, Higham & Higham."""

from __future__ import annotations

import math
from collections.abc import Callable

import msgspec
import numpy as np
import pytest

from lse_verify.audit.finding import BoundUse
from lse_verify.audit.measure import measure
from lse_verify.audit.site import Site

MakeSite = Callable[..., Site]


def _use(site: Site, algorithm: str, *got: float) -> BoundUse:
    found = measure(site, site.fmt.cast(np.array(got)), algorithm).bound_use
    assert found is not None
    return found


def test_the_error_of_a_lost_tail_is_one_over_u_and_holds_its_bound(site: MakeSite) -> None:
    # (0, −5): y = log1p(exp(−5)); naive bound 1 + (n + 1)/|y|, MATHEMATICS 6.
    found = _use(site("logsumexp", [[0.0, -5.0]]), "logsumexp.naive", 0.0)
    bound = 1 + 3 / math.log1p(math.exp(-5))
    assert (found.measured, found.overflowed) == (1, 0)
    assert math.isclose(found.largest_error, 2.0**53, rel_tol=1e-6)
    assert math.isclose(found.largest_bound, bound, rel_tol=1e-9)
    # Written to seven digits.
    assert math.isclose(found.largest_use, 2.0**53 / bound, rel_tol=1e-6)


@pytest.mark.parametrize("fmt", ["binary16", "binary64"])
@pytest.mark.parametrize("low", [-800.0, -30000.0])
def test_a_truth_below_binary64_answered_with_zero_is_lost_whole_and_no_overflow(
    site: MakeSite, fmt: str, low: float
) -> None:
    made = site("logsumexp", [[0.0, low]], fmt=fmt)
    found = _use(made, "logsumexp.shifted", 0.0)
    assert (found.measured, found.overflowed) == (1, 0)
    assert math.isclose(found.largest_error, 1 / made.fmt.unit_roundoff, rel_tol=1e-6)


def test_an_exact_zero_has_no_error_and_no_overflow(site: MakeSite) -> None:
    found = _use(site("logsumexp", [[0.0]]), "logsumexp.shifted", 0.0)
    assert (found.measured, found.overflowed, found.largest_error) == (1, 0, 0.0)


def test_infinity_and_nan_are_overflows_and_enter_no_maximum(site: MakeSite) -> None:
    made = site("logsumexp", [[3.0, 1.0], [3.0, 2.0], [1.0, 0.0]])
    found = _use(made, "logsumexp.naive", math.inf, math.nan, 1.3132616875182228)
    assert (found.measured, found.overflowed) == (1, 2)
    assert found.largest_error < 1


def test_what_is_kept_is_finite_whatever_the_error_for_json_has_no_infinity(
    site: MakeSite,
) -> None:
    found = _use(site("logsumexp", [[0.0, -800.0]]), "logsumexp.naive", 1e300)
    assert msgspec.json.decode(msgspec.json.encode(found), type=BoundUse) == found


def test_the_error_of_shares_is_relative_to_the_largest_share(site: MakeSite) -> None:
    p = 1 / (1 + math.exp(-2))
    found = _use(site("softmax", [[2.0, 0.0]]), "softmax.naive", p, 1 - p + 1e-10)
    assert math.isclose(found.largest_error, 1e-10 / p * 2.0**53, rel_tol=1e-5)
    assert found.largest_bound == 5
