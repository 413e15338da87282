"""Messages as header and rows: separators, line ends, times and what is no message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from reverie.formats.hl7v2.message import Coded, Unreadable, read_message

MSH = r"MSH|^~\&|MON^00A0^EUI-64|WARD|||20261124150000+0100||ORU^R01^ORU_R01|c-1|P|2.6"
OBR = "OBR|1|||182777000^monitoring^SCT|||20261124145900"
OBX = "OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.1|98|262688^MDC_DIM_PERCENT^MDC|92-100||||R|||{}"
AT = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


def message(*segments: str, end: str = "\r") -> bytes:
    """Segments as a message."""
    return (end.join(segments) + end).encode()


def test_a_header_and_a_row_are_read_into_plain_fields() -> None:
    read = read_message(message(MSH, OBR, OBX.format("20261124145930")))
    assert (read.control_id, read.application, read.facility) == ("c-1", "MON^00A0^EUI-64", "WARD")
    assert (read.kind, read.processing, read.at) == ("ORU^R01^ORU_R01", "P", AT)
    (row,) = read.rows
    assert row.segment == OBX.format("20261124145930")
    assert row.whole
    assert (row.kind, row.channel, row.value, row.flags, row.status) == ("NM", "1.3.1.1", "98", "", "R")
    assert row.observed == Coded("150456", "MDC_PULS_OXIM_SAT_O2", "MDC")
    assert row.unit == Coded("262688", "MDC_DIM_PERCENT", "MDC")
    assert (row.at, row.at_stated) == (AT - timedelta(seconds=30), True)


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\n\n"])
def test_segments_end_at_carriage_return_or_line_feed(end: str) -> None:
    read = read_message(message(MSH, OBR, OBX.format(""), OBX.format(""), end=end))
    assert len(read.rows) == 2
    assert read.strays == ()


@pytest.mark.parametrize("other", ["\x0b", "\x0c", "\x1c", "\x1d", "\x85", "\u2028", "\u2029"])
def test_segments_end_at_nothing_else(other: str) -> None:
    text = OBX.replace("|98|", f"|9{other}8|").format("")
    (row,) = read_message(message(MSH, text)).rows
    assert row.value == f"9{other}8"


def test_other_separators_are_those_of_the_header() -> None:
    text = message(MSH, OBR, OBX.format("").replace("||||R", "|LL^x~DEMO|||R")).decode()
    other = text.translate(str.maketrans("|^~\\&", "#$*@!")).encode()
    plain, read = read_message(text.encode()), read_message(other)
    assert [row[2:] for row in read.rows] == [row[2:] for row in plain.rows]
    assert read._replace(rows=()) == plain._replace(rows=())
    assert read.rows[0].flags == "LL^x~DEMO"


def test_escapes_are_resolved_in_values_codes_and_the_header() -> None:
    row = r"OBX|1|ST|1^a\T\b^L|1|x\F\y\S\z|\X25\||||||R"
    read = read_message(message(MSH.replace("MON", r"M\T\N").replace("c-1", r"c\F\1"), row))
    assert (read.application, read.control_id) == ("M&N^00A0^EUI-64", "c|1")
    assert (read.rows[0].observed.name, read.rows[0].value) == ("a&b", "x|y^z")
    assert read.rows[0].unit.code == "%"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (">^250", ">250"),
        ("<^50", "<50"),
        ("^98", "98"),
        ("=^98", "98"),
        (">=^98", ">=98"),
        ("^1^:^128", "1:128"),
        ("98", "98"),
        (">", ">"),
    ],
)
def test_a_structured_number_is_one_text(value: str, expected: str) -> None:
    text = OBX.replace("|NM|", "|SN|").replace("|98|", f"|{value}|").format("")
    assert read_message(message(MSH, text)).rows[0].value == expected


def test_a_row_that_ends_before_its_status_is_not_whole() -> None:
    whole = OBX.format("").rstrip("|")
    cut = [whole[:i] for i in range(len("OBX|"), len(whole))]
    for text in cut:
        (row,) = read_message(message(MSH, text)).rows
        assert row.whole == (text.count("|") >= 11)


@pytest.mark.parametrize(
    ("own", "order", "sent", "zone", "expected"),
    [
        ("20261124150001", "20261124150002", "20261124150003+0100", UTC, "2026-11-24T15:00:01+01:00"),
        ("", "20261124150002", "20261124150003+0100", UTC, "2026-11-24T15:00:02+01:00"),
        ("", "", "20261124150003+0100", UTC, "2026-11-24T15:00:03+01:00"),
        ("20261124150001-0500", "", "20261124150003+0100", UTC, "2026-11-24T15:00:01-05:00"),
        ("", "20261124150002", "20261124150003", "Europe/Berlin", "2026-11-24T15:00:02+01:00"),
        ("", "20260724150002", "20261124150003", "Europe/Berlin", "2026-07-24T15:00:02+02:00"),
        # an order's time that cannot be read is not replaced by the message's
        ("", "yesterday", "20261124150003+0100", UTC, None),
        ("", "", "", UTC, None),
    ],
)
def test_which_time_and_which_zone_counts(
    own: str, order: str, sent: str, zone: object, expected: str | None
) -> None:
    header = MSH.replace("20261124150000+0100", sent)
    order_text = OBR.replace("20261124145900", order)
    device_zone = ZoneInfo(zone) if isinstance(zone, str) else UTC
    (row,) = read_message(message(header, order_text, OBX.format(own)), device_zone).rows
    assert (row.at.isoformat() if row.at else None) == expected
    assert row.at_stated


def test_an_own_time_that_cannot_be_read_is_told() -> None:
    (row,) = read_message(message(MSH, OBR, OBX.format("20269999999999"))).rows
    assert (row.at, row.at_stated) == (AT - timedelta(minutes=1), False)


def test_two_quotes_are_no_time_at_all() -> None:
    (row,) = read_message(message(MSH, OBR, OBX.format('""'))).rows
    assert (row.at, row.at_stated) == (AT - timedelta(minutes=1), True)
    (row,) = read_message(message(MSH, OBR.replace("20261124145900", '""'), OBX.format(""))).rows
    assert (row.at, row.at_stated) == (AT, True)


def test_each_order_has_its_own_time() -> None:
    later = OBR.replace("145900", "151500")
    rows = read_message(message(MSH, OBX.format(""), OBR, OBX.format(""), later, OBX.format(""))).rows
    zone = timezone(timedelta(hours=1))
    expected = [(15, 0), (14, 59), (15, 15)]
    assert [row.at for row in rows] == [datetime(2026, 11, 24, *at, tzinfo=zone) for at in expected]


def test_lines_that_are_no_segment_are_kept() -> None:
    read = read_message(message(MSH, "ZZZ|own", "PV1", OBX.format(""), "garbage", "obx|1", "OBXX|1"))
    assert read.strays == ("garbage", "obx|1", "OBXX|1")


@pytest.mark.parametrize(
    ("raw", "reason", "control_id"),
    [
        (b"", "does not start with MSH", ""),
        (b"GET / HTTP/1.1\r\n\r\n", "does not start with MSH", ""),
        (b"\xff" * 40, "does not start with MSH", ""),
        (b"MSH", "no field separator", ""),
        (b"MSHA^~", "no field separator", ""),
        (b"MSH|", "cut off", ""),
        (MSH.split("|c-1")[0].encode(), "cut off", ""),
        (MSH.replace("ORU^R01^ORU_R01", "").encode(), "no message type", "c-1"),
        (MSH.split("|P|")[0].encode(), "within its header", "c-1"),
        (message(MSH, OBX.format(""), MSH), "two messages", "c-1"),
        (message("FHS|^~\\&", MSH), "batch", ""),
    ],
)
def test_what_is_no_message_says_why_and_which(raw: bytes, reason: str, control_id: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        read_message(raw)
    assert caught.value.control_id == control_id


def test_what_is_no_message_still_names_its_sender() -> None:
    with pytest.raises(Unreadable) as caught:
        read_message(message(MSH, MSH))
    assert caught.value.sender == read_message(message(MSH)).application


def test_a_header_without_rows_is_a_message_once_its_line_has_ended() -> None:
    cut = MSH.split("|P|")[0]
    assert read_message(message(cut)).control_id == "c-1"
    assert read_message(MSH.encode()).control_id == "c-1"


def test_a_mark_of_byte_order_and_blank_lines_before_the_header_do_no_harm() -> None:
    assert read_message(b"\xef\xbb\xbf\r\n" + message(MSH)).control_id == "c-1"


def test_a_long_row_is_read_like_a_short_one() -> None:
    name = "N" * 2_000
    (row,) = read_message(message(MSH, OBX.format("").replace("MDC_PULS_OXIM_SAT_O2", name))).rows
    assert row.observed == Coded("150456", name, "MDC")
