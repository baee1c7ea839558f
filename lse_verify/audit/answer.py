"""Loading and asking an implementation, and refusing what is no answer."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from lse_verify.audit.finding import FAILURE_KINDS, Failure, FailureKind, Finding
from lse_verify.audit.guard import PARTS, Guard
from lse_verify.audit.layouts import Layout, laid_out
from lse_verify.execution import interruption
from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.family.function import Function
from lse_verify.formats import FloatArray, Format
from lse_verify.implementations.library import Call, Implementation

_MOST_WORDS = 200

_changed_by: dict[str, set[str]] = {}
"""What loading has changed in this process, by the origin of implementations."""


def words_of(error: BaseException) -> str:
    """Return type and words of an error in one line; one that cannot be written has no words."""
    try:
        words = str(error)
    except Exception:
        words = "its own message cannot be made"
    return _one_line(f"{type(error).__name__}: {words}")


def _one_line(words: str) -> str:
    # Half of a surrogate pair, as in the name of a file that is not UTF-8, is no text in JSON.
    cut = " ".join(words[: 10 * _MOST_WORDS].split())[:_MOST_WORDS]
    return cut.encode("utf-8", "replace").decode()


def failure_of(error: BaseException) -> Failure:
    """Return what is told of something that an implementation raised.

    Parameters
    ----------
    error : BaseException
        Any. If it has an attribute ``failure_kind`` that is one of `FAILURE_KINDS`, that is the
        kind; else it is ``"exception"``. So an adapter of a program in another process can say
        that this has crashed.

    Raises
    ------
    KeyboardInterrupt
        If it is one, and may be the user's, as it may be wherever Ctrl-C is not ignored.

    Examples
    --------
    >>> failure_of(ValueError("three"))
    Failure(kind='exception', words='ValueError: three')
    """
    if isinstance(error, KeyboardInterrupt) and not interruption.is_ignored():
        raise error
    return Failure(kind=_kind_of(error), words=words_of(error))


def _kind_of(error: BaseException) -> FailureKind:
    try:
        wanted = getattr(error, "failure_kind", None)
        return next((kind for kind in FAILURE_KINDS if kind == wanted), "exception")
    except Exception:
        return "exception"


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
    by_loading, by_calling : set of str
        Which of the `PARTS` of this process loading and calling it have changed.
    """

    call: Call
    function: Function
    fmt: Format
    clock: Callable[[], float] = time.perf_counter
    by_loading: frozenset[str] = frozenset()
    by_calling: set[str] = field(default_factory=set, init=False)
    seconds: float = field(default=0.0, init=False)
    rows: int = field(default=0, init=False)

    @classmethod
    def loaded(
        cls,
        implementation: Implementation,
        fmt: Format,
        clock: Callable[[], float] = time.perf_counter,
    ) -> Asker:
        """Load an implementation, and return who asks it.

        What it raises when it is loaded is raised; `failure_of` says what is told of that.
        """
        with Guard(of_call=False) as guard, warnings.catch_warnings(), np.errstate():
            call = implementation.load()
        # A module is loaded only once in a process, and its later cells have to show it too.
        changed = _changed_by.setdefault(implementation.origin, set())
        changed.update(guard.changed)
        return cls(call, function_named(implementation.function), fmt, clock, frozenset(changed))

    def ask(self, block: Block, timed: bool = False, layout: Layout | None = None) -> FloatArray:
        """Return the answer to a block, flattened.

        Parameters
        ----------
        block : Block
            The inputs; the implementation is given copies.
        timed : bool
            Whether the call counts for the speed: not the first one of its shape, for which
            a library may compile.
        layout : callable, optional
            How its copies lie in memory; row by row if None.

        Raises
        ------
        NoAnswerError
            If it raised, returned another shape or dtype, or wrote into its input.
        """
        given = block.copy() if layout is None else laid_out(block, layout)
        answer = self._called(given, timed)
        got = self._checked(answer, block)
        for before, after in zip(block.arguments, given.arguments, strict=True):
            if isinstance(before, np.ndarray) and before.tobytes() != after.tobytes():  # type: ignore[union-attr]  # same kind as before
                raise NoAnswerError(
                    Failure(kind="overwritten", words="it wrote into the array it was given")
                )
        return got

    def _called(self, given: Block, timed: bool) -> object:
        guard = Guard(of_call=True)
        try:
            with guard, warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                start = self.clock()
                answer = self.call(*given.arguments)
                spent = self.clock() - start
        # Whatever it raises is its answer: sys.exit and pytest.skip are no Exception.
        except BaseException as error:
            raise NoAnswerError(failure_of(error)) from error
        finally:
            self.by_calling.update(guard.changed)
        if timed:
            self.seconds += spent
            self.rows += given.n_rows
        return answer

    def _checked(self, answer: object, block: Block) -> FloatArray:
        wanted = (block.n_rows, block.n_terms) if self.function.returns_row else (block.n_rows,)
        # By its type, and of that by NumPy's own attributes: a subclass may say anything.
        is_array = issubclass(type(answer), np.ndarray)
        shape = np.ndarray.shape.__get__(answer) if is_array else _said_shape(answer)
        if not is_array or shape != wanted:
            words = _one_line(f"returned {type(answer).__name__} of shape {shape}, not {wanted}")
            raise NoAnswerError(Failure(kind="shape", words=words))
        dtype = np.ndarray.dtype.__get__(answer)
        if dtype != self.fmt.dtype:
            words = _one_line(f"returned {dtype}, not {self.fmt.dtype}")
            raise NoAnswerError(Failure(kind="dtype", words=words))
        return np.array(answer).ravel()

    @property
    def disturbance(self) -> Failure | None:
        """What loading and calling it have changed in this process; None if nothing."""
        done = {"loading it": self.by_loading, "calling it": self.by_calling}
        told = [
            f"{what} changed {' and '.join(part for part in PARTS if part in changed)}"
            for what, changed in done.items()
            if changed
        ]
        return Failure(kind="environment", words="; ".join(told)) if told else None

    def charged(self, finding: Finding) -> Finding:
        """Return a finding with the disturbance as its failure, unless it has one."""
        if finding.failure is not None:
            return finding
        return finding.merge(Finding(failure=self.disturbance))


def _said_shape(answer: object) -> str:
    """Return the shape that something else than an array says it has."""
    try:
        return str(getattr(answer, "shape", None))
    except Exception:
        return "unknown"
