"""Where a number comes from. Every number of the science rooms carries one.

`published` stands in the cited work, `derived` was computed from it, `assumed` is ours and says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["published", "derived", "assumed"]


@dataclass(frozen=True)
class Source:
    """A citation with its year, what kind of evidence it is, and a note."""

    citation: str
    year: int
    status: Status
    note: str = ""
