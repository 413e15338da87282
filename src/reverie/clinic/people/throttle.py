"""Counters of failed tries in a window of time, in the database: shared by processes, kept over a restart.

A try is taken before it is judged, so that parallel tries cannot pass the limit; a success gives it back.
A full counter costs one read and no write. Keys are keyed hashes: no name stands in the table.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from reverie.clinic.kernel import clock
from reverie.clinic.people.models import Throttle

WINDOW = timedelta(minutes=10)
KEPT = timedelta(days=1)


def key_of(*parts: str) -> str:
    """The counter's key for these words."""
    return salted_hmac("reverie.clinic.people.throttle", "\0".join(parts), algorithm="sha256").hexdigest()


def about(username: str) -> str:
    """The key of a person, by their sign-in name."""
    return key_of("about", username.strip().lower()[:150])


def take(key: str, most: int, person: str = "") -> bool:
    """Take one of `most` tries in ten minutes. False when none is left. `person` comes from `about`."""
    now = clock.now()
    counter = Throttle.objects.filter(key=key).first()
    if counter is not None and counter.count >= most and _running(counter, now):
        return False
    try:
        with transaction.atomic():
            return _take(key, most, person)
    except IntegrityError:  # somebody made the counter just now
        with transaction.atomic():
            return _take(key, most, person)


def _take(key: str, most: int, person: str) -> bool:
    now = clock.now()
    counter = Throttle.objects.select_for_update().filter(key=key).first()
    if counter is None:
        Throttle.objects.filter(began_at__lt=now - KEPT).delete()
        Throttle.objects.create(key=key, about=person, began_at=now, count=1)
        return True
    if not _running(counter, now):
        counter.began_at, counter.count = now, 0
    if counter.count >= most:
        return False
    counter.count += 1
    counter.save()
    return True


def _running(counter: Throttle, now: object) -> bool:
    # a clock that was set back must not keep anybody out
    return counter.began_at <= now < counter.began_at + WINDOW  # type: ignore[operator]


def give_back(key: str) -> None:
    """Return one try: it was no failure."""
    Throttle.objects.filter(key=key, count__gt=0).update(count=F("count") - 1)


def forget(person: str) -> None:
    """Forget everything that was counted about a person, from wherever."""
    Throttle.objects.filter(about=person).delete()


def clear(key: str) -> None:
    """Forget all tries of this counter."""
    Throttle.objects.filter(key=key).delete()
