"""Application logs: one JSON object a line, UTC, without patient data. Line breaks cannot be forged.

An error's own words may hold what somebody typed, and an address may hold a name or a secret: traces say
kinds and places, addresses are those of the pattern. Only the system's own errors keep their words.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator

from django.db import InterfaceError, OperationalError

from reverie.clinic.kernel import clock

# a disk, a socket or a database that is not there speaks of itself, not of a patient
KEEP_THEIR_WORDS = (OSError, OperationalError, InterfaceError)


class JsonLines(logging.Formatter):
    """Formats a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "at": clock.to_text(clock.now()),
            "level": record.levelname.lower(),
            "from": record.name,
            **_said(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = "\n".join(_traced(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=True)


def _said(record: logging.LogRecord) -> dict[str, str]:
    request = getattr(record, "request", None)
    if request is None or not isinstance(record.args, tuple) or not record.args:
        return {"words": record.getMessage()}
    # Django gives the address last: the pattern says which page it was, and no more
    match = getattr(request, "resolver_match", None)
    words = " ".join(str(arg) for arg in record.args[:-1]) or record.msg
    return {"words": words, "address": match.route if match is not None else "unknown"}


def _traced(error: BaseException) -> Iterator[str]:
    """Places and kinds of an error and of what led to it, the outermost first."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        words = f": {following}" if isinstance(following, KEEP_THEIR_WORDS) else ""
        yield f"{type(following).__module__}.{type(following).__qualname__}{words}"
        for frame in traceback.extract_tb(following.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        following = following.__cause__ or following.__context__
