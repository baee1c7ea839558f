"""A small run in processes of its own, which tests kill, stop, lock and starve."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import msgspec

from lse_verify.audit.ledger import Ledger, encode, read_ledger
from lse_verify.errors import LseVerifyError
from lse_verify.execution.journal import part_of
from lse_verify.execution.progress import Observe

Request = TypeVar("Request")

LEDGER, REPORT = "ledger.jsonl", "report.md"


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
        Matches the part of the report that tells times, which no run repeats.
    disk : str
        The size of a disk that is full when some of the things have ended.
    """

    command: str
    things: str
    mine: str = field(repr=False)
    times: str
    disk: str


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
        return self.home / "out"

    @property
    def lines(self) -> int:
        """How many whole lines the journal has, its header included."""
        return self._journal().count(b"\n")

    @property
    def ended(self) -> set[Thing]:
        """What has a whole line in the journal."""
        lines = self._journal().split(b"\n")[1:-1]
        return {msgspec.json.decode(line, type=_Line).thing for line in lines}

    def _journal(self) -> bytes:
        try:
            return part_of(self.out / LEDGER).read_bytes()
        except FileNotFoundError:
            return b""

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
        """Write the report."""
        end(self._start("-m", "lse_verify", "report", self.out / LEDGER))

    def _start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *map(str, arguments)],
            cwd=self.home,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def ledger(self) -> Ledger:
        return read_ledger(self.out / LEDGER)

    @property
    def findings(self) -> bytes:
        """The ledger without its times."""
        found = self.ledger
        timeless = [msgspec.structs.replace(e, seconds=0.0, judging=0.0) for e in found.entries]
        return encode(msgspec.structs.replace(found, entries=timeless))

    @property
    def files(self) -> dict[str, bytes]:
        """All that it left, by name, without the times."""
        found = {
            str(path.relative_to(self.out)): path.read_bytes()
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }
        report, told = re.subn(self.kind.times, "", found[REPORT].decode(), flags=re.DOTALL)
        assert told, "times are told in a part of the report"
        return found | {LEDGER: self.findings, REPORT: report.encode()}


class Thing(msgspec.Struct, frozen=True):
    """What tells the cells of a run apart, or its shards where each is a whole space."""

    implementation: str
    function: str
    format: str
    regime: str = "exhaustive"


class _Line(msgspec.Struct):
    cell: Thing | None = None
    shard: Thing | None = None

    @property
    def thing(self) -> Thing:
        thing = self.cell or self.shard
        assert thing is not None
        return thing


def plan_of(ledger: Ledger) -> list[Thing]:
    """Return what a run was about, in the order in which it is begun."""
    cells = [entry.cell for entry in ledger.entries]
    return [Thing(c.implementation, c.function, c.format, c.regime) for c in cells]


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
    try:
        if resume == "resume" and part_of(ledger).exists() and part_of(ledger).stat().st_size:
            request = resumed(ledger, int(jobs), scheduler or None)
        else:
            request = begun(int(jobs), scheduler or None)
        found = run(request, ledger, lambda what, done, total: print(done, total, flush=True))
        print(found.digest)
    except LseVerifyError as error:
        print(error)
        raise SystemExit(error.exit_code) from error
