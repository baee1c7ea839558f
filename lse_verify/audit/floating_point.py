"""How this thread rounds, and what it does with subnormal numbers: read, and put right.

A library can change both for whoever calls it. One linked with ``-ffast-math`` does so when it is
loaded: on x86 that links ``crtfastmath.o``, which sets flush-to-zero and denormals-are-zero.

The C library's `fegetround` would not do to read it, because glibc's asks the x87 unit on x86-64
and SSE computes. What computes tells: sums and products whose result depends on the mode. Setting
FE_DFL_ENV clears it all, flush-to-zero and traps too, though C does not say so: measured with
glibc 2.36 on x86-64.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator

_MATHEMATICS = ctypes.CDLL(None)
_SET, _GET = _MATHEMATICS.fesetenv, _MATHEMATICS.fegetenv
_HOLD = _MATHEMATICS.feholdexcept
for _function in (_SET, _GET, _HOLD):
    _function.argtypes, _function.restype = [ctypes.c_void_p], ctypes.c_int

_KEPT = ctypes.create_string_buffer(256)
"""Larger than any `fenv_t`; nothing reads it."""

_HELD = ctypes.c_void_p(ctypes.addressof(_KEPT))

# Names, and not constants, which the compiler would fold in the mode that it runs in.
_ONE, _QUARTER, _THREE_QUARTERS = 1.0, 2.0**-54, 3 * 2.0**-54
_SMALLEST_NORMAL, _HALF = sys.float_info.min, 0.5


def _default() -> ctypes.c_void_p:
    """Return FE_DFL_ENV: a number in glibc and musl, the address of a variable in macOS."""
    if sys.platform == "darwin":
        return ctypes.c_void_p(ctypes.addressof(ctypes.c_char.in_dll(_MATHEMATICS, "_FE_DFL_ENV")))
    return ctypes.c_void_p(-1)


_DEFAULT = _default()


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """Put back in the end what was set in the beginning, whatever it was."""
    before = ctypes.create_string_buffer(len(_KEPT))
    _GET(before)
    try:
        yield
    finally:
        _SET(before)


def set_default() -> None:
    """Round to nearest, keep subnormal numbers, and trap nothing."""
    _SET(_DEFAULT)


def is_rounding_to_nearest() -> bool:
    """Tell whether the sums of this thread are rounded to nearest.

    What would trap does not from here on; `set_default` ends that.
    """
    _HOLD(_HELD)
    # Of a quarter and three quarters of an ulp above 1: every other mode fails one of the three.
    return _ONE + _QUARTER == _ONE and _ONE + _THREE_QUARTERS != _ONE and -_ONE - _QUARTER == -_ONE


def is_keeping_subnormals() -> bool:
    """Tell whether subnormal numbers stay what they are, as results and as arguments."""
    return _SMALLEST_NORMAL * _HALF > 0.0
