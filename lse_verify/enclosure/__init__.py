"""Enclosures: real intervals that are certain to hold the true value.

`Enclosure` is one interval with rational ends, each closed or open: the exact form, in
which truth crosses every boundary. `EnclosureArray` is its fast twin: many intervals
as scaled double-double centres with radii.

An open end is what ends the question for inputs such as (2**40, −1e300): the result is
*strictly* above 2**40, by less than any number that could be written down, and that
alone decides how it rounds (MATHEMATICS, section 4).
"""

from lse_verify.enclosure.arrays import (
    ZERO_EXPONENT,
    EnclosureArray,
    Floats,
    enclosure_array,
    in_quanta,
    split,
)
from lse_verify.enclosure.decimals import decimal_string
from lse_verify.enclosure.interval import Enclosure

__all__ = [
    "ZERO_EXPONENT",
    "Enclosure",
    "EnclosureArray",
    "Floats",
    "decimal_string",
    "enclosure_array",
    "in_quanta",
    "split",
]
