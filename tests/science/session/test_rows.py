"""What a monitor said of its own alarm is kept with its row, costs nothing where it said nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from reverie.science.session.rows import USUAL, Row, pack_rows, readings_of, rows_of, unpack_rows
from reverie.science.session.values import BadEvent
from reverie.science.vitals.reading import Reading
from tests import strategies

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
AT_MS = int(AT.timestamp()) * 1000
SPO2 = Row("spo2", Decimal(88), "valid", *USUAL["spo2"], "", None)


def test_an_alarm_stands_beside_what_differs() -> None:
    assert pack_rows([SPO2]) == [["spo2", "88"]]
    packed = pack_rows([SPO2._replace(alarm="high spo2 low")])
    assert packed == [["spo2", "88", "valid", {"alarm": "high spo2 low"}]]
    assert unpack_rows(packed) == (SPO2._replace(alarm="high spo2 low"),)


def test_a_body_from_before_there_were_alarms_says_nothing_of_them() -> None:
    old = [
        ["spo2", "88"],
        ["hr", None, "not_available", {"channel": "1.1"}],
        [None, "3", "valid", {"code": "7"}],
    ]
    assert [row.alarm for row in unpack_rows(old)] == ["", "", ""]
    assert pack_rows(unpack_rows(old)) == old


@pytest.mark.parametrize("alarm", [None, 7, ["high"], "\ud800"])
def test_an_alarm_is_text(alarm: object) -> None:
    with pytest.raises(BadEvent):
        unpack_rows([["spo2", "88", "valid", {"alarm": alarm}]])


def test_readings_keep_their_alarms() -> None:
    name = USUAL["spo2"]
    reading = Reading("spo2", Decimal(88), "%", "valid", AT, name.code, name.code_name, "", "high spo2 low")
    event = Reading(None, None, "", "not_available", AT, "196616", "MDC_EVT_ALARM", "1.1", "over MDC_EVT_LO")
    rows = rows_of([reading, event], AT_MS)
    assert [row.alarm for row in rows] == ["high spo2 low", "over MDC_EVT_LO"]
    assert readings_of(unpack_rows(pack_rows(rows)), AT_MS) == (reading, event)


@given(strategies.rows(), strategies.words)
def test_every_row_comes_back_with_its_alarm(row: Row, alarm: str) -> None:
    kept = row._replace(alarm=alarm)
    assert unpack_rows(pack_rows([kept])) == (kept,)
