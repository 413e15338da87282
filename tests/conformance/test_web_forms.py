"""Nonsense in every field of every form, as people, scripts and broken programs send it.

The forms are read from the pages themselves, so that a new form is in here by itself. Nothing breaks, what
is refused says so beside the field and keeps what was typed, and what nobody asked for changes nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

import pytest
from django.test import Client

from reverie.clinic.people.models import Chair, Patient, User
from reverie.clinic.session.models import Session
from tests.cast import Cast, signed_in
from tests.conformance.web.addresses import Place, places
from tests.conformance.web.forms import Form, encoded, forms_of, shown_in
from tests.conformance.web.furnished import furnish
from tests.scale import scale

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
NONSENSE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "template": "{{7*7}}${7*7}",
    "nul": "a\x00b",
    "half": "a\ud800b",
    "turned": "‮evil‬⁦",
    "emoji": "😀👩🏽‍⚕️",
    "long": "x" * 100_000,
    "many lines": "\r\n" * 5_000,
    "wide": "１２３",
    "nan": "NaN",
    "minus": "-0",
    "huge": "1e308",
    "comma": "1,5",
    "digits": "9" * 400,
    "no day": "31.02.",
    "zeros": "0000-00-00",
    "far": "9999-12-31 23:59",
    "spaces": " \t ",
    "path": "../../etc/passwd",
    "sql": "' OR 1=1 --",
}
# not clean text: they cannot come back as they were
NOT_KEPT = {"nul", "half", "turned", "many lines", "spaces"}
# leaving, and letting others leave, is no field to fill in
PASSED_OVER = re.compile(
    r"/account/logout/|/station/end/|/account/sign-ins/end/|/staff/[^/]+/(disable|sign-out)/"
)
NOT_ASKED = [
    ("clinic", "1"), ("clinic_id", "1"), ("role", "administrator"), ("roles", "administrator"),
    ("is_active", "0"), ("is_staff", "1"), ("is_superuser", "1"), ("signed_by", "1"), ("user", "1"),
    ("user_id", "1"), ("version", "99"), ("state", "closed"), ("pk", "1"), ("id", "1"),
    ("closed_at", "2020-01-01"),
]  # fmt: skip
SAID = (b"data-error-summary", b'class="alike"', b'class="error" role="alert"')
FINE = {200, 204, 302, 303, 400, 403, 404, 405, 409, 410, 413, 422, 423, 429, 503}


class Found(NamedTuple):
    """A form, the page that it stands on, and who fills it in."""

    place: Place
    role: str
    form: Form


@pytest.fixture
def things(cast: Cast) -> dict[str, Any]:
    """A furnished clinic."""
    return furnish(cast)


@pytest.fixture
def browsers(cast: Cast) -> dict[str, Client]:
    """A browser for each role, signed in."""
    return {role: signed_in(Client(raise_request_exception=False), who) for role, who in cast.users.items()}


@pytest.fixture
def found(things: dict[str, Any], browsers: dict[str, Client]) -> list[Found]:
    """Every form once."""
    known: dict[tuple[str, tuple[str, ...]], Found] = {}
    for place in places(things):
        role = place.roles[0]
        opened = (
            Client() if place.act.relation == "open" and place.name != "account_logout" else browsers[role]
        )
        answer = opened.get(place.path)
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for form in forms_of(answer.content.decode(), place.path):
            if not PASSED_OVER.fullmatch(form.action):
                known.setdefault((form.action, tuple(form.fields)), Found(place, role, form))
    assert len(known) > 40
    return list(known.values())


def sender(one: Found, browsers: dict[str, Client]) -> Client:
    """The browser that sends the form."""
    return Client(raise_request_exception=False) if one.place.act.relation == "open" else browsers[one.role]


def test_nonsense_in_every_typed_field(found: list[Found], browsers: dict[str, Client]) -> None:
    wrong, kinds = [], list(NONSENSE)
    for place, one in enumerate(found):
        if not one.form.typed:
            continue
        for turn in range(scale(test=7, soak=len(kinds))):
            # each field in its turn gets every kind
            typed = {
                name: kinds[(place + 3 * turn + number) % len(kinds)]
                for number, name in enumerate(one.form.typed)
            }
            wrong += sent(one, sender(one, browsers), typed)
    assert "\n".join(sorted(set(wrong))) == ""


def sent(one: Found, browser: Client, typed: dict[str, str]) -> list[str]:
    """What is wrong with the answer to this nonsense; `typed` names its kind for each field."""
    where = f"{one.place.name}: {one.form.action}"
    rest = [(name, old) for name, old in one.form.filled() if name not in typed]
    pairs = rest + [(name, NONSENSE[kind]) for name, kind in typed.items()]
    answer = browser.post(one.form.action, encoded(pairs), content_type=FORM)
    if answer.status_code not in FINE:
        return [f"{where} {typed}: {answer.status_code}"]
    if answer.status_code not in (422, 409):
        return []
    shown, marked = shown_in(answer.content.decode())
    wrong = [
        f"{where}: {name} ({kind}) is lost"
        for name, kind in typed.items()
        if kind not in NOT_KEPT
        and one.form.fields[name].type != "password"
        and shown.get(name) != [NONSENSE[kind]]
    ]
    if not marked and not any(mark in answer.content for mark in SAID):
        wrong.append(f"{where}: nothing says what is wrong")
    if b"<script>alert" in answer.content or b"<img src=x" in answer.content:
        wrong.append(f"{where}: it is not escaped")
    return wrong


def test_nonsense_in_every_field_that_nobody_types(found: list[Found], browsers: dict[str, Client]) -> None:
    wrong, values = [], ["", "nonsense", "-1", "9" * 40, "a\x00b", "<script>", "0" * 100_000]
    for place, one in enumerate(found):
        for number, name in enumerate(one.form.fields):
            if name in one.form.typed or name == "csrfmiddlewaretoken":
                continue
            for turn in range(scale(test=2, soak=len(values))):
                value = values[(place + number + 3 * turn) % len(values)]
                pairs = [(other, old) for other, old in one.form.filled() if other != name] + [(name, value)]
                answer = sender(one, browsers).post(one.form.action, encoded(pairs), content_type=FORM)
                if answer.status_code not in FINE:
                    wrong.append(f"{one.form.action} {name}={value[:20]!r}: {answer.status_code}")
    assert wrong == []


def test_what_nobody_asked_for_changes_nothing(
    cast: Cast, found: list[Found], browsers: dict[str, Client]
) -> None:
    before = facts()
    for one in found:
        asked = [(name, value.replace("1", str(cast.other_clinic.pk))) for name, value in NOT_ASKED]
        extra = [(name, value) for name, value in asked if name not in one.form.fields]
        filled = [(name, value or "7") for name, value in one.form.filled()]
        for pairs in (filled + extra, extra + filled, filled + filled[::-1] + extra):
            answer = sender(one, browsers).post(one.form.action, encoded(pairs), content_type=FORM)
            assert answer.status_code in FINE, one.form.action
    after = facts()
    assert {key: after[key] for key in before} == before


def facts() -> dict[Any, Any]:
    """Whose everything is, and what people may do."""
    known: dict[Any, Any] = {
        one.pk: (one.clinic_id, one.roles, one.is_active, one.username) for one in User.objects.all()
    }
    known |= {one.pk: one.clinic_id for one in Patient.objects.all()}
    known |= {one.pk: one.clinic_id for one in Chair.objects.all()}
    return known | {one.pk: (one.clinic_id, one.patient_id) for one in Session.objects.all()}


def test_bodies_that_are_no_forms(found: list[Found], browsers: dict[str, Client]) -> None:
    deep = "[" * 10_000 + "]" * 10_000
    bodies = [
        ("application/json", json.dumps({"name": "x"})),
        ("application/json", deep),
        ("text/xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        ("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="na'),
        ("multipart/form-data", "no boundary"),
        (FORM, "%ff%fe=%zz&&&=&a" * 20),
        (FORM, "&".join(f"f{n}=1" for n in range(1_000))),
        (f"{FORM}; charset=utf-7", "name=+ADw-script+AD4-"),
        (FORM, "name=" + "x" * 10_000_000),
    ]
    wrong = []
    for place, one in enumerate(found):
        if "q" in one.form.fields or not one.form.typed:
            continue
        for turn, (content_type, body) in enumerate(bodies):
            if (place + turn) % scale(test=3, soak=1):
                continue

            answer = sender(one, browsers).post(one.form.action, body, content_type=content_type)
            if not 400 <= answer.status_code < 500 and answer.status_code not in (302, 200):
                wrong.append((one.form.action, content_type, answer.status_code))
    assert wrong == []


ELSEWHERE = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "javascript:alert(1)", "/\t/evil.example", " //evil.example", "%2f%2fevil.example",
    "https:/\\evil.example", "//evil.example/%2f..", "http://testserver@evil.example/", "data:text/html,x",
)  # fmt: skip


def test_no_redirect_leads_out(
    cast: Cast, things: dict[str, Any], found: list[Found], browsers: dict[str, Client]
) -> None:
    wrong = []
    for place in places(things):
        # pages of the clinic's own things do not look at it; signing in and proving do
        most = len(ELSEWHERE) if place.act.relation != "clinic" else scale(test=1, soak=len(ELSEWHERE))
        for client in (browsers[place.roles[0]], Client()):
            for address in ELSEWHERE[:most]:
                answer = client.get(place.path, {"next": address})
                wrong += leads_out(answer, f"GET {place.name} {address!r}")
    for one in found:
        if "next" in one.form.fields:
            for address in ELSEWHERE:
                pairs = [(name, value) for name, value in one.form.filled() if name != "next"]
                answer = sender(one, browsers).post(
                    one.form.action, encoded([*pairs, ("next", address)]), content_type=FORM
                )
                wrong += leads_out(answer, f"POST {one.form.action} {address!r}")
    assert wrong == []


def leads_out(answer: Any, what: str) -> list[str]:
    """What is wrong when the answer sends the browser, or offers to send it, to another site."""
    location = answer.headers.get("Location", "")
    if location and not (location.startswith("/") and location[1:2] not in ("/", "\\", "\t")):
        return [f"{what} -> {location}"]
    page = answer.content if answer.headers.get("Content-Type", "").startswith("text/html") else b""
    links = re.findall(r'(?:href|action|formaction|hx-\w+)="([^"]*evil[^"]*)"', page.decode())
    return [f"{what}: a link to {link}" for link in links if not link.startswith("/") or link[1:2] in "/\\"]
