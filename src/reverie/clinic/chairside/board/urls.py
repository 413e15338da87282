"""Addresses of the board of chairs."""

from django.urls import path

from reverie.clinic.chairside.board import views

urlpatterns = [
    path("chairs/", views.board, name="board"),
    path("chairs/stream", views.stream, name="board_stream"),
    path("chairs/<uuid:chair_id>/open/", views.open_session, name="session_open"),
]
