"""The commands about what is true: prove, truth, and bench, which times ways to it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lse_verify.cli_options import Jobs, Json, OneFormat, OneFunction, Seed, command, cores


def prove(
    claim: Annotated[
        list[str] | None,
        typer.Argument(
            help="Ids, or files with CLAIMS (my_claims.py); all of the article's if none.",
            metavar="CLAIM...",
            show_default=False,
        ),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = None,
    coq: Annotated[
        bool | None,
        typer.Option(
            "--coq/--no-coq",
            help="Let Coq check its theorems too, which takes half a minute.",
            show_default="only if no claim is named",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Where the report goes.",
            metavar="DIR",
            show_default="reports/proofs; nowhere if claims are named",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Prove the article's claims, or your own, for every n.

    Each step is tried to be refuted, too.

    Ends with exit code 1 if a claim is not proved.

    For example:

    `lse-verify prove` — all of them, and the report

    `lse-verify prove bounds.upper trick`

    `lse-verify prove my_claims.py --out report`
    """
    from lse_verify.audit import environment
    from lse_verify.proving.run import Request
    from lse_verify.proving.run import prove as run_proofs
    from lse_verify.report import show
    from lse_verify.report.proofs import write_proofs

    request = Request(
        names=claim or (),
        seed=seed,
        jobs=jobs or cores(),
        coq=not claim if coq is None else coq,
        mixtures=out is not None or not claim,
    )
    with show.progress(quiet=json) as observe:
        proofs = run_proofs(request, observe)
    made = environment.described()
    line, folder = command(sys.argv[1:]), out or (None if claim else Path("reports/proofs"))
    report_path = None
    try:
        if folder is not None:
            report_path = write_proofs(proofs, folder, line, made)
    finally:
        # Also where it cannot be written: to find it again takes minutes.
        if json:
            show.proofs_json(proofs, line, made)
        else:
            show.proved(proofs, report_path)
    if not proofs.all_proved:
        raise typer.Exit(1)


def truth(
    argument: Annotated[
        list[str],
        typer.Argument(
            help="Decimals or hex floats; rows by commas. Write -- before a negative first one.",
            metavar="ARG...",
        ),
    ],
    function: OneFunction = "logsumexp",
    format: OneFormat = "binary64",  # the option's name
    digits: Annotated[int, typer.Option(help="Significant digits.", min=1, max=5000)] = 40,
    json: Json = False,
) -> None:
    """Print certified digits of one exact value.

    Beside them, its correct rounding in each format.

    For example:

    `lse-verify truth 0 -40`

    `lse-verify truth -f smoothmax 1,2,3 0.5`

    `lse-verify truth -f softplus -- -0x1.4p+5`
    """
    from lse_verify.audit.point import read_point
    from lse_verify.family import function_named
    from lse_verify.formats import format_named
    from lse_verify.oracle.certify import certify
    from lse_verify.report import show

    chosen, fmt = function_named(function), format_named(format)
    point = read_point(chosen, fmt, argument)
    show.certified(chosen, point, certify(chosen, point, digits), as_json=json)


def bench(
    seed: Seed = 0,
    out: Annotated[Path, typer.Option(help="Where the report goes.", metavar="DIR")] = Path(
        "reports/performance"
    ),
    json: Json = False,
) -> None:
    """Time truth beside other ways to it, and write the report.

    It takes about four minutes, in processes of their own with one thread each; figures are
    best when nothing else runs meanwhile.

    For example:

    `lse-verify bench`

    `lse-verify bench --out mine --json > mine.json`
    """
    from lse_verify.audit import environment
    from lse_verify.bench.run import Request
    from lse_verify.bench.run import bench as run_bench
    from lse_verify.report import show
    from lse_verify.report.performance import require_folder, write_performance

    require_folder(out)
    request = Request(command(sys.argv[1:]), seed, environment.described())
    with show.progress(quiet=json, still=True) as observe:
        found = run_bench(request, observe)
    report_path = None
    try:
        report_path = write_performance(found, out)
    finally:
        # Also where it cannot be written: to find it again takes minutes.
        if json:
            show.bench_json(found)
        else:
            show.benched(found, report_path)
