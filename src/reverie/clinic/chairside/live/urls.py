"""Addresses of the live page and of the record around it."""

from django.urls import path

from reverie.clinic.chairside.live import record_views, views

_ONE = "sessions/<uuid:session_id>/"

urlpatterns = [
    path(_ONE, views.session, name="session"),
    path(f"{_ONE}bar", views.bar, name="session_bar"),
    path(f"{_ONE}vitals", views.record_vitals, name="record_vitals"),
    path(f"{_ONE}note", views.record_note, name="record_note"),
    path(f"{_ONE}pump", views.record_pump, name="record_pump"),
    path(f"{_ONE}state", views.change_state, name="change_state"),
    path(f"{_ONE}presence", views.presence, name="presence"),
    path(f"{_ONE}late/", record_views.enter_late, name="enter_late"),
    path(f"{_ONE}entries/<int:seq>/", record_views.correct, name="correct_entry"),
    path(f"{_ONE}entries/<int:seq>/redact/", record_views.redact, name="redact_entry"),
    path(f"{_ONE}sign/", record_views.sign, name="sign_session"),
    path(f"{_ONE}print/", record_views.on_paper, name="session_print"),
]
