"""Stations: a screen that somebody unlocked with a strong factor, for one shift.

The browser holds a secret, the table its hash. On a station in force people switch by PIN; a PIN that was
wrong five times is shut for that person on that station until they sign in strongly there.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse

from reverie.clinic.kernel import access, clock, ledger
from reverie.clinic.people import sign_in
from reverie.clinic.people.hashing import Busy
from reverie.clinic.people.models import PinTries, SignIn, Station, User

COOKIE = "station"
SHIFT = timedelta(hours=12)
MOST_WRONG_PINS = 5


class Shut(Exception):
    """The person's PIN is shut on this station."""


def digest(secret: str) -> str:
    """What is kept of a secret with at least 128 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def of(request: HttpRequest) -> Station | None:
    """The station that this browser is, while its shift lasts; one query a request."""
    if hasattr(request, "_station"):
        found: Station | None = request._station
        return found
    secret = request.COOKIES.get(COOKIE, "")
    station = None
    if secret:
        station = (
            Station.objects.select_related("clinic")
            .filter(secret_hash=digest(secret), ends_at__gt=clock.now())
            .first()
        )
    request._station = station  # type: ignore[attr-defined]
    return station


def unlock(request: HttpRequest, name: str, place: str = "station") -> tuple[Station, str]:
    """Make this browser a station for one shift. Returns it and the secret for its cookie. Raises Refused."""
    user = request.user
    access.require(user, "station.unlock")
    if not sign_in.recently_authenticated(request):
        raise access.Refused("station.unlock")
    assert isinstance(user, User)
    secret, now = secrets.token_urlsafe(32), clock.now()
    with transaction.atomic():
        before = of(request)
        if before is not None:
            Station.objects.filter(pk=before.pk).update(ends_at=now)
        station = Station.objects.create(
            clinic=user.clinic,
            name=name,
            place=place,
            secret_hash=digest(secret),
            unlocked_by=user,
            unlocked_at=now,
            ends_at=now + SHIFT,
        )
        entry = sign_in.of(request)
        if entry is not None:
            entry.station = station
            entry.save(update_fields=["station"])
        ledger.write(
            "station.unlocked",
            clinic_id=user.clinic_id,
            actor=user.actor(),
            subject=f"station:{station.pk}",
            detail={"station": name},
        )
    request._station = station  # type: ignore[attr-defined]
    return station, secret


def end(station: Station, by: User) -> None:
    """End a station's shift now, and every sign-in that rests on it. Raises Refused."""
    access.require(by, "station.unlock")
    with transaction.atomic():
        Station.objects.filter(pk=station.pk).update(ends_at=clock.now())
        ledger.write(
            "station.ended",
            clinic_id=station.clinic_id,
            actor=by.actor(),
            subject=f"station:{station.pk}",
            detail={"station": station.name},
        )


def remember(response: HttpResponse, secret: str) -> None:
    """Give the browser its secret."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SHIFT.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def people_of(station: Station) -> QuerySet[User]:
    """Who may switch on this station: active staff of its clinic with a PIN."""
    return (
        User.objects.staff().filter(clinic=station.clinic_id, is_active=True).exclude(pin="").order_by("name")
    )


def switch(request: HttpRequest, station: Station, user: User, pin: str) -> bool:
    """Sign `user` in on this station by PIN. False for a wrong one. Raises Shut, hashing.Busy."""
    if not _fits(station, user, pin):
        return False
    sign_in.begin(request, user, "pin", station)
    return True


def unlock_again(request: HttpRequest, station: Station, entry: SignIn, pin: str) -> bool:
    """Unlock the person's own idle screen by PIN. False for a wrong one. Raises Shut, hashing.Busy."""
    if not _fits(station, entry.user, pin):
        return False
    sign_in.proven(request, entry, "pin")
    return True


def is_shut(station: Station, user: User) -> bool:
    """Whether this person's PIN is shut here."""
    return PinTries.objects.filter(station=station, user=user, count__gte=MOST_WRONG_PINS).exists()


def _fits(station: Station, user: User, pin: str) -> bool:
    # taken before it is judged, so that parallel tries cannot pass the limit
    tries, _made = PinTries.objects.get_or_create(user=user, station=station)
    taken = PinTries.objects.filter(pk=tries.pk, count__lt=MOST_WRONG_PINS).update(count=F("count") + 1)
    if not taken:
        raise Shut
    try:
        right = bool(user.pin) and check_password(pin, user.pin)
    except Busy:
        PinTries.objects.filter(pk=tries.pk).update(count=F("count") - 1)
        raise
    if right:
        PinTries.objects.filter(pk=tries.pk).update(count=0)
        return True
    ledger.write(
        "sign_in",
        outcome="refused",
        clinic_id=station.clinic_id,
        subject=f"user:{user.pk}",
        detail={"how": "pin", "station": station.name},
    )
    return False
