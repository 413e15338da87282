"""The watch: the loop of the process that judges the alarms of every open session.

It looks five times a second while it holds the lease, and tries for that while another one does. It beats;
but a look that hangs or fails moves nothing in the beat, so that every page sees that alarms do not run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress

from django.db import connection

from reverie.clinic.kernel import clock, trouble
from reverie.clinic.session.lease import Hold, Lost
from reverie.clinic.session.rounds import Rounds
from reverie.clinic.session.watch_health import Health

LOOK_EVERY_S = 0.2
RETRY_S = 0.3
PATIENCE_MS = 1_000
CACHE_KB = 64_000
log = logging.getLogger(__name__)


class Ended(Exception):
    """The process was told to end in the middle of a look."""


class Watch:
    """The loop of one process. It ends soon after `ending` is set."""

    def __init__(self, say: Callable[[str], None] = lambda words: None) -> None:
        """Not looking yet. `say` takes a line for an operator."""
        self.ending = False
        self._say = say
        self._hold = Hold()
        self._health = Health()
        self._rounds: Rounds | None = None

    @property
    def holds_the_lease(self) -> bool:
        """Whether it is this one that judges."""
        return self._hold.held

    def run(self) -> None:
        """Look until told to end; then give the lease back."""
        try:
            while not self.ending:
                begun_s = clock.monotonic()
                pause_s = LOOK_EVERY_S if self.turn() else RETRY_S
                time.sleep(max(0.0, begun_s + pause_s - clock.monotonic()))
        finally:
            self.end()

    def turn(self) -> bool:
        """Look once, or try for the lease; False when that was not possible. Never raises."""
        begun_s = clock.monotonic()
        try:
            _open()
            rounds = self._rounds or self._try_to_begin()
            if rounds is not None and rounds.go():
                self._health.finished(begun_s, rounds.sessions, rounds.late_ms)
        except Ended:
            pass
        except Lost:
            self._say("Another watch has taken over; this one waits.")
            self._stand_down()
        except Exception as error:
            if trouble.notice(error) is None:
                log.exception("the watch could not look")
            self._begin_anew()
            return False
        finally:
            if self._hold.held:
                self._health.beat()
        return True

    def end(self) -> None:
        """Let the next watch begin at once."""
        with suppress(Exception):  # else whoever comes next waits until the lease has run out
            self._hold.give_back()
        self._stand_down()

    def _try_to_begin(self) -> Rounds | None:
        waited = self._hold.waits
        taken = self._hold.try_to_take()
        if taken is None:
            if not waited:
                self._say("Another watch is at work; this one waits.")
            return None
        self._say("Watching.")
        self._rounds = Rounds(self._hold, taken, self._breathe)
        return self._rounds

    def _breathe(self) -> None:
        self._health.beat()
        if self.ending:
            raise Ended

    def _stand_down(self) -> None:
        self._hold.drop()
        self._health.stop()
        self._begin_anew()
        self._rounds = None

    def _begin_anew(self) -> None:
        with suppress(Exception):
            if self._rounds is not None:
                self._rounds.forget()
            connection.close()


def _open() -> None:
    """A connection that waits for nobody for long, with room for the pages that are read most."""
    if connection.connection is not None:
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            cursor.execute(f"PRAGMA cache_size = -{CACHE_KB}")
        else:
            cursor.execute(f"SET lock_timeout = {PATIENCE_MS}")
