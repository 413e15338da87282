"""The bound on a request, on the real ASGI application: nothing long is read, and the answer is in words."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
CHUNK = 64 * 1024


def sent(body_bytes: int, *, declared: bytes | None = None) -> tuple[dict[str, Any], bytes, int]:
    """The head and the body of the answer to a POST of so many bytes, and how many of them were read."""
    from reverie.clinic.site.asgi import application

    taken, answer, finished = 0, [], asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken >= body_bytes:
            await finished.wait()
            return {"type": "http.disconnect"}
        size = min(CHUNK, body_bytes - taken)
        taken += size
        return {"type": "http.request", "body": b"x" * size, "more_body": taken < body_bytes}

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body"):
            finished.set()

    headers = [(b"host", b"localhost"), (b"content-type", b"application/x-www-form-urlencoded")]
    if declared is not None:
        headers.append((b"content-length", declared))
    scope = {
        "type": "http", "method": "POST", "path": "/account/login/", "raw_path": b"/account/login/",
        "query_string": b"", "headers": headers, "scheme": "http", "server": ("localhost", 80),
        "client": ("127.0.0.1", 1), "http_version": "1.1", "root_path": "", "asgi": {"version": "3.0"},
    }  # fmt: skip

    async def run() -> None:
        await asyncio.wait_for(application(scope, receive, send), timeout=60)
        # the thread of the views outlives the loop, and its connection would outlive the test
        await sync_to_async(connections.close_all)()

    asyncio.run(run())
    head = answer[0]
    return head, b"".join(one.get("body", b"") for one in answer[1:]), taken


def test_what_says_that_it_is_too_long_is_refused_for_that() -> None:
    head, body, _taken = sent(10 * LIMIT, declared=str(10 * LIMIT).encode())
    assert head["status"] == 413
    assert b"That was too long" in body
    assert {name.lower() for name, _value in head["headers"]} >= {
        b"content-security-policy",
        b"x-frame-options",
    }


@pytest.mark.parametrize("declared", [None, b"12"])
def test_what_does_not_say_so_is_cut_off(declared: bytes | None) -> None:
    head, body, _taken = sent(3 * LIMIT, declared=declared)
    assert head["status"] == 413
    assert b"nothing was recorded" in body


@pytest.mark.parametrize("declared", [b"9" * 5_000, b"-1", b"1e9", b"\xff"])
def test_a_length_that_is_nonsense_breaks_nothing(declared: bytes) -> None:
    head, _body, _taken = sent(12, declared=declared)
    assert 400 <= head["status"] < 500


def test_what_is_short_is_read() -> None:
    head, body, taken = sent(LIMIT // 2)
    # it has no key: refused for that, and read whole
    assert (head["status"], taken) == (403, LIMIT // 2)
    assert b"<h1>" in body
