"""A monitor's side of MLLP, written from the protocol alone: send frames, read and take apart the answers.

Source: HL7 Lower Layer Protocol (MLLP) release 1; HL7 version 2.6 chapter 2 (MSH, MSA, ERR).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

START, END = b"\x0b", b"\x1c\r"
PATIENCE_S = 20.0
Found = TypeVar("Found")


class Answer(NamedTuple):
    """An acknowledgement: MSA-1, MSA-2, what it says of the reason (MSA-3 or ERR), and all its segments."""

    code: str
    control_id: str
    reason: str
    segments: tuple[tuple[str, ...], ...]


class Line:
    """One connection to the listener."""

    def __init__(self, port: int, patience_s: float = PATIENCE_S) -> None:
        """Connect; a listener that is just being restarted is waited for by the kernel's queue."""
        self._socket = socket.create_connection(("127.0.0.1", port), patience_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._left = b""

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def write(self, raw: bytes) -> None:
        """Write bytes as they are."""
        self._socket.sendall(raw)

    def ask(self, message: bytes) -> Answer:
        """Send one message in its frame and wait for the answer to it."""
        self.write(START + message + END)
        return self.answer()

    def answer(self) -> Answer:
        """The next answer. Raises EOFError when the other side has closed, TimeoutError when none comes."""
        while END not in self._left:
            more = self._socket.recv(65_536)
            if not more:
                raise EOFError(f"closed after {self._left!r}")
            self._left += more
        raw, self._left = self._left.split(END, 1)
        assert raw.startswith(START), raw
        return answer_of(raw[1:])

    def rest(self) -> list[Answer]:
        """Say that nothing more will be sent, and read every answer until the other side closes."""
        self._socket.shutdown(socket.SHUT_WR)
        found = []
        with suppress(EOFError, ConnectionResetError):
            while True:
                found.append(self.answer())
        return found


def answer_of(raw: bytes) -> Answer:
    """Take an answer apart; fails when it is no lawful HL7 acknowledgement."""
    text = raw.decode("latin-1")
    charset = text.split("\r")[0].split(text[3])[17:18]
    text = raw.decode("latin-1" if charset == ["8859/1"] else "utf-8")
    assert text.endswith("\r")
    assert "\n" not in text
    lines = text[:-1].split("\r")
    assert lines[0].startswith("MSH"), text
    mark, component = lines[0][3], lines[0][4]
    segments = tuple(tuple(line.split(mark)) for line in lines)
    names = [segment[0] for segment in segments]
    assert names[:2] == ["MSH", "MSA"], text
    msh, msa = segments[0], segments[1]
    assert msh[8].split(component)[0] == "ACK", text
    assert msh[9], "an acknowledgement has a control id of its own"
    assert msh[11], "an acknowledgement states its HL7 version"
    assert msa[1] in ("AA", "AE", "AR"), text
    reason = msa[3] if len(msa) > 3 else ""
    errors = [segment for segment in segments if segment[0] == "ERR"]
    if not reason and errors:
        reason = mark.join(errors[0][1:])
    assert reason or msa[1] == "AA", f"a refusal without a reason: {text}"
    return Answer(msa[1], msa[2] if len(msa) > 2 else "", reason, segments)


def stamp(at: datetime | None = None) -> str:
    """A time as HL7 writes it, with its zone."""
    return (at or datetime.now(UTC)).strftime("%Y%m%d%H%M%S%z")


def vitals(
    device: str,
    control_id: str,
    rows: Sequence[str] = (),
    *,
    at: str | None = None,
    patient: str = "PID|||4711^^^Ward^MR||Unknown^Person",
    facility: str = "",
    version: str = "2.6",
    charset: str = "",
    hr: int = 72,
) -> bytes:
    """A monitor's message; without `rows` it reports a heart rate and a saturation."""
    at = stamp() if at is None else at
    rows = rows or (
        obx("147842^MDC_ECG_HEART_RATE^MDC", hr, "264864^MDC_DIM_BEAT_PER_MIN^MDC", "1.6.1.147842"),
        obx("150456^MDC_PULS_OXIM_SAT_O2^MDC", 97, "262688^MDC_DIM_PERCENT^MDC", "1.3.1.150456"),
    )
    head = f"MSH|^~\\&|{device}|{facility}|||{at}||ORU^R01^ORU_R01|{control_id}|P|{version}||||||{charset}"
    lines = [head, patient, f"OBR|1|||monitor|||{at}", *rows]
    return "".join(line + "\r" for line in lines).encode("latin-1" if charset.startswith("8859") else "utf-8")


def obx(code: str, value: object, unit: str, channel: str = "", kind: str = "NM", status: str = "R") -> str:
    """One row of a message."""
    return f"OBX|1|{kind}|{code}|{channel}|{value}|{unit}|||||{status}"


def until(condition: Callable[[], Found], within_s: float = PATIENCE_S, words: str = "it") -> Found:
    """What `condition()` returns as soon as that is true; fails when it stays false for `within_s`."""
    deadline_s = time.monotonic() + within_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline_s, f"{words} did not happen within {within_s:g} s"
        time.sleep(0.02)
