"""The leaderboard on the terminal, and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.text import Text

from lse_verify.audit.standing import excused, unexcused
from lse_verify.audit.verdict import Verdict
from lse_verify.report.leaderboard import Board
from lse_verify.report.leaderboard_classes import SameBits
from lse_verify.report.leaderboard_headline import headlines, subject
from lse_verify.report.leaderboard_rows import Row
from lse_verify.report.leaderboard_tables import GLANCED, alone, best
from lse_verify.report.summary import NONE
from lse_verify.report.terminal import Table, console, print_json

_GOOD = (Verdict.CORRECTLY_ROUNDED, Verdict.FAITHFUL, Verdict.STABLE)


def leaderboard(board: Board, report: Path) -> None:
    """Print how many are what, which are best, and where the report is, in 80 columns."""
    terminal = console()
    terminal.print(subject(board.rows, board.sources), soft_wrap=True)
    terminal.print(_table(board))
    for line in headlines(board.rows, board.spaces, board.sources):
        terminal.print(line.replace("**", "").replace("`", ""))
    terminal.print(f"report: {report}", soft_wrap=True)


def _table(board: Board) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1), collapse_padding=True)
    table.add_column("function", width=20)
    for name in ("all", "nearest", "faithful", "stable", "wrong"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("best", overflow="fold", ratio=1)
    shown: set[str] = set()
    for (function, fmt), group in board.spaces.items():
        if fmt not in GLANCED or function in alone(board.spaces):
            continue
        if function not in shown:
            table.add_row(Text(function, style="bold"))
            shown.add(function)
        table.add_row(f"  {fmt}", *_counts(group), _best(group))
    return table


def _counts(group: Sequence[SameBits]) -> list[str]:
    rows = [row for same in group for row in same.rows]
    counts = Counter(row.outcome.verdict for row in rows)
    return [str(len(rows)), *(str(counts[v] or NONE) for v in (*_GOOD, Verdict.WRONG))]


def _best(group: Sequence[SameBits]) -> Text:
    return Text(" = ".join(row.name for row in best(group)[0].rows))


def leaderboard_json(board: Board) -> None:
    """Print every row with its place, figures and witnesses."""
    found = {
        "ledgers": [
            {
                "number": source.number,
                "command": source.ledger.header.command,
                "exhaustive": source.ledger.is_exhaustive,
                "digest": source.ledger.digest,
                "machine": source.machine,
                "machine_facts": source.ledger.header.machine,
            }
            for source in board.sources
        ],
        "rows": [
            _row(board, row, place, [other.name for other in same.rows if other is not row])
            for group in board.spaces.values()
            for place, same in enumerate(group, 1)
            for row in same.rows
        ],
    }
    print_json(found)


def _row(board: Board, row: Row, place: int, same_bits: Sequence[str]) -> dict[str, Any]:
    finding, ordinary = row.outcome.finding, row.outcome.ordinary
    properties = {name: msgspec.to_builtins(t) for name, t in finding.properties.items()}
    return {
        "function": row.function,
        "format": row.format,
        "place": place,
        "implementation": row.implementation.name,
        "library": row.library,
        "language": row.implementation.language,
        "ledger": row.source.number,
        "machine": row.source.machine,
        "same_bits": list(same_bits),
        "verdict": row.outcome.verdict.word,
        "verdict_without_special_values": row.outcome.ordinary_verdict.word,
        "worst_stability": msgspec.to_builtins(ordinary.worst_stability),
        "worst_conditioned": msgspec.to_builtins(ordinary.worst_conditioned),
        "worst_error": msgspec.to_builtins(ordinary.worst_error),
        "outputs": finding.outputs,
        "correctly_rounded": finding.correctly_rounded,
        "violations": unexcused(finding),
        "excused": excused(finding),
        "spurious_nan": finding.spurious_nan.count,
        "spurious_infinity": finding.spurious_infinity.count,
        "special": {"tested": finding.special.tested, "wrong": finding.special.count},
        "properties": properties,
        "nanoseconds_a_row": board.times.get(row),
        "inputs": row.reach,
        "rows": row.n_drawn,
        "every_input": row.every.rows if row.every else 0,
    }
