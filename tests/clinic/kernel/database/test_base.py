"""The encrypted backend: every value comes back as it went in, and nothing can be read without the key."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reverie.clinic.kernel import home, keys
from reverie.clinic.kernel.database import base
from reverie.clinic.kernel.models import Head

# SQLite keeps a decimal of more digits as a binary number, which is another one
MOST_DIGITS = 15


class Everything(models.Model):
    """One column of each kind that the clinic uses."""

    number = models.DecimalField(max_digits=MOST_DIGITS, decimal_places=6)
    day = models.DateField()
    moment = models.DateTimeField()
    clock_time = models.TimeField()
    name = models.UUIDField()
    yes = models.BooleanField()
    words = models.TextField()
    raw = models.BinaryField()
    data = models.JSONField()
    count = models.BigIntegerField()
    nothing = models.TextField(null=True)

    class Meta:
        app_label = "kernel"
        managed = False
        db_table = "test_everything"

    def __str__(self) -> str:
        return self.words


@pytest.fixture
def table(transactional_db: None) -> Iterator[None]:
    """A table that only these tests have."""
    with connection.schema_editor() as editor:
        editor.create_model(Everything)
    yield
    with connection.schema_editor() as editor:
        editor.delete_model(Everything)


plain_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    number=st.decimals(-(10**9) + 1, 10**9 - 1, places=6),
    day=st.dates(),
    moment=st.datetimes(timezones=st.just(UTC)),
    clock_time=st.times(),
    name=st.uuids(),
    yes=st.booleans(),
    words=plain_text,
    raw=st.binary(max_size=60),
    data=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | plain_text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
        max_leaves=8,
    ).map(lambda value: {"value": value}),
    count=st.integers(-(2**63), 2**63 - 1),
)
def test_every_value_comes_back_as_it_went_in(table: None, **values: Any) -> None:
    pk = Everything.objects.create(**values).pk
    found = Everything.objects.get(pk=pk)
    for name, value in values.items():
        again = getattr(found, name)
        assert (bytes(again) if name == "raw" else again) == value
        assert type(again) is type(value) or name == "raw"
    assert found.nothing is None
    lookup = {
        name: values[name] for name in ("number", "day", "moment", "clock_time", "name", "yes", "words")
    }
    assert Everything.objects.filter(pk=pk, **lookup).exists()


def test_no_column_asks_for_more_digits_than_are_kept() -> None:
    for model in apps.get_models():
        for field in model._meta.get_fields():
            assert not isinstance(field, models.DecimalField) or field.max_digits <= MOST_DIGITS, field


def test_django_computes_with_them(table: None) -> None:
    rows = [
        Everything(
            number=Decimal("0.1") * n, day=date(2026, 1, n), moment=datetime(2026, 1, n, 23, 30, tzinfo=UTC),
            clock_time=time(n), name=uuid.uuid4(), yes=n % 2 == 0, words="Ä%" * n, raw=b"",
            data={"n": n}, count=n,
        )
        for n in range(1, 4)
    ]  # fmt: skip
    Everything.objects.bulk_create(rows)
    total = Everything.objects.aggregate(total=models.Sum("number"), last=models.Max("moment"))
    assert total == {"total": Decimal("0.6"), "last": datetime(2026, 1, 3, 23, 30, tzinfo=UTC)}
    assert Everything.objects.filter(data__n=2).get().count == 2
    assert Everything.objects.filter(moment__hour=23, day__day=3).get().count == 3
    assert Everything.objects.filter(words__contains="%Ä%").count() == 2
    assert Everything.objects.filter(words__regex="^(Ä%){3}$").count() == 1


def test_constraints_hold_and_a_failed_transaction_leaves_nothing(transactional_db: None) -> None:
    Head.objects.create(stream="a")
    with pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012 (both are one transaction)
        Head.objects.create(stream="b")
        Head.objects.create(stream="a")
    assert list(Head.objects.values_list("stream", flat=True)) == ["a"]
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_entry (head_id, seq, key, kind, version, occurred_ms, recorded_ms, actor, "
            "digest, hash) VALUES (999, 1, 'k', 'k', 1, 1, 1, '', %s, %s)",
            [b"", b""],
        )


@pytest.mark.sqlite("of the file and its settings")
def test_it_is_safe_and_written_ahead(transactional_db: None) -> None:
    with connection.cursor() as cursor:
        found = []
        for name in ("journal_mode", "synchronous", "foreign_keys"):
            cursor.execute(f"PRAGMA {name}")
            found.append(cursor.fetchone()[0])
        assert found == ["wal", 2, 1]
    assert base.Database.sqlite_version_info >= base.SAFE_SQLITE


@pytest.mark.sqlite("of the file and its settings")
def test_nothing_can_be_read_on_the_disk(transactional_db: None) -> None:
    Head.objects.create(stream="session:a-plain-word")
    path = Path(connection.settings_dict["NAME"])
    log = Path(f"{path}-wal")
    connection.ensure_connection()
    for file in (path, log):
        content = file.read_bytes()
        assert content
        for secret in (b"a-plain-word", b"kernel_head", b"SQLite format 3"):
            assert secret not in content
    # as random as it can be: every byte value, about equally often
    content = path.read_bytes()
    counts = [content.count(value) for value in range(256)]
    expected = len(content) / 256
    assert max(counts) < 1.5 * expected
    assert min(counts) > 0.5 * expected
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(path).execute("SELECT * FROM kernel_head")


@pytest.mark.sqlite("of the file and its settings")
def test_a_wrong_key_is_said_in_words_and_quietly(
    transactional_db: None, place: home.Home, capfd: pytest.CaptureFixture[str]
) -> None:
    connection.ensure_connection()
    keys.write("database", "ab" * 32)
    other = base.DatabaseWrapper({**connection.settings_dict}, "other")
    with pytest.raises(DatabaseError, match="file is not a database"):
        other.ensure_connection()
    assert capfd.readouterr().err == ""


@pytest.mark.sqlite("of the file and its settings")
def test_a_database_that_is_made_is_closed_to_others_and_missed_when_it_is_gone(
    transactional_db: None, place: home.Home
) -> None:
    def fresh() -> base.DatabaseWrapper:
        return base.DatabaseWrapper({**connection.settings_dict, "NAME": str(place.database)}, "other")

    one = fresh()
    one.ensure_connection()
    one.connection.execute("CREATE TABLE t (x)")
    assert place.made.exists()
    for file in place.root.glob("reverie.db*"):
        assert file.stat().st_mode & 0o777 == 0o600, file
    one._close()
    place.database.unlink()
    with pytest.raises(DatabaseError, match="was there and is gone"):
        fresh().ensure_connection()
    assert not place.database.exists()


@pytest.mark.sqlite("of the file and its settings")
def test_without_a_folder_none_is_made(transactional_db: None, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "reverie.db"
    other = base.DatabaseWrapper({**connection.settings_dict, "NAME": str(path)}, "other")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVERIE_HOME", str(path.parent))
        with pytest.raises(DatabaseError, match="there is no folder"):
            other.ensure_connection()
    assert not path.parent.exists()
