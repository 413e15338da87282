"""What may be done about the clinic, its chairs and its staff. Every act asks for its permission itself,
runs in one transaction and leaves a line in the ledger. Nobody here ever sees or sets another's password.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from reverie.clinic.kernel import access, ledger
from reverie.clinic.people import invitations, sign_in, throttle
from reverie.clinic.people.models import Chair, Clinic, Invitation, PinTries, SignIn, User, new_stamp

MOST_CHAIRS = 200


class LastAdministrator(Exception):
    """The clinic would have nobody left who can look after its staff."""


class LinkUsed(Exception):
    """The one-time link was used, renewed or is over."""


def first_link(base_url: str = "") -> str | None:
    """A fresh one-time address for the first administrator, or None when somebody is there already.

    Without `base_url` it is the path alone. Each call makes the one before worthless.
    """
    with transaction.atomic():
        if User.objects.exists():
            return None
        secret = invitations.make(None, invitations.FIRST)
    return base_url.rstrip("/") + reverse("start", args=[secret])


def start(
    invitation: Invitation,
    *,
    clinic_name: str,
    time_zone: str,
    chairs: int,
    name: str,
    username: str,
    password: str,
) -> User:
    """Open the clinic with its first administrator. Raises LinkUsed, hashing.Busy."""
    hashed = make_password(password)
    with transaction.atomic():
        if User.objects.exists() or not invitations.use(invitation):
            raise LinkUsed
        clinic = Clinic.objects.create(name=clinic_name, time_zone=time_zone)
        Chair.objects.bulk_create(Chair(clinic=clinic, name=str(n), order=n) for n in range(1, chairs + 1))
        user = User.objects.create(
            clinic=clinic, username=username, name=name, roles=[access.ADMINISTRATOR], password=hashed
        )
        _say("clinic.opened", user, f"clinic:{clinic.pk}", {"chairs": chairs})
    return user


def invite(by: User, *, name: str, username: str, roles: Sequence[str]) -> tuple[User, str]:
    """A new member of staff and the secret of their one-time link. Raises Refused."""
    access.require(by, "staff.manage")
    with transaction.atomic():
        user = User.objects.create_user(
            username=username, clinic=by.clinic, name=name, roles=sorted(set(roles))
        )
        secret = invitations.make(user, invitations.INVITED)
        _say("staff.invited", by, f"user:{user.pk}", {"roles": user.roles})
    return user, secret


def new_link(by: User | None, user: User, purpose: str) -> str:
    """The secret of a new link: for an invitation, a lost password or a lost factor. Raises Refused.

    Without `by` it is made on the server's own screen.
    """
    if by is not None:
        _about(by, user)
    if purpose == invitations.INVITED and user.has_usable_password():
        raise access.Refused("staff.manage")
    with transaction.atomic():
        secret = invitations.make(user, purpose)
        ledger.write(
            "staff.link",
            clinic_id=user.clinic_id,
            actor=ledger.SYSTEM if by is None else by.actor(),
            subject=f"user:{user.pk}",
            detail={"purpose": purpose},
        )
    return secret


def accept(invitation: Invitation, password: str) -> User:
    """Set one's own password by a link. A lost password's link leaves the second factor as it is.

    Raises LinkUsed, hashing.Busy.
    """
    user = invitation.user
    assert user is not None
    hashed = make_password(password)
    with transaction.atomic():
        if not invitations.use(invitation):
            raise LinkUsed
        sign_in.end_all(user)
        user.password, user.stamp = hashed, new_stamp()
        user.save(update_fields=["password", "stamp"])
        _say("password.set", user, f"user:{user.pk}", {"purpose": invitation.purpose})
    return user


def drop_factors(invitation: Invitation) -> User:
    """Forget a lost second factor; whoever calls has checked the password. Raises LinkUsed."""
    user = invitation.user
    assert user is not None
    with transaction.atomic():
        if not invitations.use(invitation):
            raise LinkUsed
        sign_in.end_all(user)
        Authenticator.objects.filter(user=user).delete()
        user.stamp = new_stamp()
        user.save(update_fields=["stamp"])
        _say("factor.dropped", user, f"user:{user.pk}")
    return user


def change(by: User, user: User, *, name: str, roles: Sequence[str]) -> None:
    """Name and roles of somebody; new roles end their sign-ins. Raises Refused, LastAdministrator."""
    _about(by, user)
    added, removed = sorted(set(roles) - set(user.roles)), sorted(set(user.roles) - set(roles))
    with transaction.atomic():
        if access.ADMINISTRATOR in removed:
            _not_the_last(user)
        changed = ["name"] if name != user.name else []
        user.name, user.roles = name, sorted(set(roles))
        user.save(update_fields=["name", "roles"])
        if added or removed:
            _end_all(user)
        _say("staff.changed", by, f"user:{user.pk}", {"fields": changed, "added": added, "removed": removed})


def disable(by: User, user: User) -> None:
    """Shut somebody out, at once and everywhere. Raises Refused, LastAdministrator."""
    _about(by, user)
    with transaction.atomic():
        _not_the_last(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        _end_all(user)
        _say("staff.disabled", by, f"user:{user.pk}")


def enable(by: User, user: User) -> None:
    """Let somebody in again. Raises Refused."""
    _about(by, user)
    with transaction.atomic():
        user.is_active = True
        user.save(update_fields=["is_active"])
        _say("staff.enabled", by, f"user:{user.pk}")


def open_again(by: User, user: User) -> None:
    """Forget somebody's wrong passwords, codes and PINs. Raises Refused."""
    _about(by, user)
    with transaction.atomic():
        throttle.forget(throttle.about(user.username))
        PinTries.objects.filter(user=user).delete()
        _say("staff.unlocked", by, f"user:{user.pk}")


def end_sign_ins(by: User, user: User) -> None:
    """End all sign-ins of somebody. Raises Refused."""
    _about(by, user)
    with transaction.atomic():
        _end_all(user)
        _say("staff.signed_out", by, f"user:{user.pk}")


def set_pin(user: User, pin: str) -> None:
    """Set one's own PIN. Raises Refused, hashing.Busy."""
    access.require(user, "own.sign_in")
    hashed = make_password(pin)
    with transaction.atomic():
        user.pin = hashed
        user.save(update_fields=["pin"])
        PinTries.objects.filter(user=user).delete()
        _say("pin.set", user, f"user:{user.pk}")


def end_other_sign_ins(user: User, here: SignIn | None) -> int:
    """End one's own sign-ins elsewhere. Returns how many. Raises Refused."""
    access.require(user, "own.sign_in")
    with transaction.atomic():
        ended = sign_in.end_all(user, but=here)
        _say("sign_in.ended_elsewhere", user, f"user:{user.pk}", {"count": ended})
    return ended


def set_clinic(by: User, *, name: str, time_zone: str) -> None:
    """Name and time zone of the clinic. Raises Refused."""
    access.require(by, "clinic.manage")
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
        fields = [
            key for key, value in (("name", name), ("time_zone", time_zone)) if getattr(clinic, key) != value
        ]
        clinic.name, clinic.time_zone = name, time_zone
        clinic.save()
        _say("clinic.changed", by, f"clinic:{clinic.pk}", {"fields": fields})


def add_chair(by: User, name: str) -> Chair:
    """A new chair, after the others. Raises Refused."""
    access.require(by, "clinic.manage")
    with transaction.atomic():
        last = Chair.objects.filter(clinic=by.clinic_id).aggregate(last=Max("order"))["last"] or 0
        chair = Chair.objects.create(clinic=by.clinic, name=name, order=last + 1)
        _say("chair.added", by, f"chair:{chair.pk}")
    return chair


def change_chair(by: User, chair: Chair, *, name: str | None = None, in_use: bool | None = None) -> None:
    """Rename a chair, retire it or use it again. Raises Refused."""
    access.require(by, "clinic.manage")
    if chair.clinic_id != by.clinic_id:
        raise access.Refused("clinic.manage")
    with transaction.atomic():
        fields = []
        if name is not None and name != chair.name:
            chair.name = name
            fields.append("name")
        if in_use is not None and in_use != chair.in_use:
            chair.in_use = in_use
            fields.append("in_use")
        chair.save()
        _say("chair.changed", by, f"chair:{chair.pk}", {"fields": fields})


def _about(by: User, user: User) -> None:
    access.require(by, "staff.manage")
    if user.clinic_id != by.clinic_id:
        raise access.Refused("staff.manage")


def _end_all(user: User) -> None:
    sign_in.end_all(user)
    user.stamp = new_stamp()
    user.save(update_fields=["stamp"])


def _not_the_last(user: User) -> None:
    others = (
        User.objects.select_for_update().filter(clinic=user.clinic_id, is_active=True).exclude(pk=user.pk)
    )
    if access.ADMINISTRATOR in user.roles and not any(
        access.ADMINISTRATOR in other.roles for other in others
    ):
        raise LastAdministrator


def _say(act: str, by: User, subject: str, detail: dict[str, Any] | None = None) -> None:
    ledger.write(act, clinic_id=by.clinic_id, actor=by.actor(), subject=subject, detail=detail)
