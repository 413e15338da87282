"""What a row of a device's message may be trusted for: from its plain fields to a Reading or a refusal.

Knows status flags, sentinels, plausible ranges and foreign units. A valid reading always has a number; a
value is never rescaled, filled in or guessed. Sources: HL7 tables 0078 and 0085 as IHE PCD uses them;
BICEPS MeasurementValidity, with demo and test folded in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from reverie.science.vitals.identify import identify
from reverie.science.vitals.monitor_alarms import ALARMING, Told, alarm_of, hear
from reverie.science.vitals.parameters import (
    LEAST_PULSE_PRESSURE_MMHG,
    SENTINELS,
    Meaning,
)
from reverie.science.vitals.reading import Reading
from reverie.science.vitals.units import own_text, stated_unit

# segment, whole, kind, observed, channel, value, unit, flags, status, at, at_stated
Fields = tuple[str, bool, str, tuple[str, ...], str, str, tuple[str, ...], str, str, datetime | None, bool]
# what is longer is judged all the same, but not remembered
_SHORT = 300
_LONGEST_NUMBER = 32
_NUMBER = re.compile(r"([<>]=?)?([+-]?[0-9]+(?:\.[0-9]+)?)")

# the first that a row carries decides, whatever else it says
_DECIDING = (
    ("DEMO", "demo"),
    ("TEST", "test"),
    ("CAL", "calibration"),
    ("INV", "invalid"),
    ("NAV", "not_available"),
)
_NO_VALUE_FLAGS = frozenset({"BUSY", "NI", "OFF", "UNK", "NA"})
_OFF_SCALE = {">": "overflow", "<": "underflow", "PINF": "overflow", "NINF": "underflow"}
# normal, beyond a limit, changed, and what alarms say of themselves: the number stands
_HARMLESS = frozenset(
    (
        *("N", "L", "H", "LL", "HH", "A", "AA", "U", "D", "B", "W", "ALACT", "ALINH"),
        *("SP", "ST", "SA", "PN", "PL", "PM", "PH"),
    )
)
_NORMAL_STATUS = frozenset({"R", "F", "P", "C", ""})
_NO_VALUE_STATUS = frozenset({"X", "I", "N", "O"})
_WITHDRAWN_STATUS = frozenset({"D", "W"})


class Refusal(NamedTuple):
    """A row that is not recorded, whole, and why."""

    segment: str
    reason: str


class Standing(NamedTuple):
    """What flags and status say: a validity, whether it decides, and whether there can be a value."""

    validity: str
    decides: bool
    has_value: bool


class Measured(NamedTuple):
    """What value and unit say; `reason` is why the row is refused."""

    value: Decimal | None
    validity: str
    unit: str
    reason: str = ""


class Verdict(NamedTuple):
    """A row on its own; `meaning` is given only where other rows of the message have a say too.

    `told` is what it says of an alarm of the monitor's own.
    """

    parameter: str | None
    value: Decimal | None
    unit: str
    validity: str
    code: str
    name: str
    reason: str = ""
    meaning: Meaning | None = None
    told: Told | None = None


def judge(rows: Sequence[Fields], *, production: bool) -> tuple[tuple[Reading, ...], tuple[Refusal, ...]]:
    """The readings and refusals of a message's rows, in order.

    Every row with something to say is one or the other; a row that only names a part of the device is
    neither. A refused row that tells of an alarm is both: the alarm is passed on in a reading without a
    value. Unless `production`, every value is a test, and alarms are none.
    """
    readings: list[Reading] = []
    refused: list[Refusal] = []
    heard: list[tuple[int, Told]] = []
    ends: dict[tuple[str, str, datetime | None], int] = {}
    new = tuple.__new__
    for segment, whole, kind, observed, channel, text, unit, flags, status, at, at_stated in rows:
        find = _remembered if len(segment) <= _SHORT else weigh
        verdict = find(observed, kind, text, unit, flags, status)
        if not whole:
            reason = "the row is cut off: it ends before its status (OBX-11)"
            verdict = (verdict or Verdict(None, None, "", "", "", ""))._replace(reason=reason)
        if verdict is None:
            continue
        parameter, value, own_unit, validity, code, name, reason, meaning, told = verdict
        if meaning is not None and meaning.unless and _carries(rows, meaning.unless):
            parameter, value, own_unit, validity, code, name, reason, meaning, _ = _unmapped(
                verdict, text, kind, unit, _stand(flags, status)
            )
        if told is not None:
            heard.append((len(readings), told))
        if reason:
            refused.append(Refusal(segment, reason))
            if told is None or told.kind not in ALARMING:
                continue
            # the number is refused, the alarm is not
            parameter, value, own_unit, validity, meaning = None, None, "", "not_available", None
        if value is not None:
            if not production:
                validity = "test"
            elif not at_stated and validity == "valid":
                validity = "questionable"
        readings.append(new(Reading, (parameter, value, own_unit, validity, at, code, name, channel, "")))
        if meaning is not None and meaning.end:
            _compare(readings, ends, meaning)
    if heard and production:
        _pass_on(readings, heard)
    return tuple(readings), tuple(refused)


def weigh(
    observed: tuple[str, ...], kind: str, text: str, unit: tuple[str, ...], flags: str, status: str
) -> Verdict | None:
    """What one whole row says: OBX-3, -2, -5, -6, -8 and -11. None for a row that names a part."""
    code, name, meaning, conflict = identify(observed)
    told = hear(code, name, "" if meaning is None else meaning.parameter.name, text, flags)
    if not (code or name) and (text or kind):
        return Verdict(None, None, "", "", "", "", "the row does not say what was observed (OBX-3)")
    alarms = told is not None and told.kind in ALARMING
    if meaning is None and not (conflict or text or alarms) and (not kind or name.startswith("MDC_DEV_")):
        return None
    standing = _stand(flags, status)
    called = Verdict(None, None, "", "", code, name, conflict, None, told)
    if meaning is None:
        return called if conflict else _unmapped(called, text, kind, unit, standing)
    measured = _settle(_measure(meaning, text, kind, unit), standing)
    special = meaning if meaning.unless or meaning.end else None
    value, validity, canonical, reason = measured
    return Verdict(meaning.parameter.name, value, canonical, validity, code, name, reason, special, told)


# a monitor sends the same few rows all day
_remembered = lru_cache(maxsize=8_192)(weigh)


def _unmapped(called: Verdict, text: str, kind: str, unit: tuple[str, ...], standing: Standing) -> Verdict:
    value, validity, own, _ = _settle(_plain(text, kind, unit), standing)
    return Verdict(None, value, own, validity, called.code, called.name, told=called.told)


def _pass_on(readings: list[Reading], heard: list[tuple[int, Told]]) -> None:
    """The alarms that rows tell of, on their readings; what follows an alarm event speaks of that one."""
    for place, (index, told) in enumerate(heard):
        if told.kind not in ALARMING:
            continue
        facets: dict[str, str] = {}
        for _, other in heard[place + 1 :] if told.kind == "event" else ():
            if other.kind == "event":
                break
            if other.kind != "flag":
                facets.setdefault(other.kind, other.name)
        readings[index] = readings[index]._replace(alarm=alarm_of(told, facets))


def _settle(measured: Measured, standing: Standing) -> Measured:
    if not standing.has_value:
        return Measured(None, standing.validity, measured.unit)
    if measured.reason:
        return measured
    if standing.decides:
        return measured._replace(validity=standing.validity)
    if measured.value is None or standing.validity == "valid":
        return measured
    # an artefact stays one, whatever else is doubtful about it; off scale explains it
    if measured.validity == "valid" or standing.validity in ("overflow", "underflow"):
        return measured._replace(validity=standing.validity)
    return measured


def _stand(flags: str, status: str) -> Standing:
    said = {one.split("^")[0].strip().upper() for one in flags.split("~")} - {""}
    status = status.strip().upper()
    has_value = not (status in _NO_VALUE_STATUS or said & _NO_VALUE_FLAGS or "NAV" in said)
    for flag, validity in _DECIDING:
        if flag in said:
            return Standing(validity, True, has_value)
    if not has_value:
        return Standing("not_available", True, False)
    if status in _WITHDRAWN_STATUS:
        return Standing("invalid", True, True)
    for flag, validity in _OFF_SCALE.items():
        if flag in said:
            return Standing(validity, False, True)
    known = status in _NORMAL_STATUS and said <= _HARMLESS
    return Standing("valid" if known else "questionable", False, True)


def _measure(meaning: Meaning, text: str, kind: str, unit: tuple[str, ...]) -> Measured:
    """The value of a row that means something, in the parameter's canonical unit."""
    parameter = meaning.parameter
    canonical = parameter.unit
    if _blank(text):
        return Measured(None, "not_available", canonical)
    sign, value = _number(text, kind)
    if value is None:
        return Measured(None, "", canonical, f"the value {text[:40]} is not a plain number")
    if value in SENTINELS or (value == 0 and meaning.zero == "missing"):
        return Measured(None, "not_available", canonical)
    if not any(unit):
        return Measured(None, "", canonical, f"the value of {parameter.name} has no unit")
    spelling = stated_unit(unit)
    if spelling is None or spelling.unit != canonical:
        foreign = (own_text(unit[0], unit[1]) or own_text(unit[3], unit[4]))[:40]
        return Measured(None, "", canonical, f"the unit {foreign} is foreign to {parameter.name}")
    value = spelling.convert(value)
    if sign:
        return Measured(value, "overflow" if sign == ">" else "underflow", canonical)
    if not parameter.low <= value <= parameter.high or (value == 0 and meaning.zero == "artefact"):
        return Measured(value, "invalid", canonical)
    return Measured(value, "valid", canonical)


def _plain(text: str, kind: str, unit: tuple[str, ...]) -> Measured:
    """The value of a row that we do not map, as the message has it: a number, or none."""
    own = own_text(unit[0], unit[1]) or own_text(unit[3], unit[4])
    if _blank(text):
        return Measured(None, "not_available", own)
    sign, value = _number(text, kind)
    if value is None:
        # a text, a code or a wave is lawful, but no number; what calls itself a number is not
        return Measured(None, "invalid" if kind == "NM" else "not_available", own)
    if value in SENTINELS:
        return Measured(None, "not_available", own)
    off_scale = "overflow" if sign == ">" else "underflow"
    return Measured(value, off_scale if sign else "valid", own)


def _blank(text: str) -> bool:
    # two quotes are HL7's explicit null
    return not text.strip() or text.strip() == '""'


def _number(text: str, kind: str) -> tuple[str, Decimal | None]:
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST_NUMBER else None
    if found is None:
        return "", None
    sign, digits = found.groups()
    if sign and kind == "NM":
        # what calls itself a plain number has no comparator
        return "", None
    return (sign or "")[:1], Decimal(digits)


def _carries(rows: Sequence[Fields], code: str) -> bool:
    return any(row[3][0] == code for row in rows)


def _compare(
    readings: list[Reading], ends: dict[tuple[str, str, datetime | None], int], meaning: Meaning
) -> None:
    """A systolic that is not clearly above its diastolic of the same time makes both invalid."""
    last = len(readings) - 1
    at = readings[last].at
    other = ends.pop((meaning.pair, "dia" if meaning.end == "sys" else "sys", at), None)
    if other is None:
        ends[meaning.pair, meaning.end, at] = last
        return
    sys, dia = (last, other) if meaning.end == "sys" else (other, last)
    above, below = readings[sys], readings[dia]
    if above.value is None or below.value is None or above.value - below.value >= LEAST_PULSE_PRESSURE_MMHG:
        return
    if {above.validity, below.validity} <= {"valid", "questionable"}:
        readings[sys], readings[dia] = (one._replace(validity="invalid") for one in (above, below))
