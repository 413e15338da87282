"""How large a sized test runs: small in `./run test`, large in `./run soak`."""

from __future__ import annotations

import os

SOAK = os.environ.get("REVERIE_SOAK") == "1"


def scale(*, test: int, soak: int) -> int:
    """The number of cases for this run."""
    return soak if SOAK else test
