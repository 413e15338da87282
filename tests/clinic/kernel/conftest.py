"""A data folder for one test, with the run's keys, so that the test database opens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reverie.clinic.kernel import home, trouble


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> home.Home:
    """The data folder in force during the test."""
    before = home.current()
    monkeypatch.setenv("REVERIE_HOME", str(tmp_path / "home"))
    own = home.current()
    own.create()
    for key in before.keys.iterdir():
        shutil.copy(key, own.keys / key.name)
    return own


@pytest.fixture(autouse=True)
def _calm() -> None:
    """No trouble left from an earlier test."""
    for code in trouble.WORDS:
        trouble.clear(code)
