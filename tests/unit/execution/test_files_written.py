"""Files that are written whole never take the place of what is no file."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lse_verify.errors import OutputError
from lse_verify.execution.files import make_folder, write_whole


def test_a_pipe_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OutputError, match="It is a pipe or a device; "):
        write_whole(path, b"content")
    assert path.is_fifo()
    assert [*tmp_path.iterdir()] == [path]


def test_a_link_to_a_device_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "null"
    path.symlink_to(os.devnull)
    with pytest.raises(OutputError, match="It is a pipe or a device; "):
        write_whole(path, b"content")
    assert path.is_symlink()


def test_a_link_to_nothing_becomes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "link"
    path.symlink_to("nothing")
    write_whole(path, b"content")
    assert path.read_bytes() == b"content"
    assert not path.is_symlink()


def test_a_folder_deeper_than_functions_may_call_one_another_is_made(tmp_path: Path) -> None:
    deep = Path(*["x"] * (sys.getrecursionlimit() + 100))
    try:
        with contextlib.chdir(tmp_path):
            make_folder(deep)
            make_folder(deep)
            assert deep.is_dir()
    finally:
        # Python 3.11 removes folders by functions that call one another.
        subprocess.run(["rm", "-rf", tmp_path / "x"], check=True)


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=r"cannot write '.*': (File exists|Not a directory); "):
        make_folder(tmp_path / place)
