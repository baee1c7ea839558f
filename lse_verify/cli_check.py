"""The command that gates: exit code 1 if a grade is not what is required of it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from lse_verify.cli_options import (
    MOST_SAMPLES,
    Data,
    Formats,
    Functions,
    Jobs,
    Json,
    Regimes,
    command,
    cores,
)
from lse_verify.errors import UsageError


def check(
    implementation: Annotated[
        list[str],
        typer.Argument(
            help="Your own (mine.py:logsumexp, package.module:attr), or a library (torch) or "
            "implementation (torch.grad).",
            metavar="NAME...",
        ),
    ],
    function: Functions = [],  # noqa: B006  # Typer copies it
    format: Formats = [],  # noqa: B006  # the option's name; Typer copies it
    verdict: Annotated[
        str | None,
        typer.Option(
            help="Require this or better: correctly-rounded, faithful, stable, weak or unstable.",
            metavar="WORD",
            show_default="stable if nothing else is required",
        ),
    ] = None,
    max_ulp: Annotated[
        float | None,
        typer.Option(
            help="Require every error to be at most so many ulps where the input is well "
            "conditioned (κ ≤ 100).",
            metavar="NUMBER",
        ),
    ] = None,
    no_violations: Annotated[
        bool,
        typer.Option("--no-violations", help="Require that no bound is broken, excused or not."),
    ] = False,
    baseline: Annotated[
        Path | None,
        typer.Option(help="Require nothing to be worse than recorded here.", metavar="FILE"),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Record the grades in the baseline.")
    ] = False,
    regime: Regimes = [],  # noqa: B006  # Typer copies it
    data: Data = None,
    samples: Annotated[
        int | None,
        typer.Option(
            help="About how many rows a regime draws.",
            min=1,
            max=MOST_SAMPLES,
            show_default="1000, or the baseline's",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(help="Draws other inputs.", min=0, show_default="0, or the baseline's"),
    ] = None,
    jobs: Jobs = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML too.", metavar="FILE")] = None,
    json: Json = False,
) -> None:
    """Grade, and fail if a grade is not what you require.

    Ends with exit code 1 if a requirement is not met, and shows the smallest input found that
    breaks it with the line that replays it. As a workflow of GitHub it annotates the source.

    For example:

    `lse-verify check mykernels.py:logsumexp`

    `lse-verify check mykernels.py:logsumexp --format binary32 --max-ulp 4 --verdict stable`

    `lse-verify check mykernels.py:fast -f softmax --baseline baseline.json --update`

    `lse-verify check mykernels.py:fast -f softmax --baseline baseline.json`
    """
    from lse_verify.audit.run import Request
    from lse_verify.check import annotations
    from lse_verify.check import junit as junit_xml
    from lse_verify.check import show as show_check
    from lse_verify.check.gate import Gate
    from lse_verify.check.grading import DEFAULT_SAMPLES
    from lse_verify.check.run import Ratchet
    from lse_verify.check.run import check as run_check
    from lse_verify.family import function_named
    from lse_verify.formats import format_named
    from lse_verify.implementations.registry import select
    from lse_verify.inputs.regimes import regimes_named
    from lse_verify.report import show

    for name in function:
        function_named(name)
    for name in format:
        format_named(name)
    if update and baseline is None:
        raise UsageError("--update records a baseline; say which: --baseline FILE")
    ratchet = None if baseline is None else Ratchet.at(baseline, update)
    before = ratchet.before if ratchet is not None else None
    required = verdict is not None or max_ulp is not None or no_violations
    gate = Gate.of(verdict, max_ulp, no_violations) if required or ratchet is None else None
    names = regime or (list(before.regimes) if before and data is None else [])
    request = Request(
        command=command(sys.argv[1:]),
        implementations=select(implementation, function, format),
        functions=function,
        formats=format,
        regimes=regimes_named(names, data),
        seed=seed if seed is not None else before.seed if before else 0,
        samples=samples or (before.samples if before else DEFAULT_SAMPLES),
        jobs=jobs or cores(),
        data=data,
    )
    with show.progress(quiet=json) as observe:
        found = run_check(request, gate, ratchet, observe)
    if junit is not None:
        junit_xml.write_junit(found, junit)
    if annotations.wanted(os.environ):
        for line in annotations.commands(found, Path.cwd()):
            print(line, file=sys.stderr)
    if json:
        show_check.checked_json(found)
    else:
        show_check.checked(found)
    if not found.passed:
        raise typer.Exit(1)
