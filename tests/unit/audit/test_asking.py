"""Loading and asking an implementation: whatever it does is a failure in its own words."""

from __future__ import annotations

import os
import random
import signal
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lse_verify.audit import answer
from lse_verify.audit.answer import Asker, NoAnswerError, failure_of
from lse_verify.audit.finding import FAILURE_KINDS, Failure, Finding
from lse_verify.execution import interruption
from lse_verify.family import FUNCTIONS
from lse_verify.family.block import Block
from lse_verify.formats import FORMATS
from lse_verify.implementations import user

BLOCK = Block((np.zeros((3, 2)),))


def honest(x: Any) -> Any:
    return np.logaddexp.reduce(x, axis=1)


def asker(call: Any) -> Asker:
    return Asker(call, FUNCTIONS["logsumexp"], FORMATS["binary64"])


def failure(call: Any) -> Failure:
    with pytest.raises(NoAnswerError) as caught:
        asker(call).ask(BLOCK)
    return caught.value.failure


class Told(Exception):
    def __init__(self, failure_kind: object) -> None:
        super().__init__("words")
        self.failure_kind = failure_kind


class Untold(Exception):
    @property
    def failure_kind(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_an_exception_may_say_which_kind_of_failure_it_is(kind: str) -> None:
    def raises(x: object) -> None:
        raise Told(kind)

    assert failure(raises) == Failure(kind=kind, words="Told: words")  # type: ignore[arg-type]  # one of them


@pytest.mark.parametrize("kind", ["no such kind", "", None, 3, ["crash"], np.zeros(2)])
def test_a_kind_that_is_none_is_an_exception(kind: object) -> None:
    assert failure_of(Told(kind)).kind == "exception"
    assert failure_of(Untold()).kind == "exception"


def test_words_that_no_text_holds_are_told_with_question_marks() -> None:
    assert failure_of(ValueError("\udcff\nand", "é")).words == r"ValueError: ('\udcff\nand', 'é')"
    assert failure_of(ValueError("\udcff\nand é")).words == "ValueError: ? and é"


def test_words_without_an_end_are_cut() -> None:
    assert len(failure_of(ValueError("long " * 10_000_000)).words) == 200


@pytest.fixture
def ignored_interrupts() -> Iterator[None]:
    before = signal.getsignal(signal.SIGINT)
    interruption.ignore()
    yield
    signal.signal(signal.SIGINT, before)


def _interrupts(x: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("ignored_interrupts")
def test_an_interrupt_is_an_exception_where_ctrl_c_is_ignored() -> None:
    assert failure(_interrupts) == Failure(kind="exception", words="KeyboardInterrupt:")


def test_an_interrupt_is_raised_where_it_may_be_the_users(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What is begun in the background of a shell ignores Ctrl-C, tests too.
    monkeypatch.setattr(interruption, "is_ignored", lambda: False)
    with pytest.raises(KeyboardInterrupt):
        asker(_interrupts).ask(BLOCK)


class Liar(np.ndarray[Any, Any]):
    @property  # type: ignore[misc]  # that it can be set no more is no matter
    def shape(self) -> Any:
        return (3,)


class Rude:
    @property
    def shape(self) -> Any:
        raise RuntimeError

    @property  # type: ignore[misc]  # that it can be set no more is no matter
    def __class__(self) -> Any:
        return np.ndarray


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros(2), "returned ndarray of shape (2,), not (3,)"),
        (np.zeros(4), "returned ndarray of shape (4,), not (3,)"),
        (np.zeros(0), "returned ndarray of shape (0,), not (3,)"),
        (np.zeros((3, 1)), "returned ndarray of shape (3, 1), not (3,)"),
        (np.zeros(4).view(Liar), "returned Liar of shape (4,), not (3,)"),
        (Rude(), "returned Rude of shape unknown, not (3,)"),
    ],
)
def test_an_answer_of_another_shape_is_told_whatever_it_says_itself(
    answer: object, words: str
) -> None:
    assert failure(lambda x: answer) == Failure(kind="shape", words=words)


def test_an_array_of_another_class_is_an_answer() -> None:
    class Own(np.ndarray[Any, Any]): ...

    got = asker(lambda x: honest(x).view(Own)).ask(BLOCK)
    assert type(got) is np.ndarray
    assert got.tolist() == honest(np.zeros((3, 2))).tolist()


def test_what_calls_change_is_told_once_and_the_answers_count() -> None:
    def draws(x: Any) -> Any:
        random.random()
        return honest(x)

    def goes(x: Any) -> Any:
        os.chdir("/")
        return draws(x)

    one = asker(draws)
    assert one.disturbance is None
    for _ in range(2):
        assert one.ask(BLOCK).tolist() == asker(honest).ask(BLOCK).tolist()
    assert one.disturbance == Failure(
        kind="environment", words="calling it changed the state of random"
    )
    one.call = goes
    one.ask(BLOCK)
    assert one.disturbance is not None
    assert one.disturbance.words == (
        "calling it changed the working directory and the state of random"
    )


def test_a_finding_keeps_the_failure_that_it_has() -> None:
    one = asker(honest)
    assert one.charged(Finding(rows=3)) == Finding(rows=3)
    one.by_calling.add("the rounding mode")
    charged = one.charged(Finding(rows=3))
    assert (charged.rows, charged.failure) == (3, one.disturbance)
    shape = Failure(kind="shape", words="words")
    assert one.charged(Finding(failure=shape)).failure == shape


def test_what_loading_changes_is_told_each_time_though_a_module_is_loaded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other tests have a mine.py of their own, in this process.
    monkeypatch.setattr(answer, "_changed_by", {})
    source = """
        import os, random
        import numpy as np
        os.chdir("/")
        random.seed(3)
        def f(x): return np.logaddexp.reduce(x, axis=1)
        g = f
    """
    (tmp_path / "mine.py").write_text(textwrap.dedent(source))
    here = Path.cwd()
    for name in ("f", "f", "g"):
        mine = user.implementation(f"mine.py:{name}", "logsumexp", tmp_path)
        loaded = Asker.loaded(mine, FORMATS["binary64"])
        assert loaded.disturbance == Failure(
            kind="environment",
            words="loading it changed the working directory",
        )
    assert Path.cwd() == here
