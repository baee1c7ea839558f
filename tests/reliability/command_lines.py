"""Command lines of all commands and options there are, with values of every kind.

Commands and options are those that the program itself has, so that new ones are tried without a
word here. Right values are small ones, with which there is little to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

import typer
from hypothesis import strategies as st

from lse_verify.cli import app
from lse_verify.family import FUNCTIONS
from lse_verify.formats import FORMATS
from lse_verify.inputs.regimes import REGIMES

CommandLine = list[bytes]


@dataclass(frozen=True)
class Parameter:
    """An option or an argument of a command."""

    names: tuple[str, ...]
    is_option: bool
    is_required: bool
    metavar: str
    kind: Any
    least: float


def _commands() -> dict[str, list[Parameter]]:
    program: Any = typer.main.get_command(app)
    return {
        command.name or command.callback.__name__: [
            _parameter(found, get_type_hints(command.callback, include_extras=True)[found.name])
            for found in program.commands[command.name or command.callback.__name__].params
            if found.name != "help"
        ]
        for command in app.registered_commands
        if command.callback is not None
    }


def _parameter(found: Any, hint: Any) -> Parameter:
    # What Typer makes of it differs by its release, how it is declared does not.
    told = next((one for one in getattr(hint, "__metadata__", ())), None)
    kind = get_args(hint)[0] if told else hint
    while get_args(kind) and get_origin(kind) is not Literal:
        kind = get_args(kind)[0]
    return Parameter(
        names=(*found.opts, *found.secondary_opts),
        is_option=found.param_type_name == "option",
        is_required=found.required,
        metavar=found.metavar or "",
        kind=kind,
        least=getattr(told, "min", None) or 0,
    )


COMMANDS = _commands()
"""The parameters of all commands, by name."""

_IMPLEMENTATIONS = (
    ("textbook.naive", "textbook.shifted", "mine.py:logsumexp", "mine.py:softplus", "numpy"),
    (
        *("textbook", "mine.py:raises", "mine.py:number", "mine.py:nothing", "mine.py", ":", "@"),
        *("broken.py:f", "words.csv:f", "folder:f", "pipe.py:f", "none.py:f", "no.module:f"),
        *("textbook.naiv", "numpy@cuda", "numpy@nowhere", "numpy@", "foreign:", "foreign:false"),
    ),
)
_FILES = (
    *("rows.npy", "values.npy", "rows.npz", "rows.csv", "words.csv", "cube.npy", "ledger.jsonl"),
    *("exhaustive.jsonl", "torn.jsonl", "newer.jsonl", "words.jsonl", "witnesses.jsonl", "empty"),
    *("measurements.json", "comparison.json", "words.json", "mine.py", "claims.py", "file"),
    *("no_claims.py", "pipe", "pipe.npy", "pipe.csv", "pipe.jsonl", "pipe.json", "null", "loop"),
    *("folder", "bugs", ".", "..", "none", "none.npy", "none.jsonl", "file/in", "loop/in", "out"),
    *("none/in/none", "baseline.json", "x" * 300, "x/" * 2000, "\ud800", "ü.csv", "a b", "-"),
)
_NUMBERS = (
    ("0", "-40", "1,2", "0x1p-3", "0*70", "1,2,3", "0.5", "inf", "-inf", "nan", "1e308", "1e-400"),
    (
        *("0*99999999999", "0*", "*", ",", ",,1", "0x", "1e999999999999", "0x1p99999999999", "1_0"),
        *("1" * 400, "4o", "١", "snan", "nan123", "-nan7", "torch=0.0", "a=b=c", "=", "x=", "=1"),
        *("0." + "3" * 5000, "0x" + "f" * 5000, "1e-20001", "0e99999999", "infinity", "-0", "1/2"),
    ),
)
_LEDGERS = (("ledger.jsonl", "exhaustive.jsonl"), _FILES)
_BY_METAVAR: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "DIR": (("out", "new/folder", "bugs", "folder"), _FILES),
    "FILE": (("rows.npy", "rows.csv", "baseline.json", "witnesses.jsonl", "new.xml"), _FILES),
    "LEDGER...": ((*_LEDGERS[0], "measurements.json", "comparison.json"), _FILES),
    "A": _LEDGERS,
    "B": _LEDGERS,
    "A=B": (("scipy=r_base", "r_base=r_base"), ("torch=jax", "a=b", "=", "a", "a=b=c", "")),
    "ADDRESS": (
        ("tcp://localhost:1",),
        ("", "nowhere", "tcp://", "tcp://[::1]:99999", "http://a:1"),
    ),
    "COMMAND": (("false", "true", "cat"), ("no-such-command", "'", "", " ", "echo 1")),
    "PATH": (("no-such/python",), ("folder", "file", "", "pipe")),
    "WORD": (("stable", "faithful", "correctly-rounded", "weak"), ("unstable", "wrong", "stabel")),
    "ARG...": _NUMBERS,
    "ARG": _NUMBERS,
    "[NAME=]VALUE...": _NUMBERS,
    "CLAIM...": (("trick", "bounds.upper", "claims.py"), ("no_claims.py", "broken.py", *_FILES)),
    "NAME...": _IMPLEMENTATIONS,
    "NUMBER": (("0", "4", "1e9"), ("nan", "inf", "-inf", "-1", "1e999")),
}
_BY_OPTION: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "--implementation": _IMPLEMENTATIONS,
    "--function": (("softplus", "logsumexp"), (*FUNCTIONS, "softpls", "")),
    "--format": (("binary32", "float8_e5m2"), (*FORMATS, "binary65", "float8", "")),
    "--regime": (
        ("gap", "ties"),
        (*REGIMES, "gapp", "data:rows.npy", "witnesses:witnesses.jsonl", "data:", ""),
    ),
    "--device": (("cuda",), ("cpu", "tpu", "")),
    "--library": (("numpy",), ("numpi", "")),
}
_ODD = (
    *("", " ", "-", "--", "-1", "0", "1", "nan", "NaN", "inf", "-inf", "1e9", "1.5", "0x10", "yes"),
    *(str(10**9), str(2**31), str(2**63), str(2**64), str(10**30), str(-(10**30)), "9" * 5000),
    *(
        "é",
        "\N{SNOWMAN}",
        "\U0001f600",
        "\u202e",
        "\u2028",
        "a\nb",
        "a\rb",
        "\x1b[31m",
        "\t",
        "\x7f",
    ),
    *("\ud800\udfff", "%s%n", "{0}", "[/bold]", "*", "?", "~", "$HOME", "@file", "a=b", "'", '"'),
    *("x" * 100_000, "../" * 50 + "x", "\\", "|", ";", "<script>", "None", "True"),
)


def _encoded(text: str) -> bytes:
    # What is half a sign is a byte that no text has.
    return text.encode("utf-8", "replace") if text.isascii() else _bytes(text)


def _bytes(text: str) -> bytes:
    return b"".join(
        bytes([0x80 + ord(sign) % 0x40]) if "\ud800" <= sign <= "\udfff" else sign.encode()
        for sign in text
    )


_TEXTS = st.text(st.characters(exclude_characters="\0/"), max_size=12).map(_bytes)
_BYTES = st.binary(max_size=8).map(lambda some: some.replace(b"\0", b"").replace(b"/", b""))


def _odd() -> st.SearchStrategy[bytes]:
    return st.sampled_from(_ODD).map(_encoded) | _TEXTS | _BYTES


def _right(param: Parameter) -> st.SearchStrategy[bytes]:
    """Return values that a parameter may have."""
    right, _ = _known(param)
    if right:
        return st.sampled_from(right).map(_encoded)
    if param.kind is int:
        return st.integers(int(param.least), int(param.least) + 12).map(lambda n: str(n).encode())
    return st.just(str(param.least or 1.0).encode())


def _near(param: Parameter) -> st.SearchStrategy[bytes]:
    """Return near misses of them, and right ones with which there may be more to do."""
    _, near = _known(param)
    return st.sampled_from(near or ("-1", "0", "1.5", "")).map(_encoded)


def _known(param: Parameter) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if get_origin(param.kind) is Literal:
        return get_args(param.kind), ("", get_args(param.kind)[0] + "s")
    if param.kind in (int, float) and not param.metavar.isupper():
        return (), ()
    name = max(param.names, key=len)
    return _BY_OPTION.get(name) or _BY_METAVAR.get(param.metavar) or (_FILES, _FILES)


@st.composite
def _value(draw: Callable[..., Any], param: Parameter) -> bytes:
    # Mostly right, or hardly any line would be right as a whole.
    how = draw(st.integers(0, 19))
    value: bytes = draw(_odd() if how == 0 else _near(param) if how < 4 else _right(param))
    # What is run or imported by this name is to be none that is there.
    if how == 0 and param.metavar in ("COMMAND", "PATH"):
        return b"no-such-" + value
    return value


@st.composite
def _option(draw: Callable[..., Any], param: Parameter) -> CommandLine:
    name = draw(st.sampled_from(param.names)).encode()
    if param.kind is bool:
        return draw(st.sampled_from([[name]] * 9 + [[name + b"=1"]]))  # type: ignore[no-any-return]  # draw is untyped
    value = draw(_value(param))
    how = draw(st.integers(0, 49))
    if how == 0:
        return [name]
    joined = how < 10 and name.startswith(b"--")
    return [name + b"=" + value] if joined else [name, value]


@st.composite
def _of_command(draw: Callable[..., Any], name: str) -> CommandLine:
    params = COMMANDS[name]
    options = [param for param in params if param.is_option]
    pieces: list[CommandLine] = []
    for param in params:
        # What is needed is mostly there, once or, where it may be, twice.
        if param.is_required and draw(st.integers(0, 19)):
            for _ in range(draw(st.sampled_from([1, 1, 2]))):
                made = _option(param) if param.is_option else _value(param).map(lambda v: [v])
                pieces.append(draw(made))
    chosen = draw(st.lists(st.sampled_from(options), max_size=4)) if options else []
    pieces += [draw(_option(param)) for param in chosen]
    pieces += draw(st.lists(_STRAY, max_size=1)) if draw(st.integers(0, 9)) == 0 else []
    ordered = draw(st.permutations(pieces))
    return [name.encode(), *(word for piece in ordered for word in piece)]


_STRAY: st.SearchStrategy[CommandLine] = st.one_of(
    st.sampled_from(["--help", "-h", "--version", "--nothing", "-", "--", "-q", "---"]).map(
        lambda word: [word.encode()]
    ),
    _odd().map(lambda word: [word]),
)


@st.composite
def command_lines(draw: Callable[..., Any]) -> CommandLine:
    """Return a strategy for command lines, without the name of the program."""
    if draw(st.integers(0, 19)) == 0:
        return [word for piece in draw(st.lists(_STRAY, max_size=4)) for word in piece]
    line: CommandLine = draw(_of_command(draw(st.sampled_from(sorted(COMMANDS)))))
    if draw(st.integers(0, 19)) == 0:
        line[0] = draw(st.sampled_from([line[0][:-1], line[0] + b"s", line[0].upper(), b""]))
    return line


def shown(line: CommandLine) -> str:
    """Write a command line for people."""
    return " ".join(ascii(os.fsdecode(word)[:200]) for word in line)
