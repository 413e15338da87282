"""`reverie watch`: where there is nothing to watch it says so; told to end, it ends in order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import folders
from tests.cli.test_main import reverie

pytestmark = pytest.mark.sqlite("the clinic is a folder; tests/crash runs watches on a server too")


def test_where_there_is_no_clinic_nobody_watches(tmp_path: Path) -> None:
    status, _, err = reverie("watch", home=tmp_path)
    assert status == 1
    assert err.startswith(f"{tmp_path} holds no clinic yet: ")


def test_it_watches_until_it_is_told_to_end(tmp_path: Path) -> None:
    place = folders.a_clinic(tmp_path / "clinic")
    process = subprocess.Popen(
        [sys.executable, "-m", "reverie.cli", "watch", "--home", os.fspath(place.root)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "Watching.\n"
    process.terminate()
    assert process.communicate(timeout=20)[0] == ""
    assert process.returncode == 0
    assert not (place.pulses / "watch.json").exists()
