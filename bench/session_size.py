"""How much room a session takes: 90 minutes of one monitor at 1 Hz, encrypted, chained and indexed.

python -m bench.session_size
"""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path

MINUTES = 90


def main() -> None:
    """Record the session in a home of its own and print the growth of the file."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"REVERIE_HOME": folder, "DJANGO_SETTINGS_MODULE": "reverie.clinic.site.settings"}
        from reverie.clinic.kernel import keys

        keys.create_all()
        import django

        django.setup()
        _measure(Path(folder))


def _measure(folder: Path) -> None:
    from django.core.management import call_command

    from reverie.clinic.devices.simulated.device import Spec, usual_program
    from reverie.clinic.kernel import clock, home
    from reverie.clinic.kernel.models import Entry
    from reverie.clinic.site.demo.sessions import play
    from tests.clinic.devices import ward

    call_command("migrate", verbosity=0)
    (session,) = ward.furnish(1)
    before = _size(home.current().database)
    begun_at = clock.now() - timedelta(minutes=MINUTES)
    spec = Spec("M1", program=usual_program(600.0), begun_at=begun_at, seed=5, named=session.patient.number)
    play(begun_at, 60 * MINUTES, [], [spec])
    grown, entries = _size(home.current().database) - before, Entry.objects.count()
    print(
        f"{MINUTES} minutes at 1 Hz: {entries:,} entries, {grown / 1e6:.2f} MB, {grown / entries:.0f} B each"
    )


def _size(database: Path) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
    return database.stat().st_size


if __name__ == "__main__":
    main()
