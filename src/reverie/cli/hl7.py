"""`reverie hl7 parse`: what the messages in a file say, and what of them is not recorded and why.

One JSON object a message, numbers exactly as the device sent them. One bad file or message never stops the
rest. Exit status 1 means that a file gave nothing. It imports no Django.
"""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from reverie.clinic.devices.hl7v2.message import Parsed


def mount(app: typer.Typer) -> None:
    """Add the command to the `reverie hl7` group."""
    app.command()(parse)


def parse(
    files: Annotated[list[Path], typer.Argument(help="Files with HL7 messages, bare or in MLLP frames.")],
    zone: Annotated[
        str, typer.Option(help="Zone of times that state none, such as Europe/Berlin or +02:00.")
    ] = "UTC",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a message, one a line.")] = False,
) -> None:
    """Show the readings in HL7 messages, each with its validity, and the rows that are refused."""
    own_zone = _zone(zone)
    if own_zone is None:
        _complain(f"--zone takes a zone such as UTC, Europe/Berlin or +02:00, not {zone}")
        raise typer.Exit(2)
    gave = [_parse_file(path, own_zone, as_json) for path in files]
    if not all(gave):
        raise typer.Exit(1)


def _parse_file(path: Path, zone: tzinfo, as_json: bool) -> bool:
    from reverie.clinic.devices.hl7v2.message import Unreadable, read
    from reverie.formats.hl7v2 import split_messages

    try:
        messages, leftovers = split_messages(path.read_bytes())
    except OSError as error:
        _complain(f"{path}: cannot be read: {error.strerror or error}")
        return False
    gave = 0
    for number, message in enumerate(messages, start=1):
        try:
            parsed = read(message, zone)
        except Unreadable as error:
            named = f" (control id {error.control_id})" if error.control_id else ""
            _complain(f"{path}: message {number}{named} is unreadable: {error.reason}")
            continue
        gave += 1
        print(_json(_object(parsed)) if as_json else _words(parsed), flush=True)
    for left in leftovers:
        start = left[:40].decode("ascii", "backslashreplace")
        _complain(f"{path}: {len(left):,} bytes outside of any message, beginning {start!r}, are left out")
    if not messages:
        _complain(f"{path}: no HL7 message in it (none starts with MSH)")
    return gave > 0


def _object(parsed: Parsed) -> dict[str, object]:
    return {
        "control_id": parsed.control_id,
        "device": parsed.device,
        "at": _time(parsed.at),
        "readings": [
            {
                "parameter": reading.parameter,
                "value": reading.value,
                "unit": reading.unit,
                "validity": reading.validity,
                "at": _time(reading.at),
                "code": reading.code,
                "code_name": reading.code_name,
                "channel": reading.channel,
            }
            for reading in parsed.readings
        ],
        "refused": [{"segment": one.segment, "reason": one.reason} for one in parsed.refused],
    }


def _time(at: datetime | None) -> str | None:
    from reverie.formats.hl7v2 import rfc3339

    return rfc3339(at) if at is not None else None


def _json(value: object) -> str:
    """`value` as JSON, a Decimal with exactly its digits (the standard encoder knows only floats)."""
    import json

    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)}: {_json(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_json, value)) + "]"
    return json.dumps(value)


def _words(parsed: Parsed) -> str:
    at = _time(parsed.at) or "an unknown time"
    lines = [f"{parsed.device or 'unnamed device'}, message {parsed.control_id or 'without id'}, {at}"]
    for reading in parsed.readings:
        value = "no value" if reading.value is None else f"{reading.value:f} {reading.unit}".rstrip()
        called = reading.parameter or f"{reading.code} {reading.code_name}".strip()
        lines.append(f"  {called:12} {value:16} {reading.validity:14} {_time(reading.at) or ''}".rstrip())
    lines += [f"  refused: {one.reason}: {one.segment}" for one in parsed.refused]
    return "\n".join(lines)


def _zone(text: str) -> tzinfo | None:
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    if text.upper() in ("UTC", "Z"):
        return UTC
    try:
        if text[:1] in ("+", "-"):
            return datetime.fromisoformat(f"2000-01-01T00:00:00{text}").tzinfo
        return ZoneInfo(text)
    except (ValueError, KeyError, OSError):
        return None


def _complain(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
