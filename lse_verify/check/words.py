"""What is told of requirements that are not met."""

from __future__ import annotations

from collections.abc import Sequence

from lse_verify.audit.ledger import Ledger
from lse_verify.audit.witness import Witness, read_number, read_row
from lse_verify.check.gate import Check
from lse_verify.check.shown import Shown
from lse_verify.family import function_named
from lse_verify.formats import Format, format_named
from lse_verify.report.decimals import shortest
from lse_verify.report.words import counted
from lse_verify.wording import visible_lines

_MOST_WRITTEN = 40
"""Longer rows are not written as a line of Python."""


def failure_text(ledger: Ledger, found: Sequence[Check], shown: Sequence[Shown]) -> str:
    """Say what was required and what was found, with the inputs that show it.

    Parameters
    ----------
    ledger : Ledger
        What was graded.
    found : sequence of Check
        All checks, those that passed too.
    shown : sequence of Shown
        The smallest input of each grade that failed.
    """
    failed = [check for check in found if not check.passed]
    rows = sum(entry.finding.rows for entry in ledger.entries)
    first = (
        f"{len(failed)} of {counted(len(found), 'requirement')} not met "
        f"({counted(rows, 'input')}, seed {ledger.header.seed})"
    )
    lines = [f"  {_of(check)}: required {check.required}; {check.measured}" for check in failed]
    return visible_lines("\n".join([first, *lines, *(_block(one) for one in shown)]))


def _of(check: Check) -> str:
    return f"{check.implementation}, {check.function} in {check.format}"


def _block(shown: Shown) -> str:
    exhibit = shown.exhibit
    call = python_line(shown)
    lines = [line for line in exhibit.lines if line]
    return "\n".join([f"{found_as(shown)}:", *lines, *([f"  >>> {call}"] if call else [])])


def found_as(shown: Shown) -> str:
    """Say what an input is."""
    if shown.copies == 0:
        return "the gravest input, as the audit met it among others"
    among = f", as {shown.copies} equal rows" if shown.copies > 1 else ""
    return f"the smallest input found{among}"


def python_line(shown: Shown) -> str:
    """Write the call that gives the answer again, empty where the input is too long.

    The callable goes by its own name; numbers are the fewest digits that read back the same.
    """
    cell, witness = shown.exhibit.cell, shown.exhibit.witness
    if witness.arguments is None or witness.n_terms > _MOST_WRITTEN:
        return ""
    fmt = format_named(cell.format)
    arguments = ", ".join(_arguments(cell.function, witness, fmt, max(shown.copies, 1)))
    return f"{cell.implementation.rpartition(':')[2]}({arguments})"


def _arguments(function: str, witness: Witness, fmt: Format, copies: int) -> list[str]:
    dtype = f"{'ml_dtypes' if fmt.foreign else 'np'}.{fmt.dtype.name}"
    times = f" * {copies}" if copies > 1 else ""
    written = []
    for kind, text in zip(function_named(function).arguments, witness.arguments or (), strict=True):
        values = read_row(text) if kind == "row" else (read_number(text),)
        numbers = ", ".join(_number(value, fmt) for value in values)
        if kind == "parameter":
            written.append(numbers)
        else:
            inner = f"[{numbers}]" if kind == "row" else numbers
            written.append(f"np.array([{inner}]{times}, dtype={dtype})")
    return written


def _number(value: float, fmt: Format) -> str:
    text = shortest(value, fmt)
    return text.replace("inf", "np.inf").replace("nan", "np.nan")
