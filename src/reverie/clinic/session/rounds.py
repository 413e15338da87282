"""Going round every open session: what is new or due is judged, and what comes of it recorded.

New entries are judged with the next round, every session once a second for what is absent. It writes only
while the lease is held, in one transaction for all sessions. What could not be written is judged again in the
next round, so nothing is lost. It alone says that the clock was stepped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import DatabaseError, transaction

from reverie.clinic.kernel import chain, clock, streams
from reverie.clinic.kernel.heads import Heads, numbers_of
from reverie.clinic.session import following, intake
from reverie.clinic.session.judging import Bed, Judged, steps_in
from reverie.clinic.session.lease import Hold, Taken
from reverie.clinic.session.rules_at_work import RulesAtWork
from reverie.clinic.session.steady import Steady
from reverie.science.session import events

EACH_EVERY_MS = 1_000
LIST_EVERY_S = 1.0
# sessions that were not judged for longer take long: few at a time
BEHIND_MS = 3_000
MOST_BEHIND = 20
MOST_AT_ONCE = 100
TELL_EVERY_S = 30.0
log = logging.getLogger(__name__)


class Rounds:
    """What one holder of the lease knows of all open sessions."""

    def __init__(self, hold: Hold, taken: Taken, breathe: Callable[[], None]) -> None:
        """Nobody was looked at yet. `breathe` is called now and then in a long round; it may raise."""
        self._hold, self._breathe = hold, breathe
        self._heads = Heads()
        self._rules = RulesAtWork()
        self._steady = Steady(taken.offset_ms)
        # up to when sessions that are not known yet were judged; before the first watch nothing was missed
        self._since_ms = self._steady.now_ms() if taken.looked_ms is None else taken.looked_ms
        self._beds: dict[str, Bed] = {}
        # sessions that cannot be judged, or not even be recalled, for a fault of ours
        self._blind: set[Bed] = set()
        self._unknown: set[str] = set()
        self._told_s = self._listed_s = float("-inf")
        self._complete = False
        self._unread = True

    @property
    def sessions(self) -> int:
        """How many are watched."""
        return len(self._beds)

    @property
    def late_ms(self) -> int:
        """By how much the session that waits longest is over its second."""
        now_ms = self._steady.now_ms()
        waited_ms = max((bed.waited_ms(now_ms) for bed in self._beds.values()), default=0)
        return max(0, waited_ms - EACH_EVERY_MS)

    def go(self) -> bool:
        """Judge once whatever is new or due; whether every session could be judged. Raises Lost."""
        self._blind = set()
        self._look()
        whole = not self._blind and not self._unknown
        self._complete = self._complete or whole
        return whole

    def forget(self) -> None:
        """Something failed: read everything the next time, over a new connection."""
        self._unread = True
        self._heads.forget()

    def _hold_on(self) -> None:
        self._breathe()
        if self._hold.should_renew:
            with transaction.atomic():
                self._renew()
            self._hold.renewed()

    def _renew(self, by_ms: int = 0) -> None:
        self._hold.renew(self._judged_until_ms() + by_ms, self._steady.offset_ms + by_ms)

    def _judged_until_ms(self) -> int:
        """The time of day up to which every session was judged."""
        if self._listed_s == float("-inf"):
            return self._since_ms
        return min((bed.looked_wall_ms for bed in self._beds.values()), default=self._steady.now_ms())

    def _look(self) -> None:
        if not self._complete:
            # who may have missed a step of the clock is recalled by the time before it
            self._list()
        if by_ms := self._steady.stepped_ms():
            self._record_step(by_ms)
        if clock.monotonic() - self._listed_s >= LIST_EVERY_S:
            self._list()
        fresh = self._fresh()
        now_ms = self._steady.now_ms()
        due = [
            bed
            for bed in self._beds.values()
            if bed in fresh or bed.waited_ms(now_ms) >= EACH_EVERY_MS or not self._complete
        ]
        behind = [bed for bed in due if bed.waited_ms(now_ms) >= BEHIND_MS]
        for start in range(0, len(behind), MOST_BEHIND):
            self._judge(behind[start : start + MOST_BEHIND], fresh, behind=True)
            self._hold_on()
        left = set(behind)
        together = [bed for bed in due if bed not in left]
        for start in range(0, len(together), MOST_AT_ONCE):
            self._judge(together[start : start + MOST_AT_ONCE], fresh)
        self._hold_on()

    def _list(self) -> None:
        """See which sessions are open, and by which rules they are judged."""
        found = following.open_sessions()
        clinics = {one.clinic_id for one in found.values()}
        self._rules.look_again(clinics, clock.from_ms(self._steady.now_ms()))
        self._beds = {stream: bed for stream, bed in self._beds.items() if stream in found}
        self._unknown = found.keys() - self._beds.keys()
        for stream in sorted(self._unknown):
            bed = Bed(found[stream])
            try:
                self._recall(bed)
            except DatabaseError:
                raise
            except Exception:
                self._go_blind(bed)
                continue
            self._beds[stream] = bed
            self._unknown.remove(stream)
            self._unread = True
            self._hold_on()
        self._listed_s, self._since_ms = clock.monotonic(), self._steady.now_ms()

    def _recall(self, bed: Bed, end_ms: int | None = None) -> None:
        """Know again what was judged of a session already, up to `end_ms` of its own time."""
        entries = list(streams.read(bed.followed.stream))
        if end_ms is None:
            end_ms = self._since_ms - steps_in(entries)
        bed.recall(entries, end_ms, self._rules.of(bed.followed.clinic_id))

    def _fresh(self) -> dict[Bed, list[chain.Entry]]:
        """What was recorded since, by session."""
        moved = self._heads.may_have_moved()
        if not moved and not self._unread:
            return {}
        beds = {bed.followed.head_id: bed for bed in self._beds.values()}
        heads = numbers_of(list(beds))
        for head_id, seq in heads.items():
            if seq < beds[head_id].seq:
                # the record is another one by now: a backup was brought back
                self._recall(beds[head_id], beds[head_id].looked_ms)
        behind = {head_id: beds[head_id] for head_id, seq in heads.items() if seq > beds[head_id].seq}
        found = _entries_of(behind.values())
        self._unread = False
        return found

    def _judge(
        self, beds: Sequence[Bed], fresh: Mapping[Bed, Sequence[chain.Entry]], *, behind: bool = False
    ) -> None:
        """Judge these sessions, and record what comes of it in one transaction; `behind`: it takes long."""
        now_ms = self._steady.now_ms()
        judged: dict[Bed, Judged] = {}
        for bed in beds:
            try:
                judged[bed] = self._judged(bed, fresh.get(bed, ()), now_ms)
            except DatabaseError:
                raise
            except Exception:
                self._go_blind(bed)
        writing = [bed for bed, one in judged.items() if one.drafts]
        until_ms = now_ms if behind else None
        recorded = self._record(writing, judged, fresh, until_ms) if writing else {}
        for bed, one in judged.items():
            self._accept(bed, one, recorded.get(bed, ()))

    def _judged(self, bed: Bed, fresh: Sequence[chain.Entry], now_ms: int) -> Judged:
        return bed.judge(fresh, now_ms, self._rules.of(bed.followed.clinic_id))

    def _go_blind(self, bed: Bed) -> None:
        """One session cannot be judged: the others are, while every page says that alarms do not run."""
        self._blind.add(bed)
        self._unread = True
        if clock.monotonic() - self._told_s > TELL_EVERY_S:
            self._told_s = clock.monotonic()
            log.exception("the watch cannot judge %s", bed.followed.stream)

    def _record(
        self,
        beds: Sequence[Bed],
        judged: dict[Bed, Judged],
        fresh: Mapping[Bed, Sequence[chain.Entry]],
        until_ms: int | None,
    ) -> dict[Bed, list[chain.Entry | int]]:
        """Judge again while the streams are held, and append what comes of that.

        With `until_ms` all were judged up to then already, which took long: only what moved since is judged
        again.
        """
        with transaction.atomic():
            self._renew()
            heads = streams.lock_all([bed.followed.stream for bed in beds])
            moved = [bed for bed in beds if _of(heads, bed).seq != judged[bed].after[0]]
            since = {**fresh, **_entries_of(moved)}
            now_ms = self._steady.now_ms() if until_ms is None else until_ms
            for bed in beds if until_ms is None else moved:
                judged[bed] = self._judged(bed, since.get(bed, ()), now_ms)
            parts = [(_of(heads, bed), judged[bed].drafts) for bed in beds]
            recorded = streams.append_all(parts, now_ms)
        self._hold.renewed()
        return dict(zip(beds, recorded, strict=True))

    def _accept(self, bed: Bed, judged: Judged, recorded: Sequence[chain.Entry | int]) -> None:
        entries = [one for one in recorded if isinstance(one, chain.Entry)]
        if judged.in_order and len(entries) == len(recorded):
            bed.accept(judged, entries)
        else:
            self._recall(bed, judged.watched.looked_ms)

    def _record_step(self, by_ms: int) -> None:
        """Say in every open session that the clock was stepped."""
        now_ms = self._steady.now_ms() + by_ms
        event = events.ClockStepped(by_ms)
        with transaction.atomic():
            self._renew(by_ms)
            heads = streams.lock_all(intake.open_among(self._beds))
            parts = [
                (head, [intake.draft(event, _step_key(stream, by_ms, now_ms), now_ms, intake.SYSTEM_ACTOR)])
                for stream, head in heads.items()
            ]
            streams.append_all(parts, now_ms)
        self._steady.take_over(by_ms)
        self._since_ms += by_ms
        self._unread = True


def _of(heads: Mapping[str, streams.Locked], bed: Bed) -> streams.Locked:
    return heads[bed.followed.stream]


def _entries_of(beds: Iterable[Bed]) -> dict[Bed, list[chain.Entry]]:
    by_head = {bed.followed.head_id: bed for bed in beds}
    asked = {head_id: (bed.followed.stream, bed.seq) for head_id, bed in by_head.items()}
    return {by_head[head_id]: found for head_id, found in following.entries_since(asked).items()}


def _step_key(stream: str, by_ms: int, now_ms: int) -> str:
    return intake.key_of("clock", stream, str(by_ms), str(now_ms))
