"""Asking an implementation, and refusing what is no answer."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lse_verify.audit.finding import Failure
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format
from lse_verify.implementations.library import Call

_MOST_WORDS = 200


def words_of(error: BaseException) -> str:
    """Return type and words of an error in one line; one that cannot be written has no words."""
    try:
        words = str(error)
    except Exception:
        words = "its own message cannot be made"
    return " ".join(f"{type(error).__name__}: {words}".split())[:_MOST_WORDS]


class NoAnswerError(Exception):
    """The implementation gave nothing that can be graded; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.words)
        self.failure = failure


@dataclass(slots=True)
class Asker:
    """Calls an implementation on blocks and checks what comes back.

    Attributes
    ----------
    clock : callable
        Gives seconds.
    seconds, rows : float, int
        Time spent inside timed calls, and the rows that they answered.
    """

    call: Call
    function: Function
    fmt: Format
    clock: Callable[[], float] = time.perf_counter
    seconds: float = field(default=0.0, init=False)
    rows: int = field(default=0, init=False)

    def ask(self, block: Block, timed: bool = False) -> FloatArray:
        """Return the answer to a block, flattened.

        Parameters
        ----------
        block : Block
            The inputs; the implementation is given copies.
        timed : bool
            Whether the call counts for the speed: not the first one of its shape, for which
            a library may compile.

        Raises
        ------
        NoAnswerError
            If it raised, returned another shape or dtype, or wrote into its input.
        """
        given = block.copy()
        answer = self._called(given, timed)
        got = self._checked(answer, block)
        for before, after in zip(block.arguments, given.arguments, strict=True):
            if isinstance(before, np.ndarray) and before.tobytes() != after.tobytes():  # type: ignore[union-attr]  # same kind as before
                raise NoAnswerError(
                    Failure(kind="overwritten", words="it wrote into the array it was given")
                )
        return got

    def _called(self, given: Block, timed: bool) -> object:
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                start = self.clock()
                answer = self.call(*given.arguments)
                spent = self.clock() - start
        except KeyboardInterrupt:
            raise
        # Whatever else it raises is its answer: sys.exit and pytest.skip are no Exception.
        except BaseException as error:
            raise NoAnswerError(Failure(kind="exception", words=words_of(error))) from error
        if timed:
            self.seconds += spent
            self.rows += given.n_rows
        return answer

    def _checked(self, answer: object, block: Block) -> FloatArray:
        wanted = (block.n_rows, block.n_terms) if self.function.returns_row else (block.n_rows,)
        shape, dtype = getattr(answer, "shape", None), getattr(answer, "dtype", None)
        if not isinstance(answer, np.ndarray) or shape != wanted:
            words = f"returned {type(answer).__name__} of shape {shape}, not {wanted}"
            raise NoAnswerError(Failure(kind="shape", words=words))
        if dtype != self.fmt.dtype:
            words = f"returned {dtype}, not {self.fmt.dtype}"
            raise NoAnswerError(Failure(kind="dtype", words=words))
        return np.array(answer).ravel()
