"""The report on performance, from measurements made by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from rich.console import Console

from lse_verify.bench.contenders.contender import (
    CORRECT,
    FLINT,
    GMPY2,
    MPMATH,
    NUMPY,
    SCIPY,
    TORCH,
    TRUTH,
)
from lse_verify.bench.measurements import (
    Case,
    Conditions,
    Doubling,
    Entrant,
    FirstCall,
    Measurements,
    Portion,
    Timing,
)
from lse_verify.bench.plan import Plan
from lse_verify.errors import OutputError
from lse_verify.report.performance import render, write_performance
from lse_verify.report.performance_figures import drawings
from lse_verify.report.performance_table import performance_table
from lse_verify.report.performance_targets import judged

LOOPS = (FLINT, GMPY2, MPMATH)
ROW_SECONDS = {
    TRUTH: 1e-6,
    CORRECT: 5e-7,
    FLINT: 3e-5,
    GMPY2: 6e-5,
    MPMATH: 3e-4,
    SCIPY: 2e-6,
    NUMPY: 1.5e-6,
    TORCH: 4e-7,
}
"""Of a row of 1000 entries; in proportion to n."""

PLAN = Plan(lengths=(2, 1000, 10**5), row_counts=(1, 1000), few_lengths=(2, 1000))

Make = Callable[..., Measurements]


def _timing(name: str, n_terms: int, rows: int = 100, fmt: str = "binary64") -> Timing:
    portion = Portion(min(rows, 3) if name in LOOPS else rows, 2)
    whole = ROW_SECONDS[name] * n_terms / 1000 * portion.rows * portion.calls
    return Timing(Case(name, fmt, n_terms, rows), portion, (whole * 0.9, whole, whole * 1.2))


def _doubling(name: str, n_terms: int, share: float) -> Doubling:
    case = Case(name, "binary64", n_terms, 100)
    return Doubling(case, Portion(100, 10), (1.0, 1.0, 1.0), (2 / share, 2 / share, 2 / share))


@pytest.fixture
def make() -> Make:
    def made(skipped: str = "", reason: str = "not installed") -> Measurements:
        names = [name for name in ROW_SECONDS if name != skipped]
        few = [name for name in (TRUTH, CORRECT, SCIPY) if name != skipped]
        narrow = [name for name in (CORRECT, SCIPY) if name != skipped]
        return Measurements(
            schema=1,
            command="lse-verify bench",
            seed=7,
            made={
                "checkout": {"commit": "0123456789ab"},
                "machine": {"processor": "a processor", "features": "avx2 fma", "cores": "2"},
                "versions": {"python": "3.11.7", "numpy": "2.4.6"},
            },
            plan=PLAN,
            conditions=Conditions(load_before=0.05, load_after=1.1, niceness=0, seconds=201.4),
            entrants=tuple(
                Entrant(
                    name=name,
                    calls=f"{name}(x|y)",
                    gives="digits",
                    loops=name in LOOPS,
                    version="" if name == skipped else "1.2",
                    skipped=reason if name == skipped else "",
                    difference=None if name == skipped else 1e-16,
                )
                for name in ROW_SECONDS
            ),
            by_length=tuple(
                [_timing(name, n) for n in PLAN.lengths for name in names]
                + [_timing(name, n, fmt="binary32") for n in PLAN.narrow_lengths for name in narrow]
            ),
            by_rows=tuple(
                _timing(name, 10, rows)
                for rows in PLAN.row_counts
                for name in names
                if name not in LOOPS
            ),
            by_allocation=tuple(_timing(name, n) for n in PLAN.few_lengths for name in few),
            doublings=tuple(_doubling(name, n, 1.9) for n in PLAN.few_lengths for name in few),
            first_calls=tuple(
                FirstCall(name, "binary64", 12.34, 0.125) for name in few if name != SCIPY
            ),
        )

    return made


def text_of(found: Measurements) -> str:
    return render(found, drawings(found)).replace("\N{NO-BREAK SPACE}", " ")


def test_each_target_has_its_line_with_the_ratio_and_whether_it_is_met(make: Make) -> None:
    text = text_of(make())
    # 3e-4 s over 1e-6 s, between 0.9/1.2 and 1.2/0.9 of it.
    for line in (
        "| truth, n = 1,000 | mpmath | 300 × (225 – 400) | 250 × | yes | 500 × | **no** |",
        "| truth, n = 1,000 | python-flint | 30 × (22.5 – 40) | 28 × | yes | 55 × | **no** |",
        "| truth, n = 1,000 | scipy | 2 × (1.5 – 2.67) | 0.4 × | yes | 1 × | yes |",
        "| correct, n = 100, binary32 | scipy | 4 × (3 – 5.33) | 1 × | yes | 3 × | yes |",
        "| truth, n = 2, two at once | one process | 1.9 × (1.9 – 1.9) | 1.8 × | yes "
        "| 1.95 × | **no** |",
        "| truth, slope from n = 100 on | 1 | 1.000 | within 5 % | yes | – | – |",
    ):
        assert line in text


def test_the_first_lines_count_what_is_met_and_name_what_is_missed(make: Make) -> None:
    found = make()
    slower = tuple(
        msgspec.structs.replace(t, seconds=tuple(3 * s for s in t.seconds))
        if t.case.contender == TRUTH and t.case.n_terms == 2
        else t
        for t in found.by_length
    )
    head = text_of(msgspec.structs.replace(found, by_length=slower)).partition("## ")[0]
    lines = judged(msgspec.structs.replace(found, by_length=slower))
    missed = [line for line in lines if line.met is False]
    assert {(line.work, line.against) for line in missed} == {
        ("truth, n = 2", MPMATH),
        ("truth, n = 2", FLINT),
        ("truth, n = 2", SCIPY),
    }
    assert f"**{len(lines) - 3} of {len(lines)} targets are met**" in head
    assert "**Missed**: truth, n = 2 against mpmath (100 ×); truth, n = 2 against python" in head


def test_a_ratio_just_below_what_is_wanted_is_not_rounded_up_to_it(make: Make) -> None:
    found = make()
    nearly = tuple(
        Timing(t.case, t.portion, tuple(s * 0.49999 / 0.5 * 200 / 300 for s in t.seconds))
        if (t.case.contender, t.case.n_terms) == (MPMATH, 2)
        else t
        for t in found.by_length
    )
    (line, *_) = judged(msgspec.structs.replace(found, by_length=nearly))
    assert (line.against, line.met) == (MPMATH, False)


@pytest.mark.parametrize("name", [*ROW_SECONDS])
def test_a_missing_library_is_a_row_and_never_a_shorter_table(make: Make, name: str) -> None:
    full, text = text_of(make()), text_of(make(skipped=name))
    tables, fewer = _tables(full), _tables(text)
    assert len(tables) == len(fewer)
    for whole, part in zip(tables[:-1], fewer[:-1], strict=True):
        # Only what lists each measurement is shorter, and a skipped one has one row for all.
        if "rows × calls" in whole[0] or "rows a second" in whole[0]:
            continue
        assert len(whole) == len(part), whole[0]
    assert f"| `{name}` | skipped: not installed |" in text
    assert f"- `{name}` skipped: not installed." in text


def _tables(text: str) -> list[list[str]]:
    return [block.splitlines() for block in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)]


def test_without_truth_its_targets_are_not_measured_and_nothing_else_is_lost(make: Make) -> None:
    text = text_of(make(skipped=TRUTH, reason="broken: OSError: a|b"))
    assert "| truth skipped: broken | 200 × | – | 500 × | – |" in text
    assert "| skipped: broken: OSError: a&#124;b |" in text
    assert "| truth, slope from n = 100 on | 1 | truth skipped: " in text
    assert "| correct, n = 2 | scipy | 4 × " in text
    assert "**Not measured**: truth, n = 2 against mpmath; " in text


def test_every_table_has_cells_as_many_as_headers_and_every_time_its_unit(make: Make) -> None:
    text = text_of(make(skipped=GMPY2))
    for table in _tables(text):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table}) == 1, table[0]
    by_length = next(table for table in _tables(text) if "n = 100,000" in table[0])
    cells = [cell.strip() for row in by_length[2:] for cell in row.split("|")[2:-1]]
    times = [cell for cell in cells if not re.fullmatch(r"–|skipped: .*", cell)]
    assert all(re.fullmatch(r"[\d.,]+ (ns|µs|ms|s)(<br>[\d.,]+ ×)?", cell) for cell in times)
    assert "30 µs<br>30 ×" in cells


def test_no_template_leaves_its_marks_or_long_gaps(make: Make) -> None:
    for text in (text_of(make()), text_of(make(skipped=TRUTH))):
        assert not re.search(r"\{\{|\{%|\n\n\n|None|nan", text)


def test_the_report_says_where_and_how_it_was_made(make: Make) -> None:
    text = text_of(make())
    for line in (
        "| processor | a processor |",
        "| features | avx2 fma |",
        "| load before and after, processes | 0.05, 1.10 |",
        "| seed | 7 |",
        "| seconds | 201 |",
        "| commit | 0123456789ab |",
        "| python | 3.11.7 |",
    ):
        assert line in text
    assert "| `truth` | binary64 | 12.3 s | 125 ms |" in text
    assert "not quiet" not in text


def test_a_busy_machine_is_told_on_the_first_screen(make: Make) -> None:
    busy = Conditions(load_before=1.5, load_after=3.0, niceness=19, seconds=1.0)
    head = text_of(msgspec.structs.replace(make(), conditions=busy)).partition("## ")[0]
    assert "The machine was **not quiet**: 1.50 other processes" in head
    assert "niceness 19" in head


def test_the_same_measurements_give_the_same_bytes(make: Make, tmp_path: Path) -> None:
    for folder in ("first", "second"):
        write_performance(make(), tmp_path / folder)
    first, second = (
        {p.name: p.read_bytes() for p in (tmp_path / folder).rglob("*") if p.is_file()}
        for folder in ("first", "second")
    )
    assert first == second
    assert {*first} == {
        "report.md",
        "measurements.json",
        "time-by-length.svg",
        "time-by-rows.svg",
    }


@pytest.mark.parametrize("skipped", ["", TRUTH, SCIPY])
def test_figures_are_well_formed_and_shown(make: Make, tmp_path: Path, skipped: str) -> None:
    text = write_performance(make(skipped), tmp_path).read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]*\]\(([^)]*)\)", text)
    assert sorted(shown) == ["figures/time-by-length.svg", "figures/time-by-rows.svg"]
    for name in shown:
        content = (tmp_path / name).read_text(encoding="utf-8")
        assert ElementTree.fromstring(content).tag.endswith("svg")
        assert not re.search(r"/(home|tmp|root|usr)/", content)


def test_where_nothing_was_timed_there_is_no_figure_and_still_a_report(make: Make) -> None:
    nothing = msgspec.structs.replace(
        make(), by_length=(), by_rows=(), by_allocation=(), doublings=(), first_calls=()
    )
    assert drawings(nothing) == []
    assert "**0 of 15 targets are met**" in text_of(nothing)


def test_a_folder_that_cannot_be_made_is_one_line(make: Make, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OutputError, match="--out DIR"):
        write_performance(make(), tmp_path / "taken")


@pytest.mark.parametrize("skipped", ["", TRUTH, SCIPY])
def test_the_table_for_the_terminal_fits_80_columns(make: Make, skipped: str) -> None:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(performance_table(make(skipped)))
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) == 1 + len(judged(make(skipped)))
