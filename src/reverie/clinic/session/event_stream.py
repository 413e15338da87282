"""The answer that stays open: Server-Sent Events of one or many sessions. Never touches the database.

A client that comes back with the number of the last message that it had gets each later one once. The
subscription begins inside the generator, so that a client that is gone at once leaves nothing behind.
Source: HTML Living Standard, section 9.2.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

from django.http import HttpRequest, StreamingHttpResponse

from reverie.clinic.kernel.subscription import Batch
from reverie.clinic.people import sign_in
from reverie.clinic.session.live import ENDED, Watcher, beat, tail
from reverie.clinic.session.ward import PREFIX, name_of

RETRY = b"retry: 1000\n\n"
LONGEST_ID = 8_000


def watcher_of(request: HttpRequest, act: str) -> Watcher:
    """Who listens. Asks the database, so: not inside the stream."""
    entry = sign_in.of(request)
    return Watcher(str(entry.pk) if entry else "", act, str(request.user.clinic_id))  # type: ignore[union-attr]


def last_id(request: HttpRequest) -> str:
    """The number of the last message that the client had: its header, else `after`; "" for none."""
    told = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    return told if len(told) <= LONGEST_ID else ""


def number(text: str) -> int | None:
    """A number of an entry, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def answer(body: AsyncIterator[bytes]) -> StreamingHttpResponse:
    """The response around a stream."""
    response = StreamingHttpResponse(body, content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def of_session(watcher: Watcher, stream: str, after: int | None) -> AsyncIterator[bytes]:
    """One session, and the alarms of all; a message's number is that of the session's entry."""
    return _told(watcher, {stream: after, ward_of(watcher): None})


async def _told(watcher: Watcher, wanted: Mapping[str, int | None]) -> AsyncIterator[bytes]:
    yield RETRY + beat()
    subscription = tail.subscribe(watcher, wanted)
    try:
        while True:
            batches, now = await subscription.next()
            if not now:
                yield ENDED
                return
            yield b"".join([*(_numbered(batch) for batch in batches), now])
    finally:
        subscription.close()


def _numbered(batch: Batch) -> bytes:
    if batch.stream.startswith(PREFIX):
        return b"".join(data for _seq, data in batch.items)
    return b"".join(b"id: %d\n%b" % item for item in batch.items)


def of_ward(watcher: Watcher, *, alarms: bool) -> AsyncIterator[bytes]:
    """The beats alone, with the alarms of all sessions for those who may see them; without numbers."""
    return _told(watcher, {ward_of(watcher): None} if alarms else {})


def ward_of(watcher: Watcher) -> str:
    """The name of the watcher's ward."""
    return name_of(watcher.clinic_id)


async def of_clinic(watcher: Watcher, ledger: str, wanted: Mapping[str, int | None]) -> AsyncIterator[bytes]:
    """All given sessions and those opened later; a message's number tells of every stream how far it is."""
    yield RETRY + beat()
    subscription = tail.subscribe(watcher, {**wanted, ward_of(watcher): None})
    try:
        while True:
            batches, now = await subscription.next()
            if not now:
                yield ENDED
                return
            for batch in batches:
                if batch.stream == ledger:
                    for stream in opened_in(batch):
                        subscription.watch(stream, 0)
            said = b"".join(data for batch in batches for _seq, data in batch.items)
            if said:
                said = b"id: %b\n%b" % (composed(subscription.sent).encode(), said)
            yield said + now
    finally:
        subscription.close()


def opened_in(batch: Batch) -> list[str]:
    """The streams of the sessions that messages of the ledger tell of."""
    found = []
    for _seq, data in batch.items:
        _before, told, rest = data.partition(b'"s":"')
        if told:
            found.append("session:" + rest.partition(b'"')[0].decode())
    return found


def composed(sent: Mapping[str, int | None]) -> str:
    """One number for many streams: `name.seq` of each, joined by `_`."""
    return "_".join(
        f"{stream.partition(':')[2].replace('-', '')}.{seq}"
        for stream, seq in sent.items()
        if seq is not None and not stream.startswith(PREFIX)
    )


def taken_apart(text: str) -> dict[str, int]:
    """What `composed` put together: the number of each stream by its id without dashes."""
    found = {}
    for part in text.split("_"):
        name, _dot, seq = part.partition(".")
        told = number(seq)
        if name and told is not None:
            found[name] = told
    return found
