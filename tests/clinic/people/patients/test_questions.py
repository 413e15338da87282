"""Finding patients: any mix of name, birth date and number, inside the clinic, in few queries; banners."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reverie.clinic.kernel import access, clock
from reverie.clinic.people.models import Patient
from reverie.clinic.people.patients import acts, questions
from tests.cast import Cast


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("kohler", ["L-1003", "L-1004"]),
        ("KÖHLER", ["L-1003", "L-1004"]),
        ("koehler", ["L-1003", "L-1004"]),
        ("köh mir", ["L-1003", "L-1004"]),
        ("mirj", ["L-1004"]),
        ("koehler 1988", ["L-1003"]),
        ("schneider 14.03.1979", ["L-1001", "L-1002"]),
        ("1979-03-14 roberta", ["L-1002"]),
        ("1/9/1965", ["L-1005"]),
        ("9/1/1965", ["L-1005"]),
        ("9 January 1965", ["L-1005"]),
        ("L-1005", ["L-1005"]),
        ("l1005", ["L-1005"]),
        ("1005", ["L-1005"]),
        ("100", ["L-1001", "L-1002", "L-1003", "L-1004", "L-1005"]),
        ("%", []),
        ("_", []),
        ("ohler", []),
        ("zzz", []),
        ("'; DROP TABLE people_patient; --", []),
    ],
)
def test_patients_are_found_by_what_is_known_of_them(cast: Cast, typed: str, numbers: list[str]) -> None:
    found = questions.find(cast.nurse, typed)
    assert sorted(patient.number for patient in found.rows) == numbers
    assert found.total == len(numbers)


def test_nobody_finds_another_clinics_patients(cast: Cast) -> None:
    assert [patient.clinic for patient in questions.find(cast.stranger, "schneider").rows] == [
        cast.other_clinic
    ]
    assert all(patient.clinic == cast.clinic for patient in questions.find(cast.nurse, "").rows)


@pytest.mark.parametrize("role", ["auditor", "administrator", "researcher"])
def test_who_has_no_patient_pages_finds_none(cast: Cast, role: str) -> None:
    with pytest.raises(access.Refused):
        questions.find(cast.users[role], "schneider")


def test_pages_hold_a_few_each_and_a_page_too_far_is_the_last(cast: Cast) -> None:
    at = datetime(2026, 9, 1, tzinfo=UTC)
    rows = [
        Patient(clinic=cast.clinic, number=f"{n:06d}", family_name=f"Kern{n:03d}", given_name="A",
                birth_date=date(1950, 1, 1), registered_at=at)
        for n in range(60)
    ]  # fmt: skip
    for row in rows:
        row.follow_names()
    Patient.objects.bulk_create(rows)
    first, last = questions.find(cast.nurse, "kern"), questions.find(cast.nurse, "kern", page=99)
    assert (first.total, first.pages, first.first, first.last) == (60, 3, 1, 25)
    assert (last.page, last.first, last.last) == (3, 51, 60)
    assert [patient.family_name for patient in first.rows] == [f"Kern{n:03d}" for n in range(25)]


def test_a_page_of_hits_with_their_look_alikes_takes_three_queries(cast: Cast) -> None:
    acts.pair_all(cast.clinic.pk)
    with CaptureQueriesContext(connection) as asked:
        found = questions.find(cast.nurse, "")
        flagged = [patient.number for patient in found.rows if list(patient.look_alikes.all())]
    assert len(asked) == 3
    assert sorted(flagged) == ["L-1001", "L-1002", "L-1003", "L-1004"]


def test_a_banner_has_two_identifiers_and_the_warning(cast: Cast) -> None:
    acts.pair_all(cast.clinic.pk)
    with clock.replaced_by(clock.FakeClock(datetime(2026, 3, 13, 12, tzinfo=UTC))):
        banner = questions.banner_of(cast.patients[0], cast.nurse)
    assert banner == {
        "heading": "Robert Schneider", "initials": "", "born": "14 March 1979", "number": "L-1001",
        "who": "Man, 46 y", "url": f"/patients/{cast.patients[0].pk}/",
        "alike": "Similar name: Roberta Schneider, born 14 March 1979",
    }  # fmt: skip


def test_a_banner_that_others_can_see_has_chair_and_initials_only(cast: Cast) -> None:
    acts.pair_all(cast.clinic.pk)
    banner = questions.banner_of(cast.patients[0], cast.nurse, chair="Chair 2")
    assert (banner["heading"], banner["initials"], banner["born"]) == ("Chair 2", "RS", "1979")
    assert "Schneider" not in str(banner)
    assert "Roberta" not in str(banner)
    assert banner["alike"]


def test_the_age_changes_on_the_birthday_also_for_those_born_on_a_leap_day(cast: Cast) -> None:
    patient = Patient(birth_date=date(2000, 2, 29))
    ages = [patient.age_on(day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 29))]
    assert ages == [25, 26, 28]
