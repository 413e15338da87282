"""What a message must become, said row by row, and the judge that compares it with the real output.

Written from the reading rules alone. Where the rules leave something open, a row lists every lawful
outcome instead of the one that our reader happens to choose. It imports nothing of the reader.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

UNITS = {
    "hr": "/min", "pr": "/min", "rr": "/min", "spo2": "%", "pi": "%",
    "nibp_sys": "mmHg", "nibp_dia": "mmHg", "nibp_mean": "mmHg",
    "art_sys": "mmHg", "art_dia": "mmHg", "art_mean": "mmHg",
    "etco2": "mmHg", "fico2": "mmHg", "temp": "Cel", "weight": "kg", "height": "cm",
    "pump_rate": "mL/h", "pump_volume": "mL",
}  # fmt: skip
VALIDITIES = {
    "valid", "questionable", "invalid", "not_available", "demo", "test", "calibration",
    "overflow", "underflow",
}  # fmt: skip
MESSAGE_KEYS = {"control_id", "device", "at", "readings", "refused"}
READING_KEYS = {"parameter", "value", "unit", "validity", "at", "code", "code_name", "channel"}
REFUSAL_KEYS = {"segment", "reason"}
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)\Z")


class _Anything:
    def __repr__(self) -> str:
        return "ANY"


ANY: Any = _Anything()


@dataclass(frozen=True)
class Reading:
    """One lawful reading of a row. Each field is a value, a tuple of allowed values, or ANY."""

    parameter: Any
    value: Any
    unit: Any
    validity: Any
    at: Any = None  # None: the time that the case says for all its rows
    code: Any = None  # None: as the row's own text has it
    code_name: Any = None
    channel: Any = None


@dataclass(frozen=True)
class About:
    """A converted value: right to half of the last digit that a monitor shows."""

    value: float


REFUSED = "refused"
ABSENT = "absent"  # neither a reading nor a refusal: lawful for rows that describe the device's structure


@dataclass(frozen=True)
class Row:
    raw: str
    outcomes: tuple[Reading | str, ...]


@dataclass(frozen=True)
class Case:
    name: str
    rule: str  # the rule that forces the expectation, in its own words
    parts: tuple[str | Row, ...]
    device: Any
    at: Any  # instant of the readings unless a row says otherwise; RFC 3339
    message_at: Any = ANY
    ends: str = "\r"
    encoding: str = "utf-8"
    zone: str = "UTC"
    wrap: tuple[bytes, bytes] = (b"", b"")
    control_id: str = field(default="")

    @property
    def id(self) -> str:
        return self.control_id or self.name

    def content(self) -> bytes:
        text = self.ends.join(part.raw if isinstance(part, Row) else part for part in self.parts) + self.ends
        return self.wrap[0] + text.replace("@ID@", self.id).encode(self.encoding) + self.wrap[1]

    def rows(self) -> list[Row]:
        return [part for part in self.parts if isinstance(part, Row)]


def valid(parameter: str, value: float, **more: Any) -> Reading:
    return Reading(parameter, value, UNITS[parameter], "valid", **more)


def judged(parameter: str, value: Any, validity: Any, **more: Any) -> Reading:
    return Reading(parameter, value, (UNITS[parameter], None), validity, **more)


def implausible(parameter: str, value: float, **more: Any) -> Reading:
    """Invalid; the number may be kept for the record or withheld, but never changed."""
    return judged(parameter, (value, None), "invalid", **more)


def no_value(parameter: str, **more: Any) -> Reading:
    return judged(parameter, None, "not_available", **more)


def unmapped(value: Any, unit: Any, validity: Any = "valid", **more: Any) -> Reading:
    return Reading(None, value, unit, validity, **more)


CONFLICT: tuple[Reading | str, ...] = (REFUSED, Reading(None, ANY, ANY, "invalid"))
STRUCTURE: tuple[Reading | str, ...] = (
    ABSENT,
    Reading(None, None, (None, ""), ("not_available", "valid", "invalid")),
)
NOT_A_NUMBER: tuple[Reading | str, ...] = (REFUSED, ABSENT, Reading(None, None, ANY, ANY))


def must(raw: str, *outcomes: Reading | str) -> Row:
    return Row(raw, outcomes)


def own_unit(field_6: str) -> tuple[str | None, ...]:
    """The message's own unit: its whole field, or its code or text."""
    return (field_6, *field_6.split("^"), field_6 or None)


def differences(case: Case, found: dict[str, Any]) -> list[str]:
    """Everything in which `found`, one object of the command's output, breaks the case."""
    said = list(shape_faults(found))
    if said:
        return said
    if not _allows(case.id, found["control_id"]):
        said.append(f"control_id {found['control_id']!r}, not {case.id!r}")
    if not _allows(case.device, found["device"]):
        said.append(f"device {found['device']!r}, not {case.device!r}")
    if not _same_instant(case.message_at, found["at"]):
        said.append(f"message at {found['at']!r}, not {case.message_at!r}")
    rows = case.rows()
    if not _explains(case, rows, found["readings"], len(found["refused"])):
        said.append(f"rows do not fit; refused: {found['refused']}")
        said.extend(f"  expected {row.raw} -> {row.outcomes}" for row in rows)
        said.extend(f"  found    {reading}" for reading in found["readings"])
    return said


def shape_faults(found: Any) -> Iterable[str]:
    """Breaks of the published shape, whatever the message was."""
    if not isinstance(found, dict) or set(found) != MESSAGE_KEYS:
        yield f"not the keys of a message: {found!r:.200}"
        return
    for key in ("control_id", "device"):
        if not (found[key] is None or isinstance(found[key], str)):
            yield f"{key} is neither text nor null: {found[key]!r}"
    if not _is_time(found["at"]):
        yield f"at is not RFC 3339 with an offset: {found['at']!r}"
    for reading in found["readings"]:
        if set(reading) != READING_KEYS:
            yield f"not the keys of a reading: {sorted(reading)}"
            continue
        if reading["parameter"] is not None and reading["parameter"] not in UNITS:
            yield f"unknown parameter {reading['parameter']!r}"
        if reading["validity"] not in VALIDITIES:
            yield f"unknown validity {reading['validity']!r}"
        value = reading["value"]
        if isinstance(value, bool) or not (value is None or isinstance(value, (int, float))):
            yield f"value is neither a number nor null: {value!r}"
        elif value is not None and not math.isfinite(value):
            yield f"value is not finite: {value!r}"
        if value is not None and reading["parameter"] and reading["unit"] != UNITS[reading["parameter"]]:
            yield f"{reading['parameter']} in {reading['unit']!r}"
        if reading["validity"] == "valid" and value is None and reading["parameter"]:
            yield f"valid without a value: {reading}"
        if not _is_time(reading["at"]):
            yield f"at is not RFC 3339 with an offset: {reading['at']!r}"
        for key in ("unit", "code", "code_name", "channel"):
            if not (reading[key] is None or isinstance(reading[key], str)):
                yield f"{key} is neither text nor null: {reading[key]!r}"
    for refusal in found["refused"]:
        if set(refusal) != REFUSAL_KEYS:
            yield f"not the keys of a refusal: {refusal}"
        elif not all(isinstance(refusal[key], str) and refusal[key].strip() for key in REFUSAL_KEYS):
            yield f"a refusal without segment or reason: {refusal}"


def _explains(case: Case, rows: list[Row], readings: list[dict[str, Any]], refused: int) -> bool:
    if not rows:
        return not readings and refused == 0
    row, rest = rows[0], rows[1:]
    for outcome in row.outcomes:
        if isinstance(outcome, Reading):
            fits = bool(readings) and _fits(case, row.raw, outcome, readings[0])
            if fits and _explains(case, rest, readings[1:], refused):
                return True
        elif outcome == REFUSED and refused:
            if _explains(case, rest, readings, refused - 1):
                return True
        elif outcome == ABSENT and _explains(case, rest, readings, refused):
            return True
    return False


def _fits(case: Case, raw: str, outcome: Reading, found: dict[str, Any]) -> bool:
    fields = [*raw.split("|"), *[""] * 12]
    code, name = [*fields[3].split("^"), ""][:2]
    return (
        all(_allows(getattr(outcome, key), found[key]) for key in ("parameter", "value", "unit", "validity"))
        and _same_instant(case.at if outcome.at is None else outcome.at, found["at"])
        and _allows((code, code or None) if outcome.code is None else outcome.code, found["code"])
        and _allows(
            (name, name or None) if outcome.code_name is None else outcome.code_name, found["code_name"]
        )
        and _allows(
            (fields[4], fields[4] or None) if outcome.channel is None else outcome.channel, found["channel"]
        )
    )


def _allows(expected: Any, found: Any) -> bool:
    if expected is ANY:
        return True
    if isinstance(expected, tuple):
        return any(_allows(each, found) for each in expected)
    if isinstance(expected, (int, float)) and isinstance(found, (int, float)):
        return math.isclose(expected, found, rel_tol=0, abs_tol=1e-9)
    if isinstance(expected, About):
        return isinstance(found, (int, float)) and abs(found - expected.value) <= 0.051
    return type(expected) is type(found) and bool(expected == found)


def _same_instant(expected: Any, found: Any) -> bool:
    if expected is ANY:
        return _is_time(found)
    if isinstance(expected, tuple):
        return any(_same_instant(each, found) for each in expected)
    if expected is None:
        return found is None
    return isinstance(found, str) and _is_time(found) and _instant(expected) == _instant(found)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _is_time(found: Any) -> bool:
    return found is None or (isinstance(found, str) and RFC_3339.match(found) is not None)
