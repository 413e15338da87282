"""Addresses of a patient's page."""

from django.urls import path

from reverie.clinic.chairside.patient import views

urlpatterns = [
    path("patients/<uuid:patient_id>/", views.patient, name="patient"),
    path("patients/<uuid:patient_id>/print/", views.patient_print, name="patient_print"),
]
