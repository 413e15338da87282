"""Events and their bodies: one form, read strictly, small."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session.rows import USUAL, VALIDITIES
from reverie.science.session.upcast import UPCASTS
from reverie.science.vitals.reading import Reading
from tests import strategies as s

AT = datetime(2026, 11, 24, 15, 0, 0, 123_000, UTC)


def _refuse(text: str) -> None:
    raise AssertionError(f"a float in a body: {text}")


@s.examples
@given(
    s.plain_events | s.charted.map(s.late) | st.builds(s.correction, st.integers(1, 9), s.words, s.charted)
)
def test_a_body_gives_back_its_event(event: ev.Event) -> None:
    text = json.dumps(ev.body_of(event), allow_nan=False)
    body = json.loads(text, parse_float=_refuse)
    again = ev.parse(ev.kind_of(event), ev.version_of(event), body)
    assert again == event
    assert json.dumps(ev.body_of(again)) == text


@s.examples
@given(st.sampled_from(sorted(ev.REGISTRY)), s.json_values)
@example(("readings", 1), {"rows": [[[], {}]]})
def test_whatever_is_no_body_is_refused_in_a_sentence(key: tuple[str, int], value: Any) -> None:
    with pytest.raises(ev.BadEvent, match=r"\w+ \w+"):
        ev.parse(*key, value)


@s.examples
@given(s.plain_events, st.data())
def test_a_body_with_one_damaged_field_never_escapes_as_another_error(event: ev.Event, data: Any) -> None:
    body = ev.body_of(event)
    body[data.draw(st.sampled_from(sorted(body)))] = data.draw(s.json_values)
    try:
        found = ev.parse(ev.kind_of(event), ev.version_of(event), body)
    except ev.BadEvent:
        return
    assert ev.parse(ev.kind_of(event), ev.version_of(event), ev.body_of(found)) == found


@pytest.mark.parametrize("name", ["text", "subject"])
def test_a_missing_field_is_named(name: str) -> None:
    body = {"text": "calm", "subject": ""}
    del body[name]
    with pytest.raises(ev.BadEvent, match=f"note: .*“{name}” is missing"):
        ev.parse("note", 2, body)


@pytest.mark.parametrize(
    ("kind", "version", "body", "words"),
    [
        ("note", 2, {"text": "calm", "subject": "", "mood": "3"}, "“mood” that it never has"),
        ("note", 2, {"text": " \n", "subject": ""}, "“text” is empty"),
        ("note", 2, {"text": "\ud800", "subject": ""}, "half a character"),
        ("note", 1, {"text": ""}, "“text” is empty"),
        ("note", 3, {}, "no kind “note” in version 3"),
        ("note", True, {"text": "calm"}, "no kind “note” in version True"),
        ("dose", 1, {}, "no kind “dose”"),
        ("clock_stepped", 1, {"by_ms": 1.0}, "“by_ms” is a float"),
        ("clock_stepped", 1, {"by_ms": True}, "“by_ms” is a bool"),
        ("clock_stepped", 1, {"by_ms": 2**60}, "too large"),
        ("rate_changed", 1, {"rate_ml_per_h": 52.5, "source": "staff", "device": "", "reason": ""}, "float"),
        ("rate_changed", 1, {"rate_ml_per_h": "5e1", "source": "staff", "device": "", "reason": ""}, "“5e1”"),
        ("rate_changed", 1, {"rate_ml_per_h": "52", "source": "pump", "device": "", "reason": ""}, "“pump”"),
        ("state_changed", 1, {"from_state": "ready", "to_state": "flying", "reason": ""}, "“flying”"),
    ],
)
def test_what_is_wrong_is_named(kind: str, version: int, body: dict[str, Any], words: str) -> None:
    with pytest.raises(ev.BadEvent) as refused:
        ev.parse(kind, version, body)
    assert words in str(refused.value)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1E+30", "1E-30"])
def test_a_number_without_a_plain_form_is_not_recorded(value: str) -> None:
    with pytest.raises(ev.BadEvent):
        ev.body_of(ev.RateChanged(Decimal(value), "device"))
    with pytest.raises(ev.BadEvent):
        ev.body_of(ev.VitalsRecorded(None, (ev.Row("hr", Decimal(value), "valid", *USUAL["hr"], "", None),)))


def test_a_second_of_six_values_stays_small() -> None:
    values = {"hr": "72", "pr": "72", "spo2": "98", "pi": "3.10", "rr": "14", "etco2": "38.5"}
    readings = [
        Reading(parameter, Decimal(value), usual.unit, "valid", AT, usual.code, usual.code_name, f"1.{i}.1.1")
        for i, (parameter, value) in enumerate(values.items())
        for usual in [USUAL[parameter]]
    ]
    at_ms = 1_795_532_400_123
    event = ev.Readings(
        "REVERIE^0002^EUI-64",
        "MON-000000123456",
        at_ms,
        None,
        "0123456789abcdef",
        ev.rows_of(readings, at_ms),
    )
    body = json.dumps(ev.body_of(event), separators=(",", ":"))
    assert '["hr","72"]' in body
    assert len(body) <= 320


def test_readings_come_back_as_they_were() -> None:
    sys, temp = USUAL["nibp_sys"], USUAL["temp"]
    own = AT - timedelta(minutes=4)
    readings = (
        Reading("nibp_sys", Decimal("128"), "mmHg", "valid", own, sys.code, sys.code_name, ""),
        Reading("temp", Decimal("36.60"), "Cel", "questionable", AT, temp.code, temp.code_name, "1.5.1.1"),
        Reading("temp", None, "Cel", "not_available", AT, temp.code, temp.code_name, "1.5.1.2"),
        Reading("hr", Decimal("71"), "/min", "valid", AT, "147842", "MDC_ECG_CARD_BEAT_RATE", ""),
        Reading(None, Decimal("0.35"), "mg/mL", "valid", AT, "157760", "MDC_CONC_DRUG", "1.1.2.7"),
    )
    at_ms = 1_795_532_400_123
    event = ev.Readings("MON", "1", at_ms, None, "", ev.rows_of(readings, at_ms))
    body = json.loads(json.dumps(ev.body_of(event)))
    again = ev.parse("readings", 1, body)
    assert isinstance(again, ev.Readings)
    assert ev.readings_of(again.rows, again.at_ms) == readings
    assert str(again.rows[1].value) == "36.60"


def test_a_mapped_row_that_stands_alone_leaves_its_channel_out() -> None:
    hr = USUAL["hr"]
    reading = Reading("hr", Decimal("71"), "/min", "valid", None, hr.code, hr.code_name, "1.1.1.1")
    assert [row.channel for row in ev.rows_of([reading], None)] == [""]


@s.examples
@given(st.lists(s.rows(), max_size=6), st.none() | s.times_ms)
def test_rows_and_readings_hold_the_same(rows: list[ev.Row], at_ms: int | None) -> None:
    readings = ev.readings_of(rows, at_ms)
    assert ev.readings_of(ev.rows_of(readings, at_ms), at_ms) == tuple(
        reading._replace(channel="")
        if reading.parameter and sum(other.parameter == reading.parameter for other in readings) == 1
        else reading
        for reading in readings
    )


def test_refused_rows_are_counted_by_reason() -> None:
    assert ev.tally(["foreign unit lb", "cut off", "foreign unit lb"]) == (
        ("foreign unit lb", 2),
        ("cut off", 1),
    )


def test_every_older_version_has_its_upcast_and_every_newest_has_none() -> None:
    newest = {
        kind: max(version for other, version in ev.REGISTRY if other == kind) for kind, _ in ev.REGISTRY
    }
    for kind, version in ev.REGISTRY:
        assert ((kind, version) in UPCASTS) == (version < newest[kind]), (kind, version)
    assert all((kind, version + 1) in ev.REGISTRY for kind, version in UPCASTS)


def test_the_first_note_becomes_one_without_subject() -> None:
    assert ev.parse("note", 1, {"text": "calm"}) == ev.Note("calm", "")


def test_what_is_written_is_the_newest_version() -> None:
    for (kind, version), cls in ev.REGISTRY.items():
        if (kind, version) not in UPCASTS:
            shape = {field.name for field in fields(cls)}
            assert shape, kind
            assert (ev.kind_of(cls.__new__(cls)), ev.version_of(cls.__new__(cls))) == (kind, version)


@pytest.mark.parametrize("at_ms", [-(10**15), 10**15, 1.5, True, "0", None])
def test_a_rows_time_is_within_the_calendar(at_ms: object) -> None:
    body = {
        "at_ms": None,
        "rows": [["hr", "72", "valid", {"at_ms": at_ms}]],
        "arousal": None,
        "comfort": None,
    }
    with pytest.raises(ev.BadEvent):
        ev.parse("vitals_recorded", 1, body)


@pytest.mark.parametrize("validity", VALIDITIES)
def test_every_validity_is_kept(validity: str) -> None:
    row = ev.Row("spo2", None, validity, *USUAL["spo2"], "", None)
    event = ev.VitalsRecorded(None, (row,))
    assert ev.parse("vitals_recorded", 2, ev.body_of(event)) == event


@s.examples
@given(st.sampled_from(["nurse", "", "STAFF"]))
def test_an_actor_is_staff_device_or_system(kind: str) -> None:
    with pytest.raises(ev.BadEvent):
        ev.actor(kind, "1", "x", "")
