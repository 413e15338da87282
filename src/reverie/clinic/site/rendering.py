"""How every form of the clinic is drawn: label, control, unit, help, and the error beside it.

A widget says its unit by `attrs={"data-unit": "mmHg"}` and its look by `attrs={"data-look": "segments"}`.
It never changes what a form accepts.
"""

from __future__ import annotations

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting


class ClinicField(BoundField):
    """A bound field that knows how it looks."""

    @property
    def unit(self) -> str:
        """The unit beside the control, or an empty string."""
        return str(self.field.widget.attrs.get("data-unit", ""))

    @property
    def look(self) -> str:
        """One of text, choice, options, segments, check, long."""
        chosen = self.field.widget.attrs.get("data-look")
        if chosen:
            return str(chosen)
        widget = self.field.widget
        if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
            return "options"
        if isinstance(widget, forms.CheckboxInput):
            return "check"
        if isinstance(widget, forms.Select):
            return "choice"
        if isinstance(widget, forms.Textarea):
            return "long"
        return "text"

    @property
    def optional(self) -> bool:
        """Whether to say "optional": the exception is marked, not the rule."""
        return not self.field.required and self.look != "check" and not self.field.disabled

    @property
    def described(self) -> str:
        """The ids of help and error, for a group of choices."""
        return str(self.aria_describedby or "")


class ClinicRenderer(TemplatesSetting):
    """Set as FORM_RENDERER; needs "django.forms" among the installed apps."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = ClinicField
