"""Methods that nothing answers, through the asynchronous stack that serves the pages."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, Client

from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def asked(method: str) -> Any:
    """The answer to a request for the sign-in page."""

    async def ask() -> Any:
        answer = await AsyncClient().generic(method, "/account/login/")
        await sync_to_async(connections.close_all)()
        return answer

    return asyncio.run(ask())


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "BREW"])
def test_they_are_refused_in_words(method: str) -> None:
    answer = asked(method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert b"This address answers otherwise" in answer.content
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_empty_refusal_of_a_view_gets_words_and_keeps_its_header(cast: Cast) -> None:
    answer = signed_in(Client(), cast.nurse).get("/devices/link/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert b"<h1>" in answer.content


def test_what_is_answered_passes() -> None:
    assert asked("HEAD").status_code == 200
