"""What the simulated monitor shows, as rows, and the message that they make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from reverie.science.simulation.message import Row, compose_message, part, time_text
from reverie.science.simulation.monitor import ALWAYS, look
from reverie.science.simulation.monitor_rows import alarm_rows, cuff_rows, rows_of, text
from reverie.science.simulation.population import typical

AT = datetime(2026, 11, 24, 15, 0, 0, 123_000, tzinfo=UTC)
SHOWN = look(typical().rest, ALWAYS, np.random.default_rng(1))


def rows_by_name(*active: str, flip: bool = False) -> dict[str, Row]:
    """Every row of a message with a cuff reading, by name."""
    acting = frozenset(active)
    rows = rows_of(SHOWN, AT, acting, capnography=True)
    rows += cuff_rows(SHOWN, 36.7, AT - timedelta(seconds=5), acting, flip=flip)
    return {row.name: row for row in rows}


def test_every_measured_row_has_a_unit_a_place_and_a_time() -> None:
    rows = rows_by_name()
    measured = [row for row in rows.values() if row.kind]
    assert len(measured) == 10
    assert all(row.unit and row.at and row.status == "R" for row in measured)
    channels = [row.channel for row in rows.values()]
    assert len(set(channels)) == len(channels)
    assert rows["MDC_ECG_HEART_RATE"].value == "75"
    assert rows["MDC_PULS_OXIM_SAT_O2"].value == "98"


def test_a_cuff_pressure_has_the_time_it_was_measured() -> None:
    rows = rows_by_name()
    pressures = [rows[f"MDC_PRESS_CUFF_{name}"] for name in ("SYS", "MEAN", "DIA")]
    assert all(row.aperiodic and row.at == AT - timedelta(seconds=5) for row in pressures)
    assert [int(row.value) for row in pressures] == sorted(
        (int(row.value) for row in pressures), reverse=True
    )


def test_what_has_no_value_is_sent_empty_and_says_so() -> None:
    none = SHOWN._replace(hr=np.array([np.nan]), nibp_sys=np.array([np.nan]), nibp_dia=np.array([np.nan]))
    rows = [
        *rows_of(none, AT, frozenset(), capnography=True),
        *cuff_rows(none, 36.7, AT, frozenset(), flip=False),
    ]
    empty = {row.name for row in rows if row.kind and (row.value, row.status) == ("", "X")}
    assert empty == {"MDC_ECG_HEART_RATE", *(f"MDC_PRESS_CUFF_{name}" for name in ("SYS", "DIA", "MEAN"))}


def test_a_monitor_in_demonstration_mode_flags_every_value_and_calls_it_normal() -> None:
    rows = [row for row in rows_by_name("demo").values() if row.kind]
    assert {(row.flags, row.status) for row in rows} == {(("DEMO",), "R")}


def test_the_cuff_can_flip_its_codes_and_the_thermometer_its_unit() -> None:
    assert rows_by_name("code-flip", flip=True)["MDC_PRESS_BLD_NONINV_SYS"].code == "150021"
    assert rows_by_name("code-flip", flip=False)["MDC_PRESS_CUFF_SYS"].code == "150301"
    warm = rows_by_name("fahrenheit")["MDC_TEMP"]
    assert (warm.value, warm.unit) == ("98.1", "degF")


def test_without_capnography_breathing_is_counted_at_the_chest() -> None:
    names = {row.name for row in rows_of(SHOWN, AT, frozenset(), capnography=False)}
    assert "MDC_TTHOR_RESP_RATE" in names
    assert not names & {"MDC_CONC_AWAY_CO2_ET", "MDC_CO2_RESP_RATE"}


def test_a_crisis_alarm_is_an_event_of_high_priority() -> None:
    (row,) = alarm_rows(["MDC_EVT_APNEA"], AT, frozenset())
    assert (row.name, row.flags, row.status, row.at) == ("MDC_EVT_APNEA", ("PH",), "R", AT)


@pytest.mark.parametrize(
    ("value", "written"),
    [(75.0, "75"), (-99.9, "-99.9"), (8_388_607.0, "8388607"), (0.2, "0.2"), (0.0, "0"), (float("nan"), "")],
)
def test_numbers_are_written_as_monitors_write_them(value: float, written: str) -> None:
    assert text(value) == written


def test_a_message_has_its_segments_fields_and_escapes_in_place() -> None:
    rows = [
        part("69798", "MDC_DEV_ECG_VMD", "1.1.0.0"),
        Row("NM", "150456", "MDC_PULS_OXIM_SAT_O2", "1.2.1.1", "97", "%", "92-100", ("DEMO", "TEST"), at=AT),
        Row("ST", "0", "note", "1.9.1.1", "a|b^c&d\\e~f", "drops", system="99SIM"),
    ]
    device = "MON|A^00AB^EUI-64"
    segments = compose_message(device, "17", AT, rows).decode().split("\r")
    assert [segment[:3] for segment in segments] == ["MSH", "PID", "OBR", "OBX", "OBX", "OBX", ""]
    header = segments[0].split("|")
    assert header[2] == "MON\\F\\A^00AB^EUI-64"
    assert header[6:12] == ["20261124150000.123+0000", "", "ORU^R01^ORU_R01", "17", "P", "2.6"]
    assert segments[2].split("|")[7] == "20261124150000.123+0000"
    assert segments[3] == "OBX|1||69798^MDC_DEV_ECG_VMD^MDC|1.1.0.0|||||||X"
    assert segments[4] == (
        "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.2.1.1|97|262688^MDC_DIM_PERCENT^MDC|92-100|DEMO~TEST"
        "|||R|||20261124150000.123+0000"
    )
    assert segments[5] == "OBX|3|ST|0^note^99SIM|1.9.1.1|a\\F\\b\\S\\c\\T\\d\\E\\e\\R\\f|drops|||||R"


def test_times_are_sent_in_utc_with_milliseconds() -> None:
    there = timezone(timedelta(hours=-5))
    assert time_text(datetime(896, 1, 2, 3, 4, 5, 678_999, tzinfo=there)) == "08960102080405.678+0000"
