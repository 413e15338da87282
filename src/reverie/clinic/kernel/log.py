"""Application logs: one JSON object a line, UTC, without patient data. Line breaks cannot be forged."""

from __future__ import annotations

import json
import logging

from reverie.clinic.kernel import clock


class JsonLines(logging.Formatter):
    """Formats a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line = {
            "at": clock.to_text(clock.now()),
            "level": record.levelname.lower(),
            "from": record.name,
            "words": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)
