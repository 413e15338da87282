"""What a bedside monitor says of its own alarms in its rows: flags, alarm events and what goes with them.

It reads and never judges: whatever is an alarm there is one here, at the monitor's own priority. A flag
without a priority is taken as `PRIORITY_OF_FLAG` says, and asystole, apnoea and their like are always high.
Sources: IHE PCD Alert Communication Management (ORU^R40), HL7 table 0078, ISO/IEEE 11073-10101 partition 3.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from reverie.science.sources import Source

# a row flagged so, without a priority of its own
PRIORITY_OF_FLAG: Mapping[str, str] = {
    "HH": "high", "LL": "high", "AA": "high",
    "H": "medium", "L": "medium", "A": "medium", "ALACT": "medium",
}  # fmt: skip
PRIORITY_OF_FLAG_SOURCE = Source(
    "Reverie's reading of flags without a priority",
    2026,
    "assumed",
    "monitors sound beyond a limit at medium and beyond an extreme limit at high, unless they say otherwise",
)
OVER, INHIBITED = "over", "inhibited"
ALARMING = frozenset({"flag", "event"})
LONGEST_NAME = 100

_STATED = {"PH": "high", "PM": "medium", "PL": "low"}
_SPELT = {**_STATED, "HIGH": "high", "MEDIUM": "medium", "LOW": "low"}
_NO_ALARM = "PN"
_NOT_REAL = frozenset({"DEMO", "TEST", "CAL"})
_FLAGS = frozenset({*PRIORITY_OF_FLAG, *_STATED, _NO_ALARM, "ALINH"})
_FACETS = {
    "68481": "phase", "68482": "state", "68483": "inactivation", "68484": "priority", "68485": "type",
}  # fmt: skip
_FACET_NAME = re.compile(
    r"(?:MDCX?_)?(?:ATTR_)?(?:(EVENT_PHASE)|(ALARM_STATE)|((?:ALARM_)?INACTIVATION_STATE)|(ALARM_PRIORITY)"
    r"|(ALERT_TYPE))"
)
_EVENT_NAME = re.compile(r"(?:[A-Z0-9]+_)?EVT_[A-Z0-9_]+")
_PLAIN_EVENT = "MDC_EVT_ALARM"
_NUMBER = re.compile(r"[0-9]{6,8}")
_EVENTS = range(3 << 16, 4 << 16)  # partition 3 of the nomenclature
_FIGURES = re.compile(r"(?<![A-Za-z0-9])[0-9]+(?:[.,][0-9]+)?%?|[<>=]+")
_CRISIS = re.compile(
    r"ASYSTOL|APNO?EA|(?:^|_)V_?(?:FIB|TAC|F(?:_|$)|T(?:_|$))|VENT[A-Z]*_(?:FIB|TAC)"
    r"|(?:CARD[A-Z]*_|^)ARREST|PULSELESS"
)


class Told(NamedTuple):
    """What one row says of an alarm. `kind` is flag, event, or the facet of the event before it.

    `priority` is "" where the row states none; `name` is the alarm's, or the facet's word. `quiet` means
    that the row calls itself no alarm (PN), `inhibited` that its alarm is off, `advice` that it only advises.
    """

    kind: str
    name: str
    priority: str = ""
    presumed: str = ""
    quiet: bool = False
    inhibited: bool = False
    advice: bool = False


def hear(code: str, name: str, parameter: str, text: str, flags: str) -> Told | None:
    """What a row says of an alarm, from its identifier, mapped parameter (or ""), value and flags (OBX-8)."""
    event = not parameter and _is_event(code, name)
    if not flags and not event:
        return None if parameter else _facet(code, name, text)
    said = {one.split("^")[0].strip().upper() for one in flags.split("~")}
    if said & _NOT_REAL:
        return None
    if not event:
        facet = None if parameter else _facet(code, name, text)
        return facet or (_flag(code, name, parameter, said) if said & _FLAGS else None)
    called = _name_of_event(code, name, text)
    return None if "WATCHDOG" in called.upper() else Told("event", called, *_stand(said))


def is_crisis(name: str) -> bool:
    """Whether an alarm of that name is always high, whatever the monitor calls it."""
    return _CRISIS.search(re.sub(r"[^A-Z0-9]+", "_", name.upper())) is not None


def alarm_of(told: Told, facets: Mapping[str, str]) -> str:
    """The alarm in one text: `high NAME`, `over NAME`, `inhibited NAME`; "" for none.

    `facets` are what the rows after an event say of it. What contradicts itself is an alarm.
    """
    crisis = is_crisis(told.name)
    stated = told.priority or _SPELT.get(facets.get("priority", "").upper(), "")
    if told.kind == "event" and _is_over(facets.get("phase", ""), facets.get("state", "")):
        return f"{OVER} {told.name}"
    if crisis:
        return f"high {told.name}"
    if stated:
        return f"{stated} {told.name}"
    if told.quiet or facets.get("priority", "").upper() == _NO_ALARM:
        return ""
    if told.inhibited or facets.get("inactivation", "") in ("alarm-off", "alarm-paused"):
        return f"{INHIBITED} {told.name}"
    advice = told.advice or facets.get("type", "").upper() == "SA"
    presumed = told.presumed or ("medium" if told.kind == "event" else "")
    return f"{'low' if advice else presumed} {told.name}" if presumed else ""


def _is_over(phase: str, state: str) -> bool:
    ended, inactive = phase == "end", state in ("inactive", "off")
    return (ended and state not in ("active", "latched")) or (inactive and phase in ("", "end", "tpoint"))


def _stand(said: set[str]) -> tuple[str, str, bool, bool, bool]:
    stated = next((_STATED[flag] for flag in _STATED if flag in said), "")
    presumed = next((PRIORITY_OF_FLAG[flag] for flag in PRIORITY_OF_FLAG if flag in said), "")
    return stated, presumed, _NO_ALARM in said, "ALINH" in said, "SA" in said


def _flag(code: str, name: str, parameter: str, said: set[str]) -> Told:
    high, low = bool(said & {"H", "HH"}), bool(said & {"L", "LL"})
    side = "" if high == low else " high" if high else " low"
    return Told("flag", _short((parameter or name or code) + side), *_stand(said))


def _is_event(code: str, name: str) -> bool:
    if _EVENT_NAME.fullmatch(name) or _EVENT_NAME.fullmatch(code):
        return True
    return not name and _NUMBER.fullmatch(code) is not None and int(code) in _EVENTS


def _facet(code: str, name: str, text: str) -> Told | None:
    found = _FACET_NAME.fullmatch(name or code)
    if found is not None and found.lastindex is not None:
        kind = tuple(_FACETS.values())[found.lastindex - 1]
    else:
        kind = "" if name else _FACETS.get(code, "")
    word = text.split("^")[0].strip()
    return Told(kind, word.lower()[:LONGEST_NAME]) if kind else None


def _name_of_event(code: str, name: str, text: str) -> str:
    """The event's own name; a plain alarm and a limit are named by their value, without its figures."""
    own = name or code
    said, *coded = (one.strip() for one in text.split("^"))
    if coded:
        said = coded[0] or said
    else:
        said = " ".join(_FIGURES.sub(" ", said).split())
    if own == _PLAIN_EVENT:
        return _short(said or own)
    return _short(f"{own} {said}")


def _short(name: str) -> str:
    # a record keeps text in one form only
    return unicodedata.normalize("NFC", name.strip())[:LONGEST_NAME]
