"""What this process has folded of sessions, kept so that nobody folds a whole stream twice.

A fold is only ever moved on by entries that are committed or stand in the caller's own transaction; the
hash of its last entry is looked at again each time, so that a rollback or a restored backup shows.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from reverie.clinic.kernel import chain, streams
from reverie.clinic.kernel.models import Head
from reverie.clinic.session.columns import Columns
from reverie.science.session.events import BadEvent, Readings, parse
from reverie.science.session.fold import EMPTY, Recorded, State, advance

MOST_KEPT = 64
MOST_ASKED = 100


@lru_cache(maxsize=1_024)
def _actor_of(text: str) -> Mapping[str, Any]:
    # few people and devices write very many entries
    found: Mapping[str, Any] = json.loads(text)
    return found


def recorded_of(entry: chain.Entry) -> Recorded:
    """An entry of a stream as folds read it."""
    body = None if entry.body is None else json.loads(entry.body)
    return Recorded(
        entry.seq,
        entry.key,
        entry.kind,
        entry.version,
        entry.occurred_ms,
        entry.recorded_ms,
        _actor_of(entry.actor),
        body,
    )


class Fold:
    """One session as known up to its entry `seq`: the state, and the numerics as columns."""

    def __init__(self, stream: str) -> None:
        """Nothing is known yet."""
        self.stream = stream
        self.lock = threading.RLock()
        self._empty()

    def _empty(self) -> None:
        self.seq, self.hash = 0, chain.GENESIS
        self.state: State = EMPTY
        self.columns = Columns()
        # what the last message was read as, for those who tell of it: reading costs more than telling
        self.last_readings: tuple[int, Readings] | None = None

    def take(self, entry: chain.Entry) -> None:
        """Move on by the next entry. What is known already changes nothing."""
        with self.lock:
            if entry.seq != self.seq + 1:
                return
            if entry.kind == "redaction":
                # what was folded still knows the content that is gone
                self._fold_anew()
            else:
                self._advance(entry)

    def _advance(self, entry: chain.Entry) -> None:
        recorded = recorded_of(entry)
        if entry.kind == "readings" and recorded.body is not None:
            self._add_columns(recorded)
        self.state = advance(self.state, recorded)
        self.seq, self.hash = entry.seq, entry.hash

    def _fold_anew(self) -> None:
        self._empty()
        for entry in streams.read(self.stream):
            self._advance(entry)

    def _add_columns(self, recorded: Recorded) -> None:
        try:
            event = parse(recorded.kind, recorded.version, recorded.body or {})
        except BadEvent:
            return  # the fold tells of it as unknown
        if isinstance(event, Readings):
            self.columns.add(recorded.seq, recorded.recorded_ms, event)
            self.last_readings = (recorded.seq, event)

    def catch_up(self, seen: Iterable[chain.Entry] | None = None) -> None:
        """Take what was recorded since; `seen` are the entries from this fold's last one on, if read already.

        Raises UnknownStream.
        """
        with self.lock:
            since = list(streams.read(self.stream, self.from_seq - 1) if seen is None else seen)
            if not self.seq:
                for entry in since:
                    self._advance(entry)
            elif not since or since[0].seq > self.seq or not self._agrees(since):
                self._fold_anew()
            else:
                for entry in since:
                    self.take(entry)

    def _agrees(self, since: Iterable[chain.Entry]) -> bool:
        return any(entry.seq == self.seq and entry.hash == self.hash for entry in since)

    @property
    def from_seq(self) -> int:
        """The first entry to read: the last one again, so that its hash is looked at."""
        return max(self.seq, 1)


_folds: OrderedDict[str, Fold] = OrderedDict()
_keeping = threading.Lock()


def fold_of(stream: str) -> Fold:
    """The fold of a stream, caught up. Raises UnknownStream."""
    fold = _kept(stream)
    fold.catch_up()
    return fold


def folds_of(names: Collection[str]) -> dict[str, Fold]:
    """The folds of many streams, caught up with two queries; streams that are not there are left out."""
    heads = dict(Head.objects.filter(stream__in=names).values_list("stream", "pk"))
    found = {name: _kept(name) for name in names if name in heads}
    asked = [(heads[name], fold.from_seq) for name, fold in found.items()]
    since: dict[int, list[chain.Entry]] = {}
    for start in range(0, len(asked), MOST_ASKED):
        for head_id, row in streams.read_many(asked[start : start + MOST_ASKED]):
            since.setdefault(head_id, []).append(streams.entry_from("", row))
    for name, fold in found.items():
        fold.catch_up(since.get(heads[name], []))
    return found


def _kept(stream: str) -> Fold:
    with _keeping:
        fold = _folds.get(stream) or Fold(stream)
        _folds[stream] = fold
        _folds.move_to_end(stream)
        while len(_folds) > MOST_KEPT:
            _folds.popitem(last=False)
    return fold
