"""A small run in processes of its own, which tests kill, stop, lock and starve."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from lse_verify.audit.ledger import Ledger, encode, read_ledger
from lse_verify.errors import LseVerifyError
from lse_verify.execution.journal import part_of
from lse_verify.execution.progress import Observe

Request = TypeVar("Request")

OUT, LEDGER, REPORT = "out", "ledger.jsonl", "report.md"


@dataclass(frozen=True)
class Kind:
    """What runs, of which one is begun by the script ``small_COMMAND.py``.

    Attributes
    ----------
    command : str
        Of lse-verify.
    things : str
        What each line of the journal is about, and each of the ledger: in the plural.
    mine : str
        The user's file, which has what is graded.
    times : str
        Matches the part of the report that tells times, which no run repeats; empty where there
        is no report.
    disk : str
        The size of a disk that is full when some of the things have ended.
    file : str
        What it ends in.
    """

    command: str
    things: str
    mine: str = field(repr=False)
    times: str
    disk: str
    file: str = LEDGER


@dataclass(frozen=True)
class Run:
    """A run, begun or gone on with in processes of their own."""

    kind: Kind
    home: Path

    @classmethod
    def at(cls, home: Path, kind: Kind) -> Run:
        """Return a run whose user's file is put into this folder."""
        (home / "mine.py").write_text(textwrap.dedent(kind.mine))
        return cls(kind, home)

    @property
    def out(self) -> Path:
        return self.home / OUT

    @property
    def file(self) -> Path:
        return self.out / self.kind.file

    @property
    def part(self) -> Path:
        return part_of(self.file)

    @property
    def lines(self) -> int:
        """How many whole lines the journal has, its header included."""
        return self._journal().count(b"\n")

    @property
    def ended(self) -> set[Thing]:
        """What has a whole line in the journal."""
        return {_thing(line) for line in self._journal().split(b"\n")[1:-1]}

    def _journal(self) -> bytes:
        try:
            return self.part.read_bytes()
        except FileNotFoundError:
            return b""

    def put(self, ended: Run) -> None:
        """Put here what another run has left: its ledger, without a report."""
        self.out.mkdir()
        self.file.write_bytes(ended.file.read_bytes())

    def start(
        self, *, jobs: int = 2, scheduler: str = "", resume: bool = True
    ) -> subprocess.Popen[str]:
        """Begin it, or go on with what there is."""
        script = Path(__file__).with_name(f"small_{self.kind.command}.py")
        return self._start(script, self.out, jobs, scheduler, "resume" if resume else "anew")

    def resume(self) -> subprocess.Popen[str]:
        """Go on as people are told to, which ends in a report."""
        return self._start("-m", "lse_verify", self.kind.command, "--resume", self.out)

    def report(self) -> None:
        """Write the report, where there is one."""
        if self.kind.times:
            end(self._start("-m", "lse_verify", "report", self.file))

    def _start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def plan(self) -> list[Thing]:
        """What it was about, in the order in which that is begun."""
        if not self.kind.times:
            return list(
                range(msgspec.json.decode(self.file.read_bytes().split(b"\n")[0])["islands"])
            )
        cells = [entry.cell for entry in read_ledger(self.file).entries]
        return [Named(c.implementation, c.function, c.format, c.regime) for c in cells]

    @property
    def findings(self) -> bytes:
        """What it ended in, without times."""
        if not self.kind.times:
            return self.file.read_bytes()
        found = read_ledger(self.file)
        timeless = [msgspec.structs.replace(e, seconds=0.0, judging=0.0) for e in found.entries]
        return encode(msgspec.structs.replace(found, entries=timeless))

    @property
    def files(self) -> dict[str, bytes]:
        """All that it left beside the user's file, by name, without the times."""
        found = {
            str(path.relative_to(self.home)): path.read_bytes()
            for path in sorted(self.home.rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        }
        if not self.kind.times:
            return found
        report, told = re.subn(
            self.kind.times, "", found[f"{OUT}/{REPORT}"].decode(), flags=re.DOTALL
        )
        assert told, "times are told in a part of the report"
        timeless = {f"{OUT}/{LEDGER}": self.findings, f"{OUT}/{REPORT}": report.encode()}
        return found | timeless


class Named(msgspec.Struct, frozen=True):
    """What tells the cells of a run apart, or its shards where each is a whole space."""

    implementation: str
    function: str
    format: str
    regime: str = "exhaustive"


Thing = Named | int
"""A cell, a shard or an island."""


class _Line(msgspec.Struct):
    cell: Named | None = None
    shard: Named | None = None
    number: int | None = None


def _thing(line: bytes) -> Thing:
    told = msgspec.json.decode(line, type=_Line)
    thing = told.cell or told.shard or told.number
    assert thing is not None
    return thing


def await_lines(run: Run, process: subprocess.Popen[str], lines: int) -> None:
    """Wait until the journal has so many."""
    while run.lines < lines:
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)


def end(process: subprocess.Popen[str]) -> str:
    """Return what a run prints that ends well."""
    with process:
        out, _ = process.communicate(timeout=180)
    assert process.returncode == 0, out
    return out


def drive(
    begun: Callable[[int, str | None], Request],
    resumed: Callable[[Path, int, str | None], Request],
    run: Callable[[Request, Path, Observe], Ledger],
) -> None:
    """Begin a run or go on with it, as the arguments of this script say.

    It prints how much is done of how much, as soon as that is told, and one line in the end:
    the digest, or what went wrong.
    """
    folder, jobs, scheduler, resume = sys.argv[1:]
    ledger = Path(folder, LEDGER)
    with told():
        if goes_on(ledger, resume):
            request = resumed(ledger, int(jobs), scheduler or None)
        else:
            request = begun(int(jobs), scheduler or None)
        found = run(request, ledger, lambda what, done, total: print(done, total, flush=True))
        print(found.digest)


def goes_on(path: Path, resume: str) -> bool:
    """Tell whether a script is to go on with what there is, and there is something."""
    part = part_of(path)
    return resume == "resume" and part.exists() and b"\n" in part.read_bytes()


@contextmanager
def told() -> Iterator[None]:
    """Print what goes wrong in one line, and end as the program does."""
    try:
        yield
    except LseVerifyError as error:
        print(error)
        raise SystemExit(error.exit_code) from error
