"""What alarms came from and what became of them, for several at once; and what was heard of a test sound."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reverie.clinic.kernel.typed.fields import LineField
from reverie.clinic.session.alarm_words import CAUSES, OUTCOMES


class AnswerForm(forms.Form):
    """Cause and outcome of the chosen alarms."""

    alarms = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": lazy("Choose at least one alarm above."),
            # two may answer at the same time
            "invalid_choice": lazy(
                "Nothing was recorded: an alarm that you chose is answered already. The list says how."
            ),
        },
    )
    cause = forms.ChoiceField(
        label=lazy("Where it came from"),
        choices=list(CAUSES.items()),
        widget=forms.RadioSelect(attrs={"data-look": "options"}),
        error_messages={"required": lazy("Choose where it came from.")},
    )
    outcome = forms.ChoiceField(
        label=lazy("What became of it"),
        choices=list(OUTCOMES.items()),
        widget=forms.RadioSelect(attrs={"data-look": "options"}),
        error_messages={"required": lazy("Choose what became of it.")},
    )
    note = LineField(longest=200, label=lazy("Note"), required=False)

    def __init__(self, *args: Any, open_alarms: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["alarms"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(seq, str(seq)) for seq in open_alarms]

    def clean(self) -> dict[str, Any]:
        """“Other” says nothing without a note."""
        data: dict[str, Any] = super().clean() or {}
        chosen = (data.get("cause"), data.get("outcome"))
        if "other" in chosen and not data.get("note") and "note" not in self.errors:
            self.add_error("note", _("You chose “other”: say in a few words what it was."))
        return data


class SoundForm(forms.Form):
    """What somebody said of the test sound on their screen."""

    heard = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])
    place = forms.ChoiceField(choices=[("station", "station"), ("room", "room")])
    session = forms.UUIDField(required=False)
