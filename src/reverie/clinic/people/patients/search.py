"""What somebody typed to find a patient, read: words, numbers, birth dates, each of which must fit.

Pure. A date that can mean two days finds both, and says so.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from reverie.clinic.kernel.typed import dates
from reverie.clinic.people.patients import names

LONGEST = 200
MOST_PARTS = 8
_SPACED_DATE = re.compile(
    r"\b(?:[0-9]{1,2}(?:st|nd|rd|th)?\.? +[A-Za-z]{3,9}\.?,? +[0-9]{4}"
    r"|[A-Za-z]{3,9}\.? +[0-9]{1,2},? +[0-9]{4}|[0-9]{1,2}\. ?[0-9]{1,2}\. ?[0-9]{4})\b"
)
_YEAR = re.compile(r"(?:18|19|20)[0-9]{2}")


@dataclass(frozen=True)
class Part:
    """One thing that must fit: any of the words at the start of a word, or any of the days, or the year."""

    words: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    year: int = 0


@dataclass(frozen=True)
class Asked:
    """Everything that must fit, and what to tell about it."""

    parts: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    nothing: bool = False
    """Something was typed, but nothing that a patient could be found by."""


def read(text: str, today: date) -> Asked:
    """Read what was typed. Never fails: what is no date is a word."""
    rest = unicodedata.normalize("NFKC", text[:LONGEST])
    asked = Asked()

    def take_date(match: re.Match[str]) -> str:
        found = dates.meanings(match.group(0), today)
        if not found:
            return match.group(0)
        asked.parts.append(Part(days=tuple(found)))
        return " "

    rest = _SPACED_DATE.sub(take_date, rest)
    for chunk in re.split(r"[\s,;]+", rest):
        if chunk:
            _read_chunk(chunk, today, asked)
    del asked.parts[MOST_PARTS:]
    return replace(asked, nothing=not asked.parts and bool(text.strip()))


def _read_chunk(chunk: str, today: date, asked: Asked) -> None:
    words = tuple(names.typed_words(chunk))
    found = dates.meanings(chunk, today)
    if found and chunk.isdigit():
        asked.parts.append(Part(words=words, days=tuple(found)))
    elif found:
        asked.parts.append(Part(days=tuple(found)))
        if len(found) > 1:
            said = _(" or ").join(date_format(day, "j F Y") for day in found)
            asked.notes.append(
                _("%(typed)s can mean %(days)s; all are shown.") % {"typed": chunk, "days": said}
            )
    elif _YEAR.fullmatch(chunk):
        asked.parts.append(Part(words=words, year=int(chunk)))
    elif words:
        asked.parts.append(Part(words=words))
