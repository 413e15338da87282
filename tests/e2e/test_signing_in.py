"""From the first link to the locked station: one person's way through signing in, in a real browser."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import struct
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import Clinic, axe

pytestmark = pytest.mark.e2e
PASSWORD = "quiet lime trees by the pond"
PIN = "482615"
LONGEST_SWITCH_S = 2.0
FIRST_LINK = "from reverie.clinic.people import acts; print(acts.first_link({address!r}))"
COLLEAGUE = """
from django.contrib.auth.hashers import make_password
from reverie.clinic.people.models import Clinic, User
User.objects.create(clinic=Clinic.objects.get(), username="jonas", name="Jonas Brandt", roles=["therapist"],
                    pin=make_password("735108"))
"""
TWENTY_MINUTES_AGO = """
from datetime import timedelta
from django.db.models import F
from reverie.clinic.people.models import SignIn
SignIn.objects.filter(ended_at=None).update(seen_at=F("seen_at") - timedelta(minutes=20))
"""


def code(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238)."""
    key = base64.b32decode(secret)
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def device_with_passkeys(page: Page) -> CDPSession:
    """A device that keeps passkeys and recognises its owner."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session


def sign_out(page: Page) -> None:
    """By the menu in the corner."""
    page.locator("details.who > summary").click()
    page.get_by_role("button", name="Sign out").click()


def switch(page: Page, address: str, name: str, pin: str) -> float:
    """Take over the station; returns the seconds from choosing the name to the next page."""
    page.goto(address)
    began = time.monotonic()
    page.get_by_role("link", name=name).click()
    page.get_by_label("PIN").fill(pin)
    page.keyboard.press("Enter")
    expect(page.locator("details.who > summary")).to_contain_text(name)
    return time.monotonic() - began


def test_from_the_first_link_to_the_locked_station(start_clinic: Callable[..., Clinic], page: Page) -> None:
    clinic = start_clinic()
    wrong: list[str] = []

    # the first administrator opens the clinic, by keyboard alone
    page.goto(clinic.python(FIRST_LINK.format(address=clinic.address)).strip())
    wrong += axe(page)
    page.get_by_label("Name of the clinic").focus()
    for typed in ("Seeblick", "Europe/Vienna", "3", "Rosa Lang", "rosa.lang", PASSWORD, PASSWORD):
        page.keyboard.press("ControlOrMeta+a")
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="One thing more")).to_be_visible()
    wrong += axe(page)
    page.goto(f"{clinic.address}/staff/")
    expect(page.get_by_role("heading", name="One thing more")).to_be_visible()

    # an authenticator app, and recovery codes that are shown once
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("heading", name="Set up an authenticator app")).to_be_visible()
    wrong += axe(page)
    secret = page.locator("#authenticator_secret").input_value()
    page.get_by_label("Code from the app").fill("000000")
    page.get_by_role("button", name="Use this app").click()
    expect(page.get_by_text("This code does not fit")).to_be_visible()
    assert page.locator("#authenticator_secret").input_value() == secret
    page.get_by_label("Code from the app").fill(code(secret))
    page.get_by_role("button", name="Use this app").click()
    expect(page.locator(".secret-codes li")).to_have_count(10)
    wrong += axe(page)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="My sign-in")).to_be_visible()
    sign_out(page)

    # password and code
    expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    page.get_by_label("Sign-in name").fill("rosa.lang")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    wrong += axe(page)
    page.get_by_label("Code").fill(code(secret, 1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Staff")).to_be_visible()

    # a passkey, which then signs in alone
    device = device_with_passkeys(page)
    page.goto(f"{clinic.address}/account/passkeys/add/")
    page.get_by_label("What you call it").fill("My phone")
    page.get_by_role("button", name="Add it now").click()
    expect(page.get_by_text("My phone")).to_be_visible()
    # the page that says so is still being entered
    page.wait_for_load_state("networkidle")
    wrong += axe(page)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Staff")).to_be_visible()

    # a PIN, and this screen as a station
    clinic.python(COLLEAGUE)
    page.goto(f"{clinic.address}/account/pin/")
    page.get_by_label("New PIN", exact=True).fill(PIN)
    page.get_by_label("New PIN again").fill(PIN)
    page.get_by_role("button", name="Set the PIN").click()
    page.get_by_role("link", name="Make it a station").click()
    page.get_by_label("Name of this screen").fill("Tablet at chair 2")
    page.get_by_role("button", name="Make it a station").click()
    expect(page.get_by_text("is now the station")).to_be_visible()
    wrong += axe(page)

    # switching person takes at most two seconds, from choosing the name to the next page
    page.locator("details.who > summary").click()
    expect(page.get_by_role("link", name="Switch person")).to_be_visible()
    page.goto(f"{clinic.address}/switch/?next=/account/")
    expect(page.get_by_role("heading", name="Who is it?")).to_be_visible()
    wrong += axe(page)
    took_s = [
        switch(page, f"{clinic.address}/switch/?next=/account/", name, pin)
        for name, pin in (("Jonas Brandt", "735108"), ("Rosa Lang", PIN), ("Jonas Brandt", "735108"))
    ]
    assert min(took_s) <= LONGEST_SWITCH_S, took_s

    # nobody touches the screen for a quarter of an hour
    page.goto(f"{clinic.address}/account/")
    page.clock.install()
    page.goto(f"{clinic.address}/account/")
    clinic.python(TWENTY_MINUTES_AGO)
    page.clock.run_for(16 * 60 * 1_000)
    expect(page.get_by_role("heading", name="Locked")).to_be_visible()
    wrong += axe(page)
    page.get_by_label("PIN of Jonas Brandt").fill("000001")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_text("This is not the PIN")).to_be_visible()
    page.get_by_label("PIN of Jonas Brandt").fill("735108")
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("heading", name="My sign-in")).to_be_visible()
    device.detach()
    assert wrong == []


NURSE_AT_A_STATION = """
import json
from django.test import Client
from tests import cast
from reverie.clinic.session import acts
c = cast.make()
cast.sign_rules(c.clinic)
session = acts.open_session(c.nurse, c.chairs[0], c.patients[0], None)
client = cast.signed_in(Client(HTTP_HOST="localhost"), c.nurse)
client.post("/station/", {"name": "Tablet at chair 1", "place": "room"})
cookies = {name: client.cookies[name].value for name in ("sessionid", "station")}
print(json.dumps({"path": f"/sessions/{session.pk}/", **cookies}))
"""


def test_a_live_page_locks_for_writing_and_goes_on_showing(
    start_clinic: Callable[..., Clinic], page: Page
) -> None:
    clinic = start_clinic()
    told = json.loads(clinic.python(NURSE_AT_A_STATION))
    page.context.add_cookies(
        [{"name": name, "value": told[name], "url": clinic.address} for name in ("sessionid", "station")]
    )
    page.clock.install()
    page.goto(clinic.address + told["path"])
    expect(page.locator("#lanes")).to_be_visible()
    clinic.python(TWENTY_MINUTES_AGO)
    page.clock.run_for(16 * 60 * 1_000)
    lock = page.locator("#lock")
    expect(lock.get_by_role("heading", name="Locked for writing")).to_be_visible()
    expect(page.locator("#lanes")).to_be_visible()
    assert page.evaluate("[...document.querySelectorAll('[data-lockable]')].every(part => part.inert)")
    assert [found for found in axe(page) if "lock" in found] == []
    # loaded anew it shows, and is locked from the start
    page.reload()
    expect(page.locator("#lanes")).to_be_visible()
    expect(lock).to_be_visible()
    lock.get_by_label("PIN of Anna Weiss").fill("000001")
    lock.get_by_role("button", name="Unlock").click()
    expect(lock.get_by_text("This is not the PIN")).to_be_visible()
    lock.get_by_label("PIN of Anna Weiss").fill("482615")
    lock.get_by_role("button", name="Unlock").click()
    expect(lock).to_have_count(0)
    expect(page.locator("#lanes")).to_be_visible()


def test_a_person_who_says_no_to_the_passkey_is_told(start_clinic: Callable[..., Clinic], page: Page) -> None:
    clinic = start_clinic()
    page.goto(f"{clinic.address}/account/login/")
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": False, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("It was stopped or took too long")).to_be_visible(timeout=15_000)


def test_the_demo_is_one_click_away(start_clinic: Callable[..., Clinic], page: Page) -> None:
    clinic = start_clinic(demo=True, prepare="from tests import cast; cast.make()")
    page.goto(clinic.address)
    expect(page.get_by_text("Demo clinic.")).to_be_visible()
    assert axe(page) == []
    first = page.locator(".cast button").first
    expect(first).to_contain_text("Infusion nurse")
    first.click()
    page.goto(f"{clinic.address}/account/")
    expect(page.locator("details.who > summary")).to_contain_text("Anna Weiss")
    expect(page.get_by_text("Demo clinic.")).to_be_visible()
