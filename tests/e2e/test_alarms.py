"""Alarms in real browsers: a real monitor on a real socket, the real watch, pages that show and sound."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.clinic.devices import bedside
from tests.e2e.conftest import ROOT, Clinic, axe, environment, start, stop, watch

pytestmark = pytest.mark.e2e
SOON_MS = 20_000
EVERY_S = 1.0
ALL_ROWS = 11

PREPARE = """
from tests.cast import make
from tests.clinic.session.made import brought_to, opened
from reverie.clinic.devices import acts as devices
from reverie.clinic.session import acts
from decimal import Decimal
cast = make()
for place in range(4):
    devices.link(cast.nurse, f"M{place + 1}", cast.chairs[place])
    session = brought_to(opened(cast, place), cast, "preflight", "ready")
    acts.report_infusion(cast.nurse, session, "started", "", rate_ml_per_h=Decimal("150.0"))
"""
SIGN_IN = """
from django.test import Client
from tests.cast import signed_in
from reverie.clinic.people.models import User
print(signed_in(Client(), User.objects.get(username="{role}")).cookies["sessionid"].value)
"""
# counts the pulses that begin, without which nothing is heard
COUNT = """
window.pulses = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.pulses += 1; return start.apply(this, when); };
"""
SHOWN_AT = """selector => { window.shownAt = new Promise((done) => {
  const look = () => {
    const place = document.querySelector(selector);
    if (place === null || place.hidden) return;
    watching.disconnect(); done(Date.now());
  };
  const watching = new MutationObserver(look);
  watching.observe(document.body, {subtree: true, childList: true, attributes: true});
  look();
}); }"""
HIDE = """() => {
  Object.defineProperty(document, 'hidden', {get: () => true, configurable: true});
  Object.defineProperty(document, 'visibilityState', {get: () => 'hidden', configurable: true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""


class Monitor:
    """A bedside monitor that sends a message a second; its SpO2 may be set."""

    def __init__(self, port: int, name: str) -> None:
        self.spo2 = "97"
        self._name, self._ending = name, threading.Event()
        self._device = bedside.Device(port)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        number = 0
        while not self._ending.wait(EVERY_S):
            number += 1
            sent = bedside.message(self._name, f"{time.time():.3f} {number}", rows=ALL_ROWS)
            told = b"_SAT_O2^MDC|1.1.1.2|%b|" % self.spo2.encode()
            with suppress(OSError):
                self._device.ask(sent.replace(b"_SAT_O2^MDC|1.1.1.2|97|", told))

    def end(self) -> None:
        """Fall silent."""
        self._ending.set()
        self._thread.join()
        self._device.close()


class House:
    """A clinic with its processes: web, listener, watch and a monitor at each of four chairs."""

    def __init__(self, home: Path) -> None:
        self.clinic: Clinic = start(home, prepare=PREPARE)
        self._own = bedside.listening_socket()
        self._listener = bedside.start_listener(self._own, home)
        self.begin_watch()
        port = self._own.getsockname()[1]
        self.monitors = [Monitor(port, name) for name in ("M1", "M2", "M3", "M4")]

    def begin_watch(self) -> None:
        """Run the watch."""
        command = [sys.executable, "-m", "reverie.cli", "watch"]
        self.watch = subprocess.Popen(command, env=environment(self.clinic.home), cwd=ROOT)

    def cookie(self, role: str) -> str:
        """Somebody's sign-in."""
        return self.clinic.python(SIGN_IN.format(role=role)).strip()

    def session(self, chair: int) -> str:
        """The address of the session in a chair."""
        asked = (
            "from reverie.clinic.session.models import Session\n"
            f"print(Session.objects.get(chair__name='{chair}', closed_at=None).pk)"
        )
        return f"{self.clinic.address}/sessions/{self.clinic.python(asked).strip()}/"

    def end(self) -> None:
        """End everything."""
        for monitor in self.monitors:
            monitor.end()
        for process in (self.watch, self._listener):
            process.kill()
            process.wait()
        if self._listener.stdout is not None:
            self._listener.stdout.close()
        self._own.close()
        stop(self.clinic)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    home = Path(tempfile.mkdtemp(prefix="reverie-alarms-"))
    running = House(home)
    yield running
    running.end()
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def people(house: House, browser: Browser) -> Iterator[Any]:
    """`people(role)` gives a page in a browser of its own in which somebody is signed in."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def page_of(role: str, *, watched: bool = True) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        contexts.append(context)
        context.add_init_script(COUNT)
        context.add_cookies([{"name": "sessionid", "value": house.cookie(role), "url": house.clinic.address}])
        page = context.new_page()
        if watched:
            watch(page, wrong)
        return page

    yield page_of
    for context in contexts:
        context.close()
    for monitor in house.monitors:
        monitor.spo2 = "97"
    assert wrong == []


def heard_by(page: Page) -> Page:
    """The page, whose sound somebody has heard."""
    before = pulses(page)
    page.get_by_role("button", name="Test the sound").first.click()
    expect(page.get_by_role("heading", name="Did you hear the test sound?")).to_be_visible()
    page.get_by_role("button", name="I heard it").click()
    expect(page.locator("[data-sound-words]").first).to_contain_text("Sound tested")
    assert pulses(page) >= before + 3
    return page


def pulses(page: Page) -> int:
    count: int = page.evaluate("window.pulses")
    return count


def sounds(page: Page, more_than: int) -> None:
    """Wait until more pulses have begun; by a clock that is not the page's own."""
    deadline = time.monotonic() + SOON_MS / 1_000
    while pulses(page) <= more_than:
        assert time.monotonic() < deadline, "nothing sounds"
        page.wait_for_timeout(100)


def runs(page: Page) -> None:
    """Wait until the page says that alarms run."""
    expect(page.locator("#not-running")).to_be_hidden(timeout=SOON_MS)


def quiet(house: House, page: Page) -> None:
    """Wait until no alarm calls at any chair: what earlier journeys left is seen."""
    for monitor in house.monitors:
        monitor.spo2 = "97"
    for chair in range(1, 5):
        page.goto(house.session(chair))
        runs(page)
        waiting = page.locator(".alarm-high:not(.is-seen), .alarm-medium:not(.is-seen)")
        page.wait_for_timeout(300)
        while waiting.count():
            page.get_by_role("button", name="Seen, silence").first.click()
            page.wait_for_timeout(500)


def test_a_falling_spo2_is_shown_and_heard_everywhere_and_one_tap_sees_it(house: House, people: Any) -> None:
    live, other, board = people("infusion_nurse"), people("prescriber"), people("therapist")
    quiet(house, live)
    live.goto(house.session(1))
    other.goto(f"{house.clinic.address}/patients/")
    board.goto(f"{house.clinic.address}/chairs/")
    heard_by(live)
    heard_by(other)
    expect(live.locator("[data-alarm-none]")).to_be_visible()
    expect(live.get_by_text("The bedside monitor is the alarm of record").first).to_be_visible()
    before = pulses(live), pulses(other)
    house.monitors[0].spo2 = "78"
    row = live.locator("[data-alarms] .alarm-high")
    expect(row).to_contain_text("78 %", timeout=SOON_MS)
    expect(row).to_contain_text(re.compile(r"for \d+ s"))
    expect(live.locator("#lanes > .lane").first).to_have_attribute("data-lane", "spo2")
    expect(live.locator('.lane[data-lane="spo2"]')).to_have_class(re.compile("is-high"))
    expect(live.locator(".strip-chair").first).to_have_class(re.compile("has-high"))
    sounds(live, before[0] + 9)
    chip = other.locator("#ward .ward-one")
    expect(chip).to_contain_text("HIGH")
    expect(chip).to_contain_text("Chair 1 RS")
    expect(chip).to_have_attribute("href", house.session(1).removeprefix(house.clinic.address))
    sounds(other, before[1] + 9)
    expect(board.locator(".chair-row").first.locator('[data-slot="needs"]')).to_have_class(
        re.compile("is-high")
    )
    # the chair beside it keeps its place
    expect(board.locator(".chair-row .chair-name b")).to_have_text(["1", "2", "3", "4"])
    assert "HIGH Chair 1" in other.title()
    live.get_by_role("button", name="Seen, silence").click()
    expect(row).to_have_class(re.compile("is-seen"))
    expect(row).to_contain_text("seen by Anna Weiss")
    expect(chip).to_have_class(re.compile("is-seen"))
    expect(board.locator(".chair-row").first.locator('[data-slot="needs"]')).to_have_class(
        re.compile("is-seen")
    )
    assert "HIGH" not in other.title()
    # back within its limits it is said as past, and stays in the log
    house.monitors[0].spo2 = "97"
    expect(row).to_contain_text("was", timeout=SOON_MS)


def test_a_press_that_the_server_does_not_get_is_said_and_sent_again(house: House, people: Any) -> None:
    # not watched: the browser itself says that it was refused
    live = people("infusion_nurse", watched=False)
    quiet(house, live)
    live.goto(house.session(2))
    house.monitors[1].spo2 = "77"
    row = live.locator("[data-alarms] .alarm-high:not(.is-seen)")
    expect(row).to_be_visible(timeout=SOON_MS)
    keys: list[str] = []

    def refuse(route: Route) -> None:
        keys.append(route.request.post_data or "")
        route.fulfill(status=503)

    live.route("**/seen", refuse)
    row.get_by_role("button", name="Seen, silence").click()
    expect(row.locator(".form-trouble")).to_contain_text("Not recorded yet")
    live.unroute("**/seen")
    with live.expect_request("**/seen") as again:
        pass
    assert again.value.post_data == keys[0]
    expect(live.locator("[data-alarms] .alarm-high")).to_have_class(re.compile("is-seen"))


def test_when_the_watch_stops_every_page_says_so_within_three_seconds(house: House, people: Any) -> None:
    pages = {
        "live": (people("infusion_nurse"), house.session(1)),
        "board": (people("prescriber"), f"{house.clinic.address}/chairs/"),
        "patients": (people("therapist"), f"{house.clinic.address}/patients/"),
        "staff": (people("administrator"), f"{house.clinic.address}/staff/"),
    }
    for page, address in pages.values():
        page.goto(address)
        runs(page)
        page.evaluate(SHOWN_AT, "#not-running")
    stopped = time.time() * 1_000
    house.watch.send_signal(signal.SIGSTOP)
    try:
        for name, (page, _address) in pages.items():
            took = page.evaluate("window.shownAt") - stopped
            assert took < 3_000, name
            expect(page.locator("#not-running")).to_contain_text("Alarms not running")
            expect(page.locator("#not-running")).to_contain_text("Watch the bedside monitor")
        # and a page that is made now says it by itself
        fresh = pages["staff"][0].context.request.get(f"{house.clinic.address}/staff/").text()
        assert 'id="not-running" role="alert">' in fresh
    finally:
        house.watch.send_signal(signal.SIGCONT)
    for page, _address in pages.values():
        runs(page)


def test_a_killed_watch_is_said_and_the_next_one_goes_on(house: House, people: Any) -> None:
    page = people("infusion_nurse")
    page.goto(f"{house.clinic.address}/patients/")
    runs(page)
    page.evaluate(SHOWN_AT, "#not-running")
    killed = time.time() * 1_000
    house.watch.kill()
    house.watch.wait()
    assert page.evaluate("window.shownAt") - killed < 3_000
    house.begin_watch()
    runs(page)


def test_a_server_that_stands_still_is_said_by_every_page(house: House, people: Any) -> None:
    page = people("infusion_nurse")
    page.goto(f"{house.clinic.address}/patients/")
    runs(page)
    page.evaluate(SHOWN_AT, "#not-running")
    stopped = time.time() * 1_000
    house.clinic.process.send_signal(signal.SIGSTOP)
    try:
        assert page.evaluate("window.shownAt") - stopped < 3_500
        expect(page.locator("#not-running")).to_contain_text("This page has heard nothing since")
    finally:
        house.clinic.process.send_signal(signal.SIGCONT)
    runs(page)


def test_a_tab_that_nobody_saw_for_ten_minutes_still_sounds(house: House, people: Any) -> None:
    page = people("infusion_nurse")
    quiet(house, page)
    page.clock.install()
    page.goto(f"{house.clinic.address}/patients/")
    runs(page)
    heard_by(page)
    page.evaluate(HIDE)
    # none of the page's own timers fires any more; what drives it is the stream and the worker
    page.clock.pause_at(page.evaluate("Date.now()") + 600_000)
    before = pulses(page)
    house.monitors[2].spo2 = "78"
    sounds(page, before)
    expect(page.locator("#ward .ward-one.is-high:not(.is-seen)")).to_be_visible()
    # it goes on until somebody has seen it
    sounds(page, before + 10)


def test_in_the_room_only_high_alarms_sound_and_elsewhere_none(house: House, people: Any) -> None:
    room, away = people("infusion_nurse"), people("prescriber")
    quiet(house, room)
    for page, place in ((room, "In the room"), (away, "Elsewhere")):
        page.goto(f"{house.clinic.address}/patients/")
        page.get_by_role("button", name="Test the sound").first.click()
        page.get_by_text(place, exact=True).click()
    expect(away.locator("[data-sound-words]")).to_have_text("This screen stays silent, as chosen")
    room.get_by_role("button", name="I heard it").click()
    before = pulses(room), pulses(away)
    house.monitors[3].spo2 = "92"
    for page in (room, away):
        expect(page.locator("#ward .ward-one.is-medium")).to_be_visible(timeout=40_000)
    assert (pulses(room), pulses(away)) == before
    house.monitors[3].spo2 = "78"
    sounds(room, before[0] + 9)
    expect(away.locator("#ward .ward-one.is-high:not(.is-seen)")).to_be_visible()
    assert pulses(away) == before[1]


def test_a_screen_whose_sound_was_not_tested_says_so_and_one_that_was_not_heard_too(
    house: House, people: Any
) -> None:
    page = people("infusion_nurse")
    page.goto(house.session(1))
    words = page.locator("[data-sound-words]")
    expect(words).to_have_text("Sound not tested on this screen")
    page.get_by_role("button", name="Test the sound").first.press("Enter")
    page.get_by_role("button", name="I did not").press("Enter")
    expect(words).to_have_text("Sound not heard on this screen")
    expect(page.locator("#events")).to_contain_text("Sound check at the station: not heard")


def test_answers_by_keyboard_and_what_keeps_a_session_from_closing(house: House, people: Any) -> None:
    page = people("infusion_nurse")
    quiet(house, page)
    page.goto(house.session(1))
    page.get_by_role("link", name="Alarm log").click()
    expect(page.get_by_role("heading", name="Alarm log")).to_be_visible()
    for box in page.locator('input[name="alarms"]').all():
        box.check()
    page.get_by_label("Probe or lead off").press("Space")
    page.get_by_label("Probe, cuff, line or device put right").press("Space")
    page.locator("[name=note]").fill("Finger was cold")
    page.locator("[name=note]").press("Enter")
    expect(page.get_by_text("Every medium and high alarm is answered.")).to_be_visible()
    expect(page.locator(".log")).to_contain_text("Finger was cold")


def test_axe_finds_nothing_while_alarms_are_shown(house: House, people: Any) -> None:
    page = people("infusion_nurse")
    quiet(house, page)
    page.goto(house.session(2))
    # a cause that comes back within a minute is the same alarm, which somebody has seen
    expect(page.locator("[data-alarms] .alarm", has_text="SpO")).to_have_count(0, timeout=90_000)
    house.monitors[1].spo2 = "78"
    row = page.locator("[data-alarms] .alarm-high:not(.is-seen)")
    expect(row).to_be_visible(timeout=SOON_MS)
    page.emulate_media(reduced_motion="reduce")
    for theme in ("light", "dark", "dim"):
        page.evaluate(f"localStorage.setItem('reverie.theme', '{theme}')")
        page.goto(house.session(2))
        expect(row).to_be_visible()
        assert axe(page) == [], theme
        page.get_by_role("button", name="Test the sound").first.click()
        assert axe(page) == [], theme
        for path in ("/patients/", "/chairs/"):
            page.goto(f"{house.clinic.address}{path}")
            expect(page.locator("#ward .ward-one.is-high:not(.is-seen)")).to_be_visible()
            assert axe(page) == [], theme
        page.goto(f"{house.session(2)}alarms/")
        assert axe(page) == [], theme
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(house.session(2))
    expect(row).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert axe(page) == []
