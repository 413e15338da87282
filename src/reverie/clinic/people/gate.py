"""The gate: every request's view must declare its act, and the person must be allowed to do it.

Refusals go to the ledger in a transaction of their own. It fails closed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from reverie.clinic.kernel.access import act_of, may


class Gate:
    """Middleware, for sync and async views alike."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        """Let the request through to `process_view`."""
        response: HttpResponse | Awaitable[HttpResponse] = self.get_response(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Refuse what is not declared or not allowed."""
        act = act_of(view)
        if act is None:
            raise PermissionDenied("this address declares no act")
        if act.relation == "open":
            return None
        if not request.user.is_authenticated:
            return redirect("account_login")
        if not may(request.user, act.name):
            raise PermissionDenied(act.name)
        return None
