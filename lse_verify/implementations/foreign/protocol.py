r"""The foreign protocol: what a child process is sent and what it answers.

A child reads requests from its standard input and answers each on its standard output, until
the input ends. A request is a line of text and then numbers::

    FUNCTION FORMAT ROWS TERMS [VARIANT]\n
    ROWS × TERMS numbers of FORMAT, row after row, little-endian

An answer is a line of text and then numbers, or a line that says why there are none::

    ok COUNT\n
    COUNT numbers of FORMAT, little-endian
    error WORDS\n

COUNT is ROWS, or ROWS × TERMS of a function that returns a row (softmax, log_softmax). The terms
of a row are the arguments of the function one after the other: logaddexp has two terms, a and b;
bregman has those of both its rows. VARIANT tells the implementations of one child apart. Whatever
a child writes to its standard error is kept only to explain its death.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lse_verify.formats import FORMATS, FloatArray

LONGEST_LINE = 1 << 16
"""In bytes; a longer first line of an answer is none."""


class ForeignFailure(Exception):
    """What a child did instead of answering.

    Attributes
    ----------
    failure_kind : str
        As a finding has it: it said so itself (``exception``), another number of numbers
        (``shape``), no answer of the protocol or no process any more (``crash``).
    """

    def __init__(self, failure_kind: str, words: str) -> None:
        super().__init__(words)
        self.failure_kind = failure_kind

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Request:
    """Rows for one function, and what its answer must be.

    Attributes
    ----------
    head : bytes
        The line of text.
    body : memoryview
        The numbers.
    count : int
        How many numbers answer it.
    dtype : dtype
        Theirs.
    """

    head: bytes
    body: memoryview
    count: int
    dtype: np.dtype[np.generic]


def request(
    function: str, returns_row: bool, variant: str, arguments: tuple[FloatArray | float, ...]
) -> Request:
    r"""Return the request for the rows of some arguments.

    Parameters
    ----------
    function : str
        Its name.
    returns_row : bool
        Whether each row is answered by as many numbers as it has.
    variant : str
        Of the implementation; empty for none.
    arguments : tuple of ndarray or float
        Of shape (m, n) or (m,); a float is a parameter, the same for all rows.

    Examples
    --------
    >>> asked = request("logsumexp", False, "", (np.zeros((2, 3)),))
    >>> asked.head, len(asked.body), asked.count
    (b'logsumexp binary64 2 3\n', 48, 2)
    """
    first = next(a for a in arguments if isinstance(a, np.ndarray))
    columns = [_columns(argument, first) for argument in arguments]
    rows = columns[0] if len(columns) == 1 else np.concatenate(columns, axis=1)
    n_rows, n_terms = rows.shape
    fmt = next(name for name, fmt in FORMATS.items() if fmt.dtype == first.dtype)
    words = [function, fmt, str(n_rows), str(n_terms), *([variant] if variant else [])]
    return Request(
        head=(" ".join(words) + "\n").encode(),
        body=memoryview(np.ascontiguousarray(rows).tobytes()),
        count=first.size if returns_row else n_rows,
        dtype=first.dtype,
    )


def _columns(argument: FloatArray | float, first: FloatArray) -> FloatArray:
    if isinstance(argument, np.ndarray):
        return argument if argument.ndim == 2 else argument[:, None]
    return np.full((len(first), 1), argument, dtype=first.dtype)


def announced(line: bytes, asked: Request) -> int:
    r"""Return how many bytes of numbers follow the first line of an answer.

    Raises
    ------
    ForeignFailure
        If it says that there are none, or another number than was asked for, or is no
        answer at all.

    Examples
    --------
    >>> announced(b"ok 2\n", request("logsumexp", False, "", (np.zeros((2, 3)),)))
    16
    """
    word, _, rest = line.decode("utf-8", "backslashreplace").strip().partition(" ")
    if word == "error":
        raise ForeignFailure("exception", rest or "it gave no reason")
    if word != "ok" or not rest.isdecimal():
        shown = line[:60].decode("utf-8", "backslashreplace")
        raise ForeignFailure("crash", f"answered {shown!r}, which is not 'ok COUNT'")
    if int(rest) != asked.count:
        raise ForeignFailure("shape", f"answered {int(rest)} numbers, not {asked.count}")
    return asked.count * asked.dtype.itemsize
