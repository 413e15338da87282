"""What a pump's reports mean for the infusion."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.clinic.kernel import clock, streams
from reverie.clinic.session import intake, pump
from reverie.clinic.session.pump import Course, Report, follow
from reverie.science.session import events
from tests.clinic.devices import ward

RATES = ("0", "0", "52.5", "52.5", "60", "0", "0", "60", "40", "0")


def followed(*reports: Report) -> list[events.Event]:
    """The events of a pump's reports, in order."""
    course, found = Course(), []
    for report in reports:
        event, course = follow(course, "P", report)
        if event is not None:
            found.append(event)
    return found


def test_a_whole_infusion() -> None:
    reports = [Report(Decimal(rate)) for rate in RATES[:-1]] + [Report(Decimal(0), True, "complete")]
    assert followed(*reports) == [
        events.InfusionStarted(Decimal("52.5"), "device", "P"),
        events.RateChanged(Decimal(60), "device", "P"),
        events.InfusionPaused("device", "P"),
        events.InfusionResumed(Decimal(60), "device", "P"),
        events.RateChanged(Decimal(40), "device", "P"),
        events.InfusionStopped("device", "P", "complete"),
    ]


def test_the_start_carries_what_the_pump_says_and_the_end_what_it_gave() -> None:
    found = followed(
        Report(Decimal(50), drug="Ketamine", volume_ml=Decimal(35)),
        Report(Decimal(0), True, "complete", infused_ml=Decimal("35.0")),
        Report(Decimal(10)),
    )
    assert found == [
        events.InfusionStarted(Decimal(50), "device", "P", "Ketamine", Decimal(35)),
        events.InfusionStopped("device", "P", "complete", Decimal("35.0")),
        events.InfusionStarted(Decimal(10), "device", "P"),
    ]


def test_a_pause_becomes_a_stop_when_the_pump_says_so_and_not_twice() -> None:
    found = followed(
        Report(Decimal(50)),
        Report(Decimal(0), False, "paused"),
        Report(Decimal(0), True, "by-user"),
        Report(Decimal(0), True, "by-user"),
    )
    assert [events.kind_of(one) for one in found] == [
        "infusion_started", "infusion_paused", "infusion_stopped",
    ]  # fmt: skip


def test_a_pump_that_never_ran_has_nothing_to_stop() -> None:
    assert followed(Report(Decimal(0)), Report(Decimal(0), True, "standby")) == []


@pytest.mark.django_db
@pytest.mark.parametrize("upto", range(len(RATES) + 1))
def test_after_a_restart_the_stream_says_what_the_pump_did(upto: int) -> None:
    (session,) = ward.furnish(1)
    course = Course()
    for number, rate in enumerate(RATES[:upto]):
        for device in ("P", "OTHER"):
            report = Report(Decimal(rate) if device == "P" else Decimal(7))
            before = course if device == "P" else Course()
            event, after = follow(before, device, report)
            if device == "P":
                course = after
            if event is not None:
                key = intake.key_of(device, str(number))
                draft = intake.draft(event, key, clock.to_ms(clock.now()), intake.device_actor(device))
                heads = intake.hold([session.stream])
                intake.append(heads, {session.stream: [draft]})
    assert pump.recall(session.stream, "P") == course
    assert pump.recall(session.stream, "NOBODY") == Course()
    assert len(list(streams.read(session.stream))) >= 1
