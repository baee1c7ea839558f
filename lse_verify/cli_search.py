"""The commands that search: for the worst input, and through all of them."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from lse_verify.cli_options import (
    Device,
    Foreign,
    Formats,
    Functions,
    Implementations,
    Jobs,
    Json,
    OneFormat,
    OneFunction,
    Python,
    Resume,
    Scheduler,
    Seed,
    command,
    cores,
    refuse_beside_resume,
    specs,
)
from lse_verify.errors import OutputError, UsageError

if TYPE_CHECKING:
    from lse_verify.audit.hunted import Hunt

MOST_TERMS = 10**6
"""Of a row: islands keep many of them at a time."""

Objective = Literal["error", "stability", "bound", "violation"]
"""Those of `audit.hunted.OBJECTIVES`."""


def hunt(
    implementation: Annotated[
        str | None,
        typer.Option("--implementation", "-i", help="Whose worst input.", metavar="NAME"),
    ] = None,
    foreign: Annotated[
        str | None,
        typer.Option(help="A command that speaks the foreign protocol.", metavar="COMMAND"),
    ] = None,
    python: Python = None,
    device: Device = None,
    function: OneFunction = "logsumexp",
    format: OneFormat = "binary64",  # the option's name
    objective: Annotated[
        Objective, typer.Option(help="What is made as large as possible.")
    ] = "error",
    budget: Annotated[
        int | None, typer.Option(help="Inputs to try.", min=1, show_default="1000000")
    ] = None,
    time: Annotated[
        float | None, typer.Option(help="Seconds to go on, instead of a budget.", min=1)
    ] = None,
    terms: Annotated[
        int | None,
        typer.Option(
            help="Terms of a row.",
            min=1,
            max=MOST_TERMS,
            show_default="from 1 to 1000, searched too",
        ),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    resume: Resume = None,
    witnesses: Annotated[
        Path, typer.Option(help="Where finds are kept, which audits replay.", metavar="FILE")
    ] = Path("reports/witnesses.jsonl"),
    out: Annotated[
        Path | None,
        typer.Option(help="Keep a journal there, to go on with.", metavar="DIR"),
    ] = None,
    json: Json = False,
) -> None:
    """Look for the worst input, and shrink it.

    What is left a person can read.

    For example:

    `lse-verify hunt -i torch -f softplus --format binary32`

    `lse-verify hunt -i mykernels.py:logsumexp --objective stability --time 60`
    """
    from lse_verify.report import show_hunt
    from lse_verify.search.hunt.request import DEFAULT_BUDGET, Request, head_of, resumed
    from lse_verify.search.hunt.run import ended, run
    from lse_verify.search.witnesses import keep, require_usable

    def tell(found: Hunt, objective: str) -> None:
        if json:
            show_hunt.hunt_json(found)
        else:
            show_hunt.hunted(found, objective)

    def keep_finds(found: Hunt) -> None:
        if found.finds:
            try:
                keep(witnesses, found.finds.values())
            except OutputError:
                # What cannot be kept is to be seen at least.
                tell(found, objective)
                raise

    if resume is not None:
        whose = implementation or foreign or python or device
        refuse_beside_resume(bool(whose or budget or time or terms or seed))
        if (before := ended(resume)) is not None:
            head, found = before
            keep_finds(found)
            tell(found, head.first.objective)
            return
        request = resumed(resume, jobs or cores(), scheduler)
    elif implementation is None and foreign is None:
        raise UsageError("no implementation; give one: lse-verify hunt -i torch -f softplus")
    elif implementation is not None and foreign is not None:
        raise UsageError("--implementation and --foreign are two; hunt in one at a time")
    elif budget is not None and time is not None:
        raise UsageError("--budget and --time are two ends; give one of them")
    else:
        (name,) = specs(
            [] if implementation is None else [implementation],
            [] if foreign is None else [foreign],
            python,
            device,
        )
        request = Request(
            implementation=name,
            function=function,
            format=format,
            objective=objective,
            budget=None if time is not None else budget or DEFAULT_BUDGET,
            seconds=time,
            seed=seed,
            n_terms=terms,
            jobs=jobs or cores(),
            scheduler=scheduler,
            folder=out,
            command=command(sys.argv[1:]),
        )

    def observe(step: object, done: int, total: int) -> None:
        if step is not None and not json:
            show_hunt.rise(step, done, request.objective)  # type: ignore[arg-type]  # a Step

    # What cannot be hunted is told before a folder is made.
    head_of(request)
    require_usable(witnesses)
    tell(run(request, observe, keep_finds), request.objective)


def exhaust(
    implementation: Implementations = [],  # noqa: B006  # Typer copies it
    foreign: Foreign = [],  # noqa: B006  # Typer copies it
    python: Python = None,
    device: Device = None,
    function: Functions = [],  # noqa: B006  # Typer copies it
    format: Formats = [],  # noqa: B006  # the option's name; Typer copies it
    jobs: Jobs = None,
    scheduler: Scheduler = None,
    resume: Resume = None,
    out: Annotated[Path, typer.Option(help="Where ledger and report go.", metavar="DIR")] = Path(
        "reports/exhaustive"
    ),
    json: Json = False,
) -> None:
    """Try every input: the true maximum, and where it is.

    softplus and logistic over all values of a format of at most 32 bits; logaddexp, softmax and
    log_softmax over all pairs of one of at most 16.

    For example:

    `lse-verify exhaust -f softplus --format binary32 -i torch`

    `lse-verify exhaust --resume reports/exhaustive` — what was stopped goes on
    """
    from lse_verify.audit.reporting import reporting
    from lse_verify.family import function_named
    from lse_verify.formats import format_named
    from lse_verify.implementations.registry import select
    from lse_verify.report import show, show_exhaust
    from lse_verify.report.exhaustive import write_exhaustive
    from lse_verify.search.exhaust.run import Request, go_on
    from lse_verify.search.exhaust.run import exhaust as run_exhaust

    if resume is not None:
        refuse_beside_resume(
            bool(implementation or foreign or python or device or function or format)
        )
        out, path = resume, resume / "ledger.jsonl"
        run = partial(go_on, path, jobs or cores(), scheduler)
    else:
        if not function or not format:
            raise UsageError(
                "all inputs of what? give a function and a format: "
                "lse-verify exhaust -f softplus --format binary32"
            )
        for name in function:
            function_named(name)
        for name in format:
            format_named(name)
        named = specs(implementation, foreign, python, device)
        chosen = [i for i in select(named, function, format) if i.function in function]
        request = Request(
            command=command(sys.argv[1:]),
            implementations=chosen,
            formats=format,
            jobs=jobs or cores(),
            base=Path.cwd(),
            scheduler=scheduler,
        )
        path = out / "ledger.jsonl"
        run = partial(run_exhaust, request, path)
    with show.progress(quiet=json) as observe:
        ledger = run(observe)
    with reporting(ledger, path):
        report = write_exhaustive([ledger], out)
    if json:
        show.ledger_json(ledger)
    else:
        show_exhaust.exhausted([ledger], report)
