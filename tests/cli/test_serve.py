"""Which folder may be served as what, and the whole demo as one process tree."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_main import reverie
from tests.cli.test_supervise import is_gone

READY = re.compile(r"^http://localhost:(\d+) .*MLLP port (\d+)")
PORTS = ("--port", "0", "--mllp-port", "0")
END_S = 10.0


def test_a_demo_is_never_served_as_a_live_clinic(tmp_path: Path) -> None:
    (tmp_path / "DEMO").touch()
    status, out, err = reverie("serve", *PORTS, home=tmp_path)
    assert (status, out) == (1, "")
    assert "holds a demo, which never becomes a live clinic" in err


def test_a_live_clinic_never_becomes_a_demo(tmp_path: Path) -> None:
    (tmp_path / "reverie.db").touch()
    status, out, err = reverie("demo", *PORTS, home=tmp_path)
    assert (status, out) == (1, "")
    assert "holds a live clinic, which never becomes a demo" in err
    assert not (tmp_path / "DEMO").exists()


@pytest.mark.parametrize("option", ["--port", "--mllp-port"])
def test_a_taken_port_is_one_sentence_and_nothing_is_begun(tmp_path: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        words = ("--port", "0", "--mllp-port", "0", option, port)
        status, out, err = reverie("serve", *words, home=tmp_path)
    assert (status, out) == (1, "")
    assert (
        err == f"Port {port} is taken by another program: end that, or choose another port with {option}.\n"
    )
    assert not list((tmp_path / "keys").iterdir())


def test_one_folder_is_served_once_at_a_time(tmp_path: Path) -> None:
    with open(tmp_path / "served.lock", "w") as file:
        file.write("4711\n")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        status, _, err = reverie("serve", *PORTS, home=tmp_path)
    assert status == 1
    assert err == f"{tmp_path} is being served already, by process 4711.\n"


def test_where_there_is_no_clinic_nobody_listens(tmp_path: Path) -> None:
    status, out, err = reverie("listen", "--mllp-port", "0", home=tmp_path)
    assert (status, out) == (1, "")
    assert err.startswith(f"{tmp_path} holds no clinic yet: ")


def test_devices_run_by_themselves_in_a_demo_only(tmp_path: Path) -> None:
    status, _, err = reverie("demo-devices", home=tmp_path)
    assert status == 1
    assert "Only a demo" in err


@contextmanager
def demo(home: Path) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """A running demo with the ports of its pages and its listener."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reverie.cli", "demo", *PORTS],
        env=os.environ | {"REVERIE_HOME": os.fspath(home)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        ready = next((found for line in process.stdout if (found := READY.match(line))), None)
        assert ready, "the demo ended before it was ready"
        yield process, int(ready[1]), int(ready[2])
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def children(parent: int) -> dict[int, str]:
    """Process id and command line of every child."""
    listed = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(pid): Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in listed}


def page(port: int) -> str:
    """The first page."""
    with urllib.request.urlopen(f"http://localhost:{port}/", timeout=30) as answer:
        return str(answer.read().decode())


@pytest.mark.crash
def test_the_demo_comes_up_heals_and_ends(tmp_path: Path) -> None:
    home = tmp_path / "demo"
    with demo(home) as (process, port, mllp_port):
        assert "Reverie" in page(port)
        first = children(process.pid)
        assert len(first) == 4
        for word in (" listen ", " web ", " watch "):
            (pid,) = (pid for pid, command in first.items() if word in command)
            os.kill(pid, signal.SIGKILL)
            assert is_gone(pid)
        assert "Reverie" in page(port)
        with socket.create_connection(("localhost", mllp_port), timeout=30) as line:
            line.sendall(b"\x0bMSH|^~\\&|NOBODY|||||x||ORU^R01|77|P|2.6\r\x1c\r")
            assert b"MSA|A" in line.recv(4_096)
        last = children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_S) == 0
        assert all(is_gone(pid) for pid in {**first, **last})
    assert (home / "DEMO").exists()
