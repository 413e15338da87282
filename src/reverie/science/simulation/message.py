"""Rows of a simulated device as one HL7 message: ORU^R01 in the manner of IHE PCD-01.

Knows the segments a bedside device sends and the codes of its units. It decides no value.
Source: IHE PCD Technical Framework, Device to Enterprise Communication.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

NOBODY = "SIMULATED"
PROFILE = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"
UNIT_CODES = {
    "/min": "264864^MDC_DIM_BEAT_PER_MIN^MDC",
    "breaths/min": "264928^MDC_DIM_RESP_PER_MIN^MDC",
    "%": "262688^MDC_DIM_PERCENT^MDC",
    "mmHg": "266016^MDC_DIM_MMHG^MDC",
    "Cel": "268192^MDC_DIM_DEGC^MDC",
    "degF": "268160^MDC_DIM_FAHR^MDC",
    "mL/h": "265266^MDC_DIM_MILLI_L_PER_HR^MDC",
    "mL": "263762^MDC_DIM_MILLI_L^MDC",
    "mg/mL": "264306^MDC_DIM_MILLI_G_PER_ML^MDC",
}
_ESCAPES = str.maketrans(
    {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "}
)


class Row(NamedTuple):
    """One OBX. `unit` is a key of UNIT_CODES or a unit of the device's own; a value of "" is no value.

    `kind` is NM, ST or CWE, or "" for a row that only names a part of the device.
    """

    kind: str
    code: str
    name: str
    channel: str
    value: str = ""
    unit: str = ""
    limits: str = ""
    flags: tuple[str, ...] = ()
    status: str = "R"
    aperiodic: bool = False
    at: datetime | None = None
    system: str = "MDC"


def part(code: str, name: str, channel: str) -> Row:
    """The row that names a part of the device (MDS, VMD or channel)."""
    return Row("", code, name, channel, status="X")


def compose_message(
    device: str, control_id: str, at: datetime, rows: Iterable[Row], patient: str = NOBODY
) -> bytes:
    """The message as UTF-8 bytes, segments ending in CR. `device` may hold several components (`^`).

    `patient` is the record number of whom the device names.
    """
    sender = "^".join(escape(component) for component in device.split("^"))
    stamp = time_text(at)
    order = f"{escape(control_id)}^{sender}"
    segments = [
        f"MSH|^~\\&|{sender}|SIMULATED|||{stamp}||ORU^R01^ORU_R01|{escape(control_id)}|P|2.6|||NE|AL"
        f"||UNICODE UTF-8|||{PROFILE}",
        f"PID|||{escape(patient)}^^^^PI||Patient^Simulated^^^^^L",
        f"OBR|1|{order}|{order}|182777000^monitoring of patient^SCT|||{stamp}",
        *(_segment(number, row) for number, row in enumerate(rows, start=1)),
    ]
    return ("\r".join(segments) + "\r").encode()


def time_text(at: datetime) -> str:
    """An HL7 time in UTC with milliseconds: `20261124150000.123+0000`."""
    utc = at.astimezone(UTC)
    return f"{utc.year:04d}{utc:%m%d%H%M%S}.{utc.microsecond // 1000:03d}+0000"


def escape(text: str) -> str:
    """`text` with HL7's separators escaped."""
    return text.translate(_ESCAPES)


def _segment(number: int, row: Row) -> str:
    value = row.value if row.kind == "CWE" else escape(row.value)
    fields = (
        "OBX",
        str(number),
        row.kind,
        f"{row.code}^{escape(row.name)}^{row.system}",
        row.channel,
        value,
        UNIT_CODES.get(row.unit, escape(row.unit)),
        row.limits,
        "~".join(row.flags),
        "",
        "",
        row.status,
        "",
        "APERIODIC" if row.aperiodic else "",
        time_text(row.at) if row.at is not None else "",
    )
    return "|".join(fields).rstrip("|")
