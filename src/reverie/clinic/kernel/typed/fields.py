"""Form fields that read what people type by `text`, `numbers` and `dates`, and say what is wrong."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reverie.clinic.kernel import clock
from reverie.clinic.kernel.typed import dates, numbers, text


def today() -> date:
    """The day it is at the clinic."""
    return timezone.localdate(clock.now())


def in_words(day: date) -> str:
    """A day as it is read: 2 March 1984."""
    return date_format(day, "j F Y")


class LineField(forms.CharField):
    """Text on one line. Longer text is answered in words; a browser that cuts it off would lose it unseen."""

    default_error_messages = {"required": gettext_lazy("Please fill this in.")}

    def __init__(self, *, longest: int, **options: Any) -> None:
        self.longest = longest
        super().__init__(strip=False, **options)

    def to_python(self, value: Any) -> str:
        """The text, tidied. Raises ValidationError when it is too long."""
        return self.within(text.line(str(value or "")))

    def within(self, tidied: str) -> str:
        """`tidied`, or ValidationError when it is too long."""
        if len(tidied) > self.longest:
            raise ValidationError(
                _("At most %(longest)d characters; this has %(count)d.")
                % {"longest": self.longest, "count": len(tidied)}
            )
        return tidied


class LinesField(LineField):
    """Text on several lines."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """The text with its line breaks, tidied. Raises ValidationError when it is too long."""
        return self.within(text.lines(str(value or "")))


class NumberField(forms.Field):
    """A number between two bounds, as Decimal; None when empty and not required."""

    widget = forms.TextInput
    default_error_messages = {"required": gettext_lazy("Please fill this in.")}

    def __init__(
        self,
        *,
        lowest: Decimal | int,
        highest: Decimal | int,
        places: int = 0,
        unit: str = "",
        **options: Any,
    ) -> None:
        self.lowest, self.highest, self.places, self.unit_words = lowest, highest, places, unit
        attrs = {"inputmode": "decimal" if places else "numeric", "autocomplete": "off"}
        if unit:
            attrs["data-unit"] = unit
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def to_python(self, value: Any) -> Decimal | None:
        """The number. Raises ValidationError with words for the person."""
        if value is None or str(value).strip() == "":
            return None
        try:
            number = numbers.read(str(value), places=self.places)
        except numbers.Unreadable as fault:
            raise ValidationError(str(fault)) from None
        if not self.lowest <= number <= self.highest:
            raise ValidationError(
                _("Between %(lowest)s and %(highest)s, please.")
                % {"lowest": f"{self.lowest} {self.unit_words}".strip(),
                   "highest": f"{self.highest} {self.unit_words}".strip()}
            )  # fmt: skip
        return number


class DayField(forms.Field):
    """A day, typed in any usual way; refuses one that can mean two, saying which."""

    widget = forms.TextInput
    default_error_messages = {"required": gettext_lazy("Please fill this in.")}

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        """A day as it can be typed again."""
        return value.isoformat() if isinstance(value, date) else value

    def to_python(self, value: Any) -> date | None:
        """The day. Raises ValidationError with words for the person."""
        typed = str(value or "").strip()
        if not typed:
            return None
        found = dates.meanings(typed, today())
        if not found:
            raise ValidationError(_("This is not a date. Write it like 1984-03-02 or 2 March 1984."))
        if len(found) > 1:
            raise ValidationError(
                _("This can mean %(one)s or %(other)s. Write it like %(iso)s, year first.")
                % {"one": in_words(found[0]), "other": in_words(found[1]), "iso": found[0].isoformat()}
            )
        return found[0]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another day was typed."""
        return str(self.prepare_value(initial) or "") != str(data or "").strip()


_TIME = re.compile(r"(?:(.*?)[ T,]+(?:at +)?)?([0-9]{1,2})[:.]([0-9]{2})(?: *h)?")


class MomentField(forms.Field):
    """A time of day, alone (then today) or after a day; aware, on the clinic's clock."""

    default_error_messages = {"required": gettext_lazy("Please fill this in.")}

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off"}), **options)

    def to_python(self, value: Any) -> datetime | None:
        """The moment. Raises ValidationError with words for the person."""
        typed = str(value or "").strip()
        if not typed:
            return None
        match = _TIME.fullmatch(typed[:60])
        if match is None or not (int(match[2]) < 24 and int(match[3]) < 60):
            raise ValidationError(_("This is not a time. Write it like 14:30 or 2026-03-02 14:30."))
        day = DayField().clean(match[1]) if match[1] else today()
        if day.year < 1900:
            raise ValidationError(_("This lies too far back. Write the year with four digits."))
        return self._on_the_clock(datetime(day.year, day.month, day.day, int(match[2]), int(match[3])))  # noqa: DTZ001

    def _on_the_clock(self, naive: datetime) -> datetime:
        try:
            return from_current_timezone(naive)
        except (ValidationError, OverflowError):
            raise ValidationError(
                _("The clock was put forward or back around then. Write a time before or after.")
            ) from None
