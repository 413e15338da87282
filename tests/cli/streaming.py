"""An ASGI application whose only answer is a stream that ends when the process does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from reverie.clinic.kernel.closing import closing


async def application(
    scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """Say `open`, wait, say `closing`."""
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"open\n", "more_body": True})
    await closing.wait()
    await send({"type": "http.response.body", "body": b"closing\n"})
