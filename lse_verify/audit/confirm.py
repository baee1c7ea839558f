"""The judge's last word on every witness that a finding kept.

Blocks are measured against Arb's enclosures, and most of the witnesses they draft lose to a
larger one when findings merge. Those that are left when a cell ends are completed here: the
input spelled out, the truth to twenty digits, the error, E and κ by mpmath.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

import msgspec

from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.judge import Measured, judge
from lse_verify.audit.site import Site
from lse_verify.audit.witness import Witness, read_number, spell_point

_Size = Callable[[Witness, Measured], float]


def confirmed(finding: Finding, sites: Sequence[Site]) -> Finding:
    """Complete all witnesses of a cell.

    Parameters
    ----------
    finding : Finding
        With drafts for witnesses.
    sites : sequence of Site
        The blocks of the cell's batch, in order.
    """
    return completed(finding, lambda row: _placed(sites, row))


def completed(finding: Finding, placed: Callable[[int], tuple[Site, int]]) -> Finding:
    """Complete all witnesses of a finding.

    Parameters
    ----------
    finding : Finding
        With drafts for witnesses.
    placed : callable
        Gives for the number of an input the site that has it, and its place there.
    """
    judge_once = cache(lambda row, output, got: _judged(*placed(row), output, got))

    def complete(witness: Witness | None, size: _Size = _as_drafted) -> Witness | None:
        if witness is None:
            return None
        arguments, measured = judge_once(witness.row, witness.output, witness.got)
        return msgspec.structs.replace(
            witness,
            size=size(witness, measured),
            arguments=arguments,
            truth=measured.truth,
            error_ulps=measured.error_text,
            stability=measured.stability_text,
            condition=measured.condition_text,
        )

    def tally(drafted: Tally, size: _Size = _as_drafted) -> Tally:
        return msgspec.structs.replace(drafted, witness=complete(drafted.witness, size))

    return msgspec.structs.replace(
        finding,
        worst_error=complete(finding.worst_error, _error),
        worst_conditioned=complete(finding.worst_conditioned, _error),
        worst_stability=complete(finding.worst_stability, _stability),
        not_stable=tally(finding.not_stable, _stability),
        not_weak=tally(finding.not_weak, _stability),
        spurious_nan=tally(finding.spurious_nan),
        spurious_infinity=tally(finding.spurious_infinity),
        special=tally(finding.special),
        undecided=tally(finding.undecided),
        violations={name: tally(t) for name, t in finding.violations.items()},
        properties={name: tally(t) for name, t in finding.properties.items()},
        rounding_use=finding.rounding_use
        and msgspec.structs.replace(
            finding.rounding_use, broken=tally(finding.rounding_use.broken)
        ),
    )


def _as_drafted(witness: Witness, measured: Measured) -> float:
    return witness.size


def _error(witness: Witness, measured: Measured) -> float:
    return measured.error if isinstance(measured.error, float) else witness.size


def _stability(witness: Witness, measured: Measured) -> float:
    return measured.stability if isinstance(measured.error, float) else witness.size


def _placed(sites: Sequence[Site], row: int) -> tuple[Site, int]:
    site = next(s for s in reversed(sites) if s.first_row <= row)
    return site, row - site.first_row


def _judged(site: Site, place: int, output: int, got: str) -> tuple[list[str] | None, Measured]:
    measured = judge(site, place * site.per_row + output, read_number(got))
    return spell_point(site.point(place)), measured
