"""When all shards have merged: the judge names the largest error and completes every witness."""

from __future__ import annotations

import msgspec
import numpy as np

from lse_verify.audit.confirm import completed
from lse_verify.audit.exhausted import Candidate
from lse_verify.audit.finding import Finding
from lse_verify.audit.judge import judge
from lse_verify.audit.site import Site
from lse_verify.audit.witness import Witness, read_number
from lse_verify.oracle.ladder import Ladder
from lse_verify.search.exhaust.accumulator import N_TERMS
from lse_verify.search.exhaust.left import site_of
from lse_verify.search.exhaust.spaces import Space

MOST_JUDGED = 256
"""Candidates that the judge compares, those of the largest errors first."""


def finished(space: Space, finding: Finding) -> Finding:
    """Return the finding of a whole space with its largest error, exactly.

    Parameters
    ----------
    space : Space
        Of which all shards have merged.
    finding : Finding
        What they show.
    """
    ladder = Ladder()
    extra = finding.exhausted
    if extra is None:
        return finding
    by_error = sorted(extra.candidates, key=lambda c: (-c.error, c.places))[:MOST_JUDGED]
    judged = [(_judged(space, ladder, c), c) for c in by_error]
    top = max((witness.size for witness, _ in judged), default=0.0)
    best = [(witness, c) for witness, c in judged if witness.size == top]
    kept = [msgspec.structs.replace(c, error=top, doubt=0.0) for _, c in best]
    worst = min((witness for witness, _ in best), key=lambda w: (w.row, w.output), default=None)
    whole = msgspec.structs.replace(
        finding,
        worst_error=worst,
        exhausted=msgspec.structs.replace(extra, candidates=kept),
    )
    return completed(whole, lambda row: (_site(space, ladder, row), 0))


def _site(space: Space, ladder: Ladder, place: int) -> Site:
    return site_of(space, ladder, np.array([place]))


def _judged(space: Space, ladder: Ladder, candidate: Candidate) -> Witness:
    place, output = candidate.places[0]
    got = read_number(candidate.got)
    error = judge(_site(space, ladder, place), output, got).error
    size = error if isinstance(error, float) else candidate.error
    return Witness(
        size=size,
        arguments=None,
        seed=0,
        row=place,
        n_terms=N_TERMS,
        output=output,
        got=candidate.got,
    )
