"""Anchors on a real database: what moved is written, what was edited shows, crashes and full disks heal."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from reverie.clinic.kernel import anchors, clock, home, keys, verify
from reverie.clinic.kernel.chain import Fault
from reverie.clinic.kernel.witnesses import Witnesses
from tests.clinic.kernel import record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def time() -> Iterator[clock.FakeClock]:
    """A clock moved by hand."""
    with clock.replaced_by(clock.FakeClock(datetime(2026, 3, 1, 9, tzinfo=UTC))) as fake:
        assert isinstance(fake, clock.FakeClock)
        yield fake


def lines(place: home.Home) -> list[anchors.Line]:
    """What the file holds."""
    return list(anchors.read_lines(place.anchors, keys.read("anchor")))


def faults(place: home.Home) -> list[Fault]:
    """The record against its anchors."""
    tally = verify.Tally()
    read = anchors.read_lines(place.anchors, keys.read("anchor"))
    with connection.cursor() as cursor:
        return list(verify.verify(cursor, Witnesses(verify.from_anchors(read, tally)), tally))


def test_a_line_says_what_moved_since_the_last(place: home.Home, time: clock.FakeClock) -> None:
    record.write("session:a", 3)
    assert anchors.write_anchor()
    record.write("session:b", 2)
    record.write("session:a", 1, first=50)
    time.advance(61)
    assert anchors.write_anchor()
    first, second = lines(place)
    assert [head[:2] for head in first.heads] == [("session:a", 3), ("ledger:installation", 1)]
    assert [head[:2] for head in second.heads] == [("session:a", 4), ("session:b", 2)]
    assert (first.streams, second.streams) == (2, 3)
    assert second.at == "2026-03-01T09:01:01.000Z"
    assert faults(place) == []
    assert place.anchors.stat().st_mode & 0o777 == 0o600


def test_once_a_minute_but_at_once_when_told(place: home.Home, time: clock.FakeClock) -> None:
    record.write("session:a", 1)
    assert anchors.write_anchor()
    record.write("session:a", 1, first=9)
    time.advance(30)
    assert not anchors.write_anchor()
    assert anchors.write_anchor(force=True)
    time.step(-7_200)
    assert anchors.write_anchor(), "a clock set back must not silence the anchors"


def test_nothing_moved_writes_no_line_but_shows_that_it_was_looked_at(
    place: home.Home, time: clock.FakeClock
) -> None:
    anchors.write_anchor()
    size = place.anchors.stat().st_size
    time.advance(600)
    assert anchors.write_anchor()
    assert place.anchors.stat().st_size == size
    assert place.anchors.stat().st_mtime == pytest.approx(time.now().timestamp())


def test_inside_a_transaction_it_refuses(place: home.Home) -> None:
    with transaction.atomic(), pytest.raises(transaction.TransactionManagementError):
        anchors.write_anchor()


def test_a_cut_and_rechained_stream_shows_and_the_next_line_says_so(
    place: home.Home, time: clock.FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    record.write("session:a", 10)
    anchors.write_anchor()
    record.change("DELETE FROM kernel_entry WHERE head_id = %s AND seq > 7", [record.head_id("session:a")])
    record.rechain("session:a", 7)
    assert [str(fault) for fault in faults(place)] == [
        "entry 7 of session:a: the stream was cut here: "
        "it reached entry 10 at 2026-03-01T09:00:00.000Z, when it was anchored"
    ]
    record.write("session:a", 20, first=100)
    assert [fault.seq for fault in faults(place)] == [10]
    time.advance(60)
    anchors.write_anchor()
    assert lines(place)[-1].broken == ("session:a",)
    assert "session:a" in caplog.text
    assert len(faults(place)) == 2


def test_a_vanished_stream_is_told_once(place: home.Home, time: clock.FakeClock) -> None:
    record.write("session:a", 3)
    anchors.write_anchor()
    record.change("DELETE FROM kernel_entry WHERE head_id = %s", [record.head_id("session:a")])
    record.change("DELETE FROM kernel_head WHERE stream = 'session:a'")
    for _ in range(3):
        time.advance(60)
        anchors.write_anchor()
    assert [line.broken for line in lines(place)] == [(), ("session:a",)]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("how", ["seq", "hash", "at", "drop", "twice", "swap", "nonsense", "no heads"])
def test_every_edit_of_the_file_is_damage(
    place: home.Home, time: clock.FakeClock, number: int, how: str
) -> None:
    for n in range(4):
        record.write("session:a", 2, first=10 * n)
        anchors.write_anchor(force=True)
    texts = place.anchors.read_text().splitlines(keepends=True)
    data = json.loads(texts[number])
    if how == "seq":
        data["heads"][0][1] += 1
    elif how == "hash":
        data["heads"][0][2] = "0" * 64
    elif how == "at":
        data["at"] = "2020-01-01T00:00:00.000Z"
    elif how == "no heads":
        del data["heads"]
    if how == "drop":
        del texts[number]
    elif how == "twice":
        texts.insert(number, texts[number])
    elif how == "swap":
        texts[number], texts[number + 1] = texts[number + 1], texts[number]
    elif how == "nonsense":
        texts[number] = "x" + texts[number]
    else:
        texts[number] = json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n"
    place.anchors.write_text("".join(texts))
    with pytest.raises(anchors.Damaged, match=r"line \d of the anchors"):
        lines(place)


def test_another_key_is_said(place: home.Home) -> None:
    anchors.write_anchor()
    keys.write("anchor", "ab" * 32)
    with pytest.raises(anchors.Damaged, match="another key"):
        lines(place)


def test_a_line_half_written_by_a_crash_is_cut_off(place: home.Home, time: clock.FakeClock) -> None:
    record.write("session:a", 3)
    anchors.write_anchor()
    with place.anchors.open("ab") as file:
        file.write(b'{"at":"2026')
    assert len(lines(place)) == 1
    record.write("session:a", 1, first=50)
    time.advance(60)
    assert anchors.write_anchor()
    assert len(lines(place)) == 2
    assert faults(place) == []


def test_another_process_goes_on_where_this_one_was(place: home.Home, time: clock.FakeClock) -> None:
    record.write("session:a", 3)
    anchors.write_anchor()
    anchors._knows.clear()  # as a process that has just started
    record.write("session:a", 3, first=50)
    time.advance(60)
    anchors.write_anchor()
    assert [head[:2] for head in lines(place)[-1].heads] == [("session:a", 6)]


def test_many_threads_write_one_sound_file(place: home.Home) -> None:
    record.write("session:a", 3)

    def write(number: int) -> None:
        record.write(f"session:{number}", 2)
        anchors.write_anchor(force=True)
        connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    anchored = {head[0] for line in lines(place) for head in line.heads}
    assert {f"session:{n}" for n in range(6)} <= anchored
    assert faults(place) == []


FULL = """
import resource, sys
from pathlib import Path
from reverie.cli.django_setup import prepare
prepare()
from reverie.clinic.kernel import anchors
path = Path(sys.argv[1])
size = path.stat().st_size
with anchors._locked(path) as file:
    known = anchors._caught_up(path, file)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, size + 100))
    try:
        anchors._append(file, known, "2026-01-01T00:00:00.000Z", [("s", 1, "0" * 64)] * 9, 1, [])
    except OSError as error:
        print("refused", path.stat().st_size == size)
"""


def test_a_full_disk_leaves_the_file_as_it_was(place: home.Home) -> None:
    anchors.write_anchor()
    ended = subprocess.run(
        [sys.executable, "-c", FULL, str(place.anchors)], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["refused", "True"]
    assert len(lines(place)) == 1


def test_the_thread_writes_and_ends(place: home.Home) -> None:
    record.write("session:a", 1)
    with anchors.kept():
        pass  # it writes before it looks whether it should end
    assert len(lines(place)) == 1
