"""`reverie quarantine list` and `show`: messages that could not be recorded, for whoever runs the machine."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Annotated, Any

import typer


def mount(app: typer.Typer) -> None:
    """Add the words to the `reverie quarantine` group."""
    app.command("list")(list_messages)
    app.command()(show)


def list_messages(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
    every: Annotated[bool, typer.Option("--all", help="Resolved ones too.")] = False,
) -> None:
    """List what is in quarantine, oldest first."""
    _prepare()
    from reverie.clinic.devices import questions

    rows = [_plain(row) for row in questions.listed(open_only=not every)]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        times = f" ({row['times']} times)" if row["times"] > 1 else ""
        device, control_id = row["device"] or "device not known", row["control_id"] or "-"
        print(f"{row['received_at']}  {device}  {control_id}  {row['reason']}{times}  {row['id']}")
    if not rows:
        print("The quarantine is empty.")


def show(id: Annotated[str, typer.Argument(help="The id that `list` gives.")]) -> None:
    """Write the bytes of one message to standard output, as they came."""
    _prepare()
    from django.core.exceptions import ValidationError

    from reverie.clinic.devices.models import Quarantined

    try:
        found = Quarantined.objects.filter(pk=id).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        print(
            f"No message in quarantine has the id {id}. `reverie quarantine list` names them.",
            file=sys.stderr,
        )
        raise typer.Exit(1)
    sys.stdout.buffer.write(bytes(found.payload))
    sys.stdout.buffer.flush()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    from reverie.clinic.kernel import clock

    plain = dict(row, id=str(row["id"]))
    return {
        name: clock.to_text(value) if isinstance(value, datetime) else value for name, value in plain.items()
    }


def _prepare() -> None:
    from reverie.cli import django_setup

    django_setup.prepare()
