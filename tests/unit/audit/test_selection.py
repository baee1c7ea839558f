"""Which witness is kept does not hang on noise in the truth's last bits, nor on pieces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from lse_verify.audit import site as sites
from lse_verify.audit.finding import Finding
from lse_verify.audit.measure import measure
from lse_verify.audit.site import RESOLVED, Site, resolved
from lse_verify.formats import BINARY64
from lse_verify.ulp import Ruler

MakeSite = Callable[..., Site]


def test_errors_that_differ_by_noise_are_equal() -> None:
    noisy = np.array([3.0, 3.0 + 2.0**-40, 0.7, 0.7 + 2.0**-46, 1e15, 1e15 + 0.125])
    seen = resolved(noisy, np.zeros(6, dtype=bool))
    assert (seen[::2] == seen[1::2]).all()
    assert np.allclose(seen, noisy, rtol=2.0**-24)


def test_exact_errors_and_nan_stay_and_what_is_too_small_counts_as_the_least() -> None:
    seen = resolved(np.array([1e-300, 1e-300, np.nan]), np.array([True, False, False]))
    assert seen[0] == 1e-300
    assert seen[1] == RESOLVED
    assert np.isnan(seen[2])


def shaken(made: Site) -> Site:
    """Return the site as another oracle would have left it: last bits of the truth differ."""
    truth = made.reference.truth
    noise = 2.0**-104 * np.random.default_rng(1).standard_normal(len(truth.enclosures))
    other = replace(truth.enclosures, lo=truth.enclosures.lo + noise)
    reference = replace(
        made.reference,
        truth=replace(truth, enclosures=other),
        ruler=Ruler.of(other, made.fmt),
    )
    return replace(made, reference=reference)


def test_of_permuted_rows_the_first_is_the_witness_whatever_the_noise(site: MakeSite) -> None:
    row = [0.1, -2.3, 1.7]
    made = site("logsumexp", [row, row[::-1], [row[1], row[0], row[2]], row])
    got = np.full(4, 2.0)
    plain, noisy = (measure(s, got, "logsumexp.naive") for s in (made, shaken(made)))
    assert plain == noisy
    assert plain.worst_error is not None
    assert plain.worst_error.row == 0


def test_pieces_show_what_the_whole_block_shows(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(2)
    rows = draw.standard_normal((50, 4)).tolist()
    for function, per_row in (("logsumexp", 1), ("softmax", 4)):
        made = site(function, [*rows, [np.nan] * 4, [np.inf, 0.0, 0.0, -np.inf]])
        got = draw.random(52 * per_row)
        whole = measure(made, got, None)
        monkeypatch.setattr(sites, "MOST_OUTPUTS", 12)
        pieces = list(made.pieces())
        monkeypatch.undo()
        found = Finding()
        for piece, outputs in pieces:
            found = found.merge(measure(piece, got[outputs], None))
        assert len(pieces) > 1
        assert found == Finding().merge(whole)


def test_a_piece_of_a_reference_is_in_the_units_of_the_whole(site: MakeSite) -> None:
    made = site("softmax", [[0.0, 1.0], [2.0, -3.0], [5.0, 4.0]])
    part = made.reference.part(slice(1, 3), slice(2, 6))
    assert part.truth.shape == (2, 2)
    assert (part.ruler.high == Ruler.of(part.truth.enclosures, BINARY64).high).all()
    assert (part.explained == made.reference.explained[2:]).all()
