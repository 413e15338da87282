"""The forms of a course."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reverie.clinic.course.models import INDICATIONS, STANDING, Course
from reverie.clinic.kernel.typed.fields import LineField, LinesField, NumberField

LONGEST_GOAL, MOST_GOALS = 300, 10
PLEASE_CHOOSE = {
    "required": gettext_lazy("Please choose one."),
    "invalid_choice": gettext_lazy("Please choose one of these."),
}


def _indications() -> list[tuple[str, Any]]:
    """Those treated as a matter of course, then apart those that are not."""
    plain = [(value, words) for value, words in INDICATIONS if value not in STANDING]
    apart = [(value, f"{words}: {STANDING[value]}") for value, words in INDICATIONS if value in STANDING]
    return [("", _("Choose")), *plain, (_("Only in research or by exception"), apart)]


class GoalsField(LinesField):
    """Goals in the patient's own words, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            label=gettext_lazy("Goals"),
            longest=MOST_GOALS * (LONGEST_GOAL + 1),
            help_text=gettext_lazy("In the patient's own words, one on each line"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
            **options,
        )

    def clean(self, value: Any) -> list[str]:
        """The goals. Raises ValidationError for too many or too long ones."""
        goals = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(goals) > MOST_GOALS:
            raise ValidationError(
                _("At most %(most)d goals; these are %(count)d.") % {"most": MOST_GOALS, "count": len(goals)}
            )
        for number, goal in enumerate(goals, start=1):
            if len(goal) > LONGEST_GOAL:
                raise ValidationError(
                    _("Goal %(number)d has %(count)d characters; %(longest)d fit.")
                    % {"number": number, "count": len(goal), "longest": LONGEST_GOAL}
                )
        return list(dict.fromkeys(goals))


class CourseForm(forms.Form):
    """A course to be opened."""

    indication = forms.ChoiceField(
        label=gettext_lazy("Indication"), choices=_indications, error_messages=PLEASE_CHOOSE
    )
    planned_infusions = NumberField(
        label=gettext_lazy("Planned infusions"), lowest=1, highest=60, required=False
    )
    goals = GoalsField()


class GoalsForm(forms.Form):
    """The goals of a course."""

    goals = GoalsField()


class CloseForm(forms.Form):
    """Why a course ends."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why"),
        choices=Course.Closed.choices,
        widget=forms.RadioSelect,
        error_messages=PLEASE_CHOOSE,
    )
    note = LineField(label=gettext_lazy("In a few words"), longest=300, required=False)
