"""What may be asked about staff and sign-ins: read-only, a few queries each."""

from __future__ import annotations

from typing import Any, NamedTuple
from zoneinfo import available_timezones

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Exists, Max, OuterRef
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from reverie.clinic.kernel import access, clock
from reverie.clinic.people import sign_in, stations, throttle
from reverie.clinic.people.models import (
    ROLES,
    Invitation,
    PinTries,
    SignIn,
    Station,
    Throttle,
    User,
)

_ORDER = [access.NURSE] + [name for name, _words in ROLES if name != access.NURSE]


def demo_cast() -> list[User]:
    """The members of a demo's cast, the infusion nurse first; nobody outside a demo."""
    if not settings.DEMO:
        return []
    people = [
        user for user in User.objects.filter(is_active=True).select_related("clinic") if user.is_staff_member
    ]
    return sorted(people, key=lambda user: (min(_ORDER.index(role) for role in user.roles), user.username))


def members(clinic_id: Any) -> list[User]:
    """The staff of a clinic by name, each with `passkeys`, `has_app`, `invited` and `seen_at`."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"))
    now = clock.now()
    return list(
        User.objects.staff()
        .filter(clinic=clinic_id)
        .annotate(
            passkeys=Exists(factors.filter(type=Authenticator.Type.WEBAUTHN)),
            has_app=Exists(factors.filter(type=Authenticator.Type.TOTP)),
            invited=Exists(Invitation.objects.filter(user=OuterRef("pk"), used_at=None, ends_at__gt=now)),
            last_seen=Max("sign_ins__seen_at"),
        )
        .order_by("-is_active", "name")
    )


def member_facts(user: User) -> dict[str, Any]:
    """What the administrator sees of one member: no secret, and nothing that they could use."""
    running = [entry for entry in sign_ins_of(user, None) if entry]
    full = Throttle.objects.filter(about=throttle.about(user.username), count__gte=5)
    return {
        "factors": factors_of(user),
        "sign_ins": running,
        "shut": full.exists()
        or PinTries.objects.filter(user=user, count__gte=stations.MOST_WRONG_PINS).exists(),
        "open_links": Invitation.objects.filter(user=user, used_at=None, ends_at__gt=clock.now()).count(),
    }


class Factors(NamedTuple):
    """Somebody's second factors. `recovery_codes` is how many are left, None without any."""

    passkeys: list[Authenticator]
    app: Authenticator | None
    recovery_codes: int | None
    pin: bool


def factors_of(user: User) -> Factors:
    """Their second factors; one query."""
    found = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    recovery = next((one for one in found if one.type == Authenticator.Type.RECOVERY_CODES), None)
    return Factors(
        passkeys=[one for one in found if one.type == Authenticator.Type.WEBAUTHN],
        app=next((one for one in found if one.type == Authenticator.Type.TOTP), None),
        recovery_codes=len(recovery.wrap().get_unused_codes()) if recovery is not None else None,
        pin=bool(user.pin),
    )


def sign_ins_of(user: User, here: SignIn | None) -> list[dict[str, Any]]:
    """Where they are signed in now, the newest first; `here` marks the asking one."""
    entries = (
        SignIn.objects.select_related("user", "station")
        .filter(user=user, ended_at=None, began_at__gt=clock.now() - sign_in.WHOLE_SIGN_IN)
        .order_by("-began_at")
    )
    return [
        {
            "entry": entry,
            "here": here is not None and entry.pk == here.pk,
            "browser": browser_words(entry.browser),
            "locked": sign_in.standing(entry) is sign_in.Standing.LOCKED,
        }
        for entry in entries
        if sign_in.standing(entry) is not sign_in.Standing.ENDED
    ]


def signed_in(clinic_id: Any) -> list[User]:
    """Who of a clinic's staff is signed in now, by name; a screen that locked itself still shows."""
    entries = SignIn.objects.select_related("user", "station").filter(
        user__clinic=clinic_id, ended_at=None, began_at__gt=clock.now() - sign_in.WHOLE_SIGN_IN
    )
    found = {
        entry.user_id: entry.user
        for entry in entries
        if sign_in.standing(entry) in (sign_in.Standing.IN_FORCE, sign_in.Standing.LOCKED)
        and entry.user.is_staff_member
    }
    return sorted(found.values(), key=lambda user: (user.name, str(user.pk)))


def browser_words(agent: str) -> str:
    """Which browser on which system, as far as its name tells."""
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
    systems = (
        ("iPad", "iPad"), ("iPhone", "iPhone"), ("Android", "Android"), ("Windows", "Windows"),
        ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((words for mark, words in browsers if mark in agent), "")
    system = next((words for mark, words in systems if mark in agent), "")
    return ", ".join(filter(None, (browser, system)))


def switchers(station: Station) -> list[dict[str, Any]]:
    """Who may switch on a station, with whether their PIN is shut there."""
    people = stations.people_of(station).annotate(
        tries=Count(
            "pk",
            filter=Exists(
                PinTries.objects.filter(
                    user=OuterRef("pk"), station=station, count__gte=stations.MOST_WRONG_PINS
                )
            ),
        )
    )
    return [{"user": user, "shut": bool(user.tries)} for user in people]


def unlocking(request: HttpRequest) -> dict[str, Any]:
    """What the lock needs: `lock` {url, person, switch_url, pin, prove_url}; {} for a stranger."""
    entry = sign_in.of(request)
    if entry is None:
        return {}
    station = stations.of(request)
    return {
        "lock": {
            "url": reverse("unlock"),
            "person": entry.user.name,
            "pin": station is not None and bool(entry.user.pin) and not stations.is_shut(station, entry.user),
            "prove_url": reverse("prove"),
            "switch_url": reverse("switch_person") if station is not None else "",
        }
    }


def around(request: HttpRequest) -> dict[str, Any]:
    """What the shell of a page says of the sign-in: station, switching, idleness, the lock."""
    entry = sign_in.of(request)
    if entry is None:
        return {}
    station = stations.of(request)
    locked = sign_in.standing(entry) is sign_in.Standing.LOCKED
    return {
        "station": station.name if station is not None else "",
        "switch_url": _switch_from(request) if station is not None else "",
        "idle_url": reverse("idle"),
        "idle_seconds": int(sign_in.idle_limit(entry.user).total_seconds()),
        "locked": locked,
        **unlocking(request),
    }


def _switch_from(request: HttpRequest) -> str:
    # who takes over at a live page goes on there; elsewhere they begin where their own work begins
    match = request.resolver_match
    if match is None or not getattr(match.func, "keeps_showing", False):
        return reverse("switch_person")
    return f"{reverse('switch_person')}?{urlencode({'next': request.get_full_path()})}"


def zones() -> list[str]:
    """The time zones to offer."""
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
