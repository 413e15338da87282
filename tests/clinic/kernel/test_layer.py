"""A layer does the same around sync and async views, also when a view fails."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from reverie.clinic.kernel.layer import Layer


class Told(Layer):
    """Writes down what it was asked."""

    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        self.told: list[str] = []

    def before(self, request: HttpRequest) -> HttpResponse | None:
        self.told.append("before")
        return HttpResponse("early") if request.method == "TRACE" else None

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        self.told.append("after")
        response.headers["Layer"] = "yes"
        return response

    def finish(self) -> None:
        self.told.append("finish")


def view(request: HttpRequest) -> HttpResponse:
    if request.method == "PUT":
        raise ZeroDivisionError
    return HttpResponse("inside")


async def later(request: HttpRequest) -> HttpResponse:
    return view(request)


def through(layer: Told, method: str) -> HttpResponse:
    request = HttpRequest()
    request.method = method
    answer = layer(request)
    if isinstance(answer, Awaitable):
        return asyncio.run(_awaited(answer))
    return answer


async def _awaited(answer: Awaitable[HttpResponse]) -> HttpResponse:
    return await answer


@pytest.mark.parametrize("inside", [view, later])
@pytest.mark.parametrize(("method", "content"), [("GET", b"inside"), ("TRACE", b"early")])
def test_what_happens_around_a_view(inside: Any, method: str, content: bytes) -> None:
    layer = Told(inside)
    response = through(layer, method)
    assert (response.content, response.headers["Layer"]) == (content, "yes")
    assert layer.told == ["before", "after", "finish"]


@pytest.mark.parametrize("inside", [view, later])
def test_it_finishes_when_a_view_fails(inside: Any) -> None:
    layer = Told(inside)
    with pytest.raises(ZeroDivisionError):
        through(layer, "PUT")
    assert layer.told == ["before", "finish"]
