"""What a monitor says, cheap to make in thousands, a plain client that speaks MLLP, and listener processes.

Knows no Django: a benchmark's clients use it too.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from reverie.clinic.kernel import clock
from reverie.formats.mllp import Deframer, Fault, frame


def stamp(at: datetime) -> str:
    """An HL7 time in UTC."""
    return f"{at:%Y%m%d%H%M%S}.{at.microsecond // 1000:03d}+0000"


ROWS = (
    ("147842^MDC_ECG_HEART_RATE^MDC", "72", "264864^MDC_DIM_BEAT_PER_MIN^MDC"),
    ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "97", "262688^MDC_DIM_PERCENT^MDC"),
    ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "71", "264864^MDC_DIM_BEAT_PER_MIN^MDC"),
    ("150488^MDC_BLD_PERF_INDEX^MDC", "4.3", "262688^MDC_DIM_PERCENT^MDC"),
    ("150301^MDC_PRESS_CUFF_SYS^MDC", "124", "266016^MDC_DIM_MMHG^MDC"),
    ("150302^MDC_PRESS_CUFF_DIA^MDC", "78", "266016^MDC_DIM_MMHG^MDC"),
    ("150303^MDC_PRESS_CUFF_MEAN^MDC", "93", "266016^MDC_DIM_MMHG^MDC"),
    ("151562^MDC_RESP_RATE^MDC", "14", "264928^MDC_DIM_RESP_PER_MIN^MDC"),
    ("151708^MDC_CONC_AWAY_CO2_ET^MDC", "36", "266016^MDC_DIM_MMHG^MDC"),
    ("151716^MDC_CONC_AWAY_CO2_INSP^MDC", "0", "266016^MDC_DIM_MMHG^MDC"),
    ("150344^MDC_TEMP^MDC", "36.7", "268192^MDC_DIM_DEGC^MDC"),
    ("188736^MDC_MASS_BODY_ACTUAL^MDC", "70", "263875^MDC_DIM_KILO_G^MDC"),
)


def message(
    device: str,
    control_id: str,
    at: datetime | None = None,
    hr: str = "72",
    rows: int = 12,
    patient: str = "",
) -> bytes:
    """A monitor's message with twelve rows, about the patient with that record number."""
    time = stamp(at or clock.now())
    lines = [
        f"MSH|^~\\&|{device}|W|||{time}||ORU^R01^ORU_R01|{control_id}|P|2.6",
        f"PID|||{patient}",
        f"OBR|1||||||{time}",
    ]
    for number, (code, value, unit) in enumerate(ROWS[:rows], start=1):
        lines.append(
            f"OBX|{number}|NM|{code}|1.1.1.{number}|{hr if number == 1 else value}|{unit}|||||R|||{time}"
        )
    return ("\r".join(lines) + "\r").encode()


def pump_message(
    device: str, control_id: str, rate: str, reason: str = "", at: datetime | None = None
) -> bytes:
    """A pump's message: the rate that flows, and why nothing does."""
    time = stamp(at or clock.now())
    lines = [
        f"MSH|^~\\&|{device}|W|||{time}||ORU^R01^ORU_R01|{control_id}|P|2.6",
        f"OBR|1||||||{time}",
        "OBX|1|NM|158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC|1.1.1.2|"
        f"{rate}|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R|||{time}",
        f"OBX|2|ST|184514^MDC_DRUG_NAME_LABEL^MDC|1.1.2.2|Ketamine||||||R|||{time}",
    ]
    if reason:
        lines.append(
            f"OBX|3|CWE|158006^MDC_PUMP_NOT_DELIVERING_REASON^MDC|1.1.2.23|^{reason}||||||R|||{time}"
        )
    return ("\r".join(lines) + "\r").encode()


class Device:
    """A device's end of a connection."""

    def __init__(self, port: int, timeout_s: float = 20.0) -> None:
        """Connected."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers: list[bytes] = []
        self._deframer = Deframer()

    def send(self, *payloads: bytes) -> None:
        """All of them in one packet."""
        self.socket.sendall(b"".join(frame(one) for one in payloads))

    def answer(self) -> tuple[str, str, str]:
        """The next answer: code, control id, reason. Raises ConnectionError when there is none."""
        while not self._answers:
            chunk = self.socket.recv(65_536)
            if not chunk:
                raise ConnectionError("closed without an answer")
            for one in self._deframer.feed(chunk):
                assert not isinstance(one, Fault)
                self._answers.append(one)
        segments = self._answers.pop(0).decode("latin-1").split("\r")
        # an answer keeps the separators that the message declared, spoilt ones too
        msa = next(line for line in segments if line.startswith("MSA")).split(segments[0][3])
        msa += [""] * (4 - len(msa))
        return msa[1], msa[2], msa[3]

    def ask(self, payload: bytes) -> tuple[str, str, str]:
        """Send one message and wait for its answer."""
        self.send(payload)
        return self.answer()

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def listening_socket(port: int = 0) -> socket.socket:
    """A socket that a listener may be handed."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", port))
    one.listen(1_024)
    return one


def start_listener(own: socket.socket, home: Path, **more: str) -> subprocess.Popen[bytes]:
    """A listener process on a socket that outlives it."""
    return subprocess.Popen(
        [sys.executable, "-m", "reverie.cli", "listen", "--fd", str(own.fileno())],
        env=os.environ | {"REVERIE_HOME": str(home)} | more,
        pass_fds=(own.fileno(),),
        stdout=subprocess.PIPE,
    )


@contextmanager
def listener_process(home: Path, **more: str) -> Iterator[int]:
    """A listener process on a free port, ended in order; the port."""
    with listening_socket() as own:
        process = start_listener(own, home, **more)
        try:
            yield own.getsockname()[1]
        finally:
            process.terminate()
            process.wait(10)
            assert process.stdout is not None
            process.stdout.close()
