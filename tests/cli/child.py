"""A child for the supervisor's tests: answers each connection with its process id, or dies in a given way.

`child.py answer --fd N …`, `child.py stubborn --fd N …` (does not end on SIGTERM), `child.py fail`,
`child.py stay` (no sockets).
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading

from reverie.cli import lifeline


def serve(one: socket.socket) -> None:
    """Answer connections for ever."""
    one.setblocking(True)
    while True:
        connection, _ = one.accept()
        with connection:
            connection.sendall(str(os.getpid()).encode())


def main() -> None:
    """Do what the first word says."""
    lifeline.hold()
    manner = sys.argv[1]
    if manner == "fail":
        sys.exit(3)
    if manner == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    handles = [int(word) for word in sys.argv[2:] if word != "--fd"]
    for handle in handles:
        threading.Thread(target=serve, args=(socket.socket(fileno=handle),), daemon=True).start()
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
