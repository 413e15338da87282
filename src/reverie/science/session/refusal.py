"""Why an act may not append an event."""

from __future__ import annotations

from typing import NamedTuple


class Refusal(NamedTuple):
    """Why not: a sentence for a person, and a stable word for the program."""

    reason: str
    code: str
