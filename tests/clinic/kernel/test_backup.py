"""Backups of real clinics: made while others write, killed, cut, flipped, opened with the wrong key."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reverie.clinic.kernel import archive, backup, copies, home, keys, recovery, restoring, verify
from reverie.clinic.kernel.backup import BackupFailed
from reverie.clinic.kernel.database.base import CipherCursor
from reverie.clinic.kernel.restoring import RestoreFailed
from tests import folders
from tests.scale import scale

pytestmark = pytest.mark.sqlite("a server's database is backed up there; Reverie says so")


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> home.Home:
    """A clinic of its own, in force."""
    place = folders.a_clinic(tmp_path / "clinic")
    monkeypatch.setenv("REVERIE_HOME", str(place.root))
    return place


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, backup.Made]:
    """One good backup and its recovery file, for tests that only read them."""
    folder = tmp_path_factory.mktemp("packed")
    place = folders.a_clinic(folder / "clinic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVERIE_HOME", str(place.root))
        made = backup.make(folder / "b.reverie", folder / "key.txt")
    shutil.rmtree(place.root)
    return folder / "b.reverie", folder / "key.txt", made


def digest(place: home.Home) -> str:
    """The heads of a clinic's streams."""
    key = (place.keys / "database").read_text()
    with copies.opened(place.database, key) as connection:
        return verify.heads_digest(connection.cursor(factory=CipherCursor))


def leftovers(folder: Path) -> list[str]:
    """What a backup left beside its file."""
    return [path.name for path in folder.iterdir() if ".partial-" in path.name]


def test_a_clinic_comes_back_with_the_same_heads(clinic: home.Home, tmp_path: Path) -> None:
    made = backup.make(tmp_path / "b.reverie")
    assert made.key_tested
    assert made.new_recovery_file == clinic.root / "recovery-key.txt"
    assert made.new_recovery_file.stat().st_mode & 0o777 == 0o600
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert (made.content.streams, made.content.entries) == (4, 602)
    assert leftovers(tmp_path) == []
    restored = restoring.restore(made.path, tmp_path / "new")
    assert restored.content == made.content
    assert restored.faults == []
    new = home.Home(tmp_path / "new")
    assert digest(new) == digest(clinic) == made.content.heads
    assert new.anchors.read_bytes() == clinic.anchors.read_bytes()
    for name in ("anchor", "web"):
        assert (new.keys / name).read_text() == (clinic.keys / name).read_text()
    assert (new.keys / "database").read_text() != (clinic.keys / "database").read_text()
    verified = folders.reverie(new.root, "ledger", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "602 entries" in verified.stdout
    assert made.content.heads in verified.stdout
    last = backup.last_good()
    assert last is not None
    assert (last.file, last.heads) == (str(made.path), made.content.heads)


def test_nothing_of_the_record_can_be_read_in_the_file(packed: tuple[Path, Path, backup.Made]) -> None:
    content = packed[0].read_bytes()
    for secret in (b"entry 1", b"session:0", "Åsa".encode(), b"kernel_entry", b"SQLite format"):
        assert secret not in content


WRITER = """
import sys
from reverie.cli.django_setup import prepare
prepare()
from django.db import transaction
from reverie.clinic.kernel import streams
number = 0
while True:
    number += 1
    with transaction.atomic():
        head = streams.lock("session:0")
        streams.append(head, [streams.Draft(f"w{number}", "note", 1, 1, "{}", "{}")])
    if number % 20 == 0:
        print(number, flush=True)
"""


def test_while_another_process_writes(clinic: home.Home, tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        began = int(writer.stdout.readline())
        for number in range(3):
            made = backup.make(tmp_path / f"{number}.reverie")
            restored = restoring.restore(made.path, tmp_path / f"new{number}")
            assert restored.faults == []
            assert restored.content.entries >= 602 + began
            began = int(writer.stdout.readline())
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


MAKE = "from reverie.cli.django_setup import prepare; prepare(); import sys; from pathlib import Path\n" \
       "from reverie.clinic.kernel import backup; backup.make(Path(sys.argv[1]))"  # fmt: skip


@pytest.mark.crash
def test_killed_at_any_moment_it_leaves_no_half_file(clinic: home.Home, tmp_path: Path) -> None:
    target = tmp_path / "b.reverie"
    moments = ["anchors", "copy", "copy-journal", "packed", "restored", "restored/database"]
    for seed in range(scale(test=6, soak=60)):
        awaited = moments[seed % len(moments)]
        process = subprocess.Popen([sys.executable, "-c", MAKE, str(target)])
        while process.poll() is None:
            if any((shop / awaited).exists() for shop in tmp_path.glob(".b.reverie.partial-*")):
                process.send_signal(signal.SIGKILL)
                break
        process.wait()
        if target.exists():
            assert restoring.restore(target, tmp_path / f"new{seed}").faults == []
    made = backup.make(target)
    assert leftovers(tmp_path) == []
    assert restoring.restore(made.path, tmp_path / "last").content == made.content


def flipped(packed: Path, at: int, target: Path) -> Path:
    """A copy with one bit changed."""
    content = bytearray(packed.read_bytes())
    content[at] ^= 1 << (at % 8)
    target.write_bytes(content)
    return target


def test_every_changed_byte_is_found(packed: tuple[Path, Path, backup.Made], tmp_path: Path) -> None:
    path, key, _made = packed
    size = path.stat().st_size
    clear = archive.read_clear(path)
    begin = len(clear.line()) + clear.sealed
    dice = random.Random(5)
    places = {*range(0, begin, scale(test=23, soak=1)), begin, begin + clear.anchors, size - 1}
    places |= {dice.randrange(size) for _ in range(scale(test=60, soak=5_000))}
    for at in sorted(places):
        changed = flipped(path, at, tmp_path / "changed")
        with pytest.raises(RestoreFailed):
            restoring.restore(changed, tmp_path / "new", key)
        assert not (tmp_path / "new" / "reverie.db").exists(), f"byte {at}"
        assert not list((tmp_path / "new").iterdir() if (tmp_path / "new").exists() else [])


def test_a_file_cut_short_or_grown_is_refused(packed: tuple[Path, Path, backup.Made], tmp_path: Path) -> None:
    path, key, _made = packed
    content = path.read_bytes()
    dice = random.Random(6)
    changed = tmp_path / "changed"
    for length in [
        0,
        1,
        16,
        17,
        18,
        200,
        len(content) - 1,
        *(dice.randrange(len(content)) for _ in range(20)),
    ]:
        changed.write_bytes(content[:length])
        with pytest.raises(RestoreFailed, match=r"cut short|not a backup|newer|beginning"):
            restoring.restore(changed, tmp_path / "new", key)
    changed.write_bytes(content + b"x")
    with pytest.raises(RestoreFailed, match="added"):
        restoring.restore(changed, tmp_path / "new", key)


def test_another_clinics_key_or_a_damaged_one_is_refused(
    packed: tuple[Path, Path, backup.Made], tmp_path: Path
) -> None:
    path, key, made = packed
    recovery.create(tmp_path / "other.txt")
    with pytest.raises(RestoreFailed, match=f"opens with the recovery key {made.recovery.fingerprint}"):
        restoring.restore(path, tmp_path / "new", tmp_path / "other.txt")
    lines = key.read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("key "))
    lines[at] = lines[at][:-1] + ("A" if lines[at][-1] != "A" else "B")
    (tmp_path / "damaged.txt").write_text("\n".join(lines))
    with pytest.raises(RestoreFailed, match="mistyped"):
        restoring.restore(path, tmp_path / "new", tmp_path / "damaged.txt")
    (tmp_path / "nonsense.txt").write_bytes(os.urandom(500))
    with pytest.raises(RestoreFailed, match="recovery"):
        restoring.restore(path, tmp_path / "new", tmp_path / "nonsense.txt")
    with pytest.raises(RestoreFailed, match="cannot be read"):
        restoring.restore(path, tmp_path / "new", tmp_path / "nowhere.txt")
    assert not (tmp_path / "new").exists()


def test_the_recovery_key_can_be_typed_from_paper(
    packed: tuple[Path, Path, backup.Made], tmp_path: Path
) -> None:
    path, key, _made = packed
    printed = next(line for line in key.read_text().splitlines() if line.startswith("key "))
    typed = printed.split()[1].lower().replace("-", " ").replace("o", "0").replace("i", "1")
    (tmp_path / "typed.txt").write_text(typed + "\n")
    assert restoring.restore(path, tmp_path / "new", tmp_path / "typed.txt").faults == []


def test_a_recovery_file_that_does_not_fit_stops_the_backup(clinic: home.Home, tmp_path: Path) -> None:
    made = backup.make(tmp_path / "b.reverie", tmp_path / "key.txt")
    assert made.new_recovery_file == tmp_path / "key.txt"
    assert backup.make(tmp_path / "c.reverie", tmp_path / "key.txt").key_tested
    recovery.create(tmp_path / "other.txt")
    with pytest.raises(BackupFailed, match="is not this clinic's"):
        backup.make(tmp_path / "d.reverie", tmp_path / "other.txt")
    with pytest.raises(BackupFailed, match="is not there"):
        backup.make(tmp_path / "d.reverie", tmp_path / "typo.txt")
    assert not (tmp_path / "d.reverie").exists()
    (tmp_path / "key.txt").rename(tmp_path / "safe.txt")
    later = backup.make(tmp_path / "e.reverie")
    assert not later.key_tested
    assert restoring.restore(later.path, tmp_path / "new", tmp_path / "safe.txt").faults == []


def test_a_restored_clinic_makes_backups_for_the_same_key(clinic: home.Home, tmp_path: Path) -> None:
    made = backup.make(tmp_path / "b.reverie", tmp_path / "key.txt")
    restoring.restore(made.path, tmp_path / "new")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVERIE_HOME", str(tmp_path / "new"))
        again = backup.make(tmp_path / "c.reverie")
    assert again.recovery.fingerprint == made.recovery.fingerprint
    assert again.content == made.content


def test_no_restore_writes_over_anything(
    packed: tuple[Path, Path, backup.Made], clinic: home.Home, tmp_path: Path
) -> None:
    path, key, _made = packed
    before = {each: each.read_bytes() for each in clinic.root.rglob("*") if each.is_file()}
    with pytest.raises(RestoreFailed, match="holds data already"):
        restoring.restore(path, clinic.root, key)
    assert {each: each.read_bytes() for each in clinic.root.rglob("*") if each.is_file()} == before
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "todo.txt").write_text("buy milk")
    with pytest.raises(RestoreFailed, match=r"todo\.txt"):
        restoring.restore(path, tmp_path / "notes", key)
    with pytest.raises(RestoreFailed, match="is a file"):
        restoring.restore(path, tmp_path / "notes" / "todo.txt", key)
    assert [each.name for each in (tmp_path / "notes").iterdir()] == ["todo.txt"]


def test_a_backup_replaces_a_backup_and_nothing_else(clinic: home.Home, tmp_path: Path) -> None:
    first = backup.make(tmp_path / "b.reverie")
    second = backup.make(tmp_path / "b.reverie")
    assert first.path == second.path
    (tmp_path / "letter.txt").write_text("dear")
    for target, words in (
        (tmp_path / "letter.txt", "not a backup"),
        (tmp_path, "is a folder"),
        (tmp_path / "no" / "b", "no folder"),
    ):
        with pytest.raises(BackupFailed, match=words):
            backup.make(target)
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_demo_stays_a_demo(
    clinic: home.Home, tmp_path: Path, packed: tuple[Path, Path, backup.Made]
) -> None:
    clinic.demo_mark.touch()
    made = backup.make(tmp_path / "demo.reverie")
    restored = restoring.restore(made.path, tmp_path / "new")
    assert restored.demo
    assert home.Home(tmp_path / "new").is_demo
    (tmp_path / "marked").mkdir()
    (tmp_path / "marked" / "DEMO").touch()
    with pytest.raises(RestoreFailed, match="belongs to a demo"):
        restoring.restore(packed[0], tmp_path / "marked", packed[1])


def test_a_full_disk_makes_no_backup_and_leaves_nothing(clinic: home.Home, tmp_path: Path) -> None:
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))\n"
    program = "import sys\nfrom reverie.cli.main import main\n" + limited + "main()"
    for size in (4_096, clinic.database.stat().st_size + 1_000):
        ended = folders.run(
            clinic.root, "-c", program.format(size), "backup", str(tmp_path / "b.reverie"),
            "--recovery-file", str(tmp_path / "key.txt"),
        )  # fmt: skip
        assert ended.returncode == 1, ended.stdout
        assert "No backup was made" in ended.stderr
        assert "full" in ended.stderr
        assert "Traceback" not in ended.stderr
        assert not (tmp_path / "b.reverie").exists()
        assert leftovers(tmp_path) == []
    assert folders.reverie(clinic.root, "backup", str(tmp_path / "b.reverie")).returncode == 0
    ended = folders.run(
        clinic.root, "-c", program.format(100_000), "restore", str(tmp_path / "b.reverie"),
        "--to", str(tmp_path / "new"),
    )  # fmt: skip
    assert (ended.returncode, "Nothing was restored" in ended.stderr) == (1, True), ended.stderr
    assert list((tmp_path / "new").iterdir()) == []


def test_an_older_clinic_is_brought_up_to_date_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = folders.a_clinic(tmp_path / "old", "kernel")
    monkeypatch.setenv("REVERIE_HOME", str(old.root))
    made = backup.make(tmp_path / "b.reverie")
    assert "people_user" not in made.content.tables
    restoring.restore(made.path, tmp_path / "new")
    started = folders.reverie(tmp_path / "new", "manage", "migrate", "-v0")
    assert started.returncode == 0, started.stderr
    assert folders.reverie(tmp_path / "new", "manage", "migrate", "--check").returncode == 0
    assert "Nothing was changed" in folders.reverie(tmp_path / "new", "ledger", "verify").stdout


def test_a_backup_of_a_newer_reverie_is_refused(clinic: home.Home, tmp_path: Path) -> None:
    with copies.opened(clinic.database, keys.read("database")) as connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('kernel', '9999_later', '2030-01-01')"
        )
    made = backup.make(tmp_path / "b.reverie")
    with pytest.raises(RestoreFailed, match="newer Reverie"):
        restoring.restore(made.path, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_record_with_faults_is_copied_as_it_is_and_they_are_told(clinic: home.Home, tmp_path: Path) -> None:
    with copies.opened(clinic.database, keys.read("database")) as connection:
        connection.execute("UPDATE kernel_entry SET body = '{}' WHERE seq = 7")
    made = backup.make(tmp_path / "b.reverie")
    assert [str(fault) for fault in made.faults] == [
        f"entry 7 of session:{number}: its content was changed after it was recorded" for number in range(3)
    ]
    restored = restoring.restore(made.path, tmp_path / "new")
    assert restored.faults == made.faults
