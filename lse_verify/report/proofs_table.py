"""How the claims stand, for the terminal."""

from __future__ import annotations

from rich.text import Text

from lse_verify.proving.outcome import ClaimOutcome, Proofs, Status
from lse_verify.report.terminal import Table

_STYLES = {Status.REFUTED: "bold red", Status.NOT_PROVED: "bold red"}


def proofs_table(proofs: Proofs) -> Table:
    """Return a row a claim; it fits 80 columns."""
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("claim", overflow="fold", width=_longest_of(proofs))
    table.add_column("status", width=8)
    table.add_column("Coq", width=3)
    table.add_column("for which n", width=17)
    table.add_column("steps", justify="right", width=5)
    table.add_column("s", justify="right", width=5)
    table.add_column("cited", overflow="fold", width=12)
    for claim in proofs.claims:
        table.add_row(*_cells(claim))
    return table


def _longest_of(proofs: Proofs) -> int:
    """Return the width at which no name is broken, unless it would leave no room."""
    return min(24, max((len(claim.name) for claim in proofs.claims), default=0))


def _cells(claim: ClaimOutcome) -> tuple[Text, ...]:
    style = "" if claim.is_proved else _STYLES.get(claim.status, "bold yellow")
    return (
        Text(claim.name),
        Text("proved" if claim.is_proved else claim.word, style=style),
        Text("yes" if claim.coq is not None and claim.coq.checked else "–"),
        Text(claim.holds_for if claim.is_proved else ""),
        Text(str(claim.derived) if claim.derived else ""),
        Text(f"{claim.seconds:.1f}"),
        # Of a theorem only its name; the report has all of the reference.
        Text("; ".join(quoted.partition(" (")[0] for quoted in claim.quoted)),
    )
