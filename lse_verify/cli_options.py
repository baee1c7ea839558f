"""Options that several commands share, and what they all need."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from lse_verify.errors import UsageError

Implementations = Annotated[
    list[str],
    typer.Option(
        "--implementation",
        "-i",
        help="A library (torch), an implementation (textbook.naive), or your own "
        "(mine.py:logsumexp, package.module:attr). Repeatable; default all that are installed.",
        metavar="NAME",
    ),
]
Foreign = Annotated[
    list[str],
    typer.Option(
        help="A command that speaks the foreign protocol, as --function in --format. Repeatable.",
        metavar="COMMAND",
    ),
]
Python = Annotated[
    str | None,
    typer.Option(help="Another interpreter that runs what -i names.", metavar="PATH"),
]
Device = Annotated[
    str | None,
    typer.Option(help="Another device for what -i names: cuda, of torch and jax.", metavar="NAME"),
]
Functions = Annotated[
    list[str],
    typer.Option("--function", "-f", help="Repeatable; default all.", metavar="NAME"),
]
Formats = Annotated[
    list[str],
    typer.Option(
        "--format",
        help="float8_e4m3fn, float8_e5m2, binary16, bfloat16, binary32 or binary64. Repeatable; "
        "default all, and audit leaves out the two of 8 bits.",
        metavar="NAME",
    ),
]
Regimes = Annotated[
    list[str], typer.Option("--regime", help="Repeatable; default all.", metavar="NAME")
]
Data = Annotated[
    Path | None, typer.Option(help="Grade on your own rows (.npy, .npz, .csv).", metavar="FILE")
]
OneFunction = Annotated[str, typer.Option("--function", "-f", help="The function.", metavar="NAME")]
OneFormat = Annotated[
    str, typer.Option("--format", help="The numbers are rounded into it.", metavar="NAME")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Seed = Annotated[int, typer.Option(help="Draws other inputs.", metavar="N", min=0)]
MOST_SAMPLES = 10**6
"""With more of them a batch, drawn as a whole, would not fit into memory."""

MOST_JOBS = 1024
"""More processes than that do no good on any machine."""

Samples = Annotated[
    int | None,
    typer.Option(
        help="About how many rows a regime draws.",
        metavar="N",
        min=1,
        max=MOST_SAMPLES,
        show_default="8000",
    ),
]

Jobs = Annotated[
    int | None,
    typer.Option(
        help="Worker processes.", metavar="N", min=1, max=MOST_JOBS, show_default="one a core"
    ),
]


FirstTier = Literal["double-double", "arb", "mpmath"]
"""Those of `oracle.truth.FIRST_TIERS`."""

Scheduler = Annotated[
    str | None,
    typer.Option(
        help="A Dask cluster (tcp://HOST:PORT) instead of local processes.", metavar="ADDRESS"
    ),
]
Resume = Annotated[
    Path | None,
    typer.Option(help="Go on with the run that was stopped in this folder.", metavar="DIR"),
]


def specs(
    implementations: Sequence[str],
    foreign: Sequence[str],
    python: str | None,
    device: str | None,
) -> list[str]:
    """Return what `registry.select` takes for the options that name implementations.

    Parameters
    ----------
    implementations, foreign : sequence of str
        Names, and commands.
    python, device : str or None
        Where the named run, instead of here.

    Raises
    ------
    UsageError
        If it is not said what runs there.

    Examples
    --------
    >>> specs(["scipy"], ["julia mine.jl"], "old/bin/python", None)
    ['scipy@old/bin/python', 'foreign:julia mine.jl']
    """
    elsewhere = python or device
    if python and device:
        raise UsageError("--python and --device are two places; give one of them")
    if elsewhere and not implementations:
        raise UsageError(f"what is to run on '{elsewhere}'? name it, for example -i torch")
    for name in implementations:
        if elsewhere and (":" in name or "@" in name):
            raise UsageError(f"'{name}' runs where it says; leave out --python and --device")
    named = [f"{name}@{elsewhere}" for name in implementations] if elsewhere else implementations
    return [*named, *(f"foreign:{command}" for command in foreign)]


def help_of(function: Callable[..., None]) -> str:
    r"""Return what ``--help`` says of a command: its examples are lines that can be copied.

    Examples
    --------
    >>> def check() -> None:
    ...     '''Grade.
    ...
    ...     For example:
    ...
    ...     `lse-verify check mine.py:f`
    ...
    ...     `lse-verify check torch` — all of it
    ...     '''
    >>> print(help_of(check).replace("\b", "(as it stands)"))
    Grade.
    <BLANKLINE>
    (as it stands)
    For example:
      lse-verify check mine.py:f
      lse-verify check torch  # all of it
    """
    text = inspect.getdoc(function) or ""
    told, _, examples = text.partition("For example:")
    if not examples:
        return told.replace("`", "")
    lines = (line.replace("` — ", "  # ").replace("`", "") for line in examples.split("\n") if line)
    # A paragraph that begins so Click does not wrap.
    block = "\n".join(["\b", "For example:", *(f"  {line}" for line in lines)])
    return f"{told.strip()}\n\n{block}".replace("`", "")


def cores() -> int:
    """Return how many processor cores there are, hyperthreads not counted."""
    import psutil

    return psutil.cpu_count(logical=False) or psutil.cpu_count() or 1


def command(arguments: Sequence[str]) -> str:
    """Return the command line as a report shows it: no folder of this machine in it.

    Examples
    --------
    >>> command(["audit", "-i", "/users/me/mine.py:f", "--out=/data/x"])
    'lse-verify audit -i mine.py:f --out=x'
    """
    import shlex

    shown = (_ABSOLUTE.sub(lambda found: Path(found[0]).name, a) for a in arguments)
    return shlex.join(["lse-verify", *shown])


_ABSOLUTE = re.compile(r"(?:(?<=^)|(?<=^-.)|(?<==))/.*")


def refuse_beside_resume(has_others: bool) -> None:
    """Refuse options that say what to do beside one that goes on with what was begun.

    Raises
    ------
    UsageError
        If there are any.
    """
    if has_others:
        raise UsageError(
            "--resume goes on with what was begun; leave out what says what to do, "
            "or begin anew without --resume"
        )
