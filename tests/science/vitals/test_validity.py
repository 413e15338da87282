"""What a row is worth: values, flags, status, units, sentinels, ranges, and their order of precedence."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.vitals.parameters import MEANINGS, SENTINELS
from reverie.science.vitals.reading import Reading
from reverie.science.vitals.units import SPELLINGS
from reverie.science.vitals.validity import Fields, Refusal, judge

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
USUAL = {meaning.code: meaning for meaning in MEANINGS}
UNIT_CODES = {spelling.unit: spelling.codes[0] for spelling in reversed(SPELLINGS)}
VALIDITIES = {
    *("valid", "questionable", "invalid", "not_available", "demo", "test", "calibration"),
    *("overflow", "underflow"),
}
NUMBERS = st.from_regex(r"\A[+-]?[0-9]{1,4}(\.[0-9]{1,2})?\Z").filter(str.isascii)


def row(
    code: str = "150456",
    value: str = "98",
    *,
    name: str | None = None,
    unit: str | None = None,
    flags: str = "",
    status: str = "R",
    kind: str = "NM",
    whole: bool = True,
    at: datetime | None = AT,
    at_stated: bool = True,
) -> Fields:
    """A row's plain fields; by default of SpO2, in the canonical unit."""
    meaning = USUAL.get(code)
    if name is None:
        name = meaning.names[0] if meaning else ""
    if unit is None:
        unit = UNIT_CODES[meaning.parameter.unit] if meaning else ""
    observed = (code, name, "MDC", "", "", "")
    return (
        f"OBX|{code}|{value}",
        whole,
        kind,
        observed,
        "1.1.1.1",
        value,
        (unit, "", "", "", "", ""),
        flags,
        status,
        at,
        at_stated,
    )


def read(*rows: Fields, production: bool = True) -> list[Reading]:
    """The readings of rows that are all recorded."""
    readings, refused = judge(rows, production=production)
    assert refused == ()
    return list(readings)


def one(fields: Fields, *, production: bool = True) -> tuple[Decimal | None, str]:
    """Value and validity of one row."""
    (reading,) = read(fields, production=production)
    return reading.value, reading.validity


def refusal(fields: Fields) -> str:
    """Why one row is refused."""
    readings, refused = judge((fields,), production=True)
    assert readings == ()
    assert [one.segment for one in refused] == [fields[0]]
    return refused[0].reason


def test_a_usual_row_is_a_valid_reading() -> None:
    (reading,) = read(row())
    assert reading == Reading(
        "spo2", Decimal(98), "%", "valid", AT, "150456", "MDC_PULS_OXIM_SAT_O2", "1.1.1.1"
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [("98", "98"), ("+98", "98"), ("098", "98"), ("98.0", "98.0"), ("98.70", "98.70"), ("0098.50", "98.50")],
)
def test_a_plain_number_is_exact(text: str, value: str) -> None:
    (reading,) = read(row(value=text))
    assert str(reading.value) == value


@pytest.mark.parametrize(
    "text",
    [
        *(" 98", "98 ", "9 8", "1e2", "1E2", "98.", ".5", "0x62", "98,5", "1_000", "--98", "+-98", "98%"),
        *("٩٨", "９８", "nan", "NaN", "Infinity", "inf", "98~97", "98^97", "98/60", "?", "98\x00", "9" * 33),
    ],
)
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    assert "is not a plain number" in refusal(row(value=text))


@pytest.mark.parametrize("text", ["", " ", '""'])
def test_no_value_is_not_available(text: str) -> None:
    assert one(row(value=text)) == (None, "not_available")
    assert one(row(value=text, unit="")) == (None, "not_available")


@pytest.mark.parametrize("code", sorted(USUAL))
@pytest.mark.parametrize("sentinel", sorted(SENTINELS))
def test_a_sentinel_is_not_available_in_every_row(code: str, sentinel: Decimal) -> None:
    for unit in (None, "", "[lb_av]"):
        for text in (str(sentinel), f"{sentinel:.2f}"):
            assert one(row(code, text, unit=unit)) == (None, "not_available")


@pytest.mark.parametrize("text", ["-1", "-99.9", "-100", "-999", "32767", "65535", "8388607", "-32768"])
def test_a_sentinel_is_not_available_in_a_row_that_we_do_not_map(text: str) -> None:
    assert one(row("148066", text, name="MDC_ECG_V_P_C_RATE")) == (None, "not_available")


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("150456", (None, "not_available")),
        ("149530", (None, "not_available")),
        ("149522", (None, "not_available")),
        ("149546", (None, "not_available")),
        ("188736", (None, "not_available")),
        ("188740", (None, "not_available")),
        ("147842", (Decimal(0), "invalid")),
        ("150301", (Decimal(0), "invalid")),
        ("150344", (Decimal(0), "invalid")),
        ("151562", (Decimal(0), "invalid")),
        ("151578", (Decimal(0), "invalid")),
        ("151594", (Decimal(0), "valid")),
        ("151708", (Decimal(0), "valid")),
        ("158014", (Decimal(0), "valid")),
        ("157993", (Decimal(0), "valid")),
    ],
)
def test_what_zero_means(code: str, expected: tuple[Decimal | None, str]) -> None:
    for text in ("0", "0.0", "+0", "000"):
        assert one(row(code, text)) == expected


@pytest.mark.parametrize(
    ("code", "low", "high", "step"),
    [
        ("150456", "50", "100", "0.1"),
        ("147842", "20", "250", "1"),
        ("149530", "20", "250", "1"),
        ("151594", "0", "70", "1"),
        ("151708", "0", "100", "1"),
        ("150301", "50", "260", "1"),
        ("150302", "20", "160", "1"),
        ("150021", "50", "260", "1"),
        ("150344", "30", "43", "0.1"),
    ],
)
def test_the_plausible_range_includes_its_ends(code: str, low: str, high: str, step: str) -> None:
    inside, outside = (
        (Decimal(low), Decimal(high)),
        (Decimal(low) - Decimal(step), Decimal(high) + Decimal(step)),
    )
    for value in inside:
        assert one(row(code, str(value))) == (value, "valid")
    for value in outside:
        if value not in SENTINELS:
            assert one(row(code, str(value))) == (value, "invalid")


def test_a_value_is_judged_after_conversion_and_never_rescaled() -> None:
    assert one(row("150344", "98.6", unit="268160")) == (Decimal(37), "valid")
    assert one(row("150344", "98.6")) == (Decimal("98.6"), "invalid")
    assert one(row("150344", "384.5")) == (Decimal("384.5"), "invalid")
    assert one(row("151708", "5.3", unit="kPa")) == (Decimal("39.75"), "valid")
    assert one(row("150301", "16", unit="265987")) == (Decimal("120.01"), "valid")
    (reading,) = read(row("150344", "98.6", unit="268160"))
    assert reading.unit == "Cel"


@pytest.mark.parametrize(
    ("code", "unit", "reason"),
    [
        ("150456", "", "the value of spo2 has no unit"),
        ("150456", "mmHg", "the unit mmHg is foreign to spo2"),
        ("147842", "%", "foreign"),
        ("151708", "%", "foreign"),
        ("188736", "[lb_av]", "foreign"),
        ("188736", "g", "foreign"),
        ("188740", "[in_i]", "foreign"),
        ("188740", "m", "foreign"),
        ("150344", "K", "foreign"),
        ("158014", "mL/min", "foreign"),
        ("158014", "mL", "foreign"),
    ],
)
def test_no_unit_or_a_foreign_one_is_refused(code: str, unit: str, reason: str) -> None:
    assert reason in refusal(row(code, "98", unit=unit))
    # without a value there is nothing to refuse
    assert one(row(code, "98", unit=unit, status="X")) == (None, "not_available")


@pytest.mark.parametrize(
    ("flags", "status", "expected"),
    [
        *[("", status, (Decimal(98), "valid")) for status in ("R", "F", "P", "C", "", "r")],
        *[("", status, (None, "not_available")) for status in ("X", "I", "N", "O", "x")],
        *[("", status, (Decimal(98), "invalid")) for status in ("D", "W")],
        *[("", status, (Decimal(98), "questionable")) for status in ("S", "U", "A", "B", "V", "?")],
        *[
            (flag, "R", (Decimal(98), "valid"))
            for flag in ("N", "L", "H", "HH~N", "ALACT", "ALINH", "L~SP~PM")
        ],
        *[(flag, "R", (None, "not_available")) for flag in ("NAV", "BUSY", "NI", "OFF", "H~NAV")],
        *[(flag, "R", (Decimal(98), "questionable")) for flag in ("QUES", "EARLY", "L~QUES", "HUH")],
        ("DEMO", "R", (Decimal(98), "demo")),
        ("TEST", "R", (Decimal(98), "test")),
        ("CAL", "R", (Decimal(98), "calibration")),
        ("INV", "R", (Decimal(98), "invalid")),
        ("H~DEMO", "F", (Decimal(98), "demo")),
        ("DEMO~H", "", (Decimal(98), "demo")),
        ("demo", "R", (Decimal(98), "demo")),
        ("DEMO^demonstration^L", "R", (Decimal(98), "demo")),
        ("QUES~INV", "R", (Decimal(98), "invalid")),
        ("DEMO~INV", "R", (Decimal(98), "demo")),
        # the status never overrides what decides, and X is never a value
        ("DEMO", "X", (None, "demo")),
        ("TEST", "X", (None, "test")),
        ("CAL", "X", (None, "calibration")),
        ("INV", "X", (None, "invalid")),
        ("NAV", "X", (None, "not_available")),
        ("QUES", "X", (None, "not_available")),
        (">", "R", (Decimal(98), "overflow")),
        ("<", "F", (Decimal(98), "underflow")),
        ("~~", "R", (Decimal(98), "valid")),
    ],
)
def test_flags_and_status(flags: str, status: str, expected: tuple[Decimal | None, str]) -> None:
    assert one(row(flags=flags, status=status)) == expected
    unmapped = row("148066", "98", name="MDC_ECG_V_P_C_RATE", flags=flags, status=status)
    assert one(unmapped) == expected


@pytest.mark.parametrize(
    ("value", "flags", "expected"),
    [
        ("20", "", (Decimal(20), "invalid")),
        ("20", "QUES", (Decimal(20), "invalid")),
        ("20", "DEMO", (Decimal(20), "demo")),
        ("20", "TEST", (Decimal(20), "test")),
        ("20", "<", (Decimal(20), "underflow")),
        ("-100", "DEMO", (None, "demo")),
        ("-100", "QUES", (None, "not_available")),
        ("-100", ">", (None, "not_available")),
        ("", "INV", (None, "invalid")),
        (">100", "", (Decimal(100), "overflow")),
        (">100", "DEMO", (Decimal(100), "demo")),
        ("<60", "", (Decimal(60), "underflow")),
        ("<=60", "QUES", (Decimal(60), "underflow")),
    ],
)
def test_what_goes_before_what(value: str, flags: str, expected: tuple[Decimal | None, str]) -> None:
    assert one(row(value=value, flags=flags, kind="SN" if value[:1] in ("<", ">") else "NM")) == expected


def test_a_plain_number_has_no_comparator() -> None:
    readings, refused = judge([row(value=">100")], production=True)
    assert readings == ()
    assert [one.reason for one in refused] == ["the value >100 is not a plain number"]


def test_a_foreign_unit_is_refused_in_a_demonstration_too() -> None:
    assert "foreign" in refusal(row(unit="mmHg", flags="DEMO"))


@pytest.mark.parametrize("flags", ["", "DEMO", "QUES", "INV"])
def test_every_value_outside_production_is_a_test(flags: str) -> None:
    assert one(row(flags=flags), production=False) == (Decimal(98), "test")
    assert one(row("148066", "3", name="OTHER", flags=flags), production=False) == (Decimal(3), "test")
    assert one(row(value="20", flags=flags), production=False) == (Decimal(20), "test")


def test_no_value_stays_no_value_outside_production() -> None:
    assert one(row(status="X"), production=False) == (None, "not_available")
    assert one(row(value="-100"), production=False) == (None, "not_available")


def test_a_time_that_could_not_be_read_makes_a_reading_questionable() -> None:
    assert one(row(at_stated=False)) == (Decimal(98), "questionable")
    assert one(row(value="20", at_stated=False)) == (Decimal(20), "invalid")


def test_a_row_that_is_cut_off_is_refused_whatever_it_says() -> None:
    for fields in (row(whole=False), row(value="", status="X", whole=False), row("", name="", whole=False)):
        assert "cut off" in refusal(fields)


def test_a_conflict_is_refused_and_says_what_disagrees() -> None:
    reason = refusal(row("150021", "120", name="MDC_PRESS_BLD_ART_SYS"))
    assert "150021" in reason
    assert "MDC_PRESS_BLD_NONINV_SYS" in reason
    assert "MDC_PRESS_BLD_ART_SYS" in reason


def test_a_row_that_names_a_part_of_the_device_is_neither() -> None:
    part = row("69965", "", name="MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", kind="", status="X")
    typed = row("69965", "", name="MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", kind="ST", status="X")
    assert judge((part, typed), production=True) == ((), ())


def test_a_row_that_does_not_say_what_was_observed_is_refused() -> None:
    assert "OBX-3" in refusal(row("", "98", name=""))


@pytest.mark.parametrize(
    ("kind", "value", "unit", "expected"),
    [
        ("NM", "3", "1/min", (Decimal(3), "valid", "1/min")),
        ("NM", "3.56", "", (Decimal("3.56"), "valid", "")),
        ("NM", "Other", "", (None, "invalid", "")),
        ("ST", "Rhythm", "", (None, "not_available", "")),
        ("ST", "42", "", (Decimal(42), "valid", "")),
        ("CWE", "^pump-status-infusing", "", (None, "not_available", "")),
        ("TX", "a note", "", (None, "not_available", "")),
        ("NA", "0^0^0", "mV", (None, "not_available", "mV")),
        ("SN", ">5", "", (Decimal(5), "overflow", "")),
        ("NM", "", "mV", (None, "not_available", "mV")),
    ],
)
def test_a_row_that_we_do_not_map_keeps_its_number_and_unit(
    kind: str, value: str, unit: str, expected: tuple[Decimal | None, str, str]
) -> None:
    (reading,) = read(row("2279", value, name="COMEN_PAIN_LEVEL", unit=unit, kind=kind))
    assert (reading.value, reading.validity, reading.unit) == expected
    assert (reading.parameter, reading.code, reading.code_name) == (None, "2279", "COMEN_PAIN_LEVEL")


def parameters(*rows: Fields) -> list[tuple[str | None, str]]:
    """Parameter and validity of each reading."""
    return [(reading.parameter, reading.validity) for reading in read(*rows)]


def test_expired_co2_stands_in_for_end_tidal_only_while_that_is_not_sent() -> None:
    expired, end_tidal, inspired = row("151712", "38"), row("151708", "40"), row("151716", "1")
    assert parameters(expired, inspired) == [("etco2", "valid"), ("fico2", "valid")]
    assert parameters(expired, end_tidal) == [(None, "valid"), ("etco2", "valid")]
    assert parameters(end_tidal, expired) == [("etco2", "valid"), (None, "valid")]
    absent = row("151708", "", status="X")
    assert parameters(expired, absent) == [(None, "valid"), ("etco2", "not_available")]
    kept = read(row("151712", "5", unit="kPa"), end_tidal)[0]
    assert (kept.value, kept.unit) == (Decimal(5), "kPa")


def test_the_programmed_rate_and_the_flow_are_both_rates_of_the_pump() -> None:
    programmed, flow = row("157784", "52.5"), row("158014", "0")
    assert parameters(programmed) == [("pump_rate", "valid")]
    assert parameters(programmed, flow) == [("pump_rate", "valid"), ("pump_rate", "valid")]


@pytest.mark.parametrize("codes", [("150301", "150302"), ("150021", "150022"), ("150033", "150034")])
def test_systolic_and_diastolic_too_close_make_both_invalid(codes: tuple[str, str]) -> None:
    sys, dia = codes
    for rows in ((row(sys, "110"), row(dia, "101")), (row(dia, "101"), row(sys, "110"))):
        assert [validity for _, validity in parameters(*rows)] == ["invalid", "invalid"]
    assert [validity for _, validity in parameters(row(sys, "110"), row(dia, "100"))] == ["valid", "valid"]


def test_pressures_of_another_time_site_or_set_are_not_compared() -> None:
    other = row("150302", "101", at=AT.replace(minute=5))
    assert {validity for _, validity in parameters(row("150301", "110"), other)} == {"valid"}
    art = row("150034", "101")
    assert {validity for _, validity in parameters(row("150301", "110"), art)} == {"valid"}
    before = row("150301", "140", at=AT.replace(minute=5))
    late = (before, row("150302", "101"), row("150301", "110"))
    assert [validity for _, validity in parameters(*late)] == ["valid", "invalid", "invalid"]
    two = (row("150301", "120"), row("150302", "80"), row("150301", "130"), row("150302", "122"))
    assert [validity for _, validity in parameters(*two)] == ["valid", "valid", "invalid", "invalid"]


def test_a_demonstration_is_not_made_invalid_by_comparing() -> None:
    rows = (row("150301", "110", flags="DEMO"), row("150302", "105", flags="DEMO"))
    assert {validity for _, validity in parameters(*rows)} == {"demo"}


@given(
    st.sampled_from([*sorted(USUAL), "148066", "0"]),
    NUMBERS | st.text(max_size=6),
    st.sampled_from(["", "DEMO", "NAV", "QUES~H", ">", "CAL~INV", "zz", "PH~L", "DEMO~PH"]),
    st.sampled_from(["R", "F", "X", "", "D", "S"]),
    st.sampled_from([None, "", "kPa", "268160", "[lb_av]"]),
    st.booleans(),
)
def test_a_row_is_a_lawful_reading_or_a_refusal_with_a_reason(
    code: str, value: str, flags: str, status: str, unit: str | None, production: bool
) -> None:
    fields = row(code, value, flags=flags, status=status, unit=unit, name=None)
    readings, refused = judge((fields,), production=production)
    # a refused row that tells of an alarm still passes it on
    assert len(readings) + len(refused) == 1 + bool(readings and refused)
    assert not (readings and refused) or readings[0][1:4] == (None, "", "not_available")
    for reading in readings:
        assert reading.validity in VALIDITIES
        if reading.validity == "valid":
            assert reading.value is not None
            assert production
        if reading.validity == "not_available" or status == "X":
            assert reading.value is None
        if reading.alarm:
            assert production
            assert {"H", "L", "PH"} & set(flags.split("~"))
        if reading.parameter is not None:
            assert reading.unit == USUAL[code].parameter.unit
        if reading.value is not None and reading.parameter is not None and reading.validity == "valid":
            assert USUAL[code].parameter.low <= reading.value <= USUAL[code].parameter.high
    assert all(one.reason and one.segment == fields[0] for one in refused)


@given(st.lists(st.sampled_from(sorted(USUAL)), max_size=8), NUMBERS)
def test_the_same_rows_give_the_same_readings_however_often(codes: list[str], value: str) -> None:
    rows = [row(code, value) for code in codes]
    first = judge(rows, production=True)
    assert judge(rows, production=True) == first
    assert len(first[0]) + len(first[1]) == len(rows)


def test_a_long_row_is_judged_like_a_short_one() -> None:
    fields = row()
    long = ("OBX" + "x" * 5_000, *fields[1:])
    assert judge((long,), production=True) == judge((fields,), production=True)
    assert judge((("y" * 5_000, False, *fields[2:]),), production=True)[1] == (
        Refusal("y" * 5_000, "the row is cut off: it ends before its status (OBX-11)"),
    )
