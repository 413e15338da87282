"""The live page and the board in a real browser: what appears, what grows old, what comes back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.e2e.conftest import ROOT, Clinic, axe, environment, start, stop

pytestmark = pytest.mark.e2e
SOON_MS = 10_000

PREPARE = """
from tests.cast import make
from tests.clinic.session.made import opened
cast = make()
for place in range(4):
    opened(cast, place)
"""
SIGN_IN = """
from django.test import Client
from tests.cast import signed_in
from reverie.clinic.people.models import User
print(signed_in(Client(), User.objects.get(username="infusion_nurse")).cookies["sessionid"].value)
"""
TELL = """
import sys
from reverie.clinic.session.models import Session
from tests.clinic.session.made import message, row, tell
for line in sys.stdin:
    chair, number, device, *values = line.split()
    session = Session.objects.get(chair__name=chair, clinic__name="Lindenhof", closed_at=None)
    rows = [row(*value.split("=")) for value in values]
    tell(session, message(int(number), *rows, device=device))
    print("committed", flush=True)
"""


class Monitor:
    """A process that commits what it is told, as the listener does."""

    def __init__(self, home: Path) -> None:
        script = "import django; django.setup()\n" + TELL
        self._process = subprocess.Popen(
            [sys.executable, "-c", script],
            env=environment(home),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._number = int(time.time())

    def tell(self, *values: str, chair: str = "1", device: str = "Tamarix^1") -> None:
        """Commit one message and wait until it is committed."""
        self._number += 1
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(chair, self._number, device, *values, file=self._process.stdin, flush=True)
        assert self._process.stdout.readline() == "committed\n"

    def end(self) -> None:
        """End the process."""
        with self._process:
            self._process.kill()


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    """One clinic for all of these journeys; each that changes a session has a chair of its own."""
    home = Path(tempfile.mkdtemp(prefix="reverie-live-"))
    running = start(home, prepare=PREPARE)
    yield running
    stop(running)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def monitor(clinic: Clinic) -> Iterator[Monitor]:
    made = Monitor(clinic.home)
    yield made
    made.end()


@pytest.fixture
def signed_in(clinic: Clinic, context: BrowserContext) -> BrowserContext:
    """The browser, in which the nurse is signed in."""
    cookie = clinic.python(SIGN_IN).strip()
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": clinic.address}])
    return context


def at_chair(page: Page, clinic: Clinic, monitor: Monitor, chair: str = "1") -> Page:
    """The live page of a chair, by way of the board, with one value on it."""
    monitor.tell("spo2=97", chair=chair)
    page.goto(f"{clinic.address}/chairs/")
    page.get_by_role("link", name=f"Chair {chair}").click()
    expect(page).to_have_url(re.compile("/sessions/"))
    expect(value(page, "spo2").last).to_have_text("97")
    return page


@pytest.fixture
def live(clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page) -> Page:
    """The live page of chair 1."""
    return at_chair(page, clinic, monitor)


def lane(page: Page, key: str) -> Any:
    return page.locator(f'[data-lane="{key}"]')


def value(page: Page, key: str) -> Any:
    return lane(page, key).locator('[data-slot="value"]')


def test_a_committed_reading_is_on_every_page_within_a_second(
    live: Page, monitor: Monitor, context: BrowserContext, clinic: Clinic
) -> None:
    board = context.new_page()
    board.goto(f"{clinic.address}/chairs/")
    row = board.locator(".chair-row").first
    expect(value(live, "spo2")).to_have_text("97")
    expect(row.locator('[data-value="spo2"] .number')).to_have_text("97")
    live.evaluate(
        """() => { window.seen = new Promise((done) => new MutationObserver((_all, watching) => {
            const shown = document.querySelector('[data-lane="spo2"] [data-slot="value"]')?.textContent;
            if (shown === "93") { watching.disconnect(); done(Date.now()); }
        }).observe(document.body, {subtree: true, childList: true, characterData: true})); }"""
    )
    monitor.tell("spo2=93")
    committed = time.time() * 1000
    assert live.evaluate("window.seen") - committed < 1_000
    expect(row.locator('[data-value="spo2"] .number')).to_have_text("93")
    board.close()


def test_silence_is_said_and_the_value_stays_grey(live: Page, monitor: Monitor) -> None:
    for _ in range(3):
        monitor.tell("spo2=97", "nibp_sys=131", "nibp_dia=82")
        live.wait_for_timeout(600)
    expect(value(live, "bp")).to_have_text("131/82")
    lost = lane(live, "spo2").filter(has_text=re.compile(r"no data since \d\d:\d\d:\d\d"))
    expect(lost).to_be_visible(timeout=SOON_MS)
    expect(lane(live, "spo2")).to_have_class(re.compile("is-lost"))
    expect(value(live, "spo2")).to_have_text("97")
    monitor.tell("spo2=96")
    expect(lane(live, "spo2")).to_have_class(re.compile("is-fresh"))


def test_two_monitors_that_disagree_are_both_shown(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor, "3")
    monitor.tell("spo2=90", chair="3", device="Quill^2")
    expect(value(live, "spo2")).to_have_text(["90", "97"])
    expect(lane(live, "spo2").locator('[data-slot="source"]')).to_have_text(["Quill", "Tamarix"])


def test_a_browser_that_slept_ten_minutes_says_so_at_once_and_catches_up(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    page.clock.install()
    at_chair(page, clinic, monitor)
    # while it sleeps nothing comes; what counts is what stands there before the next beat
    clinic.process.send_signal(signal.SIGSTOP)
    try:
        page.clock.pause_at(page.evaluate("Date.now()") + 600_000)
        page.clock.run_for(300)
        expect(page.locator("body")).to_have_class(re.compile("is-link-lost"))
    finally:
        clinic.process.send_signal(signal.SIGCONT)
    for number in range(4):
        monitor.tell(f"spo2={91 + number}")
    page.clock.resume()
    expect(page.locator("body")).not_to_have_class(re.compile("is-link-lost"), timeout=SOON_MS)
    expect(value(page, "spo2")).to_have_text("94")


def test_a_set_a_note_and_the_pump_by_keyboard(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor, "2")
    live.get_by_label("Systolic").focus()
    for typed in ("128", "Tab", "79", "Tab", "72"):
        live.keyboard.press(typed) if typed == "Tab" else live.keyboard.type(typed)
    live.keyboard.press("Enter")
    expect(live.locator("#events")).to_contain_text("Set by hand: pressure 128/79 mmHg, pulse 72 /min")
    expect(live.locator("#vitals .form-said")).to_be_visible()
    expect(value(live, "bp")).to_have_text("128/79")
    live.get_by_label("Note").fill("Asks for a blanket")
    live.get_by_role("button", name="Add note").press("Enter")
    expect(live.locator("#events")).to_contain_text("Asks for a blanket")
    live.get_by_role("button", name="Get ready").press("Enter")
    expect(live.locator('[data-figure="state"]')).to_contain_text("Getting ready")
    live.get_by_role("button", name="Ready", exact=True).press("Enter")
    expect(live.locator('[data-figure="state"] [data-slot="value"]')).to_have_text("Ready")
    live.get_by_role("button", name="Started").press("Enter")
    expect(live.locator(".bar-trouble")).to_contain_text("Which rate does the pump show?")
    live.get_by_label("Rate, mL/h").fill("150.0")
    live.get_by_role("button", name="Started").press("Enter")
    expect(live.locator('[data-figure="infusion"]')).to_contain_text("150.0 mL/h, recorded by hand")
    expect(live.get_by_role("button", name="Paused")).to_be_visible()


def test_what_a_second_tab_records_changes_the_acts_of_the_first(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor, "4")
    other = signed_in.new_page()
    other.goto(live.url)
    other.get_by_role("button", name="Get ready").click()
    expect(live.locator('[data-figure="state"]')).to_contain_text("Getting ready")
    expect(live.get_by_role("button", name="Get ready")).to_have_count(0)
    expect(live.get_by_role("button", name="Ready", exact=True)).to_be_visible()
    other.close()


def test_the_chart_moves_through_time_by_keyboard(live: Page) -> None:
    live.locator(".live-chart").focus()
    live.keyboard.press("ArrowLeft")
    live.get_by_role("radio", name="15", exact=True).check(force=True)
    expect(live.locator("#axis .axis-tick").first).to_be_attached()
    live.get_by_role("button", name="Now").click()
    expect(live.get_by_role("button", name="Now")).to_have_attribute("aria-pressed", "true")
    assert live.locator(".trace canvas").count() >= 5


EVERY_LANE = (
    "nibp_sys=131",
    "nibp_dia=82",
    "pr=72",
    "spo2=97",
    "rr=14",
    "etco2=38",
    "pump_rate=150.0",
    "temp=36.8",
)


def test_all_lanes_are_whole_above_the_acts_and_nothing_moves(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor)
    monitor.tell(*EVERY_LANE)
    expect(value(live, "temp")).to_have_text("36.8")
    for width, height in ((1280, 800), (1280, 775), (1024, 768), (1920, 1080)):
        live.set_viewport_size({"width": width, "height": height})
        acts = live.locator("#bar").bounding_box()
        lanes = [one.bounding_box() for one in live.locator("#lanes > .lane").all()]
        assert len(lanes) == 7
        assert acts
        for one in lanes:
            assert one
            assert one["height"] >= 39
            assert one["y"] + one["height"] <= acts["y"] + 1, (width, height)
    live.set_viewport_size({"width": 1280, "height": 800})
    before = [one.bounding_box() for one in live.locator("#lanes > .lane").all()]
    live.get_by_role("button", name="Started").click()
    expect(live.locator(".bar-trouble")).to_be_visible()
    live.evaluate("document.querySelector('#other-patient').hidden = false")
    assert [one.bounding_box() for one in live.locator("#lanes > .lane").all()] == before


def test_words_of_marks_stay_left_of_now_and_apart(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor, "3")
    for number in range(4):
        live.locator("#id_text").fill(f"A rather long note, number {number}")
        live.get_by_role("button", name="Add note").click()
        expect(live.locator("#events")).to_contain_text(f"number {number}")
    live.get_by_role("radio", name="15", exact=True).check(force=True)
    now = live.locator(".marks-past").bounding_box()
    marks = [one.bounding_box() for one in live.locator(".mark").all()]
    assert now
    assert marks
    for one in marks:
        assert one
        assert one["x"] + one["width"] <= now["x"] + now["width"] + 1


def test_a_reason_goes_with_the_act_and_one_tap_needs_none(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor, "3")
    live.get_by_role("button", name="Get ready").click()
    live.get_by_text("Why", exact=False).first.click()
    live.locator("#bar-reason").fill("Escort is late")
    live.locator("#bar-reason").press("Enter")  # types nothing, presses nothing
    live.get_by_role("button", name="Hold").click()
    expect(live.locator("#events")).to_contain_text("On hold: Escort is late")
    expect(live.locator("#bar-reason")).to_have_value("")


def test_a_reason_typed_while_an_act_is_answered_stays(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor, "3")
    held: list[Route] = []
    live.route("**/state", lambda route: held.append(route))
    with live.expect_request("**/state"):
        live.get_by_role("button", name="Get ready").click()
    live.get_by_text("Why", exact=False).first.click()
    live.locator("#bar-reason").fill("Escort is late")
    held.pop().continue_()
    hold = live.get_by_role("button", name="Hold")
    expect(hold).to_be_visible()
    expect(live.locator("#bar-reason")).to_have_value("Escort is late")
    expect(live.locator("#bar-reason")).to_be_focused()
    live.unroute("**/state")
    hold.click()
    expect(live.locator("#events")).to_contain_text("On hold: Escort is late")
    expect(live.locator("#bar-reason")).to_have_value("")


def test_a_set_that_is_due_takes_two_taps_and_three_keys(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    live = at_chair(page, clinic, monitor, "4")
    monitor.tell("nibp_sys=131", "nibp_dia=82", "pr=72", "spo2=96", "rr=14", chair="4")
    live.reload()
    panel = live.locator("#due-place")
    expect(panel.get_by_role("checkbox", name=re.compile("Pressure"))).to_be_checked()
    expect(panel).to_contain_text("131/82")
    panel.get_by_role("button", name="at ease").click()
    expect(panel.get_by_role("alert")).to_contain_text("Choose arousal, then comfort.")
    panel.get_by_role("radio", name="drowsy").check()
    panel.get_by_role("button", name="uneasy").click()
    expect(panel.get_by_role("status")).to_contain_text("recorded")
    expect(live.locator("#events")).to_contain_text("pressure 131/82 mmHg")
    monitor.tell("spo2=95", chair="4")
    panel.get_by_role("radio", name="alert").focus()
    for key in ("Space", "Tab", "Enter"):
        live.keyboard.press(key)
    expect(live.locator("#events")).to_contain_text("arousal: alert")
    assert axe(live) == []


def test_a_locked_screen_covers_its_forms_and_shows_the_numbers(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext, page: Page
) -> None:
    page.clock.install()
    live = at_chair(page, clinic, monitor)
    clinic.python(
        "from reverie.clinic.people.models import SignIn\n"
        "from reverie.clinic.kernel import clock\n"
        "from datetime import timedelta\n"
        "SignIn.objects.update(seen_at=clock.now() - timedelta(minutes=16))"
    )
    live.clock.fast_forward("16:00")
    expect(live.locator("body")).to_have_class(re.compile("is-locked"), timeout=SOON_MS)
    expect(live.get_by_role("heading", name="Locked for writing")).to_be_visible()
    assert live.evaluate("[...document.querySelectorAll('[data-lockable]')].every((part) => part.inert)")
    monitor.tell("spo2=91")
    expect(value(live, "spo2")).to_have_text("91")
    status = live.evaluate(
        """async () => {
            const form = document.querySelector('#note');
            const body = new FormData(form);
            body.set('text', 'written under the lock');
            const answer = await fetch(form.action, {method: 'POST', body, headers: {'HX-Request': 'true'}});
            return answer.status;
        }"""
    )
    assert status == 423
    assert "written under the lock" not in live.locator("#events").inner_text()


def test_a_sign_in_that_ended_is_said_and_the_numbers_stay(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext
) -> None:
    # a page that is not watched: htmx itself tells the console of the refusal
    live = at_chair(signed_in.new_page(), clinic, monitor)
    clinic.python(
        "from reverie.clinic.people.models import SignIn\n"
        "from reverie.clinic.kernel import clock\n"
        "SignIn.objects.update(ended_at=clock.now())"
    )
    live.locator("#id_text").fill("too late")
    live.get_by_role("button", name="Add note").click()
    said = live.locator("#link")
    expect(said).to_contain_text("You are signed out on this page.")
    expect(value(live, "spo2")).to_have_text("97")
    expect(live.locator("body")).to_have_class(re.compile("is-link-lost"))
    assert live.evaluate("[...document.querySelectorAll('[data-lockable]')].every((part) => part.inert)")
    assert live.locator("#id_text").input_value() == "too late"
    said.get_by_role("link", name="Sign in").click()
    expect(live).to_have_url(re.compile("/account/login/|/switch/"))


def test_axe_finds_nothing(live: Page, clinic: Clinic) -> None:
    for theme in ("light", "dark", "dim"):
        live.evaluate(f"localStorage.setItem('reverie.theme', '{theme}')")
        live.reload()
        expect(value(live, "spo2")).to_have_text("97")
        assert axe(live) == []
    live.goto(f"{clinic.address}/chairs/")
    for theme in ("light", "dark", "dim"):
        live.evaluate(f"localStorage.setItem('reverie.theme', '{theme}')")
        live.reload()
        expect(live.locator("[data-clock]")).to_contain_text(":")
        assert axe(live) == []


def test_a_killed_server_is_said_and_everything_comes_back_once(
    clinic: Clinic, monitor: Monitor, signed_in: BrowserContext
) -> None:
    # a page that is not watched: the browser itself says that nobody answers
    live = at_chair(signed_in.new_page(), clinic, monitor)
    port = int(clinic.address.rsplit(":", 1)[1])
    os.kill(clinic.process.pid, signal.SIGKILL)
    clinic.process.wait()
    # within 3 s of the last beat by the page's own constants (tests/islands); here the machine may be slow
    expect(live.locator("#link")).to_be_visible(timeout=SOON_MS)
    expect(live.locator("#link")).to_contain_text("The numbers below are old")
    for number in range(5):
        monitor.tell(f"spo2={90 + number}", f"pr={70 + number}")
    again = served_again(clinic, port)
    try:
        expect(live.locator("#link")).to_be_hidden(timeout=SOON_MS)
        expect(value(live, "spo2")).to_have_text("94")
        words = live.locator("#events .event-words").all_inner_texts()
        assert len(words) == len(set(words))
    finally:
        stop(again)


def served_again(clinic: Clinic, port: int) -> Clinic:
    command = [sys.executable, "-m", "reverie.cli", "web", "--port", str(port)]
    process = subprocess.Popen(command, env=environment(clinic.home), cwd=ROOT)
    return Clinic(clinic.address, clinic.home, process)
