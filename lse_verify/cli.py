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
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import typer

from lse_verify import cli_audit, cli_check, cli_compare, cli_search, cli_tables, cli_truth
from lse_verify.cli_options import help_of
from lse_verify.errors import LseVerifyError, Repaired, UsageError
from lse_verify.wording import flat

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

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


_add(cli_audit.audit)
_add(cli_tables.report)
_add(cli_truth.prove)
_add(cli_truth.bench)
_add(cli_check.check)
_add(cli_search.hunt)
_add(cli_search.exhaust)
_add(cli_tables.leaderboard)
_add(cli_tables.bugs)
_add(cli_compare.compare)
_add(cli_compare.adjudicate)
_add(cli_truth.truth)
_add(cli_audit.explain)
_add(cli_audit.list_all, "list")


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
