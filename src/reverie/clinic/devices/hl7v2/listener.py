"""The listener: devices' connections, their messages in order to the writer, its answers in order back.

One event loop for all connections. Nothing is answered before it is committed. What waits is bounded:
then it stops reading, and the devices wait. Source: HL7 Lower Layer Protocol (MLLP), release 1.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from reverie.clinic.devices.hl7v2 import verdict
from reverie.clinic.devices.hl7v2.arrival import Arrival, arrive, read_arrival
from reverie.clinic.devices.hl7v2.batch import Batches
from reverie.clinic.devices.hl7v2.verdict import Verdict
from reverie.clinic.devices.hl7v2.writer import Writer
from reverie.clinic.devices.presence import Presence
from reverie.clinic.devices.quarantine import Store
from reverie.clinic.kernel import clock, ids, pulse
from reverie.formats.hl7v2 import acknowledgement
from reverie.formats.mllp import END, Deframer, Fault, frame

STOPPED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# the loop and the writer share one interpreter: hand it over quickly, or each waits for the other
SWITCH_INTERVAL_S = 0.002


@dataclass(frozen=True)
class Bounds:
    """How much may wait, in messages and bytes; how many connections; how long, in seconds."""

    connections: int = 500
    waiting: int = 2_000
    waiting_bytes: int = 64_000_000
    waiting_a_line: int = 200
    unfinished_s: float = 30.0
    idle_s: float = 3_600.0
    drain_s: float = 3.0


class Listener:
    """All connections of one process."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        """Not listening yet."""
        self.bounds = bounds or Bounds()
        self.lines: dict[int, Line] = {}
        self.waiting = self.waiting_bytes = 0
        self.batches = Batches(Presence(), Store())
        self.writer = Writer(self.batches, self._deliver_soon)
        self.ending = False
        self._loop = asyncio.get_running_loop()
        self._numbers = 0
        self._answer_stem = ids.new_id()[-12:]
        self._answers = 0

    async def run(self, sockets: Sequence[socket.socket], ended: asyncio.Event) -> None:
        """Listen on `sockets` until `ended`, then write and answer what has come, and close."""
        self.writer.start()
        servers = [await self._loop.create_server(lambda: Line(self), sock=one) for one in sockets]
        housekeeping = self._loop.create_task(self._keep_house())
        try:
            await ended.wait()
        finally:
            self.ending = True
            housekeeping.cancel()
            for server in servers:
                server.close()
            for line in self.lines.values():
                line.pause()
            await self._loop.run_in_executor(None, self.writer.stop, self.bounds.drain_s)
            await asyncio.sleep(0)  # the last answers
            for line in list(self.lines.values()):
                line.hang_up()

    def number(self) -> int:
        """The number of a new connection."""
        self._numbers += 1
        return self._numbers

    def take(self, arrival: Arrival) -> None:
        """Give what came to the writer."""
        self.waiting += 1
        self.waiting_bytes += len(arrival.payload)
        self.writer.put(arrival)

    @property
    def is_full(self) -> bool:
        """Whether nothing more should be read for now."""
        return self.waiting >= self.bounds.waiting or self.waiting_bytes >= self.bounds.waiting_bytes

    def answer(self, payload: bytes, one: Verdict) -> bytes:
        """The framed answer to a message."""
        self._answers += 1
        return frame(
            acknowledgement(
                payload, one.code, at=clock.now(), own_id=f"{self._answer_stem}-{self._answers}",
                reason=one.reason, error=one.error,
            )
        )  # fmt: skip

    def _deliver_soon(self, settled: Sequence[tuple[Arrival, Verdict]]) -> None:
        self._loop.call_soon_threadsafe(self._deliver, settled)

    def _deliver(self, settled: Sequence[tuple[Arrival, Verdict]]) -> None:
        was_full = self.is_full
        touched: dict[int, Line] = {}
        for arrival, one in settled:
            self.waiting -= 1
            self.waiting_bytes -= len(arrival.payload)
            line = self.lines.get(arrival.line)
            if line is not None:
                line.settle(arrival, one)
                touched[arrival.line] = line
        for line in touched.values():
            line.send_answers()
        if was_full and not self.is_full:
            for line in self.lines.values():
                line.resume_if_calm()

    async def _keep_house(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            now_s = clock.monotonic()
            for line in list(self.lines.values()):
                line.look_at_the_clock(now_s)


class Line(asyncio.Protocol):
    """One connection: cuts bytes into messages, and writes answers in the order of the messages."""

    def __init__(self, listener: Listener) -> None:
        """Not connected yet."""
        self._listener = listener
        self._number = 0
        self._deframer = Deframer()
        self._waiting: deque[Arrival] = deque()
        self._verdicts: dict[int, Verdict] = {}
        self._peer = ""
        self._paused = self._choked = False
        self._heard_s = clock.monotonic()
        self._unfinished_since_s: float | None = None
        self._closing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A device has connected; one too many is told so and let go."""
        # uvloop's transports do what asyncio.Transport says without being one
        self._transport = cast(asyncio.Transport, transport)
        transport = self._transport
        peer = transport.get_extra_info("peername") or ("",)
        self._peer = ":".join(str(part) for part in peer[:2])[:64]
        listener = self._listener
        if listener.ending or len(listener.lines) >= listener.bounds.connections:
            transport.write(listener.answer(b"", verdict.TOO_MANY))
            transport.close()
            return
        self._number = listener.number()
        listener.lines[self._number] = self
        connection = transport.get_extra_info("socket")
        if connection is not None:
            # a device that was unplugged never says so
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if hasattr(socket, "TCP_KEEPIDLE"):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 10)
        if listener.is_full:
            self.pause()

    def data_received(self, data: bytes) -> None:
        """Some bytes have come: any number of messages, or a piece of one."""
        if not self._number or self._closing:
            return
        self._heard_s = clock.monotonic()
        found = self._deframer.feed(data)
        if data.rstrip(b"\r\n").endswith(END[:1]):
            self._unfinished_since_s = None
        elif found or self._unfinished_since_s is None:
            self._unfinished_since_s = self._heard_s
        self._take(found)

    def _take(self, found: Sequence[bytes | Fault]) -> None:
        listener = self._listener
        received_ms, monotonic_ms = clock.to_ms(clock.now()), int(clock.monotonic() * 1_000)
        for one in found:
            arrival = arrive(one, self._number, self._peer, received_ms, monotonic_ms)
            if not arrival.unreadable:
                read_arrival(arrival)
                zone = listener.batches.zones.get(arrival.device)
                if zone is not None and zone != arrival.zone:
                    read_arrival(arrival, zone)
            self._waiting.append(arrival)
            listener.take(arrival)
        if listener.is_full or len(self._waiting) >= listener.bounds.waiting_a_line:
            self.pause()

    def settle(self, arrival: Arrival, one: Verdict) -> None:
        """Note what has become of a message."""
        self._verdicts[id(arrival)] = one

    def send_answers(self) -> None:
        """Answer the messages that are settled, up to the first that is not."""
        answers = []
        while self._waiting and (one := self._verdicts.pop(id(self._waiting[0]), None)) is not None:
            answers.append(self._listener.answer(self._waiting.popleft().payload, one))
        if answers and not self._transport.is_closing():
            self._transport.write(b"".join(answers))
        if self._closing and not self._waiting:
            self._transport.close()
        self.resume_if_calm()

    def pause(self) -> None:
        """Read nothing more for now."""
        if not self._paused and not self._transport.is_closing():
            self._paused = True
            self._transport.pause_reading()

    def resume_if_calm(self) -> None:
        """Read on, when nothing speaks against it."""
        listener = self._listener
        calm = len(self._waiting) < listener.bounds.waiting_a_line // 2 and not listener.is_full
        if self._paused and calm and not self._choked and not self._closing and not listener.ending:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def pause_writing(self) -> None:
        """The device does not fetch its answers: wait for it."""
        self._choked = True
        self.pause()

    def resume_writing(self) -> None:
        """It does again."""
        self._choked = False
        self.resume_if_calm()

    def look_at_the_clock(self, now_s: float) -> None:
        """Let go of a device that never finishes a message, fetches no answers, or has long been silent."""
        bounds = self._listener.bounds
        since_s = self._unfinished_since_s
        if since_s is not None and now_s - since_s > bounds.unfinished_s and not self._paused:
            self._unfinished_since_s = None
            if self._closing:
                # it has said that it is done, and waited long enough: it may be gone altogether
                self.hang_up()
                return
            self._closing = True
            self._take(self._deframer.close())
            if not self._waiting:
                self._transport.close()
        elif now_s - self._heard_s > bounds.idle_s and (self._choked or not self._waiting):
            self.hang_up()

    def hang_up(self) -> None:
        """Close, after what has been written is sent."""
        if self._choked:
            self._transport.abort()
        else:
            self._transport.close()

    def eof_received(self) -> bool:
        """The device sends nothing more, but may still read: what it has sent is answered before closing."""
        if not self._number or self._closing:
            return bool(self._number)
        self._closing = True
        self._unfinished_since_s = self._heard_s = clock.monotonic()
        self._take(self._deframer.close())
        return bool(self._waiting)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection has ended; a piece of a message that is left is kept aside."""
        if not self._number:
            return
        self._closing = True
        self._take(self._deframer.close())
        del self._listener.lines[self._number]
        self._listener.writer.line_closed(self._number)


def run(sockets: Sequence[socket.socket], bounds: Bounds | None = None) -> None:
    """Listen on `sockets` until SIGTERM, SIGINT or SIGHUP. Django is set up already."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_run(sockets, bounds))


async def _run(sockets: Sequence[socket.socket], bounds: Bounds | None) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOPPED:
        loop.add_signal_handler(number, ended.set)
    port = sockets[0].getsockname()[1]
    with pulse.beating("listener", port):
        print(f"Listening for devices on port {port} (MLLP).", flush=True)  # noqa: T201 (an operator's line)
        await Listener(bounds).run(sockets, ended)


def _new_loop() -> asyncio.AbstractEventLoop:
    if os.environ.get("REVERIE_PLAIN_LOOP"):
        return asyncio.new_event_loop()
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
