"""Times as HL7 version 2 writes them: `20261124150000.123+0100`, and their RFC 3339 form.

A time that is not known to the minute is no time. A missing zone is given by the caller, never guessed.
Source: HL7 version 2.6, chapter 2A.22 (DTM); RFC 3339.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_FORM = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?",
    re.ASCII,
)
# a year before or after has no offset that can be converted safely
_FIRST_YEAR, _LAST_YEAR = 1900, 9998


def read_time(text: str, zone: tzinfo) -> datetime | None:
    """The time with a fixed offset; `zone` counts when it states none. None when it is no time."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    leap = second == "60"
    micro = fraction.ljust(6, "0")[:6] if fraction else "000000"
    form = f"{year}-{month}-{day}T{hour}:{minute}:{'59' if leap else second or '00'}.{micro}"
    try:
        if offset is not None:
            at = datetime.fromisoformat(form + offset)
        else:
            at = _fixed(datetime.fromisoformat(form).replace(tzinfo=zone))
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            return None
        return at + timedelta(seconds=1) if leap else at
    except (ValueError, OverflowError):
        return None


def states_zone(text: str) -> bool:
    """Whether a time that can be read states its offset."""
    return text[-1:] == "Z" or text[-5:-4] in ("+", "-") or text[-6:-5] in ("+", "-")


def rfc3339(at: datetime) -> str:
    """`at` (aware) as RFC 3339 with its offset, such as `2026-11-24T15:00:00.123000+01:00`."""
    return at.isoformat()


def _fixed(at: datetime) -> datetime:
    offset = at.utcoffset()
    if offset is None or at.tzinfo is UTC:
        return at
    # RFC 3339 knows no seconds in an offset; local mean times of old had them
    if offset % timedelta(minutes=1):
        return at.astimezone(UTC)
    return at.replace(tzinfo=timezone(offset), fold=0)
