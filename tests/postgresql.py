"""A PostgreSQL server of our own for a test run: on a free port of this machine, in a temporary folder.

It never runs as root, asks for a password, and ends with the run, however that ends. Nothing of it is kept.
`python -m tests.postgresql` ends with status 0 where there are programs to start one.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

USER = "reverie"
# with signs that an address must carry encoded
PASSWORD = "p@ss/w:rd#1"
STARTS_WITHIN_S = 30.0
CHOICE = "REVERIE_TEST_DATABASE"
SMALL = ("max_wal_size=256MB", "min_wal_size=32MB", "shared_buffers=64MB", "max_connections=100")
# a test of ours that fails is not made right by a disk
UNSYNCED = ("fsync=off", "full_page_writes=off")


class NoServer(Exception):
    """There are no server programs here, or they do not start. The message says what to do."""


def chosen() -> bool:
    """Whether this run is to use PostgreSQL. Raises ValueError for a database that tests do not know."""
    name = os.environ.get(CHOICE) or "sqlcipher"
    if name not in ("sqlcipher", "postgresql"):
        raise ValueError(f"{CHOICE}={name}: the tests know sqlcipher and postgresql")
    return name == "postgresql"


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`; the newest where there are several."""
    named = shutil.which("initdb")
    found = [Path(named).resolve().parent] if named else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))[::-1]
    return next((one for one in found if (one / "initdb").exists() and (one / "postgres").exists()), None)


class Server:
    """A running server."""

    def __init__(self, keeper: subprocess.Popen[bytes], folder: Path, port: int) -> None:
        """`keeper` ends it when its standard input closes."""
        self._keeper, self._folder, self._port = keeper, folder, port
        self._made = 0

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases, as DATABASE_URL."""
        return f"postgresql://{USER}:{quote(PASSWORD, safe='')}@127.0.0.1:{self._port}/{database}"

    def new_database(self) -> str:
        """The address of a new, empty database."""
        import psycopg

        self._made += 1
        name = f"clinic_{os.getpid()}_{self._made}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)

    def wait_for_answer(self) -> None:
        """Return when it takes connections. Raises NoServer."""
        import psycopg

        until = time.monotonic() + STARTS_WITHIN_S
        while True:
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                if self._keeper.poll() is not None or time.monotonic() > until:
                    log = (self._folder / "log").read_text()
                    raise NoServer(f"PostgreSQL did not start: {error}\n{log}") from error
                time.sleep(0.05)

    def stop(self) -> None:
        """End it, with every connection, and remove its folder."""
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait(30)


@lru_cache
def of_run() -> Server | None:
    """The server of this test run, started when it is first asked for; None on SQLCipher."""
    return start(*UNSYNCED) if chosen() else None


def start(*settings: str) -> Server:
    """A server with these settings, each as in its configuration (`fsync=off`). Raises NoServer."""
    binaries = programs()
    if binaries is None:
        raise NoServer(
            "The programs of a PostgreSQL server (initdb, postgres) are not here. "
            "On Debian: apt-get install -y postgresql"
        )
    who = _user()
    # not below TMPDIR, which the server's user may not be able to pass
    folder = Path(tempfile.mkdtemp(prefix="reverie-postgresql-", dir=_roomy()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        if who:
            os.chown(folder, who["user"], who["group"])
        _make(binaries, folder, who)
        given = (
            f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *SMALL, *settings,
        )  # fmt: skip
        words = [str(binaries / "postgres"), "-D", str(folder / "data")]
        words += [word for one in given for word in ("-c", one)]
        keeper = subprocess.Popen(
            [sys.executable, __file__, "--keep", str(folder), json.dumps(words), json.dumps(who)],
            stdin=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    server = Server(keeper, folder, port)
    try:
        server.wait_for_answer()
    except BaseException:
        server.stop()
        raise
    return server


@contextmanager
def running(*settings: str) -> Iterator[Server]:
    """A server inside the `with` block."""
    server = start(*settings)
    try:
        yield server
    finally:
        server.stop()


def _user() -> dict[str, Any]:
    """Who runs the server, as `subprocess` takes it: root may not, so another one does."""
    if os.getuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoServer("PostgreSQL does not run as root, and there is no user postgres or nobody here.")


def _roomy() -> Path:
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and shutil.disk_usage(memory).free > 2**30 else Path("/tmp")


def _make(binaries: Path, folder: Path, who: dict[str, Any]) -> None:
    password = folder / "password"
    password.write_text(PASSWORD + "\n")
    if who:
        os.chown(password, who["user"], who["group"])
    made = subprocess.run(
        [binaries / "initdb", "-D", folder / "data", "-U", USER, "-A", "scram-sha-256",
         "--pwfile", password, "-E", "UTF8", "--locale=C", "--no-sync"],
        cwd=folder, capture_output=True, text=True, check=False, **who,
    )  # fmt: skip
    if made.returncode:
        raise NoServer(f"initdb failed: {made.stderr.strip()}")


def _keep(folder: Path, words: list[str], who: dict[str, Any]) -> None:
    """Run the server until our standard input closes, which it does when whoever started us is gone."""
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **who)
        sys.stdin.buffer.read()
        server.send_signal(signal.SIGINT)  # ends it with every connection
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--keep"]:
        _keep(Path(sys.argv[2]), json.loads(sys.argv[3]), json.loads(sys.argv[4]))
    else:
        sys.exit(programs() is None)
