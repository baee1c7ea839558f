"""The journal: what was appended is there, whatever happened to the process or to the disk."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from lse_verify.errors import LedgerError, OutputError
from lse_verify.execution.files import write_whole
from lse_verify.execution.journal import Journal, kept_lines, part_of, read_part


class Head(msgspec.Struct):
    seed: int
    versions: dict[str, str] = {}


class Line(msgspec.Struct):
    number: int


HEAD = Head(7, {"numpy": "2.3"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


def _begin(path: Path, count: int) -> None:
    with Journal(path, HEAD, Line, resume=False) as journal:
        for number in range(count):
            journal.append(Line(number))


def _resumed(path: Path, head: Head = HEAD) -> list[int]:
    with Journal(path, head, Line, resume=True) as journal:
        return [line.number for line in journal.lines]


def test_lines_are_read_back_in_order_and_appended_to(path: Path) -> None:
    _begin(path, 2)
    with Journal(path, HEAD, Line, resume=True) as journal:
        assert journal.lines == [Line(0), Line(1)]
        journal.append(Line(5))
    assert _resumed(path) == [0, 1, 5]
    assert read_part(path, Head, Line) == (HEAD, [Line(0), Line(1), Line(5)])


def test_what_begins_anew_replaces_the_part(path: Path) -> None:
    _begin(path, 3)
    _begin(path, 1)
    assert _resumed(path) == [0]


def test_finishing_leaves_the_final_file_alone(path: Path) -> None:
    with Journal(path, HEAD, Line, resume=False) as journal:
        journal.append(Line(1))
        journal.finish(b"content")
    assert path.read_bytes() == b"content"
    assert list(path.parent.iterdir()) == [path]


def test_a_part_cut_at_any_byte_gives_its_whole_lines_and_goes_on(path: Path) -> None:
    _begin(path, 3)
    content = part_of(path).read_bytes()
    ends = [place for place, byte in enumerate(content) if byte == ord("\n")]
    for size in range(len(content)):
        part_of(path).write_bytes(content[:size])
        whole = sum(end < size for end in ends)
        with Journal(path, HEAD, Line, resume=True) as journal:
            assert [line.number for line in journal.lines] == list(range(whole - 1))
            journal.append(Line(9))
        assert _resumed(path) == [*range(whole - 1), 9]


def test_a_damaged_line_in_the_middle_is_told_by_its_number(path: Path) -> None:
    _begin(path, 3)
    lines = part_of(path).read_bytes().splitlines(keepends=True)
    part_of(path).write_bytes(lines[0] + lines[1] + b'{"number": "x"}\n' + lines[3])
    with pytest.raises(LedgerError, match=r"^line 3 of '.*part' is damaged: .*without --resume$"):
        _resumed(path)
    assert part_of(path).read_bytes().endswith(lines[3])


def test_another_header_is_told_with_what_differs(path: Path) -> None:
    _begin(path, 1)
    with pytest.raises(LedgerError) as caught:
        _resumed(path, Head(7, {"numpy": "2.4"}))
    assert "versions.numpy: '2.3' there, '2.4' here" in str(caught.value)
    assert str(caught.value).endswith("begin anew without --resume")
    assert _resumed(path) == [0]


def test_nothing_to_go_on_with_is_told(path: Path) -> None:
    with pytest.raises(LedgerError, match=r"nothing to go on with: no '.*part'; begin anew"):
        read_part(path, Head, Line)
    write_whole(path, b"")
    with pytest.raises(LedgerError, match=r"nothing to go on with: the run in '.*' has ended"):
        read_part(path, Head, Line)


def test_whole_lines_are_counted_without_the_header_and_a_torn_one(path: Path) -> None:
    assert kept_lines(path) == 0
    part_of(path).write_bytes(b'{"se')
    assert kept_lines(path) == 0
    _begin(path, 2)
    with part_of(path).open("ab") as part:
        part.write(b'{"num')
    assert kept_lines(path) == 2


def test_a_run_killed_before_its_first_line_begins_anew(path: Path) -> None:
    part_of(path).write_bytes(b'{"se')
    assert _resumed(path) == []
    assert read_part(path, Head, Line) == (HEAD, [])


FILLING = """
import resource, signal, sys
from pathlib import Path
from lse_verify.errors import OutputError
from lse_verify.execution.journal import Journal

if sys.argv[2] != "0":
    # A file that must not grow fails as a full disk does, and on any system.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
with Journal(Path(sys.argv[1]), {"seed": 1}, str, resume=True) as journal:
    for number in range(len(journal.lines), 100):
        try:
            journal.append(f"{number} " + "x" * 30_000)
        except OutputError as error:
            print(number, error)
            raise SystemExit(2)
    print("all", len(journal.lines))
"""


def _fill(path: Path, most_bytes: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(path), str(most_bytes)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout


def _require_kept(path: Path, told: str, why: str) -> int:
    number = int(told.split(" ", 1)[0])
    assert told == (
        f"{number} cannot write '{path}': {why}; what is there is kept: "
        f"go on with --resume {path.parent}\n"
    )
    _, lines = read_part(path, dict, str)
    assert [int(line.split(" ", 1)[0]) for line in lines] == list(range(number))
    return number


def test_a_file_that_may_not_grow_is_told_and_goes_on_later(path: Path) -> None:
    number = _require_kept(path, _fill(path, 1_000_000), "File too large")
    assert part_of(path).stat().st_size == 1_000_000  # its last line is torn
    assert _fill(path, 0) == f"all {number}\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a tmpfs is not permitted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_told_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    path = small_disk / "ledger.jsonl"
    number = _require_kept(path, _fill(path, 0), "No space left on device")
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    assert _fill(path, 0) == f"all {number}\n"


def test_a_disk_too_full_for_the_final_file_keeps_the_part(small_disk: Path) -> None:
    path = small_disk / "ledger.jsonl"
    with Journal(path, HEAD, Line, resume=False) as journal:
        journal.append(Line(1))
        with pytest.raises(OutputError, match=r"No space left .*: go on with --resume"):
            journal.finish(b"x" * 2_000_000)
    assert _resumed(path) == [1]
    assert not path.exists()


def test_a_read_only_folder_is_told_and_what_was_there_stays(small_disk: Path) -> None:
    path = small_disk / "ledger.jsonl"
    _begin(path, 2)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for resume in (True, False):
        with pytest.raises(OutputError, match=r"Read-only file system; .*--out DIR$"):
            Journal(path, HEAD, Line, resume=resume)
    assert read_part(path, Head, Line) == (HEAD, [Line(0), Line(1)])
