"""The rulebook by keyboard alone: written, refused, corrected, proved, signed, in force; and read."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Clinic, axe, start, stop, watch
from tests.e2e.crawl import theme
from tests.e2e.test_signing_in import code

pytestmark = pytest.mark.e2e
SECRET = "JBSWY3DPEHPK3PXP"
PREPARE = """
import json, pathlib
from django.test import Client
from allauth.mfa.totp.internal.auth import TOTP
from tests.cast import make, sign_rules, signed_in
from tests.clinic.session.made import opened
cast = make()
opened(cast)
TOTP.activate(cast.users["medical_director"], "JBSWY3DPEHPK3PXP")
keys = {role: signed_in(Client(), who).cookies["sessionid"].value for role, who in cast.users.items()}
"""
SIX_MINUTES_AGO = """
from datetime import timedelta
from django.db.models import F
from reverie.clinic.people.models import SignIn
SignIn.objects.update(strong_at=F("strong_at") - timedelta(minutes=6))
"""
LIMIT = "rules.spo2-low.predicate.steps.0.limit"
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Clinic, dict[str, str]]]:
    """A clinic whose rules are signed and in which a session is open, and a sign-in of each role."""
    home = Path(tempfile.mkdtemp(prefix="reverie-e2e-"))
    told = home / "told.json"
    clinic = start(home, prepare=f"{PREPARE}\npathlib.Path({str(told)!r}).write_text(json.dumps(keys))")
    yield clinic, json.loads(told.read_text())
    stop(clinic)
    shutil.rmtree(home, ignore_errors=True)


def opened(
    browser: Browser, house: tuple[Clinic, dict[str, str]], role: str, wrong: list[str], **options: object
) -> Page:
    """A page of somebody with that role."""
    clinic, keys = house
    context: BrowserContext = browser.new_context(
        viewport=WIDE, base_url=clinic.address, locale="en-GB", reduced_motion="reduce", **options
    )  # type: ignore[arg-type]
    context.add_cookies([{"name": "sessionid", "value": keys[role], "url": clinic.address}])
    page = context.new_page()
    watch(page, wrong)
    return page


def to(page: Page, selector: str) -> None:
    """Move by Tab until the focus is there."""
    for _ in range(1_000):
        page.keyboard.press("Tab")
        if page.evaluate("css => document.activeElement.matches(css)", selector):
            return
    pytest.fail(f"no way by keyboard to {selector}")


def judged(page: Page, *, whole: bool = True) -> list[str]:
    """What axe finds, wide, then dark on a phone (`whole`), and what does not fit there."""
    wrong = axe(page)
    theme(page, "dark")
    page.set_viewport_size(PHONE)
    if whole:
        wrong += [f"dark, phone: {line}" for line in axe(page)]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    theme(page, "light")
    page.set_viewport_size(WIDE)
    return wrong + ([f"{page.url} is {over} px too wide on a phone"] if over > 1 else [])


def test_the_whole_way_by_keyboard(browser: Browser, house: tuple[Clinic, dict[str, str]]) -> None:
    clinic, _keys = house
    wrong: list[str] = []
    page = opened(browser, house, "medical_director", wrong)
    page.goto("/rules/")
    expect(page.locator(".in-force-name").first).to_contain_text("Edition 1")
    wrong += judged(page)
    to(page, "a[href='/rules/alarm_rules/1/new/']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Alarm rules: a new edition")

    # a limit that crosses another comes back, with what was typed and the fold open
    to(page, "details:nth-of-type(3) > summary")
    page.keyboard.press("Enter")
    to(page, f"[name='{LIMIT}']")
    page.keyboard.press("Control+a")
    page.keyboard.type("89")
    to(page, ".edition-form .button.primary")
    page.keyboard.press("Enter")
    expect(page.locator(".error-summary")).to_be_focused()
    expect(page.locator(".error-summary")).to_contain_text("cross")
    expect(page.locator(f"[name='{LIMIT}']")).to_have_value("89")
    wrong += judged(page, whole=False)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"[name='{LIMIT}']")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("93")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Alarm rules, edition 2")
    expect(page.locator(".messages")).to_contain_text("Nobody has signed it yet.")

    # whoever finds the screen unlocked cannot sign
    clinic.python(SIX_MINUTES_AGO)
    to(page, ".button.primary")
    page.keyboard.press("Enter")
    page.get_by_label(re.compile("^Code")).fill(code(SECRET))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Alarm rules, edition 2: read and sign")
    expect(page.locator(".changes")).to_contain_text("93")
    expect(page.locator(".needs-you")).to_contain_text("1 session is open now.")
    wrong += judged(page)
    to(page, "form .button.primary")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("Edition 2 is in force from now on.")
    expect(page.locator(".rules-facts")).to_contain_text("Signed Dr Karim Azadi")
    page.goto("/rules/")
    expect(page.locator(".in-force-name").first).to_contain_text("Edition 2")
    page.context.close()
    assert wrong == []


def test_reading_and_comparing(browser: Browser, house: tuple[Clinic, dict[str, str]]) -> None:
    wrong: list[str] = []
    page = opened(browser, house, "infusion_nurse", wrong)
    for path in ("/rules/alarm_rules/", "/rules/alarm_rules/1/", "/rules/clinic_profile/1/"):
        page.goto(path)
        expect(page.locator("h1")).to_be_visible()
        wrong += judged(page)
    page.goto("/rules/alarm_rules/1/")
    page.get_by_role("link", name="Source 2").first.click()
    expect(page.locator("#source-2")).to_be_in_viewport()
    page.goto("/rules/alarm_rules/")
    page.get_by_label("Compare", exact=True).select_option(index=1)
    page.get_by_role("button", name="Show what differs").click()
    expect(page.locator("#differs")).to_contain_text("From")
    wrong += judged(page)
    page.context.close()
    assert wrong == []


def test_without_scripts_and_on_paper(
    browser: Browser, house: tuple[Clinic, dict[str, str]], tmp_path: Path
) -> None:
    wrong: list[str] = []
    page = opened(browser, house, "prescriber", wrong, java_script_enabled=False)
    page.goto("/rules/clinic_profile/1/new/")
    page.get_by_label("Prediction").uncheck()
    page.get_by_role("button", name="Write this edition").click()
    expect(page.locator("h1")).to_have_text("Clinic profile, edition 2")
    expect(page.locator(".rules-table")).to_contain_text("off")
    page.goto("/rules/alarm_rules/1/print/")
    page.pdf(path=str(tmp_path / "rules.pdf"), format="A4")
    assert (tmp_path / "rules.pdf").stat().st_size > 20_000
    page.context.close()
    assert wrong == []
