"""One input through every implementation, in processes of their own.

Each is asked for it alone, and then as many equal rows at once: where bits differ, as those of a
loop for vectors may from those of what is left over, the second answer is told too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from lse_verify.audit.answer import Asker, NoAnswerError, failure_of
from lse_verify.audit.executors import SECONDS_A_CELL, executor, grader_at
from lse_verify.audit.finding import Failure
from lse_verify.audit.grade import Workplace
from lse_verify.audit.judge import judge
from lse_verify.audit.point import COPIES, copied
from lse_verify.audit.reference import reference
from lse_verify.audit.site import Site
from lse_verify.audit.witness import spell
from lse_verify.execution.executors import Lost
from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.formats import FloatArray, format_named
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import find

_MOST_COPIED = 1 << 22
"""Entries of all rows together; a longer row is asked for alone, and is a vector itself."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What one implementation gave for one output, and how far off it is.

    Attributes
    ----------
    implementation : str
        Its name.
    output : int
        Which entry of the answer, from 0.
    got, got_hex, truth : str
        The answer, and twenty digits of the exact value.
    error_ulps, stability, condition : str
        Empty where they have no meaning.
    failure : str
        Why there is no answer, or what was done beside answering; empty in an answer.
    copies, times : int
        As how many equal rows it was asked, and how many of them were answered so. More than 1
        only where that is not the answer alone.
    """

    implementation: str
    output: int = 0
    got: str = ""
    got_hex: str = ""
    truth: str = ""
    error_ulps: str = ""
    stability: str = ""
    condition: str = ""
    failure: str = ""
    copies: int = 1
    times: int = 1


@dataclass(frozen=True, slots=True)
class Question:
    """One input for one implementation."""

    implementation: str
    function: str
    format: str
    block: Block


def explain(
    implementations: Sequence[Implementation],
    function: str,
    fmt: str,
    block: Block,
    workplace: Workplace,
) -> Iterator[list[Answer]]:
    """Ask every implementation for one input.

    Parameters
    ----------
    implementations : sequence of Implementation
        Installed ones; those that do not fit the function, format or length are left out.
    function, fmt : str
        Names.
    block : Block
        One row.
    workplace : Workplace
        Where user's paths start from.

    Yields
    ------
    list of Answer
        One an output, then those of outputs that equal rows are answered otherwise; one with
        `Answer.failure` where there is no answer, or after them where more was done than answer.
    """
    asked = [
        Question(i.name, function, fmt, block)
        for i in implementations
        if i.function == function
        and fmt in i.formats
        and (i.n_terms is None or block.n_terms in i.n_terms)
    ]
    with executor(1, None, workplace) as one:
        for question, found in one.run(partial(_answers, workplace), asked, SECONDS_A_CELL):
            if isinstance(found, Lost):
                yield [_none(question, f"{found.kind}: {found.words}")]
            else:
                yield found


def _answers(workplace: Workplace, question: Question) -> list[Answer]:
    """Ask and judge, in the worker."""
    grader = grader_at(workplace)
    function, fmt = function_named(question.function), format_named(question.format)
    try:
        implementation = find(question.implementation, question.function, grader.base)
        asker = Asker.loaded(implementation, fmt)
    except BaseException as error:
        return [_none(question, _told(failure_of(error)))]
    try:
        alone = asker.ask(question.block)
    except NoAnswerError as no_answer:
        return [_none(question, _told(no_answer.failure))]
    known = reference(grader.ladder, function, question.block, fmt)
    site = Site(grader.ladder, function, fmt, question.block, known, seed=0, first_row=0)
    answers = [_answer(question, site, entry, float(got)) for entry, got in enumerate(alone)]
    answers += _among_copies(question, asker, site, alone)
    if (disturbance := asker.disturbance) is not None:
        answers.append(_none(question, _told(disturbance)))
    return answers


def _among_copies(
    question: Question, asker: Asker, site: Site, alone: FloatArray
) -> Iterator[Answer]:
    """Ask for equal rows, and yield what is not answered as alone."""
    if question.block.n_terms * COPIES > _MOST_COPIED:
        return
    try:
        got = asker.ask(copied(question.block, COPIES)).reshape(COPIES, -1)
    except NoAnswerError as no_answer:
        yield _none(question, _told(no_answer.failure), COPIES)
        return
    for entry, own in enumerate(alone):
        # Spelled, so that zeros of two signs are two answers and all NaNs are one.
        counts = Counter(spell(float(value)) for value in got[:, entry])
        del counts[spell(float(own))]
        for spelled, times in sorted(counts.items()):
            answer = _answer(question, site, entry, float.fromhex(spelled))
            yield msgspec.structs.replace(answer, copies=COPIES, times=times)


def _told(failure: Failure) -> str:
    return f"{failure.kind}: {failure.words}"


def _none(question: Question, failure: str, copies: int = 1) -> Answer:
    return Answer(
        implementation=question.implementation, failure=failure, copies=copies, times=copies
    )


def _answer(question: Question, site: Site, output: int, got: float) -> Answer:
    measured = judge(site, output, got)
    return Answer(
        implementation=question.implementation,
        output=output,
        got=repr(got),
        got_hex=spell(got),
        truth=measured.truth,
        error_ulps=measured.error_text,
        stability=measured.stability_text,
        condition=measured.condition_text,
    )
