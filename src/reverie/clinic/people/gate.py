"""The gate: every view declares its act; the person must be signed in strongly, unlocked and allowed.

Refusals go to the ledger in a transaction of their own. It fails closed: a view that declares nothing, a
sign-in that cannot be read, an act that is not in the table are all refused.
"""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from reverie.clinic.kernel import ledger
from reverie.clinic.kernel.access import Act, Refused, act_of, may
from reverie.clinic.kernel.layer import Layer
from reverie.clinic.people import sign_in, stations
from reverie.clinic.people.hashing import Busy
from reverie.clinic.people.sign_in import Standing

READS = frozenset({"GET", "HEAD", "OPTIONS"})
LOCKED = 423


class Gate(Layer):
    """Middleware; what a signed-in person got is never stored."""

    def after(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Keep it out of every store."""
        return _not_stored(request, response)

    def finish(self) -> None:
        """The next request may be of another clinic's zone."""
        timezone.deactivate()

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse what is not declared or not allowed."""
        act = act_of(view)
        entry = sign_in.of(request)
        standing = sign_in.standing(entry)
        if standing is Standing.ENDED:
            if request.session.get(sign_in.SESSION_NAME):
                request.session.flush()
            entry = None
            request.user = AnonymousUser()
            timezone.deactivate()
        else:
            assert entry is not None
            timezone.activate(ZoneInfo(entry.user.clinic.time_zone))
            # loaded with the sign-in: the same person without another query
            request.user = entry.user
        request.standing = standing  # type: ignore[attr-defined]
        if act is None:
            return refuse(request, "undeclared") if entry else _to_sign_in(request)
        if act.relation == "open":
            return None
        if entry is None:
            return _to_sign_in(request)
        if standing is Standing.WEAK and not getattr(view, "before_strong", False):
            return _elsewhere(request, reverse("set_up"), 401)
        if standing is Standing.LOCKED and not getattr(view, "while_locked", False):
            answer = _locked(request, view, act)
            if answer is not None:
                return answer
        if not may(request.user, act.name):
            return refuse(request, act.name)
        if standing is Standing.IN_FORCE and _is_activity(request, view):
            sign_in.seen(entry)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A refusal from inside a view or an act; a queue of hashes that is full."""
        if isinstance(exception, Refused | PermissionDenied):
            return refuse(request, str(exception) or "unnamed")
        if isinstance(exception, Busy):
            answer = HttpResponse(render_to_string("people/busy.html"), status=503)
            answer.headers["Retry-After"] = "5"
            return answer
        return None


def before_strong(view: Any) -> Any:
    """Declare that a view answers before the first strong factor: what is needed to set one up."""
    view.before_strong = True
    return view


def while_locked(view: Any) -> Any:
    """Declare that a view answers while the screen is locked: what is needed to unlock it or to leave."""
    view.while_locked = True
    return view


def refuse(request: HttpRequest, act_name: str) -> HttpResponse:
    """403, and a line in the ledger."""
    user = request.user
    if user.is_authenticated:
        ledger.write(
            act_name,
            outcome="refused",
            clinic_id=user.clinic_id,
            actor=user.actor(),
            detail={"method": request.method or ""},
        )
    if wants_no_page(request):
        return HttpResponse(status=403)
    return HttpResponse(render_to_string("403.html"), status=403)


def wants_no_page(request: HttpRequest) -> bool:
    """Whether a script asks, which can do nothing with a page."""
    accepts = request.headers.get("Accept", "")
    return bool(getattr(request, "htmx", False)) or (
        "text/html" not in accepts and ("json" in accepts or "event-stream" in accepts)
    )


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    station = stations.of(request)
    address = reverse("switch_person") if station is not None else reverse("account_login")
    return _elsewhere(request, address, 401)


def _elsewhere(request: HttpRequest, address: str, status: int) -> HttpResponse:
    if wants_no_page(request):
        return HttpResponse(status=status)
    if request.method in READS and request.path != "/":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(address)


def _locked(request: HttpRequest, view: Any, act: Act) -> HttpResponse | None:
    reads = request.method in READS
    if reads and getattr(view, "keeps_showing", False):
        return None
    if wants_no_page(request):
        answer = HttpResponse(status=LOCKED)
        answer.headers["HX-Trigger"] = json.dumps({"screen-locked": True})
        return answer
    if reads:
        return _elsewhere(request, reverse("locked"), LOCKED)
    return HttpResponse(render_to_string("people/not_recorded.html", {}, request), status=LOCKED)


def _is_activity(request: HttpRequest, view: Any) -> bool:
    # a page that renews itself is not a person; what was clicked, typed or sent is
    if getattr(view, "while_locked", False):
        return False
    if request.method not in READS:
        return True
    return request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate" and not wants_no_page(request)


def _not_stored(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if getattr(request, "_sign_in", None) is not None:
        response.headers["Cache-Control"] = "no-store"
    return response
