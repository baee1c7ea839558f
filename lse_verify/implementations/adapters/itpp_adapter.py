"""The library "itpp": IT++, which the article on LogSumExp names: ``log_add`` of two numbers.

``itpp.jaclog`` is its Jacobian logarithm of quantised log-likelihood ratios, for decoders that
compute with integers. What is graded is all that happens to two numbers of binary64 on the way:
``LLR_calc_unit::to_qllr`` rounds them to multiples of 2^−Dint1, within ±32768; ``jaclog`` adds to
the larger what a table of Dint2 entries, 2^(Dint3 − Dint1) apart, has for log(1 + e^−|a − b|);
``to_double`` scales back. The parameters are the default ones, 12, 300 and 7, which the library's
documentation calls practically as accurate as double: a grid of 2^−12, and a table of steps of 1/32
that ends at 75/8. Its error, absolute and of up to 1/64 where the numbers fit, is by design: the
grade shows how large it is, not that the code is at fault. Of a NaN it computes an index outside
the table, without a check in what is compiled with ``-DNDEBUG``: the adapter reads nothing there
and says so instead. It is in a header, and is offered where that and a compiler are.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from lse_verify.implementations.library import Implementation, Library
from lse_verify.implementations.native import places, shim
from lse_verify.implementations.native.compilation import COMMAND, Source, has_compiler, source
from lse_verify.implementations.native.loops import Function

_OBJECT = "libitpp.so.8"
_HEADER = "itpp/comm/llr.h"
_FLAGS = ("-DNDEBUG",)


def _shared() -> Path | None:
    return places.shared_object(_OBJECT)


def _presence() -> str | None:
    found = _shared()
    return None if found is None else places.packaged_version(found, "itpp")


def _source() -> Source:
    found, folder = _shared(), places.header(_HEADER)
    return Source(
        source("itpp"),
        version=_presence() or "",
        flags=_FLAGS,
        folders=() if folder is None or folder in places.SEARCHED else (folder,),
        objects=() if found is None else (found,),
    )


def _offers_jaclog() -> bool:
    """Tell whether it can be compiled; where there is no IT++, all that it offers is shown."""
    return _shared() is None or (places.header(_HEADER) is not None and has_compiler())


_JACLOG = Implementation(
    name="itpp.jaclog",
    function="logaddexp",
    formats=("binary64",),
    load=partial(shim.load, _source, "jaclog", False),
    calls="u.to_double(u.jaclog(u.to_qllr(a), u.to_qllr(b))), itpp::LLR_calc_unit u(12, 300, 7): "
    f"inputs rounded to 2^-12, a table of steps of 1/32; {COMMAND} {' '.join(_FLAGS)}",
    composed=True,
)

LIBRARY = Library(
    name="itpp",
    install="apt-get install g++ libitpp-dev",
    language="C++",
    presence=_presence,
    implementations=(
        Implementation(
            name="itpp",
            function="logaddexp",
            formats=("binary64",),
            load=Function(_shared, "_ZN4itpp7log_addEdd", "pairs").load,
            calls="itpp::log_add(a, b)",
        ),
        *((_JACLOG,) if _offers_jaclog() else ()),
    ),
)
