"""What may be done about an alarm: see and silence it, say what it came from, check that a screen is heard.

Each act asks its permission and is one transaction of `appending`. Whoever comes second has lost nothing:
what is seen already stays seen. Alarms themselves are recorded by the watch alone.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from reverie.clinic.kernel import access
from reverie.clinic.people.models import User
from reverie.clinic.session import questions
from reverie.clinic.session.alarm_words import CAUSES, OUTCOMES
from reverie.clinic.session.appending import Declined, Fact, append, now_ms
from reverie.clinic.session.models import Session
from reverie.science.session import events
from reverie.science.session.alarm import is_unfinished
from reverie.science.session.alarm_kinds import PLACES
from reverie.science.session.fold import State

LONGEST_NOTE = 500
LONGEST_SCREEN = 80


def see(who: User, session: Session, alarm_seq: int, key: str) -> None:
    """Say that the person has seen an alarm, which silences it. Does nothing when it is. Raises Declined."""
    access.require(who, "alarms.answer")

    def facts(state: State) -> list[Fact]:
        alarm = state.alarms.get(alarm_seq)
        if alarm is not None and alarm.seen_ms is not None:
            return []
        return [Fact(events.AlarmSeen(alarm_seq), now_ms())]

    append(who, session, key, facts)


def answer(
    who: User, session: Session, alarm_seq: int, cause: str, outcome: str, note: str, key: str
) -> None:
    """Say what an alarm came from and what became of it, by words of the lists; it is seen thereby.

    An answer that stands already is replaced by a correction of it. Raises Declined.
    """
    access.require(who, "alarms.answer")
    note = note.strip()
    if cause not in CAUSES or outcome not in OUTCOMES:
        raise Declined(_("Choose what it came from, and what became of it."), "choice")
    if "other" in (cause, outcome) and not note:
        raise Declined(_("Write what it was in the note."), "note")
    if len(note) > LONGEST_NOTE:
        raise Declined(
            _("The note is too long: at most %(most)s characters.") % {"most": LONGEST_NOTE}, "note"
        )
    answered = events.AlarmAnswered(alarm_seq, cause, outcome, note)

    def facts(state: State) -> list[Fact]:
        alarm = state.alarms.get(alarm_seq)
        made = (
            []
            if alarm is None or alarm.seen_ms is not None
            else [Fact(events.AlarmSeen(alarm_seq), now_ms())]
        )
        return [*made, Fact(_instead(state, answered), now_ms())]

    append(who, session, key, facts)


def _instead(state: State, answered: events.AlarmAnswered) -> events.Event:
    """The answer, or the correction that puts it in place of the one that stands."""
    alarm = state.alarms.get(answered.refers_to)
    before = None if alarm is None or alarm.answer_seq is None else questions.line(state, alarm.answer_seq)
    if before is None:
        return answered
    last = questions.amended(state, before)[-1]
    return events.Correction(
        last, _("Answered anew"), events.kind_of(answered), events.version_of(answered),
        events.body_of(answered),
    )  # fmt: skip


def sound_checked(who: User, session: Session, screen: str, place: str, heard: bool, key: str) -> None:
    """Say that the test sound of a screen was heard, or was not. Raises Declined."""
    access.require(who, "alarms.check_sound")
    screen = screen.strip()[:LONGEST_SCREEN] or place
    if place not in PLACES:
        raise Declined(_("This screen is neither at the station nor in the room."), "place")
    event = events.SoundChecked(screen, place, heard)
    append(who, session, key, lambda state: [Fact(event, now_ms())])


def unfinished(state: State) -> int:
    """How many alarms must still be seen or answered before the session can be closed."""
    return sum(is_unfinished(alarm) for alarm in state.alarms.values())
