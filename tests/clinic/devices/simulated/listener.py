"""A small MLLP listener for tests: it keeps what it receives and answers as badly as it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

Reply = Callable[["Listener", bytes, asyncio.StreamWriter], None]


def control_id(payload: bytes) -> str:
    """MSH-10."""
    return payload.split(b"\r")[0].split(b"|")[9].decode()


def framed(code: str, message_id: str, reason: str = "") -> bytes:
    """An acknowledgement in its frame."""
    text = f"MSH|^~\\&|LISTENER||||20261124150000||ACK^R01^ACK|A1|P|2.6\rMSA|{code}|{message_id}|{reason}\r"
    return b"\x0b" + text.encode() + b"\x1c\r"


def accept(listener: Listener, payload: bytes, writer: asyncio.StreamWriter) -> None:
    """Keep it and say so."""
    listener.received.append(payload)
    writer.write(framed("AA", control_id(payload)))


def keep_and_hang_up(listener: Listener, payload: bytes, writer: asyncio.StreamWriter) -> None:
    """Keep it, but break the connection before the answer."""
    listener.received.append(payload)
    writer.transport.abort()


def hang_up(listener: Listener, payload: bytes, writer: asyncio.StreamWriter) -> None:
    """Break the connection and keep nothing."""
    writer.transport.abort()


def keep_and_be_silent(listener: Listener, payload: bytes, writer: asyncio.StreamWriter) -> None:
    """Keep it and never answer."""
    listener.received.append(payload)


def refuse(listener: Listener, payload: bytes, writer: asyncio.StreamWriter) -> None:
    """Keep it aside and say why."""
    listener.received.append(payload)
    writer.write(framed("AR", control_id(payload), "unknown device"))


def refuse_unread(listener: Listener, payload: bytes, writer: asyncio.StreamWriter) -> None:
    """Refuse without a control id, as for a message that could not be read."""
    listener.received.append(payload)
    writer.write(framed("AE", "", "unreadable"))


def answer_another_first(listener: Listener, payload: bytes, writer: asyncio.StreamWriter) -> None:
    """A stale answer, an empty one and noise come before the right one."""
    listener.received.append(payload)
    noise = b"\r\nnoise" + framed("AA", "another") + framed("AA", "") + b"\x0bnot HL7\x1c\r"
    writer.write(noise + framed("AA", control_id(payload)))


class Listener:
    """Received payloads in order; `replies` are used up one message at a time, then `accept` follows."""

    def __init__(self, *replies: Reply, piece: int = 0) -> None:
        """With `piece`, answers leave in pieces of so many bytes."""
        self.received: list[bytes] = []
        self.replies = list(replies)
        self.connections = 0
        self.port = 0
        self._piece = piece
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._heard = asyncio.Condition()

    async def start(self) -> None:
        """Listen, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and break every connection."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def until(self, count: int) -> None:
        """Wait until so many messages have been received."""
        async with self._heard:
            await self._heard.wait_for(lambda: len(self.received) >= count)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while True:
                frame = await reader.readuntil(b"\x1c\r")
                assert frame.startswith(b"\x0b")
                reply = self.replies.pop(0) if self.replies else accept
                if self._piece and reply is accept:
                    await self._accept_in_pieces(frame[1:-2], writer)
                else:
                    reply(self, frame[1:-2], writer)
                    await writer.drain()
                async with self._heard:
                    self._heard.notify_all()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _accept_in_pieces(self, payload: bytes, writer: asyncio.StreamWriter) -> None:
        self.received.append(payload)
        answer = framed("AA", control_id(payload))
        for i in range(0, len(answer), self._piece):
            writer.write(answer[i : i + self._piece])
            await writer.drain()
            await asyncio.sleep(0)


@asynccontextmanager
async def listening(*replies: Reply, piece: int = 0) -> AsyncIterator[Listener]:
    """A listener on a free port of this machine."""
    listener = Listener(*replies, piece=piece)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop()


def once(received: list[bytes]) -> list[bytes]:
    """What was received, repeats of the same bytes in a row counted once."""
    return [payload for i, payload in enumerate(received) if i == 0 or payload != received[i - 1]]
