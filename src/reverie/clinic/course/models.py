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
    ("borderline_research", _("Borderline personality disorder")),
    ("end_of_life_exception", _("Distress at the end of life")),
]
STANDING = {"borderline_research": _("research only"), "end_of_life_exception": _("by exception")}
"""Indications that are not treated as a matter of course, and how they are marked wherever they stand."""


class Course(models.Model):
    """A patient's treatment for one indication, from opening to closing."""

    class Closed(models.TextChoices):
        COMPLETED = "completed", _("Completed")
        NO_RESPONSE = "no_response", _("It did not help enough")
        ADVERSE_EVENT = "adverse_event", _("Unwanted effects")
        PATIENT_CHOICE = "patient_choice", _("The patient's choice")
        LOST = "lost", _("The patient can no longer be reached")
        COST = "cost", _("Cost")
        CONTRAINDICATION = "contraindication", _("A reason against it appeared")
        TRANSFERRED = "transferred", _("Treated elsewhere from now on")
        DECEASED = "deceased", _("The patient died")

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="courses")
    indication = models.CharField(max_length=30, choices=INDICATIONS)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_infusions = models.PositiveSmallIntegerField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_reason = models.CharField(max_length=30, choices=Closed, blank=True)
    closed_note = models.CharField(max_length=300, blank=True)
    key = models.CharField(max_length=64, default=ids.new_id, editable=False)

    class Meta:
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "indication"],
                condition=models.Q(closed_at=None),
                name="course_open_once_per_indication",
            ),
            models.UniqueConstraint(fields=["patient", "key"], name="course_opened_once"),
        ]

    def __str__(self) -> str:
        return str(self.get_indication_display())

    @property
    def standing(self) -> str:
        """How the indication is marked: "research only", "by exception" or nothing."""
        return str(STANDING.get(self.indication, ""))

    @property
    def is_open(self) -> bool:
        """Whether it has not been closed."""
        return self.closed_at is None


class Goal(models.Model):
    """What the patient hopes for, in their own words."""

    id = models.UUIDField(primary_key=True, default=ids.new_uuid, editable=False)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="goals")
    words = models.CharField(max_length=300)
    position = models.PositiveSmallIntegerField(default=0)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "recorded_at"]

    def __str__(self) -> str:
        return self.words
