"""Every kernel in both variants: compiled for a processor with an fma, and for one without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lse_verify.oracle.double_double import arrays
from lse_verify.oracle.double_double.compilation import inlined
from lse_verify.oracle.double_double.twin import rebuilt

LOOPS = [name for name in vars(arrays) if name.endswith("_loop") and name.startswith("_")]

Rebuild = Callable[[Any], Any]


@pytest.fixture(scope="session", params=[True, False], ids=["fma", "split"])
def has_fma(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture(scope="session")
def rebuild(has_fma: bool) -> Rebuild:
    changes = {"HAS_FMA": has_fma}
    built: dict[int, Any] = {}

    def build(kernel: Any) -> Any:
        if id(kernel) not in built:
            built[id(kernel)] = rebuilt(kernel, inlined, changes)
        return built[id(kernel)]

    return build


@pytest.fixture
def variant(rebuild: Rebuild, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put one variant's loops behind the functions of `arrays`."""
    for name in LOOPS:
        monkeypatch.setattr(arrays, name, rebuild(getattr(arrays, name)))
