"""The one thread that commits: it takes what has queued while the last commit ran, and pauses after each.

What cannot be committed for want of disk, lock or database is kept waiting and tried again, unanswered,
so that the devices keep it too; what would only go into quarantine is refused meanwhile. No timer groups
commits; the pause is there because SQLite's lock is unfair to other processes.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence

from django.db import DatabaseError, InterfaceError, connection

from reverie.clinic.devices.hl7v2 import verdict
from reverie.clinic.devices.hl7v2.arrival import Arrival
from reverie.clinic.devices.hl7v2.batch import Batches
from reverie.clinic.devices.hl7v2.verdict import Verdict
from reverie.clinic.devices.presence import Loss
from reverie.clinic.kernel import clock, trouble

MOST_AT_ONCE = 64
MOST_PENDING = 5_000
PAUSE_S = 0.004
LONGEST_PAUSE_S = 0.040
LOOK_EVERY_S = 1.0
RETRY_S = 0.5
CACHE_KB = 64_000
TRIED_AGAIN = frozenset({
    trouble.DISK_FULL, trouble.DISK_REFUSES, trouble.LOCKED, trouble.MISSING, trouble.UNREADABLE,
    trouble.READ_ONLY, trouble.GONE, trouble.KEY_MISSING, trouble.DAMAGED,
})  # fmt: skip

Deliver = Callable[[Sequence[tuple[Arrival, Verdict]]], None]
log = logging.getLogger(__name__)


class Writer:
    """A thread over `batches`; `deliver` is called in it with the verdicts of what has been committed."""

    def __init__(self, batches: Batches, deliver: Deliver) -> None:
        """Not running yet."""
        self._batches, self._deliver = batches, deliver
        self._queue: queue.SimpleQueue[Arrival | int | None] = queue.SimpleQueue()
        self._pending: list[Arrival] = []
        self._ended = False
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._looked_s = clock.monotonic()
        self._unsaid: list[tuple[Loss, int]] = []

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def put(self, arrival: Arrival) -> None:
        """Take an arrival, in order."""
        self._queue.put(arrival)

    def line_closed(self, line: int) -> None:
        """Connection `line` has ended, after everything that was put before."""
        self._queue.put(line)

    def stop(self, within_s: float) -> None:
        """Write what is queued, then end; what is not written by then stays unanswered."""
        self._queue.put(None)
        self._thread.join(within_s)
        self._ending.set()

    def _run(self) -> None:
        self._recall()
        while not self._ended:
            self._take(wait_s=LOOK_EVERY_S, most=MOST_AT_ONCE)
            while self._pending and not self._ending.is_set():
                begun_s = clock.monotonic()
                self._settle()
                if not self._ended and connection.vendor == "sqlite":
                    # as long again as half the lock was held: on a slow machine others wait in longer steps
                    held_s = clock.monotonic() - begun_s
                    time.sleep(min(max(PAUSE_S, held_s), LONGEST_PAUSE_S))
                self._take(wait_s=0.0, most=MOST_AT_ONCE)
                self._look()
            if not self._ended:
                self._look()
        connection.close()

    def _recall(self) -> None:
        try:
            _open()
            self._batches.recall(clock.to_ms(clock.now()), _monotonic_ms())
        except Exception as error:  # then devices are said to connect anew; nothing is lost by that
            if trouble.notice(error) is None:
                log.error("who was connected is not known", exc_info=error)
            connection.close()

    def _take(self, wait_s: float, most: int) -> None:
        """Move what is queued to what is pending, until that is `most`; wait for the first."""
        try:
            while not self._ended and len(self._pending) < most:
                one = self._queue.get(timeout=wait_s) if wait_s else self._queue.get_nowait()
                wait_s = 0.0
                if one is None:
                    self._ended = True
                elif isinstance(one, int):
                    self._batches.presence.closed(one, _monotonic_ms())
                else:
                    self._pending.append(one)
        except queue.Empty:
            pass

    def _settle(self) -> None:
        """Write the first of what is pending. When nothing can be written, keep it and wait a little."""
        arrivals = self._pending[:MOST_AT_ONCE]
        try:
            _open()
            verdicts = self._batches.write(arrivals)
        except Exception as error:
            code = trouble.notice(error)
            if code not in TRIED_AGAIN and not (code is None and _of_connection(error)):
                self._settle_singly(arrivals, error)
                return
            # those that would only be kept aside need not wait; the others stay unanswered, so that
            # their devices keep them too
            self._take(wait_s=0.0, most=MOST_PENDING)
            self._refuse_unrecordable()
            connection.close()
            self._ending.wait(RETRY_S)
            return
        self._settled(list(zip(arrivals, verdicts, strict=True)))

    def _settle_singly(self, arrivals: list[Arrival], error: Exception) -> None:
        """One of them cannot be written for a reason of its own: write each alone, keep that one aside."""
        if len(arrivals) == 1:
            (arrival,) = arrivals
            log.error("a device message could not be recorded", exc_info=error)
            if arrival.unreadable:
                # not even the quarantine takes it
                self._settled([(arrival, verdict.BROKEN)])
                return
            arrival.draft, arrival.unreadable = None, verdict.BROKEN.reason
            return
        others = self._pending[len(arrivals) :]
        for arrival in arrivals:
            self._pending = [arrival]
            while self._pending and not self._ending.is_set():
                self._settle()
        self._pending += others

    def _settled(self, settled: list[tuple[Arrival, Verdict]]) -> None:
        del self._pending[: len(settled)]
        self._note_quarantine()
        self._deliver(settled)

    def _refuse_unrecordable(self) -> None:
        try:
            refused = self._batches.refusals(self._pending)
        except Exception:  # not even reading works: only what cannot be read is known to be refused
            refused = [
                verdict.unreadable(one.unreadable) if one.unreadable else None for one in self._pending
            ]
        told = [
            (arrival, verdict.not_kept(one))
            for arrival, one in zip(self._pending, refused, strict=True)
            if one is not None
        ]
        if told:
            gone = {id(arrival) for arrival, _ in told}
            self._pending = [arrival for arrival in self._pending if id(arrival) not in gone]
            self._deliver(told)

    def _note_quarantine(self) -> None:
        if self._batches.store.full:
            trouble.note(trouble.QUARANTINE_FULL, until_cleared=True)
        elif trouble.QUARANTINE_FULL in trouble.own():
            trouble.clear(trouble.QUARANTINE_FULL)

    def _look(self) -> None:
        """Once a second: who has fallen silent, and whether the quarantine has room again."""
        if clock.monotonic() - self._looked_s < LOOK_EVERY_S:
            return
        self._looked_s = clock.monotonic()
        offset_ms = _offset_ms()
        # what has come but is not written yet was not silence
        as_of_ms = self._pending[0].monotonic_ms if self._pending else _monotonic_ms()
        self._unsaid += [(one, one.last_ms + offset_ms) for one in self._batches.presence.losses(as_of_ms)]
        if not self._unsaid and not self._batches.store.full:
            return
        try:
            _open()
            self._batches.store.look_again()
            self._note_quarantine()
            self._batches.write_losses(self._unsaid, clock.to_ms(clock.now()))
            self._unsaid.clear()
        except Exception as error:
            if trouble.notice(error) is None:
                log.error("a lost device could not be recorded", exc_info=error)
                self._unsaid.clear()
            connection.close()


def _open() -> None:
    """A connection with room for the pages that are written again and again: reading one decrypts it."""
    if connection.connection is None:
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA cache_size = -{CACHE_KB}")


def _of_connection(error: Exception) -> bool:
    return isinstance(error, InterfaceError) or (
        isinstance(error, DatabaseError) and connection.connection is None
    )


def _monotonic_ms() -> int:
    return int(clock.monotonic() * 1_000)


def _offset_ms() -> int:
    return clock.to_ms(clock.now()) - _monotonic_ms()
