"""The forms that correct an entry: strike it, or put a note, a rate or a set of values in its place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reverie.clinic.chairside.live.forms import AROUSAL, COMFORT, VitalsForm, rate_field
from reverie.clinic.kernel.typed.fields import LineField, LinesField
from reverie.clinic.session import acts
from reverie.science.session import events
from reverie.science.session.events import VitalsRecorded
from reverie.science.session.timeline import Line


class CorrectForm(forms.Form):
    """An entry that was wrong: struck, or for a note and a rate replaced."""

    text = LinesField(
        longest=2_000,
        label=lazy("Instead"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=lazy("Leave empty to strike the entry; it stays in view."),
    )
    rate = rate_field()
    reason = LineField(longest=200, label=lazy("Why"))

    def __init__(self, kind: str, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        if kind != "note":
            del self.fields["text"]
        if kind not in ("rate_changed", "infusion_started"):
            del self.fields["rate"]
        else:
            self.fields["rate"].help_text = _("Leave empty to strike the entry; it stays in view.")

    def instead(self, kind: str) -> events.Event | None:
        """What stands in its place; None when it is struck."""
        text, rate = self.cleaned_data.get("text"), self.cleaned_data.get("rate")
        if kind == "note" and text:
            return events.Note(text)
        if kind == "rate_changed" and rate is not None:
            return events.RateChanged(rate, "staff")
        if kind == "infusion_started" and rate is not None:
            return events.InfusionStarted(rate, "staff")
        return None


class CorrectSetForm(VitalsForm):
    """A set taken by hand: other values in its place, or the whole struck. Begins with what stands."""

    reason = LineField(longest=200, label=lazy("Why"))
    strike = forms.BooleanField(
        label=lazy("Strike the whole set: nothing of it is true of this patient"), required=False
    )

    def __init__(self, now: VitalsRecorded, typed: Any = None) -> None:
        """`now` is the set as it stands."""
        self.now = now
        said = {"arousal": now.arousal or "", "comfort": now.comfort or ""}
        super().__init__(typed, initial={**_values(now), **said})
        del self.fields["when"]
        # words that are not offered any more stay as they were said
        for name, usual in (("arousal", AROUSAL), ("comfort", COMFORT)):
            if said[name] not in dict(usual):
                self.fields[name] = forms.ChoiceField(
                    label=self.fields[name].label,
                    choices=[*usual, (said[name], said[name])],
                    required=False,
                )

    def clean(self) -> dict[str, Any]:
        """A set that is struck needs no values; one that is not must differ from what stands."""
        if self.cleaned_data.get("strike"):
            for name in [name for name in self.errors if name != "reason"]:
                del self.errors[name]
            return self.cleaned_data
        data = super().clean()
        if not self.errors and _told(self._made(data)) == _told(self.now):
            self.add_error(None, _("Nothing differs from what stands. Change a value, or strike the set."))
        return data

    def instead(self, kind: str) -> events.Event | None:
        """What stands in its place; None when it is struck."""
        return None if self.cleaned_data.get("strike") else self._made(self.cleaned_data)

    def _made(self, data: dict[str, Any]) -> VitalsRecorded:
        others = {
            row.parameter for row in self.now.rows if row.parameter and row.parameter not in self.fields
        }
        said = data.get("arousal") or "", data.get("comfort") or ""
        return acts.set_instead(self.now, self.values(data), *said, others)


def _values(now: VitalsRecorded) -> dict[str, Any]:
    return {row.parameter: row.value for row in now.rows if row.parameter and row.value is not None}


def _told(made: VitalsRecorded) -> tuple[dict[str, Any], str, str]:
    return _values(made), made.arousal or "", made.comfort or ""


def form_for(line: Line, typed: Any) -> CorrectForm | CorrectSetForm:
    """The form that corrects an entry, with what was typed into it, if anything was."""
    stands = line.now or line.event
    if isinstance(stands, VitalsRecorded):
        return CorrectSetForm(stands, typed)
    return CorrectForm(line.kind, typed)
