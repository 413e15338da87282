"""A folder and a database on a server that belong together, and those that do not."""

from __future__ import annotations

import json

import pytest

from reverie.clinic.kernel import belonging, home, ids
from reverie.clinic.kernel.models import Head
from tests import postgresql
from tests.clinic.kernel import record

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not postgresql.chosen(), reason=f"needs {postgresql.CHOICE}=postgresql"),
]


def test_a_new_pair_knows_each_other_from_then_on(place: home.Home) -> None:
    belonging.check()
    belonging.begin()
    noted = place.made.read_text()
    belonging.check()
    belonging.begin()
    assert place.made.read_text() == noted
    assert Head.objects.get().seq == 1


def test_another_folder_is_refused(place: home.Home) -> None:
    belonging.begin()
    for noted in ("", "rubbish", "[]", json.dumps({"installation": ids.new_id()})):
        place.made.write_text(noted)
        with pytest.raises(belonging.NotOurs, match="does not belong"):
            belonging.check()
    place.made.unlink()
    with pytest.raises(belonging.NotOurs, match="does not belong"):
        belonging.check()


def test_a_record_that_nobody_began_is_not_taken_over(place: home.Home) -> None:
    record.write("session:a", 1)
    with pytest.raises(belonging.NotOurs, match="not the one"):
        belonging.check()


def test_a_folder_with_a_file_of_its_own_is_refused(place: home.Home) -> None:
    place.database.touch()
    with pytest.raises(belonging.NotOurs, match="without DATABASE_URL"):
        belonging.check()
    place.database.unlink()
    place.made.write_text('{"at": "2026-01-01T00:00:00Z"}\n')
    with pytest.raises(belonging.NotOurs, match="without DATABASE_URL"):
        belonging.check()


def test_what_was_cut_short_is_finished(place: home.Home) -> None:
    place.made.write_text(json.dumps({"installation": "1"}))
    belonging.check()
    belonging.begin()
    belonging.check()
    assert json.loads(place.made.read_text())["installation"] == "1"
