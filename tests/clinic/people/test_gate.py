"""The gate itself: what declares nothing, who may not, and how each is told."""

from __future__ import annotations

import asyncio
import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import AsyncClient, Client, override_settings
from django.urls import include, path

from reverie.clinic.kernel import access, clock, ledger, streams
from reverie.clinic.kernel.access import keeps_showing, needs
from reverie.clinic.people import hashing
from tests.cast import Cast, make, signed_in


def undeclared(request: HttpRequest) -> HttpResponse:
    """A view that somebody forgot to declare."""
    return HttpResponse("forgotten")


@needs("board.see")
@keeps_showing
def live(request: HttpRequest) -> HttpResponse:
    """A page that goes on showing."""
    return JsonResponse({"method": request.method, "by": request.user.name})


@needs("session.record")
def record(request: HttpRequest) -> HttpResponse:
    """A write."""
    return HttpResponse("recorded")


@needs("board.see")
def refuses(request: HttpRequest) -> HttpResponse:
    """A view whose act asks for more."""
    access.require(request.user, "session.redact")
    return HttpResponse("done")


@needs("board.see")
def denies(request: HttpRequest) -> HttpResponse:
    """A view that denies by Django's own exception."""
    raise PermissionDenied("because")


@needs("board.see")
def busy(request: HttpRequest) -> HttpResponse:
    """A view that meets a full queue."""
    raise hashing.Busy


@needs("session.watch")
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """An async view, as the event stream is."""

    async def lines() -> object:
        yield request.user.name
        await asyncio.sleep(0)

    return StreamingHttpResponse(lines(), content_type="text/event-stream")


urlpatterns = [
    path("undeclared/", undeclared),
    path("live/", live),
    path("record/", record),
    path("refuses/", refuses),
    path("denies/", denies),
    path("busy/", busy),
    path("stream/", stream),
    path("", include("reverie.clinic.people.urls")),
    path("", include("reverie.clinic.chairside.urls")),
]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def refusals(cast: Cast) -> list[tuple[str, str]]:
    """The acts refused so far and to whom."""
    found = []
    for entry in streams.read(ledger.stream_of(cast.clinic.pk)):
        body = json.loads(entry.body or "{}")
        if body["outcome"] == "refused":
            found.append((body["act"], json.loads(entry.actor)["name"]))
    return found


def test_what_declares_nothing_is_refused(cast: Cast, client: Client) -> None:
    signed_in(client, cast.users["medical_director"])
    assert client.get("/undeclared/").status_code == 403
    assert refusals(cast) == [("undeclared", "Dr Karim Azadi")]
    assert Client().get("/undeclared/").status_code == 302


def test_a_refusal_is_said_and_kept(cast: Cast, client: Client) -> None:
    signed_in(client, cast.users["therapist"])
    answer = client.post("/record/")
    assert answer.status_code == 403
    assert "This is not open to you" in answer.content.decode()
    assert refusals(cast) == [("session.record", "Jonas Brandt")]


@pytest.mark.parametrize(("path", "act"), [("/refuses/", "session.redact"), ("/denies/", "because")])
def test_refusals_from_inside(cast: Cast, client: Client, path: str, act: str) -> None:
    signed_in(client, cast.nurse)
    assert client.get(path).status_code == 403
    assert refusals(cast) == [(act, "Anna Weiss")]


def test_a_full_queue_is_503(cast: Cast, client: Client) -> None:
    signed_in(client, cast.nurse)
    answer = client.get("/busy/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


@pytest.mark.parametrize(
    "headers",
    [
        {"HX-Request": "true"},
        {"Accept": "application/json"},
        {"Accept": "text/event-stream"},
    ],
)
def test_scripts_get_no_pages(cast: Cast, client: Client, headers: dict[str, str]) -> None:
    stranger = Client().get("/live/", headers=headers)
    assert (stranger.status_code, stranger.content, stranger.headers.get("Location")) == (401, b"", None)
    signed_in(client, cast.users["front_desk"])
    refused = client.get("/live/", headers=headers)
    assert (refused.status_code, refused.content) == (403, b"")


def test_a_stranger_is_sent_to_sign_in_and_back(cast: Cast, client: Client) -> None:
    answer = client.get("/live/?a=1&b=2")
    assert answer.headers["Location"] == "/account/login/?next=%2Flive%2F%3Fa%3D1%26b%3D2"
    assert client.post("/record/").headers["Location"] == "/account/login/"


def test_a_live_page_goes_on_while_locked(cast: Cast, client: Client) -> None:
    with clock.replaced_by(clock.FakeClock(clock.now())) as fake:
        signed_in(client, cast.nurse)
        fake.advance(3600)
        assert client.get("/live/").json() == {"method": "GET", "by": "Anna Weiss"}
        assert client.post("/live/").status_code == 423
        answer = client.post("/record/")
        assert answer.status_code == 423
        assert "Not recorded: the screen was locked" in answer.content.decode()
        script = client.post("/record/", headers={"HX-Request": "true"})
        assert script.status_code == 423
        assert json.loads(script.headers["HX-Trigger"]) == {"screen-locked": True}
        # eight hours later it still shows, and after twelve it is over
        fake.advance(8 * 3600)
        assert client.get("/live/").status_code == 200
        fake.advance(4 * 3600)
        assert client.get("/live/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_async_views_are_guarded_alike() -> None:
    cast = make()
    client, async_client = Client(), AsyncClient()

    async def ask(**headers: str) -> tuple[int, str]:
        answer = await async_client.get("/stream/", headers=headers)
        body = b"".join([part async for part in answer]) if answer.streaming else answer.content
        return answer.status_code, body.decode()

    assert asyncio.run(ask(Accept="text/event-stream")) == (401, "")
    async_client.cookies["sessionid"] = signed_in(client, cast.users["front_desk"]).cookies["sessionid"].value
    assert asyncio.run(ask(Accept="text/event-stream")) == (403, "")
    async_client.cookies["sessionid"] = signed_in(client, cast.nurse).cookies["sessionid"].value
    assert asyncio.run(ask()) == (200, "Anna Weiss")


@pytest.mark.parametrize("act", sorted(access.ACTS))
def test_nobody_may_do_anything_without_a_role(cast: Cast, act: str) -> None:
    nobody = cast.nurse
    nobody.roles = []
    expected = access.ACTS[act].relation == "open"
    assert access.may(nobody, act) is expected
    assert access.may(AnonymousUser(), act) is expected
    nobody.roles = ["infusion_nurse"]
    nobody.is_active = False
    assert access.may(nobody, act) is expected


@override_settings(DEMO=False)
def test_a_demo_sign_in_is_worth_nothing_outside_a_demo(cast: Cast, client: Client) -> None:
    with override_settings(DEMO=True):
        signed_in(client, cast.nurse, "demo")
        assert client.get("/live/").status_code == 200
    assert client.get("/live/").status_code == 302
