"""One input through every implementation, in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from lse_verify.audit.answer import Asker, NoAnswerError, words_of
from lse_verify.audit.executors import SECONDS_A_CELL, executor, grader_at
from lse_verify.audit.grade import Workplace
from lse_verify.audit.judge import Measured, judge
from lse_verify.audit.reference import reference
from lse_verify.audit.site import Site
from lse_verify.audit.witness import spell
from lse_verify.execution.executors import Lost
from lse_verify.family import function_named
from lse_verify.family.block import Block
from lse_verify.formats import format_named
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import find


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
        Why there is no answer; empty if there is one.
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
        One an output; a single one with `Answer.failure` where there is no answer.
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
    implementation = find(question.implementation, question.function, grader.base)
    try:
        got = Asker(implementation.load(), function, fmt).ask(question.block)
    except NoAnswerError as no_answer:
        return [_none(question, f"{no_answer.failure.kind}: {no_answer.failure.words}")]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return [_none(question, f"exception: {words_of(error)}")]
    known = reference(grader.ladder, function, question.block, fmt)
    site = Site(grader.ladder, function, fmt, question.block, known, seed=0, first_row=0)
    return [
        _answer(question, entry, float(value), judge(site, entry, float(value)))
        for entry, value in enumerate(got)
    ]


def _none(question: Question, failure: str) -> Answer:
    return Answer(implementation=question.implementation, failure=failure)


def _answer(question: Question, output: int, got: float, measured: Measured) -> Answer:
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
