"""Maps of the plane as the ledger has them: short, and told in one line where they are damaged."""

from __future__ import annotations

import base64
import zlib

import msgspec
import numpy as np
import pytest

from lse_verify.audit.cell import Cell
from lse_verify.audit.exhausted import NOTHING, WRONG, Exhausted, map_of, read_codes, write_codes
from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import SCHEMA_VERSION, Entry, Header, Ledger, RegimeRow
from lse_verify.enclosure import Floats
from lse_verify.errors import LedgerError

NOISE = 2.0 ** np.random.default_rng(0).uniform(-3, 0, 1024)
"""As where roundings fall by chance: all classes from ⅛ to 1 ulp."""

SMOOTH = np.abs(np.sin(np.linspace(0.1, 3.0, 1024))) / 2


def ledger_of(exhausted: Exhausted) -> Ledger:
    header = Header(
        schema=SCHEMA_VERSION,
        command="",
        seed=0,
        samples=0,
        cells=1,
        versions={},
        machine={},
        commit="",
        implementations=[],
        regimes=[RegimeRow("exhaustive", "")],
        skipped=[],
    )
    cell = Cell("alpha", "logaddexp", "binary16", "exhaustive", 0, 0)
    return Ledger(header, [Entry(cell, Finding(exhausted=exhausted), 0.0, 0)])


@pytest.mark.parametrize("errors", [NOISE, SMOOTH], ids=["noise", "smooth"])
def test_a_row_is_written_shorter_than_its_codes(errors: Floats) -> None:
    assert len(write_codes(errors)) < read_codes(write_codes(errors)).size


def test_a_row_reads_back_to_a_twelfth_of_an_octave() -> None:
    codes = read_codes(write_codes(NOISE)).astype(np.float64)
    # A code is the floor of 12·(log₂ error + 5), plus 1 because 0 says that there is nothing.
    floors = 2.0 ** ((codes - 1) / 12 - 5)
    assert ((floors <= NOISE * (1 + 1e-12)) & (floors * 2 ** (1 / 12) > NOISE)).all()


def test_what_is_not_measured_and_what_is_wrong_have_codes_of_their_own() -> None:
    codes = read_codes(write_codes(np.array([-1.0, 0.0, 1e300, np.inf])))
    assert codes.tolist() == [NOTHING, 1, 254, WRONG]


@pytest.mark.parametrize("text", ["?", "0000\N{LATIN SMALL LETTER E WITH ACUTE}", "c$}Y", ""])
def test_a_damaged_row_is_told_in_one_line(text: str) -> None:
    with pytest.raises(LedgerError, match="does not decode; try every input again") as caught:
        read_codes(text)
    assert "\n" not in str(caught.value)


def test_a_row_that_unpacks_to_more_than_a_map_has_is_refused() -> None:
    bomb = base64.b85encode(zlib.compress(bytes(1 << 24), 9)).decode()
    with pytest.raises(LedgerError, match="does not decode"):
        read_codes(bomb)


def test_rows_up_to_the_diagonal_give_the_whole_map() -> None:
    rows = {0: write_codes(np.array([1.0])), 1: write_codes(np.array([2.0, 4.0]))}
    codes = map_of(Exhausted(rows=rows))
    assert codes is not None
    assert codes.tolist() == [[61, 73], [73, 85]]


@pytest.mark.parametrize("row", [-1, 0, 10**9, 10**18])
@pytest.mark.parametrize("where", ["rows", "columns"])
def test_a_map_of_a_size_that_none_has_is_refused(row: int, where: str) -> None:
    long = write_codes(np.array([1.0, 2.0, 4.0]))
    strange = Exhausted(rows={row: long}, columns={row: long} if where == "columns" else {})
    with pytest.raises(LedgerError, match="does not decode"):
        map_of(strange)


def test_the_digest_is_of_the_codes_whatever_packed_them() -> None:
    packed = write_codes(NOISE)
    other = base64.b85encode(zlib.compress(read_codes(packed).tobytes(), 0)).decode()
    assert other != packed
    assert ledger_of(Exhausted(rows={0: packed})).digest == (
        ledger_of(Exhausted(rows={0: other})).digest
    )


def test_the_digest_tells_maps_apart() -> None:
    rows = [{0: write_codes(errors)} for errors in (NOISE, SMOOTH)]
    plain, across = Exhausted(rows=rows[0]), Exhausted(rows=rows[0], columns=rows[0])
    digests = {ledger_of(e).digest for e in (plain, Exhausted(rows=rows[1]), across)}
    assert len(digests) == 3


def test_a_ledger_is_of_every_input_even_where_nothing_could_be_measured() -> None:
    ledger = ledger_of(Exhausted())
    (entry,) = ledger.entries
    failed = Ledger(ledger.header, [msgspec.structs.replace(entry, finding=Finding())])
    assert failed.is_exhaustive
