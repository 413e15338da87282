"""`reverie ledger verify` as a person runs it: green, faults, and what could not be checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from reverie.clinic.kernel import copies, home
from tests import folders


@pytest.fixture
def clinic(tmp_path: Path) -> home.Home:
    """A clinic of its own."""
    return folders.a_clinic(tmp_path / "clinic")


def change(place: home.Home, *statements: str) -> None:
    """Change a clinic's database as only somebody with its key could."""
    with copies.opened(place.database, (place.keys / "database").read_text()) as connection:
        for statement in statements:
            connection.execute(statement)


def test_green_says_how_much_was_checked(clinic: home.Home) -> None:
    ended = folders.reverie(clinic.root, "ledger", "verify")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("Nothing was changed: 4 streams, 602 entries; checked against 4 anchors")
    one = folders.reverie(clinic.root, "ledger", "verify", "--stream", "session:1")
    assert one.stdout.startswith("Nothing was changed: 1 stream, 200 entries")


def test_each_fault_is_a_line_that_says_where(clinic: home.Home) -> None:
    change(
        clinic,
        "UPDATE kernel_entry SET body = '{}' WHERE seq = 7 "
        "AND head_id = (SELECT id FROM kernel_head WHERE stream = 'session:1')",
        "DELETE FROM kernel_entry WHERE seq > 150 "
        "AND head_id = (SELECT id FROM kernel_head WHERE stream = 'session:2')",
    )
    ended = folders.reverie(clinic.root, "ledger", "verify")
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    assert lines[0] == "entry 7 of session:1: its content was changed after it was recorded"
    assert lines[1].startswith("entry 150 of session:2: the stream was cut here: it reached entry 200 at ")
    assert lines[-1].startswith("3 faults in 4 streams")
    assert folders.reverie(clinic.root, "ledger", "verify", "--stream", "session:0").returncode == 0
    assert folders.reverie(clinic.root, "ledger", "verify", "--stream", "session:nobody").returncode == 1


def test_anchors_edited_or_gone_are_faults(clinic: home.Home) -> None:
    text = clinic.anchors.read_text()
    clinic.anchors.write_text(text.replace('"streams":3', '"streams":9', 1))
    edited = folders.reverie(clinic.root, "ledger", "verify")
    assert (edited.returncode, "of the anchors was edited" in edited.stdout) == (1, True), edited.stdout
    clinic.anchors.unlink()
    gone = folders.reverie(clinic.root, "ledger", "verify")
    assert (gone.returncode, "the file of anchors is gone" in gone.stdout) == (1, True), gone.stdout


def test_what_cannot_be_checked_is_status_2_in_words(clinic: home.Home, tmp_path: Path) -> None:
    def told(place: Path) -> str:
        ended = folders.reverie(place, "ledger", "verify")
        assert ended.returncode == 2, ended.stdout
        assert ended.stdout == ""
        assert "Traceback" not in ended.stderr
        assert ended.stderr.count("\n") == 1, ended.stderr
        return ended.stderr

    assert "could not be checked" in told(tmp_path / "nowhere")
    key = (clinic.keys / "database").read_text()
    (clinic.keys / "database").write_text("ab" * 32)
    assert "cannot be opened with this clinic's key" in told(clinic.root)
    (clinic.keys / "database").write_text(key)
    clinic.database.unlink()
    assert "is not there" in told(clinic.root)
    assert not clinic.database.exists(), "a look at a missing database must not make an empty one"
