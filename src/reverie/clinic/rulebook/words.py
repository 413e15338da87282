"""What an edition is called, and its standing in words."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reverie.clinic.rulebook import questions
from reverie.clinic.rulebook.questions import Shelf, Standing


def called(shelf: Shelf, number: int) -> str:
    """`Edition 3, in force`; `Unsigned defaults` for number 0."""
    if number == 0:
        return _("Unsigned defaults")
    one = next(each for each in shelf.standings if each.number == number)
    return _("Edition %(number)s, %(state)s") % {"number": number, "state": state_of(one)}


def state_of(one: Standing) -> str:
    """What the edition is good for, in a few words."""
    return {
        questions.DRAFT: _("draft"),
        questions.SIGNED: _("signed, not in force"),
        questions.WAITING: _("in force later"),
        questions.HOLDS: _("in force"),
        questions.OVER: _("was in force"),
        questions.VOIDED: _("changed after it was signed or written"),
    }[one.state]


def moment(at: datetime | None) -> str:
    """A moment by the clinic's clock, as in `13 October 2026, 09:12`."""
    return date_format(timezone.localtime(at), "j F Y, H:i") if at else ""
