"""A ledger is kept safe while its report is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lse_verify.audit.ledger import Ledger, encode
from lse_verify.errors import OutputError
from lse_verify.execution.files import write_whole
from lse_verify.execution.interruption import interruptible
from lse_verify.execution.lock import folder_lock


@contextmanager
def reporting(ledger: Ledger, path: Path) -> Iterator[None]:
    """Keep a folder for this process while a report goes beside a ledger.

    Parameters
    ----------
    ledger : Ledger
        What is in the file.
    path : Path
        Of the file.

    Raises
    ------
    FolderInUse
        If another run has the folder by now.
    OutputError
        If the folder was deleted meanwhile: the ledger is there again.
    Interrupted
        After Ctrl-C or SIGTERM; the ledger is whole.
    """
    again = f"write its report with: lse-verify report {path}"
    stopped = interruptible(lambda: f"stopped: the ledger is whole; {again}")
    with stopped, folder_lock(path.parent) as lock:
        try:
            yield
        finally:
            if not path.exists():
                lock.renew()
                write_whole(path, encode(ledger))
                raise OutputError(
                    f"'{path.parent}' was deleted during the run; its ledger is there again: "
                    f"{again}"
                )
