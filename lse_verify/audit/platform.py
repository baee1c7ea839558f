"""The errors of NumPy's exp, log and log1p on this machine, over every float of a format.

``python -m lse_verify.audit.platform`` measures those of binary32, 2**32 inputs of exp and
2**31 of each logarithm in about ten minutes, and writes them into ``elementary.json`` beside this
file; the formats of at most 16 bits take milliseconds and are measured wherever an audit runs.

The reference is the same function of binary64, whose own error is documented (see
`lse_verify.audit.elementary`) to be below 2 ulp of binary64. Four of those, 2**-50 of the
value, are allowed for here: an error in ulps of a format of p bits is then known to
2**(p − 50), which is 2**-26 for binary32, and what is kept is rounded upward by more than
that. The largest is computed again in Arb.
"""

from __future__ import annotations

import argparse
import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import flint
import msgspec
import numpy as np
from numpy.typing import NDArray

from lse_verify.audit import environment
from lse_verify.audit.witness import spell
from lse_verify.enclosure import Enclosure, Floats
from lse_verify.formats import BINARY32, FloatArray, Format
from lse_verify.ulp import enclosed_error

KEPT = Path(__file__).with_name("elementary.json")
"""What was measured, one entry a platform; committed."""

NAMES = ("exp", "log", "log1p")
"""What the textbook algorithms are made of, besides arithmetic."""

NO_LIMIT = float(np.finfo(np.float64).max)
"""An error in ulps that leaves no bound; JSON has no infinity."""

_CHUNK = 1 << 21
_PROBES = 1 << 16


class Largest(msgspec.Struct, frozen=True):
    """The largest error of one function, over every float of a format.

    Attributes
    ----------
    ulps : float
        Not below the error, and above it by less than 0.0002.
    at : str
        The input that has it, in hex.
    """

    ulps: float
    at: str


class Platform(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured on one machine.

    Attributes
    ----------
    digest : str
        SHA-256 of what the functions give on inputs spread over the format: where it is the
        same, they are taken for the same functions.
    numpy, loops, features, libc, system : str
        What a person would ask for; the loops are those that NumPy chose for this processor.
    errors : dict of Largest
        By function.
    """

    digest: str
    numpy: str
    loops: str
    features: str
    libc: str
    system: str
    errors: dict[str, Largest]


def ufunc(name: str) -> Callable[[FloatArray], FloatArray]:
    """Return NumPy's function; in formats of at most 16 bits it rounds that of binary32."""
    function: Callable[[FloatArray], FloatArray] = getattr(np, name)
    return np.errstate(all="ignore")(function)


def largest_error(name: str, fmt: Format, ordinals: Sequence[range] | None = None) -> Largest:
    """Measure the largest error of one function in ulps.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    fmt : Format
        Of at most 32 bits.
    ordinals : sequence of range, optional
        The ordinals of the inputs; by default all that the function is used for: every finite
        float for exp, the positive ones for log, and those that are not negative for log1p.

    Returns
    -------
    Largest
        With `NO_LIMIT` where an answer is NaN, and for exp where exp(0) is not 1 or exp(−∞),
        if there is such an input, is not 0, which the rounding bounds rest on.
    """
    if name == "exp" and not _exact_at_ends(fmt):
        return Largest(NO_LIMIT, "0x0p+0")
    found, at = -1.0, 0.0
    for part in ordinals or _whole(name, fmt):
        for chunk in _chunks(part):
            x = fmt.from_ordinals(chunk)
            errors = _errors(name, fmt, x)
            place = int(np.argmax(errors))
            if errors[place] > found:
                found, at = float(errors[place]), float(x[place])
    slack = math.ldexp(2.0, fmt.precision - 50)
    upper = max(found * (1 + 2.0**-48) + slack, _exactly(name, fmt, at))
    return Largest(math.ceil(upper * 1e4) / 1e4 if upper < 1e9 else NO_LIMIT, spell(at))


def _exact_at_ends(fmt: Format) -> bool:
    ends = {0: 1, -np.inf: 0} if fmt.has_infinity else {0: 1}
    found: list[float] = ufunc("exp")(np.array([*ends], fmt.dtype)).tolist()
    return found == [*ends.values()]


def _whole(name: str, fmt: Format) -> list[range]:
    top = int(fmt.ordinals(np.array([fmt.largest], dtype=fmt.dtype))[0])
    return [range({"exp": -top, "log": 1, "log1p": 0}[name], top + 1)]


def _chunks(part: range) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(part), _CHUNK):
        piece = part[start : start + _CHUNK]
        yield np.arange(piece.start, piece.stop, piece.step, dtype=np.int64)


def _errors(name: str, fmt: Format, x: FloatArray) -> Floats:
    """Return the error of each entry, of a row and of a column: layouts have their own loops."""
    function = ufunc(name)
    wide = function(x.astype(np.float64))
    column = np.zeros((x.size, 2), dtype=fmt.dtype)
    column[:, 0] = x
    row_answer, column_answer = function(x), function(column[:, 0])
    errors = _ulps(row_answer, wide, fmt)
    if row_answer.tobytes() == column_answer.tobytes():
        return errors
    return np.maximum(errors, _ulps(column_answer, wide, fmt))


def _ulps(got: FloatArray, wide: Floats, fmt: Format) -> Floats:
    # A shade towards zero, so that beside a power of two the smaller ulp counts.
    magnitude = np.abs(wide) * (1 - 2.0**-50)
    binade = np.clip((magnitude.view(np.int64) >> 52) - 1023, fmt.emin, fmt.emax)
    scale = (1023 - (binade - (fmt.precision - 1))) << 52
    step = math.ldexp(1.0, fmt.top_quantum)
    after_largest = fmt.largest + step
    answer = np.clip(got.astype(np.float64), -after_largest, after_largest)
    errors = np.abs(answer - wide) * scale.view(np.float64)
    # What overflows is no business of these bounds; a NaN is an error of any size.
    beyond = magnitude >= fmt.largest + step / 2
    return np.where(beyond, 0.0, np.where(np.isnan(errors), np.inf, errors))


def _exactly(name: str, fmt: Format, at: float) -> float:
    """Return the error at one input by Arb, rounded upward."""
    flint.ctx.prec = 200
    ball = getattr(flint.arb(at), name)()
    if not ball.is_finite() or abs(ball) < flint.arb(2) ** -9999:
        # The array has these as exactly as they can be had.
        return 0.0
    got = float(ufunc(name)(np.array([at], dtype=fmt.dtype))[0])
    error = enclosed_error(got, Enclosure(_rational(ball.lower()), _rational(ball.upper())), fmt)
    return math.nextafter(float(error[1]), math.inf) if isinstance(error, tuple) else math.inf


def _rational(end: flint.arb) -> Fraction:
    mantissa, exponent = end.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def spread(name: str, fmt: Format, count: int) -> list[range]:
    """Return so many ordinals, spread evenly over the inputs of a function."""
    (whole,) = _whole(name, fmt)
    return [whole[:: max(len(whole) // count, 1)]]


def digest(fmt: Format = BINARY32) -> str:
    """Return a fingerprint of the functions' own answers."""
    told = hashlib.sha256()
    for name in NAMES:
        for part in spread(name, fmt, _PROBES):
            for chunk in _chunks(part):
                told.update(ufunc(name)(fmt.from_ordinals(chunk)).tobytes())
    return told.hexdigest()[:16]


def _loops(fmt: Format) -> str:
    """Return which of its loops NumPy uses for each function, empty before NumPy 2."""
    try:
        from numpy.lib.introspect import opt_func_info
    except ImportError:
        return ""
    told = opt_func_info(func_name=f"^({'|'.join(NAMES)})$", signature=fmt.dtype.name)
    return ", ".join(f"{name} {kind['current']}" for name in NAMES for kind in told[name].values())


def measured_platform() -> Platform:
    """Measure binary32 exhaustively on this machine: about ten minutes."""
    machine = environment.machine()
    return Platform(
        digest=digest(),
        numpy=np.__version__,
        loops=_loops(BINARY32),
        features=machine["features"],
        libc=machine["libc"],
        system=machine["system"],
        errors={name: largest_error(name, BINARY32) for name in NAMES},
    )


def kept() -> list[Platform]:
    """Return what has been measured so far."""
    return msgspec.json.decode(KEPT.read_bytes(), type=list[Platform]) if KEPT.exists() else []


def main() -> None:
    """Measure this machine and write the figures beside those of others."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.parse_args()
    here = measured_platform()
    others = [platform for platform in kept() if platform.digest != here.digest]
    ordered = sorted([*others, here], key=lambda platform: platform.digest)
    KEPT.write_bytes(msgspec.json.format(msgspec.json.encode(ordered), indent=2) + b"\n")
    for name, found in here.errors.items():
        print(f"binary32 {name}: {found.ulps} ulp at {found.at}")


if __name__ == "__main__":
    main()
