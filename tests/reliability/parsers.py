"""All that reads what somebody may have written: how, and something right to begin with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
from furniture import REPORTS, files

from lse_verify.audit.adjudicate import read_claim
from lse_verify.audit.bug import read_release
from lse_verify.audit.hunted import Hunt
from lse_verify.audit.ledger import Entry, read_ledger
from lse_verify.audit.point import block_of, read_point
from lse_verify.audit.quoted import read_in
from lse_verify.audit.request import Beginning
from lse_verify.audit.sightings import read_sightings
from lse_verify.bench.measurements import read_measurements
from lse_verify.check.baseline import read_baseline
from lse_verify.execution.journal import part_of, read_part
from lse_verify.execution.lines import checked
from lse_verify.family import FUNCTIONS
from lse_verify.formats import BINARY16, BINARY64, FORMATS
from lse_verify.inputs.files import data_regime
from lse_verify.inputs.witnesses import witnesses_regime
from lse_verify.report.hunt import holds_comparison, read_comparison
from lse_verify.search.exhaust.request import Beginning as ExhaustBeginning
from lse_verify.search.exhaust.shard import Exhibit
from lse_verify.search.exhaust.spaces import Shard
from lse_verify.search.hunt.request import Head, Line, Request, head_of, read_hunt
from lse_verify.search.witnesses import read_witnesses


@dataclass(frozen=True)
class Parser:
    """Something that reads.

    Attributes
    ----------
    read : callable
        Takes the content and a folder to put it into.
    samples : tuple of bytes
        Contents that are right.
    has_checks : bool
        Whether each line has one.
    """

    read: Callable[[bytes, Path], object]
    samples: tuple[bytes, ...]
    has_checks: bool = False


def _file(name: str, read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    return partial(_read_file, name, read)


def _read_file(name: str, read: Callable[[Path], object], content: bytes, folder: Path) -> object:
    path = folder / name
    path.write_bytes(content)
    return read(path)


def _drawn(regime_at: Callable[[Path], Any], path: Path) -> None:
    regime = regime_at(path)
    for function in sorted(regime.functions):
        for fmt in (BINARY16, BINARY64):
            regime.draw(function, fmt, 0, 1)


def _data(path: Path) -> None:
    regime = data_regime(path)
    for function in ("logsumexp", "softplus", "negentropy"):
        regime.draw(function, BINARY64, 0, 1)


def _ledger(path: Path) -> str:
    return read_ledger(path).digest


def _journal(path: Path) -> object:
    part_of(path).write_bytes(path.read_bytes())
    path.unlink()
    return read_part(path, Beginning, Entry)


def _shards(path: Path) -> object:
    part_of(path).write_bytes(path.read_bytes())
    path.unlink()
    return read_part(path, ExhaustBeginning, Exhibit)


def _islands(path: Path) -> object:
    part_of(path).write_bytes(path.read_bytes())
    path.unlink()
    return read_part(path, Head, Line)


def _sightings(path: Path) -> object:
    return read_sightings(path.parent)


def _comparison(path: Path) -> object:
    return read_comparison(path) if holds_comparison(path) else None


def _quoted(content: bytes, folder: Path) -> None:
    claim = read_claim(os.fsdecode(content))
    for fmt in FORMATS.values():
        read_in(claim.quoted, fmt)


def _point(content: bytes, folder: Path) -> None:
    # Arguments have no zeros in them; they are told apart by lines here.
    name, *arguments = os.fsdecode(content).split("\n")
    function = FUNCTIONS.get(name, FUNCTIONS["logsumexp"])
    point = read_point(function, BINARY16, arguments)
    block_of(function, BINARY16, point)


def _begun(kind: type, more: dict[str, Any]) -> bytes:
    header = msgspec.json.decode(files()["ledger.jsonl"].splitlines()[0])
    del header["check"]
    said = {"implementations": [], "functions": [], "formats": [], "jobs": 1, "scheduler": None}
    said |= {"regimes": [], "data": None, "oracle": "arb", "base": "here", "files": {}}
    begun: object = msgspec.convert({"header": header, "asked": said} | more, kind)
    return checked(begun)


def _of_journal() -> bytes:
    return _begun(Beginning, {}) + _lines_after(files()["ledger.jsonl"])


def _of_shards() -> bytes:
    _, *lines = files()["exhaustive.jsonl"].splitlines()
    exhibits = [
        Exhibit(
            Shard("numpy", "softmax", "float8_e5m2", 0, 8),
            msgspec.json.decode(line, type=Entry).finding,
            0.5,
            0.25,
        )
        for line in lines
    ]
    chosen = [{"implementation": "numpy", "function": "softmax", "format": "float8_e5m2"}]
    return _begun(ExhaustBeginning, {"spaces": chosen}) + b"".join(map(checked, exhibits))


def _lines_after(content: bytes) -> bytes:
    return b"".join(content.splitlines(keepends=True)[1:])


def _of_hunt(line: Any) -> bytes:
    asked = Request(
        "textbook.naive", "logsumexp", "binary64", base=REPORTS, command="lse-verify hunt"
    )
    return checked(head_of(asked)) + checked(line)


_QUOTES = (b"4.2484e-18", b"torch=0.1", b"0x1.8p-3", b"-inf", b"nan", b"1" * 40, b"0.0000e+00")
_POINTS = (b"logsumexp\n0\n-40", b"smoothmax\n1,2,3\n0.5", b"logaddexp\n0x1p-3\n1e9", b"\n0*70")


@cache
def parsers() -> dict[str, Parser]:
    """Return all of them by name."""
    have = files()
    climb = Hunt(evaluations=3)
    sightings = (REPORTS / "bugs" / "sightings.json").read_bytes()
    of_bugs = (REPORTS / "bugs" / "numpy.toml").read_bytes()
    return {
        "rows.npy": Parser(_file("rows.npy", _data), (have["rows.npy"], have["values.npy"])),
        "rows.npz": Parser(_file("rows.npz", _data), (have["rows.npz"],)),
        "rows.csv": Parser(_file("rows.csv", _data), (have["rows.csv"],)),
        "witnesses, their inputs": Parser(
            _file("witnesses.jsonl", partial(_drawn, witnesses_regime)), (have["witnesses.jsonl"],)
        ),
        "witnesses": Parser(_file("witnesses.jsonl", read_witnesses), (have["witnesses.jsonl"],)),
        "ledger": Parser(
            _file("ledger.jsonl", _ledger), (have["ledger.jsonl"], have["exhaustive.jsonl"]), True
        ),
        "journal": Parser(_file("ledger.jsonl", _journal), (_of_journal(),), True),
        "journal of exhaust": Parser(_file("ledger.jsonl", _shards), (_of_shards(),), True),
        "journal of hunt": Parser(_file("hunt.jsonl", _islands), (_of_hunt(Line(0, climb)),), True),
        "hunt": Parser(_file("hunt.jsonl", read_hunt), (_of_hunt(climb),), True),
        "baseline": Parser(_file("baseline.json", read_baseline), (have["baseline.json"],)),
        "measurements": Parser(
            _file("measurements.json", read_measurements), (have["measurements.json"],)
        ),
        "comparison": Parser(_file("comparison.json", _comparison), (have["comparison.json"],)),
        "sightings": Parser(
            _file("sightings.json", _sightings),
            (sightings,),
        ),
        "bugs": Parser(_file("numpy.toml", read_release), (of_bugs, have["bugs/numpy.toml"])),
        "value": Parser(_quoted, _QUOTES),
        "point": Parser(_point, _POINTS),
    }
