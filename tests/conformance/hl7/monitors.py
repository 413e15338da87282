"""Whole messages as bedside monitors, pumps and gateways send them, each with its own habits.

Shapes follow the makers' public interface descriptions; names, numbers and texts are our own.
"""

# ruff: noqa: E501  (a message row is one line)

from __future__ import annotations

from tests.conformance.hl7.expectation import (
    ABSENT,
    CONFLICT,
    NOT_A_NUMBER,
    REFUSED,
    STRUCTURE,
    About,
    Case,
    implausible,
    judged,
    must,
    no_value,
    own_unit,
    unmapped,
    valid,
)

PCD = "IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO"

MINDRAY_VS_900 = Case(
    name="mindray-vs-900-demo-mode",
    rule="OBX-8 repeats; a repetition DEMO decides, though OBX-11 says R (rules 1, 2)",
    device="MINDRAY_VS_900^00A037FFFE0C1D2E^EUI-64",
    at="2026-11-03T10:15:00+01:00",
    parts=(
        f"MSH|^~\\&|MINDRAY_VS_900^00A037FFFE0C1D2E^EUI-64||||20261103101502+0100||ORU^R01^ORU_R01|@ID@|P|2.6|||NE|AL||UNICODE UTF-8|||{PCD}",
        "PID|||DEMO-0001^^^Klinik am See^PI||Probe^Petra^^^^^L||19700101|F",
        "PV1||I|Tagesklinik^1^Liege 3",
        "OBR|1|17^MINDRAY_VS_900^00A037FFFE0C1D2E^EUI-64|17^MINDRAY_VS_900^00A037FFFE0C1D2E^EUI-64|182777000^monitoring of patient^SCT|||20261103101500+0100",
        must("OBX|1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X", *STRUCTURE),
        must("OBX|2||70666^MDC_DEV_ECG_RESP_VMD^MDC|1.1.0.0|||||||X", *STRUCTURE),
        must("OBX|3|NM|149530^MDC_PULS_OXIM_PULS_RATE^MDC|1.2.1.149530|71|264864^MDC_DIM_BEAT_PER_MIN^MDC||DEMO|||R|||20261103101500+0100", judged("pr", 71, "demo")),
        must("OBX|4|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.2.1.150456|98|262688^MDC_DIM_PERCENT^MDC||DEMO~H|||R|||20261103101500+0100", judged("spo2", 98, "demo")),
        must("OBX|5|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.3.1.150021|121|266016^MDC_DIM_MMHG^MDC||ALACT~DEMO|||R||APERIODIC|20261103101200+0100", judged("nibp_sys", 121, "demo", at="2026-11-03T09:12:00Z")),
        must("OBX|6|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.3.1.150022|79|266016^MDC_DIM_MMHG^MDC||DEMO|||R||APERIODIC|20261103101200+0100", judged("nibp_dia", 79, "demo", at="2026-11-03T09:12:00Z")),
        must("OBX|7|NM|150023^MDC_PRESS_BLD_NONINV_MEAN^MDC|1.3.1.150023|93|266016^MDC_DIM_MMHG^MDC||DEMO|||R||APERIODIC|20261103101200+0100", judged("nibp_mean", 93, "demo", at="2026-11-03T09:12:00Z")),
        must("OBX|8|NM|150344^MDC_TEMP^MDC|1.4.1.150344|36.7|268192^MDC_DIM_DEGC^MDC||DEMO|||R||APERIODIC|20261103101100+0100", judged("temp", 36.7, "demo", at="2026-11-03T09:11:00Z")),
    ),
)  # fmt: skip

MINDRAY_VS8 = Case(
    name="mindray-vs8-spot-check",
    rule="plain values with OBX-11 F and empty OBX-8 are valid; weight and height 0 or empty are not available (rules 1, 4)",
    device="VS8^00A0370027004711^EUI-64",
    at="2026-06-10T01:51:27+08:00",
    parts=(
        "MSH|^~\\&|VS8^00A0370027004711^EUI-64|Mindray|||20260610015128+0800||ORU^R01^ORU_R01|@ID@|P|2.6|||AL|NE||UNICODE UTF-8",
        "PID|||8841^^^Hospital^PI||Tan^Mei||19880102|F",
        "PV1||O|^^WARD 5&10|R",
        "OBR|1|||69952^MDC_DEV_MON_PT_PHYSIO_MULTI_PARAM^MDC|||20260610015127+0800",
        must("OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456|97|262688^MDC_DIM_PERCENT^MDC|||||F|||20260610015127+0800", valid("spo2", 97)),
        must("OBX|2|NM|160324^MDC_SPO2_SIGNAL_QUALITY_INDEX^MDC|1.3.1.160324|3.56|262688^MDC_DIM_PERCENT^MDC|||||F|||20260610015127+0800", unmapped(3.56, (*own_unit("262688^MDC_DIM_PERCENT^MDC"), "%"))),
        must("OBX|3|NM|149522^MDC_PULS_RATE^MDC|1.0.0.149522|59|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F|||20260610015127+0800", valid("pr", 59)),
        must("OBX|4|NM|151562^MDC_RESP_RATE^MDC|1.14.1.151562|20|264928^MDC_DIM_RESP_PER_MIN^MDC|||||F|||20260610015127+0800", valid("rr", 20)),
        must("OBX|5|NM|150344^MDC_TEMP^MDC|1.2.1.150344|37.0|268192^MDC_DIM_DEGC^MDC|||||F|||20260610015127+0800", valid("temp", 37)),
        must("OBX|6|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.9.150021|120|266016^MDC_DIM_MMHG^MDC|||||F|||20260610014500+0800", valid("nibp_sys", 120, at="2026-06-09T17:45:00Z")),
        must("OBX|7|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.1.9.150022|80|266016^MDC_DIM_MMHG^MDC|||||F|||20260610014500+0800", valid("nibp_dia", 80, at="2026-06-09T17:45:00Z")),
        must("OBX|8|NM|150023^MDC_PRESS_BLD_NONINV_MEAN^MDC|1.1.9.150023|90|266016^MDC_DIM_MMHG^MDC|||||F|||20260610014500+0800", valid("nibp_mean", 90, at="2026-06-09T17:45:00Z")),
        must("OBX|9|NM|188740^MDC_LEN_BODY_ACTUAL^MDC|1.10.1.188740||263441^MDC_DIM_CENTI_M^MDC|||||F|||20260610015127+0800", no_value("height")),
        must("OBX|10|NM|188736^MDC_MASS_BODY_ACTUAL^MDC|1.10.1.188736|0|263875^MDC_DIM_KILO_G^MDC|||||F|||20260610015127+0800", no_value("weight")),
    ),
)  # fmt: skip

COMEN_NC5 = Case(
    name="comen-nc5-nothing-attached",
    rule="device is MSH-4 when MSH-3 is empty; OBX-1 may be empty; 8388607 with status X is no value; limits 90^160 in OBX-7 are no value (rules 1, 3, 6)",
    device="KC575200042G",
    at="2026-07-26T12:05:00+08:00",
    parts=(
        "MSH|^~\\&||KC575200042G|||20260726120500.1000+0800||ORU^R01|@ID@|P|2.6",
        "PID|||12345||DOE^JANE||19800115|F||||||||||12345",
        "PV1||I|^^&24",
        "OBR||||1^MDC_OBS^MDC|||20260726120500+0800",
        must("OBX||NM|150301^MDC_PRESS_CUFF_SYS^MDC|1.1.9.150301|128|266016^MDC_DIM_MMHG^MDC|90^160||||F|||20260726120500+0800", valid("nibp_sys", 128)),
        must("OBX||NM|150302^MDC_PRESS_CUFF_DIA^MDC|1.1.9.150302|76|266016^MDC_DIM_MMHG^MDC|50^90||||F|||20260726120500+0800", valid("nibp_dia", 76)),
        must("OBX||NM|150303^MDC_PRESS_CUFF_MEAN^MDC|1.1.9.150303|93|266016^MDC_DIM_MMHG^MDC|60^110||||F|||20260726120500+0800", valid("nibp_mean", 93)),
        must("OBX||NM|149546^MDC_PULS_RATE_NON_INV^MDC|1.1.9.149546|88|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F|||20260726120500+0800", valid("pr", 88)),
        must("OBX||NM|147842^MDC_ECG_HEART_RATE^MDC|1.7.1.147842|8388607|264864^MDC_DIM_BEAT_PER_MIN^MDC|50^120||||X|||20260726120500+0800", no_value("hr")),
        must("OBX||NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.150456|8388607|262688^MDC_DIM_PERCENT^MDC|||||X|||20260726120500+0800", no_value("spo2")),
        must("OBX||NM|151562^MDC_RESP_RATE^MDC|1.14.1.151562|8388607|264928^MDC_DIM_RESP_PER_MIN^MDC|||||F|||20260726120500+0800", no_value("rr")),
        must("OBX||CNE|2453^COMEN_POS_BODY^99COMEN|1.1.9.2453|2821^COMEN_POS_SITTING^99COMEN||||||F|||20260726120500+0800", *NOT_A_NUMBER),
    ),
)  # fmt: skip

COMEN_NC10 = Case(
    name="comen-nc10-fahrenheit",
    rule="°F is converted; conversion is not rescaling; 188496 is a temperature too (section 3, rule 3)",
    device="NC10",
    at="2026-07-26T12:05:00+08:00",
    parts=(
        "MSH|^~\\&|NC10|COMEN|||20260726120501+0800||ORU^R01|@ID@|P|2.6",
        "PID|||A-7||||||",
        "OBR||||1^MON_PARAM^99COMEN|||20260726120500+0800",
        must("OBX||NM|150344^MDC_TEMP^MDC|1.2.1.150344|98.6|268160^MDC_DIM_FAHR^MDC|||||F", judged("temp", About(37.0), "valid")),
        must("OBX||NM|188496^MDC_TEMP_AXIL^MDC|1.2.2.188496|100.4|268160^MDC_DIM_FAHR^MDC|||||F", judged("temp", About(38.0), "valid")),
        must("OBX||NM|150344^MDC_TEMP^MDC|1.2.3.150344|-999|268160^MDC_DIM_FAHR^MDC|||||F", no_value("temp")),
        must("OBX||NM|150344^MDC_TEMP^MDC|1.2.4.150344|37.1|268160^MDC_DIM_FAHR^MDC|||||F", judged("temp", (About(2.8), 37.1, None), "invalid")),
        must("OBX||NM|188740^MDC_LEN_BODY_ACTUAL^MDC|1.10.1.188740|170|263441^MDC_DIM_CENTI_M^MDC|||||F", valid("height", 170)),
        must("OBX||NM|188736^MDC_MASS_BODY_ACTUAL^MDC|1.10.1.188736|71.4|263875^MDC_DIM_KILO_G^MDC|||||F", valid("weight", 71.4)),
    ),
)  # fmt: skip

XH80X = Case(
    name="xh80x-negative-sentinels",
    rule="-999, -99.9, -100 and their other spellings are no value for any parameter (rule 3)",
    device="XH80X",
    at="2026-05-02T07:00:00Z",
    parts=(
        "MSH|^~\\&|XH80X|||HIS|20260502070001+0000||ORU^R01|@ID@|P|2.4",
        "PID|1||77",
        "OBR|1|||MONITOR|||20260502070000+0000",
        must("OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1.1.1|-999|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R", no_value("hr")),
        must("OBX|1|NM|150344^MDC_TEMP^MDC|1.1.1.1|-99.9|268192^MDC_DIM_DEGC^MDC|||||R", no_value("temp")),
        must("OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.1.1.1|-100|262688^MDC_DIM_PERCENT^MDC|||||R", no_value("spo2")),
        must("OBX|1|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.1.1.1|-100.0|266016^MDC_DIM_MMHG^MDC|||||R", no_value("nibp_sys")),
        must("OBX|1|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.1.1.1|8388607.0|266016^MDC_DIM_MMHG^MDC|||||R", no_value("nibp_dia")),
        must("OBX|1|NM|151562^MDC_RESP_RATE^MDC|1.1.1.1|-1|264928^MDC_DIM_RESP_PER_MIN^MDC|||||R", no_value("rr")),
        must("OBX|1|NM|151708^MDC_CONC_AWAY_CO2_ET^MDC|1.1.1.1|-32768|266016^MDC_DIM_MMHG^MDC|||||R", no_value("etco2")),
    ),
)  # fmt: skip

PHILIPS_MX500 = Case(
    name="philips-mx500",
    rule="147842 labelled CARD_BEAT_RATE is heart rate; OBX-7 50-120 are alarm limits; OBR-7 and OBX-14 without a zone take MSH-7's (rules 5, 9)",
    device="IntelliVue^0009FBFFFE1B44B3^EUI-64",
    at="2026-04-25T23:03:31.496-04:00",
    parts=(
        f"MSH|^~\\&|IntelliVue^0009FBFFFE1B44B3^EUI-64|Unit|EMR|Clinic|20260425230332.872-0400||ORU^R01^ORU_R01|@ID@|P|2.6|||AL|NE||8859/1|EN^English^ISO639||{PCD}",
        "PID|1||55555^^^Clinic^MR~6789^^^Clinic^VN||Lopez^Ana^\"\"^^^^L||19710108|U",
        "PV1|2|I|My Unit^^Bed1^Institution||||||||||||||||23456",
        "OBR|3||0009fbFFFF1b44b3^^^EUI-64|69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|||20260425230331.496",
        must("OBX|4||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|1.0.0.0|||||||X|||||||5a1c-IntelliVue MX500 - 866064", *STRUCTURE),
        must("OBX|5||70739^MDC_DEV_CARD_RATE_CHAN^MDC|1.2.1.0|||||||X", *STRUCTURE),
        must("OBX|6|NM|147842^MDC_ECG_CARD_BEAT_RATE^MDC|1.2.1.1|60|264864^MDC_DIM_BEAT_PER_MIN^MDC|50-120||||F", valid("hr", 60)),
        must("OBX|7|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.6.1.1|96|262688^MDC_DIM_PERCENT^MDC|90-100||||F|||20260425230330", valid("spo2", 96, at="2026-04-26T03:03:30Z")),
        must("OBX|8|NM|150488^MDC_BLD_PERF_INDEX^MDC|1.6.1.2|2.3|262688^MDC_DIM_PERCENT^MDC|||||F", valid("pi", 2.3)),
        must("OBX|9|NM|150021^MDC_PRESS_BLD_NONINV_SYS^MDC|1.4.1.1|134|266016^MDC_DIM_MMHG^MDC|90-160||||F|||20260425225500-0400", valid("nibp_sys", 134, at="2026-04-26T02:55:00Z")),
        must("OBX|10|NM|150022^MDC_PRESS_BLD_NONINV_DIA^MDC|1.4.1.2|81|266016^MDC_DIM_MMHG^MDC|50-90||||F|||20260425225500-0400", valid("nibp_dia", 81, at="2026-04-26T02:55:00Z")),
        must("OBX|11|ST|184327^MDC_ECG_STAT_RHY^MDC|1.2.4.20|MDC_ECG_SINUS_RHY||||||F", *NOT_A_NUMBER),
        must("OBX|12|ST|68162^MDC_ATTR_FILTER_LABEL_STRING^MDC|1.1.1.1.1|0.5-40 Hz", REFUSED),
    ),
)  # fmt: skip

GE_B40 = Case(
    name="ge-b40-arterial-line",
    rule="arterial 150033-35; rate from the line is a pulse; two temperatures stay two; time from OBR-7 without a zone anywhere is UTC (rules 6, 9)",
    device="VSP^080019FFFE0B4020^EUI-64",
    at="2026-02-03T09:16:09Z",
    parts=(
        "MSH|^~\\&|VSP^080019FFFE0B4020^EUI-64|GE Healthcare|||20260203091611||ORU^R01^ORU_R01|@ID@|P|2.6|||NE|AL||UNICODE UTF-8|||PCD_DEC_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO",
        "PID|||BED12^^^PID^MR||MUSTER^MAX^^^^^L|||",
        "PV1||E|ICU^^79874",
        "OBR|1|1^VSP^080019FFFE0B4020^EUI-64|1^VSP^080019FFFE0B4020^EUI-64|182777000^monitoring of patient^SCT|||20260203091609",
        must("OBX|1||69854^MDC_DEV_METER_PRESS_BLD_VMD^MDC|1.13.0.0|||||||X", *STRUCTURE),
        must("OBX|2|NM|150033^MDC_PRESS_BLD_ART_SYS^MDC|1.13.1.1|112|266016^MDC_DIM_MMHG^MDC|||||R|||||||080019FFFE0B4020^B40_GE", valid("art_sys", 112)),
        must("OBX|3|NM|150034^MDC_PRESS_BLD_ART_DIA^MDC|1.13.1.2|76|266016^MDC_DIM_MMHG^MDC|||||R|||||||080019FFFE0B4020^B40_GE", valid("art_dia", 76)),
        must("OBX|4|NM|150035^MDC_PRESS_BLD_ART_MEAN^MDC|1.13.1.3|95|266016^MDC_DIM_MMHG^MDC|||||R|||||||080019FFFE0B4020^B40_GE", valid("art_mean", 95)),
        must("OBX|5|NM|149522^MDC_BLD_PULS_RATE_INV^MDC|1.13.1.4|80|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R|||||||080019FFFE0B4020^B40_GE", valid("pr", 80), *CONFLICT),
        must("OBX|6|NM|150087^MDC_PRESS_BLD_VEN_CENT_MEAN^MDC|1.13.2.1|8|266016^MDC_DIM_MMHG^MDC|||||R|||||||080019FFFE0B4020^B40_GE", unmapped(8, (*own_unit("266016^MDC_DIM_MMHG^MDC"), "mmHg"))),
        must("OBX|7|NM|148066^MDC_ECG_V_P_C_RATE^MDC|1.5.1.2|0|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R|||||||080019FFFE0B4020^B40_GE", unmapped(0, (*own_unit("264864^MDC_DIM_BEAT_PER_MIN^MDC"), "/min"))),
        must("OBX|8|NM|150344^MDC_TEMP^MDC|1.26.1.1|37.1|268192^MDC_DIM_DEGC^MDC|||||R|||||||080019FFFE0B4020^B40_GE", valid("temp", 37.1)),
        must("OBX|9|NM|150344^MDC_TEMP^MDC|1.26.2.1|36.5|268192^MDC_DIM_DEGC^MDC|||||R|||||||080019FFFE0B4020^B40_GE", valid("temp", 36.5)),
    ),
)  # fmt: skip

GE_CARESCAPE_CO2 = Case(
    name="ge-carescape-capnograph",
    rule="kPa is converted; 151708 present, so 151712 is not etco2; 151716 is fico2, and 0 there is a value; 151594 is a respiratory rate (rule 11, code table)",
    device="CARESCAPE^080019FFFE134535^EUI-64",
    at="2026-02-03T09:16:00Z",
    parts=(
        "MSH|^~\\&|CARESCAPE^080019FFFE134535^EUI-64|GE Healthcare|||20260203091601+0000||ORU^R01^ORU_R01|@ID@|P|2.6|||NE|AL||UNICODE UTF-8|||PCD_DEC_001^IHE PCD^1.3.6.1.4.1.19376.1.6.1.1.1^ISO",
        "PID|||1||X^Y",
        "OBR|1|a^b|a^b|182777000^monitoring of patient^SCT|||20260203091600+0000",
        must("OBX|1|NM|151708^MDC_CONC_AWAY_CO2_ET^MDC|1.11.1.1|5.0|kPa^kPa^UCUM|||||R", judged("etco2", About(37.5), "valid")),
        must("OBX|2|NM|151712^MDC_CONC_AWAY_CO2_EXP^MDC|1.11.1.2|36|266016^MDC_DIM_MMHG^MDC|||||R", unmapped(36, (*own_unit("266016^MDC_DIM_MMHG^MDC"), "mmHg"))),
        must("OBX|3|NM|151716^MDC_CONC_AWAY_CO2_INSP^MDC|1.11.1.3|0|266016^MDC_DIM_MMHG^MDC|||||R", valid("fico2", 0)),
        must("OBX|4|NM|151594^MDC_CO2_RESP_RATE^MDC|1.11.1.4|14|264928^MDC_DIM_RESP_PER_MIN^MDC|||||R", valid("rr", 14)),
        must("OBX|5|NM|151578^MDC_TTHOR_RESP_RATE^MDC|1.6.1.1|15|264928^MDC_DIM_RESP_PER_MIN^MDC|||||R", valid("rr", 15)),
    ),
)  # fmt: skip

BBRAUN_SPACE = Case(
    name="bbraun-spaceplus-syringe",
    rule="157784 in mL/h is the pump's rate, 0 there is a real value; a drug name is no number and never stops the rows after it (rules 4, 10)",
    device="SPACECOM^00123456^EUI-64",
    at="2026-09-01T08:30:00+02:00",
    parts=(
        "MSH|^~\\&|SPACECOM^00123456^EUI-64|BBRAUN|||20260901083001+0200||ORU^R01^ORU_R01|@ID@|P|2.6|||AL|NE||UNICODE UTF-8|||IHE_PCD_001^IHE PCD^1.3.6.1.4.1.19376.1.6.4.1^ISO",
        "PID|||9^^^H^PI||Nguyen^Linh",
        "OBR|1|1^SPACECOM|1^SPACECOM|70053^MDC_DEV_PUMP_INFUS_SYRINGE_MDS^MDC|||20260901083000+0200",
        must("OBX|1||70053^MDC_DEV_PUMP_INFUS_SYRINGE_MDS^MDC|1.0.0.0|||||||X", *STRUCTURE),
        must("OBX|2||70054^MDC_DEV_PUMP_INFUS_SYRINGE_VMD^MDC|1.1.0.0|||||||X", *STRUCTURE),
        must("OBX|3|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.1.157784|30.4|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R", valid("pump_rate", 30.4)),
        must("OBX|4|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.2.157784|0|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R", valid("pump_rate", 0)),
        must("OBX|5|ST|184520^MDC_DRUG_NAME_LIBRARY^MDC|1.1.1.184520|Ketamine 2 mg/mL||||||R", *NOT_A_NUMBER),
        must("OBX|6|CWE|184519^MDC_PUMP_INFUSING_STATUS^MDC|1.1.1.184519|^pump-status-infusing||||||R", *NOT_A_NUMBER),
        must("OBX|7|NM|158014^MDC_FLOW_FLUID_PUMP_CURRENT^MDC|1.1.1.158014|30.40|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R", valid("pump_rate", 30.4), *CONFLICT),
        must("OBX|8|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.3.157784|0.2|265714^MDC_DIM_MICRO_G_PER_KG_PER_MIN^MDC|||||R", REFUSED),
    ),
)  # fmt: skip

LOOSE_GATEWAY = Case(
    name="loose-gateway-oru",
    rule="no PID, no OBR group ids, OBX-1 repeats, LF ends: each row is read for itself; a LOINC code is not mapped and keeps its own unit (rules 6, 8; section 3)",
    device="GATEWAY",
    at="2026-01-15T12:00:00Z",
    ends="\n",
    parts=(
        "MSH|^~\\&|GATEWAY||||20260115120005+0000||ORU^R01|@ID@|P|2.3",
        "OBR|1|||VITALS|||20260115120000+0000",
        must("OBX|1|NM|147842|1.1|64|264864|||||F", valid("hr", 64)),
        must("OBX|1|NM|150456^^MDC|1.1|99|262688|||||F", valid("spo2", 99)),
        must("OBX|1|NM|8867-4^Heart rate^LN|1.1|64|/min^per minute^UCUM|||||F", unmapped(64, own_unit("/min^per minute^UCUM"))),
        must("OBX|1|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||0|262688^MDC_DIM_PERCENT^MDC|||||F", no_value("spo2")),
        must("OBX|1|NM|149530^MDC_PULS_OXIM_PULS_RATE^MDC||0.0|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F", no_value("pr")),
        must("OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||300|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||F", implausible("hr", 300)),
        must("OBX|1|NM|99999^LOCAL_THING^99LOC|||^furlong^99LOC|||||F", unmapped(None, own_unit("^furlong^99LOC"), ("not_available", "valid")), REFUSED, ABSENT),
    ),
)  # fmt: skip

MONITORS = (
    MINDRAY_VS_900, MINDRAY_VS8, COMEN_NC5, COMEN_NC10, XH80X, PHILIPS_MX500, GE_B40, GE_CARESCAPE_CO2,
    BBRAUN_SPACE, LOOSE_GATEWAY,
)  # fmt: skip
