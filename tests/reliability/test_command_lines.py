"""Command lines of any kind end well, or in one line: no traceback, no hang, nothing left."""

from __future__ import annotations

from collections import Counter

import pytest
from calls import BEGAN, Caller
from command_lines import COMMANDS, CommandLine, command_lines, shown
from fuzzing import few_and_many
from hostile_names import unseen
from hypothesis import given, settings
from trials import Tried

EXIT_CODES = (0, 1, 2, 3, 130)


def _try(caller: Caller, line: CommandLine) -> int:
    """Make a call, require of it what must hold of all, and return its exit code."""
    ended = caller.call(line)
    said = f"{shown(line)}\n{ended.out}\n{ended.err}"
    assert ended.code != -1, f"no end in time: {said}"
    assert "Traceback" not in ended.err, said
    assert unseen(ended.out + ended.err) == set(), said
    if ended.code != BEGAN:
        assert ended.code in EXIT_CODES, f"{ended.code}: {said}"
    if ended.code == 2:
        assert ended.err.startswith("lse-verify: "), said
        assert ended.err.count("\n") == 1, said
        assert ended.err.endswith("\n"), said
        assert ended.out == "", said
        assert ended.left == [], f"{ended.left}: {said}"
    return ended.code


@few_and_many(100, 10_000)
def test_any_command_line_ends_well_or_in_one_line(
    caller: Caller, tried: Tried, tries: settings
) -> None:
    codes: Counter[int] = Counter()

    @tries
    @given(command_lines())
    def holds(line: CommandLine) -> None:
        codes[_try(caller, line)] += 1

    holds()
    assert {0, 2, BEGAN} <= codes.keys()
    assert codes[0] + codes[BEGAN] > tries.max_examples // 20
    tried("command lines", codes.total())


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_each_command_is_asked_for_help(caller: Caller, command: str) -> None:
    assert _try(caller, [command.encode(), b"--help"]) == 0
