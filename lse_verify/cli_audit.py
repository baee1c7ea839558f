"""The commands that grade what is installed: audit, explain and list."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lse_verify.cli_options import (
    Data,
    Device,
    FirstTier,
    Foreign,
    Formats,
    Functions,
    Implementations,
    Jobs,
    Json,
    OneFormat,
    OneFunction,
    Python,
    Regimes,
    Resume,
    Samples,
    Scheduler,
    Seed,
    command,
    cores,
    refuse_beside_resume,
    specs,
)
from lse_verify.errors import UsageError

if TYPE_CHECKING:
    from lse_verify.family.block import Block


def audit(
    implementation: Implementations = [],  # noqa: B006  # Typer copies it
    foreign: Foreign = [],  # noqa: B006  # Typer copies it
    python: Python = None,
    device: Device = None,
    function: Functions = [],  # noqa: B006  # Typer copies it
    format: Formats = [],  # noqa: B006  # the option's name; Typer copies it
    regime: Regimes = [],  # noqa: B006  # Typer copies it
    data: Data = None,
    samples: Samples = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    oracle: Annotated[
        FirstTier, typer.Option(help="Who is asked first for whole blocks: slower, same figures.")
    ] = "double-double",
    scheduler: Scheduler = None,
    resume: Resume = None,
    out: Annotated[Path, typer.Option(help="Where the report goes.", metavar="DIR")] = Path(
        "reports/audit"
    ),
    json: Json = False,
) -> None:
    """Grade implementations and write the report.

    For example:

    `lse-verify audit` — everything that is installed, in some two minutes

    `lse-verify audit -i torch -f logsumexp --format binary32`

    `lse-verify audit -i mykernels.py:logsumexp --samples 2000`

    `lse-verify audit -i scipy --python old/bin/python`

    `lse-verify audit --foreign 'julia mine.jl' -f logsumexp`

    `lse-verify audit --data logits.npy -i scipy`

    `lse-verify audit --resume reports/audit` — what was stopped goes on
    """
    from lse_verify.audit.reporting import reporting
    from lse_verify.audit.run import DEFAULT_SAMPLES, Request, go_on
    from lse_verify.audit.run import audit as run_audit
    from lse_verify.family import function_named
    from lse_verify.formats import format_named
    from lse_verify.implementations.registry import select
    from lse_verify.inputs.regimes import regimes_named
    from lse_verify.report import show, write_report

    for name in function:
        function_named(name)
    for name in format:
        format_named(name)
    if resume is not None:
        chosen = [*implementation, *foreign, *function, *format, *regime]
        refuse_beside_resume(bool(chosen or python or device or data or samples or seed))
        out, path = resume, resume / "ledger.jsonl"
        run = partial(go_on, path, jobs or cores(), scheduler)
    else:
        request = Request(
            command=command(sys.argv[1:]),
            implementations=select(
                specs(implementation, foreign, python, device), function, format
            ),
            functions=function,
            formats=format,
            regimes=regimes_named(regime, data),
            seed=seed,
            samples=samples or DEFAULT_SAMPLES,
            jobs=jobs or cores(),
            data=data,
            oracle=oracle,
            scheduler=scheduler,
        )
        path = out / "ledger.jsonl"
        run = partial(run_audit, request, path)
    with show.progress(quiet=json) as observe:
        ledger = run(observe)
    with reporting(ledger, path):
        report_path = write_report(ledger, out)
    if json:
        show.ledger_json(ledger)
    else:
        show.summary(ledger, report_path)


def explain(
    argument: Annotated[
        list[str] | None,
        typer.Argument(help="Decimals or hex floats; rows by commas.", metavar="ARG..."),
    ] = None,
    implementation: Implementations = [],  # noqa: B006  # Typer copies it
    foreign: Foreign = [],  # noqa: B006  # Typer copies it
    python: Python = None,
    device: Device = None,
    function: OneFunction = "logsumexp",
    format: OneFormat = "binary64",  # the option's name
    regime: Annotated[
        str | None,
        typer.Option(help="Take the input from a regime's batch.", metavar="NAME"),
    ] = None,
    row: Annotated[int, typer.Option(help="Which row of the batch, from 0.", min=0)] = 0,
    samples: Samples = None,
    seed: Seed = 0,
    json: Json = False,
) -> None:
    """Show what every installed implementation makes of one input.

    Each is asked for it alone and as 64 equal rows; where these differ, both are shown.

    For example:

    `lse-verify explain 0 -40`

    `lse-verify explain -f softplus 20.1`

    `lse-verify explain -f logsumexp --format binary16 '0*65536'`
    """
    from lse_verify.audit.explain import explain as run_explain
    from lse_verify.audit.grade import Workplace
    from lse_verify.audit.point import block_of, read_point
    from lse_verify.audit.run import DEFAULT_SAMPLES, installed
    from lse_verify.family import function_named
    from lse_verify.formats import format_named
    from lse_verify.implementations.registry import select
    from lse_verify.report import show

    chosen, fmt = function_named(function), format_named(format)
    if regime is not None and argument:
        raise UsageError("numbers and --regime are two inputs; give one of them")
    if regime is not None:
        block = _row_of(regime, function, format, seed, samples or DEFAULT_SAMPLES, row)
    elif argument:
        block = block_of(chosen, fmt, read_point(chosen, fmt, argument))
    else:
        raise UsageError("no input; give numbers (lse-verify explain 0 -40) or --regime and --row")
    named = specs(implementation, foreign, python, device)
    implementations = installed(select(named, [function], [format]))
    workplace = Workplace(None, Path.cwd())
    answers = run_explain(implementations, function, format, block, workplace)
    show.explained(chosen, fmt, block.point(0), answers, as_json=json)


def _row_of(regime: str, function: str, fmt: str, seed: int, samples: int, row: int) -> Block:
    from lse_verify.formats import format_named
    from lse_verify.inputs.regimes import regimes_named

    (chosen,) = regimes_named([regime])
    if function not in chosen.functions:
        raise UsageError(f"the regime '{regime}' has no inputs for {function}")
    return chosen.draw(function, format_named(fmt), seed, samples).row(row)


def list_all(json: Json = False) -> None:
    """List libraries, functions, formats, regimes and claims.

    Of libraries, what they offer, or how to install them.
    """
    from lse_verify.report import show

    show.everything(as_json=json)
