"""Alarms for tests, recorded as the watch records them."""

from __future__ import annotations

from reverie.clinic.kernel import clock, ids
from reverie.clinic.session import intake
from reverie.clinic.session.models import Session
from reverie.science.session import events
from reverie.science.vitals.alarms.told import Input
from tests.clinic.session.made import tell


def judged(session: Session, *found: events.Event, ago_ms: int = 0) -> list[int]:
    """Record what the watch found; gives the numbers of the entries."""
    at_ms = clock.to_ms(clock.now()) - ago_ms
    drafts = [intake.draft(event, f"watch:{ids.new_id()}", at_ms, intake.SYSTEM_ACTOR) for event in found]
    return [entry if isinstance(entry, int) else entry.seq for entry in tell(session, *drafts)]


def low_spo2(priority: str = "medium", value: str = "86", *, group: str = "spo2_low") -> events.AlarmRaised:
    """An alarm by the watch."""
    return events.AlarmRaised(
        group, "", "spo2-low", priority, "SpO2 low", "Ask for deep breaths.",
        clock.to_ms(clock.now()) - 20_000, (Input("spo2", value, "%", "Tamarix^1"),), priority == "high",
        False, "watch", "",
    )  # fmt: skip
