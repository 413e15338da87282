"""One batch of arrivals in one transaction: routed, recorded or quarantined, with a verdict for each.

What it remembers between batches (who is connected, what pumps do) changes only when the transaction has
committed; after a restart it is read back from the streams. One thread uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from reverie.clinic.devices import quarantine
from reverie.clinic.devices.hl7v2 import verdict
from reverie.clinic.devices.hl7v2.arrival import Arrival, read_arrival
from reverie.clinic.devices.hl7v2.verdict import Verdict
from reverie.clinic.devices.models import Device, DeviceLink
from reverie.clinic.devices.presence import Loss, Presence
from reverie.clinic.devices.quarantine import Reject, Store
from reverie.clinic.devices.routes import Route, Routes
from reverie.clinic.kernel import clock
from reverie.clinic.kernel.streams import Draft
from reverie.clinic.session import intake, pump
from reverie.clinic.session.intake import Sent
from reverie.science.session import events

HEARD_EVERY_MS = 5_000
MOVED = "moved to another chair"


@dataclass(slots=True)
class _Change:
    """What will be remembered once the transaction has committed."""

    connected: dict[str, str] = field(default_factory=dict)
    courses: dict[tuple[str, str], pump.Course] = field(default_factory=dict)
    named: dict[tuple[str, str], str] = field(default_factory=dict)
    heard: dict[UUID, int] = field(default_factory=dict)
    spoken: list[tuple[Arrival, Route]] = field(default_factory=list)


class Batches:
    """Writes batches. `store` is the quarantine, `presence` knows who speaks."""

    def __init__(self, presence: Presence, store: Store) -> None:
        """Nothing is remembered."""
        self.presence, self.store = presence, store
        self.zones: dict[str, str] = {}
        self._routes = Routes()
        self._connected: dict[str, str] = {}
        self._courses: dict[tuple[str, str], pump.Course] = {}
        self._named: dict[tuple[str, str], str] = {}
        self._heard: dict[UUID, int] = {}

    def recall(self, now_ms: int, monotonic_ms: int) -> None:
        """Remember who was connected when the process before this one ended: nobody is lost by a restart."""
        links = DeviceLink.objects.filter(ended_at=None).values_list("device__name", "chair_id")
        linked = dict(links)
        for device, (stream, at_ms) in intake.connected_before(set(linked.values())).items():
            if device in linked:
                self._connected.setdefault(device, stream)
                self.presence.recall(device, monotonic_ms - max(now_ms - at_ms, 0), monotonic_ms)

    def write(self, arrivals: Sequence[Arrival]) -> list[Verdict]:
        """Record or quarantine all of it and commit. When the database raises, nothing has happened."""
        change = _Change()
        try:
            with transaction.atomic():
                verdicts = self._write(arrivals, change)
        except BaseException:
            self.store.rolled_back()
            raise
        self._connected.update(change.connected)
        self._courses.update(change.courses)
        self._named.update(change.named)
        self._heard.update(change.heard)
        for arrival, route in change.spoken:
            self.presence.spoke(arrival.device, arrival.line, arrival.monotonic_ms, route.interval_s)
        return verdicts

    def write_losses(self, losses: Iterable[tuple[Loss, int]], now_ms: int) -> None:
        """Say in the streams of those devices since when they are lost, where the session is still open."""
        found = [
            (one, since_ms, self._connected[one.device])
            for one, since_ms in losses
            if one.device in self._connected and self.presence.is_lost(one.device)
        ]
        if not found:
            return
        with transaction.atomic():
            still_open = intake.open_among({stream for _, _, stream in found})
            drafts: dict[str, list[Draft]] = {}
            for one, since_ms, stream in found:
                if stream in still_open:
                    drafts.setdefault(stream, []).append(_lost(one.device, one.reason, since_ms, now_ms))
            intake.append(intake.hold(drafts.keys()), drafts)
        for one, _, _ in found:
            del self._connected[one.device]

    def refusals(self, arrivals: Sequence[Arrival]) -> list[Verdict | None]:
        """Of each whether it would be refused, without writing anything; None for what would be taken."""
        routes = self._routes.find(arrival.device for arrival in arrivals if arrival.draft is not None)
        return [_refusal(arrival, routes.get(arrival.device)) for arrival in arrivals]

    def _write(self, arrivals: Sequence[Arrival], change: _Change) -> list[Verdict]:
        routes = self._routes.find(arrival.device for arrival in arrivals if arrival.draft is not None)
        verdicts: list[Verdict] = []
        taken: list[tuple[Arrival, Route, Sent]] = []
        for arrival in arrivals:
            route = routes.get(arrival.device) if arrival.draft is not None else None
            if route is not None:
                if route.zone != arrival.zone:
                    self.zones[arrival.device] = route.zone
                    read_arrival(arrival, route.zone)
                change.spoken.append((arrival, route))
            refusal = _refusal(arrival, route)
            verdicts.append(refusal or verdict.TAKEN)
            if refusal is None:
                assert route is not None
                assert route.seat.stream is not None
                assert arrival.draft is not None
                taken.append((arrival, route, Sent(route.seat.stream, arrival.draft.key, route.seat.earlier)))
        if taken:
            self._record(taken, change)
        self._quarantine(arrivals, verdicts, routes)
        self._note_heard(change)
        return verdicts

    def _record(self, taken: Sequence[tuple[Arrival, Route, Sent]], change: _Change) -> None:
        moves = self._moves(taken)
        named = {name for _, _, sent in taken for name in (sent.stream, *sent.earlier)}
        heads = intake.hold(named | moves.keys())
        drafts: dict[str, list[Draft]] = dict(moves)
        fresh = intake.fresh([sent for _, _, sent in taken], heads)
        for (arrival, route, sent), new in zip(taken, fresh, strict=True):
            assert arrival.draft is not None
            own = drafts.setdefault(sent.stream, [])
            if change.connected.get(arrival.device, self._connected.get(arrival.device)) != sent.stream:
                change.connected[arrival.device] = sent.stream
                own.append(_connected(arrival))
            if not new:
                continue
            own += self._named_anew(arrival, route, sent.stream, change)
            own.append(arrival.draft)
            if arrival.report is not None:
                own += self._followed(arrival, sent.stream, change)
        intake.append(heads, drafts)
        quarantine.close_recorded([arrival.content for arrival, _, _ in taken])

    def _moves(self, taken: Sequence[tuple[Arrival, Route, Sent]]) -> dict[str, list[Draft]]:
        """In the streams that devices have left while their session goes on: that they are gone."""
        left = {
            arrival.device: (before, arrival.received_ms)
            for arrival, _, sent in taken
            if (before := self._connected.get(arrival.device)) is not None and before != sent.stream
        }
        if not left:
            return {}
        still_open = intake.open_among({before for before, _ in left.values()})
        moves: dict[str, list[Draft]] = {}
        for device, (before, at_ms) in left.items():
            if before in still_open:
                moves.setdefault(before, []).append(_lost(device, MOVED, at_ms, at_ms))
        return moves

    def _named_anew(self, arrival: Arrival, route: Route, stream: str, change: _Change) -> list[Draft]:
        """That the device names another patient than before, or no longer does."""
        assert arrival.draft is not None
        which = (stream, arrival.device)
        before = change.named.get(which, self._named.get(which))
        if before is None:
            before = intake.last_named(*which)
        said = arrival.patient if intake.names_another(arrival.patient, route.seat.number) else ""
        change.named[which] = said
        if said == before:
            return []
        event = events.PatientNamed(arrival.device, said)
        key = intake.key_of(arrival.draft.key, "named")
        return [intake.draft(event, key, arrival.received_ms, arrival.draft.actor)]

    def _followed(self, arrival: Arrival, stream: str, change: _Change) -> list[Draft]:
        assert arrival.draft is not None
        assert arrival.report is not None
        which = (stream, arrival.device)
        course = change.courses.get(which) or self._courses.get(which) or pump.recall(*which)
        event, change.courses[which] = pump.follow(course, arrival.device, arrival.report)
        if event is None:
            return []
        key = intake.key_of(arrival.draft.key, "infusion")
        return [intake.draft(event, key, arrival.draft.occurred_ms, arrival.draft.actor)]

    def _quarantine(
        self, arrivals: Sequence[Arrival], verdicts: list[Verdict], routes: dict[str, Route | None]
    ) -> None:
        refused = [i for i, one in enumerate(verdicts) if one.code != "AA"]
        if not refused:
            return
        nobody = quarantine.sole_clinic()
        rejects = []
        for i in refused:
            arrival, route = arrivals[i], routes.get(arrivals[i].device)
            rejects.append(
                Reject(
                    arrival.payload, verdicts[i].reason, arrival.device, arrival.control_id, arrival.peer,
                    arrival.received_ms, arrival.content, route.clinic_id if route is not None else nobody,
                )
            )  # fmt: skip
        for i, kept in zip(refused, self.store.keep(rejects), strict=True):
            if not kept:
                verdicts[i] = verdict.FULL

    def _note_heard(self, change: _Change) -> None:
        for arrival, route in change.spoken:
            which = route.device_id
            before_ms = change.heard.get(which, self._heard.get(which))
            if before_ms is not None and arrival.monotonic_ms - before_ms < HEARD_EVERY_MS:
                continue
            change.heard[which] = arrival.monotonic_ms
            Device.objects.filter(pk=which).update(
                heard_at=clock.from_ms(arrival.received_ms),
                learnt_interval_ms=self.presence.interval_ms(arrival.device),
            )


def _refusal(arrival: Arrival, route: Route | None) -> Verdict | None:
    if arrival.draft is None:
        return verdict.unreadable(arrival.unreadable)
    if route is None or route.chair is None:
        return verdict.NOT_LINKED
    return verdict.NO_SESSION if route.seat.stream is None else None


def _connected(arrival: Arrival) -> Draft:
    assert arrival.draft is not None
    key = intake.key_of(arrival.draft.key, "connected", str(arrival.received_ms))
    event = events.DeviceConnected(arrival.device)
    # as soon as we heard it, whatever its own clock says
    return intake.draft(event, key, arrival.received_ms, arrival.draft.actor)


def _lost(device: str, reason: str, since_ms: int, now_ms: int) -> Draft:
    key = intake.key_of("lost", device, str(since_ms), str(now_ms))
    return _system(events.DeviceLost(device, reason, since_ms), key, now_ms)


def _system(event: events.Event, key: str, at_ms: int) -> Draft:
    return intake.draft(event, key, at_ms, intake.SYSTEM_ACTOR)
