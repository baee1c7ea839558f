"""The float libraries, called as the audit calls them: by their adapters."""

from __future__ import annotations

from functools import partial

from lse_verify.bench.contenders.contender import NUMPY, SCIPY, TORCH, Contender, Ready
from lse_verify.implementations.adapters import numpy_adapter, scipy_adapter, torch_adapter
from lse_verify.implementations.library import Library


def _of(library: Library, name: str) -> Contender:
    # The plain call is declared before its variants.
    implementation = next(i for i in library.implementations if i.function == "logsumexp")

    def load() -> Ready:
        call = implementation.load()
        return lambda x: partial(call, x)

    return Contender(
        name,
        implementation.calls,
        "the format's own digits",
        load,
        lambda: library.version,
        module=library.module,
    )


SCIPY_ROWS = _of(scipy_adapter.LIBRARY, SCIPY)
NUMPY_ROWS = _of(numpy_adapter.LIBRARY, NUMPY)
TORCH_ROWS = _of(torch_adapter.LIBRARY, TORCH)
