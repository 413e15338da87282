"""A watch for tests: it turns in a thread of its own, over a connection of its own, when the test says so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from reverie.clinic.kernel import clock
from reverie.clinic.session import folds
from reverie.clinic.session.models import Session
from reverie.clinic.session.watch import Watch
from reverie.science.session.alarm import Alarm
from tests.clinic.session.made import message, row, tell

WELL = {"hr": "72", "pr": "72", "spo2": "97", "rr": "14", "etco2": "38"}


class Looker:
    """One watch process, without the process."""

    def __init__(self) -> None:
        """It has not looked yet."""
        self.said: list[str] = []
        self.watch = Watch(self.said.append)
        self._thread = ThreadPoolExecutor(1)

    def turn(self) -> bool:
        """Let it look once."""
        return self._thread.submit(self.watch.turn).result()

    def end(self) -> None:
        """It is told to end, and does so in order."""
        self._thread.submit(self.watch.end).result()

    def gone(self) -> None:
        """It is killed: nothing is given back."""
        self._thread.submit(lambda: connection.close()).result()
        self._thread.shutdown()


class Bedside:
    """A monitor at a session, and the time that passes there."""

    def __init__(self, now: clock.FakeClock, session: Session, looker: Looker | None = None) -> None:
        """Nothing has been sent."""
        self.now, self.session, self.looker = now, session, looker
        self._sent = 0

    def send(self, **values: str | None) -> None:
        """One message; what is not named is well, None is no value, "" is left out."""
        self._sent += 1
        rows = [
            row(name, value, "not_available" if value is None else "valid")
            for name, value in (WELL | values).items()
            if value != ""
        ]
        tell(self.session, message(self._sent, *rows))

    def during(self, seconds: int, **values: str | None) -> None:
        """A message a second, each looked at."""
        for _ in range(seconds):
            self.now.advance(1)
            self.send(**values)
            if self.looker is not None:
                self.looker.turn()

    def silence(self, seconds: int) -> None:
        """Nothing comes; the watch looks each second."""
        for _ in range(seconds):
            self.now.advance(1)
            if self.looker is not None:
                self.looker.turn()

    def pressure(self, sys: int, dia: int) -> None:
        """The cuff has measured."""
        self.send(nibp_sys=str(sys), nibp_dia=str(dia))


def alarms(session: Session) -> list[Alarm]:
    """All alarms of a session, in the order in which they were raised."""
    return list(folds.fold_of(session.stream).state.alarms.values())


def groups(session: Session) -> list[str]:
    """The cause of each alarm, in that order."""
    return [one.group for one in alarms(session)]


def kinds(session: Session) -> list[str]:
    """The kind of each entry but readings."""
    return [one.kind for one in folds.fold_of(session.stream).state.kept if one.kind != "readings"]
