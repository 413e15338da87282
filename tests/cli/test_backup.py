"""`reverie backup` and `reverie restore` as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reverie.clinic.kernel import home
from tests import folders


@pytest.fixture
def clinic(tmp_path: Path) -> home.Home:
    """A clinic of its own."""
    return folders.a_clinic(tmp_path / "clinic")


def heads(text: str) -> str:
    """The digest of heads in what a command said."""
    return next(line.split()[1] for line in text.splitlines() if line.startswith("heads"))


def test_back_up_and_bring_back(clinic: home.Home, tmp_path: Path) -> None:
    first = folders.reverie(clinic.root, "backup", str(tmp_path / "b.reverie"))
    assert first.returncode == 0, first.stderr
    assert "test restore passed" in first.stdout
    assert f"The recovery key was made: {clinic.root}/recovery-key.txt" in first.stdout
    again = folders.reverie(clinic.root, "backup", str(tmp_path / "b.reverie"))
    assert again.returncode == 0, again.stderr
    assert "opens it; it was tried just now" in again.stdout
    restored = folders.reverie(
        clinic.root, "restore", str(tmp_path / "b.reverie"), "--to", str(tmp_path / "new")
    )
    assert restored.returncode == 0, restored.stderr
    assert heads(restored.stdout) == heads(again.stdout)
    assert f"REVERIE_HOME={tmp_path}/new reverie serve" in restored.stdout
    verified = folders.reverie(tmp_path / "new", "ledger", "verify")
    assert verified.returncode == 0, verified.stdout
    assert heads(verified.stdout) == heads(again.stdout)
    # the first backup stands in the ledger that the second one copied
    assert "603 entries" in verified.stdout


def test_without_to_it_goes_into_the_home_in_force_if_that_is_empty(
    clinic: home.Home, tmp_path: Path
) -> None:
    made = folders.reverie(clinic.root, "backup", str(tmp_path / "b.reverie"))
    assert made.returncode == 0
    refused = folders.reverie(clinic.root, "restore", str(tmp_path / "b.reverie"))
    assert refused.returncode == 1
    assert "holds data already" in refused.stderr
    empty = folders.reverie(tmp_path / "new", "restore", str(tmp_path / "b.reverie"))
    assert empty.returncode == 0, empty.stderr
    assert (tmp_path / "new" / "reverie.db").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("backup", "{0}/notes"), "is not a backup"),
        (("restore", "{0}/nothing", "--to", "{0}/new"), "No such file"),
        (("restore", "{0}/notes", "--to", "{0}/new"), "not a backup made by Reverie"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    clinic: home.Home, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    (tmp_path / "notes").write_text("some notes")
    ended = folders.reverie(clinic.root, *(word.format(tmp_path) for word in words))
    assert ended.returncode == 1
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_clinic_that_is_not_there_or_has_another_key(clinic: home.Home, tmp_path: Path) -> None:
    nowhere = folders.reverie(tmp_path / "nowhere", "backup", str(tmp_path / "b"))
    assert (nowhere.returncode, "There is no clinic" in nowhere.stderr) == (1, True)
    (clinic.keys / "database").write_text("ab" * 32)
    other = folders.reverie(clinic.root, "backup", str(tmp_path / "b"))
    assert (other.returncode, "No backup was made" in other.stderr) == (1, True), other.stderr
    (clinic.keys / "database").unlink()
    missing = folders.reverie(clinic.root, "backup", str(tmp_path / "b"))
    assert (missing.returncode, "key" in missing.stderr) == (1, True), missing.stderr
    assert not (tmp_path / "b").exists()
