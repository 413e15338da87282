"""A device's line to the clinic: MLLP over one connection, each message answered before the next is sent.

What was not answered is sent again, byte for byte, after the connection comes back, however long that
takes. The backlog is bounded; when it is full the newest message is dropped and counted, never an old one.
Source: HL7 Lower Layer Protocol (MLLP), release 1.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import gaierror
from statistics import median
from typing import NamedTuple

from reverie.clinic.devices.simulated.answer import Answer, read_answer
from reverie.clinic.kernel import clock
from reverie.formats.mllp import Deframer, Fault, frame

LONGEST_ANSWER_BYTES = 65_536


class Post(NamedTuple):
    """A message to be sent: its control id (MSH-10) and its bytes, which never change."""

    control_id: str
    payload: bytes


@dataclass(frozen=True)
class Tally:
    """What has become of a device's messages so far; times in milliseconds."""

    offered: int = 0
    acknowledged: int = 0
    refused: int = 0
    dropped: int = 0
    waiting: int = 0
    resent: int = 0
    connections: int = 0
    answer_median_ms: float = 0.0
    answer_worst_ms: float = 0.0
    last_refusal: str = ""
    trouble: str = ""

    @property
    def lost(self) -> int:
        """Messages that were not recorded: refused, dropped, or never answered."""
        return self.refused + self.dropped + self.waiting


@dataclass(frozen=True)
class Patience:
    """How long a sender waits: for a connection and an answer, and between attempts to connect."""

    connect_s: float = 5.0
    answer_s: float = 10.0
    first_pause_s: float = 0.2
    longest_pause_s: float = 5.0


class Sender:
    """One device's connection to `host`:`port`. `run` it as a task; `offer` or `put` messages into it."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        backlog: int = 10_000,
        patience: Patience | None = None,
        on_answer: Callable[[Answer], None] | None = None,
    ) -> None:
        """Nothing is connected before `run`. `on_answer` is told of every answer that counts."""
        self.host, self.port, self._address = host, port, f"{host}:{port}"
        self._patience = patience or Patience()
        self._backlog = backlog
        self._on_answer = on_answer
        self._waiting: deque[Post] = deque()
        self._changed = asyncio.Condition()
        self._arrived = asyncio.Event()
        self._answer_ms: deque[float] = deque(maxlen=1_000)
        self._offered = self._acknowledged = self._refused = self._dropped = 0
        self._resent = self._connections = 0
        self._under_way = False
        self._last_refusal = self._trouble = ""

    def offer(self, post: Post) -> bool:
        """Take a message if there is room, else drop and count it: a live device cannot wait."""
        self._offered += 1
        if len(self._waiting) >= self._backlog:
            self._dropped += 1
            return False
        self._waiting.append(post)
        self._arrived.set()
        return True

    async def put(self, post: Post) -> None:
        """Take a message, waiting for room: a recording can wait."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self._waiting) < self._backlog)
        self.offer(post)

    async def drained(self) -> None:
        """Wait until every message taken has been answered."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._waiting)

    async def run(self) -> None:
        """Connect, send, and connect again, for ever; ends by being cancelled."""
        pause_s = self._patience.first_pause_s
        while True:
            before = self._acknowledged + self._refused
            try:
                await self._converse()
            except OSError as error:
                self._trouble = str(error)
            if self._acknowledged + self._refused > before:
                pause_s = self._patience.first_pause_s
            await asyncio.sleep(pause_s)
            pause_s = min(2.0 * pause_s, self._patience.longest_pause_s)

    def tally(self) -> Tally:
        """The counts so far."""
        return Tally(
            offered=self._offered,
            acknowledged=self._acknowledged,
            refused=self._refused,
            dropped=self._dropped,
            waiting=len(self._waiting),
            resent=self._resent,
            connections=self._connections,
            answer_median_ms=median(self._answer_ms) if self._answer_ms else 0.0,
            answer_worst_ms=max(self._answer_ms, default=0.0),
            last_refusal=self._last_refusal,
            trouble=self._trouble,
        )

    async def _converse(self) -> None:
        reader, writer = await self._connect()
        self._connections += 1
        self._trouble = ""
        answers = Deframer(LONGEST_ANSWER_BYTES)
        try:
            while True:
                if not self._waiting:
                    self._arrived.clear()
                    await self._arrived.wait()
                post = self._waiting[0]
                self._resent += self._under_way
                self._under_way = True
                started = clock.monotonic()
                try:
                    async with asyncio.timeout(self._patience.answer_s):
                        writer.write(frame(post.payload))
                        await writer.drain()
                        answer = await self._answer_to(post, reader, answers)
                except TimeoutError:
                    seconds = self._patience.answer_s
                    raise ConnectionError(f"{self._address} gave no answer within {seconds:g} s") from None
                self._answer_ms.append(1_000.0 * (clock.monotonic() - started))
                await self._settle(answer)
        finally:
            # a peer that reads nothing would keep an orderly close waiting for ever
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self._patience.connect_s):
                return await asyncio.open_connection(self.host, self.port)
        except gaierror as error:
            raise ConnectionError(f"the host name {self.host} is not known") from error
        except OSError as error:
            raise ConnectionError(f"nothing answers at {self._address}") from error

    async def _answer_to(self, post: Post, reader: asyncio.StreamReader, answers: Deframer) -> Answer:
        while True:
            chunk = await reader.read(65_536)
            if not chunk:
                raise ConnectionError(f"{self._address} closed the connection")
            for raw in answers.feed(chunk):
                # what is no answer is not for a device to complain of
                answer = None if isinstance(raw, Fault) else read_answer(raw)
                if answer is None:
                    continue
                # only a refusal may come without the id, from a listener that could not read it
                if answer.control_id == post.control_id or not (answer.control_id or answer.accepted):
                    return answer

    async def _settle(self, answer: Answer) -> None:
        if answer.accepted:
            self._acknowledged += 1
        else:
            self._refused += 1
            self._last_refusal = answer.reason or f"answered {answer.code} without a reason"
        self._under_way = False
        async with self._changed:
            self._waiting.popleft()
            self._changed.notify_all()
        if self._on_answer is not None:
            self._on_answer(answer)
