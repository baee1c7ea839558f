"""The formats that implementations are graded in, by name and by dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from lse_verify.errors import BadInput, UnknownName
from lse_verify.formats.format import Format

FLOAT8_E4M3FN = Format(
    "float8_e4m3fn", precision=4, emin=-6, emax=8, bits=8, has_infinity=False, foreign=True
)
FLOAT8_E5M2 = Format("float8_e5m2", precision=3, emin=-14, emax=15, bits=8, foreign=True)
BINARY16 = Format("binary16", precision=11, emin=-14, emax=15, bits=16)
BFLOAT16 = Format("bfloat16", precision=8, emin=-126, emax=127, bits=16, foreign=True)
BINARY32 = Format("binary32", precision=24, emin=-126, emax=127, bits=32)
BINARY64 = Format("binary64", precision=53, emin=-1022, emax=1023, bits=64)

FORMATS = {f.name: f for f in (FLOAT8_E4M3FN, FLOAT8_E5M2, BINARY16, BFLOAT16, BINARY32, BINARY64)}
"""All formats by name, the narrowest first: the order of plans and reports."""


def format_named(name: str) -> Format:
    """Return the format of that name.

    Raises
    ------
    UnknownName
        If there is none; the message names the nearest.
    """
    try:
        return FORMATS[name]
    except KeyError:
        raise UnknownName("format", name, FORMATS) from None


def format_of(dtype: np.dtype[Any]) -> Format:
    """Return the format of a NumPy dtype.

    Raises
    ------
    BadInput
        If it is none of the formats'.

    Examples
    --------
    >>> format_of(np.dtype(np.float32)).name
    'binary32'
    """
    for fmt in FORMATS.values():
        if fmt.dtype == dtype:
            return fmt
    names = ", ".join(str(fmt.dtype) for fmt in FORMATS.values())
    raise BadInput(f"an array of {dtype} is none of {names}; convert it, knowing what that rounds")
