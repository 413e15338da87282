"""Which of several sources is judged: the ECG's rate before the pulse, capnography before impedance.

Sources of one rank stand beside each other and are judged each on its own; one that is gone is answered for
by another that still gives values. Two devices that disagree are told of. Codes: ISO/IEEE 11073-10101.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from reverie.science.vitals.alarms.filters import is_fresh
from reverie.science.vitals.alarms.memory import Key, Memory
from reverie.science.vitals.alarms.plans import Bound, Plan
from reverie.science.vitals.alarms.runs import BEYOND, CLEAR, NEVER, UNKNOWN
from reverie.science.vitals.alarms.told import BY_HAND, Input, Sample

CAPNOGRAPHY = "151594"
IMPEDANCE = "151578"
# a count by hand holds its ground against a device for so long
HAND_STANDS_MS = 60_000
# by how much two devices may differ
MOST_APART: Mapping[str, Decimal] = {
    "hr": Decimal(15), "pr": Decimal(15), "spo2": Decimal(4), "rr": Decimal(6), "etco2": Decimal(10),
    "art_sys": Decimal(20), "art_dia": Decimal(15), "temp": Decimal(1),
}  # fmt: skip


def key_of(sample: Sample) -> Key:
    """Where a value comes from. A cuff is one source, whoever reads it: a repeat by hand is a repeat."""
    parameter = sample.parameter
    if parameter in ("nibp_sys", "nibp_dia"):
        return ("*", parameter, "", "")
    if sample.device == BY_HAND:
        return (BY_HAND, parameter, "", "")
    return (sample.device, parameter, sample.channel, sample.code)


def is_capnography(m: Memory, key: Key) -> bool:
    """Whether a rate of breathing is seen in the capnogram, or was counted by a person."""
    device, _, _, code = key
    if device == BY_HAND or code == CAPNOGRAPHY:
        return True
    if code == IMPEDANCE:
        return False
    return any(other[0] == device for other in m.sources.get("etco2", ()))


def may_speak(m: Memory, key: Key, bound: Bound) -> bool:
    """Whether a limit may be judged from this source at all."""
    if key[3] in bound.asked.not_from:
        return False
    # a bare rate without a capnogram beside it is taken for impedance
    refused = bound.signal == "rr" and IMPEDANCE in bound.asked.not_from
    return not refused or is_capnography(m, key)


def is_outranked(m: Memory, key: Key, at_ms: int) -> bool:
    """Whether a better source of the same signal gives values."""
    device, parameter, _, _ = key
    if device == BY_HAND:
        return False
    if parameter == "pr":
        if "hr" in m.suppressed:
            return False
        better = [other for other in m.sources.get("hr", ()) if other[0] != BY_HAND]
    elif parameter == "rr" and not is_capnography(m, key):
        better = [other for other in m.sources.get("rr", ()) if other[0] and is_capnography(m, other)]
    else:
        return False
    return any(is_fresh(other, m.tracks[other], at_ms) for other in better)


def take_over(m: Memory, plan: Plan, key: Key, bound: Bound, at_ms: int, inputs: tuple[Input, ...]) -> None:
    """A value inside answers for sources of the same signal that are gone or of a lesser rank."""
    for other in [run for run in m.runs if run[:2] == bound.way.key and run[2] != key]:
        source = cast(Key, other[2])
        track = m.tracks.get(source)
        if track is None or m.runs[other].level == CLEAR:
            continue
        if source[0] == BY_HAND:
            gone = at_ms - track.at_ms >= HAND_STANDS_MS
        else:
            gone = not is_fresh(source, track, at_ms)
        if gone or is_outranked(m, source, at_ms):
            m.feed(bound.way, source, at_ms, CLEAR, inputs, until_ms=NEVER)


def compare(m: Memory, plan: Plan, parameter: str, at_ms: int) -> None:
    """Tell whether devices that give the same parameter now disagree."""
    ways = plan.technical.get("clash", ())
    keys = [key for key in m.sources.get(parameter, ()) if key[0] not in (BY_HAND, "*")]
    if not ways or len(keys) < 2 or parameter not in MOST_APART:
        return
    found = [(key, m.tracks[key]) for key in keys if is_fresh(key, m.tracks[key], at_ms)]
    values = sorted((track.value, key) for key, track in found if track.value is not None)
    devices = {key[0] for _, key in values}
    if len(devices) < 2:
        level = UNKNOWN
    else:
        level = BEYOND if values[-1][0] - values[0][0] > MOST_APART[parameter] else CLEAR
    inputs = tuple(
        Input(parameter, format(value, "f"), "", key[0], m.tracks[key].measured_ms) for value, key in values
    )
    for way in ways:
        m.feed(way, (parameter,), at_ms, level, inputs, subject=parameter)
