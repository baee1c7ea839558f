"""Fenchel–Young: a library's logsumexp, softmax and the conjugate have to fit together."""

from __future__ import annotations

from pathlib import Path

import flint
import numpy as np

from lse_verify.audit.answer import Asker, failure_of
from lse_verify.audit.finding import Finding, Tally
from lse_verify.audit.site import Site
from lse_verify.enclosure import Floats
from lse_verify.implementations.library import FOREIGN, Implementation
from lse_verify.implementations.registry import find
from lse_verify.implementations.user import is_spec

MOST_ROWS, MOST_TERMS = 40, 100
"""The gap is summed exactly in Arb, row by row: some rows of each block are enough."""


def fenchel_young(site: Site, implementation: Implementation, base: Path) -> Finding:
    """Check LSE(x) + negentropy(p) − ⟨p, x⟩ = 0 with p and LSE(x) from the same library.

    Parameters
    ----------
    site : Site
        A block of softmax.
    implementation : Implementation
        The softmax; the logsumexp of the same name is its partner, and of a user's own
        ``mine.py:softmax`` the ``logsumexp`` beside it.
    base : Path
        The folder that a user's relative paths start from.

    Returns
    -------
    Finding
        With a violation ``Fenchel–Young``, or empty where there is no such pair.
    """
    usable = site.function.name == "softmax" and site.reference.finite.all()
    if not usable or not 2 <= site.block.n_terms <= MOST_TERMS:
        return Finding()
    name = _partner(implementation.name)
    if name is None:
        return Finding()
    try:
        partner = find(name, "logsumexp", base)
        if site.fmt.name not in partner.formats:
            return Finding()
        block = site.block.take(np.arange(min(MOST_ROWS, site.block.n_rows)))
        values = Asker.loaded(partner, site.fmt).ask(block)
        shares = Asker.loaded(implementation, site.fmt).ask(block)
    except BaseException as error:
        # What is wrong with either is the finding of its own cells, and only Ctrl-C is raised.
        failure_of(error)
        return Finding()
    wide = shares.astype(np.float64).reshape(block.n_rows, -1)
    return Finding(
        violations={"Fenchel–Young": _tally(site, block.wide(0), values.astype(np.float64), wide)}
    )


def _partner(name: str) -> str | None:
    """Return the name of the logsumexp that a softmax has to fit, None if there is none."""
    if name.startswith(FOREIGN):
        # A command was said to compute what it is asked for, and nothing else.
        return None
    if not is_spec(name):
        return name
    is_pair = name.endswith((":softmax", ".softmax"))
    return name.removesuffix("softmax") + "logsumexp" if is_pair else None


def _tally(site: Site, rows: Floats, values: Floats, shares: Floats) -> Tally:
    usable = np.isfinite(values) & np.isfinite(shares).all(axis=1) & (shares >= 0).all(axis=1)
    checked = zip(rows, values, shares, usable, strict=True)
    gaps = np.array([_gap(*row) if ok else 0.0 for *row, ok in checked])
    allowed = _allowed(site, rows)
    broken = usable & (np.abs(gaps) > allowed)
    if not broken.any():
        return Tally(tested=int(usable.sum()))
    row = int(np.argmax(np.where(broken, np.abs(gaps) / allowed, -1)))
    note = f"LSE + negentropy − ⟨p, x⟩ is {gaps[row]:.3g}, allowed is ±{allowed[row]:.2g}"
    entry = row * site.per_row
    witness = site.witness(entry, float(shares[row, 0]), float(abs(gaps[row])), note)
    return Tally(tested=int(usable.sum()), count=int(broken.sum()), witness=witness)


def _gap(row: Floats, value: float, shares: Floats) -> float:
    """Sum LSE + Σ p log p − Σ p x of the given floats, as if in exact arithmetic."""
    flint.ctx.prec = 256
    total = flint.arb(float(value))
    for entry, share in zip(row, shares, strict=True):
        if share > 0:
            ball = flint.arb(float(share))
            total += ball * (ball.log() - flint.arb(float(entry)))
    return float(total.mid())


def _allowed(site: Site, rows: Floats) -> Floats:
    """Return how large the gap may be by the a-priori bounds of the shifted algorithms.

    With q = p(1 + δ), |δ| ≤ r = (n + 2 + 2(max − min))u, the exact value at q is
    y(1 − Σq) + Σ q log(q/p), at most r|y| + r(1 + r) in size; LSE itself is off by at most
    (|y + n − min| + |y|/2)u; a share that underflows costs its p·(|log p| + |x|).
    """
    n, u = rows.shape[1], site.fmt.unit_roundoff
    peak, least = rows.max(axis=1), rows.min(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        y = peak + np.log(np.exp(rows - peak[:, None]).sum(axis=1))
        relative = (n + 2 + 2 * (peak - least)) * u
        shares_part = np.where(relative < 0.5, relative * (np.abs(y) + 1 + relative), np.inf)
        value_part = (np.abs(y + n - least) + np.abs(y)) * u
    tiny = site.fmt.smallest_normal
    lost = n * tiny * (abs(np.log(tiny)) + 1 + np.abs(rows).max(axis=1))
    allowed = shares_part + value_part + lost
    return np.asarray(np.where(np.isnan(allowed), np.inf, allowed))
