"""A child process that speaks the foreign protocol, kept from call to call.

It is in the process group of the worker that started it, which is killed as a group, and ends
with the thread that started it where the system can do that (Linux).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import numpy as np

from lse_verify.formats import FloatArray
from lse_verify.implementations.foreign.protocol import (
    LONGEST_LINE,
    ForeignFailure,
    Request,
    announced,
)

_CHUNK = 1 << 16
_KEPT_WORDS = 4096
_PATIENCE_S = 5.0
_GRACE_S = 1.0

# PR_SET_PDEATHSIG is 1. A child that hangs would outlive a worker that was killed alone.
_TIED = (
    "import ctypes, os, sys\n"
    "try: ctypes.CDLL(None).prctl(1, 9)\n"
    "except Exception: pass\n"
    "try: os.execvp(sys.argv[1], sys.argv[1:])\n"
    "except OSError as error: sys.exit(f'{sys.argv[1]}: {error.strerror}')\n"
)


@dataclass(frozen=True, slots=True)
class Program:
    """How a child is started.

    Attributes
    ----------
    command : tuple of str
        Words of the command line.
    folder : Path or None
        Where it is started; None for the working directory.
    variables : tuple of (str, str)
        Of its environment, besides this process's own.
    """

    command: tuple[str, ...]
    folder: Path | None = None
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Last:
    """The last words of a child on its standard error, drained as it writes."""

    kept: bytes = b""
    thread: threading.Thread | None = field(default=None)

    def drain(self, stream: IO[bytes]) -> None:
        with stream, contextlib.suppress(ValueError, OSError):
            while chunk := os.read(stream.fileno(), _CHUNK):
                self.kept = (self.kept + chunk)[-_KEPT_WORDS:]

    @property
    def line(self) -> str:
        """The last line that says something."""
        lines = [line.strip() for line in self.kept.decode("utf-8", "replace").splitlines()]
        return next((line for line in reversed(lines) if line), "")


class Child:
    """A process that answers requests; one that fails is ended and started anew when next asked.

    Parameters
    ----------
    program : Program
        How it is started.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self._last = _Last()

    def ask(self, asked: Request) -> FloatArray:
        """Return the numbers that answer a request.

        Parameters
        ----------
        asked : Request
            The request.

        Returns
        -------
        ndarray, shape (count,)

        Raises
        ------
        ForeignFailure
            If there is no such answer.
        """
        exchange = _Exchange(self._running(), asked)
        try:
            return exchange.run()
        except ForeignFailure as failure:
            if failure.failure_kind == "exception" and exchange.is_sent:
                raise
            words = self._end(str(failure))
            raise ForeignFailure(failure.failure_kind, words) from None
        except BaseException:
            # Interrupted amid an answer, the rest of which nobody must take for the next.
            self.close()
            raise

    def _running(self) -> subprocess.Popen[bytes]:
        """Return the process, started anew after a failure."""
        if self._process is not None and self._process.poll() is not None:
            raise ForeignFailure("crash", self._end("ended between two requests"))
        if self._process is None:
            self._process = self._started()
        return self._process

    def _started(self) -> subprocess.Popen[bytes]:
        try:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", _TIED, *self._program.command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._program.folder,
                env=os.environ | dict(self._program.variables),
                bufsize=0,
            )
        except OSError as error:
            words = f"cannot be started: {error.strerror}"
            raise ForeignFailure("crash", words) from error
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        os.set_blocking(process.stdin.fileno(), False)
        os.set_blocking(process.stdout.fileno(), False)
        self._last = _Last()
        drain = threading.Thread(target=self._last.drain, args=[process.stderr], daemon=True)
        self._last.thread = drain
        drain.start()
        return process

    def _end(self, words: str) -> str:
        """End the process, and return what there is to say of it."""
        process = self._process
        assert process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            # One that dies closes its pipes a little before it has ended.
            process.wait(_GRACE_S)
        code = process.poll()
        if self._last.thread is not None and code is not None:
            self._last.thread.join(_GRACE_S)
        last = self._last.line
        self.close()
        how = words if code is None else f"{words}; it ended with exit code {code}"
        return f"{how}: {last}" if last else how

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait(_PATIENCE_S)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


class _Exchange:
    """One request on its way out and its answer on its way in, at the same time.

    A child that answers while it reads would wait for its reader for ever if the request were
    written to its end first.
    """

    def __init__(self, process: subprocess.Popen[bytes], asked: Request) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._asked = asked
        self._to, self._from = process.stdin.fileno(), process.stdout.fileno()
        self._left = [memoryview(asked.head), asked.body]
        self._got = bytearray()
        self._wanted: int | None = None

    def run(self) -> FloatArray:
        self._refuse_what_nobody_asked()
        with selectors.DefaultSelector() as selector:
            selector.register(self._from, selectors.EVENT_READ)
            selector.register(self._to, selectors.EVENT_WRITE)
            while self._wanted is None or len(self._got) < self._wanted:
                for key, _ in selector.select():
                    if key.fd == self._from:
                        self._read()
                    elif not self._write():
                        selector.unregister(self._to)
        self._refuse_more(len(self._got) - self._wanted)
        self._refuse_what_nobody_asked()
        if not self.is_sent:
            raise ForeignFailure("crash", "answered before it had read all rows")
        answer: FloatArray = np.frombuffer(self._got, dtype=self._asked.dtype).copy()
        return answer

    @property
    def is_sent(self) -> bool:
        """Whether the whole request is: what is left of it would be taken for the next."""
        return not any(map(len, self._left))

    def _write(self) -> bool:
        """Write some; tell whether there is more."""
        self._left = [part for part in self._left if len(part)]
        if not self._left:
            return False
        try:
            written = os.write(self._to, self._left[0][:_CHUNK])
        except BlockingIOError:
            return True
        except OSError:
            # It reads no more: what it has to say, or its end, is there to be read.
            return False
        self._left[0] = self._left[0][written:]
        return True

    def _read(self) -> None:
        try:
            chunk = os.read(self._from, 1 << 20)
        except BlockingIOError:
            return
        if not chunk:
            raise ForeignFailure("crash", self._broken_off())
        self._got += chunk
        if self._wanted is None:
            self._read_head()

    def _read_head(self) -> None:
        end = self._got.find(b"\n", 0, LONGEST_LINE)
        if end < 0 and len(self._got) < LONGEST_LINE:
            return
        line = bytes(self._got[: end + 1] if end >= 0 else self._got[:LONGEST_LINE])
        del self._got[: len(line)]
        self._wanted = announced(line, self._asked)

    def _broken_off(self) -> str:
        if self._wanted is None:
            return "ended before its answer"
        size = self._asked.dtype.itemsize
        return f"ended after {len(self._got) // size} of {self._wanted // size} numbers"

    def _refuse_what_nobody_asked(self) -> None:
        try:
            more = os.read(self._from, _CHUNK)
        except BlockingIOError:
            return
        if more:
            self._refuse_more(len(more))

    def _refuse_more(self, n_bytes: int) -> None:
        if n_bytes > 0:
            raise ForeignFailure("shape", f"wrote {n_bytes} bytes more than its answer has")


_children: dict[Program, Child] = {}


def child_of(program: Program) -> Child:
    """Return the child of this process that runs a program; it is started when first asked."""
    if program not in _children:
        _children[program] = Child(program)
    return _children[program]


@atexit.register
def _close_all() -> None:
    for child in _children.values():
        child.close()
