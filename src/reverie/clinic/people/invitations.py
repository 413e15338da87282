"""One-time links: for the first administrator, for new staff, for a lost password or a lost second factor.

A link holds 256 random bits; only their hash is kept. It works once, for an hour, and a newer one for the
same person and purpose makes the older worthless. Looking at it does not use it up.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from reverie.clinic.kernel import clock
from reverie.clinic.people.models import Invitation, User
from reverie.clinic.people.stations import digest

LIFE = timedelta(hours=1)
FIRST, INVITED, PASSWORD, FACTOR = "first", "invited", "password", "factor"


def make(user: User | None, purpose: str) -> str:
    """A new secret. In the caller's transaction."""
    now = clock.now()
    Invitation.objects.filter(user=user, purpose=purpose, used_at=None).delete()
    secret = secrets.token_urlsafe(32)
    Invitation.objects.create(
        user=user, purpose=purpose, secret_hash=digest(secret), made_at=now, ends_at=now + LIFE
    )
    return secret


def find(secret: str, *purposes: str) -> Invitation | None:
    """The invitation of this secret, while it can be used."""
    found = (
        Invitation.objects.select_related("user__clinic")
        .filter(secret_hash=digest(secret), purpose__in=purposes, used_at=None, ends_at__gt=clock.now())
        .first()
    )
    if found is not None and found.user is not None and not found.user.is_active:
        return None
    return found


def use(invitation: Invitation) -> bool:
    """Use it up. False when somebody was faster. In the caller's transaction."""
    return bool(Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=clock.now()))
