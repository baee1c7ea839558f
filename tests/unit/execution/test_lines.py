"""Files of lines: what may have no end, or no room in memory, is refused before it is read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lse_verify.errors import LedgerError
from lse_verify.execution import lines
from lse_verify.execution.lines import checked, is_sound, read_lines
from lse_verify.inputs.regular import LARGEST_MIB

LARGEST = LARGEST_MIB << 20


def _refusal(path: Path) -> str:
    with pytest.raises(LedgerError) as caught:
        list(read_lines(path))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_lines_come_with_their_ends_and_a_torn_one_without(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"one\n\nthree")
    assert list(read_lines(path)) == [b"one\n", b"\n", b"three"]


def test_every_damage_within_32_bits_is_found() -> None:
    line = checked({"rows": 1234567890, "seconds": 0.5})
    assert is_sound(line)
    for place in range(len(line)):
        for bit in range(8):
            for burst in (1, 0b11, 0xA5A5A5A5, 0xFFFFFFFF):
                damage = (burst << bit << 8 * place) & ((1 << 8 * len(line)) - 1)
                other = int.from_bytes(line, "little") ^ damage
                assert not is_sound(other.to_bytes(len(line), "little"))


def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert _refusal(path) == f"'{path}' is a pipe or a device; write it into a file first"


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device: str) -> None:
    assert "is a pipe or a device" in _refusal(Path(device))


def test_a_folder_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError):
        list(read_lines(tmp_path))


def test_one_byte_too_many_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    path.touch()
    os.truncate(path, LARGEST + 1)
    message = _refusal(path)
    assert f"has 256 MiB, and {LARGEST_MIB} is the most that is read; run fewer" in message


def test_a_file_that_says_it_is_empty_is_read_no_further_than_the_largest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = Path("/proc/self/status")
    if not path.exists():
        pytest.skip("files of the kernel's own, of which Linux has some")
    monkeypatch.setattr(lines, "LARGEST", 500)
    assert "is the most that is read" in _refusal(path)
