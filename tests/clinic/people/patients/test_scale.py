"""A large clinic: finding stays an index walk of few queries, and look-alikes stay few enough to be read."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reverie.clinic.people.models import LookAlike, Patient
from reverie.clinic.people.patients import acts
from reverie.clinic.session.models import Session
from tests.cast import Cast, signed_in
from tests.scale import scale

GIVEN = """Anna Ben Clara David Elif Felix Greta Hana Ivan Jonas Klara Leon Maria Nils Olga Paul Rosa Samuel
    Tamar Uwe Vera Wanda Xaver Yara Zoé Amir Beate Carlos Dina Emil Fatima Georg Heidi Ines Jakob Kemal Lucia
    Marek Nora Oskar"""
START = "Al Ber Cas Dor El Fal Gar Hol Im Jor Kar Lin Mor Nov Os Pel Quin Ros Sam Tor Ur Vog Wal Yil Zan"
END = """bach berg dahl ecker feld gruber hauser inger kowski lund mann nik oğlu pereira quist rius son thal
    uba vic"""
SEED = 20261013


def people(cast: Cast, count: int) -> list[Patient]:
    """`count` invented patients of the clinic, not saved."""
    luck = random.Random(SEED)
    given, start, end = GIVEN.split(), START.split(), END.split()
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = []
    for number in range(count):
        patient = Patient(
            clinic=cast.clinic, number=f"{number + 1:06d}", given_name=luck.choice(given),
            family_name=luck.choice(start) + luck.choice(end), registered_at=at,
            birth_date=date(1940, 1, 1) + timedelta(days=luck.randrange(24_000)),
        )  # fmt: skip
        patient.follow_names()
        made.append(patient)
    return made


def fill(cast: Cast, patients: int, sessions: int) -> list[Patient]:
    """Save that many patients, their look-alikes and closed sessions."""
    made = Patient.objects.bulk_create(people(cast, patients), batch_size=1_000)
    acts.pair_all(cast.clinic.pk)
    luck = random.Random(SEED)
    at = datetime(2020, 1, 1, tzinfo=UTC)
    Session.objects.bulk_create(
        [
            Session(
                clinic=cast.clinic, chair=luck.choice(cast.chairs), patient=luck.choice(made), state="closed",
                opened_at=at + timedelta(hours=n), closed_at=at + timedelta(hours=n + 2),
            )
            for n in range(sessions)
        ],
        batch_size=1_000,
    )  # fmt: skip
    return made


def test_a_large_clinic_is_searched_by_its_indexes_in_few_queries(cast: Cast, client: Client) -> None:
    count = scale(test=1_500, soak=10_000)
    made = fill(cast, count, 5 * count)
    signed_in(client, cast.nurse)
    for typed in ("", "kar", "berg anna", "1960-01-02", "000777", made[5].birth_date.strftime("%d.%m.%Y")):
        with CaptureQueriesContext(connection) as asked:
            assert client.post(reverse("patients"), {"q": typed, "page": "3"}).status_code == 200
        own = [query["sql"] for query in asked if 'FROM "people_patient"' in query["sql"]]
        assert len(asked) <= 15
        assert own
        if connection.vendor == "sqlite":
            for sql in own:
                with connection.cursor() as cursor:
                    cursor.execute("EXPLAIN QUERY PLAN " + sql)
                    plan = " / ".join(str(row[3]) for row in cursor.fetchall())
                assert "USING" in plan, (typed, plan)
                assert "SCAN people_patient" not in plan, (typed, plan)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(reverse("patient", args=[made[7].pk])).status_code == 200
    assert len([query for query in asked if "SAVEPOINT" not in query["sql"]]) <= 15


def test_the_warning_is_rare_enough_to_be_read(cast: Cast) -> None:
    """Of invented people with 40 given and 500 family names, few share a warning with more than a handful."""
    fill(cast, 1_000, 0)
    flagged = set(LookAlike.objects.values_list("patient", flat=True))
    assert len(flagged) < 500
    assert LookAlike.objects.count() < 3 * len(flagged)
