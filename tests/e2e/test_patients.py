"""Journeys around a patient in a real browser, by keyboard alone: find, register, measure, chart, course."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.conftest import Clinic, axe, start, stop

pytestmark = pytest.mark.e2e

PREPARE = """
from tests import cast
from reverie.clinic.people.patients import acts
acts.pair_all(cast.make().clinic.pk)
"""
SIGN_IN = """
from django.test import Client
from reverie.clinic.people.models import User
from tests.cast import signed_in
who = User.objects.get(username="{role}")
print(signed_in(Client(), who).cookies["sessionid"].value)
"""


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    """One clinic for all journeys: each keeps to its own patient."""
    home = Path(tempfile.mkdtemp(prefix="reverie-e2e-"))
    running = start(home, prepare=PREPARE)
    yield running
    stop(running)
    shutil.rmtree(home, ignore_errors=True)


def come_in(clinic: Clinic, context: BrowserContext, role: str) -> None:
    """Sign the browser in as the cast's member of that role."""
    key = clinic.python(SIGN_IN.format(role=role)).strip()
    context.add_cookies([{"name": "sessionid", "value": key, "url": clinic.address}])


def type_into(page: Page, text: str) -> None:
    """Type where the focus is, after emptying it."""
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the focus is on what is called `name` (or has that id)."""
    for _ in range(60):
        page.keyboard.press("Tab")
        label = page.evaluate(
            "() => { const e = document.activeElement; "
            "return [e.id, (e.textContent || e.value || '').replace(/\\s+/g, ' ').trim()] }"
        )
        if name in label:
            return
    raise AssertionError(f"the keyboard does not reach {name}")


def enter(page: Page) -> None:
    """Press Enter and wait for the page that comes."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def go_to(page: Page, name: str) -> None:
    """Press Tab until `name`, then Enter, and wait for the page that comes."""
    tab_to(page, name)
    enter(page)


def test_a_nurse_finds_registers_and_charts_by_keyboard_alone(
    clinic: Clinic, context: BrowserContext, page: Page
) -> None:
    come_in(clinic, context, "infusion_nurse")
    keys = page.keyboard

    # find while typing, choose with the arrows, open with Enter
    page.goto(f"{clinic.address}/patients/")
    expect(page.locator("#q")).to_be_focused()
    rows = page.locator("[data-finder-row]")
    expect(rows.first).to_be_visible()
    keys.type("koehler mir")
    expect(rows).to_have_count(2)
    assert "koehler" not in page.url
    assert axe(page) == []
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    expect(page.locator("#q")).to_be_focused()
    type_into(page, "benali 9/1/1965")
    expect(page.get_by_text("can mean 9 January 1965 or 1 September 1965")).to_be_visible()
    type_into(page, "nobody")
    expect(page.get_by_text("No patient fits “nobody”.")).to_be_visible()
    type_into(page, "schneider robert")
    expect(rows).to_have_count(2)
    keys.press("Enter")
    expect(rows.first).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".banner-name")).to_have_text("Robert Schneider")
    expect(page.locator(".banner-alike")).to_contain_text("Roberta Schneider, born 14 March 1979")
    assert axe(page) == []

    # nobody asked about allergies, then somebody did
    expect(page.locator(".banner-allergy")).to_contain_text("unknown")
    go_to(page, "Asked: No known allergies")
    expect(page.locator(".banner-allergy")).to_have_text("No known allergies")

    # a first weight in pounds is typed twice
    go_to(page, "Measure")
    page.wait_for_url("**/measurements/new/")
    tab_to(page, "id_weight")
    keys.type("154 lb")
    enter(page)
    expect(page.locator(".alike")).to_be_focused()
    expect(page.locator(".doubts")).to_contain_text("69.9 kg (that is 154.1 lb)")
    assert axe(page) == []
    tab_to(page, "id_weight_again")
    keys.type("154 lb")
    enter(page)
    expect(page.locator(".messages")).to_contain_text("Weight 69.9 kg (154 lb)")

    # an allergy, from an empty form that says what is missing
    go_to(page, "Add Allergies")
    page.wait_for_url("**/allergies/new/")
    go_to(page, "id_substance")
    expect(page.locator("#id_substance_error")).to_contain_text("Please fill this in.")
    assert axe(page) == []
    tab_to(page, "id_substance")
    keys.type("<img src=x onerror=alert(1)>")
    enter(page)
    expect(page.locator(".banner-allergy")).to_have_text("Allergy: <img src=x onerror=alert(1)>")


def test_a_look_alike_is_registered_only_by_the_blue_button(
    clinic: Clinic, context: BrowserContext, page: Page
) -> None:
    come_in(clinic, context, "front_desk")
    keys = page.keyboard
    page.goto(f"{clinic.address}/patients/new/")
    tab_to(page, "id_family_name")
    keys.type("Benaly")
    tab_to(page, "id_given_name")
    keys.type("Tarik")
    tab_to(page, "id_birth_date")
    keys.type("9/1/1965")
    enter(page)
    expect(page.locator("#id_birth_date_error")).to_contain_text("9 January 1965 or 1 September 1965")
    expect(page.locator("#id_family_name")).to_have_value("Benaly")
    assert axe(page) == []
    tab_to(page, "id_birth_date")
    type_into(page, "9 Jan 1965")
    keys.press("Tab")
    keys.press("Space")
    go_to(page, "Register")
    warning = page.locator(".alike")
    expect(warning).to_be_focused()
    expect(warning).to_contain_text("Tarek Benali")
    expect(warning).to_contain_text("perhaps the same person")
    assert axe(page) == []
    # Enter in a field only looks again
    tab_to(page, "id_phone")
    keys.type("+43 1 555")
    enter(page)
    expect(page.locator("#id_phone")).to_have_value("+43 1 555")
    expect(warning).to_be_focused()
    go_to(page, "This is another person: register")
    expect(page.locator(".banner-name")).to_have_text("Tarik Benaly")
    expect(page.get_by_text("No course is open.")).to_be_visible()
    expect(page.get_by_text("Allergies")).to_have_count(0)
    assert axe(page) == []


def test_a_prescriber_opens_and_closes_a_course_by_keyboard(
    clinic: Clinic, context: BrowserContext, page: Page
) -> None:
    come_in(clinic, context, "prescriber")
    keys = page.keyboard
    page.goto(f"{clinic.address}/patients/")
    keys.type("benali")
    expect(page.locator("[data-finder-row]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".banner-name")).to_have_text("Tarek Benali")
    go_to(page, "Open a course")
    page.wait_for_url("**/courses/new/")
    tab_to(page, "id_indication")
    keys.type("Border")
    tab_to(page, "id_goals")
    keys.type("To sleep through")
    keys.press("Enter")
    keys.type("To laugh with my son")
    assert axe(page) == []
    go_to(page, "Open the course")
    expect(page.locator(".record .tag")).to_have_text("research only")
    go_to(page, "Borderline personality disorder")
    expect(page.locator(".goals li")).to_have_count(2)
    assert axe(page) == []
    go_to(page, "Close the course")
    tab_to(page, "id_reason_0")
    keys.press("ArrowDown")
    assert axe(page) == []
    go_to(page, "Close the course")
    expect(page.get_by_text("It did not help enough")).to_be_visible()


def test_finding_works_without_scripts(clinic: Clinic, context: BrowserContext) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False)
    come_in(clinic, plain, "infusion_nurse")
    page = plain.new_page()
    page.goto(f"{clinic.address}/patients/")
    page.locator("#q").fill("koehler")
    page.locator("#q").press("Enter")
    expect(page.locator("[data-finder-row]")).to_have_count(2)
    page.locator("[data-finder-row]").first.click()
    expect(page.locator(".banner-name")).to_have_text("Miriam Köhler")
    page.get_by_role("button", name="Asked: No known allergies").click()
    expect(page.locator(".banner-allergy")).to_have_text("No known allergies")
    plain.close()
