"""Floating-point formats as data: what their floats are, and how to round into them.

Every format here is a subset of binary64, so a Python ``float`` carries any of its
values exactly, and ``Fraction`` carries any real that has to be rounded.

References
----------
IEEE 754-2019, sections 3.3 (sets of floats), 4.3 (rounding), 5.3.1 (nextUp, nextDown).
P. Micikevicius et al., "FP8 formats for deep learning", 2022 (arXiv:2209.05433): the two
of 8 bits. "fn" says that the first has finite floats and NaN, and no infinity.
"""

from lse_verify.formats.format import FloatArray, Format, Rounding
from lse_verify.formats.named import (
    BFLOAT16,
    BINARY16,
    BINARY32,
    BINARY64,
    FLOAT8_E4M3FN,
    FLOAT8_E5M2,
    FORMATS,
    format_named,
    format_of,
)
from lse_verify.formats.powers import floor_log2, power_of_two

__all__ = [
    "BFLOAT16",
    "BINARY16",
    "BINARY32",
    "BINARY64",
    "FLOAT8_E4M3FN",
    "FLOAT8_E5M2",
    "FORMATS",
    "FloatArray",
    "Format",
    "Rounding",
    "floor_log2",
    "format_named",
    "format_of",
    "power_of_two",
]
