"""Single rules, each in a small message of its own: status, flags, sentinels, ranges, codes, units, numbers."""

# ruff: noqa: E501  (a message row is one line)

from __future__ import annotations

from typing import Any

from tests.conformance.hl7.expectation import (
    ABSENT,
    ANY,
    CONFLICT,
    REFUSED,
    About,
    Case,
    Reading,
    Row,
    implausible,
    judged,
    must,
    no_value,
    own_unit,
    unmapped,
    valid,
)

BPM, RPM, PERCENT = (
    "264864^MDC_DIM_BEAT_PER_MIN^MDC",
    "264928^MDC_DIM_RESP_PER_MIN^MDC",
    "262688^MDC_DIM_PERCENT^MDC",
)
MMHG, CELSIUS, FAHRENHEIT = "266016^MDC_DIM_MMHG^MDC", "268192^MDC_DIM_DEGC^MDC", "268160^MDC_DIM_FAHR^MDC"
KG, CM, ML_PER_H = (
    "263875^MDC_DIM_KILO_G^MDC",
    "263441^MDC_DIM_CENTI_M^MDC",
    "265266^MDC_DIM_MILLI_L_PER_HR^MDC",
)

CODES = {
    "hr": ("147842^MDC_ECG_HEART_RATE^MDC", BPM),
    "pr": ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", BPM),
    "spo2": ("150456^MDC_PULS_OXIM_SAT_O2^MDC", PERCENT),
    "pi": ("150488^MDC_BLD_PERF_INDEX^MDC", PERCENT),
    "nibp_sys": ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", MMHG),
    "nibp_dia": ("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", MMHG),
    "nibp_mean": ("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", MMHG),
    "art_sys": ("150033^MDC_PRESS_BLD_ART_SYS^MDC", MMHG),
    "art_dia": ("150034^MDC_PRESS_BLD_ART_DIA^MDC", MMHG),
    "rr": ("151562^MDC_RESP_RATE^MDC", RPM),
    "etco2": ("151708^MDC_CONC_AWAY_CO2_ET^MDC", MMHG),
    "temp": ("150344^MDC_TEMP^MDC", CELSIUS),
    "weight": ("188736^MDC_MASS_BODY_ACTUAL^MDC", KG),
    "height": ("188740^MDC_LEN_BODY_ACTUAL^MDC", CM),
    "pump_rate": ("157784^MDC_FLOW_FLUID_PUMP^MDC", ML_PER_H),
}
AT = "2026-11-03T10:15:00+01:00"
ORU = "ORU^R01^ORU_R01"
OBR = "OBR|1|||182777000^monitoring of patient^SCT|||20261103101500+0100"


def msh(
    *, device: str = "MON^01^EUI-64", mode: str = "P", kind: str = ORU, charset: str = "UNICODE UTF-8"
) -> str:
    return f"MSH|^~\\&|{device}||||20261103101501+0100||{kind}|@ID@|{mode}|2.6|||NE|AL||{charset}"


def row(
    parameter: str,
    text: str,
    *outcomes: Reading | str,
    status: str = "R",
    flags: str = "",
    code: str | None = None,
    unit: str | None = None,
    kind: str = "NM",
    channel: str = "1.1.1.1",
) -> Row:
    known_code, known_unit = CODES[parameter]
    code = known_code if code is None else code
    unit = known_unit if unit is None else unit
    return must(f"OBX|1|{kind}|{code}|{channel}|{text}|{unit}||{flags}|||{status}", *outcomes)


def pressure(end: str, text: str, at: str, outcome: Reading) -> Row:
    code, unit = CODES[f"nibp_{end}"]
    return must(f"OBX|1|NM|{code}|1.1.9.1|{text}|{unit}|||||R|||{at}", outcome)


def small(name: str, rule: str, *rows: Row, head: str | None = None, **more: Any) -> Case:
    return Case(name, rule, (head or msh(), OBR, *rows), more.pop("device", "MON^01^EUI-64"), AT, **more)


STATUS = (
    small("status-normal", "R, F, P, C or empty with an empty OBX-8 is valid (rule 1)",
          *(row("hr", "72", valid("hr", 72), status=each) for each in ("R", "F", "P", "C", ""))),
    small("status-x", "X is never a value (rule 1)",
          row("hr", "72", judged("hr", None, ("not_available", "invalid")), status="X"),
          row("hr", "", judged("hr", None, ("not_available", "invalid")), status="X"),
          row("hr", "8388607", no_value("hr"), status="X")),
    small("status-then-more-fields", "fields behind OBX-11 change nothing; OBX-11 empty among them is normal (rule 1)",
          row("hr", "72", valid("hr", 72), status="|||20261103101500+0100||||SN1^MAKER")),
    small("flags-deciding", "DEMO, TEST, CAL, INV, NAV decide in any repetition; the status never overrides them (rule 2)",
          row("hr", "72", judged("hr", 72, "demo"), flags="DEMO"),
          row("hr", "72", judged("hr", 72, "demo"), flags="H~DEMO", status="F"),
          row("hr", "72", judged("hr", 72, "test"), flags="TEST"),
          row("hr", "72", judged("hr", 72, "test"), flags="ALACT~L~TEST"),
          row("hr", "72", judged("hr", (72, None), "calibration"), flags="CAL"),
          row("hr", "72", judged("hr", (72, None), "invalid"), flags="INV"),
          row("hr", "72", judged("hr", (72, None), "invalid"), flags="QUES~INV"),
          row("hr", "72", judged("hr", None, "not_available"), flags="NAV"),
          row("hr", "72", judged("hr", None, "not_available"), flags="ALINH~NAV"),
          row("hr", "", judged("hr", None, ("invalid", "not_available")), flags="INV", status="X")),
    small("flags-milder", "QUES is questionable; >, < are off scale; NI, OFF are no value; alarms leave a value a value (1.4, status map)",
          row("hr", "72", judged("hr", 72, "questionable"), flags="QUES"),
          row("hr", "250", judged("hr", (250, None), "overflow"), flags=">"),
          row("hr", "20", judged("hr", (20, None), "underflow"), flags="<"),
          row("hr", "72", no_value("hr"), flags="NI"),
          row("hr", "72", no_value("hr"), flags="OFF"),
          row("hr", "72", judged("hr", 72, ("valid", "questionable")), flags="ALACT"),
          row("hr", "72", judged("hr", 72, ("valid", "questionable")), flags="ALINH"),
          row("hr", "130", judged("hr", 130, ("valid", "questionable")), flags="H")),
    small("flags-with-sentinel", "a sentinel's value is null, whatever the flag says (rules 2, 3)",
          row("hr", "8388607", judged("hr", None, ("demo", "not_available")), flags="DEMO"),
          row("spo2", "0", judged("spo2", None, ("test", "not_available")), flags="TEST"),
          row("spo2", "-100", judged("spo2", None, ("questionable", "not_available")), flags="QUES")),
)  # fmt: skip

SENTINELS = tuple(
    small(f"sentinel-{text}".replace("+", "plus"), "a sentinel gives not_available and null, in any spelling of the number (rule 3)",
          *(row(parameter, text, no_value(parameter)) for parameter in ("hr", "spo2", "nibp_sys", "temp", "rr", "etco2", "pi")))
    for text in ("-1", "-99.9", "-99.90", "-100", "-100.00", "-999", "32767", "65535", "8388607", "8388607.0", "+8388607", "-32768")
)  # fmt: skip

PLAUSIBILITY = (
    small("zeros", "0 is no value for SpO2, PR, weight and height, and a value for a pump; HR and RR 0 lie outside their ranges (rules 3, 4)",
          row("spo2", "0", no_value("spo2")), row("spo2", "-0", no_value("spo2")), row("spo2", "000.0", no_value("spo2")),
          row("pr", "0", no_value("pr")), row("weight", "0", no_value("weight")), row("weight", "0.0", no_value("weight")),
          row("weight", "", no_value("weight")), row("height", "0", no_value("height")), row("height", "", no_value("height")),
          row("pump_rate", "0", valid("pump_rate", 0)), row("pump_rate", "0.00", valid("pump_rate", 0)),
          row("hr", "0", implausible("hr", 0)), row("rr", "0", implausible("rr", 0)), row("hr", "", no_value("hr"))),
    small("range-edges", "ranges include their ends (2.3)",
          row("spo2", "50", valid("spo2", 50)), row("spo2", "100", valid("spo2", 100)),
          row("hr", "20", valid("hr", 20)), row("hr", "250", valid("hr", 250)),
          row("pr", "20", valid("pr", 20)), row("pr", "250", valid("pr", 250)),
          row("rr", "1", valid("rr", 1)), row("rr", "70", valid("rr", 70)),
          row("etco2", "0", valid("etco2", 0)), row("etco2", "100", valid("etco2", 100)),
          row("temp", "30", valid("temp", 30)), row("temp", "43.0", valid("temp", 43))),
    small("range-outside", "outside the plausible range is invalid and never rescaled (rule 3)",
          row("spo2", "49.9", implausible("spo2", 49.9)), row("spo2", "101", implausible("spo2", 101)),
          row("spo2", "981", implausible("spo2", 981)), row("hr", "19", implausible("hr", 19)),
          row("hr", "251", implausible("hr", 251)), row("pr", "7200", implausible("pr", 7200)),
          row("rr", "71", implausible("rr", 71)), row("etco2", "101", implausible("etco2", 101)),
          row("temp", "29.9", implausible("temp", 29.9)), row("temp", "367", implausible("temp", 367)),
          row("hr", "-72", implausible("hr", -72))),
    small("pressure-edges", "SBP 50–260, DBP 20–160, both ends inside (2.3)",
          row("nibp_sys", "260", valid("nibp_sys", 260)), row("nibp_dia", "160", valid("nibp_dia", 160)),
          row("art_sys", "50", valid("art_sys", 50)), row("art_dia", "20", valid("art_dia", 20))),
    small("pressure-outside", "SBP 50–260, DBP 20–160, arterial too (2.3)",
          row("nibp_sys", "261", implausible("nibp_sys", 261)), row("art_dia", "19", implausible("art_dia", 19)),
          row("art_sys", "300", implausible("art_sys", 300)), row("nibp_dia", "161", implausible("nibp_dia", 161))),
    small("pulse-pressure-ten", "SBP−DBP of exactly 10 is plausible (2.3)",
          row("nibp_sys", "110", valid("nibp_sys", 110)), row("nibp_dia", "100", valid("nibp_dia", 100))),
    small("pulse-pressure-nine", "SBP−DBP below 10 is invalid for both (2.3)",
          row("nibp_sys", "109", implausible("nibp_sys", 109)), row("nibp_dia", "100", implausible("nibp_dia", 100)),
          row("hr", "72", valid("hr", 72))),
    small("pressure-swapped", "systolic under diastolic is invalid for both, in either order of rows (2.3)",
          row("art_dia", "120", implausible("art_dia", 120)), row("art_sys", "80", implausible("art_sys", 80))),
    small("pressures-by-time", "a pair is of one time: an older systolic neither hides nor spoils a pair (2.3)",
          pressure("sys", "140", "20261103100500+0100", valid("nibp_sys", 140, at="2026-11-03T09:05:00Z")),
          pressure("dia", "101", "20261103101000+0100", implausible("nibp_dia", 101, at="2026-11-03T09:10:00Z")),
          pressure("sys", "105", "20261103101000+0100", implausible("nibp_sys", 105, at="2026-11-03T09:10:00Z")),
          pressure("dia", "80", "20261103100500+0100", valid("nibp_dia", 80, at="2026-11-03T09:05:00Z"))),
    small("pressures-are-not-mixed", "a cuff's systolic is never paired with a line's diastolic (2.3, rule 5)",
          row("nibp_sys", "120", valid("nibp_sys", 120)), row("art_dia", "115", valid("art_dia", 115))),
)  # fmt: skip

CONFLICTS = small(
    "code-and-name-disagree", "refused, or null and invalid; it never vanishes and never becomes arterial (rule 5)",
    row("nibp_sys", "120", *CONFLICT, code="150021^MDC_PRESS_BLD_ART_SYS^MDC"),
    row("nibp_dia", "80", *CONFLICT, code="150022^MDC_PRESS_BLD_ART_DIA^MDC"),
    row("art_sys", "120", *CONFLICT, code="150033^MDC_PRESS_BLD_NONINV_SYS^MDC"),
    row("nibp_sys", "120", *CONFLICT, code="150021^MDC_PRESS_BLD_NONINV_DIA^MDC"),
    row("hr", "72", *CONFLICT, code="147842^MDC_PULS_OXIM_PULS_RATE^MDC"),
    row("spo2", "72", *CONFLICT, code="150456^MDC_ECG_HEART_RATE^MDC", unit=BPM),
    row("pr", "72", *CONFLICT, code="149530^MDC_ECG_HEART_RATE^MDC"),
    row("etco2", "36", *CONFLICT, code="151708^MDC_CONC_AWAY_CO2_INSP^MDC"),
)  # fmt: skip

CODES_AND_NAMES = (
    CONFLICTS,
    small("synonyms", "known names of one code are no conflict (rule 5, code table)",
          row("hr", "72", valid("hr", 72), code="147842^MDC_ECG_CARD_BEAT_RATE^MDC"),
          row("pr", "72", valid("pr", 72), code="149522^MDC_PULS_RATE^MDC"),
          row("pr", "72", valid("pr", 72), code="149546^MDC_PULS_RATE_NON_INV^MDC"),
          row("nibp_mean", "93", valid("nibp_mean", 93), code="150303^MDC_PRESS_CUFF_MEAN^MDC"),
          row("rr", "12", valid("rr", 12), code="151578^MDC_TTHOR_RESP_RATE^MDC")),
    small("general-names", "the general name beside a special code of the same parameter is no disagreement; the code decides (rule 5)",
          row("rr", "14", valid("rr", 14), *CONFLICT, code="151594^MDC_RESP_RATE^MDC"),
          row("pump_rate", "10", valid("pump_rate", 10), *CONFLICT, code="158014^MDC_FLOW_FLUID_PUMP^MDC")),
    small("pump-flow-and-programme", "158014 and 157784 are both rates of the pump (code table)",
          row("pump_rate", "0", valid("pump_rate", 0), code="158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC"),
          row("pump_rate", "52.5", valid("pump_rate", 52.5))),
    small("gateway-150017", "150017 labelled NONINV is a cuff pressure, or doubtful; never arterial (1.4, rule 5)",
          row("nibp_sys", "128", valid("nibp_sys", 128), *CONFLICT, unmapped(128, ANY), code="150017^MDC_PRESS_BLD_NONINV_SYS^MDC"),
          row("nibp_dia", "76", valid("nibp_dia", 76), *CONFLICT, unmapped(76, ANY), code="150018^MDC_PRESS_BLD_NONINV_DIA^MDC")),
    small("name-missing", "a code alone is enough; no name is no disagreement (rule 5)",
          row("rr", "14", valid("rr", 14), code="151594"), row("pump_rate", "10", valid("pump_rate", 10), code="158014^^MDC"),
          row("spo2", "97", valid("spo2", 97), code="150456"), row("spo2", "97", valid("spo2", 97), code="150456^^MDC")),
    small("unknown-codes", "null for one we do not map, with the message's own unit (section 3)",
          row("hr", "5", unmapped(5, own_unit("cmH2O")), code="151976^MDC_PRESS_AWAY_END_EXP_POS^MDC", unit="cmH2O"),
          row("hr", "0.1", unmapped(0.1, (*own_unit("266418^MDC_DIM_MILLI_VOLT^MDC"), "mV")), code="131841^MDC_ECG_AMPL_ST_I^MDC", unit="266418^MDC_DIM_MILLI_VOLT^MDC"),
          row("hr", "1", unmapped(1, (None, "")), code="4711^LOCAL^99X", unit="")),
    small("expired-co2-alone", "151712 is etco2 when no 151708 is sent (rule 11)",
          row("etco2", "35", valid("etco2", 35), code="151712^MDC_CONC_AWAY_CO2_EXP^MDC"),
          row("etco2", "1", Reading("fico2", 1, "mmHg", "valid"), code="151716^MDC_CONC_AWAY_CO2_INSP^MDC")),
    small("expired-co2-first", "151712 before 151708 in the same message is not etco2 either (rule 11)",
          row("etco2", "35", unmapped(35, (*own_unit(MMHG), "mmHg")), code="151712^MDC_CONC_AWAY_CO2_EXP^MDC"),
          row("etco2", "36", valid("etco2", 36))),
    small("empty-code", "no code names no parameter (rule 5)",
          row("hr", "72", REFUSED, unmapped(72, ANY, ANY), Reading("hr", 72, "/min", "valid"), ABSENT, code="^MDC_ECG_HEART_RATE^MDC"),
          row("hr", "72", REFUSED, unmapped(72, ANY, ANY), ABSENT, code="")),
)  # fmt: skip

UNITS_AND_NUMBERS = (
    small("units-written", "the same unit by code or by name (section 3)",
          row("hr", "72", valid("hr", 72), unit="/min"), row("spo2", "97", valid("spo2", 97), unit="%"),
          row("nibp_sys", "120", valid("nibp_sys", 120), unit="mmHg"), row("nibp_sys", "120", valid("nibp_sys", 120), unit="mm[Hg]^^UCUM"),
          row("temp", "36.6", valid("temp", 36.6), unit="Cel^degree Celsius^UCUM"), row("weight", "80", valid("weight", 80), unit="kg"),
          row("height", "180", valid("height", 180), unit="cm"), row("pump_rate", "12.5", valid("pump_rate", 12.5), unit="mL/h"),
          row("hr", "72", valid("hr", 72), unit="^MDC_DIM_BEAT_PER_MIN^MDC"), row("spo2", "97", valid("spo2", 97), unit="262688")),
    small("units-converted", "°F and kPa are converted (section 3)",
          row("temp", "99.5", judged("temp", About(37.5), "valid"), unit=FAHRENHEIT),
          row("temp", "99.5", judged("temp", About(37.5), "valid"), unit="[degF]"),
          row("nibp_sys", "16", judged("nibp_sys", About(120.01), "valid"), unit="kPa"),
          row("etco2", "4.7", judged("etco2", About(35.25), "valid"), unit="kPa"),
          row("etco2", "-100", no_value("etco2"), unit="kPa"),
          row("etco2", "40", judged("etco2", (About(300.02), 40, None), "invalid"), unit="kPa")),
    small("units-foreign", "a mapped value with no unit, or a unit foreign to its parameter, is refused (rule 8)",
          row("hr", "72", REFUSED, unit=""), row("temp", "36.6", REFUSED, unit=""), row("weight", "80", REFUSED, unit=""),
          row("weight", "176", REFUSED, unit="lb"), row("height", "70", REFUSED, unit="[in_i]"), row("height", "70", REFUSED, unit="in"),
          row("spo2", "97", REFUSED, unit=MMHG), row("hr", "72", REFUSED, unit=PERCENT), row("nibp_sys", "120", REFUSED, unit="cmH2O"),
          row("etco2", "5", REFUSED, unit=PERCENT), row("temp", "37", REFUSED, unit="K"), row("pump_rate", "2", REFUSED, unit="mL/min"),
          row("temp", "36.6", REFUSED, unit=KG), row("weight", "80000", REFUSED, unit="g"), row("nibp_sys", "120", REFUSED, unit="furlong")),
    small("numbers-lawful", "NM is [+-]digits[.digits] (rule 8)",
          row("hr", "+72", valid("hr", 72)), row("hr", "072", valid("hr", 72)), row("temp", "36.60", valid("temp", 36.6)),
          row("temp", "+036.6", valid("temp", 36.6)), row("hr", "9" * 400, Reading("hr", (None, ANY), ANY, "invalid"), REFUSED),
          row("hr", "72." + "0" * 400, valid("hr", 72), REFUSED)),
    small("numbers-unlawful", "anything but [+-]digits[.digits] in ASCII is refused (rule 8)",
          *(row("hr", text, REFUSED) for text in (
              "7e1", "1e308", "NaN", "nan", "inf", "-inf", "７２", "٧٢", "7,2", "72.", ".72", "7 2", "0x48", "1_0", "72bpm", "--72",
              "+", "-", "72.0.0", "<script>alert(1)</script>", "72\u00a0", "²", "=1+1", "---", "> 250", ">250", " 72", "72 "))),
    small("rows-cut-off", "a row that ends before OBX-11 is cut off and refused; OBX-11 there but empty is not (rule 7)",
          must(f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|72|{BPM}", REFUSED),
          must(f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|72|{BPM}||||", REFUSED),
          must(f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|72|{BPM}|||||", valid("hr", 72)),
          must("OBX|1|NM|4711^LOCAL^99X|1.1|72|x", REFUSED),
          must("OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1|9", REFUSED),
          must("OBX|1|NM", REFUSED), must("OBX|", REFUSED), must("OBX", REFUSED)),
    small("repeated-and-composed", "NM is one plain number (rule 8)",
          row("hr", "72~74", REFUSED), row("hr", "72^74", REFUSED)),
    small("types", "a number in a row of another type is that number or refused, never something else",
          row("hr", "72", valid("hr", 72), REFUSED, kind=""),
          row("hr", "72", valid("hr", 72), REFUSED, Reading(None, None, ANY, ANY), kind="ST"),
          row("hr", ">^250", judged("hr", (250, None), "overflow"), REFUSED, Reading(None, None, ANY, ANY), kind="SN")),
)  # fmt: skip

MODES = (
    *(
        small(f"mode-{mode}", "MSH-11 other than P makes every value test (rule 11)",
              row("hr", "72", judged("hr", 72, "test")), row("temp", "36.6", judged("temp", 36.6, "test")),
              row("spo2", "0", judged("spo2", None, ("test", "not_available"))),
              row("nibp_sys", "999", judged("nibp_sys", (999, None), ("test", "invalid"))),
              row("hr", "72", unmapped(72, ANY, "test"), code="4711^LOCAL^99X"), head=msh(mode=mode))
        for mode in ("D", "T", "X")
    ),
    small("mode-p-component", "P is P with or without a processing mode (rule 11)", row("hr", "72", valid("hr", 72)), head=msh(mode="P^T")),
    small("mode-empty", "an empty MSH-11 is not P; whether it makes a test is left open (rule 11)",
          row("hr", "72", judged("hr", 72, ("test", "valid"))), head=msh(mode="")),
)  # fmt: skip

ROWS = (*STATUS, *SENTINELS, *PLAUSIBILITY, *CODES_AND_NAMES, *UNITS_AND_NUMBERS, *MODES)
