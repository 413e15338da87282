"""The clinic without JavaScript: signing in, finding, charting, devices, quarantine, a session; paper."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.cast import PASSWORD
from tests.e2e.conftest import Clinic, start, stop

pytestmark = pytest.mark.e2e
_CLOCK = re.compile(r"^\d\d:\d\d:\d\d$")

PREPARE = """
import json, pathlib
from django.test import Client
from tests.cast import make, signed_in
from tests.conformance.web.furnished import furnish
cast = make()
things = furnish(cast)
known = {name: str(value) for name, value in things.items()}
known |= {role: signed_in(Client(), who).cookies["sessionid"].value for role, who in cast.users.items()}
known["chair"] = str(cast.chairs[2].pk)
"""


@pytest.fixture(scope="module")
def house() -> Iterator[tuple[Clinic, dict[str, str]]]:
    """A furnished clinic, and the ids of what is in it."""
    home = Path(tempfile.mkdtemp(prefix="reverie-e2e-"))
    told = home / "told.json"
    clinic = start(home, prepare=f"{PREPARE}\npathlib.Path({str(told)!r}).write_text(json.dumps(known))")
    yield clinic, json.loads(told.read_text())
    stop(clinic)
    shutil.rmtree(home, ignore_errors=True)


def opened(browser: Browser, house: tuple[Clinic, dict[str, str]], role: str) -> Page:
    """A page without scripts, for that role or for a stranger."""
    clinic, known = house
    context = browser.new_context(java_script_enabled=False, base_url=clinic.address)
    if role:
        context.add_cookies([{"name": "sessionid", "value": known[role], "url": clinic.address}])
    return context.new_page()


def press(page: Page, name: str, *, exact: bool = True) -> None:
    """Press the button of that name."""
    page.get_by_role("button", name=name, exact=exact).first.click()


def test_signing_in_and_out(browser: Browser, house: tuple[Clinic, dict[str, str]]) -> None:
    page = opened(browser, house, "")
    page.goto("/account/login/")
    expect(page.locator("noscript p")).to_be_visible()
    assert "A passkey needs JavaScript. The password below does not." in page.content()
    page.get_by_label("Sign-in name").fill("therapist")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Go on with the password")
    expect(page.locator("h1")).to_be_visible()
    assert "second-step" in page.url
    page.locator("input[name=code]").fill("000000")
    press(page, "Sign in", exact=False)
    expect(page.locator(".error").first).to_contain_text("This code does not fit")
    page.context.close()


def test_finding_and_charting(browser: Browser, house: tuple[Clinic, dict[str, str]]) -> None:
    page = opened(browser, house, "infusion_nurse")
    page.goto("/patients/")
    page.locator("#q").fill("benali")
    press(page, "Find")
    assert "benali" not in page.url
    page.locator("[data-finder-row]").first.click()
    page.get_by_role("link", name="Add Allergies").click()
    press(page, "Record")
    expect(page.locator("#id_substance_error")).to_contain_text("Please fill this in.")
    page.locator("#id_substance").fill("Latex")
    press(page, "Record")
    expect(page.locator(".banner-allergy")).to_contain_text("Latex")
    page.get_by_role("link", name="Measure").first.click()
    page.locator("#id_pulse").fill("seventy")
    press(page, "Record")
    expect(page.locator("#id_pulse_error")).to_contain_text("This is not a number.")
    expect(page.locator("#id_pulse")).to_have_value("seventy")
    page.locator("#id_pulse").fill("70")
    press(page, "Record")
    expect(page.locator(".messages")).to_contain_text("Recorded")
    page.context.close()


def test_devices_and_quarantine(browser: Browser, house: tuple[Clinic, dict[str, str]]) -> None:
    _clinic, known = house
    page = opened(browser, house, "infusion_nurse")
    page.goto("/devices/")
    page.locator("#id_device").fill("NEW^MON")
    page.locator("#id_chair").select_option(index=1)
    page.locator("form:has(#id_device) button").first.click()
    expect(page.locator(".messages")).to_contain_text("NEW^MON stands at chair")
    page.goto(f"/quarantine/{known['message_id']}/")
    page.locator("textarea[name=words]").fill("A test of the vendor")
    page.locator("form:has(textarea[name=words]) button").first.click()
    expect(page.locator(".messages")).to_contain_text("1 message is resolved.")
    page.context.close()


def test_a_session_from_arrival_to_a_set_of_vitals(
    browser: Browser, house: tuple[Clinic, dict[str, str]]
) -> None:
    _clinic, known = house
    page = opened(browser, house, "infusion_nurse")
    page.goto("/chairs/")
    expect(page.locator("noscript .stands-still")).to_be_visible()
    assert "Without JavaScript this page stands still" in page.content()
    expect(page.locator("#count-infusing")).to_have_text("1")
    # no number without the time at which it was measured
    row = page.locator(f"[data-session='{known['session_id']}']")
    expect(row.locator(".chair-pressure .value-age")).to_have_text(_CLOCK)
    expect(row.locator(".chair-spo2 noscript .value-age")).to_be_visible()
    page.goto(f"/chairs/{known['chair']}/open/")
    page.locator("#q").fill("koehler mirjam")
    press(page, "Find")
    assert "koehler" not in page.url
    page.locator(".found-one").first.click()
    press(page, "They match: open the session")
    expect(page.locator("noscript .stands-still")).to_be_visible()
    assert "Without JavaScript this page stands still" in page.content()
    page.locator("#id_spo2").fill("97")
    press(page, "Record set", exact=False)
    expect(page.locator("#events")).to_contain_text("97")
    page.locator("#id_spo2").fill("970")
    press(page, "Record set", exact=False)
    expect(page.locator("#id_spo2_error")).to_contain_text("Between")
    expect(page.locator("#id_spo2")).to_have_value("970")
    page.locator("textarea[name=text]").fill("Asks for a blanket")
    page.locator("form:has(textarea[name=text]) button").first.click()
    expect(page.locator("#events")).to_contain_text("Asks for a blanket")
    page.context.close()


@pytest.mark.parametrize("path", ["/sessions/{session_id}/print/", "/patients/{patient_id}/print/"])
def test_paper(browser: Browser, house: tuple[Clinic, dict[str, str]], path: str, tmp_path: Path) -> None:
    _clinic, known = house
    page = opened(browser, house, "medical_director")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})
    page.goto(path.format(**known))
    for shown in ("A given name", "28 February 1937", "A number", "Printed"):
        expect(page.get_by_text(shown).first).to_be_visible()
    expect(page.locator("nav, button:visible")).to_have_count(0)
    page.context.close()
