"""Whether this process is to run more items: the last one may have left it other than it was."""

from __future__ import annotations

import threading

# A fact of the whole process, as its working directory is.
_retired = threading.Event()


def retire() -> None:
    """Let the item that runs be the last of this process, whose place a fresh one takes.

    If it was not the first one, it is run again there: what made it say so may not be its doing.
    Inline, where there is no other process, it changes nothing.
    """
    _retired.set()


def is_retired() -> bool:
    """Tell whether this process is to run no more items."""
    return _retired.is_set()
