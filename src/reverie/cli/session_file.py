"""An exported session file: verify it and replay it, without any database and without Django.

Knows the export's form (one entry a line, an end line), that keys are unique and that content is missing
only where a redaction says so. It trusts nothing in the file and reads it line by line.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from reverie.clinic.kernel.chain import Entry, LineFault, read_export
from reverie.science.session.amend import read, redacted_by
from reverie.science.session.fold import Recorded, as_happened, as_known, text_of

LONGEST_LINE = 16 * 1024 * 1024  # bytes; a line that never ends must not fill the memory


class Verified(NamedTuple):
    """What a whole file says of itself, once all of it was verified."""

    stream: str
    events: int
    head: bytes


def read_lines(path: Path) -> Iterator[str]:
    """The lines of the file, each with its end. Raises LineFault for what no export holds, and OSError."""
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE):
            number += 1
            if number == 1 and raw.startswith(b"\xef\xbb\xbf"):
                raise LineFault("line 1: begins with a byte-order mark, which an export never has")
            if raw.endswith((b"\r\n", b"\r")):
                raise LineFault(
                    f"line {number}: ends as Windows ends lines (CR LF), which an export never does"
                )
            if len(raw) == LONGEST_LINE:
                raise LineFault(f"line {number}: is longer than any line of an export")
            try:
                yield raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise LineFault(f"line {number}: byte {error.start + 1} is not UTF-8") from None
        if number == 0:
            raise LineFault("the file is empty")


def read_file(path: Path) -> Iterator[Entry]:
    """The verified entries of an exported session. Raises LineFault at the first fault, and OSError."""
    first_seq: dict[str, int] = {}
    emptied: set[int] = set()
    explained: set[int | None] = set()
    for entry in read_export(read_lines(path)):
        earlier = first_seq.setdefault(entry.key, entry.seq)
        if earlier != entry.seq:
            raise LineFault(f"line {entry.seq}: repeats the key of line {earlier}")
        if entry.body is None:
            emptied.add(entry.seq)
        elif entry.kind == "redaction":
            one = recorded_of(entry)
            explained.add(redacted_by(one, read(one)))
        yield entry
    for seq in sorted(emptied):
        if seq not in explained:
            raise LineFault(f"line {seq}: its content is missing, and no redaction says why")


def recorded_of(entry: Entry) -> Recorded:
    """An entry as folds read it. Raises LineFault where its actor or body is no JSON object."""
    actor, body = _object(entry, entry.actor), None if entry.body is None else _object(entry, entry.body)
    return Recorded(
        entry.seq,
        entry.key,
        entry.kind,
        entry.version,
        entry.occurred_ms,
        entry.recorded_ms,
        actor,
        body,
    )


def _object(entry: Entry, text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineFault(f"line {entry.seq}: holds what is no JSON ({error})") from None
    if not isinstance(data, dict):
        raise LineFault(f"line {entry.seq}: holds an actor or a body that is no object")
    return data


def check_file(path: Path) -> Verified:
    """Verify the whole file. Raises LineFault at the first fault, and OSError."""
    last: Entry | None = None
    for entry in read_file(path):
        last = entry
    assert last is not None  # an export without entries is a fault
    return Verified(last.stream, last.seq, last.hash)


def verify_file(path: Path) -> int:
    """Say in one sentence whether the file verifies. The exit code: 0, 1 for a fault, 2 when unreadable."""
    try:
        found = check_file(path)
    except LineFault as fault:
        print(f"{path} does not verify: {fault}.", file=sys.stderr)
        return 1
    except OSError as error:
        return _unreadable(path, error)
    events = "1 event" if found.events == 1 else f"{found.events} events"
    print(f"{path} verifies: {events} of {found.stream}, head {found.head.hex()}.")
    return 0


def replay_file(path: Path, how: str = "happened", upto_seq: int | None = None) -> int:
    """Print the state folded from a file that verifies, as canonical JSON; exit codes as `verify_file`.

    `how` is `happened` (by occurrence, corrected) or `known` (in order of recording); `upto_seq` leaves
    out what was recorded after that entry.
    """
    if how not in ("happened", "known"):
        print(f"“{how}” is no way to replay; say happened or known.", file=sys.stderr)
        return 2
    try:
        recorded = [recorded_of(entry) for entry in read_file(path)]
    except LineFault as fault:
        print(f"{path} does not verify, so it is not replayed: {fault}.", file=sys.stderr)
        return 1
    except OSError as error:
        return _unreadable(path, error)
    if upto_seq is not None:
        if not 1 <= upto_seq <= len(recorded):
            print(f"{path} holds entries 1 to {len(recorded)}; there is no {upto_seq}.", file=sys.stderr)
            return 2
        recorded = recorded[:upto_seq]
    print(text_of(as_happened(recorded) if how == "happened" else as_known(recorded)))
    return 0


def _unreadable(path: Path, error: OSError) -> int:
    print(f"{path} cannot be read: {error.strerror or error}.", file=sys.stderr)
    return 2
