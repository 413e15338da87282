"""Data folders of real clinics for tests: made once, by the commands that make them, and copied each time."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from reverie.clinic.kernel import home

MAKE = """
import sys
from django.core.management import call_command
from reverie.cli.django_setup import prepare
from reverie.clinic.kernel import keys
keys.create_all()
prepare()
call_command("migrate", *sys.argv[1:], verbosity=0)
from django.db import transaction
from reverie.clinic.kernel import anchors, ledger, streams
ACTOR = '{"id":"7","kind":"staff","name":"Åsa","role":"infusion_nurse"}'
for number in range(3):
    with transaction.atomic():
        head = streams.begin(f"session:{number}")
        streams.append(head, [
            streams.Draft(f"k{n}", "note", 1, n, ACTOR, f'{{"text":"entry {n}"}}') for n in range(200)
        ])
    anchors.write_anchor(force=True)
with transaction.atomic():
    ledger.write("clinic.made", clinic_id=None)
"""


def run(place: Path, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python on a data folder: `-c program …` or `-m module …`."""
    environment = os.environ | {"REVERIE_HOME": os.fspath(place), "COLUMNS": "200"}
    environment.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, text=True, timeout=120,
        check=False, input=stdin,
    )  # fmt: skip


def reverie(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `reverie` on a data folder."""
    return run(place, "-m", "reverie.cli", *words)


@lru_cache
def _template(*apps: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="reverie-folder-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = run(folder / "home", "-c", MAKE, *apps)
    assert made.returncode == 0, made.stderr
    return folder / "home"


def a_clinic(target: Path, *apps: str) -> home.Home:
    """A clinic with three streams, a ledger and anchors at `target`; of some apps' tables only, if named."""
    shutil.copytree(_template(*apps), target)
    return home.Home(target)
