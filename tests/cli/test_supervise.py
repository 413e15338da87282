"""Real processes, real sockets, real `kill -9`."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from reverie.cli import supervise

GIVE_UP_S = 20.0


class Tree:
    """A running parent and how to talk to its child."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        """Read the port that the parent names first."""
        self.process = process
        self.port = int(self.line("port").split()[1])

    def line(self, beginning: str) -> str:
        """The next line that begins so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(beginning):
                return line.rstrip("\n")
        raise AssertionError(f"the parent ended without saying {beginning!r}")

    def child(self, host: str = "127.0.0.1") -> int:
        """The process id of the child that answers now, waiting for one."""
        with socket.create_connection((host, self.port), timeout=GIVE_UP_S) as line:
            return int(line.recv(64) or b"0") or self.child(host)

    def ends(self) -> int:
        """The parent's exit status."""
        return self.process.wait(GIVE_UP_S)


@contextmanager
def tree(manner: str = "answer", patience_s: float = 5.0) -> Iterator[Tree]:
    """A parent with one child of the given manner; nothing is left behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.parent", manner, str(patience_s)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield Tree(process)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def is_gone(pid: int) -> bool:
    """Whether the process, with all its threads, ends in time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], GIVE_UP_S)[0])
    finally:
        os.close(handle)


def test_a_killed_child_is_back_and_no_connection_is_refused() -> None:
    with tree() as running:
        seen = set()
        for _ in range(5):
            child = running.child()
            seen.add(child)
            os.kill(child, signal.SIGKILL)
            while running.child() == child:
                pass
        assert len(seen) == 5
        assert running.line("The child ended") == ("The child ended (killed by SIGKILL). Starting it again.")


def test_it_listens_on_both_families_of_localhost() -> None:
    with tree() as running:
        if socket.has_ipv6:
            with suppress(OSError):  # a machine without IPv6
                assert running.child("::1") == running.child()
        assert running.child("127.0.0.1")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_parent_ends_everything(number: signal.Signals) -> None:
    with tree() as running:
        child = running.child()
        running.process.send_signal(number)
        assert (running.ends(), running.line("ended")) == (0, "ended")
        assert is_gone(child)


def test_ctrl_c_reaches_the_whole_group_and_ends_it_once() -> None:
    with tree() as running:
        child = running.child()
        os.killpg(running.process.pid, signal.SIGINT)
        assert running.ends() == 0
        assert is_gone(child)


def test_a_stubborn_child_is_stopped_after_its_patience() -> None:
    with tree("stubborn", patience_s=0.2) as running:
        child = running.child()
        running.process.terminate()
        assert running.ends() == 0
        assert is_gone(child)


def test_a_second_ctrl_c_does_not_wait() -> None:
    with tree("stubborn", patience_s=10 * GIVE_UP_S) as running:
        child = running.child()
        running.process.send_signal(signal.SIGINT)
        running.process.send_signal(signal.SIGTERM)
        assert running.ends() == 0
        assert is_gone(child)


def test_children_end_when_the_parent_is_killed() -> None:
    with tree() as running:
        child = running.child()
        running.process.kill()
        running.process.wait()
        assert is_gone(child)
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", running.port), timeout=GIVE_UP_S).close()


def test_a_child_that_keeps_failing_is_given_time_and_it_is_said() -> None:
    with tree("fail") as running:
        assert running.line("The child ended") == "The child ended (exit status 3). Starting it again."
        assert running.line("The child ended 3 times").startswith(
            "The child ended 3 times within 5 s of its start (exit status 3). Trying again in 1 s;"
        )
        running.process.terminate()
        assert running.ends() == 0


def test_a_taken_port_is_said_with_the_option_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(supervise.PortTaken, match=f"Port {port} is taken .* with --mllp-port"):
            supervise.bind("localhost", port, "--mllp-port")


def test_half_a_port_is_not_kept() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    try:
        taken = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine does not use IPv6")
    with taken:
        port = taken.getsockname()[1]
        with pytest.raises(supervise.PortTaken):
            supervise.bind("localhost", port, "--port")
        with socket.create_server(("127.0.0.1", port)):
            pass


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(supervise.PortTaken, match="cannot be opened"):
        supervise.bind("192.0.2.1", 0, "--mllp-port")
