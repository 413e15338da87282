"""What keeps a clinic from being served, and Django's own checks for deployment."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from reverie.clinic.kernel import home, keys, startup_checks
from reverie.clinic.kernel.database import base
from tests import folders


def test_a_clinic_as_it_is_made_may_be_served(place: home.Home) -> None:
    startup_checks.refuse_unfit()
    assert startup_checks.folder_open_to_others() == []


@pytest.mark.sqlite("only its library can be unsafe")
def test_an_unsafe_sqlite_is_refused(place: home.Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "SAFE_SQLITE", (99, 0, 0))
    assert "write-ahead log" in startup_checks.unsafe_sqlite()[0]
    assert "reverie.E001" in {message.id for message in checks.run_checks()}
    with pytest.raises(ImproperlyConfigured, match="write-ahead log"):
        startup_checks.refuse_unfit()
    with pytest.raises(ImproperlyConfigured, match="write-ahead log"):
        base.DatabaseWrapper({"NAME": ":memory:"}).get_new_connection({})


def test_keys_that_others_can_read_are_refused(place: home.Home) -> None:
    (place.keys / "web").chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        startup_checks.refuse_unfit()
    (place.keys / "web").chmod(0o600)
    place.keys.chmod(0o755)
    with pytest.raises(ImproperlyConfigured, match="chmod 700"):
        startup_checks.refuse_unfit()
    place.keys.chmod(0o700)
    place.root.chmod(0o755)
    startup_checks.refuse_unfit()
    assert "chmod 700" in startup_checks.folder_open_to_others()[0]


def test_without_the_web_key_nothing_is_served(place: home.Home) -> None:
    (place.keys / "web").unlink()
    keys._read.cache_clear()
    with pytest.raises(ImproperlyConfigured, match="web cannot be read"):
        startup_checks.refuse_unfit()


def test_debug_is_refused(place: home.Home, settings: Any) -> None:
    settings.DEBUG = True
    with pytest.raises(ImproperlyConfigured, match="DEBUG"):
        startup_checks.refuse_unfit()


def test_djangos_checks_for_deployment_have_nothing_to_say(tmp_path: Path) -> None:
    place = folders.a_clinic(tmp_path / "clinic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "REVERIE_HTTPS", "1")
        ended = folders.reverie(place.root, "manage", "check", "--deploy", "--fail-level", "WARNING")
    assert ended.returncode == 0, ended.stderr
