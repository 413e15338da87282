"""`reverie staff link`: a new one-time link on the server's own screen.

For the administrator who lost every factor and has nobody else to ask. It sets nothing itself: the link
asks for what is not lost, and a line in the ledger says that it was made here.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated, NoReturn

import typer


class Lost(StrEnum):
    """What somebody no longer has."""

    FACTOR = "factor"
    # a word of the command, no secret
    PASSWORD = "password"  # noqa: S105


def mount(app: typer.Typer) -> None:
    """Add `link` to the `reverie staff` group."""
    app.callback()(_staff)
    app.command()(link)


def _staff() -> None:
    """Look after who can sign in."""


def link(
    username: Annotated[str, typer.Argument(help="The sign-in name.")],
    lost: Annotated[
        Lost, typer.Option(help="What is lost: every second factor, or the password.")
    ] = Lost.FACTOR,
    address: Annotated[str, typer.Option(help="Where the pages are.")] = "http://localhost:8000",
) -> None:
    """Print a new one-time link for somebody who can no longer sign in. It works once, for an hour."""
    from reverie.cli import django_setup

    django_setup.prepare()
    from django.urls import reverse

    from reverie.clinic.people import acts, invitations
    from reverie.clinic.people.models import User

    user = User.objects.staff().filter(username=username.strip().lower()).first()
    if user is None:
        names = ", ".join(User.objects.staff().order_by("username").values_list("username", flat=True))
        _stop(f"Nobody signs in as {username}. There is: {names or 'nobody yet'}.")
    if not user.is_active:
        _stop(f"{user.name} is disabled. Another administrator enables them on the staff page.")
    # who never had a password has none to lose
    purpose = lost.value if user.has_usable_password() else invitations.INVITED
    secret = acts.new_link(None, user, purpose)
    print(f"For {user.name}, once, within the hour:")
    print(f"{address.rstrip('/')}{reverse('welcome', args=[secret])}")
    if purpose == invitations.FACTOR:
        print("It asks for the password. If that is lost too, use --lost password first.")


def _stop(words: str) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(1)
