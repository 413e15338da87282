"""HL7 times: what is a time, which offset counts, and what RFC 3339 makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.formats.hl7v2.times import read_time, rfc3339, states_zone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("20261124150000", UTC, "2026-11-24T15:00:00+00:00"),
        ("20261124150000+0530", UTC, "2026-11-24T15:00:00+05:30"),
        ("20261124150000-0330", BERLIN, "2026-11-24T15:00:00-03:30"),
        ("20261124150000.123-0500", UTC, "2026-11-24T15:00:00.123000-05:00"),
        ("20180717051637.8011-0700", UTC, "2018-07-17T05:16:37.801100-07:00"),
        ("202611241500", UTC, "2026-11-24T15:00:00+00:00"),
        ("202611241500+0100", UTC, "2026-11-24T15:00:00+01:00"),
        ("20261124150000+01:00", UTC, "2026-11-24T15:00:00+01:00"),
        ("20261124150000Z", BERLIN, "2026-11-24T15:00:00+00:00"),
        ("2026-11-24T15:00:00Z", BERLIN, "2026-11-24T15:00:00+00:00"),
        ("2026-11-24 15:00:00", UTC, "2026-11-24T15:00:00+00:00"),
        ("20261124150000", BERLIN, "2026-11-24T15:00:00+01:00"),
        ("20260724150000", BERLIN, "2026-07-24T15:00:00+02:00"),
        # the hour that comes twice is taken the first time, the hour that is skipped by the old offset
        ("20261025023000", BERLIN, "2026-10-25T02:30:00+02:00"),
        ("20260329023000", BERLIN, "2026-03-29T02:30:00+01:00"),
        # a leap second is the second that follows
        ("20161231235960+0000", UTC, "2017-01-01T00:00:00+00:00"),
    ],
)
def test_a_time_is_read_with_its_offset(text: str, zone: tzinfo, expected: str) -> None:
    at = read_time(text, zone)
    assert at is not None
    assert rfc3339(at) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "20261124",
        "2026112415",
        "202611241",
        "20261324150000",
        "20260230150000",
        "20261124250000",
        "20261124156000",
        "20261124150061",
        "20261124150000+9999",
        "20261124150000+01",
        "00000000000000",
        "18991231235959",
        "99991231235959+1400",
        "２０２６1124150000",
        "20261124150000 x",
        "now",
        "-",
    ],
)
def test_what_is_no_time_to_the_minute_is_none(text: str) -> None:
    assert read_time(text, UTC) is None


def test_a_zone_of_local_mean_time_is_written_in_utc() -> None:
    class Mean(tzinfo):
        def utcoffset(self, dt: datetime | None) -> timedelta:
            return timedelta(minutes=53, seconds=28)

        def dst(self, dt: datetime | None) -> timedelta:
            return timedelta(0)

        def tzname(self, dt: datetime | None) -> str:
            return "mean"

    at = read_time("20261124150000", Mean())
    assert at is not None
    assert rfc3339(at) == "2026-11-24T14:06:32+00:00"


@given(
    st.datetimes(min_value=datetime(1901, 1, 1), max_value=datetime(9997, 1, 1)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_a_time_written_is_the_time_read(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    text = f"{moment:%Y%m%d%H%M%S}.{moment:%f}{sign}{size // 60:02d}{size % 60:02d}"
    assert read_time(text, UTC) == moment.replace(tzinfo=zone)
    assert states_zone(text)
    assert not states_zone(f"{moment:%Y%m%d%H%M%S}.{moment:%f}")


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    at = read_time(text, BERLIN)
    assert at is None or at.utcoffset() is not None
