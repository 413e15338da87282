"""From a commit in one process to bytes on another's socket: our tail beside one poller per page.

Real processes: uvicorn with the clinic's pages, a committer, and this one as all the browsers. Each of
`--sessions` gets one message a second with 12 values, each page watches one session. Also: forced reconnects
that must lose and double nothing, and connections that are reset at once. Run: python bench/tail.py
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SETTINGS = "reverie.clinic.site.settings"
NAIVE_POLL_S = 0.1
ROWS = [
    ("hr", "72"), ("pr", "73"), ("spo2", "97"), ("pi", "2.1"), ("rr", "14"), ("etco2", "38"), ("fico2", "1"),
    ("nibp_sys", "131"), ("nibp_dia", "82"), ("nibp_mean", "98"), ("temp", "36.6"), ("pump_rate", "150.0"),
]  # fmt: skip


def django_ready() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    import django

    django.setup()


def make_clinic(sessions: int) -> dict[str, Any]:
    """Keys, tables, a nurse who is signed in, and open sessions."""
    from datetime import date

    from reverie.clinic.kernel import clock, keys

    keys.create_all()
    django_ready()
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.http import HttpRequest

    from reverie.clinic.people import sign_in
    from reverie.clinic.people.models import Chair, Clinic, Patient, User
    from reverie.clinic.session import acts
    from tests.cast import sign_rules

    call_command("migrate", verbosity=0)
    clinic = Clinic.objects.create(name="Bench")
    nurse = User.objects.create_user("nurse", clinic, "Nurse", ["infusion_nurse", "medical_director"])
    sign_rules(clinic)
    found = []
    for number in range(sessions):
        chair = Chair.objects.create(clinic=clinic, name=str(number + 1), order=number)
        patient = Patient.objects.create(
            clinic=clinic, number=str(number), given_name="A", family_name=f"B{number}",
            birth_date=date(1980, 1, 1), registered_at=clock.now(),
        )  # fmt: skip
        found.append(str(acts.open_session(nurse, chair, patient, None, str(number)).pk))
    request = HttpRequest()
    request.META.update({"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": "bench"})
    request.session = SessionStore()
    sign_in.begin(request, nurse, "totp")
    request.session.save()
    return {"sessions": found, "cookie": request.session.session_key}


def commit(sessions: list[str], seconds: float, out: Path) -> None:
    """One message a second for each session, spread over the second; writes when each was committed."""
    django_ready()
    from decimal import Decimal

    from django.db import transaction

    from reverie.clinic.kernel import clock, streams
    from reverie.clinic.session import intake
    from reverie.science.session import events
    from reverie.science.session.rows import USUAL

    rows = tuple(events.Row(name, Decimal(value), "valid", *USUAL[name], "", None) for name, value in ROWS)
    told = {}
    print("ready", flush=True)
    sys.stdin.readline()
    begin = time.monotonic()
    number = 0
    while time.monotonic() - begin < seconds:
        due = begin + number / len(sessions)
        time.sleep(max(0.0, due - time.monotonic()))
        session = sessions[number % len(sessions)]
        at_ms = clock.to_ms(clock.now())
        event = events.Readings("MON^1", str(number), at_ms, None, "", rows, ())
        with transaction.atomic():
            head = streams.lock(f"session:{session}")
            streams.append(head, [intake.draft(event, f"k{time.monotonic_ns()}", at_ms, intake.SYSTEM_ACTOR)])
        told[f"{session} {head.seq}"] = time.monotonic()
        number += 1
    out.write_text(json.dumps(told))


def serve_naive(fd: int) -> None:
    """The peer: each page asks the database for itself, ten times a second."""
    django_ready()
    import uvicorn
    from asgiref.sync import sync_to_async
    from django.db import connection

    def ask(stream: str, after: int) -> list[tuple[int, str]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT e.seq, e.body FROM kernel_entry e JOIN kernel_head h ON h.id = e.head_id "
                "WHERE h.stream = %s AND e.seq > %s ORDER BY e.seq",
                [stream, after],
            )
            return list(cursor.fetchall())

    async def application(scope: Any, receive: Any, send: Any) -> None:
        stream = "session:" + scope["path"].split("/")[2]
        after = int(dict(scope["headers"]).get(b"last-event-id", b"0"))
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while True:
            for seq, body in await sync_to_async(ask)(stream, after):
                after = seq
                text = f"id: {seq}\nevent: entry\ndata: {body}\n\n".encode()
                await send({"type": "http.response.body", "body": text, "more_body": True})
            await asyncio.sleep(NAIVE_POLL_S)

    config = uvicorn.Config(
        application, loop="uvloop", http="httptools", lifespan="off", log_level="error", access_log=False
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=fd)])


@dataclass
class Page:
    """One browser's page: which session it shows, and when it had each entry."""

    session: str
    had: dict[int, float] = field(default_factory=dict)
    order: list[int] = field(default_factory=list)
    last: int = 1
    drops: int = 0
    open: bool = False


def request_for(session: str, cookie: str, more: str) -> bytes:
    """The bytes that ask for the stream of a session."""
    lines = (
        f"GET /sessions/{session}/stream HTTP/1.1",
        "Host: localhost",
        f"Cookie: sessionid={cookie}",
        more,
    )
    return "\r\n".join((*lines, "", "")).encode()


async def watch(page: Page, port: int, cookie: str, drops: int, ended: asyncio.Event) -> None:
    """Read the stream; drop the connection `drops` times at random moments and come back."""
    while not ended.is_set():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_for(page.session, cookie, f"Last-Event-ID: {page.last}"))
        dropped = None
        if page.open and page.drops < drops:
            dropped = time.monotonic() + random.uniform(0.05, 1.5)
            page.drops += 1
        try:
            status = await reader.readline()
            assert b" 200 " in status, status
            page.open = True
            async for number, arrived in numbered(reader, dropped, ended):
                page.last = number
                page.had.setdefault(number, arrived)
                page.order.append(number)
        finally:
            writer.transport.abort()


async def numbered(
    reader: asyncio.StreamReader, until: float | None, ended: asyncio.Event
) -> AsyncIterator[tuple[int, float]]:
    """Numbers of entries as they arrive, until a time or the end."""
    number, kind = 0, b""
    while not ended.is_set():
        try:
            async with asyncio.timeout(1.5 if until is None else max(0.0, until - time.monotonic())):
                line = await reader.readline()
        except TimeoutError:
            if until is None:
                continue
            return
        if not line:
            return
        if line.startswith(b"id: "):
            number = int(line[4:])
        elif line.startswith(b"event: "):
            kind = line[7:].strip()
        elif line.startswith(b"data: ") and kind == b"entry":
            yield number, time.monotonic()


def cpu_s(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Resident memory of a process in megabytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextlib.contextmanager
def served(home: Path, command: list[str]) -> Iterator[tuple[int, int]]:
    """A server process on a free port: (port, pid)."""
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listening:
        listening.set_inheritable(True)
        port, number = listening.getsockname()[1], listening.fileno()
        process = subprocess.Popen([*command, str(number)], env=environment(home), pass_fds=[number])
    try:
        yield port, process.pid
    finally:
        process.terminate()
        try:
            process.wait(3)
        except subprocess.TimeoutExpired:  # the peer waits for its open streams for ever
            process.kill()
            process.wait()


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "REVERIE_HOME": str(home), "DJANGO_SETTINGS_MODULE": SETTINGS}


async def measure(
    home: Path, made: dict[str, Any], port: int, pid: int, pages: int, seconds: float, drops: int
) -> dict[str, float]:
    """One run against a server: latencies in ms, per cent of a core, what was lost or doubled."""
    out = home / "committed.json"
    sessions, cookie = made["sessions"], made["cookie"]
    words = [sys.executable, __file__, "--commit", *sessions, "--seconds", str(seconds), "--out", str(out)]
    pipe = asyncio.subprocess.PIPE
    committing = await asyncio.create_subprocess_exec(*words, env=environment(home), stdin=pipe, stdout=pipe)
    assert committing.stdout
    assert committing.stdin
    await committing.stdout.readline()
    shown = [Page(sessions[number % len(sessions)]) for number in range(pages)]
    ended = asyncio.Event()
    watching = [asyncio.create_task(watch(page, port, cookie, 0, ended)) for page in shown]
    while not all(page.open for page in shown):
        await asyncio.sleep(0.1)
    for task in watching if drops else ():
        task.cancel()
    if drops:
        watching = [asyncio.create_task(watch(page, port, cookie, drops, ended)) for page in shown]
    await asyncio.sleep(1)
    committing.stdin.write(b"go\n")
    used, began = cpu_s(pid), time.monotonic()
    await committing.wait()
    used, took = cpu_s(pid) - used, time.monotonic() - began
    committed = {tuple(name.split()): at for name, at in json.loads(out.read_text()).items()}
    expected: dict[str, set[int]] = {}
    for session, seq in committed:
        expected.setdefault(session, set()).add(int(seq))
    patience = time.monotonic() + 60
    while time.monotonic() < patience and not all(
        page.drops == drops and expected[page.session] <= set(page.had) for page in shown
    ):
        await asyncio.sleep(0.2)
    await asyncio.sleep(1)
    ended.set()
    await asyncio.gather(*watching, return_exceptions=True)
    late = sorted(
        (arrived - committed[page.session, str(seq)]) * 1000
        for page in shown
        for seq, arrived in page.had.items()
        if (page.session, str(seq)) in committed
    )
    return {
        "p50_ms": late[len(late) // 2],
        "p99_ms": late[int(len(late) * 0.99)],
        "cpu_percent": 100 * used / took,
        "messages": len(late),
        "reconnects": sum(page.drops for page in shown),
        "lost": sum(len(expected[page.session] - set(page.had)) for page in shown),
        "doubled": sum(len(page.order) - len(set(page.order)) for page in shown),
    }


async def reset_at_once(port: int, made: dict[str, Any], count: int) -> None:
    """Connect, ask for a stream, reset."""
    session, cookie = made["sessions"][0], made["cookie"]
    for number in range(count):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_for(session, cookie, "Accept: text/event-stream"))
        if number % 2:
            await writer.drain()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.002):
                    await reader.read(1)
        linger = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sessions", type=int, default=20)
    words.add_argument("--pages", type=int, default=200)
    words.add_argument("--seconds", type=float, default=12)
    words.add_argument("--resets", type=int, default=2_000)
    words.add_argument("--make", type=int)
    words.add_argument("--commit", nargs="+")
    words.add_argument("--naive", type=int)
    words.add_argument("--out", type=Path)
    asked = words.parse_args()
    if asked.make:
        print(json.dumps(make_clinic(asked.make)))
    elif asked.commit:
        commit(asked.commit, asked.seconds, asked.out)
    elif asked.naive is not None:
        serve_naive(asked.naive)
    else:
        compare(asked)


def compare(asked: argparse.Namespace) -> None:
    """Our server, then the peer, on the same clinic; the table."""
    home = Path(tempfile.mkdtemp(prefix="reverie-bench-"))
    try:
        (home / "static").mkdir()
        making = [sys.executable, __file__, "--make", str(asked.sessions)]
        made = json.loads(
            subprocess.run(making, env=environment(home), check=True, capture_output=True).stdout
        )
        with served(home, [sys.executable, "-m", "reverie.cli", "web", "--fd"]) as (port, pid):
            ours = asyncio.run(measure(home, made, port, pid, asked.pages, asked.seconds, 0))
            dropped = asyncio.run(measure(home, made, port, pid, asked.pages, asked.seconds, 5))
            before = rss_mb(pid)
            asyncio.run(reset_at_once(port, made, asked.resets))
            time.sleep(1)
            grown, files = rss_mb(pid) - before, len(list(Path(f"/proc/{pid}/fd").iterdir()))
        with served(home, [sys.executable, __file__, "--naive"]) as (port, pid):
            naive = asyncio.run(measure(home, made, port, pid, asked.pages, asked.seconds, 0))
    finally:
        shutil.rmtree(home)
    for name, run in (("our tail", ours), ("one poller a page", naive), ("forced reconnects", dropped)):
        print(f"{name:20}", "  ".join(f"{key} {value:.1f}" for key, value in run.items()))
    print(
        f"ratio (peer / ours)  p99 {naive['p99_ms'] / ours['p99_ms']:.1f}  "
        f"cpu {naive['cpu_percent'] / ours['cpu_percent']:.1f}"
    )
    print(f"{asked.resets} connect-and-reset: memory grew by {grown:.1f} MB, {files} open files left")


if __name__ == "__main__":
    main()
