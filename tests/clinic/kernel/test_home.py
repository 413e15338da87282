"""The data folder is private from the start, and left as it is afterwards."""

from __future__ import annotations

from pathlib import Path

from reverie.clinic.kernel.home import Home


def test_a_folder_that_was_there_before_is_closed_to_others_once(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    place = Home(tmp_path)
    place.create()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert place.keys.stat().st_mode & 0o777 == 0o700
    place.database.touch()
    tmp_path.chmod(0o750)
    place.create()
    assert tmp_path.stat().st_mode & 0o777 == 0o750
