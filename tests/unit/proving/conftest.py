"""flint's precision belongs to the process: whatever these tests set is undone."""

from __future__ import annotations

from collections.abc import Iterator

import flint
import pytest


@pytest.fixture(autouse=True)
def _flint_precision_is_restored() -> Iterator[None]:
    before = flint.ctx.prec
    yield
    flint.ctx.prec = before
