"""Sums of exponentials with rational factors: what is left of them, and its sign.

Expected signs are those of the first term of the series that does not cancel, taken by hand.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from lse_verify.family import weighted_sum
from lse_verify.family.weighted_sum import Groups, grouped, sign_of

LARGEST = 1.7976931348623157e308


def test_weights_of_equal_entries_are_added_without_rounding() -> None:
    found = grouped((0.0, 1.0, -0.0), (1e308, 1.0, 5e-324))
    assert found == {1.0: 1, 0.0: Fraction(1e308) + Fraction(5e-324)}


def test_the_largest_entry_comes_first_and_what_cancels_is_left_out() -> None:
    found = grouped((1.0, 3.0, 2.0, 3.0, 1.0), (1.0, 2.0, -1.0, -2.0, 0.5))
    assert list(found.items()) == [(2.0, -1), (1.0, Fraction(3, 2))]
    assert grouped((0.1, 0.1, 0.1), (0.1, 0.2, -0.3)) != {}


@pytest.mark.parametrize(
    ("row", "weights", "sign"),
    [
        ((), (), 0),
        ((1.0,), (-5e-324,), -1),
        ((1.0, 1.0), (1.0, -1.0), 0),
        ((0.0, 1.0), (1.0, 2.0), 1),
        ((0.0, 1.0), (-1.0, -2.0), -1),
        ((0.0, 1.0), (3.0, -1.0), 1),
        ((0.0, 1.0), (2.5, -1.0), -1),
        # 1 − e^h = −h…, h the least number that there is.
        ((0.0, 5e-324), (1.0, -1.0), -1),
        ((0.0, -5e-324), (1.0, -1.0), 1),
        # 1 − 2e^h + e^2h = h²…; 1 − 3e^h + 3e^2h − e^3h = −h³….
        ((0.0, 2.0**-1000, 2.0**-999), (1.0, -2.0, 1.0), 1),
        ((0.0, 2.0**-60, 2.0**-59, 3 * 2.0**-60), (1.0, -3.0, 3.0, -1.0), -1),
        # A factor decides only where the exponents leave it to.
        ((0.0, -1e300), (5e-324, -LARGEST), 1),
        ((LARGEST, -LARGEST), (-5e-324, LARGEST), -1),
        ((0.0, 1000.0), (LARGEST, -5e-324), 1),
        ((1e300, 1e300, 1e300), (LARGEST, 5e-324, -LARGEST), 1),
        ((1e300, 1e300, 1e300, 0.0), (LARGEST, -5e-324, -LARGEST, 1.0), -1),
    ],
)
def test_the_sign_is_that_of_the_first_term_that_does_not_cancel(
    row: tuple[float, ...], weights: tuple[float, ...], sign: int
) -> None:
    assert sign_of(grouped(row, weights)) == sign
    assert sign_of(grouped(row, tuple(-w for w in weights))) == -sign


def test_floats_say_nothing_of_what_they_do_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    near = math.log(3)
    groups = grouped((0.0, near), (3.0, -1.0))
    # log 3 is rounded up or down; one float beside it the sign is the other.
    signs = {
        sign_of(grouped((0.0, math.nextafter(near, towards)), (3.0, -1.0)))
        for towards in (0.0, math.inf)
    }
    assert signs == {-1, 1}

    def asked(groups: Groups, prec_bits: int) -> int:
        raise AssertionError("no bits were enough")

    monkeypatch.setattr(weighted_sum, "_in_bits", asked)
    with pytest.raises(AssertionError):
        sign_of(groups)
    assert sign_of(grouped((0.0, 1.0), (3.0, -1.0))) == 1


def test_where_the_bits_do_not_suffice_there_is_no_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighted_sum, "MOST_BITS", 512)
    assert sign_of(grouped((0.0, 5e-324), (1.0, -1.0))) == 0
