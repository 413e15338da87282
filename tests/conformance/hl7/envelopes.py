"""The message around its rows: device, times and zones, encodings, escapes, segment ends, frames and batches."""

# ruff: noqa: E501  (a message row is one line)

from __future__ import annotations

from typing import Any

from tests.conformance.hl7.expectation import (
    ABSENT,
    ANY,
    NOT_A_NUMBER,
    REFUSED,
    Case,
    Row,
    judged,
    must,
    unmapped,
    valid,
)
from tests.conformance.hl7.rows import BPM, OBR, msh, row, small

HR = row("hr", "72", valid("hr", 72))
MON = "MON^01^EUI-64"


def hr_at(obx_14: str, at: Any, value: int = 72) -> Row:
    return must(
        f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|{value}|{BPM}|||||R|||{obx_14}",
        valid("hr", value, at=at),
    )


def timed(
    name: str, rule: str, msh_7: str, obr_7: str | None, *rows: Row, zone: str = "UTC", message_at: Any = ANY
) -> Case:
    head = f"MSH|^~\\&|{MON}||||{msh_7}||ORU^R01^ORU_R01|@ID@|P|2.6"
    group = [] if obr_7 is None else [f"OBR|1|||VITALS|||{obr_7}"]
    return Case(name, rule, (head, *group, *rows), MON, ANY, message_at, zone=zone)


TIMES = (
    timed("item-time", "OBX-14 over OBR-7 over MSH-7 (rule 9)", "20261103101501+0100", "20261103101500+0100",
          hr_at("20261103101430+0100", "2026-11-03T09:14:30Z"), hr_at("", "2026-11-03T09:15:00Z"),
          message_at=("2026-11-03T09:15:01Z", "2026-11-03T09:15:00Z")),
    timed("item-zone", "a time keeps its own zone (rule 9)", "20261103101501+0100", "20261103091500+0000",
          hr_at("20261103144500+0530", "2026-11-03T09:15:00Z"), hr_at("20261102211500-1200", "2026-11-03T09:15:00Z"),
          hr_at("20261103231500+1400", "2026-11-03T09:15:00Z")),
    timed("item-zone-from-header", "a time without zone takes MSH-7's, not OBR-7's (rule 9)", "20261103101501+0100", "20261103091500+0000",
          hr_at("20261103101430", "2026-11-03T09:14:30Z")),
    timed("zone-header-over-configured", "MSH-7's zone before the configured one (rule 9)", "20260715120001-0500", "20260715120000",
          hr_at("", "2026-07-15T17:00:00Z"), zone="Europe/Zurich"),
    timed("zone-configured-summer", "else the device's configured zone (rule 9)", "20260715120001", "20260715120000",
          hr_at("", "2026-07-15T10:00:00Z"), message_at=("2026-07-15T10:00:01Z", "2026-07-15T10:00:00Z"), zone="Europe/Zurich"),
    timed("zone-configured-winter", "the configured zone follows the season (rule 9)", "20260115120001", "20260115120000",
          hr_at("", "2026-01-15T11:00:00Z"), zone="Europe/Zurich"),
    timed("zone-none", "else UTC (rule 9)", "20260115120001", "20260115120000", hr_at("", "2026-01-15T12:00:00Z")),
    timed("hour-that-is-twice", "either of the two, never neither (rule 9, section 5 DST)", "20261025023001", "20261025023000",
          hr_at("", ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")), zone="Europe/Zurich"),
    timed("hour-that-is-not", "a time that no clock showed still gets an instant (rule 9, section 5 DST)", "20260329023001", "20260329023000",
          hr_at("", ("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z")), zone="Europe/Zurich"),
    timed("fractions", "fractions of a second are kept, one digit or four (rule 9)", "20260715120001.1000+0200", "20260715120000.5+0200",
          hr_at("20260715115959.25+0200", "2026-07-15T09:59:59.25Z"), hr_at("", "2026-07-15T10:00:00.5Z"),
          message_at=("2026-07-15T10:00:01.1Z", "2026-07-15T10:00:00.5Z")),
    timed("no-seconds", "a time to the minute is that minute (rule 9)", "202607151200+0200", "202607151200+0200",
          hr_at("202607151159+0200", "2026-07-15T09:59:00Z")),
    timed("date-only", "a date is no time of day: its midnight, or the next best time, or none", "20260715120001+0200", "20260715120000+0200",
          must(f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|72|{BPM}|||||R|||20260715", judged(
              "hr", 72, ("valid", "questionable"), at=("2026-07-14T22:00:00Z", "2026-07-15T10:00:00Z", None)))),
    timed("order-time-unreadable", "never MSH-7 while OBR-7 is there, even one that cannot be read (rule 9)", "20260715120001+0200",
          "20261399000000", must(f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|72|{BPM}|||||R", judged(
              "hr", 72, ("valid", "questionable"), at=(None,)), REFUSED)),
    timed("nulls-for-times", "two quotes are HL7's nothing: the next best time counts (rule 9)", "20260715120001+0200", '""',
          hr_at('""', "2026-07-15T10:00:01Z")),
    timed("no-obr-time", "MSH-7 is used only without OBR-7 (rule 9)", "20260715120001+0200", "", hr_at("", "2026-07-15T10:00:01Z")),
    timed("no-obr", "MSH-7 is used only without OBR-7 (rule 9)", "20260715120001+0200", None, hr_at("", "2026-07-15T10:00:01Z")),
    timed("header-years-off", "OBR-7 while it is there, though MSH-7 is years away (rule 9)", "19700101000000+0000", "20260715120000+0000",
          hr_at("", "2026-07-15T12:00:00Z")),
    *(
        timed(f"nonsense-time-{index}", "a time that is none never stops the message: refused, none, or the next best", "20260715120001+0200",
              "20260715120000+0200",
              must(f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|72|{BPM}|||||R|||{text}",
                   judged("hr", 72, ("valid", "questionable"), at=("2026-07-15T10:00:00Z", None)), REFUSED),
              hr_at("", "2026-07-15T10:00:00Z", 73))
        for index, text in enumerate(("20261301000000+0200", "20260230120000+0200", "20260715256199+0200", "yesterday",
                                      "２０２６０７１５１２００００", "00000000000000", "2026-07-15 12:00"))
    ),
    timed("zone-nonsense", "an impossible offset never stops the message", "20260715120001+9999", "20260715120000",
          must(f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1.1|72|{BPM}|||||R", valid("hr", 72, at=ANY), REFUSED)),
    Case("several-groups", "each OBR gives its own OBR-7 to its own rows (rule 9); a missing one falls to MSH-7, not to the group before",
         (msh(), "OBR|1|||A|||20261103101000+0100", hr_at("", "2026-11-03T09:10:00Z", 61),
          "OBR|2|||B|||20261103101100+0100", hr_at("", "2026-11-03T09:11:00Z", 62), hr_at("20261103101130+0100", "2026-11-03T09:11:30Z", 63),
          "OBR|3|||C", hr_at("", "2026-11-03T09:15:01Z", 64)), MON, ANY),
)  # fmt: skip

DEVICES = (
    small("device-parts", "DEVICE is MSH-3 whole, components joined with ^ (section 3)", HR, head=msh(device="A^B^ISO"), device="A^B^ISO"),
    small("device-escaped", "an escaped separator is read as the character it means", HR, head=msh(device="SMITH \\T\\ SON"),
          device=("SMITH & SON", "SMITH \\T\\ SON")),
    Case("device-neither", "without MSH-3 and MSH-4 there is no device; the rows are read all the same (rules 6, 10)",
         ("MSH|^~\\&|||||20261103101501+0100||ORU^R01|@ID@|P|2.6", OBR, HR), (None, ""), "2026-11-03T09:15:00Z"),
    Case("device-facility-parts", "MSH-4 when MSH-3 is empty, whole as well (rule 6)",
         ("MSH|^~\\&||ICU 4^1.2.3^ISO|||20261103101501+0100||ORU^R01|@ID@|P|2.6", OBR, HR), "ICU 4^1.2.3^ISO", "2026-11-03T09:15:00Z"),
)  # fmt: skip

LETTERS = (
    small("latin-1", "MSH-18 8859/1 is read as such", HR, head=msh(device="Überwachung", charset="8859/1"), device="Überwachung", encoding="latin-1"),
    small("utf-8", "MSH-18 UNICODE UTF-8 is read as such", HR, head=msh(device="Überwachung 床"), device="Überwachung 床"),
    small("gb-18030", "MSH-18 GB 18030-2000 is read as such", HR, head=msh(device="监护仪", charset="GB 18030-2000"), device="监护仪", encoding="gb18030"),
    small("utf-8-unsaid", "UTF-8 without MSH-18 loses no row", HR, head=msh(device="Überwachung", charset=""),
          device=("Überwachung", "Ã\x9cberwachung", "\ufffd\ufffdberwachung")),
    small("wrong-letters", "bytes that MSH-18 does not allow never stop the message", HR, head=msh(device="M\xfcller"), device=ANY, encoding="latin-1"),
    small("charset-unknown", "an unknown MSH-18 never stops the message", HR, head=msh(charset="KLINGON")),
    small("byte-order-mark", "a byte order mark before MSH is no part of it", HR, wrap=(b"\xef\xbb\xbf", b"")),
    small("other-breaks", "segments end at CR or LF only: no row is born from a VT, FF, NEL or LINE SEPARATOR (rule 8)",
          HR, head=msh() + "\rPID|||1||A\x0bOBX|1\x0cOBX|2\x85OBX|3\u2028OBX|4\u2029OBX|5"),
    small("names-with-escapes", "escapes in a text change neither rows nor lines",
          must("OBX|1|NM|4711^A\\X0D\\B\\F\\C^99X|1.1|5|x|||||R",
               unmapped(5, "x", code_name=("A\rB|C", "A\\X0D\\B\\F\\C"))), HR),
    small("broken-escapes", "an escape that is none never stops the message",
          must("OBX|1|NM|4711^A\\QQ\\B\\XZZ\\C\\^99X|1.1|5|x|||||R", unmapped(5, "x", code_name=ANY)), HR),
    small("nul-and-controls", "control characters in a name never stop the message", HR, head=msh() + "\rPID|||1||A\x00\x07\x1b[31m"),
)  # fmt: skip

SEPARATORS = (
    Case("own-separators", "MSH-1 and MSH-2 say the separators; the device is still joined with ^ (section 3)",
         ("MSH#$*@!#VSP$0800$EUI-64####20261103101501+0100##ORU$R01#@ID@#P#2.6", "OBR#1###A###20261103101500+0100",
          must("OBX#1#NM#147842$MDC_ECG_HEART_RATE$MDC#1.1#72#264864$MDC_DIM_BEAT_PER_MIN$MDC##H*DEMO###R",
               judged("hr", 72, "demo", code="147842", code_name="MDC_ECG_HEART_RATE", channel="1.1"))),
         "VSP^0800^EUI-64", "2026-11-03T09:15:00Z"),
    Case("fifth-encoding-character", "a truncation character behind MSH-2's four changes nothing",
         (f"MSH|^~\\&#|{MON}||||20261103101501+0100||ORU^R01|@ID@|P|2.7", OBR, HR), MON, "2026-11-03T09:15:00Z"),
)  # fmt: skip

FRAMES = (
    small("ends-lf", "segments end at CR or LF (rule 8)", HR, HR, ends="\n"),
    small("ends-crlf", "CR LF is one end and an empty line (rule 8)", HR, HR, ends="\r\n"),
    small("mllp-frame", "an MLLP frame in a file is taken off", HR, wrap=(b"\x0b", b"\x1c\r")),
    small("batch", "a batch's own segments are no message", HR, wrap=(b"FHS|^~\\&|X\rBHS|^~\\&|X\r", b"BTS|1\rFTS|1\r")),
    small("blank-lines", "empty lines between segments are nothing", HR, wrap=(b"\r\n\r\n", b"\r\n\n"), ends="\r\r"),
    small("unknown-segments", "segments that nobody knows are passed over (rule 10)", HR, head=msh() + "\rZZ1|what|ever\rNTE|1||OBX 72"),
    Case("comen-adt", "a message of another type is one object; body rows in it may be read, never refused for others' sake",
         ("MSH|^~\\&||KC5|||20261103101501+0100||ADT^A08|@ID@|P|2.6", "EVN|A08|20261103101501+0100", "PID|||7", OBR,
          must("OBX||NM|188740^MDC_LEN_BODY_ACTUAL^MDC|1.10.1.188740|171|263441^MDC_DIM_CENTI_M^MDC|||||F|||20261103101500+0100",
               valid("height", 171), REFUSED, ABSENT)), "KC5", "2026-11-03T09:15:00Z"),
    Case("nothing-to-read", "a message without rows is one object with none", (msh(kind="ACK^R01"), "MSA|AA|1"), MON, ANY),
    small("waveform-array", "an array of samples is no number; the row after it is read", must(
          "OBX|1|NA|131329^MDC_ECG_ELEC_POTL_I^MDC|1.1.1.2|-10^-5^1^14^22||||||R", *NOT_A_NUMBER), HR),
)  # fmt: skip

ENVELOPES = (*TIMES, *DEVICES, *LETTERS, *SEPARATORS, *FRAMES)
