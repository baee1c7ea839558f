"""The audit that tests disturb, and the ledger that it has to end in."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_audits import Audit, audit_at, end

from lse_verify.audit.ledger import Ledger


@pytest.fixture
def small_audit(tmp_path: Path) -> Audit:
    return audit_at(tmp_path)


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    audit = audit_at(tmp_path_factory.mktemp("undisturbed"))
    with audit.start() as process:
        end(process)
    return audit.ledger()
