"""A clinic in a process of its own and a real Chromium before it: what every journey starts with.

The server has its own home, keys and file database; the test talks to it through the browser only, or
through `manage(...)`. A console error or a refused request of a page fails the test at its end.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(
    (path for name in (os.environ.get("REVERIE_CHROMIUM", ""), "chromium") if (path := shutil.which(name))),
    None,
)
NO_LOOKUPS = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"
READY_S = 30.0
# how long a busy machine may take to show what it will show
expect.set_options(timeout=15_000)


@dataclass
class Clinic:
    """A running clinic: its address, its home and a way to run its commands."""

    address: str
    home: Path
    process: subprocess.Popen[bytes] = field(repr=False)

    def python(self, code: str) -> str:
        """Run Python with Django set up on the clinic's home; returns what it printed."""
        script = f"import django; django.setup()\n{code}"
        return run([sys.executable, "-c", script], self.home)


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of the clinic's processes."""
    names = {
        "REVERIE_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "reverie.clinic.site.settings",
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **names, **more}


def run(command: list[str], home: Path) -> str:
    """Run a command to its end; returns its output."""
    done = subprocess.run(
        command, env=environment(home), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def start(
    home: Path, *, demo: bool = False, prepare: str = "", log: IO[bytes] | None = None, **more: str
) -> Clinic:
    """A clinic on a free port: keys, tables, `prepare` (Python), then the web process."""
    if demo:
        home.mkdir(parents=True, exist_ok=True)
        (home / "DEMO").touch()
    run(
        [
            sys.executable,
            "-c",
            "from reverie.clinic.kernel import keys; keys.create_all()\n"
            "import django; django.setup()\n"
            "from django.core.management import call_command\n"
            f"call_command('migrate', verbosity=0)\n{prepare}",
        ],
        home,
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.set_inheritable(True)
        port, number = listening.getsockname()[1], listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "reverie.cli", "web", "--fd", str(number)],
            env=environment(home, **more),
            cwd=ROOT,
            pass_fds=[number],
            stderr=log,
        )
    clinic = Clinic(f"http://localhost:{port}", home, process)
    deadline = time.monotonic() + READY_S
    while not _answers(clinic.address):
        assert process.poll() is None, "the web process ended"
        assert time.monotonic() < deadline, "the web process does not answer"
        time.sleep(0.05)
    return clinic


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/account/login/", timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def stop(clinic: Clinic) -> None:
    """End the web process."""
    clinic.process.terminate()
    try:
        clinic.process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        clinic.process.kill()
        clinic.process.wait(timeout=5)


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder for a clinic's data."""
    place = Path(tempfile.mkdtemp(prefix="reverie-e2e-"))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def start_clinic(home: Path) -> Iterator[Callable[..., Clinic]]:
    """Start a clinic by `start_clinic(demo=…, prepare="…")`; it ends with the test."""
    running: list[Clinic] = []

    def begin(**options: Any) -> Clinic:
        running.append(start(home, **options))
        return running[-1]

    yield begin
    for clinic in running:
        stop(clinic)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    assert CHROMIUM, "Chromium is missing: apt-get install chromium"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=[NO_LOOKUPS])
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that has never been here."""
    made = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which nothing may go wrong: console errors and script errors fail the test."""
    opened = context.new_page()
    wrong: list[str] = []
    watch(opened, wrong)
    yield opened
    assert wrong == []


def watch(page: Page, wrong: list[str]) -> None:
    """Collect what goes wrong on a page. A refused form (4xx, said in words) is no fault of the page."""

    def said(message: ConsoleMessage) -> None:
        expected = "the server responded with a status of 4" in message.text
        if message.type == "error" and not expected:
            wrong.append(f"{page.url}: {message.text}")

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))


def axe(page: Page) -> list[str]:
    """What axe-core finds wrong on the page now: rule and element, serious or not."""
    if not page.evaluate("typeof axe === 'object'"):
        # by evaluation, which the page's content security policy does not bind
        page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{page.url}: {violation['id']} {node['target']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
