"""The web as a stranger finds it: headers, methods, forged and pointless requests, at every address."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from tests.cast import Cast, signed_in
from tests.conformance.web.addresses import Place, places
from tests.conformance.web.furnished import furnish, set_back
from tests.scale import scale

pytestmark = pytest.mark.django_db

SAID_BY_ALL = {
    "Content-Security-Policy": ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("DENY",),
    "Referrer-Policy": ("same-origin",),
    "Cross-Origin-Opener-Policy": ("same-origin",),
    "Permissions-Policy": ("camera=()", "geolocation=()", "microphone=()"),
}
# what reading leaves behind on purpose: the sign-in's own book-keeping, and who looked
BOOKS = {"django_session", "people_signin", "account_emailaddress"}


@pytest.fixture
def things(cast: Cast) -> dict[str, Any]:
    """A furnished clinic."""
    return furnish(cast)


@pytest.fixture
def every(things: dict[str, Any]) -> list[Place]:
    """Every address of it."""
    found = places(things)
    assert len(found) > 80
    return found


@pytest.fixture
def browsers(cast: Cast) -> dict[str, Client]:
    """A browser for each role, signed in."""
    return {role: signed_in(Client(raise_request_exception=False), who) for role, who in cast.users.items()}


@pytest.fixture
def forging(cast: Cast) -> dict[str, Client]:
    """The same, with the check of forms that other tests leave out."""
    checking = {"enforce_csrf_checks": True, "raise_request_exception": False}
    return {role: signed_in(Client(**checking), who) for role, who in cast.users.items()}


def missing(response: Any) -> list[str]:
    """The headers that an answer lacks."""
    lacks = [
        f"{name}: {word}"
        for name, words in SAID_BY_ALL.items()
        for word in words
        if word not in response.headers.get(name, "")
    ]
    if "unsafe" in response.headers.get("Content-Security-Policy", ""):
        lacks.append("a strict policy")
    if "no-store" not in response.headers.get("Cache-Control", ""):
        lacks.append("no-store")
    return lacks


def in_words(response: Any) -> bool:
    """Whether a refusal is a page for people."""
    return b"<h1>" in response.content and b'class="button' in response.content


def test_every_answer_binds_the_browser(browsers: dict[str, Client], every: list[Place]) -> None:
    wrong = []
    for place in every:
        for client in (browsers[place.roles[0]], Client()):
            response = client.get(place.path)
            if response.status_code >= 500 or missing(response):
                wrong.append((place.name, response.status_code, missing(response)))
    assert wrong == []


def test_so_does_every_refusal(browsers: dict[str, Client], forging: dict[str, Client]) -> None:
    nurse, auditor = browsers["infusion_nurse"], browsers["auditor"]
    answers = {
        400: nurse.get("/patients/", headers={"host": "evil.example"}),
        403: auditor.get("/patients/"),
        404: nurse.get("/nothing/"),
        405: nurse.get("/devices/link/"),
        410: nurse.get("/start/nothing/"),
    }
    set_back(30)
    answers[423] = nurse.post("/patients/new/")
    told = {
        status: (answer.status_code, missing(answer), in_words(answer)) for status, answer in answers.items()
    }
    assert told == {status: (status, [], True) for status in answers}
    refused = forging["infusion_nurse"].post("/patients/new/")
    assert (refused.status_code, missing(refused), in_words(refused)) == (403, [], True)


@pytest.mark.parametrize(("path", "status"), [("/breaks/", 500), ("/full/", 503)])
def test_so_does_a_fault_of_ours_which_tells_nothing(cast: Cast, path: str, status: int) -> None:
    with override_settings(ROOT_URLCONF="tests.conformance.web.breaking"):
        answer = Client(raise_request_exception=False).get(path)
    assert (answer.status_code, missing(answer), in_words(answer)) == (status, [], True)
    assert b"Traceback" not in answer.content
    assert b"Zwiebelkuchen" not in answer.content


def test_static_files_are_bound_and_are_nobody_elses(cast: Cast) -> None:
    answer = Client().get("/static/favicon.svg")
    b"".join(answer.streaming_content)
    answer.close()
    assert answer.status_code == 200
    assert missing(answer) == ["no-store"]
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_methods_that_nothing_answers_are_refused_in_words(
    browsers: dict[str, Client], every: list[Place]
) -> None:
    wrong = []
    for place in every:
        client = browsers[place.roles[0]]
        for method in ("TRACE", "PUT", "DELETE", "BREW"):
            answer = client.generic(method, place.path)
            said = answer.status_code == 405 and in_words(answer) and answer.headers["Allow"]
            if not said or missing(answer):
                wrong.append((method, place.name, answer.status_code))
        for method in ("HEAD", "OPTIONS"):
            answer = client.generic(method, place.path)
            if answer.status_code >= 500:
                wrong.append((method, place.name, answer.status_code))
    assert wrong == []


def test_reading_changes_nothing(browsers: dict[str, Client], every: list[Place]) -> None:
    with unchanged():
        for place in every:
            # new recovery codes are shown once: from then on only their hashes are kept
            roles = place.roles[: scale(test=2, soak=8)]
            for role in roles if place.name != "mfa_view_recovery_codes" else ():
                for _ in range(2):
                    response = browsers[role].get(place.path)
                    assert response.status_code < 500, (place.name, role)


@contextmanager
def unchanged() -> Iterator[None]:
    """All tables but the books are the same afterwards, the ledger's streams apart."""
    before = contents()
    yield
    after = contents()
    assert [table for table in before if before[table] != after[table]] == []


def contents() -> dict[str, str]:
    """A hash of every table."""
    found = {}
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - BOOKS
        for table in sorted(tables):
            ledgers = ""
            if table == "kernel_head":
                ledgers = " WHERE stream NOT LIKE 'ledger:%'"
            if table == "kernel_entry":
                ledgers = " WHERE head_id NOT IN (SELECT id FROM kernel_head WHERE stream LIKE 'ledger:%')"
            cursor.execute(f'SELECT * FROM "{table}"{ledgers}')
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    assert len(found) > 20
    return found


def test_a_forged_form_is_refused_everywhere_and_does_nothing(
    forging: dict[str, Client], every: list[Place]
) -> None:
    wrong = []
    with unchanged():
        for place in every:
            client = forging[place.roles[0]]
            for headers in ({}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
                answer = client.post(place.path, {"name": "Evil", "next": "/"}, headers=headers)
                if answer.status_code != 403 or not in_words(answer):
                    wrong.append((place.name, answer.status_code))
    assert wrong == []
