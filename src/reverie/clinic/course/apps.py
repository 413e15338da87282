"""The course room as a Django app."""

from django.apps import AppConfig


class CourseConfig(AppConfig):
    """Courses of treatment and their goals."""

    name = "reverie.clinic.course"
    label = "course"
