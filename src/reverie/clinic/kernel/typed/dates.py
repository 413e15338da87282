"""Dates as people type them, and what each can mean.

Pure. 1984-03-02 and 02.03.1984 mean one day; 2/3/1984 may mean two, and both are told. Months in English.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WHOLE = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_ISO = re.compile(r"([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})")
_PARTS = re.compile(r"([0-9]{1,2})([-./]) ?([0-9]{1,2})\2 ?([0-9]{4}|[0-9]{2})")
_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_DAY_NAME = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[. ]*([a-z]+)[., ]*([0-9]{4})")
_NAME_DAY = re.compile(r"([a-z]+)[. ]*([0-9]{1,2})(?:st|nd|rd|th)?[., ]+([0-9]{4})")


def _day(year: int, month: int, day: int) -> list[date]:
    try:
        return [date(year, month, day)]
    except ValueError:
        return []


def _month(word: str) -> int:
    """The number of a month by its English name, whole or cut to three or more letters; 0 for other words."""
    for number, (short, whole) in enumerate(zip(MONTHS, _WHOLE, strict=True), start=1):
        if word.startswith(short) and whole.startswith(word[:9]):
            return number
    return 0


def _years(text: str, latest: date) -> list[int]:
    """The year; for two digits the last two that can be a birth year, the later first."""
    if len(text) == 4:
        return [int(text)]
    century = latest.year // 100 * 100
    return [year for year in (century + int(text), century - 100 + int(text)) if year <= latest.year]


def meanings(text: str, latest: date) -> list[date]:
    """The days that `text` can mean, the likeliest first; none when it is no date.

    Two-digit years mean one up to that of `latest`. Day comes first where points are written; with slashes or
    hyphens both orders count.
    """
    text = unicodedata.normalize("NFKC", text).strip().lower()
    if len(text) > 30:
        return []
    if match := _ISO.fullmatch(text) or _DIGITS.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_NAME.fullmatch(text):
        return _day(int(match[3]), _month(match[2]), int(match[1]))
    if match := _NAME_DAY.fullmatch(text):
        return _day(int(match[3]), _month(match[1]), int(match[2]))
    if match := _PARTS.fullmatch(text):
        first, mark, second, years = int(match[1]), match[2], int(match[3]), _years(match[4], latest)
        day_first = [found for year in years for found in _day(year, second, first)]
        month_first = [found for year in years for found in _day(year, first, second)]
        if mark == ".":
            return day_first or month_first
        return list(dict.fromkeys([*day_first, *month_first]))
    return []
