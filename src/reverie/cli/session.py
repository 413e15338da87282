"""`reverie session`: list, export, verify and replay. A file is read without any database or Django.

Exit status 0: done; 1: it does not verify; 2: there is no such session or file.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from uuid import UUID

import typer

from reverie.cli import django_setup

if TYPE_CHECKING:
    from reverie.clinic.session.models import Session

MISSING = 2

Which = Annotated[str, typer.Argument(metavar="ID|FILE", help="A session's id, or an exported file.")]


class Format(str, Enum):  # noqa: UP042 (typer reads the values of a str enum)
    """How a session is exported."""

    jsonl = "jsonl"


class How(str, Enum):  # noqa: UP042 (as above)
    """Which fold a replay shows."""

    happened = "happened"
    known = "known"


def mount(app: typer.Typer) -> None:
    """Add the words to the `reverie session` group."""
    app.command("list")(list_sessions)
    app.command()(export)
    app.command()(verify)
    app.command()(replay)


def list_sessions(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
    only_open: Annotated[bool, typer.Option("--open", help="Only those whose devices are recorded.")] = False,
) -> None:
    """List the sessions, the latest first."""
    django_setup.prepare()
    from reverie.clinic.kernel import clock
    from reverie.clinic.session import questions

    rows = [
        {
            "id": str(one.pk),
            "chair": one.chair.name,
            "state": one.state,
            "live": one.is_open,
            "opened_at": clock.to_text(one.opened_at),
        }
        for one in questions.all_sessions()
        if one.is_open or not only_open
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        live = "live" if row["live"] else "closed"
        print(f"{row['id']}  {row['opened_at']}  chair {row['chair']}  {row['state']}  {live}")
    if not rows:
        print("No session was opened yet.")


def export(
    session_id: Annotated[str, typer.Argument(metavar="ID", help="The session's id.")],
    format: Annotated[Format, typer.Option(help="The form of the lines.")] = Format.jsonl,
) -> None:
    """Write a whole session to standard output, as lines that verify by themselves."""
    session = _session(session_id)
    from reverie.clinic.kernel import ledger
    from reverie.clinic.session import questions

    ledger.write(
        "session.export",
        clinic_id=session.clinic_id,
        subject=session.stream,
        patient_id=session.patient_id,
        detail={"by": "command line"},
    )
    try:
        for line in questions.export(session.stream):
            sys.stdout.write(line)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read has had enough; nothing more can be said to them
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None


def verify(which: Which) -> None:
    """Say whether a session, or an exported file, is as it was recorded."""
    if (path := _file(which)) is not None:
        from reverie.cli import session_file

        raise typer.Exit(session_file.verify_file(path))
    session = _session(which)
    from reverie.cli import ledger

    ledger.verify(stream=session.stream)


def replay(
    which: Which,
    how: Annotated[How, typer.Option(help="What happened, or what was known.")] = How.happened,
    upto: Annotated[int | None, typer.Option(min=1, help="Leave out what was recorded after it.")] = None,
) -> None:
    """Fold a session, or an exported file, and print the state as JSON: the same bytes on any machine."""
    if (path := _file(which)) is not None:
        from reverie.cli import session_file

        raise typer.Exit(session_file.replay_file(path, how.value, upto))
    session = _session(which)
    from reverie.clinic.kernel import streams
    from reverie.clinic.session import folds
    from reverie.science.session.fold import Recorded, as_happened, as_known, text_of

    def recorded() -> Iterator[Recorded]:
        for entry in streams.read(session.stream):
            if upto is None or entry.seq <= upto:
                yield folds.recorded_of(entry)

    print(text_of(as_happened(recorded()) if how is How.happened else as_known(recorded())))


def _file(which: str) -> Path | None:
    path = Path(which)
    if path.is_file() or os.sep in which or path.suffix:
        return path
    return None


def _session(told: str) -> Session:
    try:
        session_id = UUID(told)
    except ValueError:
        _stop(f"“{told}” is no session's id, and there is no file of that name.")
    django_setup.prepare()
    from reverie.clinic.session import questions

    session = questions.all_sessions().filter(pk=session_id).first()
    if session is None:
        _stop(f"There is no session {session_id}. `reverie session list` shows which there are.")
    return session


def _stop(words: str) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(MISSING)
