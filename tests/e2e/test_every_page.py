"""Every page in a real Chromium, full of hostile texts: what runs, fits, can be read, and what is logged."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e import crawl
from tests.e2e.conftest import AXE, Clinic, axe, start, stop, watch
from tests.scale import SOAK, scale

pytestmark = pytest.mark.e2e
PHONE, ZOOMED, WIDE = (
    {"width": 390, "height": 844},
    {"width": 640, "height": 400},
    {"width": 1280, "height": 800},
)
CONTRAST = "axe.run(document, {runOnly: ['color-contrast'], resultTypes: ['violations']})"


class House(NamedTuple):
    """A running clinic, its addresses, the keys of its sign-ins, and what its server said."""

    clinic: Clinic
    pages: list[crawl.Address]
    keys: dict[str, str]
    log: Path


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A clinic full of canaries."""
    home = Path(tempfile.mkdtemp(prefix="reverie-e2e-"))
    told, said = home / "told.json", home / "said.log"
    with said.open("wb") as log:
        code = f"from tests.e2e import crawl; crawl.prepare({str(told)!r})"
        clinic = start(home, prepare=code, log=log)
    known = json.loads(told.read_text())
    yield House(clinic, [crawl.Address(*one) for one in known["pages"]], known["keys"], said)
    stop(clinic)
    shutil.rmtree(home, ignore_errors=True)


def context_of(browser: Browser, house: House, role: str, **options: bool) -> BrowserContext:
    """A browser signed in as that role, or as nobody."""
    # nothing blinks while contrast is measured
    made = browser.new_context(viewport=WIDE, locale="en-GB", reduced_motion="reduce", **options)  # type: ignore[arg-type]
    if role:
        made.add_cookies([{"name": "sessionid", "value": house.keys[role], "url": house.clinic.address}])
    return made


def test_every_page(browser: Browser, house: House) -> None:
    wrong: list[str] = []
    seen: set[str] = set()
    for role in sorted({one.role for one in house.pages}):
        context = context_of(browser, house, role)
        page = context.new_page()
        page.add_init_script(crawl.LISTEN)
        watch(page, wrong)
        page.on("dialog", lambda dialog: dialog.dismiss())
        for number, one in enumerate(house.pages):
            if one.role == role:
                wrong += judged(page, house, one, seen, number)
        context.close()
    # not compared: the list is to be read whole
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
    assert len(seen) > 50


def judged(page: Page, house: House, one: crawl.Address, seen: set[str], number: int) -> list[str]:
    """What is wrong with a page, wide and narrow, in all themes."""
    page.set_viewport_size(WIDE)
    answer = page.goto(house.clinic.address + one.path)
    assert answer is not None
    kind = f"{answer.status} {answer.url}" if answer.status != 405 else "405"
    if kind in seen:
        return []
    seen.add(kind)
    wrong = [f"{one.name} is {answer.status}"] if answer.status >= 500 else []
    wrong += stands(page, one.name)
    # one at a time, both in a soak
    if SOAK or number % 2:
        wrong += [f"{one.name} wide: {line}" for line in found_by_axe(page)]
    wrong += unseen_focus(page, one.name)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text())
    for theme in ("dark", "dim") if SOAK else ("dark", "", "dim", "")[number % 4].split():
        crawl.theme(page, theme)
        found = page.evaluate(CONTRAST)["violations"]
        wrong += [
            f"{one.name} {theme}: {node['target']} {node['failureSummary']}"
            for line in found
            for node in line["nodes"]
        ]
    crawl.theme(page, "light")
    for size in (ZOOMED, PHONE):
        page.set_viewport_size(size)
        now = crawl.look(page)
        wrong += [f"{one.name} at {size['width']} px is too wide: {what}" for what in now["out"]]
    wrong += [f"{one.name} has a small target: {what}" for what in now["small"]]
    if SOAK or not number % 2:
        wrong += [f"{one.name} phone: {line}" for line in found_by_axe(page)]
    return wrong


def found_by_axe(page: Page) -> list[str]:
    """All that axe-core finds; the style page shows every landmark once a theme, by intent."""
    return [line for line in axe(page) if not ("/style/" in line and "landmark-unique" in line)]


def stands(page: Page, name: str) -> list[str]:
    """What is wrong with what stands on the page."""
    now = crawl.look(page)
    wrong = [f"{name}: {what}" for what in now["violations"]]
    if (now["h1"], now["main"]) != (1, 1):
        wrong.append(f"{name}: {now['h1']} h1, {now['main']} main")
    if now["hacked"] or now["planted"]:
        wrong.append(f"{name}: a canary ran or was planted")
    if crawl.TOKEN in now["title"] and "clinic" not in now["title"]:
        wrong.append(f"{name}: the title says {now['title']}")
    if crawl.TOKEN in page.url.replace("%20", " ") and "/quarantine/group/" not in page.url:
        wrong.append(f"{name}: the address says {page.url}")
    return wrong


def unseen_focus(page: Page, name: str) -> list[str]:
    """Where the keyboard's focus cannot be seen, among the first stops of a page."""
    wrong = []
    for _ in range(scale(test=5, soak=12)):
        page.keyboard.press("Tab")
        away, visible, what, inside = page.evaluate(crawl.FOCUS)
        if not away and not (visible and inside):
            wrong.append(f"{name}: the focus is not seen on {what}")
    return wrong


RAW = {
    # the bytes of a request, and the beginning of the status that may answer it
    b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n": b"405",
    b"GET /nothing HTTP/1.1\r\nHost: evil.example\r\n\r\n": b"400",
    b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\n\r\n": b"413",
    b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded; "
    b"charset=nonsense\r\nContent-Length: 6\r\n\r\nlogin=": b"403",
    b"POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Content-Length: 20000\r\n\r\n" + b"[" * 10_000 + b"]" * 10_000: b"403",
    b"GET /%ff%00/ HTTP/1.1\r\nHost: localhost\r\n\r\n": b"404",
    b"GET /?" + b"a=1&" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n": b"4",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=\xff\xfe; csrftoken=<script>\r\n\r\n": b"302",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n": b"",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03": b"400",
    b"GET / HTTP/9.9\r\n\r\n": b"400",
}


@pytest.mark.parametrize("number", range(len(RAW)))
def test_bytes_that_no_browser_sends(house: House, number: int) -> None:
    sent, expected = list(RAW.items())[number]
    with socket.create_connection(("localhost", urlsplit(house.clinic.address).port), timeout=20) as line:
        line.sendall(sent)
        line.shutdown(socket.SHUT_WR)
        try:
            answer = line.makefile("rb").readline()
        except ConnectionError:
            answer = b""
    words = answer.split(b" ")
    assert not answer or words[1].startswith(expected), answer
    assert not answer or not words[1].startswith(b"5"), answer


def test_nothing_of_a_patient_is_in_the_log(house: House) -> None:
    said = house.log.read_text()
    for token in (crawl.TOKEN, *crawl.BORN, "someone@example.org"):
        assert token not in said
    for line in said.splitlines():
        assert set(json.loads(line)) >= {"at", "level", "from", "words"}
