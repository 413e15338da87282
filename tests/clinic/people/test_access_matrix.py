"""Every address, as everybody: anonymous, password only, each role, and each role of another clinic.

The addresses come from the URLconf, the expectation from the table of acts; a new view is in here by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from reverie.clinic.kernel import access
from reverie.clinic.people.models import User
from tests.cast import Cast, signed_in, user


class Address(NamedTuple):
    """One address of the URLconf: its pattern, its act and its parameters by name."""

    pattern: str
    name: str
    act: access.Act
    parameters: dict[str, Any]


def addresses() -> list[Address]:
    """Every address with its declared act. A view without one fails here."""
    found = []
    for pattern, route in _walk(get_resolver().url_patterns, ""):
        act = access.act_of(pattern.callback)
        assert act is not None, f"/{route} declares no act"
        found.append(Address(route, pattern.name or route, act, dict(pattern.pattern.converters)))
    return found


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[URLPattern, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield pattern, route


def path_of(address: Address, things: dict[str, Any]) -> str:
    """The address with the ids of the cast's own clinic where we know them, else ids of nothing."""
    path = address.pattern
    for name, converter in address.parameters.items():
        kind = type(converter).__name__
        made_up: dict[str, Any] = {"UUIDConverter": uuid4(), "IntConverter": 1}
        value = things.get(name, made_up.get(kind, "nothing"))
        for written in (
            f"<uuid:{name}>",
            f"<int:{name}>",
            f"<str:{name}>",
            f"<slug:{name}>",
            f"<path:{name}>",
        ):
            path = path.replace(written, str(value))
    assert "<" not in path, path
    return f"/{path}"


def things_of(cast: Cast) -> dict[str, Any]:
    """What the parameters mean in the cast's clinic."""
    return {
        "user_id": cast.nurse.pk,
        "chair_id": cast.chairs[0].pk,
        "patient_id": cast.patients[0].pk,
        "deed": "enable",
        "purpose": "password",
        "kind": "alarm_rules",
        "number": 0,
    }


@pytest.fixture
def strangers(cast: Cast) -> dict[str, User]:
    """Every role, in the other clinic."""
    return {role: user(cast.other_clinic, f"other.{role}", f"Other {role}", [role]) for role in cast.users}


@pytest.mark.django_db
def test_strangers_to_the_house(cast: Cast) -> None:
    """Without a sign-in, or with a password alone, only the door is open."""
    wrong, cells = [], 0
    weak = signed_in(Client(), cast.nurse, "password")
    for address in addresses():
        if address.act.relation == "open":
            continue
        path = path_of(address, things_of(cast))
        for method in ("get", "post"):
            cells += 3
            page = getattr(Client(), method)(path)
            if page.status_code != 302 or not page.headers["Location"].startswith("/account/login/"):
                wrong.append(f"anonymous {method} {path}: {page.status_code}")
            script = getattr(Client(), method)(path, headers={"Accept": "application/json"})
            if script.status_code != 401 or script.content:
                wrong.append(f"anonymous script {method} {path}: {script.status_code}")
            if address.name in BEFORE_STRONG:
                continue
            half = getattr(weak, method)(path)
            if half.status_code != 302 or not half.headers["Location"].startswith("/account/set-up/"):
                wrong.append(f"password only {method} {path}: {half.status_code}")
    assert wrong == []
    assert cells > 200


BEFORE_STRONG = {"set_up", "prove", "account_reauthenticate", "mfa_activate_totp", "mfa_add_webauthn"}


@pytest.mark.django_db
def test_every_role_at_every_address(cast: Cast) -> None:
    """403 exactly for whom the table does not name; nothing breaks for the others."""
    wrong, cells = [], 0
    for role, person in cast.users.items():
        client = signed_in(Client(), person)
        for address in addresses():
            path = path_of(address, things_of(cast))
            allowed = access.may(person, address.act.name)
            for method in ("get",) if allowed else ("get", "post"):
                cells += 1
                status = getattr(client, method)(path).status_code
                if (status == 403) is allowed or status >= 500:
                    wrong.append(f"{role} {method} {path}: {status}")
    assert wrong == []
    assert cells > 400


@pytest.mark.django_db
def test_what_belongs_to_another_clinic_does_not_exist(cast: Cast, strangers: dict[str, User]) -> None:
    """404 for every role of another clinic that may do the act at home, 403 for the others."""
    wrong, cells, known = [], 0, things_of(cast)
    for role, person in strangers.items():
        client = signed_in(Client(), person)
        for address in addresses():
            if address.act.relation != "clinic" or not set(address.parameters) & {
                "user_id",
                "chair_id",
                "patient_id",
            }:
                continue
            path = path_of(address, known)
            expected = {404, 405} if access.may(person, address.act.name) else {403}
            for method in ("get", "post"):
                cells += 1
                status = getattr(client, method)(path, {"name": "x"}).status_code
                if status not in expected:
                    wrong.append(f"other {role} {method} {path}: {status}")
    assert wrong == []
    assert cells > 80
    assert User.objects.get(pk=cast.nurse.pk).name == cast.nurse.name
