"""Addresses of the chairside room."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("reverie.clinic.chairside.patient.urls")),
    path("", include("reverie.clinic.chairside.alarms.urls")),
    path("", include("reverie.clinic.chairside.due.urls")),
    path("", include("reverie.clinic.chairside.live.urls")),
    path("", include("reverie.clinic.chairside.board.urls")),
]
