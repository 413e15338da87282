"""Addresses of the patient pages of this room; a patient's own page is composed further right."""

from django.urls import path

from reverie.clinic.people.patients import views

urlpatterns = [
    path("patients/", views.patients, name="patients"),
    path("patients/new/", views.register, name="patient_register"),
    path("patients/<uuid:patient_id>/change/", views.change, name="patient_change"),
    path("patients/<uuid:patient_id>/support/new/", views.support_add, name="support_add"),
    path("patients/support/<uuid:support_id>/end/", views.support_end, name="support_end"),
]
