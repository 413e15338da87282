"""What makes a password or a PIN too easy to guess. Never asks for kinds of characters.

Sources: OWASP ASVS 5.0, 6.2; Django's list of 20,000 common passwords is checked beside it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LEAST_OWN = 8
LONGEST = 256


class NotTheClinic:
    """Refuses a password that is little more than the clinic's, the product's or the person's name."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError."""
        rest = password.casefold()
        words = ["reverie"]
        if user is not None:
            clinic = getattr(user, "clinic", None) if getattr(user, "clinic_id", None) else None
            words += [user.username, *user.name.split(), *(clinic.name.split() if clinic else [])]
        for word in sorted({word.casefold() for word in words if len(word) > 2}, key=len, reverse=True):
            rest = rest.replace(word, "")
        if len(rest.strip()) < LEAST_OWN:
            raise ValidationError(self.get_help_text(), code="password_is_a_name")

    def get_help_text(self) -> str:
        """In words."""
        return _("Names of the clinic, of Reverie or of yourself are too easy to guess. Add other words.")


class NotTooLong:
    """Refuses what nobody types, before it costs a hash."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError."""
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        """In words."""
        return _("A password has at most 256 characters.")


def check_pin(pin: str, least: int) -> None:
    """Raise ValidationError for a PIN that is short, not digits, or a run or repetition."""
    if not (pin.isascii() and pin.isdigit()) or not least <= len(pin) <= 12:
        raise ValidationError(_("A PIN has {least} to 12 digits.").format(least=least), code="pin_form")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    half = len(pin) // 2
    if steps <= {0} or steps <= {1} or steps <= {9} or (len(pin) % 2 == 0 and pin[:half] == pin[half:]):
        raise ValidationError(
            _("This PIN is too easy to guess. Choose digits without a pattern."), code="pin_easy"
        )
