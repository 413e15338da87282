"""Addresses of the session room: what it answers to programs."""

from django.urls import path

from reverie.clinic.session import views

urlpatterns = [
    path("sessions/<uuid:session_id>/stream", views.stream, name="session_stream"),
    path("sessions/<uuid:session_id>/numerics", views.numerics, name="session_numerics"),
    path("sessions/<uuid:session_id>/whole", views.whole, name="session_whole"),
    path("sessions/<uuid:session_id>/export", views.export, name="session_export"),
]
