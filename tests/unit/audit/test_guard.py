"""Whatever code does to its process inside a guard is seen where it matters, and put back."""

from __future__ import annotations

import ctypes
import decimal
import os
import platform
import random
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flint
import mpmath
import numpy as np
import pytest

from lse_verify.audit import floating_point, shared_random
from lse_verify.audit.guard import PARTS, Guard

C = ctypes.CDLL(None)
C.fegetenv.argtypes = C.fesetenv.argtypes = [ctypes.c_void_p]

HALF, SMALLEST_NORMAL = 0.5, sys.float_info.min

# Where glibc keeps MXCSR in fenv_t, and its bits (Intel SDM, volume 1, 10.2.3).
MXCSR = 28
FLUSH_TO_ZERO, DENORMALS_ARE_ZERO, UPWARD, DOWNWARD, TRUNCATE = (
    *(0x8000, 0x0040),
    *(0x4000, 0x2000, 0x6000),
)

on_sse = pytest.mark.skipif(
    platform.machine() != "x86_64" or platform.libc_ver()[0] != "glibc",
    reason="sets the bits of MXCSR where glibc for x86-64 keeps them",
)


def mxcsr() -> int:
    held = bytearray(256)
    C.fegetenv(ctypes.addressof(ctypes.c_char.from_buffer(held)))
    return int.from_bytes(held[MXCSR : MXCSR + 4], "little")


def set_mxcsr(bits: int) -> None:
    held = bytearray(256)
    address = ctypes.addressof(ctypes.c_char.from_buffer(held))
    C.fegetenv(address)
    held[MXCSR : MXCSR + 4] = (0x1F80 | bits).to_bytes(4, "little")
    C.fesetenv(address)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    floating_point.set_default()


def changed_by(act: Callable[[], object], of_call: bool = True) -> tuple[str, ...]:
    with Guard(of_call) as guard:
        act()
    return guard.changed


def state() -> tuple[object, ...]:
    legacy = np.random.get_state()  # noqa: NPY002  # the one that is shared
    return Path.cwd(), mxcsr() & ~0x3F, random.getstate(), str(legacy)


def test_what_changes_nothing_is_not_told() -> None:
    before = state()
    assert changed_by(lambda: np.random.default_rng(0).normal(size=3)) == ()
    assert state() == before


@pytest.mark.parametrize(
    ("part", "act"),
    [
        ("the working directory", lambda: os.chdir("/")),
        ("the state of random", random.random),
        ("the state of random", lambda: random.seed(3)),
        ("the state of random", lambda: random.gauss(0, 1)),
        ("the state of numpy.random", lambda: np.random.seed(3)),  # noqa: NPY002
        ("the state of numpy.random", np.random.normal),
        ("the state of numpy.random", lambda: np.random.set_bit_generator(np.random.PCG64(3))),  # type: ignore[attr-defined]  # not in its stubs
    ],
)
def test_a_changed_part_is_told_and_put_back(part: str, act: Callable[[], object]) -> None:
    before = state()
    assert changed_by(act) == (part,)
    assert state() == before
    # Random numbers that loading draws harm nobody once they are put back.
    assert changed_by(act, of_call=False) == (() if "random" in part else (part,))
    assert state() == before


@on_sse
@pytest.mark.parametrize(
    ("part", "bits"),
    [
        ("the flush-to-zero mode", FLUSH_TO_ZERO),
        ("the flush-to-zero mode", DENORMALS_ARE_ZERO),
        ("the flush-to-zero mode", FLUSH_TO_ZERO | DENORMALS_ARE_ZERO),
        ("the rounding mode", UPWARD),
        ("the rounding mode", DOWNWARD),
        ("the rounding mode", TRUNCATE),
    ],
)
def test_a_changed_mode_of_arithmetic_is_told_and_put_back(part: str, bits: int) -> None:
    assert mxcsr() & ~0x3F == 0x1F80
    assert changed_by(lambda: set_mxcsr(bits)) == (part,)
    assert mxcsr() & ~0x3F == 0x1F80
    assert HALF * SMALLEST_NORMAL == 2.0**-1023


@on_sse
def test_traps_are_put_back_without_a_word() -> None:
    assert changed_by(lambda: C.feenableexcept(0x0D)) == ()
    assert C.fegetexcept() == 0
    with np.errstate(all="ignore"):
        assert np.isinf(np.float64(1.0) / np.float64(0.0))


@on_sse
def test_a_guard_begins_with_the_default_modes_whatever_there_was() -> None:
    set_mxcsr(FLUSH_TO_ZERO | UPWARD)
    assert changed_by(lambda: None) == ()
    assert mxcsr() & ~0x3F == 0x1F80


def test_several_changed_parts_are_told_in_one_order(folder: Path) -> None:
    def act() -> None:
        np.random.seed(3)  # noqa: NPY002  # the one that is shared
        random.seed(3)
        os.chdir("/")

    assert changed_by(act) == (PARTS[0], PARTS[3], PARTS[4])
    assert Path.cwd() == folder


def test_a_working_directory_that_is_gone_is_left(folder: Path) -> None:
    def act() -> None:
        Path("gone").mkdir()
        os.chdir("gone")
        Path("../gone").rmdir()

    assert changed_by(act) == ("the working directory",)
    assert Path.cwd() == folder


def test_a_working_directory_that_was_gone_before_is_nobodys_doing(folder: Path) -> None:
    Path("gone").mkdir()
    os.chdir("gone")
    Path("../gone").rmdir()
    assert changed_by(lambda: None) == ()
    os.chdir(folder)


def test_what_an_exception_leaves_is_put_back_too(folder: Path) -> None:
    def act() -> None:
        os.chdir("/")
        raise ZeroDivisionError

    guard = Guard(of_call=True)
    with pytest.raises(ZeroDivisionError), guard:
        act()
    assert guard.changed == ("the working directory",)
    assert Path.cwd() == folder


def test_a_copy_of_the_process_ends_with_the_guard() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there are threads that the copy has not
        with Guard(of_call=True):
            pid = os.fork()
    assert pid
    assert os.waitpid(pid, 0) == (pid, 0)


def test_streams_are_put_back_without_a_word() -> None:
    before = sys.stdin, sys.stdout, sys.stderr

    def act() -> None:
        sys.stdin = sys.stdout = sys.stderr = None  # as a daemon has

    assert changed_by(act) == ()
    assert (sys.stdin, sys.stdout, sys.stderr) == before


def test_an_alarm_is_taken_back_unless_it_was_there_before() -> None:
    assert changed_by(lambda: signal.setitimer(signal.ITIMER_REAL, 1000)) == ()
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    signal.setitimer(signal.ITIMER_REAL, 1000)
    assert changed_by(lambda: None) == ()
    assert signal.setitimer(signal.ITIMER_REAL, 0)[0] > 0


@contextmanager
def kept_limits() -> Iterator[None]:
    before = sys.getrecursionlimit(), decimal.getcontext().prec, mpmath.mp.prec, flint.ctx.prec
    yield
    sys.setrecursionlimit(before[0])
    decimal.getcontext().prec, mpmath.mp.prec, flint.ctx.prec = before[1:]


def lower_limits() -> None:
    sys.setrecursionlimit(800)
    decimal.getcontext().prec, mpmath.mp.prec = 7, 9


def limits() -> tuple[int, int, int]:
    return sys.getrecursionlimit(), decimal.getcontext().prec, mpmath.mp.prec


def test_limits_that_a_call_sets_are_put_back_without_a_word() -> None:
    with kept_limits():
        before = limits()
        assert changed_by(lower_limits) == ()
        assert limits() == before


def test_limits_that_a_module_sets_are_there_when_it_is_called() -> None:
    with kept_limits():
        assert changed_by(lower_limits, of_call=False) == ()
        assert limits() == (800, 7, 9)


def test_the_precision_of_flint_is_one_for_implementations_and_another_for_oracles() -> None:
    seen = []

    def see() -> None:
        seen.append(flint.ctx.prec)

    def set_to(bits: int) -> Callable[[], None]:
        return lambda: setattr(flint.ctx, "prec", bits)

    with kept_limits():
        flint.ctx.prec = 200
        changed_by(see)
        changed_by(set_to(90), of_call=False)
        changed_by(see)
        changed_by(set_to(30))
        changed_by(see)
        changed_by(set_to(53), of_call=False)
        assert flint.ctx.prec == 200
    assert seen == [53, 90, 90]


def test_the_words_of_random_are_read_where_they_lie() -> None:
    for act in (lambda: random.seed(5), random.random, lambda: random.gauss(0, 1)):
        act()
        words, next_normal = shared_random.python_state()
        assert isinstance(words, bytes), "CPython has them elsewhere: every call takes 20 µs more"
        before = random.getstate()
        random.seed(6)
        shared_random.put_python_back((words, next_normal))
        assert random.getstate() == before


def test_the_numbers_after_are_those_that_would_have_come() -> None:
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002  # the one that is shared
    expected = random.gauss(0, 1), random.random(), *np.random.normal(size=3)  # noqa: NPY002
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002  # the one that is shared
    changed_by(lambda: (random.gauss(0, 1), np.random.normal()))  # noqa: NPY002
    assert (random.gauss(0, 1), random.random(), *np.random.normal(size=3)) == expected  # noqa: NPY002
