"""MLLP: HL7 messages on a stream of bytes, each between a start and an end.

Knows frames and what is not one: noise between frames, a frame that broke off, one that is too long.
Nothing is dropped in silence. It never looks into a message.
Source: HL7 Lower Layer Protocol (MLLP), release 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

START, END = b"\x0b", b"\x1c\r"
LIMIT_BYTES = 1_048_576
NOISE_BYTES = 65_536
# a sender that broke off and began anew on the same connection
_RESTART = START + b"MSH"
_STRADDLE = len(_RESTART) - 1


def frame(payload: bytes) -> bytes:
    """The message between its start and end."""
    return START + payload + END


class Fault(NamedTuple):
    """Bytes that are no frame: `kind` is noise, cut or oversized.

    `data` is all of them, but of an oversized frame only as many as the limit; the rest is skipped.
    """

    kind: str
    data: bytes


class Deframer:
    """Cuts what arrives into messages; a message may come in many pieces, or several in one.

    The same bytes give the same result however they are cut. Work is linear in the bytes, memory bounded by
    the limit and one chunk.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        """`limit_bytes` is the longest message that is taken."""
        if limit_bytes < len(_RESTART):
            raise ValueError(f"a limit of {limit_bytes} bytes leaves no room for a message")
        self._limit = limit_bytes
        self._bytes = bytearray()
        # where the current part begins in _bytes, and from where on it has not been searched yet
        self._begin = self._searched = 0
        self._read: Callable[[list[bytes | Fault]], bool] = self._read_noise

    def feed(self, chunk: bytes) -> list[bytes | Fault]:
        """The messages and faults that `chunk` completes, in order."""
        self._bytes += chunk
        found: list[bytes | Fault] = []
        while self._read(found):
            pass
        del self._bytes[: self._begin]
        self._searched -= self._begin
        self._begin = 0
        return found

    def close(self) -> list[Fault]:
        """What is left when the connection ends; the deframer is then as new."""
        left, read = bytes(self._bytes), self._read
        self._bytes.clear()
        self._begin = self._searched = 0
        self._read = self._read_noise
        if read == self._read_frame:
            return [Fault("cut", left[1:])] if left[1:] else []
        return [Fault("noise", left)] if read == self._read_noise and left.strip(b"\r\n") else []

    def _read_noise(self, found: list[bytes | Fault]) -> bool:
        """Between frames: up to the next start, or past an end without a start."""
        whole = self._bytes
        window = self._begin + NOISE_BYTES
        start = whole.find(START, self._searched, window)
        end = whole.find(END, max(self._searched - 1, self._begin), start if start >= 0 else window)
        if end >= 0:
            until = end + len(END)
        elif start >= 0:
            until = start
        elif len(whole) >= window:
            until = window
        else:
            self._searched = len(whole)
            return False
        noise = bytes(whole[self._begin : until])
        # many senders end a frame with one more line feed
        if noise.strip(b"\r\n"):
            found.append(Fault("noise", noise))
        self._begin = self._searched = until
        if end < 0 and start >= 0:
            self._read = self._read_frame
            self._searched += 1
        return True

    def _read_frame(self, found: list[bytes | Fault]) -> bool:
        """In a frame, whose start is at _begin."""
        whole = self._bytes
        first = self._begin + 1
        window = first + self._limit + len(END)
        end = whole.find(END, max(self._searched - 1, first), window)
        if end < 0 and len(whole) < window:
            self._searched = len(whole)
            return False
        restart = whole.rfind(_RESTART, first, end if end >= 0 else window)
        if restart >= 0:
            found.append(Fault("cut", bytes(whole[first:restart])))
            self._begin = restart
            self._searched = end if end >= 0 else window
        elif end >= 0:
            found.append(bytes(whole[first:end]))
            self._begin = self._searched = end + len(END)
            self._read = self._read_noise
        else:
            found.append(Fault("oversized", bytes(whole[first : first + self._limit])))
            self._begin = self._searched = window - _STRADDLE
            self._read = self._skip
        return True

    def _skip(self, found: list[bytes | Fault]) -> bool:
        """In the rest of an oversized frame: up to its end or the next message."""
        whole = self._bytes
        end = whole.find(END, self._searched)
        restart = whole.find(_RESTART, self._searched, end if end >= 0 else len(whole))
        if restart >= 0:
            self._begin, self._searched = restart, restart + 1
            self._read = self._read_frame
        elif end >= 0:
            self._begin = self._searched = end + len(END)
            self._read = self._read_noise
        else:
            self._begin = self._searched = max(len(whole) - _STRADDLE, self._searched)
            return False
        return True
