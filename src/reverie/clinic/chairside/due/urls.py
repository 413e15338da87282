"""Addresses of the set that is due."""

from django.urls import path

from reverie.clinic.chairside.due import views

urlpatterns = [path("sessions/<uuid:session_id>/due", views.due_set, name="due_set")]
