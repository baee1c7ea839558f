"""The error measure: how many units in the last place a result is from the exact real.

One definition (MATHEMATICS, section 3), against the exact real value and never against
its rounding::

    e(r)   = min(max(floor(log2 |r|), emin), emax)
    ulp(r) = 2**(e(r) - (p - 1))
    error  = |got - y| / ulp(y)            0.5 or less: a nearest float

The last equivalence has one exception: at a y that is itself a power of two, the float below
it is half an ulp away too, and yet not the nearest. Truths of this family are transcendental
save for exact cases such as softmax = 1/2; there, compare with the rounding itself.

`error_ulps` is that definition in rational arithmetic; `enclosed_error` applies it to an
interval that holds y; `error_ulps_array` is the fast twin on arrays.

A `got` of ±∞ is the float after the largest when y lies in the top binade or beyond, with
the same sign; anywhere else it is *spurious*, as NaN always is, but for one case. A format
without infinity stores NaN for what overflows: there NaN is the float after the largest (which
it would be, did the format go on) where y rounds beyond the largest, and spurious where y
rounds to a float. Nothing spurious ever becomes a number that could enter a mean.
"""

from lse_verify.ulp.arrays import ErrorArray, Ruler, error_ulps_array
from lse_verify.ulp.exact import Spurious, enclosed_error, error_ulps, ulp

__all__ = [
    "ErrorArray",
    "Ruler",
    "Spurious",
    "enclosed_error",
    "error_ulps",
    "error_ulps_array",
    "ulp",
]
