"""Witnesses: what somebody outside the database knows of its streams, in any number.

They wait in a temporary file until the stream that they tell of is walked. They judge nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sqlcipher3 import dbapi2


class Witness(NamedTuple):
    """What somebody outside the database knows: entry `seq` of `stream` had this hash; `words` says when."""

    stream: str
    seq: int
    hash: bytes
    words: str


class Witnesses:
    """Any number of witnesses, kept in a temporary file that the database library removes by itself."""

    def __init__(self, witnesses: Iterable[Witness] = ()) -> None:
        """Take them in."""
        self._store = dbapi2.connect("")
        self._store.execute("CREATE TABLE witness (stream TEXT, seq INTEGER, hash BLOB, words TEXT)")
        self._store.executemany("INSERT INTO witness VALUES (?, ?, ?, ?)", witnesses)
        self._store.execute("CREATE INDEX of_stream ON witness (stream, seq)")
        self._store.execute("CREATE TABLE walked (stream TEXT PRIMARY KEY)")
        self.count: int = self._store.execute("SELECT COUNT(*) FROM witness").fetchone()[0]

    def of(self, stream: str) -> Iterator[tuple[int, bytes, str]]:
        """Those of one stream, by number of entry."""
        return iter(
            self._store.execute(
                "SELECT seq, hash, words FROM witness WHERE stream = ? ORDER BY seq, rowid", [stream]
            )
        )

    def walked(self, stream: str) -> None:
        """Remember that the stream is there."""
        self._store.execute("INSERT OR IGNORE INTO walked VALUES (?)", [stream])

    def vanished(self) -> Iterator[tuple[str, int, str]]:
        """Streams that a witness knows and nobody walked: name, last known entry, words."""
        return iter(
            self._store.execute(
                "SELECT stream, MAX(seq), words FROM witness "
                "WHERE stream NOT IN (SELECT stream FROM walked) GROUP BY stream ORDER BY stream"
            )
        )

    def close(self) -> None:
        """Remove them."""
        self._store.close()
