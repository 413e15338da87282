"""A demo whose disk takes no more: every page says so, nothing is lost, and it goes on by itself."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import folders

READY_S = 90.0
SAID_S = 12.0


def until(fact: Callable[[], object], within_s: float) -> float:
    """Seconds until `fact` is true. Fails when it takes longer."""
    begun = time.monotonic()
    while not fact():
        assert time.monotonic() - begun < within_s, "it did not happen in time"
        time.sleep(0.1)
    return time.monotonic() - begun


def limit(pid: int, most_bytes: int) -> None:
    """Let no file of a process grow beyond this, as a full disk does."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))


@pytest.mark.crash
@pytest.mark.sqlite("the processes that are limited are those that write the file")
def test_a_full_disk_is_said_on_every_page_and_passes(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    command = [
        sys.executable,
        "-m",
        "reverie.cli",
        "demo",
        "--home",
        str(place),
        "--port",
        "0",
        "--mllp-port",
        "0",
    ]
    log = tmp_path / "log"
    with log.open("wb") as out:
        demo = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        until(lambda: "(ready in" in log.read_text(), READY_S)
        found = re.search(r"http://localhost:(\d+)", log.read_text())
        assert found is not None
        address = f"http://127.0.0.1:{found.group(1)}/account/login/"

        def page() -> str:
            request = urllib.request.Request(address, headers={"Host": f"localhost:{found.group(1)}"})
            with urllib.request.urlopen(request, timeout=10) as answer:
                return str(answer.read().decode())

        def entries() -> int:
            verified = folders.reverie(place, "ledger", "verify")
            assert verified.returncode == 0, verified.stdout + verified.stderr
            return int(re.search(r"([\d,]+) entries", verified.stdout).group(1).replace(",", ""))  # type: ignore[union-attr]

        assert "The disk" not in page()
        pids = [
            json.loads((place / "pulses" / f"{name}.json").read_text())["pid"] for name in ("web", "listener")
        ]
        for pid in pids:
            limit(pid, 8_192)
        until(lambda: "The disk" in page(), SAID_S)
        kept = entries()
        assert entries() == kept, "nothing is recorded while the disk is full"
        for pid in pids:
            limit(pid, resource.RLIM_INFINITY)
        until(lambda: "The disk" not in page(), SAID_S)
        until(lambda: entries() > kept, SAID_S)
        assert [os.kill(pid, 0) for pid in pids] == [None, None], "no process died of it"
    finally:
        demo.terminate()
        demo.wait(timeout=15)
