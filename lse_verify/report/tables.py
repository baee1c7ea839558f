"""The summary for a terminal of 80 columns."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.text import Text

from lse_verify.audit.ledger import Ledger
from lse_verify.audit.standing import Outcome, by_function, standings
from lse_verify.audit.verdict import Verdict
from lse_verify.report.summary import formats_of
from lse_verify.report.terminal import Table

_STYLES = {
    Verdict.CORRECTLY_ROUNDED: "bold green",
    Verdict.FAITHFUL: "green",
    Verdict.STABLE: "cyan",
    Verdict.WEAK: "yellow",
    Verdict.UNDECIDED: "yellow",
    Verdict.UNSTABLE: "magenta",
    Verdict.WRONG: "bold red",
    Verdict.UNTESTED: "dim",
}
SPECIAL_MARK = "*"
"""After a verdict: wrong on special values only."""


def summary_table(ledger: Ledger) -> Table:
    """Return a row an implementation under each function, a verdict a format, best first."""
    found = standings(ledger)
    formats = formats_of(found)
    table = Table(
        title="Verdicts (sampled)",
        box=SIMPLE_HEAD,
        padding=(0, 1),
        collapse_padding=True,
        caption=f"wrong{SPECIAL_MARK}: on special values only; –: not offered",
        caption_justify="left",
    )
    table.add_column("implementation", overflow="fold", ratio=1)
    for name in formats:
        table.add_column(name, width=9)
    for function, group in by_function(found).items():
        table.add_row(Text(function, style="bold"))
        for standing in group:
            verdicts = (_word(standing.outcomes.get(name)) for name in formats)
            table.add_row(f"  {standing.name}", *verdicts)
    for skipped in ledger.header.skipped:
        # The reason has a line of its own below the table: here it would be broken into three.
        table.add_row(skipped.name, *("skipped" for _ in formats), style="dim")
    return table


def _word(outcome: Outcome | None) -> Text:
    if outcome is None:
        return Text("–", style="dim")
    mark = SPECIAL_MARK if outcome.only_special_is_wrong else ""
    return Text(f"{outcome.verdict.word}{mark}", style=_STYLES[outcome.verdict])
