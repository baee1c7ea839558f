"""How two things that ought to be the same differ, in words."""

from __future__ import annotations

from typing import Any

import msgspec

_MOST = 3


def differences(there: Any, here: Any) -> str:
    """Return the first few differences of two structs by their names; empty if there are none.

    Examples
    --------
    >>> differences({"seed": 1, "versions": {"numpy": "2.3"}}, {"seed": 1, "versions": {}})
    "versions.numpy: '2.3' there, None here"
    """
    found = _found("", msgspec.to_builtins(there), msgspec.to_builtins(here))
    more = f", and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return "; ".join(found[:_MOST]) + more


def _found(name: str, there: Any, here: Any) -> list[str]:
    if isinstance(there, dict) and isinstance(here, dict):
        return [
            told
            for key in {**there, **here}
            for told in _found(f"{name}.{key}" if name else str(key), there.get(key), here.get(key))
        ]
    return [] if there == here else [f"{name or 'all'}: {there!r} there, {here!r} here"]
