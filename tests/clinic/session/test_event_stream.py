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
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from django.db import connection
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import clock, pulse
from reverie.clinic.kernel.tail import BEAT_S
from reverie.clinic.people.models import SignIn
from reverie.clinic.session import acts, event_stream, watch_state
from reverie.clinic.session.live import tail
from reverie.clinic.session.models import Session
from tests.cast import Cast, make, signed_in
from tests.clinic.session.made import brought_to, message, opened, row, tell
from tests.clinic.session.raised import cleared, raised
from tests.scale import scale

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
Told = tuple[str, str, dict[str, Any]]


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


async def told(reader: asyncio.StreamReader) -> AsyncIterator[Told]:
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


def heard(
    port: int, path: str, cookie: str, until: Callable[[list[Told]], bool], last_id: str = "", act: Any = None
) -> list[Told]:
    """What a stream says until enough is heard; `act` is done elsewhere once the first ward is told."""

    async def listen() -> list[Told]:
        found: list[Told] = []
        done = act is None
        async with asyncio.timeout(30), asked(port, path, cookie, last_id) as (reader, _writer):
            async for one in told(reader):
                found.append(one)
                if not done and one[1] == "ward":
                    done = True
                    await asyncio.to_thread(_in_own_connection, act)
                if until(found):
                    return found
        return found

    return asyncio.run(listen())


def _in_own_connection(act: Callable[[], object]) -> None:
    try:
        act()
    finally:
        connection.close()


def of(found: list[Told], name: str) -> list[dict[str, Any]]:
    return [data for _number, kind, data in found if kind == name]


def levels(found: list[Told], session: Session) -> list[list[str]]:
    """The priorities of a session's alarms, as they were told one after the other."""
    about = [data for data in of(found, "alarms") if data["s"] == str(session.pk)]
    return [[alarm["priority"] for alarm in data["alarms"]] for data in about]


def test_a_session_hears_the_alarms_of_all_chairs_in_its_own_stream(
    port: int, cast: Cast, cookie: str
) -> None:
    own, other = opened(cast, 0), opened(cast, 1)
    path = reverse("session_stream", args=[own.pk])
    found = heard(
        port, path, cookie, lambda found: levels(found, other)[-1:] == [["high"]], act=lambda: raised(other)
    )
    assert sorted(of(found, "ward")[0]["open"]) == sorted([str(own.pk), str(other.pk)])
    assert levels(found, own) == [[]]
    # what is told of others has no number: whoever comes back goes on after their own session's last
    assert {number for number, name, _data in found if name in ("alarms", "ward")} <= {"", "1"}


def test_whoever_comes_back_is_told_how_it_stands_now(port: int, cast: Cast, cookie: str) -> None:
    session, other = opened(cast, 0), opened(cast, 1)
    seq = raised(session, "medium")
    raised(other)

    def all_told(found: list[Told]) -> bool:
        return len(of(found, "alarms")) >= 2

    first = heard(port, reverse("alarm_stream"), cookie, all_told)
    assert (levels(first, session), levels(first, other)) == ([["medium"]], [["high"]])
    cleared(session, seq)
    for path in (
        reverse("alarm_stream"),
        reverse("board_stream"),
        reverse("session_stream", args=[other.pk]),
    ):
        again = heard(port, path, cookie, all_told, last_id="3")
        assert (levels(again, session), levels(again, other)) == ([[]], [["high"]])


def test_a_session_that_is_opened_later_is_told_of_and_one_that_closes_leaves(
    port: int, cast: Cast, cookie: str
) -> None:
    first = opened(cast, 0)

    def act() -> None:
        raised(opened(cast, 1), "medium")
        brought_to(first, cast, "cancelled", "note_signed", "closed")

    def closed(found: list[Told]) -> bool:
        return any(data["phase"] == "closed" for data in of(found, "alarms"))

    found = heard(port, reverse("alarm_stream"), cookie, closed, act=act)
    later = Session.objects.get(chair=cast.chairs[1])
    assert levels(found, later)[-1] == ["medium"]
    assert of(found, "alarms")[-1]["s"] == str(first.pk)
    again = heard(port, reverse("alarm_stream"), cookie, lambda found: bool(of(found, "ward")))
    assert of(again, "ward")[-1]["open"] == [str(later.pk)]


def test_readings_and_what_changes_no_alarm_are_told_to_no_other_chair(
    port: int, cast: Cast, cookie: str
) -> None:
    session = opened(cast)

    def act() -> None:
        tell(session, *[message(number, row("spo2", "97")) for number in range(3)])
        acts.note(cast.nurse, session, "A note", "n")
        raised(session)

    found = heard(
        port,
        reverse("alarm_stream"),
        cookie,
        lambda found: levels(found, session)[-1:] == [["high"]],
        act=act,
    )
    assert levels(found, session) == [[], ["high"]]


def test_those_who_see_no_patient_hear_beats_alone(port: int, cast: Cast) -> None:
    raised(opened(cast))
    clerk = signed_in(Client(), cast.users["administrator"]).cookies["sessionid"].value
    found = heard(port, reverse("beats"), clerk, lambda found: len(found) >= 3)
    assert {name for _number, name, _data in found} == {"beat"}

    async def status() -> str:
        async with asked(port, reverse("alarm_stream"), clerk) as (reader, _writer):
            return (await reader.readline()).decode().split(" ")[1]

    assert asyncio.run(status()) == "403"


def test_another_clinic_hears_nothing_of_it(port: int, cast: Cast) -> None:
    raised(opened(cast))
    stranger = signed_in(Client(), cast.stranger).cookies["sessionid"].value
    found = heard(port, reverse("alarm_stream"), stranger, lambda found: len(of(found, "beat")) >= 3)
    assert of(found, "ward") == [{"open": []}]
    assert of(found, "alarms") == []


def test_a_beat_says_at_once_when_the_watch_begins_and_when_it_stops(
    port: int, cast: Cast, cookie: str
) -> None:
    heart = pulse.Heart("watch")

    def begin() -> None:
        heart.beat({"looked_s": clock.monotonic()})

    def has_begun_and_stopped(found: list[Told]) -> bool:
        ages = [beat["watch"] for beat in of(found, "beat")]
        runs = [age is not None and age <= watch_state.STALE_MS for age in ages]
        return True in runs and not runs[-1]

    try:
        found = heard(port, reverse("alarm_stream"), cookie, has_begun_and_stopped, act=begin)
    finally:
        heart.stop()
    ages = [beat["watch"] for beat in of(found, "beat")]
    assert ages[0] is None
    # said by a beat of its own as soon as it is too old, not by the next one that comes anyway
    assert watch_state.STALE_MS < ages[-1] < watch_state.STALE_MS + 1_000 * BEAT_S
