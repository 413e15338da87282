"""`reverie doctor` on clinics with planted faults: each is found, and the doctor never falls over."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reverie.clinic.kernel import clock, home, pulse
from tests import folders


@pytest.fixture
def clinic(tmp_path: Path) -> home.Home:
    """A clinic of its own."""
    return folders.a_clinic(tmp_path / "clinic")


def findings(place: Path) -> dict[str, Any]:
    """What the doctor says, by examination."""
    ended = folders.reverie(place, "doctor", "--json")
    assert "Traceback" not in ended.stderr, ended.stderr
    found = json.loads(ended.stdout)
    assert ended.returncode == (0 if all(each["good"] for each in found) else 1)
    return {each["check"]: each for each in found}


@pytest.fixture
def living(clinic: home.Home, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """The clinic's processes seem to run: fresh pulses, and a socket that listens."""
    monkeypatch.setenv("REVERIE_HOME", str(clinic.root))
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        pulse.Heart("web", 8000).beat()
        pulse.Heart("listener", listening.getsockname()[1]).beat()
        # as if it looked until the doctor has come, however long that takes
        pulse.Heart("watch").beat({"looked_s": clock.monotonic() + 60, "sessions": 3})
        yield listening


def test_all_is_well(clinic: home.Home, living: socket.socket, tmp_path: Path) -> None:
    made = folders.reverie(
        clinic.root, "backup", str(tmp_path / "b"), "--recovery-file", str(tmp_path / "key")
    )
    assert made.returncode == 0, made.stderr
    os.utime(clinic.anchors)
    found = findings(clinic.root)
    assert [each for each in found.values() if not each["good"]] == []
    assert set(found) == {
        "database", "durability", "integrity", "writing", "disk", "temporary disk", "clock", "keys",
        "recovery key", "backup", "web", "listener", "chain", "anchors", "alarm watch", "migrations",
        "quarantine",
    }  # fmt: skip
    ended = folders.reverie(clinic.root, "doctor")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1] == "All is well."


def test_a_missing_or_unreadable_database(clinic: home.Home, tmp_path: Path) -> None:
    assert "is not there" in findings(tmp_path / "nowhere")["database"]["words"]
    moved = clinic.root / "moved"
    clinic.database.rename(moved)
    gone = findings(clinic.root)
    assert "restore a backup" in gone["database"]["words"]
    assert not gone["migrations"]["good"]
    assert not clinic.database.exists()
    moved.rename(clinic.database)
    (clinic.keys / "database").write_text("ab" * 32)
    assert "cannot be opened with this clinic's key" in findings(clinic.root)["database"]["words"]


def test_tables_that_were_never_made(tmp_path: Path) -> None:
    old = folders.a_clinic(tmp_path / "old", "kernel")
    found = findings(old.root)
    assert "pending" in found["migrations"]["words"]
    assert not found["quarantine"]["good"]
