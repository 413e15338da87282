"""The simulated monitor: its rows, its cuff, its artefacts, and the message they make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random

import pytest

from reverie.science.simulation.artefacts import KINDS, NO_VALUE_NUMBERS, Episodes
from reverie.science.simulation.message import Row, compose_message, part, time_text
from reverie.science.simulation.monitor import Monitor, show
from reverie.science.simulation.patient import STANDARD_REST

AT = datetime(2026, 11, 24, 15, 0, 0, 123_000, tzinfo=UTC)
CUFF_ENDS = (54.0, 55.0)


def rows_by_name(*active: str, span_s: tuple[float, float] = (9.0, 10.0), seed: int = 1) -> dict[str, Row]:
    """The rows that a monitor shows, by name."""
    rows = show(Monitor(), STANDARD_REST, span_s, AT, frozenset(active), Random(seed))
    return {row.name: row for row in rows}


def test_every_measured_row_has_a_unit_a_place_and_a_time() -> None:
    rows = rows_by_name(span_s=CUFF_ENDS)
    measured = [row for row in rows.values() if row.kind]
    assert len(measured) == 10
    assert all(row.unit and row.at and row.status == "R" for row in measured)
    channels = [row.channel for row in rows.values()]
    assert len(set(channels)) == len(channels)
    assert rows["MDC_ECG_HEART_RATE"].value == "75"
    assert rows["MDC_PULS_OXIM_SAT_O2"].value == "98"


def test_a_cuff_pressure_is_sent_once_with_the_time_it_was_measured() -> None:
    assert "MDC_PRESS_CUFF_SYS" not in rows_by_name(span_s=(53.0, 54.0))
    assert "MDC_PRESS_CUFF_SYS" not in rows_by_name(span_s=(55.0, 56.0))
    late = rows_by_name(span_s=(50.0, 60.0))["MDC_PRESS_CUFF_SYS"]
    assert late.aperiodic
    assert late.at == AT - timedelta(seconds=5)
    names = [f"MDC_PRESS_CUFF_{name}" for name in ("SYS", "MEAN", "DIA")]
    pressures = [int(rows_by_name(span_s=CUFF_ENDS)[name].value) for name in names]
    assert pressures == sorted(pressures, reverse=True)


def test_the_cuff_keeps_its_cycle() -> None:
    monitor = Monitor(first_cuff_s=20, cuff_every_s=300)
    ended = [monitor.measured(t - 1.0, float(t)) for t in range(1, 1_000)]
    assert [one for one in ended if one is not None] == [55.0, 355.0, 655.0, 955.0]
    assert [monitor.inflating(t) for t in (19.9, 20.0, 54.9, 55.0, 320.0)] == [False, True, True, False, True]
    with pytest.raises(ValueError, match="before the next"):
        Monitor(cuff_every_s=30)


@pytest.mark.parametrize(
    ("artefact", "expected"),
    [
        (
            "probe-off",
            {"MDC_PULS_OXIM_SAT_O2": "0", "MDC_PULS_OXIM_PULS_RATE": "0", "MDC_BLD_PERF_INDEX": "0"},
        ),
        ("off-nose", {"MDC_CONC_AWAY_CO2_ET": "0", "MDC_RESP_RATE": "0"}),
        ("leads-off", {"MDC_ECG_HEART_RATE": ""}),
    ],
)
def test_an_artefact_changes_its_rows_and_no_others(artefact: str, expected: dict[str, str]) -> None:
    clean, disturbed = rows_by_name(), rows_by_name(artefact)
    for name, row in disturbed.items():
        if name in expected:
            assert row.value == expected[name]
            assert row.status == ("R" if row.value else "X")
        else:
            assert row == clean[name]


def test_motion_lowers_the_saturation_and_halves_or_doubles_the_pulse() -> None:
    for seed in range(20):
        rows, clean = rows_by_name("motion", seed=seed), rows_by_name(seed=seed)
        assert 5 <= 98 - int(rows["MDC_PULS_OXIM_SAT_O2"].value) <= 20
        pulse = int(clean["MDC_PULS_OXIM_PULS_RATE"].value)
        assert int(rows["MDC_PULS_OXIM_PULS_RATE"].value) in (round(pulse / 2), pulse * 2)
        assert rows["MDC_ECG_HEART_RATE"] == clean["MDC_ECG_HEART_RATE"]


def test_talking_disturbs_the_breath_and_sentinels_are_no_numbers_of_a_patient() -> None:
    assert rows_by_name("talking")["MDC_CONC_AWAY_CO2_ET"] != rows_by_name()["MDC_CONC_AWAY_CO2_ET"]
    assert rows_by_name("sentinel")["MDC_PULS_OXIM_SAT_O2"].value in NO_VALUE_NUMBERS


def test_a_monitor_in_demonstration_mode_flags_every_value_and_calls_it_normal() -> None:
    rows = [row for row in rows_by_name("demo", span_s=CUFF_ENDS).values() if row.kind]
    assert {(row.flags, row.status) for row in rows} == {(("DEMO",), "R")}


def test_the_probe_is_only_lost_while_the_cuff_on_its_arm_is_inflated() -> None:
    assert rows_by_name("cuff-limb", span_s=(29.0, 30.0))["MDC_PULS_OXIM_SAT_O2"].status == "X"
    assert rows_by_name("cuff-limb", span_s=(59.0, 60.0))["MDC_PULS_OXIM_SAT_O2"].value == "98"


def test_the_cuff_can_read_too_high_and_flip_its_codes_and_the_thermometer_its_unit() -> None:
    clean = rows_by_name(span_s=CUFF_ENDS)
    high = rows_by_name("over-read", span_s=CUFF_ENDS)
    assert int(high["MDC_PRESS_CUFF_SYS"].value) == pytest.approx(
        1.3 * int(clean["MDC_PRESS_CUFF_SYS"].value), abs=1
    )
    codes = [
        next(
            row.code
            for row in show(Monitor(), STANDARD_REST, (t - 1, t), AT, frozenset({"code-flip"}), Random(1))
            if row.name.endswith("_SYS")
        )
        for t in (55.0, 355.0, 655.0)
    ]
    assert codes == ["150301", "150021", "150301"]
    warm = rows_by_name("fahrenheit", span_s=CUFF_ENDS)["MDC_TEMP"]
    assert (warm.value, warm.unit) == ("98.1", "degF")


def test_without_capnography_breathing_is_counted_at_the_chest() -> None:
    rows = show(Monitor(capnography=False), STANDARD_REST, (9.0, 10.0), AT, frozenset(), Random(1))
    names = {row.name for row in rows}
    assert "MDC_TTHOR_RESP_RATE" in names
    assert "MDC_CONC_AWAY_CO2_ET" not in names


def test_episodes_are_repeatable_and_last_as_stated() -> None:
    def course(seed: int) -> list[frozenset[str]]:
        episodes = Episodes(KINDS, Random(seed))
        return [episodes.active(t / 2) for t in range(7_200)]

    assert course(5) == course(5)
    assert course(5) != course(6)
    seconds = sum("probe-off" in active for active in course(5)) / 2
    assert 60 < seconds < 1_800  # a quarter of an hour or so of an hour
    assert all({"demo", "over-read"} <= active for active in course(5))
    with pytest.raises(ValueError, match="no artefact gremlins"):
        Episodes(["gremlins"], Random(1))


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
