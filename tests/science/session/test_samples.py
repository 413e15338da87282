"""What alarms are judged from: which rows are samples, when measured, and a monitor's own alarms."""

from __future__ import annotations

import pytest

from reverie.science.session import events as ev
from reverie.science.session.samples import measured_ms, observed_of, passed_of, samples_of, typed_of
from reverie.science.vitals.alarms.told import Observed, Passed
from tests.science.session.told import message, row

AT = 1_000_000


@pytest.mark.parametrize(
    ("message_ms", "own_ms", "measured"),
    [
        (5_000, None, AT), (None, 5_000, AT), (5_000, 5_000, AT), (605_000, 5_000, AT - 600_000),
        # a row that says that it is of the future, or of days ago, is of now
        (5_000, 9_000, AT), (90_000_000, 5_000, AT),
    ],
)  # fmt: skip
def test_when_a_row_was_true(message_ms: int | None, own_ms: int | None, measured: int) -> None:
    assert measured_ms(AT, message_ms, own_ms) == measured


def test_every_row_that_is_judged_is_a_sample_and_old_ones_do_not_sound() -> None:
    old = row("nibp_sys", "128")._replace(at_ms=AT - 400_000)
    unmapped = row("hr", "1")._replace(parameter=None)
    event = ev.Readings(
        "MON",
        "1",
        AT,
        None,
        "",
        (row("spo2", "97"), old, row("pump_rate", "52"), row("weight", "80"), unmapped),
    )
    found = samples_of(event, AT)
    assert [(one.parameter, one.measured_ms, one.late) for one in found] == [
        ("spo2", AT, False),
        ("nibp_sys", AT - 400_000, True),
    ]


def test_only_what_staff_typed_is_a_sample_of_theirs() -> None:
    rows = (row("nibp_sys", "128"), row("nibp_dia", "82"), row("spo2", "97"), row("weight", "80"))
    event = ev.VitalsRecorded(None, rows, taken=(ev.Taken("spo2", "confirmed", "MON", 5),))
    found = typed_of(event, AT, AT - 60_000, late=False)
    assert [(one.device, one.parameter, one.at_ms, one.measured_ms, one.late) for one in found] == [
        ("", "nibp_sys", AT, AT - 60_000, False),
        ("", "nibp_dia", AT, AT - 60_000, False),
    ]
    assert all(one.late for one in typed_of(event, AT, AT - 301_000, late=False))
    assert all(one.late for one in typed_of(event, AT, AT, late=True))
    crossed = ev.VitalsRecorded(None, (row("nibp_sys", "80"), row("nibp_dia", "80"), row("hr", "70")))
    assert [one.parameter for one in typed_of(crossed, AT, AT, late=False)] == ["hr"]


def test_observations_are_the_last_of_each_topic() -> None:
    sets = [
        (1, ev.VitalsRecorded(None, (), arousal_level=3, distress=2, symptoms=("vomiting",))),
        (2, ev.VitalsRecorded(None, (row("hr", "70"),))),
    ]
    assert observed_of(sets) == (
        Observed("arousal", "3", 1),
        Observed("distress", "2", 1),
        Observed("symptom", "none", 0),
        Observed("symptom", "vomiting", 1),
    )
    later = [*sets, (3, ev.VitalsRecorded(None, (), nausea=0))]
    assert observed_of(later)[2:] == (Observed("nausea", "0", 3), Observed("symptom", "none", 2))


def test_a_monitors_own_alarms_are_told_once_a_message() -> None:
    rows = (
        row("spo2", "84")._replace(alarm="high spo2 low"),
        row("pr", "70")._replace(alarm="high spo2 low"),
        row("hr", "70")._replace(alarm="over MDC_EVT_ASYSTOLE"),
        row("rr", "12")._replace(alarm="inhibited"),
        row("temp", "37")._replace(alarm="purple nonsense"),
    )
    assert passed_of(message("MON", *rows), AT) == (
        Passed("MON", "spo2 low", "high", AT),
        Passed("MON", "MDC_EVT_ASYSTOLE", "", AT),
        Passed("MON", "", "", AT, inhibited=True),
    )
