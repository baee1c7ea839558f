"""Grading a cell: draw, ask, measure, check properties, merge."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from lse_verify.audit.answer import Asker, NoAnswerError, failure_of
from lse_verify.audit.cell import Cell
from lse_verify.audit.confirm import confirmed
from lse_verify.audit.finding import Failure, Finding
from lse_verify.audit.fingerprint import answered, inputs_of, refused
from lse_verify.audit.measure import measure
from lse_verify.audit.pairs import fenchel_young
from lse_verify.audit.properties import MOST_TERMS, of_twin, properties
from lse_verify.audit.reference import Reference
from lse_verify.audit.reference_store import ReferenceStore
from lse_verify.audit.rounding_use import scheme_of
from lse_verify.audit.site import Site
from lse_verify.enclosure import Enclosure
from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.family.rounding import Scheme
from lse_verify.formats import format_named
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import find
from lse_verify.inputs.batch import Regime
from lse_verify.inputs.files import DATA_PREFIX, data_regime
from lse_verify.inputs.regimes import regime_named
from lse_verify.inputs.witnesses import WITNESSES, witnesses_regime
from lse_verify.oracle.ladder import Ladder
from lse_verify.oracle.truth import FIRST_TIERS


class Graded(msgspec.Struct, frozen=True):
    """What a cell showed, and how long the implementation itself took.

    Attributes
    ----------
    finding : Finding
        The same on every machine that computes the same bits.
    seconds, rows : float, int
        Time inside calls on whole blocks after the first, and the rows these answered.
    """

    finding: Finding
    seconds: float = 0.0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Workplace:
    """What the workers of one run share; it travels to each of them.

    Attributes
    ----------
    folder : Path or None
        Where references are kept; None keeps none.
    base : Path
        The folder that a user's relative paths start from.
    data : Path or None
        The user's own rows.
    oracle : str
        Which tier of the ladder begins, one of `FIRST_TIERS`.
    witnesses : Path or None
        The finds of hunts.
    """

    folder: Path | None
    base: Path
    data: Path | None = None
    oracle: str = FIRST_TIERS[0]
    witnesses: Path | None = None

    def grader(self) -> Grader:
        """Return a grader with oracles of its own."""
        ladder, store = Ladder(first=self.oracle), ReferenceStore(self.folder)
        return Grader(ladder, store, self.base, self.data, self.witnesses)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A batch with its references, and what its cells have asked the judge of it."""

    blocks: tuple[Block, ...]
    references: list[Reference]
    inputs: list[bytes]
    asked: dict[tuple[int, int], Enclosure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grader:
    """What a worker keeps between cells.

    Attributes
    ----------
    ladder : Ladder
        The oracles.
    store : ReferenceStore
        References that workers of one run share.
    base : Path
        The folder that a user's relative paths start from.
    data : Path or None
        The user's own rows.
    witnesses : Path or None
        The finds of hunts.
    last : dict of str to _Drawn
        The batch drawn last: cells of one batch come one after the other.
    """

    ladder: Ladder
    store: ReferenceStore
    base: Path
    data: Path | None
    witnesses: Path | None = None
    last: dict[str, _Drawn] = field(default_factory=dict)

    def prepare(self, cell: Cell) -> None:
        """Compute the references of a cell's batch and leave them in the store."""
        self._drawn(cell)

    def grade(self, cell: Cell) -> Graded:
        """Grade one cell; whatever its implementation does in Python ends as its finding."""
        return self.grade_as(cell, find(cell.implementation, cell.function, self.base))

    def grade_as(
        self, cell: Cell, implementation: Implementation, has_partner: bool = True
    ) -> Graded:
        """Grade one cell of an implementation that need not be one that `find` finds.

        Parameters
        ----------
        cell : Cell
            Which inputs; the implementation that it names is not looked for.
        implementation : Implementation
            The one to grade.
        has_partner : bool
            Whether the logsumexp that its softmax has to fit is the one of its name.
        """
        drawn = self._drawn(cell)
        try:
            asker = Asker.loaded(implementation, format_named(cell.format))
            scheme = scheme_of(implementation, asker.call)
            twin = self._twin(implementation, cell)
        except BaseException as error:
            return Graded(Finding(failure=failure_of(error)))
        base = self.base if has_partner else None
        return self._grade_blocks(cell, implementation, asker, twin, scheme, drawn, base)

    def _twin(self, implementation: Implementation, cell: Cell) -> Asker | None:
        """Return who asks the implementation whose bits this one should give, if there is one."""
        if implementation.twin is None:
            return None
        twin = find(implementation.twin, cell.function, self.base)
        return Asker.loaded(twin, format_named(cell.format))

    def _drawn(self, cell: Cell) -> _Drawn:
        if cell.batch_key not in self.last:
            regime = self._regime(cell.regime)
            fmt, function = format_named(cell.format), function_named(cell.function)
            blocks = regime.draw(cell.function, fmt, cell.seed, cell.samples).blocks
            references = self.store.get(cell.batch_key, self.ladder, function, blocks, fmt)
            self.last.clear()
            inputs = [inputs_of(block) for block in blocks]
            self.last[cell.batch_key] = _Drawn(blocks, references, inputs)
        return self.last[cell.batch_key]

    def _regime(self, name: str) -> Regime:
        if self.data is not None and name.startswith(DATA_PREFIX):
            return data_regime(self.data)
        if self.witnesses is not None and name == WITNESSES:
            return witnesses_regime(self.witnesses)
        return regime_named(name)

    def _grade_blocks(
        self,
        cell: Cell,
        implementation: Implementation,
        asker: Asker,
        twin: Asker | None,
        scheme: Scheme | None,
        drawn: _Drawn,
        base: Path | None,
    ) -> Graded:
        function, fmt = asker.function, asker.fmt
        rng = np.random.default_rng([cell.seed, zlib.crc32(cell.batch_key.encode())])
        finding, sites = Finding(), list[Site]()
        for block, reference, inputs in zip(
            drawn.blocks, drawn.references, drawn.inputs, strict=True
        ):
            first_row = sum(site.block.n_rows for site in sites)
            site = Site(
                self.ladder,
                function,
                fmt,
                block,
                reference,
                cell.seed,
                first_row,
                asked=drawn.asked,
            )
            sites.append(site)
            wanted = implementation.n_terms
            if wanted is None or block.n_terms in wanted:
                shown = _grade_block(site, inputs, implementation, asker, twin, scheme, rng)
                pair = fenchel_young(site, implementation, base) if base else Finding()
                finding = finding.merge(shown).merge(pair)
        charged = asker.charged(confirmed(finding, sites))
        return Graded(charged, asker.seconds, asker.rows)


def _grade_block(
    site: Site,
    inputs: bytes,
    implementation: Implementation,
    asker: Asker,
    twin: Asker | None,
    scheme: Scheme | None,
    rng: np.random.Generator,
) -> Finding:
    try:
        got = asker.ask(site.block)
    except NoAnswerError as no_answer:
        refusal = Finding(fingerprint=refused(inputs, no_answer.failure.kind))
        return _refusal(site, no_answer.failure).merge(refusal)
    finding = Finding(fingerprint=answered(inputs, got))
    for piece, outputs in site.pieces():
        finding = finding.merge(measure(piece, got[outputs], implementation.algorithm, scheme))
    checkable = site.reference.finite.all() and 0 < site.block.n_terms <= MOST_TERMS
    if not checkable:
        return finding
    try:
        if implementation.within:
            return finding.merge(Finding(properties=of_twin(site, got, twin)))
        return finding.merge(Finding(properties=properties(site, asker, got, rng, twin)))
    except NoAnswerError as no_answer:
        return finding.merge(Finding(failure=no_answer.failure))


def _refusal(site: Site, failure: Failure) -> Finding:
    """Return what no answer means: a failure, or a policy where there were no terms at all.

    An exception on an empty row refuses to answer; −∞ would be right, and a wrong number
    would be wrong, but an error message misleads nobody.
    """
    if failure.kind == "exception" and site.block.n_terms == 0:
        return Finding(policies=[f"{site.function.name} of no terms raises {failure.words}"])
    return Finding(rows=site.block.n_rows, failure=failure)
