"""Each examination of the doctor against a planted fault, on a real clinic's folder."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reverie.clinic.kernel import backup, copies, examine, home, keys, pulse
from reverie.clinic.kernel.examine import Finding
from tests import folders

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> home.Home:
    """A clinic of its own, in force."""
    place = folders.a_clinic(tmp_path / "clinic")
    monkeypatch.setenv("REVERIE_HOME", str(place.root))
    return place


def findings() -> dict[str, Finding]:
    """What the examinations say, by name."""
    return {finding.check: finding for finding in examine.examine()}


@pytest.fixture
def living(clinic: home.Home) -> Iterator[socket.socket]:
    """The clinic's processes seem to run: fresh pulses, and a socket that listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        pulse.Heart("web", 8000).beat()
        pulse.Heart("listener", listening.getsockname()[1]).beat()
        yield listening


@pytest.mark.sqlite("it looks into the file")
def test_what_is_not_done_yet_is_said_with_what_to_do(clinic: home.Home) -> None:
    found = findings()
    assert "reverie backup FILE" in found["recovery key"].words
    assert "reverie backup FILE" in found["backup"].words
    for process in ("web", "listener"):
        assert found[process] == Finding(process, False, "Not running. Start the clinic: reverie serve")
    backup.make(clinic.root / "b")
    found = findings()
    assert "still lies on this computer" in found["recovery key"].words
    assert found["backup"].good
    clinic.demo_mark.touch()
    found = findings()
    assert found["backup"].words == "a demo needs none"
    assert found["web"].words == "Not running. Start the demo: reverie demo"


def test_keys_missing_damaged_or_open(clinic: home.Home) -> None:
    assert findings()["keys"].good
    key = clinic.keys / "anchor"
    key.chmod(0o644)
    assert "chmod 600" in findings()["keys"].words
    key.chmod(0o600)
    clinic.root.chmod(0o755)
    assert "chmod 700" in findings()["keys"].words
    clinic.root.chmod(0o700)
    keys.write("anchor", "rubbish")
    assert "damaged" in findings()["keys"].words
    key.unlink()
    keys._read.cache_clear()
    assert not findings()["keys"].good
    assert not findings()["anchors"].good


@pytest.mark.sqlite("it looks into the file")
def test_a_damaged_page(clinic: home.Home) -> None:
    with clinic.database.open("r+b") as file:
        file.seek(clinic.database.stat().st_size // 2)
        file.write(b"x" * 5_000)
    found = findings()
    assert not found["integrity" if "integrity" in found else "database"].good


@pytest.mark.sqlite("it looks into the file")
def test_a_locked_database(clinic: home.Home) -> None:
    with copies.opened(clinic.database, keys.read("database")) as connection:
        connection.execute("BEGIN IMMEDIATE")
        found = findings()
        assert "Another program holds the database" in found["writing"].words
        assert found["integrity"].good
        connection.execute("ROLLBACK")
    assert findings()["writing"].good


@pytest.mark.sqlite("it looks into the file")
def test_a_broken_chain_and_lost_anchors(clinic: home.Home) -> None:
    with copies.opened(clinic.database, keys.read("database")) as connection:
        connection.execute("UPDATE kernel_head SET seq = 5 WHERE stream = 'session:1'")
    assert "session:1" in findings()["chain"].words
    clinic.anchors.write_text(clinic.anchors.read_text().replace("2026", "2027", 1).replace("3", "4", 1))
    assert "was edited" in findings()["anchors"].words
    clinic.anchors.unlink()
    assert "is gone" in findings()["anchors"].words


def test_a_silent_process_a_dead_port_and_a_moved_clock(clinic: home.Home, living: socket.socket) -> None:
    assert findings()["listener"].good
    living.close()
    assert "does not answer" in findings()["listener"].words
    path = clinic.pulses / "web.json"
    told = json.loads(path.read_text())
    past = {"monotonic": told["monotonic"] - 60, "wall_ms": told["wall_ms"] - 60_000}
    path.write_text(json.dumps({**told, **past}))
    assert "Silent since" in findings()["web"].words
    path.write_text(json.dumps({**told, "boot": "another"}))
    assert "Silent since the machine was started" in findings()["web"].words
    path.write_text(json.dumps({**told, "wall_ms": told["wall_ms"] - 3_600_000}))
    assert "was moved by +3,6" in findings()["clock"].words
    path.write_text("rubbish")
    assert findings()["web"].words.startswith("Not running")
