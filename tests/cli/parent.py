"""A parent for the supervisor's tests: `parent.py MANNER PATIENCE_S` keeps one such child alive.

Writes the port first, then what the supervisor says, a line each.
"""

from __future__ import annotations

import sys

from reverie.cli import supervise


def say(words: str) -> None:
    """Write a line at once."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def main() -> None:
    """Bind, say the port, keep the children alive."""
    manner, patience_s = sys.argv[1], float(sys.argv[2])
    sockets = supervise.bind("localhost", 0, "--port")
    command = (sys.executable, "-m", "tests.cli.child", manner, *supervise.handed(sockets))

    async def started() -> None:
        say(f"port {sockets[0].getsockname()[1]}")

    supervise.keep_alive(
        [supervise.Child("child", command, sockets)], say=say, when_started=started, patience_s=patience_s
    )
    say("ended")


if __name__ == "__main__":
    main()
