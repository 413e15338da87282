"""MLLP as a bedside device speaks it: a message into its frame, answers out of theirs.

Only the device's own side: bytes outside a frame are dropped, and an answer that never ends is given up.
Source: HL7 Lower Layer Protocol (MLLP), release 1.
"""

from __future__ import annotations

START, END = b"\x0b", b"\x1c\r"
LONGEST_ANSWER = 65_536


def frame(payload: bytes) -> bytes:
    """The message between its start and end characters."""
    return START + payload + END


class Answers:
    """Cuts what arrives into answers; an answer may come in many pieces, or several in one."""

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._arrived = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The payloads that `chunk` completes, in order. Memory is bounded by LONGEST_ANSWER and `chunk`."""
        *whole, rest = (self._arrived + chunk).split(END)
        # before a start character nothing can become an answer; keep what may still do so
        begun = rest.find(START)
        self._arrived = rest[begun:] if begun >= 0 and len(rest) - begun <= LONGEST_ANSWER else b""
        return [one[one.index(START) + 1 :] for one in whole if START in one]
