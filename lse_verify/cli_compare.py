"""The commands that compare: two ledgers with each other, and values with the truth."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lse_verify.cli_options import Json, OneFormat, OneFunction, command
from lse_verify.errors import UsageError


def compare(
    first: Annotated[
        Path, typer.Argument(help="The ledger from before, of audit or of exhaust.", metavar="A")
    ],
    second: Annotated[Path, typer.Argument(help="The ledger of now.", metavar="B")],
    pair: Annotated[
        list[str],
        typer.Option(
            help="Compare this name of A with that of B, and nothing else. Repeatable; by default "
            "equal names, the same library elsewhere, and what is compiled with what is not.",
            metavar="A=B",
        ),
    ] = [],  # noqa: B006  # Typer copies it
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print markdown, for a pull request.")
    ] = False,
    json: Json = False,
) -> None:
    """Tell what changed from one run to another.

    Verdicts, figures and bits are compared.

    It reads two ledgers and runs nothing: of two versions of a library, two machines, CPU and
    GPU, eager and compiled.

    For example:

    `lse-verify compare old/ledger.jsonl new/ledger.jsonl`

    `lse-verify compare old/ledger.jsonl new/ledger.jsonl --markdown > comment.md`

    `lse-verify compare old/ledger.jsonl new/ledger.jsonl --pair torch=jax`
    """
    from lse_verify.audit.comparison import Side
    from lse_verify.audit.comparison import compare as run_compare
    from lse_verify.report import show_compare

    if markdown and json:
        raise UsageError("--markdown and --json are two ways to print; give one of them")
    found = run_compare(Side.read(first), Side.read(second), pair)
    if json:
        show_compare.compared_json(found)
    elif markdown:
        show_compare.compared_markdown(found, command(sys.argv[1:]))
    else:
        show_compare.compared(found)


def adjudicate(
    value: Annotated[
        list[str],
        typer.Argument(
            help="What somebody got, with a name or without: decimals or hex floats, inf, nan.",
            metavar="[NAME=]VALUE...",
        ),
    ],
    input: Annotated[
        list[str],
        typer.Option(
            help="The input: decimals or hex floats, rows by commas. Repeatable, once an argument.",
            metavar="ARG",
        ),
    ],
    function: OneFunction = "logsumexp",
    format: OneFormat = "binary64",  # the option's name
    output: Annotated[
        int | None,
        typer.Option(help="Which number of a row the values are for, from 0.", metavar="K", min=0),
    ] = None,
    json: Json = False,
) -> None:
    """Tell which of several values for one input is right.

    And how far off the others are.

    The input is rounded into the format. A decimal of few digits stands for every float that is
    printed so: what is said of it holds as far as its digits tell.

    For example:

    `lse-verify adjudicate --input 0,-40 torch=0.0 scipy=4.248354255291589e-18`

    `lse-verify adjudicate -f softmax --input 0,1 --output 1 --format binary32 0.731 0.7310586`

    `lse-verify adjudicate -f logaddexp --input 1000 --input -1000 inf jax=1000.0`
    """
    from lse_verify.audit.adjudicate import adjudicate as run_adjudicate
    from lse_verify.audit.adjudicate import read_claim
    from lse_verify.audit.point import read_point
    from lse_verify.family import function_named
    from lse_verify.formats import format_named
    from lse_verify.report import show_adjudicate

    chosen, fmt = function_named(function), format_named(format)
    claims = [read_claim(text) for text in value]
    found = run_adjudicate(chosen, fmt, read_point(chosen, fmt, input), output, claims)
    if json:
        show_adjudicate.adjudicated_json(found)
    else:
        show_adjudicate.adjudicated(found)
