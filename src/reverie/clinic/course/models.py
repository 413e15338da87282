"""Courses: a patient's whole treatment for one indication, and its goals."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from reverie.clinic.kernel import ids
from reverie.clinic.people.models import Patient

INDICATIONS = [
    ("depression", _("Depression")),
    ("suicidality", _("Suicidality")),
    ("anxiety", _("Anxiety")),
    ("bipolar", _("Bipolar depression")),
    ("ptsd", _("Post-traumatic stress")),
    ("ocd", _("Obsessive-compulsive disorder")),
    ("substance_use", _("Substance or alcohol use")),
    ("neuropathic_pain", _("Neuropathic pain")),
    ("crps", _("Complex regional pain syndrome")),
    ("fibromyalgia", _("Fibromyalgia")),
    ("migraine", _("Migraine")),
    ("borderline_research", _("Borderline personality disorder (research)")),
    ("end_of_life_exception", _("Distress at the end of life (by exception)")),
]


class Course(models.Model):
    """A patient's treatment for one indication, from opening to closing."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    indication = models.CharField(max_length=30, choices=INDICATIONS)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_infusions = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "indication"],
                condition=models.Q(closed_at=None),
                name="course_open_once_per_indication",
            )
        ]

    def __str__(self) -> str:
        return str(self.get_indication_display())


class Goal(models.Model):
    """What the patient hopes for, in their own words."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="goals")
    words = models.CharField(max_length=300)
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.words
