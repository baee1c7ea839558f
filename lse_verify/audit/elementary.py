"""What exp, log and log1p cost on this machine: E, L and L₁ of the rounding bounds.

Of the formats of at most 16 bits every float is tried on the spot. Of binary32 that takes
minutes: it was done once a platform, and a platform is known again by the bits of 3·65,536
answers. On one that is not known, the largest figures of all known ones and of a sample on the
spot are taken, and the finding says so. Of binary64 the documented bound is taken: 1 ulp from
the correctly rounded result, hence at most 1.5 ulp from the exact one; the documents are those
of x86-64 Linux, and elsewhere it is an assumption.

References
----------
NumPy, ``numpy/_core/tests/data/umath-validation-set-{exp,log,log1p}.csv``, column ``ulperr``:
at most 1 for float64, checked on every x86-64 Linux with AVX2 or AVX-512.
The GNU C Library manual, "Known Maximum Errors in Math Functions", which NumPy calls where it
has no loop of its own: 1 ulp for exp, log and log1p on x86-64.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from lse_verify.audit.finding import Basis
from lse_verify.audit.platform import NAMES, Platform, digest, kept, largest_error, spread
from lse_verify.family.rounding import ElementaryErrors
from lse_verify.formats import Format, format_named

DOCUMENTED_ULPS = 1.5
"""Of binary64: a nearest float is half an ulp from the exact value, the documents allow 1 more."""

_SAMPLE = 1 << 20


@dataclass(frozen=True, slots=True)
class Elementary:
    """The errors of NumPy's functions in one format, and how they are known."""

    errors: ElementaryErrors
    basis: Basis


@cache
def elementary(format_name: str) -> Elementary:
    """Return the errors on this machine: a fraction of a second, once a process and format.

    Examples
    --------
    >>> elementary("binary16").basis, elementary("binary64").errors.exp
    ('exhaustive', 1.5)
    """
    fmt = format_named(format_name)
    if fmt.bits == 64:
        return Elementary(ElementaryErrors(*[DOCUMENTED_ULPS] * 3), "documented")
    if fmt.bits <= 16:
        found = {name: largest_error(name, fmt).ulps for name in NAMES}
        return Elementary(ElementaryErrors(**found), "exhaustive")
    return recognised(fmt, digest(fmt), kept())


def recognised(fmt: Format, here: str, platforms: list[Platform]) -> Elementary:
    """Return the figures of the platform with the digest `here`, or a stand-in for them.

    Parameters
    ----------
    fmt : Format
        The format that the platforms were measured in.
    here : str
        The digest of this machine.
    platforms : list of Platform
        Those that were measured.
    """
    for platform in platforms:
        if platform.digest == here:
            found = {name: platform.errors[name].ulps for name in NAMES}
            return Elementary(ElementaryErrors(**found), "exhaustive")
    largest = {
        name: max(
            [
                largest_error(name, fmt, spread(name, fmt, _SAMPLE)).ulps,
                *(platform.errors[name].ulps for platform in platforms),
            ]
        )
        for name in NAMES
    }
    return Elementary(ElementaryErrors(**largest), "elsewhere")
