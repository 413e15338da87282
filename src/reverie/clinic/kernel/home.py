"""The data folder: where the database, its keys, the anchors and the processes' pulses lie.

`REVERIE_HOME` names it, else `reverie` in the user's data folder. Nothing here creates it at import.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The places inside a data folder."""

    root: Path

    @property
    def database(self) -> Path:
        """The encrypted database file."""
        return self.root / "reverie.db"

    @property
    def keys(self) -> Path:
        """The folder of keys (mode 0700)."""
        return self.root / "keys"

    @property
    def anchors(self) -> Path:
        """The keyed file of stream heads, outside the database."""
        return self.root / "anchors.jsonl"

    @property
    def pulses(self) -> Path:
        """The folder of heartbeats, one file a process."""
        return self.root / "pulses"

    @property
    def backups(self) -> Path:
        """The folder of automatic backups."""
        return self.root / "backups"

    @property
    def made(self) -> Path:
        """Written when the database is first made: a database that is gone later is missing, not new."""
        return self.root / "made.json"

    @property
    def recovery(self) -> Path:
        """The public half of the recovery key that backups are sealed for, and when it was tested."""
        return self.root / "recovery.json"

    @property
    def last_backup(self) -> Path:
        """When the last good backup was made, and where it was put."""
        return self.root / "last_backup.json"

    @property
    def demo_mark(self) -> Path:
        """Present in a demo's folder from its first moment; such a folder never becomes a live one."""
        return self.root / "DEMO"

    @property
    def is_demo(self) -> bool:
        """Whether this folder belongs to a demo."""
        return self.demo_mark.exists()

    def create(self) -> None:
        """Make the folders, readable by this user only. Raises OSError."""
        for folder in (self.root, self.keys, self.pulses):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.keys.chmod(0o700)
        if not self.database.exists():
            # it may have been made beforehand, for all to look into
            self.root.chmod(0o700)


def current() -> Home:
    """The data folder in force."""
    named = os.environ.get("REVERIE_HOME")
    if named:
        return Home(Path(named).expanduser().resolve())
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Home(Path(data) / "reverie")
