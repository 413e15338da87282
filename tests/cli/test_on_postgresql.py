"""A whole demo on a PostgreSQL server: what each command says there, and two web processes at once."""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import postgresql
from tests.cli.test_main import reverie
from tests.cli.test_serve import END_S, demo
from tests.clinic.devices import bedside
from tests.scale import scale

pytestmark = [
    pytest.mark.crash,
    pytest.mark.skipif(not postgresql.chosen(), reason=f"needs {postgresql.CHOICE}=postgresql"),
]


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> str:
    """A new database, named to every process that the test starts."""
    server = postgresql.of_run()
    assert server is not None
    url = server.new_database()
    monkeypatch.setenv("DATABASE_URL", url)
    return url


class Browser:
    """Somebody at one of the web processes; what is remembered is shared between the browsers of a person."""

    def __init__(self, port: int, jar: http.cookiejar.CookieJar) -> None:
        self._base, self._jar = f"http://localhost:{port}", jar
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def get(self, path: str) -> str:
        """A page."""
        with self._opener.open(self._base + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        """The page that comes after a form was sent."""
        token = next(cookie.value for cookie in self._jar if cookie.name == "csrftoken")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **fields}).encode()
        request = urllib.request.Request(self._base + path, data, headers={"Referer": self._base + path})
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())


@contextmanager
def second_web_process(home: Path) -> Iterator[int]:
    """Another web process on the same clinic; its port."""
    with bedside.listening_socket() as own:
        process = subprocess.Popen(
            [sys.executable, "-m", "reverie.cli", "web", "--fd", str(own.fileno())],
            env=os.environ | {"REVERIE_HOME": os.fspath(home)},
            pass_fds=(own.fileno(),),
        )
        try:
            yield own.getsockname()[1]
        finally:
            process.terminate()
            assert process.wait(END_S) == 0


def test_the_demo_on_a_server(tmp_path: Path, database: str) -> None:
    home = tmp_path / "demo"
    notes = scale(test=8, soak=60)
    with demo(home) as (process, port, mllp_port), second_web_process(home) as other_port:
        assert not (home / "reverie.db").exists()
        jar = http.cookiejar.CookieJar()
        here, there = Browser(port, jar), Browser(other_port, jar)
        member = re.search(r'name="user" value="([^"]+)"', here.get("/account/login/"))
        assert member is not None
        here.post("/account/login/demo/", user=member[1], next="/")

        listed = json.loads(reverie("session", "list", "--json", home=home)[1])
        session = next(one["id"] for one in listed if one["live"] and one["state"] == "infusing")
        # signed in at one process is signed in at the other
        assert f"/sessions/{session}/" in there.get("/chairs/")
        wrong: list[Exception] = []

        def note(browser: Browser) -> None:
            try:
                for number in range(notes):
                    # everybody says the same with the same key: it is recorded once
                    browser.post(f"/sessions/{session}/note", text=f"Note {number}.", key=f"note {number}")
            except Exception as error:
                wrong.append(error)

        people = [threading.Thread(target=note, args=(one,)) for one in (here, there, here, there)]
        with bedside.Device(mllp_port) as stranger:
            for one in people:
                one.start()
            assert stranger.ask(bedside.message("NOBODY", "n1"))[:2] == ("AR", "n1")
            for one in people:
                one.join(120)
        assert wrong == []
        exported = reverie("session", "export", session, "--format", "jsonl", home=home)[1]
        kept = tmp_path / "session.jsonl"
        kept.write_text(exported)
        assert [exported.count(f'Note {number}."') for number in range(notes)] == [1] * notes
        assert reverie("session", "verify", os.fspath(kept), home=home)[0] == 0
        assert json.loads(reverie("quarantine", "list", "--json", home=home)[1])[0]["device"] == "NOBODY"

        status, out, err = reverie("ledger", "verify", home=home)
        assert (status, err) == (0, ""), out + err
        assert "Nothing was changed" in out
        status, _, err = reverie("backup", os.fspath(tmp_path / "b"), home=home)
        assert status == 1
        assert "pg_dump" in err
        found = {one["check"]: one for one in json.loads(reverie("doctor", "--json", home=home)[1])}
        assert {name for name, one in found.items() if not one["good"]} <= {"durability"}
        assert "PostgreSQL" in found["database"]["words"]

        # another folder never writes into this clinic
        for word in ("demo", "serve"):
            status, _, err = reverie(word, "--port", "0", "--mllp-port", "0", home=tmp_path / f"other-{word}")
            assert status == 1
            assert "does not belong" in err
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_S) == 0
    assert reverie("serve", home=home)[0] == 1


def test_an_address_that_leads_nowhere_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, words in (
        ("mysql://u:secret@h/d", "Reverie takes PostgreSQL"),
        ("postgresql://u:secret@127.0.0.1:1/d", "cannot be used"),
    ):
        monkeypatch.setenv("DATABASE_URL", url)
        status, _, err = reverie("session", "list", home=tmp_path)
        assert status == 1
        assert words in err
        assert "secret" not in err
        assert "Traceback" not in err
