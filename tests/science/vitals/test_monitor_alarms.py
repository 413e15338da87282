"""The monitor's own alarms in its rows: every one is passed on, at its own priority, and none is invented."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.devices.hl7v2.message import read
from reverie.science.vitals.monitor_alarms import ALARMING, LONGEST_NAME, Told, alarm_of, hear, is_crisis
from reverie.science.vitals.reading import Reading

AT = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
SPO2 = "150456^MDC_PULS_OXIM_SAT_O2^MDC"
PERCENT = "262688^MDC_DIM_PERCENT^MDC"


def message(*rows: str, kind: str = "ORU^R01^ORU_R01", processing: str = "P") -> bytes:
    lines = [
        f"MSH|^~\\&|MONITOR|WARD|||20261124150000+0000||{kind}|7|{processing}|2.6",
        "PID|||1^^^Hospital^PI||Doe^Jane^^^^^L",
        "OBR|1|7^MONITOR|7^MONITOR|196616^MDC_EVT_ALARM^MDC|||20261124150000+0000",
        *(f"OBX|{number}|{row}" for number, row in enumerate(rows, start=1)),
    ]
    return ("\r".join(lines) + "\r").encode()


def alarms(*rows: str, kind: str = "ORU^R01^ORU_R01", processing: str = "P") -> list[str]:
    readings = read(message(*rows, kind=kind, processing=processing)).readings
    return [reading.alarm for reading in readings if reading.alarm]


def spo2(flags: str, value: str = "88", unit: str = PERCENT, status: str = "F") -> str:
    return f"NM|{SPO2}|1.3.1.1|{value}|{unit}|90-100|{flags}|||{status}|||20261124150000+0000"


def event(flags: str = "", name: str = "MDC_EVT_ECG_ASYSTOLE", status: str = "F") -> str:
    return f"CWE|196616^MDC_EVT_ALARM^MDC|1.1.1.1.1|196999^{name}^MDC|||{flags}|||{status}"


def facet(name: str, word: str, tail: str = "||||||F") -> str:
    return f"ST|{name}^MDC|1.1.1.1.3|{word}{tail}"


PHASE, STATE = "68481^MDC_ATTR_EVENT_PHASE", "68482^MDC_ATTR_ALARM_STATE"
INACTIVATION, PRIORITY = "68483^MDC_ATTR_ALARM_INACTIVATION_STATE", "68484^MDC_ATTR_ALARM_PRIORITY"
TYPE = "68485^MDC_ATTR_ALERT_TYPE"


@pytest.mark.parametrize(
    ("flags", "alarm"),
    [
        *(("", ""), ("N", ""), ("U", ""), ("QUES", ""), ("ALINH~N", "inhibited spo2"), ("SP", "")),
        *(("PH", "high spo2"), ("PM", "medium spo2"), ("PL", "low spo2"), ("PN", ""), ("L~PN", "")),
        *(("L~PH~SP", "high spo2 low"), ("H~PM", "medium spo2 high"), ("LL~PL", "low spo2 low")),
        *(("LL", "high spo2 low"), ("HH", "high spo2 high"), ("AA", "high spo2")),
        *(
            ("L", "medium spo2 low"),
            ("H", "medium spo2 high"),
            ("A", "medium spo2"),
            ("ALACT", "medium spo2"),
        ),
        *(("L~LL", "high spo2 low"), ("H~L", "medium spo2"), ("A~SA", "low spo2"), ("AA~SA", "low spo2")),
        *(("L~ALINH", "inhibited spo2 low"), ("PH~ALINH", "high spo2"), ("l~ph", "high spo2 low")),
        *(("L^below^HL70078~PM", "medium spo2 low"), ("PH~PL", "high spo2"), ("INV~PH", "high spo2")),
        *(("DEMO~PH", ""), ("PH~TEST", ""), ("CAL~L", "")),
    ],
)
def test_flags_of_a_value(flags: str, alarm: str) -> None:
    assert alarms(spo2(flags)) == ([alarm] if alarm else [])


def test_an_alarm_leaves_its_value_alone() -> None:
    with_alarm, without = (read(message(spo2(flags))).readings for flags in ("L~PH", "L"))
    assert with_alarm[0]._replace(alarm="") == without[0]._replace(alarm="")


def test_a_row_that_we_do_not_map_is_named_by_its_own_name() -> None:
    row = "NM|148066^MDC_ECG_V_P_C_RATE^MDC|1.1.1.1|30|264864^MDC_DIM_BEAT_PER_MIN^MDC||H~PL|||F"
    assert alarms(row) == ["low MDC_ECG_V_P_C_RATE high"]
    assert alarms(row.replace("^MDC_ECG_V_P_C_RATE^MDC", "")) == ["low 148066 high"]


def test_a_refused_value_still_passes_its_alarm_on() -> None:
    parsed = read(message(spo2("L~PH", unit="")))
    assert [refusal.reason for refusal in parsed.refused] == ["the value of spo2 has no unit"]
    (reading,) = parsed.readings
    assert reading == Reading(
        None, None, "", "not_available", AT, "150456", "MDC_PULS_OXIM_SAT_O2", "1.3.1.1", "high spo2 low"
    )
    # and a row that breaks off after its flags
    assert alarms(spo2("PH").split("|||F")[0]) == ["high spo2"]
    assert not alarms(spo2("").split("|||F")[0])


@pytest.mark.parametrize(
    ("rows", "alarm"),
    [
        ([event("A~PL~ST", "MDC_EVT_LEAD_OFF")], "low MDC_EVT_LEAD_OFF"),
        ([event("A~PM~ST", "MDC_EVT_LEAD_OFF"), facet(PHASE, "start"), facet(STATE, "active")],
         "medium MDC_EVT_LEAD_OFF"),
        # what the priority says in its own row, in words, or not at all
        ([event("", "MDC_EVT_LEAD_OFF"), facet(PRIORITY, "PL")], "low MDC_EVT_LEAD_OFF"),
        ([event("", "MDC_EVT_LEAD_OFF"), facet(PRIORITY, "High")], "high MDC_EVT_LEAD_OFF"),
        ([event("PM", "MDC_EVT_LEAD_OFF"), facet(PRIORITY, "PL")], "medium MDC_EVT_LEAD_OFF"),
        ([event("", "MDC_EVT_LEAD_OFF"), facet(PRIORITY, "20")], "medium MDC_EVT_LEAD_OFF"),
        ([event("", "MDC_EVT_LEAD_OFF"), facet(PRIORITY, "PN")], ""),
        ([event("PN", "MDC_EVT_LEAD_OFF")], ""),
        ([event("", "MDC_EVT_LEAD_OFF")], "medium MDC_EVT_LEAD_OFF"),
        ([event("", "MDC_EVT_LEAD_OFF"), facet(TYPE, "SA")], "low MDC_EVT_LEAD_OFF"),
        ([event("SA", "MDC_EVT_LEAD_OFF")], "low MDC_EVT_LEAD_OFF"),
        ([event("AA", "MDC_EVT_LEAD_OFF")], "high MDC_EVT_LEAD_OFF"),
        # over
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "end"), facet(STATE, "inactive")],
         "over MDC_EVT_LEAD_OFF"),
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "end")], "over MDC_EVT_LEAD_OFF"),
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(STATE, "inactive")], "over MDC_EVT_LEAD_OFF"),
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(STATE, "off")], "over MDC_EVT_LEAD_OFF"),
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "tpoint"), facet(STATE, "inactive")],
         "over MDC_EVT_LEAD_OFF"),
        # what contradicts itself is an alarm
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "end"), facet(STATE, "latched")],
         "low MDC_EVT_LEAD_OFF"),
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "end"), facet(STATE, "active")],
         "low MDC_EVT_LEAD_OFF"),
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "start"), facet(STATE, "inactive")],
         "low MDC_EVT_LEAD_OFF"),
        ([event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "continue")], "low MDC_EVT_LEAD_OFF"),
        ([event("", "MDC_EVT_LEAD_OFF"), facet(INACTIVATION, "alarm-off")], "inhibited MDC_EVT_LEAD_OFF"),
        ([event("", "MDC_EVT_LEAD_OFF"), facet(INACTIVATION, "alarm-paused")], "inhibited MDC_EVT_LEAD_OFF"),
        ([event("", "MDC_EVT_LEAD_OFF"), facet(INACTIVATION, "audio-paused")], "medium MDC_EVT_LEAD_OFF"),
        ([event("PM", "MDC_EVT_LEAD_OFF"), facet(INACTIVATION, "alarm-off")], "medium MDC_EVT_LEAD_OFF"),
        # crises are high, whatever the monitor calls them, and end as others do
        ([event("PL")], "high MDC_EVT_ECG_ASYSTOLE"),
        ([event("PN")], "high MDC_EVT_ECG_ASYSTOLE"),
        ([event("ALINH")], "high MDC_EVT_ECG_ASYSTOLE"),
        ([event("PL"), facet(PHASE, "end")], "over MDC_EVT_ECG_ASYSTOLE"),
        ([event("", status="X")], "high MDC_EVT_ECG_ASYSTOLE"),
        # rows as short as real ones, without a status
        ([event("A~PL~ST", "MDC_EVT_LEAD_OFF"), facet(PHASE, "end", ""), facet(STATE, "inactive", "")],
         "over MDC_EVT_LEAD_OFF"),
        # a limit names what it limits; figures are no part of a name
        (["ST|196648^MDC_EVT_HI^MDC|1.1.1.1.1|PLETH PULSE HIGH 160 > 120|||H~PM~SP|||F"],
         "medium MDC_EVT_HI PLETH PULSE HIGH"),
        (["CWE|196670^MDC_EVT_LO^MDC|1.1.1.1.1|150456^MDC_PULS_OXIM_SAT_O2^MDC|||L~PH~SP|||F"],
         "high MDC_EVT_LO MDC_PULS_OXIM_SAT_O2"),
        (["|196940^MDC_EVT_FLUID_LINE_OCCL^MDC|806011.0.0.0.1|||||||X"], "medium MDC_EVT_FLUID_LINE_OCCL"),
        (["ST|196616^MDC_EVT_ALARM^MDC|1.1.1.1.1|SpO2 88% < 90|||PM|||F"], "medium SpO2"),
        (["CWE|196616^MDC_EVT_ALARM^MDC|1.1.1.1.1|^*** ASYSTOLE^L|||PM|||F"], "high *** ASYSTOLE"),
        (["ST|196616^MDC_EVT_ALARM^MDC|1.1.1.1.1||||PM|||F"], "medium MDC_EVT_ALARM"),
        (["CWE|196616^MDC_EVT_ALARM^MDC|1.1.1.1.1|196680^^MDC|||PM|||F"], "medium 196680"),
        (["ST|196700|1.1.1.1.1|||||||F"], "medium 196700"),
        (["ST|0^MNDRY_EVT_ECG_PAUSE^99MNDRY|1.1.1.1.1||||PM|||F"], "medium MNDRY_EVT_ECG_PAUSE"),
        # what is no alarm
        (["ST|196616^MDC_EVT_ALARM^MDC|1.1.1.1.1|MDC_EVT_WATCHDOG|||PL|||F"], ""),
        (["CWE|0^MDCX_ATTR_EVT_COND^MDC|1.1.1.100|0^MDCX_PUMP_DELIV_START^MDC||||||F"], ""),
        (["ST|196607|1.1.1.1.1|||||||F", "ST|262144|1.1.1.1.1|||||||F"], ""),
        ([facet(PHASE, "start"), facet(STATE, "active")], ""),
    ],
)  # fmt: skip
def test_alarm_events(rows: list[str], alarm: str) -> None:
    assert alarms(*rows, kind="ORU^R40^ORU_R40") == ([alarm] if alarm else [])


def test_each_event_has_what_follows_it() -> None:
    rows = (
        *(event("PL", "MDC_EVT_LEAD_OFF"), facet(PHASE, "end"), spo2("PM")),
        *(
            event("PM", "MDC_EVT_BATT_LO"),
            facet(PHASE, "start"),
            facet(STATE, "active"),
            facet(STATE, "inactive"),
        ),
    )
    assert alarms(*rows) == ["over MDC_EVT_LEAD_OFF", "medium spo2", "medium MDC_EVT_BATT_LO"]


@pytest.mark.parametrize("processing", ["T", "D", ""])
def test_what_is_not_production_is_no_alarm(processing: str) -> None:
    assert not alarms(event("PH"), spo2("PH"), processing=processing)


def test_an_alarm_message_is_read_as_any_other() -> None:
    parsed = read(message(event("PH"), spo2("L"), facet(PHASE, "start"), kind="ORU^R40^ORU_R40"))
    assert parsed.kind == "ORU^R40^ORU_R40"
    assert not parsed.refused
    assert [(one.code_name, str(one.value), one.validity, one.alarm) for one in parsed.readings] == [
        ("MDC_EVT_ALARM", "None", "not_available", "high MDC_EVT_ECG_ASYSTOLE"),
        ("MDC_PULS_OXIM_SAT_O2", "88", "valid", "medium spo2 low"),
        ("MDC_ATTR_EVENT_PHASE", "None", "not_available", ""),
    ]


@pytest.mark.parametrize(
    ("name", "crisis"),
    [
        *((name, True) for name in (
            *("MDC_EVT_ECG_ASYSTOLE", "***ASYSTOLE", "Asystole", "MDC_EVT_APNEA", "sleep apnoea"),
            *("MDC_EVT_ECG_V_FIB", "VFIB/VTACH", "V-Fib", "VF", "MDC_EVT_ECG_VF", "V_TACHY", "VTAC", "vt"),
            *("Ventricular fibrillation", "VENT TACHY", "Cardiac arrest", "CARD_ARREST", "arrest"),
            "Pulseless activity",
        )),
        *((name, False) for name in (
            *("MDC_EVT_LEAD_OFF", "MDC_EVT_HI spo2", "PVC", "VPC", "MDC_EVT_ECG_BRADY", "SVT", "vtx", "VOLT"),
            *("ventilator", "MDC_EVT_BATT_LO", "rate", "NIBP VALVE TEST", "spo2 low", "A_FIB"),
        )),
    ],
)  # fmt: skip
def test_crises(name: str, crisis: bool) -> None:
    assert is_crisis(name) == crisis


WORDS = st.text(max_size=12) | st.sampled_from(
    [
        "MDC_EVT_ALARM",
        "MDC_ATTR_EVENT_PHASE",
        "196616",
        "68481",
        "PH~L",
        "DEMO",
        "ALINH",
        "end",
        "^x^MDC",
        "9" * 30,
    ]
)


@given(WORDS, WORDS, st.sampled_from(["", "spo2"]), st.text(max_size=150) | WORDS, WORDS, WORDS, WORDS)
def test_whatever_is_heard_is_one_of_the_lawful_forms(
    code: str, name: str, parameter: str, text: str, flags: str, phase: str, state: str
) -> None:
    told = hear(code, name, parameter, text, flags)
    if told is None:
        return
    assert len(told.name) <= LONGEST_NAME
    if told.kind in ALARMING:
        alarm = alarm_of(told, {"phase": phase, "state": state})
        first = alarm.partition(" ")[0]
        assert first in ("", "low", "medium", "high", "over", "inhibited")
        if is_crisis(told.name):
            assert first in ("high", "over")
    elif parameter:
        assert told.kind == "flag"


def test_names_are_cut_and_no_alarm_is_an_empty_text() -> None:
    told = hear("196616", "MDC_EVT_ALARM", "", "x" * 200, "PN")
    assert told is not None
    assert told.name == "x" * 100
    assert alarm_of(told, {}) == ""
    assert hear("", "MDC_ECG_HEART_RATE", "hr", "70", "N~QUES") is None
    assert hear("9" * 5_000, "", "", "", "") is None


def test_a_facet_says_nothing_of_an_alarm_by_itself() -> None:
    told = hear("68481", "MDC_ATTR_EVENT_PHASE", "", "End", "")
    assert told == Told("phase", "end", "", "", quiet=False, inhibited=False, advice=False)
