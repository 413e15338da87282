"""A clinic run as its operator runs it: the command, its processes, and what the other commands say of it."""

from __future__ import annotations

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

REVERIE = str(Path(sys.executable).with_name("reverie"))
START_S, END_S, PATIENCE_S = 90.0, 10.0, 60.0


class Done(NamedTuple):
    """A command that has ended."""

    status: int
    out: str
    err: str


def reverie(home: Path | None, *words: str | Path) -> Done:
    """Run a command to its end; without `home` no data folder is there to be found."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("REVERIE")}
    environment["REVERIE_HOME"] = os.fspath(home) if home else "/nonexistent/reverie"
    ended = subprocess.run(
        [REVERIE, *(os.fspath(word) for word in words)],
        env=environment,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    err = ended.stderr.decode()
    assert "Traceback" not in err, err
    return Done(ended.returncode, ended.stdout.decode(), err)


def free_ports() -> tuple[int, int]:
    """Two ports that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        return one.getsockname()[1], other.getsockname()[1]


@dataclass
class Running:
    """A clinic that is being served, in a terminal of its own."""

    home: Path
    port: int
    mllp_port: int
    process: subprocess.Popen[bytes]
    terminal: int
    said: list[str] = field(default_factory=list)
    seats: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str | Path) -> str:
        """What a command prints that must not fail."""
        done = reverie(self.home, *words)
        assert done.status == 0, (words, done)
        return done.out

    def sessions(self) -> list[dict[str, Any]]:
        """`session list --json`."""
        found: list[dict[str, Any]] = json.loads(self.run("session", "list", "--json"))
        return found

    def live(self, chair: str) -> str:
        """The id of the session that is recorded at a chair."""
        if not self.seats:
            self.seats |= {str(one["chair"]): str(one["id"]) for one in self.sessions() if one["live"]}
        return self.seats[chair]

    def exported(self, session: str) -> list[dict[str, Any]]:
        """The lines of an export."""
        text = self.run("session", "export", session, "--format", "jsonl")
        assert text.endswith("\n")
        return [json.loads(line) for line in text[:-1].split("\n")]

    def quarantined(self) -> list[dict[str, Any]]:
        """`quarantine list --json`."""
        found: list[dict[str, Any]] = json.loads(self.run("quarantine", "list", "--json"))
        return found

    def printed(self) -> str:
        """All that it has printed so far."""
        return "".join(self.said)

    def children(self, word: str = "") -> list[int]:
        """Its processes with this word in their command line."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in listed if word in command_line(int(pid)).split()]

    def ends(self, how: str) -> list[int]:
        """End it by `ctrl-c` in its terminal or by `sigterm`; the processes that are left after that."""
        every = [self.process.pid, *self.children()]
        if how == "ctrl-c":
            os.write(self.terminal, b"\x03")
        else:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(END_S)
        return [pid for pid in every if command_line(pid)]


def command_line(pid: int) -> str:
    """The words of a process; none when it has ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


@contextmanager
def served(verb: str, home: Path, until: str = "http://localhost:") -> Iterator[Running]:
    """Serve `home` in a terminal until the block ends; gives it once it has printed `until`."""
    port, mllp_port = free_ports()
    command = [REVERIE, verb, "--home", str(home), "--port", str(port), "--mllp-port", str(mllp_port)]
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", _IN_TERMINAL, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    running = Running(home, port, mllp_port, process, ours)
    reader = threading.Thread(target=_read, args=(ours, running.said), daemon=True)
    reader.start()
    try:
        deadline_s = time.monotonic() + START_S
        while until not in running.printed() or not running.printed().endswith("\n"):
            assert process.poll() is None, running.printed()
            assert time.monotonic() < deadline_s, running.printed()
            reader.join(0.05)
        yield running
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(END_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(END_S)
        os.close(ours)


# the command becomes this process, with the terminal as its own, so that Ctrl-C reaches it
_IN_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""


def _read(terminal: int, into: list[str]) -> None:
    with suppress(OSError):  # the terminal has closed
        while more := os.read(terminal, 65_536):
            into.append(more.decode(errors="replace"))
