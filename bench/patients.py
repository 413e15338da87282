"""How fast the patient pages answer in a large clinic: 10,000 patients, 50,000 sessions, encryption on.

Run: python -m bench.patients [patients]. Every request opens a new connection, as behind the web server.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

REQUESTS = 60


def main(patients: int) -> None:
    """Seed a home of its own, ask for each page, print a table."""
    with tempfile.TemporaryDirectory(prefix="reverie-bench-") as home:
        Path(home).chmod(0o700)
        os.environ |= {"REVERIE_HOME": home, "DJANGO_SETTINGS_MODULE": "reverie.clinic.site.settings"}
        from reverie.clinic.kernel import keys

        keys.create_all()
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        measure(patients)


def measure(patients: int) -> None:
    """Time the pages."""
    from django.core.cache import cache
    from django.db import connection
    from django.test import Client

    from reverie.clinic.people.models import LookAlike
    from reverie.clinic.people.patients import acts
    from tests import cast as people
    from tests.clinic.people.patients.test_scale import fill

    began = time.perf_counter()
    cast = people.make()
    made = fill(cast, patients, 5 * patients)
    pairs = LookAlike.objects.count() // 2
    print(f"{patients} patients, {5 * patients} sessions, {pairs} look-alike pairs", end=", ")
    print(f"seeded in {time.perf_counter() - began:.0f} s")
    client = people.signed_in(Client(SERVER_NAME="localhost"), cast.users["medical_director"])
    some = [made[n * 37 % patients] for n in range(REQUESTS)]
    asked = {
        "find, nothing typed": [f"/patients/?page={n}" for n in range(REQUESTS)],
        "find, part of a name": [f"/patients/?q={patient.family_name[:4]}" for patient in some],
        "find, name and date": [
            f"/patients/?q={patient.given_name[:3]}+{patient.birth_date:%d.%m.%Y}" for patient in some
        ],
        "find, last page": [f"/patients/?page={patients // 25 - n % 9}" for n in range(REQUESTS)],
        "patient": [f"/patients/{patient.pk}/" for patient in some],
        "patient, on paper": [f"/patients/{patient.pk}/print/" for patient in some],
        "change details": [f"/patients/{patient.pk}/change/" for patient in some],
    }
    print(f"{'page':24}{'p50 ms':>8}{'p95 ms':>8}{'p95 CPU ms':>12}")
    for name, addresses in asked.items():
        took = []
        for address in addresses:
            cache.clear()
            connection.close()
            start, busy = time.perf_counter(), time.process_time()
            answer = client.get(address)
            took.append((time.perf_counter() - start, time.process_time() - busy))
            assert answer.status_code == 200, (address, answer.status_code)
        line(name, took)
    took = []
    for patient in some:
        details = acts.Details(patient.family_name, patient.given_name + "a", patient.birth_date)
        start, busy = time.perf_counter(), time.process_time()
        try:
            acts.register(cast.nurse, details)
        except acts.LooksAlike as alike:
            acts.register(cast.nurse, details, seen=alike.seen)
        took.append((time.perf_counter() - start, time.process_time() - busy))
    line("register, warned first", took)


def line(name: str, took: list[tuple[float, float]]) -> None:
    """One line of the table. The CPU's time is what remains comparable on a busy machine."""
    wall, busy = (sorted(seconds * 1000 for seconds in column) for column in zip(*took, strict=True))
    late = int(len(wall) * 0.95)
    print(f"{name:24}{wall[len(wall) // 2]:8.0f}{wall[late]:8.0f}{busy[late]:12.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
