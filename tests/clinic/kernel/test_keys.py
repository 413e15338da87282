"""Keys: made once, never replaced, closed to others, and missed in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from reverie.clinic.kernel import home, keys


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> home.Home:
    """A data folder without anything."""
    monkeypatch.setenv("REVERIE_HOME", str(tmp_path / "home"))
    return home.current()


def test_all_are_made_once_and_are_different(fresh: home.Home) -> None:
    keys.create_all()
    first = {name: keys.read(name) for name in keys.NAMES}
    assert len(set(first.values())) == len(keys.NAMES)
    keys.create_all()
    assert {name: keys.read(name) for name in keys.NAMES} == first
    assert {path.name for path in fresh.keys.iterdir()} == set(keys.NAMES)
    assert fresh.keys.stat().st_mode & 0o777 == 0o700
    for path in fresh.keys.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_missing_one_is_made_without_touching_the_others(fresh: home.Home) -> None:
    keys.create_all()
    kept = keys.read("database")
    (fresh.keys / "anchor").unlink()
    keys.create_all()
    assert keys.read("database") == kept
    assert (fresh.keys / "anchor").exists()


def test_what_is_written_is_read_at_once(fresh: home.Home) -> None:
    keys.create_all()
    keys.read("web")
    keys.write("web", "ab" * 32)
    assert keys.read("web") == "ab" * 32


@pytest.mark.parametrize("content", ["", "ab" * 31, "AB" * 32, "zz" * 32, "ab" * 33])
def test_a_damaged_one_is_said(fresh: home.Home, content: str) -> None:
    fresh.create()
    (fresh.keys / "web").write_text(content)
    with pytest.raises(keys.KeyMissing, match="damaged"):
        keys.read("web")


def test_a_missing_one_is_said(fresh: home.Home) -> None:
    with pytest.raises(keys.KeyMissing, match="cannot be read"):
        keys.read("web")
    assert not fresh.root.exists(), "reading makes nothing"


def test_reverie_home_names_the_folder_else_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REVERIE_HOME", f"{tmp_path}/here/../there")
    assert home.current().root == tmp_path / "there"
    monkeypatch.delenv("REVERIE_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert home.current().root == tmp_path / "reverie"
    assert not home.current().is_demo
