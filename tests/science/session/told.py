"""Small stories of a session for tests: rows, messages of a device, and a stream that begins with arrival."""

from __future__ import annotations

from decimal import Decimal

from reverie.science.session import events as ev
from reverie.science.session.fold import Recorded
from reverie.science.session.rows import USUAL
from tests import strategies as s

START = s.START_MS
OPENED = ev.Opened("2", "p-17", "AB", "depression", "c-3", "Ash House", 2)


def row(parameter: str, value: str | None, validity: str = "valid", code: str | None = None) -> ev.Row:
    usual = USUAL[parameter]
    return ev.Row(
        parameter, None if value is None else Decimal(value), validity, usual.unit,
        code or usual.code, usual.code_name, "", None,
    )  # fmt: skip


def message(device: str, *rows: ev.Row, clock_ms: int | None = None) -> ev.Readings:
    return ev.Readings(device, "c", None, clock_ms, "00", rows)


def story(*events: ev.Event) -> list[Recorded]:
    return s.entries_of([OPENED, *events])
