"""The stream over a real socket, with a committing process: nothing lost, nothing doubled, nobody left."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from django.db import connection
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import clock
from reverie.clinic.people.models import SignIn
from reverie.clinic.session import acts, event_stream
from reverie.clinic.session.live import tail
from reverie.clinic.session.models import Session
from tests.cast import Cast, make, signed_in
from tests.clinic.session.made import brought_to, message, opened, row, tell
from tests.scale import scale

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def port() -> Iterator[int]:
    """A real server in this process, so that its subscribers can be counted."""
    from reverie.clinic.site.asgi import application

    config = uvicorn.Config(application, loop="uvloop", http="httptools", lifespan="off", log_level="error")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = server.force_exit = True
        thread.join(timeout=20)
    assert tail.subscriber_count == 0


@pytest.fixture
def cast() -> Cast:
    return make()


@pytest.fixture
def cookie(cast: Cast) -> str:
    return signed_in(Client(), cast.nurse).cookies["sessionid"].value


@asynccontextmanager
async def asked(
    port: int, path: str, cookie: str, last_id: str = ""
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept: text/event-stream"]
    lines += [f"Cookie: sessionid={cookie}", *([f"Last-Event-ID: {last_id}"] if last_id else []), "", ""]
    writer.write("\r\n".join(lines).encode())
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def unchunked(reader: asyncio.StreamReader) -> AsyncIterator[str]:
    """The lines of a chunked answer: a long one is cut anywhere, also inside a line."""
    while (await reader.readline()).strip():
        pass  # the answer's own headers
    rest = b""
    while size := int((await reader.readline()).strip() or b"0", 16):
        rest += await reader.readexactly(size)
        await reader.readexactly(2)
        *whole, rest = rest.split(b"\n")
        for line in whole:
            yield line.decode()


async def told(reader: asyncio.StreamReader) -> AsyncIterator[tuple[str, str, dict[str, object]]]:
    """Number, name and data of each event."""
    number = name = ""
    async for line in unchunked(reader):
        if line.startswith("id: "):
            number = line[4:].strip()
        elif line.startswith("event: "):
            name = line[7:].strip()
        elif line.startswith("data: "):
            yield number, name, json.loads(line[6:])


def committing(session: Session, count: int) -> subprocess.Popen[bytes]:
    script = ROOT / "tests/clinic/session/committer.py"
    command = [sys.executable, str(script), connection.settings_dict["NAME"], session.stream, str(count)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT)})


async def nobody_left() -> None:
    async with asyncio.timeout(20):
        while tail.subscriber_count:
            await asyncio.sleep(0.02)


def test_what_another_process_commits_arrives(port: int, cast: Cast, cookie: str) -> None:
    session = opened(cast)
    process = committing(session, 5)

    async def listen() -> list[dict[str, object]]:
        found = []
        path = reverse("session_stream", args=[session.pk])
        async with asyncio.timeout(30), asked(port, path, cookie, "1") as (reader, _writer):
            async for _number, name, data in told(reader):
                if name == "entry":
                    found.append(data)
                if len(found) == 5:
                    return found
        return found

    found = asyncio.run(listen())
    assert process.wait(20) == 0
    assert [data["seq"] for data in found] == [2, 3, 4, 5, 6]
    assert found[0]["rows"] == [["spo2", "90", "%", "valid", found[0]["rec"]]]


def test_forced_reconnects_lose_and_double_nothing(port: int, cast: Cast, cookie: str) -> None:
    session = opened(cast)
    # fewer than the 2,000 after which a reader who comes back is given a snapshot instead
    count, drops = scale(test=120, soak=1_950), scale(test=30, soak=1_000)
    process = committing(session, count)
    rng = random.Random(7)

    async def listen() -> list[int]:
        numbers, last, dropped = [], "1", 0
        path = reverse("session_stream", args=[session.pk])
        while True:
            async with asked(port, path, cookie, last) as (reader, _writer):
                patience = rng.randint(1, scale(test=6, soak=2))
                async for number, name, _data in told(reader):
                    if name != "entry":
                        continue
                    numbers.append(int(number))
                    last = number
                    if numbers[-1] == count + 1:
                        return numbers
                    patience -= 1
                    if dropped < drops and patience == 0:
                        dropped += 1
                        break

    async def within() -> list[int]:
        async with asyncio.timeout(scale(test=60, soak=900)):
            return await listen()

    assert asyncio.run(within()) == list(range(2, count + 2))
    assert process.wait(20) == 0
    asyncio.run(nobody_left())


def test_connections_that_are_reset_at_once_leave_nobody(port: int, cast: Cast, cookie: str) -> None:
    session = opened(cast)
    path = reverse("session_stream", args=[session.pk])
    linger = struct.pack("ii", 1, 0)

    async def reset(number: int) -> None:
        with suppress(ConnectionError):
            async with asked(port, path, cookie) as (reader, writer):
                with suppress(TimeoutError):
                    async with asyncio.timeout((0.0, 0.004, 0.03)[number % 3]):
                        await reader.read(1)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    async def all_of_them() -> None:
        for start in range(0, scale(test=90, soak=10_000), 10):
            await asyncio.gather(*(reset(start + number) for number in range(10)))
        # whatever is still on its way is answered first
        async with asked(port, path, cookie) as (reader, _writer):
            await reader.readuntil(b"beat")
        await nobody_left()

    asyncio.run(all_of_them())
    assert tail.stream_count == 0


def test_the_board_hears_all_sessions_and_those_opened_later(port: int, cast: Cast, cookie: str) -> None:
    first = brought_to(opened(cast, 0), cast, "preflight")

    async def listen() -> tuple[list[tuple[object, object]], str]:
        found, number = [], ""
        later: Session | None = None
        async with asyncio.timeout(20), asked(port, reverse("board_stream"), cookie) as (reader, _writer):
            async for number, name, data in told(reader):
                if name == "snapshot" and later is None:
                    found.append((data["s"], data["seq"]))
                    later = await asyncio.to_thread(open_later)
                if name == "entry":
                    found.append((data["s"], data["seq"]))
                if len(found) == 3:
                    return found, number
        return found, number

    def open_later() -> Session:
        try:
            session = opened(cast, 1)
            tell(session, message(1, row("pr", "70")))
            return session
        finally:
            connection.close()

    found, number = asyncio.run(listen())
    later = Session.objects.get(chair=cast.chairs[1])
    assert found == [(str(first.pk), 2), (str(later.pk), 1), (str(later.pk), 2)]
    told_of = event_stream.taken_apart(number)
    assert (told_of[first.pk.hex], told_of[later.pk.hex]) == (2, 2)


def test_the_board_goes_on_after_what_it_had(port: int, cast: Cast, cookie: str) -> None:
    session = opened(cast)
    tell(session, *[message(number, row("pr", "70")) for number in range(4)])
    last = event_stream.composed({session.stream: 3, f"ledger:{cast.clinic.pk}": 0})

    async def listen() -> list[object]:
        found: list[object] = []
        async with asyncio.timeout(20), asked(port, reverse("board_stream"), cookie, last) as (reader, _w):
            async for _number, name, data in told(reader):
                if name == "entry":
                    found.append(data["seq"])
                if name == "summary" or len(found) == 2:
                    return found
        return found

    assert asyncio.run(listen()) == [4, 5]


def test_the_stranger_and_whoever_is_not_signed_in_get_nothing(port: int, cast: Cast) -> None:
    session = opened(cast)
    stranger = signed_in(Client(), cast.stranger).cookies["sessionid"].value

    async def status(cookie: str) -> str:
        async with asked(port, reverse("session_stream", args=[session.pk]), cookie) as (reader, _writer):
            return (await reader.readline()).decode().split(" ")[1]

    assert asyncio.run(status(stranger)) == "404"
    assert asyncio.run(status("nobody")) == "401"


def test_a_stream_whose_reader_is_signed_out_says_so_and_ends(
    port: int, cast: Cast, cookie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reverie.clinic.kernel.tail.RECHECK_S", 0.05)
    session = opened(cast)

    async def listen() -> list[str]:
        names: list[str] = []
        address = reverse("session_stream", args=[session.pk])
        async with asyncio.timeout(20), asked(port, address, cookie) as (reader, _writer):
            async for _number, name, _data in told(reader):
                if name == "snapshot":
                    await asyncio.to_thread(sign_out)
                names.append(name)
        return names

    def sign_out() -> None:
        SignIn.objects.update(ended_at=clock.now())
        connection.close()

    names = asyncio.run(listen())
    assert names[-1] == "ended"
    assert names.count("ended") == 1


def test_a_replayed_message_equals_the_first(cast: Cast) -> None:
    """What is said of an entry depends on nothing but the entry."""
    from reverie.clinic.kernel import streams
    from reverie.clinic.session.live import SessionReader

    session = brought_to(opened(cast), cast, "preflight")
    acts.note(cast.nurse, session, "A note", "n")
    tell(session, message(1, row("pr", "70")))
    reader = SessionReader(session.stream)
    first = [reader.read(entry) for entry in streams.read(session.stream)]
    acts.correct(cast.nurse, session, 3, "note", None, "wrong", "c")
    again = SessionReader(session.stream)
    assert [again.read(entry) for entry in streams.read(session.stream)][:4] == first
