"""Addresses at which something of ours breaks, with what a person typed in the error's words."""

from __future__ import annotations

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from reverie.clinic.kernel.access import needs
from reverie.clinic.site.urls import handler400, handler403, handler404, handler500
from reverie.clinic.site.urls import urlpatterns as whole

__all__ = ["handler400", "handler403", "handler404", "handler500"]


@needs("sign_in")
def breaks(request: HttpRequest) -> HttpResponse:
    """A fault of the program."""
    raise ValueError("Zwiebelkuchen cannot be read")


@needs("sign_in")
def full(request: HttpRequest) -> HttpResponse:
    """A disk without room."""
    raise OperationalError("database or disk is full")


urlpatterns = [path("breaks/", breaks), path("full/", full), *whole]
