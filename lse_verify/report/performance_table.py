"""How performance stands, for a terminal of 80 columns."""

from __future__ import annotations

from rich.text import Text

from lse_verify.bench.measurements import Measurements
from lse_verify.report.performance_targets import NOT_MEASURED, Judged, judged
from lse_verify.report.terminal import Table

_MET = {True: ("yes", "green"), False: ("no", "bold red"), None: ("–", "dim")}


def performance_table(found: Measurements) -> Table:
    """Return a row a target."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("work", no_wrap=True, width=30)
    table.add_column("against", width=12)
    table.add_column("measured", justify="right", no_wrap=True, width=10)
    table.add_column("at least", justify="right", width=10)
    table.add_column("met", width=3)
    table.add_column("aim", justify="right", width=6)
    table.add_column("met", width=3)
    for line in judged(found):
        table.add_row(
            line.work,
            line.against,
            _measured(line),
            _plain(line.at_least),
            Text(*_MET[line.met]),
            _plain(line.aim) or "–",
            Text(*_MET[line.aim_met]),
        )
    return table


def _measured(line: Judged) -> str:
    """Return the figure; the reason why there is none would be too long."""
    if line.met is not None:
        return _plain(line.measured)
    return "–" if line.measured == NOT_MEASURED else "skipped"


def _plain(words: str) -> str:
    """Return words with spaces that can be searched for; nothing is broken here anyway."""
    return words.replace("\N{NO-BREAK SPACE}", " ")
