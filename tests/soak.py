"""The figures of a sized run: tests write them with `figure`, `./run soak` makes bench/SOAK.md of them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from tests import postgresql

NAME = "REVERIE_FIGURES"


def figure(what: str, value: str) -> None:
    """Keep a measured value, with its unit, for the report; outside a soak it is only printed."""
    line = f"{'on PostgreSQL, ' if postgresql.chosen() else ''}{what}: {value}"
    sys.stdout.write(line + "\n")
    if NAME in os.environ:
        with open(os.environ[NAME], "a") as file:
            file.write(line + "\n")


def report(seed: str, table: str, figures: str, commit: str, at: datetime) -> str:
    """The page about one soak, in Markdown."""
    lines = [
        "# The last soak",
        "",
        "The sized tests at full size: `./run soak` writes this page.",
        "",
        f"- Date: {at:%Y-%m-%d %H:%M} UTC",
        f"- Commit: {commit}",
        f"- Seed: {seed} (`REVERIE_SEED={seed} ./run soak` repeats it)",
        f"- Machine: {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}",
        "",
        "## Outcome",
        "",
        *(f"    {line.strip()}" for line in table.splitlines()),
        "",
        "## Figures",
        "",
        *(f"- {line}" for line in sorted(set(figures.splitlines()))),
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """`python -m tests.soak SEED TABLE FIGURES_FILE`."""
    seed, table, figures = sys.argv[1:]
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"], capture_output=True, text=True, check=False
    ).stdout.strip()
    sys.stdout.write(report(seed, table, Path(figures).read_text(), commit or "unknown", datetime.now(UTC)))


if __name__ == "__main__":
    main()
