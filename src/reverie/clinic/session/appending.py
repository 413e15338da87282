"""How an act reaches a stream: lock, fold, judge, append, and repeat in the table what the stream says now.

One transaction, all or nothing. A key makes it happen once. It knows no act and no permission.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reverie.clinic.kernel import access, anchors, chain, clock, ids, ledger, streams
from reverie.clinic.people.models import User
from reverie.clinic.session import folds, intake
from reverie.clinic.session.models import Session
from reverie.science.session import events
from reverie.science.session.fold import Recorded, State, advance, judge

MINUTE_MS = 60_000
LONGEST_KEY = 56


class Declined(Exception):
    """The act cannot be done now. The message is for a person; `code` is for the program."""

    def __init__(self, words: str, code: str) -> None:
        """With a sentence that names the cause."""
        super().__init__(words)
        self.code = code


class Fact(NamedTuple):
    """An event to be, and when it occurred (ms since the epoch)."""

    event: events.Event
    occurred_ms: int


def now_ms() -> int:
    """The time of day in milliseconds since the epoch."""
    return clock.to_ms(clock.now())


def ago_ms(minutes: int) -> int:
    """The time `minutes` before now, in milliseconds since the epoch."""
    return now_ms() - minutes * MINUTE_MS


def append(who: User, session: Session, key: str, facts: Callable[[State], list[Fact]]) -> None:
    """`append_at` for facts that follow from the state alone. Raises Declined."""
    append_at(who, session, key, lambda state, head: facts(state))


def append_at(
    who: User, session: Session, key: str, facts: Callable[[State, streams.Locked], list[Fact]]
) -> None:
    """Lock, fold, judge, append; all or nothing. What has this key already is done already.

    Raises Declined, and Refused for a session of another clinic.
    """
    if session.clinic_id != who.clinic_id:
        raise access.Refused("a session of another clinic")
    key = key_of(key)
    with transaction.atomic():
        head = streams.lock(session.stream)
        if streams.known_keys(head, [key]):
            return
        state = folds.fold_of(session.stream).state
        made = facts(state, head)
        after = _judged(state, who, made)
        drafts = [
            draft(who, fact, key if place == 0 else f"{key}:{place}") for place, fact in enumerate(made)
        ]
        streams.append(head, drafts)
        _repeat(session, after, head, who)


def _judged(state: State, who: User, facts: Sequence[Fact]) -> State:
    """The state after `facts`. Raises Declined for the first that cannot be."""
    for fact in facts:
        refusal = judge(state, fact.event)
        if refusal is not None:
            raise Declined(refusal.reason, refusal.code)
        kind, version = events.kind_of(fact.event), events.version_of(fact.event)
        state = advance(
            state,
            Recorded(
                state.last_seq + 1, "", kind, version, fact.occurred_ms, now_ms(),
                who.actor(), events.body_of(fact.event),
            ),
        )  # fmt: skip
    return state


def draft(who: User, fact: Fact, key: str) -> streams.Draft:
    """A fact as an entry to be."""
    return intake.draft(fact.event, key, fact.occurred_ms, chain.canonical(who.actor()))


def key_of(key: str) -> str:
    """The key of an act from the key that its form carried, or a new one."""
    # a form's key can never be that of a device's message
    return f"form:{(key.isprintable() and key[:LONGEST_KEY]) or ids.new_id()}"


def _repeat(session: Session, state: State, head: streams.Locked, who: User) -> None:
    row = Session.objects.only("state", "closed_at").get(pk=session.pk)
    closed, was_closed = state.phase == "closed", row.closed_at is not None
    session.state = state.phase
    session.closed_at = (row.closed_at or clock.now()) if closed else None
    if (row.state, was_closed) == (state.phase, closed):
        return
    try:
        session.save(update_fields=["state", "closed_at"])
    except IntegrityError:
        raise Declined(
            _("The session cannot be opened again: chair or patient has another one by now."), "chair_taken"
        ) from None
    if closed and not was_closed:
        ledger.write(
            "session.close",
            clinic_id=session.clinic_id,
            actor=who.actor(),
            subject=session.stream,
            patient_id=session.patient_id,
            detail={"seq": head.seq, "head": head.hash.hex()},
        )
        transaction.on_commit(_anchor, robust=True)


def _anchor() -> None:
    anchors.write_anchor(force=True)
