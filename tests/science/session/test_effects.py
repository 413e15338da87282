"""What the screen shows after each event, and that facts are never refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session.fold import STAFF, Recorded, as_known
from tests import strategies as s
from tests.science.session.told import OPENED, START, message, row, story

# -- what the screen shows


def test_values_stand_under_their_own_source() -> None:
    state = as_known(
        story(
            message("MON^1", row("hr", "72"), row("spo2", None, "not_available")),
            message("MON^2", row("hr", "140")),
            ev.VitalsRecorded(None, (row("hr", "70"),), arousal="drowsy"),
        )
    )
    shown = {key: (str(found.value), found.validity, found.source) for key, found in state.latest.items()}
    assert shown == {
        ("MON^1", "hr"): ("72", "valid", "device"),
        ("MON^1", "spo2"): ("None", "not_available", "device"),
        ("MON^2", "hr"): ("140", "valid", "device"),
        (STAFF, "hr"): ("70", "valid", "staff"),
    }
    assert state.arousal is not None
    assert state.arousal.words == "drowsy"


def test_a_message_that_comes_late_does_not_replace_a_newer_value() -> None:
    newer = s.entry(2, message("MON", row("hr", "80")), START + 5_000, START + 5_100)
    older = s.entry(3, message("MON", row("hr", "60"), row("pr", "61")), START + 1_000, START + 5_200)
    state = as_known([*story(), newer, older])
    assert state.latest[("MON", "hr")].value == Decimal("80")
    assert state.latest[("MON", "pr")].value == Decimal("61")


def test_a_clock_set_back_does_not_freeze_the_screen() -> None:
    before = s.entry(2, message("MON", row("hr", "80")), START + 9_000_000)
    stepped = s.entry(3, ev.ClockStepped(-3_600_000), START + 5_400_000)
    after = s.entry(4, message("MON", row("hr", "60")), START + 5_401_000)
    state = as_known([*story(), before, stepped, after])
    assert state.latest[("MON", "hr")].value == Decimal("60")
    assert state.clock_steps == ((3, -3_600_000),)
    moved = s.entry(5, ev.StateChanged("arrived", "preflight", ""), START - 3_000_000)
    assert as_known([*story(), before, stepped, after, moved]).phase == "preflight"


def test_between_two_cuffs_the_last_pressure_stands_with_its_age() -> None:
    state = as_known(
        story(
            message("MON", row("nibp_sys", "128"), row("spo2", "97")),
            message("MON", row("nibp_sys", None, "not_available"), row("spo2", None, "not_available")),
        )
    )
    assert state.latest[("MON", "nibp_sys")].value == Decimal("128")
    assert state.latest[("MON", "nibp_sys")].seq == 2
    assert state.latest[("MON", "spo2")].value is None
    failed = as_known(
        story(message("MON", row("nibp_sys", "128")), message("MON", row("nibp_sys", None, "invalid")))
    )
    assert failed.latest[("MON", "nibp_sys")].validity == "invalid"


@pytest.mark.parametrize("flip", [False, True])
def test_of_two_rows_of_a_parameter_the_one_with_a_value_then_the_usual_code_is_shown(flip: bool) -> None:
    current, programmed = row("pump_rate", "0"), row("pump_rate", "52.5", code="157784")
    rows = (programmed, current) if flip else (current, programmed)
    assert as_known(story(message("PUMP", *rows))).latest[("PUMP", "pump_rate")].value == Decimal("0")
    empty = (row("rr", None, "not_available"), row("rr", "14", code="151578"))
    assert as_known(story(message("MON", *empty[:: -1 if flip else 1]))).latest[("MON", "rr")].value == 14


def heard(*received_ms: int) -> int | None:
    stream = [
        s.entry(i, message("MON", row("hr", "72")), START + at, START + at)
        for i, at in enumerate(received_ms, 2)
    ]
    return as_known([*story(), *stream]).devices["MON"].interval_ms


@pytest.mark.parametrize(
    ("received_ms", "interval_ms"),
    [
        ((0,), None),
        ((0, 1_000), 1_000),
        (tuple(range(0, 20_000, 1_000)), 1_000),
        # jitter
        ((0, 1_010, 1_990, 3_005, 4_000), 1_010),
        # one gap of a minute teaches nothing
        ((0, 1_000, 2_000, 62_000, 63_000, 64_000), 1_000),
        # three messages in one sending, each minute
        ((0, 5, 10, 60_000, 60_005, 60_010, 120_000, 120_005), 60_000),
        # the clock went back
        ((0, 1_000, 2_000, -60_000, -59_000, -58_000), 1_000),
    ],
)
def test_a_devices_interval_is_learned(received_ms: tuple[int, ...], interval_ms: int | None) -> None:
    assert heard(*received_ms) == interval_ms


def test_a_loss_is_no_sending_interval() -> None:
    def at(seq: int, event: ev.Event, ms: int) -> Recorded:
        return s.entry(seq, event, START + ms)

    hr = message("MON", row("hr", "72"))
    stream = [
        *story(), at(2, hr, 0), at(3, hr, 1_000), at(4, ev.DeviceLost("MON", "silent", START + 1_000), 5_000),
    ]  # fmt: skip
    lost = as_known(stream).devices["MON"]
    assert (lost.connected, lost.lost_since_ms, lost.interval_ms) == (False, START + 1_000, 1_000)
    back = as_known([*stream, at(5, hr, 900_000), at(6, hr, 901_000)]).devices["MON"]
    assert (back.connected, back.lost_since_ms, back.interval_ms) == (True, None, 1_000)


def test_a_wrong_clock_is_shown() -> None:
    stream = story(message("MON", row("hr", "72"), clock_ms=-86_400_000))
    assert as_known(stream).devices["MON"].clock_ms == -86_400_000


# -- facts are never refused


def test_an_unlawful_fact_is_kept_and_said() -> None:
    state = as_known(
        story(
            ev.InfusionStarted(Decimal("900"), "device", "PUMP"),
            ev.StateChanged("ready", "infusing", ""),
            ev.StateChanged("infusing", "closed", ""),
            ev.InfusionResumed(None, "device", "PUMP"),
            OPENED,
        )
    )
    assert state.infusion.rate_ml_per_h == Decimal("900")
    assert (state.infusion.status, state.phase, state.chair) == ("running", "closed", "2")
    assert [said.seq for said in state.deviations] == [2, 3, 4, 5, 6]


@s.examples
@given(st.lists(s.infusion_events, max_size=12))
def test_every_report_on_the_infusion_is_taken(events: list[ev.Event]) -> None:
    state = as_known(story(*events))
    stops = {"InfusionStarted": "running", "InfusionResumed": "running", "InfusionPaused": "paused"}
    told = [type(event).__name__ for event in events if not isinstance(event, ev.RateChanged)]
    assert state.infusion.status == (stops.get(told[-1], "stopped") if told else "none")
    rates = [
        event.rate_ml_per_h for event in events if isinstance(event, ev.RateChanged | ev.InfusionStarted)
    ]
    if rates and not any(isinstance(event, ev.InfusionResumed) for event in events):
        assert state.infusion.rate_ml_per_h == rates[-1]
