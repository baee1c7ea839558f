"""Whether a library of several packages, or one that is published under several names, is here."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Sequence


def version_of(distributions: Sequence[str], modules: Sequence[str]) -> str | None:
    """Return the version of the first distribution that is here; nothing is imported.

    Parameters
    ----------
    distributions : sequence of str
        Names under which the library is published: it may be ``tensorflow`` or
        ``tensorflow-cpu``.
    modules : sequence of str
        The import names of all that it takes to call it.

    Returns
    -------
    str or None
        Empty if no distribution of these names is here, None unless all modules are.

    Examples
    --------
    >>> version_of(["no-such-name", "numpy"], ["numpy"]) == version_of(["numpy"], [])
    True
    >>> version_of(["numpy"], ["numpy", "no_such_module"]) is None
    True
    """
    if any(importlib.util.find_spec(name) is None for name in modules):
        return None
    for name in distributions:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return ""
