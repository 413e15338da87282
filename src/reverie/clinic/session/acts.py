"""What may be done in a session; each act asks its permission, and is one transaction of `appending`.

A form's key makes an act happen once. What devices report and what is entered late is never refused here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from decimal import Decimal

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reverie.clinic.course.models import Course
from reverie.clinic.kernel import access, clock, ledger, streams
from reverie.clinic.people.models import Chair, Patient, User
from reverie.clinic.session import folds
from reverie.clinic.session.appending import Declined, Fact, ago_ms, append, append_at, draft, key_of, now_ms
from reverie.clinic.session.models import Session
from reverie.clinic.session.rule_kinds import may_open
from reverie.clinic.session.set_acts import Value, record_set, record_vitals, rows_by_hand, set_instead
from reverie.science.session import events
from reverie.science.session.fold import State, as_happened, text_of
from reverie.science.session.states import lawful

__all__ = [
    "Declined", "Value", "ago_ms", "change_state", "come", "content_hash", "correct", "enter_late",
    "infusion_event", "leave", "note", "open_record", "open_session", "record_set", "record_vitals", "redact",
    "report_infusion", "rows_by_hand", "set_instead", "sign", "strike",
]  # fmt: skip

OPENED_AGAIN_AFTER_S = 15 * 60


def open_session(who: User, chair: Chair, patient: Patient, course: Course | None, key: str = "") -> Session:
    """Begin the session of a patient who has arrived. The same key again gives the same session.

    Raises Declined when chair or patient already has an open session, for what is not of one clinic, and
    in a live clinic while no alarm rules are signed.
    """
    access.require(who, "session.open")
    _check_belonging(who, chair, patient, course)
    if not may_open(who.clinic_id):
        raise Declined(
            _("No alarm rules are in force. The medical director signs them on the page Rules first."),
            "unsigned",
        )
    key = key_of(key)
    try:
        with transaction.atomic():
            session = Session.objects.create(
                clinic_id=who.clinic_id, chair=chair, patient=patient, course=course,
                number=_number(patient, course), opened_at=clock.now(),
            )  # fmt: skip
            head = streams.begin(session.stream)
            opened = events.Opened(
                chair=str(chair.pk), patient=str(patient.pk), initials=patient.initials,
                indication=course.indication if course else "", course=str(course.pk) if course else None,
                clinic=str(who.clinic_id), number=session.number,
            )  # fmt: skip
            streams.append(head, [draft(who, Fact(opened, now_ms()), key)])
            ledger.write(
                "session.open",
                clinic_id=who.clinic_id,
                actor=who.actor(),
                subject=session.stream,
                patient_id=patient.pk,
            )
    except IntegrityError:
        return _opened_before(chair, patient, key)
    return session


def _check_belonging(who: User, chair: Chair, patient: Patient, course: Course | None) -> None:
    if {chair.clinic_id, patient.clinic_id} != {who.clinic_id}:
        raise Declined(_("The chair and the patient must be of your clinic."), "elsewhere")
    if not chair.in_use:
        raise Declined(_("Chair %(chair)s is not in use.") % {"chair": chair.name}, "chair")
    if course is not None and (course.patient_id != patient.pk or course.closed_at is not None):
        raise Declined(_("This is no open course of this patient."), "course")


def _number(patient: Patient, course: Course | None) -> int:
    before = Session.objects.filter(patient=patient, course=course)
    return before.count() + 1


def _opened_before(chair: Chair, patient: Patient, key: str) -> Session:
    here = Session.objects.filter(chair=chair, closed_at=None).first()
    if here is not None and here.patient_id == patient.pk:
        with transaction.atomic():
            if streams.known_keys(streams.lock(here.stream), [key]):
                return here
    if here is not None:
        raise Declined(
            _("Chair %(chair)s has an open session. Close it first, or choose another chair.")
            % {"chair": chair.name},
            "chair_taken",
        )
    there = Session.objects.filter(patient=patient, closed_at=None).select_related("chair").first()
    raise Declined(
        _("This patient has an open session in chair %(chair)s.")
        % {"chair": there.chair.name if there else "?"},
        "patient_here",
    )


def open_record(who: User, session: Session, sign_in: str) -> None:
    """Say in the ledger that the person opened this session; once a quarter of an hour for a sign-in."""
    access.require(who, "session.watch")
    mark = hashlib.sha256(f"{sign_in}:{who.pk}:{session.pk}".encode()).hexdigest()
    if cache.add(f"watched:{mark}", True, OPENED_AGAIN_AFTER_S):
        ledger.write(
            "session.watch",
            clinic_id=session.clinic_id,
            actor=who.actor(),
            subject=session.stream,
            patient_id=session.patient_id,
        )


def change_state(who: User, session: Session, from_state: str, to_state: str, reason: str, key: str) -> None:
    """Move the session from the state that the person saw to another. Raises Declined."""
    access.require(who, "session.record")
    event = events.StateChanged(from_state, to_state, reason.strip())
    append(who, session, key, lambda state: [Fact(event, now_ms())])


def note(who: User, session: Session, text: str, key: str, *, minutes_ago: int = 0) -> None:
    """Record a note. Raises Declined."""
    access.require(who, "session.note")
    at_ms = ago_ms(minutes_ago)
    append(who, session, key, lambda state: [Fact(events.Note(text.strip()), at_ms)])


def come(who: User, session: Session, key: str) -> None:
    """Record that the person is at the chair. Raises Declined."""
    access.require(who, "session.note")
    actor = who.actor()
    event = events.StaffIn(actor["id"], actor["name"], actor["role"])
    append(who, session, key, lambda state: [Fact(event, now_ms())])


def leave(who: User, session: Session, key: str) -> None:
    """Record that the person left the chair. Raises Declined."""
    access.require(who, "session.note")
    actor = who.actor()
    event = events.StaffOut(actor["id"], actor["name"], actor["role"])
    append(who, session, key, lambda state: [Fact(event, now_ms())])


INFUSION_ACTS = ("started", "rate", "paused", "resumed", "stopped")
_FOLLOWS = {"started": "infusing", "paused": "paused", "resumed": "infusing"}


def infusion_event(what: str, rate_ml_per_h: Decimal | None, reason: str = "") -> events.Event:
    """What staff report of the pump, as an event. Raises KeyError for what is no such report."""
    made: dict[str, Callable[[], events.Event]] = {
        "started": lambda: events.InfusionStarted(rate_ml_per_h, "staff"),
        "rate": lambda: events.RateChanged(rate_ml_per_h, "staff", "", reason),
        "paused": lambda: events.InfusionPaused("staff", "", reason),
        "resumed": lambda: events.InfusionResumed(rate_ml_per_h, "staff"),
        "stopped": lambda: events.InfusionStopped("staff", "", reason),
    }
    return made[what]()


def report_infusion(
    who: User,
    session: Session,
    what: str,
    key: str,
    *,
    rate_ml_per_h: Decimal | None = None,
    minutes_ago: int = 0,
    reason: str = "",
) -> None:
    """Record what was done at the pump, and the session's state that follows from it. Raises Declined."""
    access.require(who, "session.stop" if what in ("paused", "stopped") else "session.record")
    event = infusion_event(what, rate_ml_per_h, reason.strip())
    at_ms = ago_ms(minutes_ago)

    def facts(state: State) -> list[Fact]:
        follows = _FOLLOWS.get(what, "")
        if lawful(state.phase, follows):
            return [Fact(event, at_ms), Fact(events.StateChanged(state.phase, follows, ""), at_ms)]
        return [Fact(event, at_ms)]

    append(who, session, key, facts)


def enter_late(
    who: User, session: Session, event: events.Event, occurred_ms: int, reason: str, key: str
) -> None:
    """Enter what happened earlier, also when no act could bring it about now. Raises Declined."""
    access.require(who, "session.correct")
    late = events.LateEntry(
        events.kind_of(event), events.version_of(event), events.body_of(event), reason.strip()
    )
    append(who, session, key, lambda state: [Fact(late, min(occurred_ms, now_ms()))])


def correct(
    who: User,
    session: Session,
    refers_to: int,
    kind: str,
    instead: events.Event | None,
    reason: str,
    key: str,
) -> None:
    """Put `instead` in place of an entry, or strike it (None); it stays in view. Raises Declined."""
    _amend(who, session, [(refers_to, instead)], kind, reason, key)


def strike(who: User, session: Session, refers_to: Sequence[int], kind: str, reason: str, key: str) -> None:
    """Strike an entry of this kind; it stays in view. Raises Declined.

    `refers_to` is the entry with its corrections, each of the one before: they are withdrawn first, since
    a correction that is struck lets what it corrected stand again.
    """
    _amend(who, session, [(seq, None) for seq in reversed(refers_to)], kind, reason, key)


def _amend(
    who: User,
    session: Session,
    amendments: Sequence[tuple[int, events.Event | None]],
    kind: str,
    reason: str,
    key: str,
) -> None:
    access.require(who, "session.correct")
    if not reason.strip():
        raise Declined(_("Say why this is corrected."), "reason")
    latest = max((number for name, number in events.REGISTRY if name == kind), default=1)
    facts = []
    for seq, instead in amendments:
        named, version, body = kind, latest, None
        if instead is not None:
            named, version = events.kind_of(instead), events.version_of(instead)
            body = events.body_of(instead)
        facts.append(Fact(events.Correction(seq, reason.strip(), named, version, body), now_ms()))
    append(who, session, key, lambda state: facts)


def sign(who: User, session: Session, meaning: str, seen_seq: int, key: str) -> None:
    """Sign the record as read up to entry `seen_seq`: the head's hash and the hash of what happened.

    Readings that came since do not matter; any other entry does. Raises Declined.
    """
    access.require(who, "session.sign")
    actor = who.actor()

    def facts(state: State, head: streams.Locked) -> list[Fact]:
        unseen = [one.seq for one in state.kept if one.seq > seen_seq]
        if unseen:
            raise Declined(
                _("Entry %(seq)s was recorded after you read the record. Read it, then sign.")
                % {"seq": unseen[0]},
                "unseen",
            )
        signed = events.Signed(
            meaning.strip(), actor["name"], actor["role"], head.hash.hex(), content_hash(session.stream)
        )
        made = [Fact(signed, now_ms())]
        if lawful(state.phase, "note_signed"):
            made.append(Fact(events.StateChanged(state.phase, "note_signed", ""), now_ms()))
        return made

    append_at(who, session, key, facts)


def content_hash(stream: str) -> str:
    """The hash of what happened, corrections applied, as 64 hex digits. Raises UnknownStream."""
    happened = as_happened(folds.recorded_of(entry) for entry in streams.read(stream))
    return hashlib.sha256(text_of(happened).encode()).hexdigest()


def redact(who: User, session: Session, refers_to: int, reason: str, key: str) -> None:
    """Empty the content of an entry for ever, as the law may ask. Raises Declined."""
    access.require(who, "session.redact")
    if not reason.strip():
        raise Declined(_("Say why this content must go."), "reason")
    event = events.Redaction(refers_to, reason.strip())

    def facts(state: State, head: streams.Locked) -> list[Fact]:
        streams.redact(head, refers_to)
        return [Fact(event, now_ms())]

    append_at(who, session, key, facts)
