"""Implementations named from the command line that run elsewhere: commands, Pythons, devices."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

CHILD = """
import sys
import numpy as np
while head := sys.stdin.buffer.readline():
    function, fmt, m, n = head.decode().split()
    dtype = np.dtype({"binary32": "<f4", "binary64": "<f8"}[fmt])
    body = sys.stdin.buffer.read(int(m) * int(n) * dtype.itemsize)
    x = np.frombuffer(body, dtype).reshape(int(m), int(n))
    with np.errstate(all="ignore"):
        y = np.logaddexp.reduce(x, axis=1)
    sys.stdout.buffer.write(b"ok %d\\n" % y.size + y.tobytes())
    sys.stdout.buffer.flush()
"""

ONE = ["--regime", "gap", "--samples", "50", "--jobs", "1", "--format", "binary64", "--json"]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lse_verify", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a child and another interpreter, which has NumPy and ml_dtypes."""
    made = tmp_path_factory.mktemp("elsewhere")
    (made / "child.py").write_text(CHILD)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", made / "other"], check=True)
    packages = next((made / "other" / "lib").glob("python*")) / "site-packages"
    here = Path(np.__file__).parents[1]
    for found in (*here.glob("numpy*"), *here.glob("ml_dtypes*")):
        (packages / found.name).symlink_to(found)
    return made


def test_a_command_is_audited_as_what_it_computes_itself(folder: Path) -> None:
    command = f"{sys.executable} child.py"
    foreign = run(folder, "audit", "--foreign", command, "-f", "logsumexp", *ONE, "--out", "a")
    assert foreign.returncode == 0, foreign.stderr
    own = run(folder, "audit", "-i", "numpy.reduce", "-f", "logsumexp", *ONE, "--out", "b")
    (theirs,), (ours,) = (json.loads(done.stdout)["findings"] for done in (foreign, own))
    assert theirs["cell"]["implementation"] == f"foreign:{command}"
    assert theirs["finding"] == ours["finding"]


def test_another_interpreter_is_a_row_with_its_version(folder: Path) -> None:
    arguments = ["-i", "numpy", "-i", "numpy.reduce", "--python", "other/bin/python"]
    done = run(folder, "audit", *arguments, *ONE, "--out", "c")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    names = {row["name"] for row in told["header"]["implementations"]}
    assert names == {"numpy@other/bin/python", "numpy.reduce@other/bin/python"}
    assert told["header"]["versions"]["numpy@other/bin/python"] == np.__version__
    assert {row["language"] for row in told["header"]["implementations"]} == {"Python"}


def test_an_input_is_explained_by_both(folder: Path) -> None:
    command = f"{sys.executable} child.py"
    done = run(folder, "explain", "0", "-40", "--foreign", command, "--json")
    assert done.returncode == 0, done.stderr
    assert f"foreign:{command}" in done.stdout
    assert "0x1.39792499b1a24p-58" in done.stdout


@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_device_that_is_not_here_is_skipped_with_the_reason(folder: Path, library: str) -> None:
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    alone = run(folder, "audit", "-i", library, "--device", "cuda", *ONE, "--out", "d")
    if alone.returncode == 0:
        pytest.skip("there is a CUDA device here")
    reason = f"{library} finds no cuda device here"
    assert alone.returncode == 2
    assert alone.stderr.count("\n") == 1
    assert f"nothing to audit: '{library}@cuda' is skipped: {reason}" in alone.stderr
    names = ["-i", "numpy", "-i", f"{library}@cuda"]
    beside = run(folder, "audit", *names, *ONE, "--out", "e")
    assert beside.returncode == 0, beside.stderr
    skipped = json.loads(beside.stdout)["header"]["skipped"]
    assert {"name": f"{library}@cuda", "reason": reason} in skipped
    assert reason in (folder / "e" / "report.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--python other/bin/python", "what is to run on 'other/bin/python'? name it"),
        ("--device cuda", "what is to run on 'cuda'? name it, for example -i torch"),
        ("-i numpy --python none/python", "there is no interpreter 'none/python'; give the path"),
        ("-i numpy --device cuda", "'numpy' cannot be called on 'cuda'; leave out the device"),
        ("-i mine.py:f --device cuda", "'mine.py:f' runs where it says; leave out --python and"),
        ("-i scipy --python other/bin/python", "'scipy' is not installed for 'other/bin/python'"),
        ("-i numpy --python child.py --device cuda", "--python and --device are two places;"),
        ("--foreign true", "which functions does 'foreign:true' compute? say them"),
        ('--foreign "a \'b" -f logsumexp', "close the quotation"),
    ],
)
def test_a_wrong_call_is_one_line(folder: Path, arguments: str, words: str) -> None:
    import shlex

    done = run(folder, "audit", *shlex.split(arguments), "--out", "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    assert not (folder / "none").exists()
