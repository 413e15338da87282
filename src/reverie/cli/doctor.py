"""`reverie doctor`: one line for each thing that must be well, green or with what to do.

Exit status 0: all is well; 1: something needs a person. It works when the database does not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reverie.clinic.kernel.examine import Finding

QUARANTINE_MANY = 1_000


def mount(app: typer.Typer) -> None:
    """Add the word."""
    app.command()(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Look at database, disk, clock, keys, backups, processes, record, watch, quarantine; say what to do."""
    from reverie.cli.django_setup import prepare

    prepare()
    from reverie.clinic.kernel.examine import examine

    findings = []
    for finding in (*examine(), *_rooms()):
        findings.append(finding)
        if not as_json:
            _print(finding)
    bad = sum(not finding.good for finding in findings)
    if as_json:
        print(json.dumps([finding._asdict() for finding in findings], indent=1, ensure_ascii=False))
    elif bad:
        print(f"{bad} of {len(findings)} need you.")
    else:
        print("All is well.")
    raise typer.Exit(1 if bad else 0)


def _print(finding: Finding) -> None:
    mark = "+" if finding.good else "!"
    if sys.stdout.isatty():
        mark = f"\x1b[{32 if finding.good else 31}m{mark}\x1b[0m"
    print(f"{mark} {finding.check:<15} {finding.words}", flush=True)


def _rooms() -> Iterator[Finding]:
    """What only the rooms above the kernel know."""
    from reverie.clinic.kernel.examine import Finding

    rooms = (("alarm watch", _watch), ("migrations", _migrations), ("quarantine", _quarantine))
    for name, look in rooms:
        try:
            good, words = look()
        except Exception as error:
            yield Finding(name, False, f"Cannot be looked at: {error}")
        else:
            yield Finding(name, good, words)


def _watch() -> tuple[bool, str]:
    from reverie.clinic.session import watch_state

    return watch_state.health()


def _migrations() -> tuple[bool, str]:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        return False, f"{len(pending)} pending; the next start applies them: reverie serve"
    return True, "none pending"


def _quarantine() -> tuple[bool, str]:
    from reverie.clinic.devices.models import Quarantined

    count = Quarantined.objects.filter(resolved_at=None).count()
    if count > QUARANTINE_MANY:
        return False, f"{count:,} messages wait. Look through them on the page Quarantine."
    return True, f"{count:,} messages wait"
