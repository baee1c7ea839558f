"""Who is right, on the terminal and as JSON for programs."""

from __future__ import annotations

from rich.text import Text

from lse_verify.audit.adjudicate import Adjudication, Judgement
from lse_verify.audit.site import RESOLVED
from lse_verify.audit.witness import spell, spell_point
from lse_verify.report.adjudicated import notes, sentences, word
from lse_verify.report.decimals import shortest
from lse_verify.report.show import shown
from lse_verify.report.terminal import Table, console, print_json
from lse_verify.report.words import tidy


def adjudicated(a: Adjudication) -> None:
    """Print who is right, the truth, and how far off each value is, in 80 columns."""
    terminal = console()
    for place, sentence in enumerate(sentences(a)):
        terminal.print(Text(sentence, style="" if place else "bold"))
    where = f"[{a.output}]" if a.function.returns_row else ""
    terminal.print(f"\n{a.function.name}({shown(a.point)}){where} in {a.fmt.name}", soft_wrap=True)
    terminal.print(f"truth {a.truth}" + (f"   κ = {a.condition}" if a.condition else ""))
    if a.rounded is not None and a.condition:
        terminal.print(f"correctly rounded {shortest(a.rounded, a.fmt)}   {spell(a.rounded)}")
    terminal.print(_table(a))
    for note in notes(a):
        terminal.print(note, soft_wrap=True)


def _table(a: Adjudication) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 1))
    table.add_column("who", overflow="fold")
    table.add_column("value (as given, hex)", overflow="fold", min_width=24)
    table.add_column("error (ulp)", justify="right", no_wrap=True)
    table.add_column("E", justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold")
    for j in a.judgements:
        value = Text(j.claim.quoted.text)
        if j.reading.kind == "float" and spell(j.got) != j.claim.quoted.text:
            value.append(f"\n{spell(j.got)}", style="dim")
        table.add_row(
            j.claim.name,
            value,
            _error(j),
            tidy(j.measured.stability_text),
            Text(word(a, j), style="green" if j.is_right else ""),
        )
    return table


def _error(j: Judgement) -> str:
    if not isinstance(j.measured.error, float):
        return ""
    if j.reading.kind == "float" and 0 < j.measured.error < RESOLVED:
        return "< 1e-6"
    return f"{'≥ ' if j.reading.kind == 'digits' else ''}{tidy(j.measured.error_text)}"


def adjudicated_json(a: Adjudication) -> None:
    """Print all of it."""
    told = {
        "sentences": sentences(a),
        "function": a.function.name,
        "format": a.fmt.name,
        "arguments": spell_point(a.point),
        "output": a.output,
        "truth": a.truth,
        "condition": a.condition or None,
        "rounded": None if a.rounded is None else spell(a.rounded),
        "values": [_value(a, j) for j in a.judgements],
        "notes": notes(a),
    }
    print_json(told)


def _value(a: Adjudication, j: Judgement) -> dict[str, object]:
    return {
        "label": j.claim.label,
        "text": j.claim.quoted.text,
        "read_as": j.reading.kind,
        "judged": spell(j.got) if j.reading.kind != "number" else j.claim.quoted.text,
        "error_ulps": j.measured.error_text or None,
        "stability": j.measured.stability_text or None,
        "verdict": j.verdict.word,
        "word": word(a, j),
        "is_right": j.is_right,
    }
