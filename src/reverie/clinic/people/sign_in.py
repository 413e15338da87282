"""A sign-in: how it begins, what it rests on, when it is locked, when it ends.

It lives in the table SignIn; the browser's session only names it. Whoever has no sign-in in force is a
stranger. A sign-in is strong by an authenticator (passkey, app, recovery code); a PIN rests on the
station's. Nothing here asks for a password or hashes one.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, login
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from reverie.clinic.kernel import clock, ledger
from reverie.clinic.people.address import address_of
from reverie.clinic.people.models import PinTries, SignIn, Station, User

BACKEND = "reverie.clinic.people.adapter.Backend"
SESSION_NAME = "sign_in"
WHOLE_SIGN_IN = timedelta(hours=12)
STAFF_IDLE = timedelta(minutes=15)
PATIENT_IDLE = timedelta(minutes=30)
SEEN_EVERY = timedelta(seconds=30)
RECENT_MINUTES = 5
_BY_AUTHENTICATOR = {"webauthn": "passkey", "totp": "totp", "recovery_codes": "recovery_code"}
_STRONG = frozenset(_BY_AUTHENTICATOR.values())


class Standing(Enum):
    """What a sign-in is good for now."""

    ENDED = "ended"
    WEAK = "weak"
    LOCKED = "locked"
    IN_FORCE = "in force"


def begin(request: HttpRequest, user: User, how: str, station: Station | None = None) -> SignIn:
    """Sign somebody in without allauth's forms: by PIN, one-time link or, in a demo, one click."""
    before = of(request)
    if before is not None:
        end([before.pk])
    login(request, user, backend=BACKEND)
    # a switch to the same person keeps the session: what they had proved here does not carry over
    request.session.cycle_key()
    record_authentication(request, user, how)
    return opened(request, user, how, station)


def opened(request: HttpRequest, user: User, how: str, station: Station | None = None) -> SignIn:
    """Write down a sign-in that has just begun, and name it in the browser's session."""
    now = clock.now()
    strong = how in _STRONG or (how == "demo" and settings.DEMO)
    with transaction.atomic():
        entry = SignIn.objects.create(
            user=user,
            how=how,
            station=station,
            began_at=now,
            seen_at=now,
            proven_at=now,
            strong_at=now if strong else None,
            address=address_of(request),
            browser=request.META.get("HTTP_USER_AGENT", "")[:200],
        )
        if strong:
            _open_pin(entry)
        _say("sign_in", entry, {"how": how})
    request.session[SESSION_NAME] = str(entry.pk)
    _remember(request, entry)
    return entry


def how_of(request: HttpRequest, user: User) -> str:
    """The strongest way that allauth recorded for this browser and person; "password" without any."""
    types = [record.get("type") for record in get_authentication_records(request, user)]
    return next((how for kind, how in _BY_AUTHENTICATOR.items() if kind in types), "password")


def of(request: HttpRequest) -> SignIn | None:
    """The sign-in that the browser's session names, if everything about it fits; one query a request."""
    if hasattr(request, "_sign_in"):
        found: SignIn | None = request._sign_in
        return found
    entry = None
    named, user_id = request.session.get(SESSION_NAME), request.session.get(SESSION_KEY)
    if named and user_id and request.session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS:
        entry = SignIn.objects.select_related("user__clinic", "station").filter(pk=named).first()
    if entry is not None and not _fits(entry, request):
        entry = None
    _remember(request, entry)
    return entry


def _fits(entry: SignIn, request: HttpRequest) -> bool:
    expected = entry.user.get_session_auth_hash()
    return str(entry.user_id) == request.session[SESSION_KEY] and constant_time_compare(
        request.session.get(HASH_SESSION_KEY, ""), expected
    )


def _remember(request: HttpRequest, entry: SignIn | None) -> None:
    request._sign_in = entry  # type: ignore[attr-defined]


def standing(entry: SignIn | None) -> Standing:
    """What a sign-in is good for now."""
    now = clock.now()
    if entry is None or entry.ended_at is not None or not entry.user.is_active:
        return Standing.ENDED
    if now >= entry.began_at + WHOLE_SIGN_IN:
        return Standing.ENDED
    if entry.how == "pin":
        # it rests on the station, and ends with the station's shift
        if entry.station is None or now >= entry.station.ends_at:
            return Standing.ENDED
    elif entry.strong_at is None:
        return Standing.WEAK
    if entry.how == "demo" and not settings.DEMO:
        return Standing.ENDED
    return Standing.LOCKED if now - entry.seen_at >= idle_limit(entry.user) else Standing.IN_FORCE


def idle_limit(user: User) -> timedelta:
    """How long somebody may do nothing before their screen is locked for writing."""
    return STAFF_IDLE if user.is_staff_member else PATIENT_IDLE


def seen(entry: SignIn) -> None:
    """The person did something. Written at most twice a minute, so that reading stays cheap."""
    now = clock.now()
    if now - entry.seen_at >= SEEN_EVERY:
        SignIn.objects.filter(pk=entry.pk).update(seen_at=now)
        entry.seen_at = now


def proven(request: HttpRequest, entry: SignIn, how: str) -> None:
    """The person proved themself again: unlock, rotate the session's id; `how` may make it strong."""
    now = clock.now()
    entry.seen_at = entry.proven_at = now
    changed = ["seen_at", "proven_at"]
    if how in _STRONG:
        entry.strong_at = now
        changed.append("strong_at")
        if entry.how == "password":
            entry.how = how
            changed.append("how")
    with transaction.atomic():
        entry.save(update_fields=changed)
        if how in _STRONG:
            _open_pin(entry)
        _say("sign_in.proven", entry, {"how": how})
    request.session.cycle_key()


def recently_authenticated(request: HttpRequest, minutes: int = RECENT_MINUTES) -> bool:
    """Whether the person proved a strong factor here at most `minutes` ago."""
    entry = of(request)
    if entry is None or entry.strong_at is None or standing(entry) is not Standing.IN_FORCE:
        return False
    return clock.now() - entry.strong_at <= timedelta(minutes=minutes)


def holder(sign_in_id: Any) -> User | None:
    """Whose sign-in that is, while it may still read: for streams, which ask again now and then."""
    entry = SignIn.objects.select_related("user__clinic", "station").filter(pk=sign_in_id).first()
    if entry is None or standing(entry) in (Standing.ENDED, Standing.WEAK):
        return None
    return entry.user


def end(sign_in_ids: Iterable[Any]) -> None:
    """End these sign-ins; their browsers are strangers at their next request."""
    SignIn.objects.filter(pk__in=list(sign_in_ids), ended_at=None).update(ended_at=clock.now())


def end_all(user: User, but: SignIn | None = None) -> int:
    """End every sign-in of a person, except one. In the caller's transaction. Returns how many ended."""
    others = SignIn.objects.filter(user=user, ended_at=None)
    if but is not None:
        others = others.exclude(pk=but.pk)
    return others.update(ended_at=clock.now())


def _open_pin(entry: SignIn) -> None:
    # a PIN that was shut on this station opens again
    if entry.station is not None:
        PinTries.objects.filter(user=entry.user, station=entry.station).delete()


def _say(act: str, entry: SignIn, detail: dict[str, str]) -> None:
    if entry.station is not None:
        detail = {**detail, "station": entry.station.name}
    ledger.write(
        act,
        clinic_id=entry.user.clinic_id,
        actor=entry.user.actor(),
        subject=f"sign_in:{entry.pk}",
        detail=detail,
    )
