"""Which implementations of two ledgers are held against each other: names may differ.

The same name is the same implementation. What runs elsewhere is paired with what does not, and
what is compiled with what it was compiled from, where nothing else has that name.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence

from lse_verify.errors import UsageError
from lse_verify.implementations.registry import libraries

Subject = tuple[str, str]
"""An implementation and its function."""


def paired(first: Iterable[Subject], second: Iterable[Subject]) -> list[tuple[Subject, Subject]]:
    """Pair the implementations of two ledgers by their names.

    Parameters
    ----------
    first, second : iterable of (str, str)
        The names of each ledger, with the function.

    Returns
    -------
    list of ((str, str), (str, str))
        Those of equal names; of the others those that are equal but for where they run, if each
        ledger has one such; and at last each that is compiled with its `Implementation.twin`.

    Examples
    --------
    >>> paired([("torch@cuda", "softmax")], [("torch", "softmax"), ("jax", "softmax")])
    [(('torch@cuda', 'softmax'), ('torch', 'softmax'))]
    """
    left, right = [*dict.fromkeys(first)], [*dict.fromkeys(second)]
    found = [(subject, subject) for subject in left if subject in right]
    found += _alone(_here, *_rest(left, right, found))
    twins = {
        (i.name, i.function): i.twin for lib in libraries().values() for i in lib.implementations
    }
    left, right = _rest(left, right, found)
    for a in left:
        found += [(a, b) for b in right if _are_twins(twins, a, b)]
    return found


def _rest(
    left: list[Subject], right: list[Subject], found: Iterable[tuple[Subject, Subject]]
) -> tuple[list[Subject], list[Subject]]:
    used = [*found]
    return (
        [subject for subject in left if all(subject != a for a, _ in used)],
        [subject for subject in right if all(subject != b for _, b in used)],
    )


def _alone(
    key: Callable[[Subject], Subject], left: list[Subject], right: list[Subject]
) -> list[tuple[Subject, Subject]]:
    """Pair what has a key that nothing else of its ledger has."""
    found = []
    for a in left:
        ones, others = ([s for s in side if key(s) == key(a)] for side in (left, right))
        if len(ones) == len(others) == 1:
            found.append((a, others[0]))
    return found


def _here(subject: Subject) -> Subject:
    """Return the name without where it runs."""
    name, function = subject
    return (name if ":" in name else name.partition("@")[0]), function


def _are_twins(twins: dict[Subject, str | None], first: Subject, second: Subject) -> bool:
    a, b = _here(first), _here(second)
    return a[1] == b[1] and (twins.get(a) == b[0] or twins.get(b) == a[0])


def asked(
    specs: Sequence[str], first: Iterable[Subject], second: Iterable[Subject]
) -> list[tuple[Subject, Subject]]:
    """Pair what the user said, and nothing else.

    Parameters
    ----------
    specs : sequence of str
        Each ``A=B``, a name of the first ledger and one of the second. Two libraries stand for
        each of their implementations that the other has too.
    first, second : iterable of (str, str)
        The names of each ledger, with the function.

    Raises
    ------
    UsageError
        If a ledger has no such name, or both have no function in common.

    Examples
    --------
    >>> old = [("scipy.weights@old/bin/python", "logsumexp"), ("scipy@old/bin/python", "softmax")]
    >>> new = [("scipy", "softmax"), ("scipy.weights", "logsumexp")]
    >>> len(asked(["scipy@old/bin/python=scipy"], old, new))
    2
    """
    left, right = [*dict.fromkeys(first)], [*dict.fromkeys(second)]
    found: dict[tuple[Subject, Subject], None] = {}
    for spec in specs:
        a_name, b_name = _split(spec, left, right)
        here = [
            (a, b)
            for a in left
            for b in right
            if a[1] == b[1] and (_variant(a[0], a_name) == _variant(b[0], b_name) is not None)
        ]
        if not here:
            raise UsageError(
                f"'{a_name}' of the first ledger and '{b_name}' of the second have no function "
                "in common; pair two that do"
            )
        found |= dict.fromkeys(here)
    return [*found]


def _split(spec: str, left: list[Subject], right: list[Subject]) -> tuple[str, str]:
    """Cut a spec at the equals sign that has a known name on either side."""
    if "=" not in spec:
        raise UsageError(f"'{spec}' is no pair; write --pair torch=torch_compile")
    cuts = [place for place, sign in enumerate(spec) if sign == "="]
    pairs = [(spec[:cut], spec[cut + 1 :]) for cut in cuts]
    known = next((p for p in pairs if _has(left, p[0]) and _has(right, p[1])), None)
    if known is not None:
        return known
    a_name, b_name = pairs[0]
    which, name, side = ("second", b_name, right) if _has(left, a_name) else ("first", a_name, left)
    names = dict.fromkeys(other for other, _ in side)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.0)
    more = f" and {len(names) - len(near)} more" if len(names) > len(near) else ""
    raise UsageError(f"the {which} ledger has no '{name}'; it has {', '.join(near)}{more}")


def _has(side: Iterable[Subject], name: str) -> bool:
    return any(_variant(other, name) is not None for other, _ in side)


def _variant(name: str, asked_for: str) -> str | None:
    """Return what a name has beyond the one asked for: empty if it is that, None if another.

    Examples
    --------
    >>> _variant("scipy.weights@old", "scipy@old"), _variant("scipy", "scipy")
    ('.weights', '')
    >>> _variant("torch_compile", "torch") is None
    True
    """
    if name == asked_for:
        return ""
    if ":" in name:
        return None
    (base, _, place), (asked_base, _, asked_place) = name.partition("@"), asked_for.partition("@")
    library, dot, variant = base.partition(".")
    is_of_it = library == asked_base and place == asked_place
    return dot + variant if is_of_it and dot else None
