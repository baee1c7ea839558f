"""Nothing that an implementation does to its process reaches the rest of the run."""

from __future__ import annotations

from pathlib import Path

import hostile
import msgspec
import pytest
from trials import Tried

from lse_verify.audit import run
from lse_verify.audit.finding import Finding
from lse_verify.audit.ledger import Ledger
from lse_verify.implementations import user
from lse_verify.implementations.library import Implementation
from lse_verify.implementations.registry import select
from lse_verify.inputs.regimes import REGIMES

HERE = Path(__file__).parent
ALONE = "textbook.naive"

CALLED = "calling it changed "
FAILURES = {
    "aborts": ("crash", "the process ended with exit code -6"),
    "segfaults": ("crash", "the process ended with exit code -11"),
    "exits_at_once": ("crash", "the process ended with exit code 0"),
    "exits_when_loaded": ("crash", "the process ended with exit code 0"),
    "terminates_itself": ("crash", "the process ended with exit code -15"),
    "kills_itself": ("crash", "the process ended with exit code -9"),
    "closes_every_descriptor": ("crash", "the process ended with its pipe closed"),
    "writes_into_every_descriptor": ("crash", "the process ended with noise in its pipe"),
    "says_that_it_crashed": ("crash", "RuntimeError: the program behind it ended"),
    "sleeps": ("hang", "no answer within 6 s"),
    "stops_itself": ("hang", "no answer within 6 s"),
    "exits": ("exception", "SystemExit: 0"),
    "raises_an_interrupt": ("exception", "KeyboardInterrupt:"),
    "recurses": ("exception", "RecursionError: maximum recursion depth exceeded"),
    "raises_no_text": ("exception", "ValueError: a name ? of a file"),
    "takes_all_memory": ("exception", "MemoryError:"),
    "answers_too_little": ("shape", "returned ndarray of shape (6,), not (7,)"),
    "answers_too_much": ("shape", "returned ndarray of shape (14,), not (7,)"),
    "lies_about_its_shape": ("shape", "returned _Liar of shape (8,), not (7,)"),
    "goes_elsewhere": ("environment", CALLED + "the working directory"),
    "goes_where_nothing_is": ("environment", CALLED + "the working directory"),
    "rounds_upward": ("environment", CALLED + "the rounding mode"),
    "flushes_to_zero": ("environment", CALLED + "the flush-to-zero mode"),
    "flushes_when_loaded": ("environment", "loading it changed the flush-to-zero mode"),
    "seeds_random": ("environment", CALLED + "the state of random"),
    "seeds_numpy": ("environment", CALLED + "the state of numpy.random"),
    "changes_everything": ("environment", CALLED + "the working directory and the rounding mode"),
}  # fmt: skip

HARMLESS = (
    "forks",
    "forks_and_raises_in_the_copy",
    "writes_300_megabytes",
    "leaves_a_thread_that_raises",
    "leaves_a_thread_that_never_ends",
    "replaces_the_streams",
    "closes_the_streams",
    "closes_standard_error",
    "sets_an_alarm",
    "sends_itself_an_interrupt",
    "interrupts_the_main_thread",
    "traps",
    "lowers_precisions",
    "lowers_the_recursion_limit",
    "makes_warnings_errors",
    "collects_no_garbage",
    "is_out_of_descriptors",
)

pytestmark = pytest.mark.skipif(
    not hostile.HAS_CONTROLS, reason="it is not known where this C library controls arithmetic"
)


def _own(names: list[str]) -> list[Implementation]:
    # Not selected by name, which would load them in this process.
    specs = [f"hostile.py:{name}" for name in names]
    return [user.implementation(spec, "logsumexp", HERE, ("binary32",)) for spec in specs]


def _audited(names: list[str], folder: Path) -> Ledger:
    request = run.Request(
        command="lse-verify audit",
        implementations=[*_own(names), *select([ALONE])],
        functions=["logsumexp"],
        formats=["binary32"],
        regimes=[REGIMES["ties"]],
        seed=11,
        samples=7,
        jobs=2,
        base=HERE,
    )
    return run.audit(request, folder / "ledger.jsonl", lambda *step: None)


def _lines(ledger: Ledger) -> dict[str, bytes]:
    """Return the lines of a ledger by implementation, without times."""
    return {
        entry.cell.implementation.removeprefix("hostile.py:"): msgspec.json.encode(
            msgspec.structs.replace(entry, seconds=0.0)
        )
        for entry in ledger.entries
    }


def _beside(names: list[str]) -> list[str]:
    """Return the name that the honest one has beside each: it is asked next."""
    return [f"{name}_beside" for name in names]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Audit the honest ones without the others."""
    return _audited(_beside([*FAILURES, *HARMLESS]), tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Audit all of them."""
    names = [*FAILURES, *HARMLESS]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "SECONDS_A_CELL", 6.0)
        return _audited([*names, *_beside(names)], tmp_path_factory.mktemp("disturbed"))


def _finding(ledger: Ledger, name: str) -> Finding:
    (found,) = (e.finding for e in ledger.entries if e.cell.implementation.endswith(f":{name}"))
    return found


@pytest.mark.parametrize("name", FAILURES)
def test_what_is_done_to_the_process_is_the_finding_of_who_does_it(
    name: str, disturbed: Ledger, alone: Ledger, tried: Tried
) -> None:
    kind, words = FAILURES[name]
    found = _finding(disturbed, name)
    assert found.failure is not None
    assert (found.failure.kind, found.failure.words[: len(words)]) == (kind, words)
    if kind == "environment":
        # It has answered as the honest one, and is graded for that too.
        graded = msgspec.structs.replace(found, failure=None)
        assert graded == _finding(alone, f"{name}_beside")
    tried("hostile code")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_does_no_harm_is_graded_by_its_answers(
    name: str, disturbed: Ledger, alone: Ledger, tried: Tried
) -> None:
    assert _finding(disturbed, name) == _finding(alone, f"{name}_beside")
    tried("hostile code")


@pytest.mark.parametrize("name", [*FAILURES, *HARMLESS])
def test_who_is_asked_next_is_graded_as_without_it(
    name: str, disturbed: Ledger, alone: Ledger
) -> None:
    (beside,) = _beside([name])
    assert _lines(disturbed)[beside] == _lines(alone)[beside]


def test_all_other_lines_of_the_ledger_are_those_of_a_run_without_them(
    disturbed: Ledger, alone: Ledger
) -> None:
    names = {*FAILURES, *HARMLESS}
    lines = [line for name, line in _lines(disturbed).items() if name not in names]
    assert lines == [*_lines(alone).values()]
    assert f'"{ALONE}"'.encode() in lines[-1]


def test_every_implementation_of_the_file_is_tried() -> None:
    here = {
        name
        for name, found in vars(hostile).items()
        if callable(found) and getattr(found, "__module__", "") == hostile.__name__
    }
    unnamed = {"honest", "set_control", "__getattr__", "_Liar"}
    by_loading = {name for name in FAILURES if name.endswith("_when_loaded")}
    assert here - unnamed == {*FAILURES, *HARMLESS} - by_loading
