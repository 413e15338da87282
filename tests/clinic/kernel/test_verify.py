"""Every way to tamper with a record, at many places, is found; what is lawful is not."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from reverie.clinic.kernel import chain, verify
from reverie.clinic.kernel.verify import Tally
from reverie.clinic.kernel.witnesses import Witness, Witnesses
from tests.clinic.kernel import record
from tests.scale import scale

STREAMS = ("session:a", "session:b", "ledger:c")
LENGTH = 60

pytestmark = pytest.mark.django_db


def faults(witnesses: list[Witness] | None = None, only: str | None = None) -> list[chain.Fault]:
    """What verification finds in the test's database."""
    with connection.cursor() as cursor:
        kept = Witnesses(witnesses or [])
        return list(verify.verify(cursor, kept, Tally(), only=only, begin=""))


@pytest.fixture
def witnesses() -> list[Witness]:
    """Three streams, and what an anchor said of them at two moments."""
    seen = []
    for part in (1, 2):
        for stream in STREAMS:
            record.write(stream, LENGTH // 2, first=1 + (part - 1) * LENGTH // 2)
        record.redact("session:b", 5 * part)
        for stream, seq, hash_ in record.rows("SELECT stream, seq, hash FROM kernel_head"):
            seen.append(Witness(stream, seq, bytes(hash_), f"at the {part}. moment"))
    return seen


def test_what_was_recorded_lawfully_is_green(witnesses: list[Witness]) -> None:
    tally = Tally()
    with connection.cursor() as cursor:
        found = list(verify.verify(cursor, Witnesses(witnesses), tally, begin=""))
    assert found == []
    assert (tally.streams, tally.entries, tally.witnesses) == (3, 3 * LENGTH + 2, 6)


def test_what_was_recorded_later_than_the_witness_is_green(witnesses: list[Witness]) -> None:
    record.write("session:a", 7, first=500)
    record.write("session:new", 2)
    assert faults(witnesses) == []


Mutation = Callable[[random.Random], tuple[str, int | None]]


def _place(dice: random.Random) -> tuple[str, int, int]:
    stream = dice.choice(STREAMS)
    number = record.head_id(stream)
    last = record.rows("SELECT seq FROM kernel_head WHERE id = %s", [number])[0][0]
    return stream, number, dice.randint(1, last)


def edit_content(dice: random.Random) -> tuple[str, int | None]:
    """One character of one body."""
    while True:
        stream, number, seq = _place(dice)
        body = record.rows("SELECT body FROM kernel_entry WHERE head_id = %s AND seq = %s", [number, seq])[0][
            0
        ]
        if body is not None:
            break
    at = dice.randrange(len(body))
    other = body[:at] + chr(ord(body[at]) ^ 1) + body[at + 1 :]
    record.change("UPDATE kernel_entry SET body = %s WHERE head_id = %s AND seq = %s", [other, number, seq])
    return stream, seq


def edit_envelope(dice: random.Random) -> tuple[str, int | None]:
    """Who, what, when, under which key, or one of the hashes."""
    stream, number, seq = _place(dice)
    column, value = dice.choice(
        [("actor", '{"id":"8"}'), ("kind", "vitals"), ("version", 2), ("occurred_ms", 5), ("recorded_ms", 5),
         ("key", "other"), ("digest", dice.randbytes(32)), ("hash", dice.randbytes(32)),
         ("salt", dice.randbytes(16))]
    )  # fmt: skip
    record.change(
        f"UPDATE kernel_entry SET {column} = %s WHERE head_id = %s AND seq = %s", [value, number, seq]
    )
    return stream, seq


def delete_one(dice: random.Random) -> tuple[str, int | None]:
    """An entry taken out of the middle."""
    stream, number, seq = _place(dice)
    record.change("DELETE FROM kernel_entry WHERE head_id = %s AND seq = %s", [number, seq])
    return stream, None


def swap_two(dice: random.Random) -> tuple[str, int | None]:
    """Two entries change places."""
    stream, number, one = _place(dice)
    last = record.rows("SELECT seq FROM kernel_head WHERE id = %s", [number])[0][0]
    two = dice.choice([seq for seq in range(1, last + 1) if seq != one])
    for before, after in ((one, 100_000), (two, one), (100_000, two)):
        record.change(
            "UPDATE kernel_entry SET seq = %s WHERE head_id = %s AND seq = %s", [after, number, before]
        )
    return stream, min(one, two)


def cut(dice: random.Random) -> tuple[str, int | None]:
    """The tail removed and the head set back: the stream is shorter, and sound in itself."""
    stream, number, seq = _place(dice)
    record.change("DELETE FROM kernel_entry WHERE head_id = %s AND seq >= %s", [number, seq])
    record.rechain(stream, max(1, seq - 1))
    return stream, None


def re_chain(dice: random.Random) -> tuple[str, int | None]:
    """An edit, and every hash behind it computed anew: the stream is sound in itself."""
    stream, number, seq = _place(dice)
    record.change("UPDATE kernel_entry SET occurred_ms = 4 WHERE head_id = %s AND seq = %s", [number, seq])
    record.rechain(stream, seq)
    return stream, None


def falsify_head(dice: random.Random) -> tuple[str, int | None]:
    """The head names another entry or another hash."""
    stream, number, seq = _place(dice)
    if dice.random() < 0.5:
        record.change("UPDATE kernel_head SET seq = seq - %s WHERE id = %s", [seq, number])
    else:
        record.change("UPDATE kernel_head SET hash = %s WHERE id = %s", [dice.randbytes(32), number])
    return stream, None


def insert_one(dice: random.Random) -> tuple[str, int | None]:
    """An entry of another stream put behind the last, or one taken into this stream under a free number."""
    stream, number, seq = _place(dice)
    last = record.rows("SELECT MAX(seq) FROM kernel_entry WHERE head_id = %s", [number])[0][0]
    record.change(
        "INSERT INTO kernel_entry (head_id, seq, key, kind, version, occurred_ms, recorded_ms, "
        "actor, salt, body, digest, hash) "
        "SELECT head_id, %s, 'copy', kind, version, occurred_ms, recorded_ms, actor, salt, "
        "body, digest, hash FROM kernel_entry WHERE head_id = %s AND seq = %s",
        [last + dice.randint(1, 3), number, seq],
    )
    return stream, None


def vanish(dice: random.Random) -> tuple[str, int | None]:
    """A stream removed as a whole."""
    stream, number, _seq = _place(dice)
    record.change("DELETE FROM kernel_entry WHERE head_id = %s", [number])
    record.change("DELETE FROM kernel_head WHERE id = %s", [number])
    return stream, None


def move(dice: random.Random) -> tuple[str, int | None]:
    """An entry hung on another stream."""
    stream, number, seq = _place(dice)
    other = record.head_id(dice.choice([name for name in STREAMS if name != stream]))
    record.change(
        "UPDATE kernel_entry SET head_id = %s, seq = 900 WHERE head_id = %s AND seq = %s",
        [other, number, seq],
    )
    return stream, None


def empty(dice: random.Random) -> tuple[str, int | None]:
    """Content removed as a redaction does it, but without the redaction."""
    while True:
        stream, number, seq = _place(dice)
        sql = "UPDATE kernel_entry SET body = NULL, salt = NULL WHERE head_id = %s AND seq = %s"
        with connection.cursor() as cursor:
            cursor.execute(sql + " AND body IS NOT NULL", [number, seq])
            if cursor.rowcount:
                return stream, seq


def wrong_type(dice: random.Random) -> tuple[str, int | None]:
    """A value that no entry holds; SQLite takes it."""
    stream, number, seq = _place(dice)
    column = dice.choice(["actor", "kind", "key", "hash", "digest"])
    value = dice.choice(["x'ff00'", "12", "0.5"]) if column in ("actor", "kind", "key") else "7"
    record.change(
        f"UPDATE kernel_entry SET {column} = {value} WHERE head_id = %s AND seq = %s", [number, seq]
    )
    return stream, seq


MUTATIONS: list[Mutation] = [
    edit_content, edit_envelope, delete_one, swap_two, cut, re_chain, falsify_head, insert_one, vanish, move,
    empty,
]  # fmt: skip


WRONG_TYPE = pytest.param(wrong_type, marks=pytest.mark.sqlite("PostgreSQL takes no value of another type"))


@pytest.mark.parametrize("mutate", [*MUTATIONS, WRONG_TYPE], ids=lambda mutate: mutate.__name__)
def test_every_mutation_is_found_wherever_it_is(mutate: Mutation, witnesses: list[Witness]) -> None:
    for seed in range(scale(test=84, soak=1_000)):
        with transaction.atomic():
            stream, seq = mutate(random.Random(seed))
            found = faults(witnesses)
            assert found, f"{mutate.__name__} with seed {seed} was not found"
            assert stream in {fault.stream for fault in found}, f"seed {seed}: {found}"
            if seq is not None:
                assert (stream, seq) in {(fault.stream, fault.seq) for fault in found}, (
                    f"seed {seed}: {found}"
                )
            assert all(str(fault) for fault in found)
            transaction.set_rollback(True)
    assert faults(witnesses) == []


def test_two_edits_in_one_stream_are_both_told(witnesses: list[Witness]) -> None:
    number = record.head_id("session:a")
    for seq in (3, 40):
        record.change("UPDATE kernel_entry SET actor = '{}' WHERE head_id = %s AND seq = %s", [number, seq])
    assert [fault.seq for fault in faults(witnesses)] == [3, 40]


def test_entries_without_their_head_are_told() -> None:
    record.write("session:a", 5)
    record.write("session:b", 5)
    with transaction.atomic():
        number = record.head_id("session:a")
        if connection.vendor == "sqlite":  # PostgreSQL looks at the end of the transaction anyway
            record.change("PRAGMA defer_foreign_keys = ON")
        record.change("DELETE FROM kernel_head WHERE id = %s", [number])
        assert [fault.words for fault in faults()] == ["5 entries belong to a stream whose head was removed"]
        transaction.set_rollback(True)


def test_a_redaction_undone_or_aimed_ahead_is_told(witnesses: list[Witness]) -> None:
    record.write("session:z", 3)
    record.redact("session:z", 2)
    assert faults(only="session:z") == []
    record.change(
        "UPDATE kernel_entry SET body = '{}', salt = %s WHERE head_id = %s AND seq = 2",
        [b"\0", record.head_id("session:z")],
    )
    words = [fault.words for fault in faults(only="session:z")]
    assert "was redacted by entry 4, but its content is there" in words


def test_the_same_redaction_twice_is_lawful(witnesses: list[Witness]) -> None:
    record.redact("session:b", 12)
    record.redact("session:b", 12, again=True)
    assert faults(witnesses) == []


def test_text_that_is_not_text_is_a_fault_of_that_stream_alone(witnesses: list[Witness]) -> None:
    record.change(
        "UPDATE kernel_entry SET actor = CAST(x'ff' AS TEXT) WHERE head_id = %s AND seq = 4",
        [record.head_id("session:a")],
    )
    assert {fault.stream for fault in faults(witnesses)} == {"session:a"}


def test_a_stream_that_never_was_is_told() -> None:
    assert [str(fault) for fault in faults(only="session:nobody")] == [
        "session:nobody: there is no stream of this name"
    ]


def test_the_digest_of_heads_changes_with_any_head(witnesses: list[Witness]) -> None:
    with connection.cursor() as cursor:
        before = verify.heads_digest(cursor)
        record.write("ledger:c", 1, first=900)
        assert verify.heads_digest(cursor) != before
