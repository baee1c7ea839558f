"""What a header says of a machine."""

from __future__ import annotations

import pytest

from lse_verify.audit import environment


def test_what_libraries_are_told_to_use_is_told_where_they_are_told_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ATEN_CPU_CAPABILITY", "NPY_DISABLE_CPU_FEATURES", "GLIBC_TUNABLES"):
        monkeypatch.delenv(name, raising=False)
    assert "ATEN" not in environment.machine().get("switches", "")
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    monkeypatch.setenv("NPY_DISABLE_CPU_FEATURES", "AVX512F FMA3")
    told = environment.machine()["switches"]
    assert told == "ATEN_CPU_CAPABILITY=default NPY_DISABLE_CPU_FEATURES=AVX512F FMA3"
