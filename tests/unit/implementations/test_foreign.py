"""The foreign protocol: children of every kind, honest and not, and other interpreters."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lse_verify.errors import ImplementationLoadError, UnknownName, UsageError
from lse_verify.formats import FORMATS, FloatArray
from lse_verify.implementations.foreign import command as foreign
from lse_verify.implementations.foreign.child import Child, Program, child_of
from lse_verify.implementations.foreign.protocol import ForeignFailure, announced, request
from lse_verify.implementations.registry import find, library_of, select

HONEST = """
import sys
import numpy as np
import ml_dtypes
DTYPES = {"binary16": "<f2", "bfloat16": ml_dtypes.bfloat16, "binary32": "<f4", "binary64": "<f8",
          "float8_e5m2": ml_dtypes.float8_e5m2, "float8_e4m3fn": ml_dtypes.float8_e4m3fn}
while head := sys.stdin.buffer.readline():
    function, fmt, m, n, *variant = head.decode().split()
    dtype = np.dtype(DTYPES[fmt])
    size = int(m) * int(n)
    x = np.frombuffer(sys.stdin.buffer.read(size * dtype.itemsize), dtype).reshape(int(m), int(n))
    if variant == ["refusing"]:
        sys.stdout.buffer.write(b"error no such thing \\xe2\\x88\\x9e\\n")
    else:
        y = x.astype(float).sum(axis=1) if function != "softmax" else x
        sys.stdout.buffer.write(b"ok %d\\n" % y.size + y.astype(dtype).tobytes())
    sys.stdout.buffer.flush()
"""


def rows(m: int, n: int, fmt: str = "binary64") -> FloatArray:
    values = np.arange(m * n).reshape(m, n) % 8
    return FORMATS[fmt].cast(values.astype(np.float64))


def program(tmp_path: Path, source: str) -> Program:
    script = tmp_path / "child.py"
    script.write_text(source)
    return Program((sys.executable, str(script)))


@pytest.fixture
def honest(tmp_path: Path) -> Iterator[Child]:
    child = Child(program(tmp_path, HONEST))
    yield child
    child.close()


@pytest.mark.parametrize("fmt", FORMATS)
def test_numbers_of_every_format_cross_without_loss(honest: Child, fmt: str) -> None:
    x = rows(5, 3, fmt)
    assert honest.ask(request("softmax", True, "", (x,))).tobytes() == x.tobytes()
    summed = honest.ask(request("logsumexp", False, "", (x,)))
    assert summed.dtype == x.dtype
    assert summed.tobytes() == FORMATS[fmt].cast(x.astype(float).sum(axis=1)).tobytes()


def test_special_values_cross_bit_for_bit(honest: Child) -> None:
    x = np.array([[np.inf, -np.inf, -0.0, 5e-324, np.nan]])
    x.view(np.uint64)[0, 4] |= 7
    assert honest.ask(request("softmax", True, "", (x,))).tobytes() == x.tobytes()


def test_two_arguments_are_the_terms_of_a_row(honest: Child) -> None:
    a, b = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    asked = request("logaddexp", False, "", (a, b))
    assert asked.head == b"logaddexp binary64 2 2\n"
    assert honest.ask(asked).tolist() == [11.0, 22.0]


def test_rows_and_a_parameter_are_the_terms_of_a_row(honest: Child) -> None:
    asked = request("smoothmax", False, "", (np.array([[1.0, 2.0], [3.0, 4.0]]), 0.5))
    assert asked.head == b"smoothmax binary64 2 3\n"
    assert honest.ask(asked).tolist() == [3.5, 7.5]


def test_no_rows_and_no_terms_are_requests_too(honest: Child) -> None:
    assert honest.ask(request("logsumexp", False, "", (rows(0, 3),))).shape == (0,)
    assert honest.ask(request("logsumexp", False, "", (rows(2, 0),))).tolist() == [0.0, 0.0]


def test_one_process_answers_all_and_megabytes_at_a_time(honest: Child) -> None:
    big = rows(300_000, 10)
    for _ in range(2):
        assert honest.ask(request("softmax", True, "", (big,))).tobytes() == big.tobytes()
    assert honest.ask(request("logsumexp", False, "", (rows(1, 2),))).tolist() == [1.0]


def test_a_child_that_answers_while_it_reads_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    source = """
import sys
head = sys.stdin.buffer.readline().split()
m = int(head[2])
sys.stdout.buffer.write(b"ok %d\\n" % m)
for _ in range(m):
    sys.stdout.buffer.write(sys.stdin.buffer.read(8))
    sys.stdout.buffer.flush()
sys.stdin.read()
"""
    child = Child(program(tmp_path, source))
    x = rows(200_000, 1)
    assert child.ask(request("logsumexp", False, "", (x,))).tobytes() == x.tobytes()
    child.close()


def test_a_refusal_is_told_in_the_child_s_words_and_the_process_stays(honest: Child) -> None:
    with pytest.raises(ForeignFailure, match="no such thing ∞") as caught:
        honest.ask(request("softmax", True, "refusing", (rows(2, 2),)))
    assert caught.value.failure_kind == "exception"
    assert honest.ask(request("logsumexp", False, "", (rows(1, 2),))).tolist() == [1.0]


READ = "import sys, os, time\nhead = sys.stdin.buffer.readline().split()\n"
READ += "body = sys.stdin.buffer.read(int(head[2]) * int(head[3]) * 8)\n"
OUT = "sys.stdout.buffer.write({}); sys.stdout.buffer.flush()\n"

DISHONEST = {
    "too few": (OUT.format("b'ok 1\\n' + bytes(8)"), "shape", "answered 1 numbers, not 2"),
    "too many": (OUT.format("b'ok 3\\n' + bytes(24)"), "shape", "answered 3 numbers, not 2"),
    "more than said": (
        OUT.format("b'ok 2\\n' + bytes(24)") + "time.sleep(60)",
        "shape",
        "wrote 8 bytes more than its answer has",
    ),
    "cut": (OUT.format("b'ok 2\\n' + bytes(8)"), "crash", "ended after 1 of 2 numbers"),
    "no answer": ("sys.exit(3)", "crash", "ended before its answer; it ended with exit code 3"),
    "abort": ("os.abort()", "crash", "exit code -6"),
    "last words": ("sys.exit('not today')", "crash", "exit code 1: not today"),
    "babble": (OUT.format("b'hello\\n'"), "crash", "answered 'hello\\\\n'"),
    "endless line": (
        "while True:\n    os.write(1, b'x' * 65536)",
        "crash",
        "which is not 'ok COUNT'",
    ),
    "closed pipe": ("os.close(1)\ntime.sleep(60)", "crash", "ended before its answer"),
    "unread": (
        "",
        "crash",
        "ended before its answer",
    ),
}


@pytest.mark.parametrize("kind", DISHONEST)
def test_an_answer_that_is_none_is_said_to_be_so(tmp_path: Path, kind: str) -> None:
    source, failure_kind, words = DISHONEST[kind]
    child = Child(program(tmp_path, READ + source))
    with pytest.raises(ForeignFailure, match=words) as caught:
        child.ask(request("logsumexp", False, "", (rows(2, 3),)))
    assert caught.value.failure_kind == failure_kind


def test_after_a_failure_the_next_request_has_a_process_of_its_own(tmp_path: Path) -> None:
    dies_once = f"""
import os, pathlib, sys
mark = pathlib.Path({str(tmp_path / "mark")!r})
if not mark.exists():
    mark.touch()
    os._exit(1)
"""
    child = Child(program(tmp_path, dies_once + HONEST))
    with pytest.raises(ForeignFailure):
        child.ask(request("logsumexp", False, "", (rows(2, 3),)))
    assert child.ask(request("logsumexp", False, "", (rows(1, 2),))).tolist() == [1.0]
    child.close()


def test_a_refusal_before_all_is_read_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    hasty = """
import sys
sys.stdin.buffer.readline()
sys.stdout.buffer.write(b"error too hasty\\n"); sys.stdout.buffer.flush()
import time; time.sleep(60)
"""
    child = Child(program(tmp_path, hasty))
    for _ in range(2):
        with pytest.raises(ForeignFailure, match="too hasty"):
            child.ask(request("logsumexp", False, "", (rows(100_000, 3),)))
    child.close()


def test_gigabytes_of_standard_error_stop_nobody(tmp_path: Path) -> None:
    loud = "import os\nfor _ in range(2000): os.write(2, b'x' * 100_000)\n" + HONEST
    child = Child(program(tmp_path, loud))
    assert child.ask(request("logsumexp", False, "", (rows(1, 2),))).tolist() == [1.0]
    child.close()


def test_a_program_that_is_not_there_is_said_to_be_so() -> None:
    child = Child(Program(("no-such-program-at-all",)))
    with pytest.raises(ForeignFailure, match="no-such-program-at-all: No such file"):
        child.ask(request("logsumexp", False, "", (rows(2, 3),)))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process is not tied to another")
def test_a_child_ends_with_a_process_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "sleeper.py"
    script.write_text("import os, time\nprint('error', os.getpid(), flush=True)\ntime.sleep(600)\n")
    parent = f"""
import numpy as np, os, signal, sys
from lse_verify.implementations.foreign.child import Child, Program
from lse_verify.implementations.foreign.protocol import request
child = Child(Program((sys.executable, {str(script)!r})))
try:
    child.ask(request("logsumexp", False, "", (np.zeros((1, 1)),)))
except Exception as error:
    print(error, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, check=False)
    pid = int(done.stdout)
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists():
            return
        time.sleep(0.05)
    os.kill(pid, 9)
    pytest.fail("it outlived the process that started it")


def test_a_long_line_that_is_no_answer_is_cut() -> None:
    asked = request("logsumexp", False, "", (rows(2, 3),))
    with pytest.raises(ForeignFailure) as caught:
        announced(b"y" * 5000, asked)
    assert len(str(caught.value)) < 200


def test_a_command_is_an_implementation_of_each_function_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(HONEST)
    spec = f"foreign:{sys.executable} child.py"
    made = foreign.implementation(spec, "logsumexp", tmp_path, ("binary32",))
    assert (made.name, made.library, made.origin) == (spec, spec, spec)
    x = rows(4, 3, "binary32")
    assert made.load()(x).tolist() == x.sum(axis=1).tolist()
    assert find(spec, "softmax", tmp_path).load()(x).tolist() == x.tolist()
    assert [i.function for i in select([spec], ["softmax", "logaddexp"])] == [
        "softmax",
        "logaddexp",
    ]
    child_of(Program((sys.executable, "child.py"), tmp_path)).close()


@pytest.mark.parametrize(
    ("spec", "words"),
    [("foreign:", "no command after 'foreign:'"), ("foreign:a 'b", "close the quotation")],
)
def test_a_command_that_is_none_is_refused(spec: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        select([spec], ["softmax"])


def test_a_command_must_be_said_to_compute_something() -> None:
    with pytest.raises(UsageError, match="say them, for example --function"):
        select(["foreign:julia mine.jl"])


@pytest.fixture(scope="module")
def other_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make an interpreter that has NumPy and ml_dtypes from here, and nothing else."""
    folder = tmp_path_factory.mktemp("other")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    for module in (np, sys.modules["ml_dtypes"]):
        source = Path(str(module.__file__)).parent
        for found in [source, *source.parent.glob(f"{source.name}.libs")]:
            (packages / found.name).symlink_to(found)
        for info in source.parent.glob(f"{source.name}-*.dist-info"):
            (packages / info.name).symlink_to(info)
    return str(folder / "bin" / "python")


def test_a_library_in_another_interpreter_gives_the_same_bits(other_python: str) -> None:
    name = f"numpy@{other_python}"
    there, here = find(name, "logaddexp"), find("numpy", "logaddexp")
    assert (there.library, there.calls) == (name, here.calls)
    for fmt in here.formats:
        a, b = rows(50, 1, fmt)[:, 0], rows(100, 1, fmt)[50:, 0]
        assert there.load()(a, b).tobytes() == here.load()(a, b).tobytes()
    folded = find(f"numpy.reduce@{other_python}", "logsumexp")
    assert folded.library == name
    assert folded.load()(rows(3, 4)).shape == (3,)
    found = library_of(name, Path.cwd())
    assert found is not None
    assert (found.version, found.language) == (np.__version__, "Python")


def test_a_library_or_a_pattern_can_be_asked_for_elsewhere(other_python: str) -> None:
    names = [i.name for i in select([f"numpy@{other_python}"])]
    assert names == [*[f"numpy@{other_python}"] * 2, f"numpy.reduce@{other_python}"]
    assert [i.name for i in select([f"numpy.r*@{other_python}"])] == names[2:]


def test_functions_of_several_rows_and_parameters_can_be_served(other_python: str) -> None:
    x, y = rows(3, 4) / 4, rows(6, 4)[3:] / 4
    for function, arguments in (("bregman", (x, y)), ("smoothmax", (x, 0.5))):
        there = find(f"textbook.shifted@{other_python}", function)
        here = find("textbook.shifted", function)
        assert there.load()(*arguments).tobytes() == here.load()(*arguments).tobytes()


def test_an_error_there_is_told_in_its_words(other_python: str) -> None:
    call = find(f"numpy@{other_python}", "logaddexp").load()
    child = child_of(call.args[0])  # type: ignore[attr-defined]  # a partial
    asked = request("softmax", True, "", (rows(2, 2),))
    with pytest.raises(ForeignFailure, match="numpy computes no softmax"):
        child.ask(asked)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("scipy@{}", "'scipy' is not installed for .*; there, pip install scipy"),
        ("numpy@no/such/python", "there is no interpreter 'no/such/python'"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(other_python: str, name: str, words: str) -> None:
    with pytest.raises(ImplementationLoadError, match=words) as caught:
        select([name.format(other_python)])
    assert "\n" not in str(caught.value)


def test_a_library_that_nobody_registered_is_not_found_elsewhere(other_python: str) -> None:
    with pytest.raises(UnknownName, match="nunpy"):
        select([f"nunpy@{other_python}"])
