"""The command line: parsing and printing only.

Everything heavy is imported inside the command that needs it, so that ``--help`` is up at
once.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TextIO

import typer

from lse_verify import cli_check, cli_compare, cli_search, cli_tables
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
    help_of,
    refuse_beside_resume,
    specs,
)
from lse_verify.errors import LseVerifyError, Repaired, UsageError
from lse_verify.wording import flat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lse_verify.family.block import Block

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Not by Rich, whose import takes twice as long as all the rest of a help.
    rich_markup_mode=None,
    help="Can I trust this LogSumExp? Grades float implementations against certified truth.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _add(function: Callable[..., None], name: str | None = None) -> None:
    app.command(name, help=help_of(function))(function)


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
    from lse_verify.report.performance import make_folder, write_performance

    make_folder(out)
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


def list_all(json: Json = False) -> None:
    """List libraries, functions, formats, regimes and claims.

    Of libraries, what they offer, or how to install them.
    """
    from lse_verify.report import show

    show.everything(as_json=json)


_add(audit)
_add(cli_tables.report)
_add(prove)
_add(bench)
_add(cli_check.check)
_add(cli_search.hunt)
_add(cli_search.exhaust)
_add(cli_tables.leaderboard)
_add(cli_tables.bugs)
_add(cli_compare.compare)
_add(cli_compare.adjudicate)
_add(truth)
_add(explain)
_add(list_all, "list")


def _row_of(regime: str, function: str, fmt: str, seed: int, samples: int, row: int) -> Block:
    from lse_verify.formats import format_named
    from lse_verify.inputs.regimes import regimes_named

    (chosen,) = regimes_named([regime])
    if function not in chosen.functions:
        raise UsageError(f"the regime '{regime}' has no inputs for {function}")
    return chosen.draw(function, format_named(fmt), seed, samples).row(row)


_NEGATIVE = re.compile(r"-(\d|\.\d|inf|nan)", re.IGNORECASE)


def _numbers_apart(arguments: Sequence[str]) -> list[str]:
    """Put a space before negative numbers, so that none is read as an option.

    Examples
    --------
    >>> _numbers_apart(["truth", "0", "-40", "--json"])
    ['truth', '0', ' -40', '--json']
    """
    last = arguments.index("--") if "--" in arguments else len(arguments)
    spaced = (f" {a}" if _NEGATIVE.match(a) else a for a in arguments[:last])
    return [*spaced, *arguments[last:]]


def _require_text(arguments: Sequence[str]) -> None:
    """Refuse bytes that are no text: what is called by them could be named in no ledger or report.

    Raises
    ------
    UsageError
        If there are any.
    """
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            shown = os.fsencode(argument).decode(errors="backslashreplace")
            raise UsageError(f"'{shown}' is not text in UTF-8; rename what it names") from error


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show what was mended as errors are shown, and all else as ever."""
    if issubclass(category, Repaired):
        print(f"lse-verify: {flat(str(message))}", file=sys.stderr)
    else:
        _AS_EVER(message, category, filename, lineno, file, line)


_AS_EVER = warnings.showwarning


# Typer exports only the last of Click's exceptions, and from where it has Click varies.
_WrongCall: type[Exception] = typer.BadParameter.__mro__[1]


def main() -> None:
    """Run the command line; an error made on purpose is one line and its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Signs such as κ end as escapes where they cannot be written, not in an error.
            stream.reconfigure(errors="backslashreplace")
    warnings.showwarning = _show_warning
    try:
        _require_text(sys.argv[1:])
        raise SystemExit(
            app(args=_numbers_apart(sys.argv[1:]) or ["--help"], standalone_mode=False)
        )
    except LseVerifyError as error:
        _end(str(error), error.exit_code)
    except _WrongCall as error:
        said: Any = error
        _end(f"{said.format_message().rstrip('.')}; 'lse-verify --help' shows how", 2)
    except (KeyboardInterrupt, typer.Abort):
        _end("interrupted", 130)
    except OSError as error:
        # Raised wherever it is only asked whether there is such a file.
        if error.errno != errno.ENAMETOOLONG:
            raise
        # It may be that of a folder, asked for a file in it.
        name = max(Path(str(error.filename)).parts, key=len)[:40]
        _end(f"'{name}…' is too long for the name of a file; check the path", 2)


def _end(words: str, exit_code: int) -> NoReturn:
    print(f"lse-verify: {flat(words)}", file=sys.stderr)
    raise SystemExit(exit_code) from None
