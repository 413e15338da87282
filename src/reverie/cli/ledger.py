"""`reverie ledger verify`: whether anything in the record was changed after it was recorded, and where.

Exit status 0: nothing was changed; 1: something was, each fault on a line; 2: it could not be checked.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from reverie.clinic.kernel.verify import Tally

UNCHECKED = 2


def mount(app: typer.Typer) -> None:
    """Add `verify` to the `reverie ledger` group."""
    app.callback()(_ledger)
    app.command()(verify)


def _ledger() -> None:
    """Look after the record."""


def verify(
    stream: Annotated[
        str | None,
        typer.Option(help="Check this stream alone, such as session:ID or ledger:ID; else all."),
    ] = None,
) -> None:
    """Walk every stream of the clinic from its start, and check it against its anchors."""
    from reverie.cli.django_setup import prepare
    from reverie.clinic.kernel import clock

    started = clock.monotonic()
    try:
        prepare()
        tally, faults, heads = _check(stream)
    except Exception as error:
        print(f"The record could not be checked: {_why(error)}", file=sys.stderr)
        raise typer.Exit(UNCHECKED) from None
    took_s = clock.monotonic() - started
    what = f"{_many(tally.streams, 'stream')}, {_many(tally.entries, 'entry', 'entries')}"
    if faults:
        print(f"{_many(faults, 'fault')} in {what} ({took_s:.1f} s).")
        raise typer.Exit(1)
    if tally.witnesses:
        anchored = f"; checked against {_many(tally.witnesses, 'anchor')}, the last of {tally.last_anchor}"
    else:
        anchored = "; no anchors yet: a stream that is cut or re-chained as a whole would not show"
    print(f"Nothing was changed: {what}{anchored} ({took_s:.1f} s).")
    if stream is None:
        print(f"heads {heads}")


def _check(stream: str | None) -> tuple[Tally, int, str]:
    """Print each fault as it is found; what was walked, the number of faults, a digest of all heads."""
    from django.db import connection

    from reverie.clinic.kernel import anchors, home, keys
    from reverie.clinic.kernel.verify import (
        SNAPSHOT,
        Tally,
        from_anchors,
        heads_digest,
        tells_of_anchors,
        verify,
    )
    from reverie.clinic.kernel.witnesses import Witnesses

    tally, path, others = Tally(), home.current().anchors, 0
    with connection.cursor() as cursor:
        witnesses = Witnesses()
        if path.exists() and path.stat().st_size:
            try:
                lines = anchors.read_lines(path, keys.read("anchor"))
                witnesses = Witnesses(from_anchors(lines, tally))
            except anchors.Damaged as error:
                others += 1
                print(f"{path.name}: {error}")
                witnesses = Witnesses(from_anchors(_whole(path), tally))
        elif tells_of_anchors(cursor):
            others += 1
            print(f"{path.name}: the file of anchors is gone. It was removed, or the folder is not complete.")
        for fault in verify(cursor, witnesses, tally, only=stream, begin=SNAPSHOT[connection.vendor]):
            print(fault, flush=True)
        heads = heads_digest(cursor)
    connection.close()
    return tally, tally.faults + others, heads


def _whole(path: Any) -> Any:
    """The lines before the first damaged one."""
    from reverie.clinic.kernel import anchors, keys

    lines = anchors.read_lines(path, keys.read("anchor"))
    while True:
        try:
            yield next(lines)
        except (anchors.Damaged, StopIteration):
            return


def _why(error: Exception) -> str:
    from reverie.clinic.kernel import trouble

    code = trouble.cause_of(error)
    return f"{trouble.WORDS[code]} ({error})" if code else f"{error or type(error).__name__}"


def _many(count: int, one: str, many: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
