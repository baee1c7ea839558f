"""Loops in arbitrary precision, as one writes them: mpmath, Arb, MPFR.

All shift by the largest entry and work at `PRECISION_BITS`. Only Arb's answers are certified.
"""

from __future__ import annotations

from typing import Any

from lse_verify.bench.contenders.contender import (
    FLINT,
    GMPY2,
    MPMATH,
    PRECISION_BITS,
    Contender,
    Ready,
    row_by_row,
)


def _load_mpmath() -> Ready:
    import mpmath

    context = mpmath.MPContext()
    context.prec = PRECISION_BITS
    # Looked up once, as in the inner loop of anybody who cares for speed.
    exp, log, fsum, mpf = context.exp, context.log, context.fsum, context.mpf

    def of_row(row: list[float]) -> Any:
        peak = mpf(max(row))
        return peak + log(fsum(exp(value - peak) for value in row))

    return row_by_row(of_row)


def _mpmath_version() -> str:
    import mpmath

    return f"{mpmath.__version__}, backend {mpmath.libmp.BACKEND}"


def _load_flint() -> Ready:
    import flint

    arb, context = flint.arb, flint.ctx

    def of_row(row: list[float]) -> Any:
        # Here, because the precision belongs to the whole process.
        context.prec = PRECISION_BITS
        peak, total = arb(max(row)), arb(0)
        for value in row:
            total += (arb(value) - peak).exp()
        return peak + total.log()

    return row_by_row(of_row)


def _flint_version() -> str:
    import flint

    return f"{flint.__version__}, FLINT {flint.__FLINT_VERSION__}"


def _load_gmpy2() -> Ready:
    import gmpy2

    exp, log, mpfr = gmpy2.exp, gmpy2.log, gmpy2.mpfr

    def of_row(row: list[float]) -> Any:
        with gmpy2.context(precision=PRECISION_BITS):
            peak, total = mpfr(max(row)), mpfr(0)
            for value in row:
                total += exp(value - peak)
            return peak + log(total)

    return row_by_row(of_row)


def _gmpy2_version() -> str:
    import gmpy2

    return f"{gmpy2.version()}, {gmpy2.mpfr_version()}"


FLINT_LOOP = Contender(
    FLINT,
    "m = arb(max(row)); s = Σ (arb(v) - m).exp(); m + s.log()",
    f"certified, {PRECISION_BITS} bits",
    _load_flint,
    _flint_version,
    module="flint",
    loops=True,
)
GMPY2_LOOP = Contender(
    GMPY2,
    "m = mpfr(max(row)); s = Σ gmpy2.exp(v - m); m + gmpy2.log(s)",
    f"{PRECISION_BITS} bits, not certified",
    _load_gmpy2,
    _gmpy2_version,
    module="gmpy2",
    loops=True,
)
MPMATH_LOOP = Contender(
    MPMATH,
    "m = mpf(max(row)); m + mp.log(mp.fsum(mp.exp(v - m) for v in row))",
    f"{PRECISION_BITS} bits, not certified",
    _load_mpmath,
    _mpmath_version,
    module="mpmath",
    loops=True,
)
