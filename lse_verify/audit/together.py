"""Ledgers of parts that make one report: every input of some spaces each, tried apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from lse_verify.audit.cell import Cell
from lse_verify.audit.ledger import Ledger, encode, read_ledger
from lse_verify.errors import LedgerError


def read_together(paths: Sequence[Path]) -> list[Ledger]:
    """Read the ledgers of one report: one of any kind, or several of which all are exhaustive.

    Raises
    ------
    LedgerError
        If one cannot be read; if one of several is of an audit; or if a space, which is an
        implementation, a function and a format, is in two.
    """
    ledgers = [read_ledger(path) for path in paths]
    if len(ledgers) > 1:
        _require_apart(list(zip(paths, ledgers, strict=True)))
    return ledgers


def in_order(ledgers: Iterable[Ledger]) -> list[Ledger]:
    """Return ledgers without a common space in an order that is their own."""
    return sorted(ledgers, key=lambda ledger: sorted(_space(e.cell) for e in ledger.entries))


def _require_apart(ledgers: Sequence[tuple[Path, Ledger]]) -> None:
    found: dict[tuple[str, str, str], Path] = {}
    for path, ledger in ledgers:
        if not ledger.is_exhaustive:
            raise LedgerError(
                f"'{path}' is of an audit, which samples; only ledgers of exhaust make one "
                "report together: give it alone"
            )
        for space in (_space(entry.cell) for entry in ledger.entries):
            if space in found:
                function, fmt, implementation = space
                raise LedgerError(
                    f"{function} in {fmt} by '{implementation}' is in '{found[space]}' and in "
                    f"'{path}'; a report has each space once: leave out one of the two ledgers"
                )
            found[space] = path


def _space(cell: Cell) -> tuple[str, str, str]:
    return cell.function, cell.format, cell.implementation


def read_all(paths: Sequence[Path]) -> list[Ledger]:
    """Read audits and exhaustive ledgers in any number, each once, in an order that is their own.

    Raises
    ------
    LedgerError
        If one cannot be read, or if a space is in two of those that are exhaustive.
    """
    found: list[tuple[Path, Ledger]] = []
    for path in paths:
        ledger = read_ledger(path)
        if all(ledger != other for _, other in found):
            found.append((path, ledger))
    _require_apart([(path, ledger) for path, ledger in found if ledger.is_exhaustive])
    return sorted(
        (ledger for _, ledger in found),
        key=lambda ledger: (
            ledger.is_exhaustive,
            -len(ledger.entries),
            ledger.digest,
            encode(ledger),
        ),
    )
