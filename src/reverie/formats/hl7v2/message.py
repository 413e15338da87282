"""An HL7 version 2 message as its header and the plain fields of its OBX rows.

Knows segments, fields, components, escapes, and which time counts for a row (OBX-14, else OBR-7, else
MSH-7). It knows no clinical meaning and refuses only what is no HL7 message at all.
Source: HL7 version 2.6, chapters 2 and 7; IHE PCD Technical Framework, volume 2.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import NamedTuple

from reverie.formats.hl7v2.encoding import STANDARD, Separators, decode, unescape
from reverie.formats.hl7v2.times import read_time, states_zone

# what is longer is read all the same, but not remembered
SHORT = 300
_OBX_11, _OBX_14 = 11, 14
_MSH_10, _MSH_12 = 9, 11
_NULL = '""'  # how HL7 writes that there is nothing
_EMPTY = [""] * (_OBX_14 + 1)
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")


class Unreadable(ValueError):
    """Bytes that are no HL7 message; `control_id` (MSH-10) and `sender` (MSH-3, else MSH-4) if readable."""

    def __init__(self, reason: str, control_id: str = "", sender: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.control_id = control_id
        self.sender = sender


class Coded(NamedTuple):
    """A coded element: identifier, text, coding system, and the same again for an alternate code."""

    code: str = ""
    name: str = ""
    system: str = ""
    other_code: str = ""
    other_name: str = ""
    other_system: str = ""


class Row(NamedTuple):
    """One OBX. `whole` is false when it ends before OBX-11.

    A structured number (SN) is written into `value` as comparator and number, such as `>250`. `flags` is
    OBX-8 as it stands, repetitions between `~`. `at` has a fixed offset; `at_stated` is false when the
    row's own time could not be read and the order's stands in for it.
    """

    segment: str
    whole: bool
    kind: str
    observed: Coded
    channel: str
    value: str
    unit: Coded
    flags: str
    status: str
    at: datetime | None
    at_stated: bool


class Message(NamedTuple):
    """A message. `application` is MSH-3 and `facility` MSH-4, components joined by `^`.

    `kind` is MSH-9 whole, `processing` the first component of MSH-11, `patient` the first identifier of
    PID-3. `strays` are lines that are no segment.
    """

    control_id: str
    application: str
    facility: str
    at: datetime | None
    kind: str
    processing: str
    rows: tuple[Row, ...]
    strays: tuple[str, ...]
    patient: str = ""


def read_message(raw: bytes, zone: tzinfo = UTC) -> Message:
    """The message in `raw`; `zone` is the device's own, for times in a message that states none.

    Raises Unreadable when it is no HL7 message: no header, a header cut off, or several headers.
    """
    whole = decode(raw)
    text = whole.lstrip("\ufeff\x0b\r\n \t").rstrip("\x1c\r\n \t")
    if "\n" in text:
        text = text.replace("\n", "\r")
    lines = text.split("\r")
    separators = read_separators(lines[0])
    header = lines[0].split(separators.field)
    resolve = text.count(separators.escape) > header[1].count(separators.escape)
    if resolve or separators.component != "^":
        header = [_joined(value, separators) for value in header]
    if len(header) <= _MSH_10:
        raise Unreadable("the header (MSH) is cut off before its control id (MSH-10)")
    control_id, kind, sent_text = header[_MSH_10].strip(), header[8].strip(), header[6].strip()
    sender = header[2].strip() or header[3].strip()
    if not kind:
        raise Unreadable("the header (MSH) states no message type (MSH-9)", control_id, sender)
    if len(lines) == 1 and len(header) <= _MSH_12 and whole.rstrip("\x1c \t")[-1] not in "\r\n":
        # nothing that a header must hold after the control id, and not even the end of its line
        raise Unreadable("the message breaks off within its header (MSH)", control_id, sender)
    sent_at = read_time(sent_text, zone)
    if sent_at is not None and sent_at.tzinfo is not None and states_zone(sent_text):
        zone = sent_at.tzinfo
    times = {sent_text: sent_at}
    if f"\rMSH{separators.field}" in text:
        reason = "two messages in one: a second header (MSH) follows the first"
        raise Unreadable(reason, control_id, sender)
    rows, strays = _read_lines(lines, separators, resolve, times, sent_at, zone)
    processing = header[10].split("^", 1)[0].strip() if len(header) > _MSH_10 + 1 else ""
    patient = next((_patient(line, separators) for line in lines if line[:4] == "PID" + separators.field), "")
    return Message(
        control_id, header[2], header[3], sent_at, kind, processing, tuple(rows), tuple(strays), patient
    )


def read_separators(header: str) -> Separators:
    """The separators that a header (MSH) declares. Raises Unreadable when it declares none."""
    if header[:3] != "MSH":
        if header[:3] in ("FHS", "BHS"):
            raise Unreadable("this is a batch (FHS, BHS); messages are read one by one")
        raise Unreadable("no HL7 message begins here: it does not start with MSH")
    field = header[3:4]
    if not field or field.isalnum() or not _is_mark(field):
        raise Unreadable("the header (MSH) is cut off or declares no field separator")
    declared = header[4:].split(field, 1)[0][:4]
    separators = Separators(field, *(declared + "^~\\&"[len(declared) :]))
    if not _is_mark(declared) or separators.component.isalnum() or separators.component == field:
        raise Unreadable("the header (MSH) declares no separators (MSH-2)")
    return separators


def _is_mark(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _joined(value: str, separators: Separators) -> str:
    return unescape(value.replace(separators.component, "^"), separators)


def _read_lines(
    lines: list[str],
    separators: Separators,
    resolve: bool,
    times: dict[str, datetime | None],
    sent_at: datetime | None,
    zone: tzinfo,
) -> tuple[list[Row], list[str]]:
    field = separators.field
    obx = "OBX" + field
    standard = separators == STANDARD
    rows: list[Row] = []
    strays: list[str] = []
    order_at = sent_at
    new = tuple.__new__
    for i in range(1, len(lines)):
        line = lines[i]
        if line[:4] != obx:
            if line[:4] == "OBR" + field:
                order = line.split(field)
                stated = order[7].strip() if len(order) > 7 else ""
                if stated == _NULL:
                    stated = ""
                if stated not in times:
                    times[stated] = read_time(stated, zone) if stated else None
                order_at = times[stated] if stated else sent_at
            elif line == "OBX":
                rows.append(Row(line, False, "", Coded(), "", "", Coded(), "", "", order_at, True))
            elif line.strip() and not (_SEGMENT.match(line) and line[3:4] in ("", field)):
                strays.append(line)
            continue
        part = line.split(field)
        width = len(part)
        if width <= _OBX_14:
            part += _EMPTY[width:]
        own = part[14]
        at, at_stated = order_at, True
        if own:
            if own not in times:
                times[own] = read_time(own.strip(), zone)
            own_at = times[own]
            if own_at is not None:
                at = own_at
            else:
                at_stated = own.strip() in ("", _NULL)
        kind, value, flags = part[2], part[5], part[8]
        if standard and len(line) <= SHORT:
            observed, unit = _remembered(part[3]), _remembered(part[6])
        else:
            observed, unit = _coded(part[3], separators), _coded(part[6], separators)
            flags = flags.replace(separators.repetition, "~").replace(separators.component, "^")
        if kind == "SN":
            value = _structured(value, separators)
        if resolve:
            value = unescape(value, separators)
        row = (line, width > _OBX_11, kind, observed, part[4], value, unit, flags, part[11], at, at_stated)
        rows.append(new(Row, row))
    return rows, strays


def _patient(line: str, separators: Separators) -> str:
    fields = line.split(separators.field)
    identifier = fields[3].split(separators.repetition, 1)[0] if len(fields) > 3 else ""
    said = unescape(identifier.split(separators.component, 1)[0], separators).strip()
    return "" if said == _NULL else said


def _coded(text: str, separators: Separators = STANDARD) -> Coded:
    # a repeated element counts once, by its first
    first = text.split(separators.repetition, 1)[0]
    parts = [unescape(one, separators).strip() for one in first.split(separators.component)[:6]]
    return Coded(*parts)


_remembered = lru_cache(maxsize=4_096)(_coded)


def _structured(value: str, separators: Separators) -> str:
    parts = [one.strip() for one in value.split(separators.component)]
    comparator = "" if parts[0] == "=" else parts[0]
    return comparator + "".join(parts[1:])
