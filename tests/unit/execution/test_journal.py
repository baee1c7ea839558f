"""The journal: what was appended is there, whatever happened to the process or to the disk."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec
import pytest

from lse_verify.errors import FolderInUse, LedgerError, OutputError, Repaired
from lse_verify.execution.files import write_whole
from lse_verify.execution.journal import Journal, kept_lines, part_of, read_part
from lse_verify.execution.lines import checked
from lse_verify.execution.lock import folder_lock


class Head(msgspec.Struct):
    seed: int
    versions: dict[str, str] = {}


class Line(msgspec.Struct):
    number: int


HEAD = Head(7, {"numpy": "2.3"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.jsonl"


@contextmanager
def _opened(path: Path, *, resume: bool, head: Head = HEAD) -> Iterator[Journal[Head, Line]]:
    with (
        folder_lock(path.parent) as lock,
        Journal(path, head, Line, lock, resume=resume) as journal,
    ):
        yield journal


def _begin(path: Path, count: int) -> None:
    with _opened(path, resume=False) as journal:
        for number in range(count):
            journal.append(Line(number))


def _resumed(path: Path, head: Head = HEAD, append: int | None = None) -> list[int]:
    with _opened(path, resume=True, head=head) as journal:
        there = [line.number for line in journal.lines]
        if append is not None:
            journal.append(Line(append))
    return there


def test_lines_are_read_back_in_order_and_appended_to(path: Path) -> None:
    _begin(path, 2)
    assert _resumed(path, append=5) == [0, 1]
    assert _resumed(path) == [0, 1, 5]
    assert read_part(path, Head, Line) == (HEAD, [Line(0), Line(1), Line(5)])


def test_what_begins_anew_replaces_the_part(path: Path) -> None:
    _begin(path, 3)
    _begin(path, 1)
    assert _resumed(path) == [0]


def test_finishing_leaves_the_final_file_alone(path: Path) -> None:
    with _opened(path, resume=False) as journal:
        journal.append(Line(1))
        journal.finish(b"content")
    assert path.read_bytes() == b"content"
    assert list(path.parent.iterdir()) == [path]


def test_a_part_cut_at_any_byte_gives_its_whole_lines_and_goes_on(path: Path) -> None:
    _begin(path, 3)
    content = part_of(path).read_bytes()
    ends = [place for place, byte in enumerate(content, 1) if byte == ord("\n")]
    for size in range(len(content)):
        part_of(path).write_bytes(content[:size])
        whole = sum(end <= size for end in ends)
        is_torn = bool(whole) and size not in ends
        with _told(rf"^line {whole + 1} of '.*part': torn or damaged" if is_torn else ""):
            assert _resumed(path, append=9) == list(range(whole - 1))
        assert _resumed(path) == [*range(whole - 1), 9]


@contextmanager
def _told(match: str) -> Iterator[None]:
    """Require the warning of a repair, and none where nothing is to match."""
    if not match:
        yield
        return
    with pytest.warns(Repaired, match=match):
        yield


def test_whichever_byte_of_a_part_is_another_one_no_line_says_another_thing(path: Path) -> None:
    _begin(path, 3)
    content = part_of(path).read_bytes()
    lines = [content[:place].count(b"\n") for place in range(len(content))]
    rng = random.Random(5)
    for place, byte in enumerate(content):
        flipped = content[:place] + bytes([byte ^ rng.randrange(1, 256)]) + content[place + 1 :]
        part_of(path).write_bytes(flipped)
        if lines[place] == 0:
            # What made the lines what they are is not known; of one line without an end, nothing.
            with suppress(LedgerError):
                assert _resumed(path) == []
            continue
        with pytest.warns(Repaired):
            kept = _resumed(path)
        # With its end a line loses the one that follows, too.
        lost = {lines[place] - 1, *([lines[place]] if byte == ord("\n") else [])}
        assert kept == sorted({0, 1, 2} - lost)
        assert _resumed(path) == kept


def test_lines_between_that_are_damaged_are_dropped_and_told_by_their_numbers(path: Path) -> None:
    _begin(path, 5)
    lines = part_of(path).read_bytes().splitlines(keepends=True)
    lines[2], lines[4] = lines[2].replace(b"1", b"7"), bytes(len(lines[4]) - 1) + b"\n"
    part_of(path).write_bytes(b"".join(lines))
    with pytest.warns(Repaired, match=r"^lines 3, 5 of '.*part': torn or damaged, and dropped; "):
        assert _resumed(path, append=9) == [0, 2, 4]
    assert _resumed(path) == [0, 2, 4, 9]


def test_a_line_of_another_kind_is_told_by_its_number(path: Path) -> None:
    _begin(path, 3)
    lines = part_of(path).read_bytes().splitlines(keepends=True)
    part_of(path).write_bytes(lines[0] + lines[1] + checked({"number": "x"}) + lines[3])
    with pytest.raises(LedgerError, match=r"^line 3 of '.*part' is of another kind: .*--resume$"):
        _resumed(path)
    assert part_of(path).read_bytes().endswith(lines[3])


def test_what_another_user_has_begun_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _begin(path, 1)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(LedgerError, match="was begun by another user, whose files and commands"):
        _resumed(path)


def _delete(folder: Path) -> None:
    shutil.rmtree(folder)


def _delete_part(folder: Path) -> None:
    part_of(folder / "ledger.jsonl").unlink()


def _replace(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()
    part_of(folder / "ledger.jsonl").write_text("somebody else's")


@pytest.mark.parametrize("harm", [_delete, _delete_part, _replace])
@pytest.mark.parametrize("step", ["append", "finish", "interrupt"])
def test_a_folder_that_is_deleted_is_there_again_with_all_that_had_ended(
    tmp_path: Path, harm: Callable[[Path], None], step: str
) -> None:
    path = tmp_path / "out" / "ledger.jsonl"
    expected = pytest.raises(OutputError, match="was deleted during the run; it is there again")
    with expected as caught, _opened(path, resume=False) as journal:
        journal.append(Line(1))
        harm(path.parent)
        if step == "append":
            journal.append(Line(2))
        elif step == "finish":
            journal.finish(b"content")
        else:
            raise KeyboardInterrupt
    assert str(caught.value).endswith(f"go on with --resume {path.parent}")
    assert _resumed(path) == ([1, 2] if step == "append" else [1])
    assert [file.name for file in path.parent.iterdir()] == [part_of(path).name]


def test_a_folder_that_another_run_has_by_now_is_left_to_it(tmp_path: Path) -> None:
    path = tmp_path / "out" / "ledger.jsonl"
    with ExitStack() as stack:
        journal = stack.enter_context(_opened(path, resume=False))
        journal.append(Line(1))
        shutil.rmtree(path.parent)
        stack.enter_context(_opened(path, resume=False)).append(Line(7))
        with pytest.raises(FolderInUse, match=r"^deleted during the run, with what had ended: '"):
            journal.append(Line(2))
    assert _resumed(path) == [7]


def test_a_lock_that_is_deleted_alone_is_taken_again(path: Path) -> None:
    with _opened(path, resume=False) as journal:
        (path.parent / ".lock").unlink()
        journal.append(Line(1))
        with pytest.raises(FolderInUse), folder_lock(path.parent):
            pass
    assert _resumed(path) == [1]


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


def test_a_journal_of_another_command_is_told_as_such(path: Path) -> None:
    part_of(path).write_bytes(checked({"hunt": 3}))
    with pytest.raises(
        LedgerError, match=r"^line 1 of .* is of another kind: .*; go on with the c"
    ):
        read_part(path, Head, Line)
    part_of(path).write_bytes(b'{"se')
    with pytest.raises(LedgerError, match=r"not even the first line of '.*part' is whole; begin"):
        read_part(path, Head, Line)


def test_a_run_killed_before_its_first_line_begins_anew(path: Path) -> None:
    part_of(path).write_bytes(b'{"se')
    assert _resumed(path) == []
    assert read_part(path, Head, Line) == (HEAD, [])


FILLING = """
import resource, signal, sys
from pathlib import Path
from msgspec import Struct
from lse_verify.errors import OutputError
from lse_verify.execution.journal import Journal
from lse_verify.execution.lines import checked
from lse_verify.execution.lock import folder_lock

class Row(Struct):
    number: int
    filling: str = ""

if sys.argv[2] != "0":
    # A file that must not grow fails as a full disk does, and on any system.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
path = Path(sys.argv[1])
with folder_lock(path.parent) as lock, Journal(path, Row(1), Row, lock, resume=True) as journal:
    for number in range(len(journal.lines), 100):
        try:
            journal.append(Row(number, "x" * 30_000))
        except OutputError as error:
            print(number, error)
            raise SystemExit(2)
    print("all", len(journal.lines))
"""


def _fill(path: Path, most_bytes: int, warning: str = "") -> str:
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(path), str(most_bytes)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert warning in done.stderr
    assert bool(warning) == bool(done.stderr)
    return done.stdout


def _require_kept(path: Path, told: str, why: str) -> int:
    number = int(told.split(" ", 1)[0])
    assert told == (
        f"{number} cannot write '{path}': {why}; what is there is kept: "
        f"go on with --resume {path.parent}\n"
    )
    _, lines = read_part(path, Line, Line)
    assert lines == [Line(row) for row in range(number)]
    return number


def test_a_file_that_may_not_grow_is_told_and_goes_on_later(path: Path) -> None:
    number = _require_kept(path, _fill(path, 1_000_000), "File too large")
    assert part_of(path).stat().st_size == 1_000_000  # its last line is torn
    assert _fill(path, 0, f"Repaired: line {number + 2} of") == f"all {number}\n"


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
    assert _fill(path, 0, f"Repaired: line {number + 2} of") == f"all {number}\n"


def test_a_disk_too_full_for_the_final_file_keeps_the_part(small_disk: Path) -> None:
    path = small_disk / "ledger.jsonl"
    with _opened(path, resume=False) as journal:
        journal.append(Line(1))
        with pytest.raises(OutputError, match=r"No space left .*: go on with --resume"):
            journal.finish(b"x" * 2_000_000)
    assert _resumed(path) == [1]
    assert not path.exists()


def test_a_read_only_folder_is_told_and_what_was_there_stays(small_disk: Path) -> None:
    path = small_disk / "ledger.jsonl"
    _begin(path, 2)
    with folder_lock(small_disk.parent) as lock:
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
        for resume in (True, False):
            with pytest.raises(OutputError, match=r"Read-only file system; .*--out DIR$"):
                Journal(path, HEAD, Line, lock, resume=resume)
    assert read_part(path, Head, Line) == (HEAD, [Line(0), Line(1)])
