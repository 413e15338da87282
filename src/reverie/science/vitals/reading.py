"""A reading: one value that a device or a person gave, with what it can be trusted for.

It knows its parameter, unit, validity and time. It never guesses: what is missing is None.
Vocabulary: BICEPS MeasurementValidity, with demo and test folded in.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class Reading(NamedTuple):
    """One row of a message or of a manual set.

    `parameter` is None for a row that we do not map; `value` is None when there is no value.
    `at` is timezone-aware. `unit` is canonical for mapped parameters, else the message's own. `alarm` is what
    the monitor says of its own alarm in the row: "", `high NAME` (or medium, low), `over NAME` or `inhibited
    NAME`.
    """

    parameter: str | None
    value: Decimal | None
    unit: str
    validity: str
    at: datetime | None
    code: str
    code_name: str
    channel: str
    alarm: str = ""
