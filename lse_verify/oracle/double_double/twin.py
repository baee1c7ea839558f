"""The kernels' own source, built again: by Python with exact primitives, or with a change.

Nothing is transcribed: a twin runs the code that numba compiles. Run by Python itself, each
operation is one IEEE operation, and a fused multiply-add is a rational rounded once; if
compiled code differs from that in one bit, a compiler has reassociated, contracted or erred.
Built with `HAS_FMA` turned over, it is the variant for the other kind of processor; built with
another coefficient, it is a planted fault that the checks have to find.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from fractions import Fraction
from types import FunctionType
from typing import Any, TypeVar, cast

from numba.core.dispatcher import Dispatcher

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def fma(a: float, b: float, c: float) -> float:
    """Return a·b + c with one rounding, for finite arguments.

    Examples
    --------
    >>> fma(1 + 2.0**-30, 1 - 2.0**-30, -1.0) == -(2.0**-60)
    True
    """
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    # Division of Python integers rounds correctly, subnormal quotients too.
    return exact.numerator / exact.denominator


def word(value: float) -> int:
    """Return the integer of the same 64 bits."""
    return int(struct.unpack("<q", struct.pack("<d", value))[0])


def double(bits: int) -> float:
    """Return the binary64 of the same 64 bits."""
    return float(struct.unpack("<d", struct.pack("<q", bits))[0])


EXACT_PRIMITIVES: Mapping[str, Any] = {"fma": fma, "word": word, "double": double}


def interpreted(kernel: Kernel, **changes: Any) -> Kernel:
    """Return a kernel that Python runs, operation by operation.

    Parameters
    ----------
    kernel : callable
        A compiled kernel.
    **changes
        Names in the modules of the kernel and of what it calls, and what they stand for instead.
    """
    return rebuilt(kernel, lambda function: function, {**EXACT_PRIMITIVES, **changes})


def rebuilt(
    kernel: Kernel, compiler: Callable[[Callable[..., Any]], Any], changes: Mapping[str, Any]
) -> Kernel:
    """Build a kernel and all compiled kernels that it calls again, with some names changed.

    Parameters
    ----------
    kernel : callable
        A compiled kernel.
    compiler : callable
        What makes a kernel of a Python function.
    changes : mapping
        Names in the modules of the kernels, and what they stand for instead.
    """
    built: dict[int, Any] = {}

    def build(dispatcher: Any) -> Any:
        if id(dispatcher) not in built:
            source = dispatcher.py_func
            names = {
                name: changes.get(name, source.__globals__[name])
                for name in source.__code__.co_names
                if name in source.__globals__
            }
            known = {
                name: build(value) if isinstance(value, Dispatcher) else value
                for name, value in names.items()
            }
            namespace = source.__globals__ | known
            function = FunctionType(source.__code__, namespace, source.__name__)
            built[id(dispatcher)] = compiler(function)
        return built[id(dispatcher)]

    return cast(Kernel, build(kernel))
