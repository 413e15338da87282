"""Addresses of alarms: what every page listens to, seeing one, the sound check, the log of a session."""

from django.urls import path

from reverie.clinic.chairside.alarms import views

urlpatterns = [
    path("alarms/stream", views.stream, name="alarm_stream"),
    path("alarms/beats", views.beats, name="beats"),
    path("alarms/sound", views.sound_checked, name="sound_checked"),
    path("sessions/<uuid:session_id>/alarms/", views.log, name="alarm_log"),
    path("sessions/<uuid:session_id>/alarms/<int:seq>/seen", views.seen, name="alarm_seen"),
]
