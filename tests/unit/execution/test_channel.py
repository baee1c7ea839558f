"""A message is whole or not there, and what is none is refused."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest

from lse_verify.execution.channel import Channel, Noise

TOKEN = bytes(range(16))


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Channel]]:
    theirs, ours = socket.socketpair()
    theirs.settimeout(5)
    yield theirs, Channel(ours, TOKEN, 5)
    theirs.close()
    ours.close()


def _message(number: int, content: bytes) -> bytes:
    return TOKEN + struct.pack("<QQ", number, len(content)) + content


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 100])
def test_a_message_comes_as_it_was_sent(
    ends: tuple[socket.socket, Channel], content: bytes
) -> None:
    theirs, ours = ends
    Channel(theirs, TOKEN).send(3, content)
    assert ours.speaks()
    assert ours.take() == (3, content)
    assert not ours.speaks()
    assert ours.take() is None


def test_a_message_is_taken_when_its_last_byte_is_here(
    ends: tuple[socket.socket, Channel],
) -> None:
    theirs, ours = ends
    message = _message(7, b"content")
    for byte in message[:-1]:
        theirs.send(bytes([byte]))
        assert ours.take() is None
    theirs.send(message[-1:])
    assert ours.take() == (7, b"content")


def test_of_two_messages_one_is_taken_after_the_other(ends: tuple[socket.socket, Channel]) -> None:
    theirs, ours = ends
    theirs.send(_message(1, b"one") + _message(2, b"two"))
    assert [ours.wait(), ours.wait()] == [(1, b"one"), (2, b"two")]


@pytest.mark.parametrize(
    "noise",
    [b"\x01", b"\xff" * 100, TOKEN[:5] + b"!", TOKEN[:-1] + b"\0" + bytes(100), b"\0" + TOKEN],
    ids=["a byte", "many", "half a token", "nearly a token", "a byte too many"],
)
def test_what_does_not_begin_with_the_token_is_noise(
    ends: tuple[socket.socket, Channel], noise: bytes
) -> None:
    theirs, ours = ends
    theirs.send(noise)
    with pytest.raises(Noise):
        ours.take()


def test_the_end_is_told_also_amid_a_message(ends: tuple[socket.socket, Channel]) -> None:
    theirs, ours = ends
    theirs.send(_message(1, b"content")[:-1])
    assert ours.take() is None
    theirs.close()
    with pytest.raises(EOFError):
        ours.take()


def test_who_does_not_read_on_is_not_waited_for_for_ever() -> None:
    theirs, ours = socket.socketpair()
    with theirs, ours, pytest.raises(TimeoutError):
        Channel(ours, TOKEN, 0.2).send(1, bytes(100_000_000))
    with suppress(OSError):
        theirs.close()
