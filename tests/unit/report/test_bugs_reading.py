"""Files of bugs: what is read, and what is refused with one line that says why."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from lse_verify.audit.bug import FAULTS, KINDS, Release, read_release, read_releases
from lse_verify.errors import BadInput

RELEASE = """
library = "numpy"
title = "NumPy"
version = "2.4.6"
language = "Python"
"""

BUG = """
[[bug]]
name = "fold"
class = "accumulator"
implementations = ["numpy.reduce", "numpy*"]
function = "logsumexp"
formats = ["binary16", "binary64"]
faults = ["bound", "digits"]
input = ["0", "-40"]
code = "print(0.0)"
prints = "0.0"
cause = "A fold."
"""

EXCUSE = """
[[no_bug]]
implementations = ["numpy.kin"]
function = "*"
formats = ["*"]
faults = ["special"]
why = "So documented."
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "numpy.toml"
    path.write_text(RELEASE + BUG + EXCUSE)
    return path


def test_a_file_is_read_as_it_is_written(path: Path) -> None:
    release = read_release(path)
    (bug,), (excuse,) = release.bugs, release.excuses
    assert (release.library, release.version, bug.kind) == ("numpy", "2.4.6", "accumulator")
    assert bug.point == ((0.0, -40.0),)
    assert excuse.why == "So documented."


def test_a_bug_accounts_for_its_faults_in_its_formats_of_its_implementations(path: Path) -> None:
    (bug,) = read_release(path).bugs
    assert bug.explains("numpy.reduce", "logsumexp", "binary64", "bound")
    assert bug.explains("numpy_other", "logsumexp", "binary16", "digits")
    assert not bug.explains("scipy", "logsumexp", "binary64", "bound")
    assert not bug.explains("numpy.reduce", "logaddexp", "binary64", "bound")
    assert not bug.explains("numpy.reduce", "logsumexp", "binary32", "bound")
    assert not bug.explains("numpy.reduce", "logsumexp", "binary64", "special")


def test_the_same_release_in_another_interpreter_has_the_same_bugs_but_a_device_has_its_own(
    path: Path,
) -> None:
    (bug,) = read_release(path).bugs
    assert bug.explains("numpy.reduce@old/bin/python", "logsumexp", "binary64", "bound")
    only = msgspec.structs.replace(bug, implementations=["numpy.reduce"])
    assert not only.explains("numpy.reduce@cuda", "logsumexp", "binary64", "bound")


def test_an_excuse_may_be_of_every_function_and_format(path: Path) -> None:
    (excuse,) = read_release(path).excuses
    assert excuse.explains("numpy.kin", "softplus", "bfloat16", "special")
    assert not excuse.explains("numpy.kin", "softplus", "bfloat16", "digits")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"accumulator"', '"acumulator"', "Invalid enum value 'acumulator'"),
        ('["bound", "digits"]', '["bounds"]', "Invalid enum value 'bounds'"),
        ("input =", "inputs =", "unknown field `inputs`"),
        ('"logsumexp"', '"logsumexo"', "did you mean 'logsumexp'"),
        ('"binary64"', '"binary65"', "did you mean 'binary64'"),
        ('["0", "-40"]', '["zero"]', "'zero' is not a number"),
        ('prints = "0.0"', "", "what the code prints"),
        ('cause = "A fold."', 'cause = "A fold."\noutput = 1', "there is no output 1"),
        ("name =", "name", "Expected '='"),
        (BUG, BUG + BUG, "two bugs named 'fold'"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line_with_the_file(
    path: Path, old: str, new: str, told: str
) -> None:
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(BadInput) as refused:
        read_release(path)
    words = str(refused.value)
    assert told in words
    assert "'numpy.toml'" in words
    assert "\n" not in words


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No such file"):
        read_release(tmp_path / "none.toml")


def test_a_folder_without_bugs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"LIBRARY\.toml"):
        read_releases(tmp_path)


def test_a_folder_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(BadInput, match="File name too long; check the path"):
        read_releases(Path("x" * 300))


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = \xff", "a = 1979-99-99"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "numpy.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match="has no bugs that can be read"):
        read_release(path)


def test_a_folder_is_read_by_title(path: Path) -> None:
    text = RELEASE.replace("NumPy", "alpha").replace('"numpy"', '"zeta"')
    path.with_name("zeta.toml").write_text(text)
    assert [release.title for release in read_releases(path.parent)] == ["alpha", "NumPy"]


def test_every_class_and_fault_has_its_words() -> None:
    assert all(name and meaning for name, meaning in KINDS.values())
    assert all(FAULTS.values())
    assert Release.__struct_config__.forbid_unknown_fields
