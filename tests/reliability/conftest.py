"""The runs that tests disturb, and what they have to end in."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_audit import AUDIT
from small_exhaust import EXHAUST
from small_runs import Kind, Run, end


@pytest.fixture(scope="session", params=[AUDIT, EXHAUST], ids=lambda kind: str(kind.command))
def kind(request: pytest.FixtureRequest) -> Kind:
    found = request.param
    assert isinstance(found, Kind)
    return found


@pytest.fixture
def small_run(kind: Kind, tmp_path: Path) -> Run:
    return Run.at(tmp_path, kind)


@pytest.fixture(scope="session")
def undisturbed(kind: Kind, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = Run.at(tmp_path_factory.mktemp("undisturbed"), kind)
    end(run.start())
    run.report()
    return run
