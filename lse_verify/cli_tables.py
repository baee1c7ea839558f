"""The commands that make reports of ledgers: one again, the leaderboard, and bugs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lse_verify.cli_options import Jobs, Json, command, cores
from lse_verify.errors import UnknownName, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lse_verify.audit.ledger import Ledger


def report(
    ledger: Annotated[
        list[Path],
        typer.Argument(
            help="A ledger.jsonl, or several of exhaust, or the measurements.json of bench, or a "
            "comparison.json of searches before ledgers with the true maxima.",
            metavar="LEDGER...",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Where the report goes.", metavar="DIR", show_default="the ledger's"),
    ] = None,
    html: Annotated[
        bool,
        typer.Option(
            "--html",
            help="Also as report.html: one page with its figures in it, whose tables sort and "
            "filter.",
        ),
    ] = False,
) -> None:
    """Write the report of a ledger again, or one of several.

    Nothing is run.

    For example:

    `lse-verify report reports/audit/ledger.jsonl --html`

    `lse-verify report softplus/ledger.jsonl softmax/ledger.jsonl --out reports/exhaustive`
    """
    written, of_audit = _report(ledger, out)
    if html:
        from lse_verify.report import show
        from lse_verify.report.page import write_page

        show.page(write_page(written, of_audit))


def leaderboard(
    ledger: Annotated[
        list[Path],
        typer.Argument(
            help="Any number of ledgers, of audit and of exhaust, in any order.",
            metavar="LEDGER...",
        ),
    ],
    out: Annotated[Path, typer.Option(help="Where the report goes.", metavar="DIR")] = Path(
        "reports/leaderboard"
    ),
    json: Json = False,
) -> None:
    """Rank all implementations of some ledgers.

    Nothing is run.

    For example:

    `lse-verify leaderboard reports/audit/ledger.jsonl`

    `lse-verify leaderboard reports/*/ledger.jsonl reports/exhaustive/*/ledger.jsonl`
    """
    from lse_verify.audit.together import read_all
    from lse_verify.report import show_leaderboard
    from lse_verify.report.leaderboard import board, write_leaderboard

    found = board(read_all(ledger))
    report = write_leaderboard(found, out, command(sys.argv[1:]))
    if json:
        show_leaderboard.leaderboard_json(found)
    else:
        show_leaderboard.leaderboard(found, report)


def bugs(
    ledger: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Ledgers, of audit and of exhaust: what they call wrong or unstable and nobody "
            "has written up is listed.",
            metavar="LEDGER...",
            show_default=False,
        ),
    ] = None,
    library: Annotated[
        list[str],
        typer.Option(help="Run the lines of this library alone. Repeatable.", metavar="NAME"),
    ] = [],  # noqa: B006  # Typer copies it
    run: Annotated[
        bool,
        typer.Option("--run/--no-run", help="Run the lines whose library is here."),
    ] = True,
    python: Annotated[
        str | None,
        typer.Option(help="Another interpreter, for the lines in Python.", metavar="PATH"),
    ] = None,
    jobs: Jobs = None,
    out: Annotated[
        Path,
        typer.Option(help="Where the bugs are written up, and the report goes.", metavar="DIR"),
    ] = Path("reports/bugs"),
    json: Json = False,
) -> None:
    """Run the lines that reproduce bugs of releases.

    A report of them is written.

    Each is run as a user would, with the library alone, in a process of its own. What it
    shows is kept beside the bugs (sightings.json). Ends with exit code 1 if one that is
    written up shows something else by now.

    For example:

    `lse-verify bugs`

    `lse-verify bugs --no-run reports/audit/ledger.jsonl`

    `lse-verify bugs --library tensorflow --python tf/bin/python`
    """
    from lse_verify.audit.bug import read_releases
    from lse_verify.audit.reproduce import Place, reproduce
    from lse_verify.audit.sightings import current, read_sightings, write_sightings
    from lse_verify.audit.together import read_all
    from lse_verify.execution.interruption import interruptible
    from lse_verify.report import show, show_bugs
    from lse_verify.report.bugs import dossier, write_bugs

    releases = read_releases(out)
    known = [release.library for release in releases]
    unknown = next((name for name in library if name not in known), None)
    if unknown is not None:
        raise UnknownName("library", unknown, known)
    ledgers = read_all(ledger or [])
    seen = current(read_sightings(out), releases)
    before = dict(seen)
    if run:
        wanted = [
            (release, bug)
            for release in releases
            for bug in release.bugs
            if not library or release.library in library
        ]
        place = Place(python or "", Path.cwd())
        stopped = interruptible(lambda: f"stopped: what was seen is kept in '{out}'")
        with stopped, show.progress(quiet=json) as observe:
            try:
                for sighting in reproduce(wanted, place, jobs or cores(), observe):
                    seen[sighting.library, sighting.bug] = sighting
            finally:
                if seen != before:
                    write_sightings(seen.values(), out)
    found = dossier(releases, seen, ledgers)
    report = write_bugs(found, out, command(sys.argv[1:]))
    if json:
        show_bugs.bugs_json(found)
    else:
        show_bugs.bugs(found, report)
    if any(case.state in ("otherwise", "gone", "failed") for case in found.cases):
        raise typer.Exit(1)


def _report(ledger: Sequence[Path], out: Path | None) -> tuple[Path, Ledger | None]:
    """Write and print a report; return its path, and its ledger if it is of an audit."""
    from lse_verify.audit.together import read_together
    from lse_verify.report import show, show_hunt, write_report
    from lse_verify.report.hunt import holds_comparison, read_comparison, write_comparison

    first, *others = ledger
    folder = out or first.parent
    if first.suffix == ".json" and holds_comparison(first):
        said, path = write_comparison(read_comparison(first), read_together(others), folder)
        show_hunt.compared(said, path)
        return path, None
    if others:
        _require_together(ledger, out)
    if first.suffix == ".json":
        from lse_verify.bench.measurements import read_measurements
        from lse_verify.report.performance import rewrite_performance

        path = rewrite_performance(first, folder)
        show.benched(read_measurements(first), path)
        return path, None
    found = read_together(ledger)
    if found[0].is_exhaustive:
        from lse_verify.report import show_exhaust
        from lse_verify.report.exhaustive import write_exhaustive

        path = write_exhaustive(found, folder)
        show_exhaust.exhausted(found, path)
        return path, None
    path = write_report(found[0], folder)
    show.summary(found[0], path)
    return path, found[0]


def _require_together(ledgers: Sequence[Path], out: Path | None) -> None:
    measurements = next((path for path in ledgers if path.suffix == ".json"), None)
    if measurements is not None:
        raise UsageError(
            f"'{measurements}' is no ledger; only ledgers of exhaust make one report together: "
            "give it alone"
        )
    if out is None:
        raise UsageError(
            f"{len(ledgers)} ledgers have no folder in common; say where their report goes: "
            "--out DIR"
        )
