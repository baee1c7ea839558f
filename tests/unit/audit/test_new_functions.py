"""A function that has no kernel and no slopes in arrays yet is graded the same, only slower."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import lse_verify
from lse_verify.family import conditioning
from lse_verify.oracle.double_double.rows import enclose


@pytest.mark.parametrize("name", ["logistic", "negentropy"])
def test_the_judge_and_arb_stand_in_for_both(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(*arguments: Any) -> Any:
        x = arguments[0].astype(np.float32)
        with np.errstate(all="ignore"):
            y = 1 / (1 + np.exp(-x)) if name == "logistic" else (x * np.log(x)).sum(axis=1)
        return y.astype(arguments[0].dtype)

    def findings() -> list[Any]:
        audit = lse_verify.grade(careless, name, "binary16", regimes=_REGIMES[name], samples=20)
        found = [entry.finding for entry in audit.findings]
        return [(f.rows, f.histogram, f.special, f.worst_error, f.worst_stability) for f in found]

    fast = findings()
    for module in (conditioning, enclose):
        rest = {key: value for key, value in module._OTHERS.items() if key != name}
        monkeypatch.setattr(module, "_OTHERS", rest)
    assert findings() == fast


_REGIMES = {"logistic": ["gap", "special"], "negentropy": ["gaussian"]}
