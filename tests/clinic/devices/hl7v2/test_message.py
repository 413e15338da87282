"""Whole messages in the manner of real monitors: expected values and refusals, peers, and fuzz."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import hl7
import hl7apy.parser
import pytest

from reverie.clinic.devices.hl7v2.message import Parsed, Reading, Unreadable, read
from reverie.formats.hl7v2 import acknowledgement
from tests.clinic.devices.hl7v2.monitors import ALL, COMEN, GE, MINDRAY, NAMELESS, PHILIPS, PUMP
from tests.scale import scale

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def values(parsed: Parsed) -> list[tuple[str | None, str | None, str, str]]:
    """Parameter, value, unit and validity of each reading."""
    return [
        (one.parameter, None if one.value is None else str(one.value), one.unit, one.validity)
        for one in parsed.readings
    ]


def times(parsed: Parsed) -> set[str | None]:
    """The times of all readings."""
    return {one.at and one.at.isoformat() for one in parsed.readings}


def test_mindray_every_value_is_a_demonstration() -> None:
    parsed = read(MINDRAY, ZoneInfo("Europe/Berlin"))
    assert (parsed.device, parsed.control_id) == ("MINDRAY_X^00A0370000000001^EUI-64", "13")
    assert (parsed.kind, parsed.processing_id) == ("ORU^R01^ORU_R01", "P")
    assert values(parsed) == [
        ("spo2", "100", "%", "demo"),
        ("pr", "80", "/min", "demo"),
        ("pi", "12.00", "%", "demo"),
        ("nibp_sys", "166", "mmHg", "demo"),
    ]
    assert times(parsed) == {"2026-02-12T12:55:41+01:00", "2026-02-12T12:50:08+01:00"}
    assert parsed.refused == ()


def test_comen_sends_no_name_of_its_own_and_two_wrong_codes() -> None:
    parsed = read(COMEN)
    assert parsed.device == "KC000000001G"
    assert values(parsed) == [
        ("spo2", "97", "%", "valid"),
        (None, "3.56", "MDC_DIM_PERCENT", "valid"),
        ("pr", "59", "/min", "valid"),
        ("nibp_sys", "120", "mmHg", "valid"),
        ("nibp_dia", "80", "mmHg", "valid"),
        ("spo2", None, "%", "not_available"),
        ("height", None, "cm", "not_available"),
        ("weight", None, "kg", "not_available"),
        (None, None, "", "invalid"),
    ]
    assert times(parsed) == {"2026-06-10T01:51:27+08:00", "2026-06-10T01:45:00+08:00"}
    assert [one.segment[:37] for one in parsed.refused] == [
        "OBX||NM|150017^MDC_PRESS_BLD_NONINV_S",
        "OBX||NM|150021^MDC_PRESS_BLD_ART_SYS^",
    ]


def test_philips_in_a_training_area() -> None:
    parsed = read(PHILIPS)
    assert parsed.processing_id == "D"
    assert values(parsed) == [
        ("hr", "60", "/min", "test"),
        (None, None, "", "not_available"),
        (None, None, "10.mV/4096", "not_available"),
    ]
    assert parsed.readings[0].at is not None
    assert parsed.readings[0].at.isoformat() == "2026-04-25T23:03:31.496000-04:00"
    assert parsed.readings[2].at is not None
    assert parsed.readings[2].at.isoformat() == "2026-04-26T13:20:52.548000-04:00"
    assert [one.segment[:6] for one in parsed.refused] == ["OBX|10"]


def test_ge_sends_expired_co2_in_place_of_end_tidal() -> None:
    parsed = read(GE)
    assert values(parsed) == [
        ("hr", "68", "/min", "valid"),
        ("pr", "72", "/min", "valid"),
        ("etco2", "38", "mmHg", "valid"),
        ("fico2", "1", "mmHg", "valid"),
        ("rr", "0", "/min", "valid"),
        ("art_sys", "120", "mmHg", "valid"),
    ]
    assert times(parsed) == {"2026-03-09T14:39:00+00:00"}


def test_a_nameless_monitor_with_numbers_for_no_value() -> None:
    parsed = read(NAMELESS)
    assert parsed.device == "northern"
    assert values(parsed) == [
        ("spo2", None, "%", "not_available"),
        ("pr", None, "/min", "not_available"),
        ("temp", None, "Cel", "not_available"),
        ("temp", "384.5", "Cel", "invalid"),
        ("temp", "37.00", "Cel", "valid"),
    ]
    reasons = [one.reason for one in parsed.refused]
    assert len(reasons) == 2
    assert "150031" in reasons[0]
    assert "cut off" in reasons[1]


def test_a_pump_that_stands_still() -> None:
    assert values(read(PUMP)) == [
        (None, None, "", "not_available"),
        (None, None, "", "not_available"),
        ("pump_rate", "0", "mL/h", "valid"),
        ("pump_volume", "12.50", "mL", "valid"),
        (None, "22.50", "MDC_DIM_MILLI_L", "valid"),
    ]


@pytest.mark.parametrize(
    ("application", "facility", "device"),
    [
        ("A", "B", "A"),
        ("A^1^ISO", "B^2", "A^1^ISO"),
        ("", "B^2^DNS", "B^2^DNS"),
        ("^^", "B", "B"),
        ('""', "B", "B"),
        ("^1^ISO", "B", "^1^ISO"),
        ("", "", ""),
    ],
)
def test_the_device_is_the_application_or_else_the_facility(
    application: str, facility: str, device: str
) -> None:
    assert read(rf"MSH|^~\&|{application}|{facility}|||||ORU^R01|1|P|2.6".encode()).device == device


@pytest.mark.parametrize(
    ("declared", "production"),
    [("P", True), ("P^T", True), ("T", False), ("D", False), ("p", False), ("", False)],
)
def test_only_production_gives_real_values(declared: str, production: bool) -> None:
    parsed = read(GE.replace(b"|P|2.6", f"|{declared}|2.6".encode()))
    assert {one.validity for one in parsed.readings} == ({"valid"} if production else {"test"})


def test_lines_that_are_no_segment_are_refused_and_the_rest_is_read() -> None:
    parsed = read(GE + b"garbage\robx|1\r" + GE.split(b"\r")[4] + b"\r")
    assert len(parsed.readings) == len(read(GE).readings) + 1
    assert [one.segment for one in parsed.refused] == ["garbage", "obx|1"]


def test_text_in_other_character_sets_harms_no_value() -> None:
    for charset, codec in (("", "latin-1"), ("8859/1", "latin-1"), ("", "gbk"), ("GB 18030-2000", "gb18030")):
        name = "Müller" if codec == "latin-1" else "体温监护仪"
        head = f"MSH|^~\\&|{name}||||20260101120000||ORU^R01|1|P|2.6||||||{charset}"
        text = f"{head}\rPID|||1||{name}\rOBX|1|NM|150344^MDC_TEMP^MDC|1|37.0|Cel|||||R\r"
        parsed = read(text.encode(codec))
        assert parsed.device == name
        assert values(parsed) == [("temp", "37.0", "Cel", "valid")]


@pytest.mark.parametrize("name", ALL)
def test_peers_find_the_same_fields(name: str) -> None:
    payload = ALL[name]
    parsed = read(payload)
    ours = {
        (one.code, one.code_name): one.value
        for one in parsed.readings
        if one.value is not None and one.parameter is None
    }
    peer = hl7.parse(payload.decode())
    assert str(peer.segment("MSH")[10]) == parsed.control_id
    theirs = {}
    for segment in peer.segments("OBX"):
        code = segment[3][0]
        key = (str(code[0]), str(code[1])) if len(code) > 1 else (str(code), "")
        theirs[key] = str(segment[5])
    for key, value in ours.items():
        assert Decimal(theirs[key]) == value
    other = hl7apy.parser.parse_message(payload.decode(), find_groups=False)
    rows = [child for child in other.children if child.name == "OBX"]
    assert other.msh.msh_10.value == parsed.control_id
    codes = [row.obx_3.obx_3_1.value for row in rows]
    assert {one.code for one in parsed.readings} <= set(codes)
    mapped = [
        one for one in parsed.readings if one.parameter and one.validity == "valid" and one.unit != "Cel"
    ]
    found = {(row.obx_3.obx_3_1.value, row.obx_5.value) for row in rows if row.obx_5.value}
    assert {(one.code, str(one.value)) for one in mapped} <= found


def mutated(rng: Random) -> bytes:
    """A message with something wrong with it: bytes changed, cut, doubled, swapped or spliced in."""
    raw = bytearray(rng.choice(list(ALL.values())))
    for _ in range(rng.randint(1, 8)):
        i, j = sorted((rng.randrange(len(raw) + 1), rng.randrange(len(raw) + 1)))
        j = min(j, i + rng.choice((1, 4, 40, 400)))
        act = rng.randrange(8)
        if act == 0:
            raw[i:j] = b""
        elif act == 1:
            raw[i:i] = rng.randbytes(rng.randint(1, 12))
        elif act == 2:
            raw[i:i] = raw[i:j]
        elif act == 3:
            raw[i : i + 1] = rng.choice(
                (b"|", b"^", b"~", b"\\", b"&", b"\r", b"\n", b"\x0b", b"\x1c", b"\x00")
            )
        elif act == 4:
            other = rng.choice(list(ALL.values()))
            raw[i:j] = other[i:j]
        elif act == 5:
            del raw[i:]
        elif act == 6:
            raw[i:j] = rng.choice(
                (b"1e9", b"-0", "٩٨".encode(), b"NaN", b"9" * 400, b"\\X41\\", b"\\Xzz\\", b'""')
            )
        else:
            raw[i:j] = bytes(rng.choice((raw[i:j], raw[i:j].swapcase(), raw[i:j][::-1])))
        if not raw:
            break
    return bytes(raw)


VALIDITIES = {
    *("valid", "questionable", "invalid", "not_available", "demo", "test", "calibration"),
    *("overflow", "underflow"),
}


def test_no_mutated_message_raises_anything_but_unreadable() -> None:
    zones = (ZoneInfo("Europe/Berlin"), ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe"))
    readable = 0
    for seed in range(scale(test=20_000, soak=1_000_000)):
        rng = Random(seed)
        payload = mutated(rng)
        unreadable: Unreadable | None = None
        try:
            parsed = read(payload, rng.choice(zones))
        except Unreadable as error:
            unreadable = error
        answer = acknowledgement(payload, "AE", at=AT, own_id="1", reason="why")
        assert answer.startswith(b"MSH")
        assert answer.count(b"\r") == 3
        if unreadable is not None:
            assert unreadable.reason
            continue
        readable += 1
        for one in parsed.readings:
            assert isinstance(one, Reading)
            assert one.validity in VALIDITIES
            assert one.validity != "valid" or (one.value is not None and parsed.processing_id == "P")
            assert one.at is None or one.at.utcoffset() is not None
        assert all(one.segment and one.reason for one in parsed.refused)
    # the mutations are such that both outcomes are common
    assert readable > 1_000


def test_it_imports_no_django() -> None:
    code = (
        "import sys; import reverie.clinic.devices.hl7v2.message; "
        "sys.exit('django' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
