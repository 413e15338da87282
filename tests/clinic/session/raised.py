"""Alarms in a session's record, as the watch writes them."""

from __future__ import annotations

from reverie.clinic.kernel import chain, clock
from reverie.clinic.session import intake
from reverie.clinic.session.models import Session
from reverie.science.session import alarm_kinds as kinds
from reverie.science.session.events import Event
from reverie.science.vitals.alarms.told import Input
from tests.clinic.session.made import tell


def recorded(session: Session, event: Event, key: str) -> int:
    """Append an event as the watch does; its number."""
    at_ms = clock.to_ms(clock.now())
    (entry,) = tell(session, intake.draft(event, f"watch:{key}", at_ms, intake.SYSTEM_ACTOR))
    assert isinstance(entry, chain.Entry)
    return entry.seq


def raised(
    session: Session,
    priority: str = "high",
    *,
    group: str = "oxygen",
    value: str = "86",
    latching: bool = False,
    ago_s: int = 36,
) -> int:
    """An alarm of SpO2; the number of its entry."""
    event = kinds.AlarmRaised(
        group=group, subject="", rule=f"{group}-{priority}", priority=priority, label="SpO2 low",
        action="Stimulate. Open the airway. Give oxygen.",
        onset_ms=clock.to_ms(clock.now()) - ago_s * 1_000,
        inputs=(Input("spo2", value, "%", "Tamarix^1", None),), latching=latching, silent=False,
        source="watch", edition="",
    )  # fmt: skip
    return recorded(session, event, f"raised {group} {priority} {value}")


def cleared(session: Session, seq: int) -> None:
    """The alarm's cause is over."""
    recorded(session, kinds.AlarmCleared(seq), f"cleared {seq}")


def escalated(session: Session, seq: int, *people: tuple[str, str]) -> None:
    """Nobody had seen it; these were called."""
    recorded(session, kinds.AlarmEscalated(seq, 60, people), f"escalated {seq}")
