"""The section on rounding bounds, from ledgers made by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lse_verify.audit.finding import BoundUse, Finding, RoundingUse, Tally
from lse_verify.audit.ledger import Entry, Ledger
from lse_verify.audit.standing import standings
from lse_verify.audit.witness import Witness
from lse_verify.report.headline import headlines
from lse_verify.report.rounding import rounding
from lse_verify.report.witnesses import exhibits

Make = Callable[..., Ledger]
MakeEntry = Callable[..., Entry]
MakeFinding = Callable[..., Finding]
MakeWitness = Callable[..., Witness]


def _use(**changed: Any) -> RoundingUse:
    parts: dict[str, Any] = {
        "scheme": "shifted",
        "basis": "exhaustive",
        "exp_ulps": 2.5408,
        "log_ulps": 3.8318,
        "unbounded": 2,
        "broken": Tally(tested=40),
        "largest_use": 0.875,
    }
    return RoundingUse(**parts | changed)


@pytest.fixture
def broken(witness: MakeWitness) -> RoundingUse:
    shown = witness(12.0, note="the rounding bound allows 6.15 ulp")
    return _use(broken=Tally(tested=40, count=3, witness=shown), largest_use=12.0)


def test_the_regimes_are_one_row_with_both_bounds_side_by_side(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    first_order = BoundUse(algorithm="logsumexp.shifted", measured=9, largest_use=0.25)
    made = ledger(
        entry(regime="gap", shown=finding(rounding_use=_use(), bound_use=first_order)),
        entry(regime="ties", shown=finding(rounding_use=_use(largest_use=0.5))),
    )
    found = rounding(made)
    assert found is not None
    assert dict(zip(found.table.titles, found.table.rows[0], strict=True)) == {
        "function": "logsumexp",
        "implementation": "`alpha`",
        "scheme": "`shifted`",
        "format": "binary64",
        "exp, ulp": "2.5408",
        "log, ulp": "3.8318",
        "both are": "every float tried",
        "rows with a bound": "80",
        "without": "4",
        "beyond it": "0",
        "largest error / bound": "0.875",
        "the same, first-order bound": "0.25",
    }
    assert found.sentences == [
        "None of 80 rows is beyond its bound; the nearest to it is `alpha` logsumexp in "
        "binary64, with 0.875 of it."
    ]
    assert found.exhibits == []


def test_a_broken_bound_is_said_and_its_row_named(
    ledger: Make, entry: MakeEntry, finding: MakeFinding, broken: RoundingUse
) -> None:
    made = ledger(entry(shown=finding(rounding_use=broken)))
    found = rounding(made)
    assert found is not None
    assert found.table.rows[0][9] == "**3**"
    assert (
        "broken** by `alpha` logsumexp in binary64 on 3\u00a0of\u00a040 rows"
        in (found.sentences[0])
    )
    assert "allows 6.15 ulp" in found.exhibits[0].text
    assert "lse-verify explain -i alpha" in found.exhibits[0].text
    assert "the a-priori bound broken" in exhibits(made)["alpha", "logsumexp"][0].text
    assert any("`alpha` logsumexp in binary64 (shifted)" in line for line in headlines(
        standings(made)
    ))  # fmt: skip


def test_figures_of_other_machines_are_said_to_be(
    ledger: Make, entry: MakeEntry, finding: MakeFinding
) -> None:
    use = _use(basis="elsewhere")
    found = rounding(ledger(entry(fmt="binary32", shown=finding(rounding_use=use))))
    assert found is not None
    assert "other machines" in found.table.rows[0][6]
    assert "binary32" in found.sentences[-1]
    assert "`python -m lse_verify.audit.platform`" in found.sentences[-1]


def test_a_ledger_without_schemes_has_no_such_section(ledger: Make, entry: MakeEntry) -> None:
    made = ledger(entry())
    assert rounding(made) is None
    assert not any("roundings" in line for line in headlines(standings(made)))
