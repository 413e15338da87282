"""The processes of a served clinic judged from outside: killed, ended, started again.

Nothing here imports Reverie.
"""

from __future__ import annotations

import os
import re
import signal
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from tests.conformance.operating.bedside import linked
from tests.conformance.operating.demo import Running, command_line, free_ports, reverie, served
from tests.conformance.operating.line import Line, until, vitals
from tests.scale import scale
from tests.soak import figure

DEVICES = ("CRASH-1", "CRASH-2", "CRASH-3")


class Sender(threading.Thread):
    """A monitor that sends on, and sends again, byte for byte, whatever was not answered."""

    def __init__(self, device: str, port: int, ending: threading.Event) -> None:
        super().__init__(daemon=True)
        self.device, self.port, self.ending = device, port, ending
        self.acknowledged: list[str] = []
        self.wrong: list[object] = []
        self.answered_at_s = 0.0

    def run(self) -> None:
        """Until told to end, and until the last message is answered."""
        message = b""
        while not self.ending.is_set() or message:
            try:
                with Line(self.port, 5.0) as line:
                    while not self.ending.is_set() or message:
                        control_id = f"{self.device}-{len(self.acknowledged)}"
                        message = message or vitals(self.device, control_id)
                        answer = line.ask(message)
                        if answer[:2] != ("AA", control_id):
                            self.wrong.append(answer)
                        self.acknowledged.append(control_id)
                        self.answered_at_s = time.monotonic()
                        message = b""
            except (OSError, EOFError):
                continue


@pytest.fixture(scope="module")
def chair(demo: Running) -> str:
    """A chair with a live session, at which the devices of these tests stand."""
    found = next(
        str(one["chair"]) for one in demo.sessions() if one["live"] and one["chair"] not in ("1", "2")
    )
    for device in DEVICES:
        linked(demo, device, found)
    return found


@pytest.mark.crash
def test_a_listener_killed_under_load_loses_and_doubles_nothing(demo: Running, chair: str) -> None:
    ending = threading.Event()
    senders = [Sender(device, demo.mllp_port, ending) for device in DEVICES]
    for sender in senders:
        sender.start()
    away_s = []
    for _ in range(scale(test=4, soak=100)):
        before = sum(len(one.acknowledged) for one in senders)
        until(lambda: sum(len(one.acknowledged) for one in senders) > before + 50, words="load")  # noqa: B023
        (listener,) = demo.children("listen")
        os.kill(listener, signal.SIGKILL)
        killed_s = time.monotonic()
        until(lambda: max(one.answered_at_s for one in senders) > killed_s + 0.05, words="service")  # noqa: B023
        until(lambda: listener not in demo.children("listen"), words="a new listener")  # noqa: B023
        until(lambda: demo.children("listen"), words="a new listener")
        away_s.append(min(one.answered_at_s for one in senders if one.answered_at_s > killed_s) - killed_s)
    ending.set()
    for sender in senders:
        sender.join(30)
        assert not sender.is_alive()
    assert not [one for sender in senders for one in sender.wrong]
    acknowledged = [one for sender in senders for one in sender.acknowledged]
    bodies = [one["body"] for one in demo.exported(demo.live(chair)) if one["kind"] == "readings"]
    recorded = [one["control_id"] for one in bodies if one["device"] in DEVICES]
    recorded = [one for one in recorded if one != "is-linked"]
    assert len(recorded) == len(set(recorded))
    assert set(recorded) == set(acknowledged)
    assert reverie(demo.home, "ledger", "verify").status == 0
    figure("demo, kill -9 of the listener: serving again", f"at worst {max(away_s):.2f} s")


@pytest.mark.crash
def test_a_killed_web_process_is_back_and_the_record_whole(demo: Running) -> None:
    (web,) = demo.children("web")
    os.kill(web, signal.SIGKILL)
    until(lambda: not command_line(web), words="the end of the web process")
    with urllib.request.urlopen(f"http://localhost:{demo.port}/", timeout=60) as answer:
        assert b"Reverie" in answer.read()
    assert demo.children("web") != [web]
    assert reverie(demo.home, "ledger", "verify").status == 0


def test_what_must_not_be_served_is_said_and_left_alone(demo: Running, tmp_path: Path) -> None:
    port, mllp_port = free_ports()
    ports = ("--port", str(port), "--mllp-port", str(mllp_port))
    again = reverie(None, "demo", "--home", demo.home, *ports)
    assert again.status != 0
    assert "already" in again.err
    live = reverie(demo.home, "serve", *ports)
    assert live.status != 0
    assert "demo" in live.err
    for option, taken in (("--port", demo.port), ("--mllp-port", demo.mllp_port)):
        done = reverie(tmp_path / "new", "demo", *ports, option, str(taken))
        assert done.status != 0
        assert str(taken) in done.err
    alone = reverie(demo.home, "listen", "--mllp-port", str(demo.mllp_port))
    assert alone.status != 0
    assert str(demo.mllp_port) in alone.err


def test_a_live_clinic_opens_by_a_link_that_is_printed_once(tmp_path: Path) -> None:
    home = tmp_path / "clinic"
    home.mkdir(mode=0o755)
    with served("serve", home, until="/start/") as clinic:
        assert "password" not in clinic.printed().lower()
        (link,) = re.findall(r"http://localhost:\d+/start/\S+", clinic.printed())
        with urllib.request.urlopen(link, timeout=60) as answer:
            assert answer.status == 200
        assert clinic.sessions() == []
        with Line(clinic.mllp_port) as line:
            assert line.ask(vitals("NOBODY", "n-1"))[:2] == ("AR", "n-1")
        assert [one["control_id"] for one in clinic.quarantined()] == ["n-1"]
        refused = reverie(None, "demo", "--home", home)
        assert refused.status != 0
        assert "demo" in refused.err
        assert clinic.ends("ctrl-c") == []
    assert home.stat().st_mode & 0o077 == 0
    with served("serve", home) as clinic:
        assert [one["control_id"] for one in clinic.quarantined()] == ["n-1"]
        assert clinic.ends("sigterm") == []
