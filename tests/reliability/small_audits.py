"""One small audit in a process of its own, which tests kill, stop, lock and starve."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from lse_verify.audit.ledger import Ledger, read_ledger

MINE = """
    import time
    import numpy as np

    def logaddexp(a, b):
        time.sleep(0.01)
        return np.logaddexp(a, b)

    def softplus(x):
        time.sleep(0.01)
        return np.logaddexp(x, x.dtype.type(0))
"""

DRIVER = """
import sys
from pathlib import Path

from lse_verify.audit.run import Request, audit, resumed
from lse_verify.errors import LseVerifyError
from lse_verify.execution.journal import part_of
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import REGIMES

folder, jobs, scheduler, resume = sys.argv[1:]
ledger = Path(folder, "ledger.jsonl")
try:
    if resume == "resume" and part_of(ledger).exists() and part_of(ledger).stat().st_size:
        request = resumed(ledger, int(jobs), scheduler or None)
    else:
        request = Request(
            command="lse-verify audit -i mine.py:logaddexp -i mine.py:softplus",
            implementations=select(["mine.py:logaddexp", "mine.py:softplus"]),
            functions=[],
            formats=["binary32", "binary64"],
            regimes=[REGIMES[name] for name in ("special", "gap", "ties", "bits", "cancellation")],
            seed=5,
            samples=4,
            jobs=int(jobs),
            scheduler=scheduler or None,
        )
    found = audit(request, ledger, lambda what, done, total: print(done, total, flush=True))
    print(found.digest)
except LseVerifyError as error:
    print(error)
    raise SystemExit(error.exit_code)
"""


@dataclass(frozen=True)
class Audit:
    """An audit of two implementations, begun or gone on with in processes of their own."""

    home: Path

    @property
    def out(self) -> Path:
        return self.home / "out"

    @property
    def lines(self) -> int:
        """How many whole lines the journal has, its header included."""
        part = self.out / "ledger.jsonl.part"
        return part.read_bytes().count(b"\n") if part.exists() else 0

    def start(
        self, *, jobs: int = 2, scheduler: str = "", resume: bool = True
    ) -> subprocess.Popen[str]:
        arguments = [str(self.out), str(jobs), scheduler, "resume" if resume else "anew"]
        return subprocess.Popen(
            [sys.executable, "-c", DRIVER, *arguments],
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ledger(self) -> Ledger:
        return read_ledger(self.out / "ledger.jsonl")


def audit_at(home: Path) -> Audit:
    """Return the audit of a user's file that is put into this folder."""
    (home / "mine.py").write_text(textwrap.dedent(MINE))
    return Audit(home)


def end(process: subprocess.Popen[str]) -> str:
    """Return what a run prints that ends well."""
    out, _ = process.communicate(timeout=180)
    assert process.returncode == 0, out
    return out
