"""Whole messages through a pipe into which what is run may write, too, or close it.

Nothing is waited for but a whole message, and nothing is unpickled that does not begin with the
token of its process: the connections of multiprocessing would wait for the rest of half a
message for ever, and take any four bytes for the length of one.
"""

from __future__ import annotations

import select
import socket
import struct

_HEAD = struct.Struct("<16sQQ")
"""The token, the number of the item that the message is about, and the length of the rest."""

TOKEN_BYTES = 16

_MOST_AT_ONCE = 1 << 20


class Noise(Exception):
    """What came through the pipe is no message."""


class Channel:
    """One end of a pipe.

    Parameters
    ----------
    end : socket.socket
        Connected to the other end.
    token : bytes
        `TOKEN_BYTES` that every message begins with.
    patience_s : float or None
        How long `send` waits for the other end to read on; None for ever.
    """

    def __init__(self, end: socket.socket, token: bytes, patience_s: float | None = None) -> None:
        self._end, self._token, self._arrived = end, token, bytearray()
        end.settimeout(patience_s)

    def fileno(self) -> int:
        """Return the descriptor, by which it can be waited for."""
        return self._end.fileno()

    def close(self) -> None:
        """Close this end."""
        self._end.close()

    def send(self, number: int, content: bytes) -> None:
        """Send a message about an item.

        Raises
        ------
        OSError
            If the pipe is closed, or the other end does not read on.
        """
        self._end.sendall(_HEAD.pack(self._token, number, len(content)) + content)

    def speaks(self, seconds: float | None = 0.0) -> bool:
        """Tell whether something can be read, or the end of all, after at most so long."""
        watched = select.poll()
        watched.register(self._end, select.POLLIN)
        return bool(watched.poll(None if seconds is None else 1000 * seconds))

    def take(self) -> tuple[int, bytes] | None:
        """Return the number and the content of a message; None while none is here as a whole.

        Raises
        ------
        EOFError
            If the other end is closed.
        Noise
            If what came is no message.
        """
        while (lacking := self._lacking()) > 0:
            if not self.speaks():
                return None
            piece = self._end.recv(min(lacking, _MOST_AT_ONCE))
            if not piece:
                raise EOFError
            self._arrived += piece
        _, number, _ = _HEAD.unpack_from(self._arrived)
        content, self._arrived = bytes(self._arrived[_HEAD.size :]), bytearray()
        return number, content

    def wait(self) -> tuple[int, bytes]:
        """Return what `take` returns, once it is here."""
        while (message := self.take()) is None:
            self.speaks(None)
        return message

    def _lacking(self) -> int:
        """Return how many bytes of a message have still to come, or of its head."""
        here = len(self._arrived)
        if not self._token.startswith(bytes(self._arrived[:TOKEN_BYTES])):
            raise Noise
        if here < _HEAD.size:
            return _HEAD.size - here
        _, _, length = _HEAD.unpack_from(self._arrived)
        return int(_HEAD.size + length - here)
