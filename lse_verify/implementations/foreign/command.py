"""The user's own implementation behind a command that speaks the foreign protocol."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from lse_verify.errors import UsageError
from lse_verify.family import function_named
from lse_verify.formats import FloatArray
from lse_verify.implementations.foreign.child import Program, child_of
from lse_verify.implementations.foreign.protocol import request
from lse_verify.implementations.library import FOREIGN, Call, Implementation


def is_spec(text: str) -> bool:
    """Tell whether `text` names a command: ``foreign:COMMAND``.

    Examples
    --------
    >>> is_spec("foreign:julia mine.jl"), is_spec("mine.py:f")
    (True, False)
    """
    return text.startswith(FOREIGN)


def implementation(spec: str, function: str, base: Path, formats: Sequence[str]) -> Implementation:
    """Describe a command as an implementation of `function`.

    Parameters
    ----------
    spec : str
        ``foreign:COMMAND``; becomes the name.
    function : str
        The function that it is asked for.
    base : Path
        The folder that it is started in.
    formats : sequence of str
        The formats that it is graded in.

    Raises
    ------
    UsageError
        If there is no command, or a quotation in it does not end.
    """
    command = spec.removeprefix(FOREIGN)
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(f"'{command}' is no command line: {error}; close the quotation") from None
    if not words:
        raise UsageError("no command after 'foreign:'; write for example 'foreign:julia mine.jl'")
    program = Program(tuple(words), base.absolute())
    return Implementation(
        name=spec,
        function=function,
        formats=tuple(formats),
        load=partial(caller, program, function),
        calls=command,
    )


def caller(program: Program, function: str, variant: str = "") -> Call:
    """Return the callable that asks a child for one function.

    Parameters
    ----------
    program : Program
        What the child runs; all callables of one program share a child.
    function : str
        A function of the family.
    variant : str, optional
        Tells implementations of one child apart.
    """
    return partial(_ask, program, function, function_named(function).returns_row, variant)


def _ask(
    program: Program, function: str, returns_row: bool, variant: str, *arguments: FloatArray | float
) -> FloatArray:
    asked = request(function, returns_row, variant, arguments)
    answer = child_of(program).ask(asked)
    first = next(a for a in arguments if not isinstance(a, float))
    return answer.reshape(first.shape) if returns_row else answer
