"""The commands whose reports stand on ledgers of several runs: the leaderboard, and bugs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lse_verify.cli_options import Jobs, Json, command, cores
from lse_verify.errors import UnknownName


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
    """Rank all implementations of some ledgers, without running anything.

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
    """Run the lines that reproduce bugs of releases, and write the report of them.

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
    from lse_verify.report import show, show_bugs
    from lse_verify.report.bugs import dossier, write_bugs

    releases = read_releases(out)
    known = [release.library for release in releases]
    unknown = next((name for name in library if name not in known), None)
    if unknown is not None:
        raise UnknownName("library", unknown, known)
    ledgers = read_all(ledger or [])
    seen = current(read_sightings(out), releases)
    if run:
        wanted = [
            (release, bug)
            for release in releases
            for bug in release.bugs
            if not library or release.library in library
        ]
        place = Place(python or "", Path.cwd())
        with show.progress(quiet=json) as observe:
            for sighting in reproduce(wanted, place, jobs or cores(), observe):
                seen[sighting.library, sighting.bug] = sighting
        write_sightings(seen.values(), out)
    found = dossier(releases, seen, ledgers)
    report = write_bugs(found, out, command(sys.argv[1:]))
    if json:
        show_bugs.bugs_json(found)
    else:
        show_bugs.bugs(found, report)
    if any(case.state in ("otherwise", "gone", "failed") for case in found.cases):
        raise typer.Exit(1)
