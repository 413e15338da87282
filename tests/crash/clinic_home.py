"""A clinic's data folder of its own, with its database, for tests that end processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import postgresql

_MAKE = """
import json, sys
import django
from reverie.clinic.kernel import keys
keys.create_all()
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.clinic.devices import ward
print(json.dumps([one.stream for one in ward.furnish(int(sys.argv[1]))]))
"""
_LOOK = """
import json
import django
django.setup()
from reverie.clinic.devices.models import Quarantined
from reverie.clinic.kernel import chain, streams
from reverie.clinic.kernel.models import Head
found = {}
for name in Head.objects.filter(stream__startswith="session:").values_list("stream", flat=True):
    entries = list(streams.read(name))
    ends = list(chain.check(name, entries))
    found[name] = {
        "whole": isinstance(ends[0], tuple),
        "entries": [[one.kind, json.loads(one.body or "{}").get("control_id", "")] for one in entries],
    }
print(json.dumps({
    "streams": found,
    "quarantined": list(Quarantined.objects.values_list("control_id", flat=True)),
}))
"""


@dataclass(frozen=True)
class ClinicHome:
    """The folder and the streams of its open sessions; the monitor of the first is M1, and so on."""

    root: Path
    streams: list[str]
    environment: dict[str, str] = field(default_factory=dict)

    def look(self) -> dict[str, Any]:
        """Every session's entries and whether its chain verifies, and the control ids in quarantine."""
        found: dict[str, Any] = _run(self.root, self.environment, _LOOK)
        return found

    def readings(self) -> list[str]:
        """Control ids of all recorded messages; every chain verifies."""
        found = self.look()["streams"].values()
        assert all(one["whole"] for one in found)
        return [control_id for one in found for kind, control_id in one["entries"] if kind == "readings"]


def make_clinic(root: Path, beds: int) -> ClinicHome:
    """A clinic with so many open sessions, in a database of its own where the run is on a server."""
    server = postgresql.of_run()
    environment = {"DATABASE_URL": server.new_database()} if server else {}
    return ClinicHome(root, _run(root, environment, _MAKE, str(beds)), environment)


def run_in(clinic: ClinicHome, program: str, *words: str) -> Any:
    """What a Python program prints as JSON that runs in that folder."""
    return _run(clinic.root, clinic.environment, program, *words)


def _run(root: Path, environment: dict[str, str], program: str, *words: str) -> Any:
    names = {"REVERIE_HOME": str(root), "DJANGO_SETTINGS_MODULE": "reverie.clinic.site.settings"}
    env = os.environ | names | environment
    done = subprocess.run([sys.executable, "-c", program, *words], env=env, capture_output=True, check=True)
    return json.loads(done.stdout)
