"""Rows about the edges: of absorption, of overflow and underflow of exp, of the format."""

from __future__ import annotations

import numpy as np

from lse_verify.formats import FloatArray, Format
from lse_verify.inputs.values import (
    LN2,
    Shape,
    Wide,
    between,
    exp,
    finite,
    mix,
    nearby,
    signs,
    uniform,
    wide,
)

# Where softplus and log1pexp of R, LogExpFunctions.jl, Stan, PyTorch and others change
# their formula: the values are the union of what they use for binary32 and binary64.
SWITCHES = (-37.0, -36.04, -16.6, -14.0, 0.0, 8.0, 14.0, 16.6, 18.0, 20.0, 33.3, 36.74)


def log_largest(fmt: Format) -> float:
    """Return about where exp overflows: log of the largest float."""
    return (fmt.emax + 1) * LN2


def log_smallest(fmt: Format) -> float:
    """Return log of the smallest subnormal; half an octave lower exp underflows to 0."""
    return (fmt.emin - fmt.precision + 1) * LN2


def gap(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows with one peak in a random place, and a gap below it.

    The gaps go from nearly 0 to half beyond the underflow of exp, often about the
    threshold of absorption, p·log 2. The peak is exactly 0 in half of the rows, of the
    size of exp(−gap) in a quarter and ordinary in the rest. A row of one term is the gap
    alone, with either sign.
    """
    m, n = shape
    gaps = _gaps(fmt, rng, (m, 1))
    if n == 1:
        return finite(fmt, signs(rng, shape) * gaps)
    zero = np.zeros((m, 1))
    tiny = signs(rng, (m, 1)) * exp(-gaps) * uniform(rng, 0.5, 2.0, (m, 1))
    peak = mix(rng, zero, zero, tiny, 3.0 * rng.standard_normal((m, 1)))
    spread = mix(rng, np.zeros(shape), 0.3 * np.abs(rng.standard_normal(shape)))
    rows = np.broadcast_to(peak, shape) - gaps * (1.0 + spread)
    np.put_along_axis(rows, rng.integers(0, n, (m, 1)), peak, axis=1)
    return finite(fmt, rows)


def _gaps(fmt: Format, rng: np.random.Generator, shape: Shape) -> Wide:
    absorbed, underflown = fmt.precision * LN2, -log_smallest(fmt)
    return mix(
        rng,
        uniform(rng, 0.0, 1.5 * underflown, shape),
        uniform(rng, 0.0, 2.0 * absorbed, shape),
        absorbed + uniform(rng, -2.0, 2.0, shape),
        underflown + uniform(rng, -3.0, 3.0, shape),
        wide(between(fmt, rng, fmt.unit_roundoff, 1.0, shape)),
    )


def overflow(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows at log of the largest float, beyond it, and at the largest floats."""
    edge, top = log_largest(fmt), np.full(shape, fmt.largest)
    at_edge = nearby(fmt, rng, finite(fmt, np.full(shape, edge)), 4)
    about_edge = finite(fmt, edge + uniform(rng, -4.0, 4.0, shape))
    beyond = finite(fmt, 3.0 * rng.standard_normal(shape))
    beyond[:, 0] = finite(fmt, edge * uniform(rng, 0.9, 4.0, (shape[0], 1)))[:, 0]
    large = finite(fmt, signs(rng, shape) * wide(between(fmt, rng, edge, fmt.largest, shape)))
    largest = nearby(fmt, rng, finite(fmt, signs(rng, shape) * top), 3)
    return mix(rng, at_edge, about_edge, beyond, large, largest)


def underflow(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows where exp leaves the normal floats, and where it reaches 0.

    The thresholds are the size of the entries in one half of the rows, and the gap below
    a peak, 0 or ordinary, in the other.
    """
    edges = rng.choice((fmt.emin * LN2, log_smallest(fmt), log_smallest(fmt) - LN2), (shape[0], 1))
    at_edge = nearby(fmt, rng, finite(fmt, np.broadcast_to(edges, shape)), 4)
    about_edge = edges + uniform(rng, -3.0, 3.0, shape)
    peak = mix(rng, np.zeros((shape[0], 1)), rng.standard_normal((shape[0], 1)))
    below_peak = np.where(np.arange(shape[1]) == 0, peak, peak + about_edge)
    return mix(rng, at_edge, finite(fmt, about_edge), *2 * [finite(fmt, below_peak)])


def subnormal(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return subnormal and tiny entries of both signs, and single ones among zeros."""
    small = 2.0 * fmt.smallest_normal
    subnormals = between(fmt, rng, -small, small, shape)
    size = between(fmt, rng, fmt.smallest_subnormal, fmt.unit_roundoff, shape)
    tiny = finite(fmt, signs(rng, shape) * wide(size))
    alone = finite(fmt, signs(rng, shape) * 0.0)
    alone[:, -1] = subnormals[:, -1]
    return mix(rng, subnormals, tiny, alone)


def switches(fmt: Format, rng: np.random.Generator, shape: Shape) -> FloatArray:
    """Return rows whose entries differ from the first one by about what log1pexp minds.

    The differences lie within a few floats and within a half of the switch points of
    known implementations and of the format's own thresholds, and uniformly from −50 to 50.
    The first entry is 0 or ordinary; a row of one term is the difference alone.
    """
    digits = fmt.precision
    own = [s * k * LN2 for k in (digits - 1, digits, digits + 1) for s in (-1.0, 1.0)]
    own += [(digits - 1) * LN2 - 2.0, 2.0 - (digits - 1) * LN2]
    points = rng.choice((*SWITCHES, *own), shape)
    close = wide(nearby(fmt, rng, finite(fmt, points), 4))
    about = points + uniform(rng, -0.5, 0.5, shape)
    apart = mix(rng, close, about, *2 * [uniform(rng, -50.0, 50.0, shape)])
    if shape[1] == 1:
        return finite(fmt, apart)
    first = mix(rng, np.zeros((shape[0], 1)), 3.0 * rng.standard_normal((shape[0], 1)))
    apart[:, 0] = 0.0
    return finite(fmt, first + apart)
