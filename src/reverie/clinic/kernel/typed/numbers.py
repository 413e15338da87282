"""Numbers as people type them: digits 0 to 9 with a point or a comma, nothing else. Never a float.

"1,5" is 1.5. NaN, infinity, exponents, signs, other digits and thousands marks are refused in words.
"""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

LONGEST = 12
_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_QUANTITY = re.compile(r"([0-9][0-9.,]*)\s*(.*)", re.DOTALL)


class Unreadable(ValueError):
    """What was typed is not such a number; the message says so to the person who typed it."""


def read(text: str, *, places: int = 3) -> Decimal:
    """The number in `text`, with at most `places` decimal places. Raises Unreadable."""
    text = text.strip()
    if len(text) > LONGEST:
        raise Unreadable(_("This number is too long. Write it like 70.5."))
    if not _PLAIN.fullmatch(text):
        raise Unreadable(_("This is not a number. Write digits 0 to 9 with one point or comma, like 70.5."))
    value = Decimal(text.replace(",", "."))
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > places:
        if places == 0:
            raise Unreadable(_("Write a whole number, without a decimal point."))
        raise Unreadable(_("At most %(places)d decimal places, please.") % {"places": places})
    return value


def read_with_units(text: str, units: dict[str, str]) -> list[tuple[Decimal, str]]:
    """Numbers each followed by a unit: "11 st 3 lb" is [(11, "st"), (3, "lb")].

    `units` maps each spelling, lower case, to the unit's name; "" is the unit where none is written. Raises
    Unreadable for a number or a unit that it cannot read.
    """
    found: list[tuple[Decimal, str]] = []
    rest = text.strip().lower()
    if len(rest) > 3 * LONGEST:
        raise Unreadable(_("This number is too long. Write it like 70.5."))
    while rest:
        match = _QUANTITY.match(rest)
        if match is None:
            return [(read(rest), units[""])]  # says what is wrong
        number, rest = match.groups()
        spelled = re.match(r"[^0-9\s]*", rest)
        unit = spelled.group(0) if spelled else ""
        rest = rest[len(unit) :].strip()
        name = units.get(unit.rstrip("."))
        if name is None:
            raise Unreadable(_("The unit “%(unit)s” is not known here.") % {"unit": unit[:LONGEST]})
        found.append((read(number.rstrip(".,") if rest else number), name))
    return found or [(read(""), units[""])]
