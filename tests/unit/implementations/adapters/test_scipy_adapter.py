"""SciPy: what which release offers, and entropies."""

from __future__ import annotations

import importlib.metadata
import math

import numpy as np
import pytest
from adapter_contract import found

from lse_verify.implementations.adapters import scipy_adapter


@pytest.mark.parametrize(("version", "offered"), [("1.14.1", False), ("1.15.0", True)])
def test_scipy_offers_softplus_since_1_15(
    version: str, offered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    assert scipy_adapter._offers_softplus() is offered


def test_a_scipy_that_is_not_installed_is_shown_with_all_it_offers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    assert scipy_adapter._offers_softplus()


def test_scipy_entropy_of_floats_that_sum_to_one_is_scipys_own_bits() -> None:
    stats = pytest.importorskip("scipy.stats")
    p = np.array([[0.5, 0.125, 0.375], [0.25, 0.25, 0.5]])
    got = found("scipy.stats_entropy", "negentropy").load()(p)
    assert got.tolist() == (-stats.entropy(p, axis=-1)).tolist()


def test_scipy_entropy_is_not_normalised_off_the_simplex() -> None:
    # 3 · (1/4) · log(1/4) = −(3/2) log 2; normalised it would be −log 3.
    p = np.full((1, 3), 0.25)
    got = found("scipy.stats_entropy", "negentropy").load()(p)
    assert got[0] == pytest.approx(-1.5 * math.log(2), rel=1e-15)


@pytest.mark.parametrize("name", ["scipy.entr", "scipy.stats_entropy"])
def test_what_the_adapter_composed_says_so(name: str) -> None:
    assert found(name, "negentropy").composed
