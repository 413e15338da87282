"""The record judged from outside: exports verify without Reverie's database, backups come back, edits show.

Nothing here imports Reverie; the database is opened with its key, as somebody with the machine could.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlcipher3 import dbapi2

from tests.conformance.operating.demo import Done, Running, reverie
from tests.conformance.operating.line import until
from tests.scale import SOAK, scale

SEED = 20261124


@pytest.fixture(scope="module")
def export(demo: Running, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The export of the demo's closed session."""
    closed = next(one["id"] for one in demo.sessions() if not one["live"])
    return demo.run("session", "export", closed, "--format", "jsonl").encode()


def verified(folder: Path, content: bytes) -> Done:
    """`session verify` of these bytes, where there is no data folder."""
    file = folder / "export.jsonl"
    file.write_bytes(content)
    return reverie(None, "session", "verify", file)


# exports


def test_an_export_is_lines_of_json_that_verify_without_any_database(
    demo: Running, export: bytes, tmp_path: Path
) -> None:
    lines = export.decode().split("\n")
    assert lines.pop() == ""
    assert {type(json.loads(line)) for line in lines} == {dict}
    done = verified(tmp_path, export)
    assert done.status == 0, done
    assert "verifies" in done.out


def test_a_running_session_exports_and_verifies_while_devices_speak(demo: Running, tmp_path: Path) -> None:
    session = demo.live("1")
    text = demo.run("session", "export", session, "--format", "jsonl")
    done = verified(tmp_path, text.encode())
    assert done.status == 0, done
    assert reverie(demo.home, "session", "verify", session).status == 0
    events = [json.loads(line) for line in text[:-1].split("\n")]
    ids = [one["body"]["control_id"] for one in events if one["kind"] == "readings"]
    assert ids
    assert all(isinstance(one, str) and one for one in ids)


def _lines(change: Callable[[list[bytes]], Any]) -> Callable[[bytes], bytes]:
    def changed(export: bytes) -> bytes:
        lines = export.splitlines(keepends=True)
        change(lines)
        return b"".join(lines)

    return changed


def _swap(lines: list[bytes], i: int, j: int) -> None:
    lines[i], lines[j] = lines[j], lines[i]


CHANGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda export: b"",
    "first line missing": _lines(lambda lines: lines.pop(0)),
    "line in the middle missing": _lines(lambda lines: lines.pop(len(lines) // 2)),
    "last event missing": _lines(lambda lines: lines.pop(-2)),
    "last line missing": _lines(lambda lines: lines.pop()),
    "second half missing": _lines(lambda lines: lines.__delitem__(slice(len(lines) // 2, None))),
    "neighbours swapped": _lines(lambda lines: _swap(lines, 3, 4)),
    "far lines swapped": _lines(lambda lines: _swap(lines, 1, -3)),
    "line twice": _lines(lambda lines: lines.insert(3, lines[3])),
    "whole file twice": lambda export: export + export,
    "blank line": _lines(lambda lines: lines.insert(3, b"\n")),
    "end of file cut": lambda export: export[:-2],
    "something added": lambda export: export + b"{}\n",
    "windows line ends": lambda export: export.replace(b"\n", b"\r\n"),
    "a space": lambda export: export.replace(b'":', b'": ', 1),
    "written anew, not canonical": lambda export: b"".join(
        json.dumps(json.loads(line)).encode() + b"\n" for line in export.splitlines()
    ),
    "not json": lambda export: b"hello\n",
    "no text": lambda export: b"\xff\xfe\x00" * 100,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_change_of_lines_shows(change: Callable[[bytes], bytes], export: bytes, tmp_path: Path) -> None:
    done = verified(tmp_path, change(export))
    assert done.status != 0
    assert len(done.err.split()) > 3


def test_any_changed_byte_shows(export: bytes, tmp_path: Path) -> None:
    rng = Random(SEED)
    for _ in range(scale(test=8, soak=400)):
        changed = bytearray(export)
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
        done = verified(tmp_path, bytes(changed))
        assert done.status != 0, done
        assert len(done.err.split()) > 3


def test_every_field_of_an_event_is_under_the_seal(export: bytes, tmp_path: Path) -> None:
    lines = export.splitlines()
    event = json.loads(lines[2])
    for name in event if SOAK else ("actor", "key", "recorded_ms", "salt", "version"):
        value = event[name]
        other = value + 1 if isinstance(value, int) else {**value, "x": 1} if isinstance(value, dict) else "0"
        forged = {**event, name: other}
        text = json.dumps(forged, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
        done = verified(tmp_path, b"\n".join([*lines[:2], text, *lines[3:], b""]))
        assert done.status != 0, name


def test_a_replay_gives_the_same_bytes_from_the_record_and_from_its_export(
    demo: Running, export: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "export.jsonl"
    file.write_bytes(export)
    session = json.loads(export.splitlines()[0])["stream"].partition(":")[2]
    folded = demo.run("session", "replay", session)
    assert isinstance(json.loads(folded), dict)
    assert [reverie(None, "session", "replay", file) for _ in range(2)] == [Done(0, folded, "")] * 2
    file.write_bytes(CHANGES["neighbours swapped"](export))
    assert reverie(None, "session", "replay", file).status != 0


# backups


@pytest.fixture(scope="module")
def backup(demo: Running, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A backup of the running demo, its recovery file beside it, and what was printed."""
    folder = tmp_path_factory.mktemp("backup")
    file, recovery = folder / "clinic.backup", folder / "recovery" / "key.txt"
    recovery.parent.mkdir()
    return file, demo.run("backup", file, "--recovery-file", recovery)


@pytest.fixture(scope="module")
def restored(backup: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The backup brought back into an empty folder by who has the two files alone, and what was printed."""
    file, _ = backup
    root = tmp_path_factory.mktemp("restored")
    done = reverie(None, "restore", file, "--to", root, "--recovery-file", file.parent / "recovery/key.txt")
    assert done.status == 0, done
    return root, done.out


def heads(text: str) -> str:
    """The digest of all heads that a command printed."""
    (found,) = (line.split()[-1] for line in text.splitlines() if line.startswith("heads"))
    return found


def test_a_backup_of_a_running_clinic_comes_back_with_the_same_heads(
    demo: Running, backup: tuple[Path, str], restored: tuple[Path, str], export: bytes
) -> None:
    root, said = restored
    checked = reverie(root, "ledger", "verify")
    assert checked.status == 0, checked
    assert heads(backup[1]) == heads(said) == heads(checked.out)
    session = json.loads(export.splitlines()[0])["stream"].partition(":")[2]
    assert reverie(root, "session", "export", session).out.encode() == export
    assert b"SQLite format" not in (root / "reverie.db").read_bytes()[:100]


def test_what_cannot_be_restored_is_left_alone_and_said(
    backup: tuple[Path, str], restored: tuple[Path, str], tmp_path: Path
) -> None:
    file, _ = backup
    recovery = file.parent / "recovery/key.txt"
    whole = file.read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    cases = {"cut": whole[:-1_000], "flipped": bytes(flipped), "other": b"hello" * 1_000}
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        to = tmp_path / f"{name}-restored"
        done = reverie(None, "restore", tmp_path / name, "--to", to, "--recovery-file", recovery)
        assert done.status != 0, name
        assert name in done.err
        assert not list(to.rglob("*")) if to.exists() else True
    occupied = reverie(None, "restore", file, "--to", restored[0], "--recovery-file", recovery)
    assert occupied.status != 0
    assert str(restored[0]) in occupied.err
    missing = reverie(None, "restore", file, "--to", tmp_path / "m", "--recovery-file", tmp_path / "no.txt")
    assert missing.status != 0
    assert "no.txt" in missing.err
    wrong = tmp_path / "wrong.txt"
    wrong.write_text(recovery.read_text().replace("A", "B").replace("2", "3"))
    refused = reverie(None, "restore", file, "--to", tmp_path / "w", "--recovery-file", wrong)
    assert refused.status != 0
    assert "key" in refused.err


# edits in the database

LONGEST = "(SELECT id FROM kernel_head WHERE stream LIKE 'session:%' ORDER BY seq DESC LIMIT 1)"
OF = f"head_id = {LONGEST} AND seq"
EDITS = {
    "content": f"UPDATE kernel_entry SET body = replace(body, '}}', ',\"x\":1}}') WHERE {OF} = 10",
    "time": f"UPDATE kernel_entry SET occurred_ms = occurred_ms + 1 WHERE {OF} = 10",
    "emptied": f"UPDATE kernel_entry SET body = NULL, salt = NULL WHERE {OF} = 10",
    "deleted": f"DELETE FROM kernel_entry WHERE {OF} = 10",
    "swapped": f"UPDATE kernel_entry SET seq = 0 WHERE {OF} = 10;"
    f"UPDATE kernel_entry SET seq = 10 WHERE {OF} = 11; UPDATE kernel_entry SET seq = 11 WHERE {OF} = 0",
    "cut": f"DELETE FROM kernel_entry WHERE {OF} > 10;"
    "UPDATE kernel_head SET seq = 10, hash = (SELECT hash FROM kernel_entry WHERE head_id = kernel_head.id "
    f"AND seq = 10) WHERE id = {LONGEST}",
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_in_the_database_is_found_where_it_is(
    edit: str, restored: tuple[Path, str], tmp_path: Path
) -> None:
    root = tmp_path / "edited"
    shutil.copytree(restored[0], root)
    database = dbapi2.connect(root / "reverie.db")
    database.execute(f"PRAGMA key = \"x'{(root / 'keys/database').read_text().strip()}'\"")
    (stream,) = database.execute(f"SELECT stream FROM kernel_head WHERE id = {LONGEST}").fetchone()
    database.executescript(EDITS[edit])
    database.commit()
    database.close()
    done = reverie(root, "ledger", "verify")
    assert done.status != 0
    said = (done.out + done.err).splitlines()
    assert any(stream in line and re.search(r"\b10\b", line) for line in said), done
    assert edit != "content" or reverie(root, "session", "verify", stream.partition(":")[2]).status != 0


# the doctor


def test_the_doctor_is_content_with_a_running_demo_and_says_what_a_stopped_one_needs(
    demo: Running, restored: tuple[Path, str], tmp_path: Path
) -> None:
    assert until(lambda: (done := reverie(demo.home, "doctor")).status == 0 and done, words="health")
    stopped = reverie(restored[0], "doctor")
    assert stopped.status != 0
    assert "reverie demo" in stopped.out
    nowhere = reverie(tmp_path / "nothing", "doctor")
    assert nowhere.status != 0
    assert "reverie serve" in nowhere.out
