"""Addresses of the course room."""

from django.urls import path

from reverie.clinic.course import views

urlpatterns = [
    path("patients/<uuid:patient_id>/courses/new/", views.open_course, name="course_open"),
    path("patients/courses/<uuid:course_id>/", views.course, name="course"),
    path("patients/courses/<uuid:course_id>/goals/", views.goals, name="course_goals"),
    path("patients/courses/<uuid:course_id>/close/", views.close, name="course_close"),
]
