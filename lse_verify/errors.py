"""Everything that lse_verify raises on purpose.

::

    LseVerifyError
    ├── UsageError                    the call was wrong            (exit code 2)
    │   ├── UnknownName               no such function, format, regime, implementation
    │   ├── BadInput                  a number, row or data file that cannot be used
    │   ├── ImplementationLoadError   a user's implementation cannot be imported
    │   ├── ClaimFileError            a user's file of claims cannot be used
    │   ├── OutputError               a folder or file that cannot be written
    │   ├── FolderInUse               another run writes into the folder
    │   └── LedgerError               a ledger that is damaged or of another schema
    ├── OracleError                   the truth was not established (exit code 3)
    │   ├── OracleDisagreement        two oracles exclude one another
    │   └── OracleUndecided           the precision limit was reached
    ├── WorkersLost                   whoever was to do the work cannot (exit code 2)
    └── Interrupted                   Ctrl-C or SIGTERM             (exit code 130)

An unexpected answer of an implementation is a finding, never an exception. What was mended and
does not stop a run is a warning, `Repaired`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LseVerifyError(Exception):
    """Base of all errors raised on purpose; its text is one line for people."""

    exit_code = 2


class UsageError(LseVerifyError):
    """The call was wrong."""


class UnknownName(UsageError):
    """A name that is not known, with the nearest one that is.

    Parameters
    ----------
    kind : str
        What was looked for: ``"function"``, ``"format"``, ...
    name : str
        The name as given.
    known : iterable of str
        The names that exist.

    Examples
    --------
    >>> print(UnknownName("function", "logsumexo", ["logsumexp", "softmax"]))
    no function named 'logsumexo'; did you mean 'logsumexp'? 'lse-verify list' shows all
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        # All three arguments are kept, or the error could not be sent between processes.
        super().__init__(kind, name, tuple(known))

    def __str__(self) -> str:
        kind, name, known = self.args
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        guess = f"; did you mean '{near[0]}'?" if near else ""
        if kind == "attribute":
            return f"no {kind} named '{name}'{guess or '; the file has no such name'}"
        return f"no {kind} named '{name}'{guess or ';'} 'lse-verify list' shows all"


class BadInput(UsageError):
    """A number, row or data file that cannot be used."""


class ClaimFileError(UsageError):
    """A user's file of claims cannot be imported, or has none."""


class ImplementationLoadError(UsageError):
    """An implementation named by the user cannot be imported."""


class OutputError(UsageError):
    """A folder or file that cannot be written."""


class FolderInUse(UsageError):
    """Another run writes into the folder."""


class LedgerError(UsageError):
    """A ledger that is torn, damaged, too large or of another schema version."""


class OracleError(LseVerifyError):
    """The truth was not established."""

    exit_code = 3


class OracleDisagreement(OracleError):
    """Two oracles gave enclosures that exclude one another."""


class OracleUndecided(OracleError):
    """The limit of precision was reached before the question was decided."""


class WorkersLost(LseVerifyError):
    """Processes that die before they are ready, or a cluster that went away."""


class Interrupted(LseVerifyError):
    """The run was stopped by Ctrl-C or SIGTERM; what had ended is kept."""

    exit_code = 130


class Repaired(UserWarning):
    """Something that a run before left was damaged, and has been mended."""
