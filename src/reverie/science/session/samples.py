"""Entries of a session as what alarms are judged from: samples of devices and staff, a monitor's own alarms.

A value that staff confirmed or left to the device is that device's own, which has been told already; only
what they typed is a sample of theirs. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from reverie.science.session.events import Readings, Row, VitalsRecorded
from reverie.science.vitals.alarms.passed import NO_SYMPTOM
from reverie.science.vitals.alarms.told import BY_HAND, PRIORITIES, Observed, Passed, Sample

LONGEST_LAG_MS = 24 * 3_600_000
PAST_MS = 5 * 60_000  # what is told so long after it was measured may alarm, and does not sound
NOT_JUDGED = frozenset({None, "pump_rate", "pump_volume", "weight", "height"})
INHIBITED, OVER = "inhibited", "over"


def measured_ms(received_ms: int, message_ms: int | None, own_ms: int | None) -> int:
    """When a row was true, by this server's clock; `own_ms` and `message_ms` are by the device's."""
    if own_ms is None or message_ms is None:
        return received_ms
    lag_ms = message_ms - own_ms
    return received_ms - lag_ms if 0 < lag_ms <= LONGEST_LAG_MS else received_ms


def samples_of(event: Readings, at_ms: int) -> tuple[Sample, ...]:
    """The samples in a message that came at `at_ms`."""
    device, message_ms = event.device, event.at_ms
    return tuple(
        _sample(device, row, at_ms, measured_ms(at_ms, message_ms, row.at_ms))
        for row in event.rows
        if row.parameter not in NOT_JUDGED
    )


def _sample(device: str, row: Row, at_ms: int, measured: int) -> Sample:
    return Sample(
        device, row.parameter or "", row.value, row.validity, at_ms, measured, row.code, row.channel,
        at_ms - measured > PAST_MS,
    )  # fmt: skip


def typed_of(event: VitalsRecorded, at_ms: int, taken_ms: int, *, late: bool) -> tuple[Sample, ...]:
    """The samples in a set by staff that was recorded at `at_ms` and taken at `taken_ms`.

    A pressure whose ends are the wrong way round is none.
    """
    others = {taken.parameter for taken in event.taken if taken.how != "typed"}
    by_name = {row.parameter: row.value for row in event.rows}
    upper, lower = by_name.get("nibp_sys"), by_name.get("nibp_dia")
    if upper is not None and lower is not None and upper <= lower:
        others |= {"nibp_sys", "nibp_dia", "nibp_mean"}
    late = late or at_ms - taken_ms > PAST_MS
    return tuple(
        Sample(
            BY_HAND, row.parameter or "", row.value, row.validity, at_ms, taken_ms, row.code, row.channel,
            late,
        )
        for row in event.rows
        if row.parameter not in NOT_JUDGED and row.parameter not in others
    )  # fmt: skip


def observed_of(sets: Iterable[tuple[int, VitalsRecorded]]) -> tuple[Observed, ...]:
    """What staff observed last of each topic, from sets with the times they were taken, in order.

    Symptoms are those of the last set in which staff looked at the patient; what it does not name is over.
    """
    levels: dict[str, Observed] = {}
    symptoms: tuple[Observed, ...] = ()
    for at_ms, event in sets:
        told = {"arousal": event.arousal_level, "distress": event.distress, "nausea": event.nausea}
        found = {
            topic: Observed(topic, str(level), at_ms) for topic, level in told.items() if level is not None
        }
        levels |= found
        if found or event.symptoms:
            none = Observed("symptom", NO_SYMPTOM, at_ms - 1)
            symptoms = (none, *(Observed("symptom", word, at_ms) for word in event.symptoms))
    return (*levels.values(), *symptoms)


def passed_of(event: Readings, at_ms: int) -> tuple[Passed, ...]:
    """The monitor's own alarms in a message that came at `at_ms`."""
    found = []
    for row in event.rows:
        priority, _space, name = row.alarm.partition(" ")
        if priority == INHIBITED:
            found.append(Passed(event.device, name, "", at_ms, inhibited=True))
        elif priority == OVER:
            found.append(Passed(event.device, name, "", at_ms))
        elif priority in PRIORITIES:
            found.append(Passed(event.device, name, priority, at_ms))
    return tuple(dict.fromkeys(found))
