"""The web process: uvicorn started from code, so that open streams end when the process is told to.

Plain uvicorn waits for ever for an open stream. Here the signal sets `kernel.closing`, streams send their
last words, and the process ends with status 0.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

import uvicorn

from reverie.clinic.kernel import pulse
from reverie.clinic.kernel.closing import closing

APPLICATION = "reverie.clinic.site.asgi:application"
GRACE_S = 4
STOPPED = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """A uvicorn that tells the streams first, and does not end by raising its signal again."""

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to end, with a pulse that stops when the loop hangs."""
        port = sockets[0].getsockname()[1] if sockets else None
        with pulse.beating("web", port):
            await super().serve(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Handle the signals that end us while the server runs."""
        before = {number: signal.signal(number, self.handle_exit) for number in STOPPED}
        self._loop = asyncio.get_running_loop()
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Tell every open stream to end, then the server."""
        self._loop.call_soon_threadsafe(closing.set)
        super().handle_exit(sig, frame)


def run(sockets: Sequence[socket.socket], application: str = APPLICATION) -> None:
    """Serve the pages on `sockets` until told to end."""
    # whitenoise hands out open files; under ASGI Django reads them in a thread, and says so each time
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    config = uvicorn.Config(
        application,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        # its lines go where the application's go, one JSON object each
        log_config=None,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    Server(config).run(sockets=list(sockets))
