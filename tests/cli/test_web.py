"""A real web process with open streams, told to end."""

from __future__ import annotations

import http.client
import signal
import subprocess
import sys

import pytest

from reverie.cli import supervise

PROGRAM = """
import socket, sys
from reverie.cli import web
web.run([socket.socket(fileno=int(sys.argv[1]))], application="tests.cli.streaming:application")
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_open_streams_get_their_last_words_and_the_process_ends_cleanly(number: signal.Signals) -> None:
    (listening, *rest) = supervise.bind("localhost", 0, "--port")
    port = listening.getsockname()[1]
    handle = str(listening.fileno())
    server = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, handle], pass_fds=(listening.fileno(),), stderr=subprocess.PIPE
    )
    for one in (listening, *rest):
        one.close()
    try:
        streams = []
        for _ in range(3):
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            line.request("GET", "/")
            answer = line.getresponse()
            assert answer.readline() == b"open\n"
            streams.append((line, answer))
        server.send_signal(number)
        for line, answer in streams:
            assert answer.read() == b"closing\n"
            line.close()
        _, said = server.communicate(timeout=20)
        assert (server.returncode, said) == (0, b"")
    finally:
        server.kill()
        server.wait()
