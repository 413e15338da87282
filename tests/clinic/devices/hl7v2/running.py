"""A listener inside the test's own process: its loop in a thread, on a free port, on the test's database."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from reverie.clinic.devices.hl7v2.listener import Bounds, Listener
from tests.clinic.devices import bedside


@dataclass
class Running:
    """A listener that runs: its port, and itself, to look at but not to touch."""

    port: int
    listener: Listener

    def device(self) -> bedside.Device:
        """A new connection."""
        return bedside.Device(self.port)


@contextmanager
def running(bounds: Bounds | None = None) -> Iterator[Running]:
    """Run a listener; at the end what it has taken is written and answered."""
    started = threading.Event()
    found: list[Running] = []
    end = []

    async def live() -> None:
        ended = asyncio.Event()
        listener = Listener(bounds)
        loop = asyncio.get_running_loop()
        end.append(lambda: loop.call_soon_threadsafe(ended.set))
        own = bedside.listening_socket()
        found.append(Running(own.getsockname()[1], listener))
        loop.call_soon(started.set)
        await listener.run([own], ended)

    thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield found[0]
    finally:
        end[0]()
        thread.join(20)
        assert not thread.is_alive()
        connection.close()
