"""Registering and changing patients: permission, trace, once per key, look-alikes seen, no last write."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.http import Http404

from reverie.clinic.kernel import access, chain, ledger, streams
from reverie.clinic.people.models import LookAlike, Patient, SupportPerson
from reverie.clinic.people.patients import acts, names, questions
from reverie.clinic.people.patients.acts import Details
from tests.cast import Cast, make

HANA = Details(family_name="Novák", given_name="Hana", birth_date=date(1999, 12, 24), sex="female")


def lines(cast: Cast) -> list[dict[str, Any]]:
    """What stands in the clinic's ledger."""
    try:
        return [json.loads(entry.body or "") for entry in streams.read(ledger.stream_of(cast.clinic.pk))]
    except streams.UnknownStream:
        return []


def test_registering_keeps_a_patient_and_leaves_a_trace_without_content(cast: Cast) -> None:
    patient = acts.register(cast.nurse, replace(HANA, number="R-9"), key="k1", support="Eva Nováková")
    patient.refresh_from_db()
    assert (patient.family_name, patient.number, patient.clinic) == ("Novák", "R-9", cast.clinic)
    assert [supporter.name for supporter in questions.support_of(patient)] == ["Eva Nováková"]
    assert [line["act"] for line in lines(cast)] == ["patient.registered", "support.added"]
    assert all(line["patient"] == str(patient.pk) for line in lines(cast))
    for secret in ("Nov", "Hana", "1999", "R-9", "Eva"):
        assert secret not in json.dumps(lines(cast), ensure_ascii=False)


def test_the_same_key_registers_once(cast: Cast) -> None:
    first = acts.register(cast.nurse, HANA, key="k1", support="Eva")
    again = acts.register(cast.nurse, HANA, key="k1", support="Eva")
    assert first == again
    assert SupportPerson.objects.filter(patient=first).count() == 1
    assert len(lines(cast)) == 2


@pytest.mark.parametrize("key", ["x" * 10_000, "\x00\x01", "👩🏽‍⚕️" * 40])
def test_any_key_is_kept_in_its_column(cast: Cast, key: str) -> None:
    first = acts.register(cast.nurse, HANA, key=key)
    assert acts.register(cast.nurse, HANA, key=key) == first
    assert len(first.key) <= 64


def test_numbers_are_given_in_order_and_never_twice(cast: Cast) -> None:
    one = acts.register(cast.nurse, replace(HANA, number="004172"))
    two = acts.register(
        cast.nurse, replace(HANA, family_name="Lindt", given_name="Jonas", birth_date=date(1991, 2, 9))
    )
    assert (one.number, two.number) == ("004172", "004173")
    with pytest.raises(acts.NumberTaken) as taken:
        acts.register(
            cast.nurse,
            Details(family_name="Yılmaz", given_name="Elif", birth_date=date(1970, 1, 1), number="004172"),
        )
    assert taken.value.holder == one


def test_look_alikes_must_be_seen_first(cast: Cast) -> None:
    first = acts.register(cast.nurse, Details("Weiß", "Anna", date(1984, 3, 2)))
    typed = Details("Weiss", "Ana", date(1984, 2, 3))
    with pytest.raises(acts.LooksAlike) as warned:
        acts.register(cast.nurse, typed, key="k")
    assert warned.value.found == [first]
    with pytest.raises(acts.LooksAlike):
        acts.register(cast.nurse, typed, key="k", seen="another page's mark")
    second = acts.register(cast.nurse, typed, key="k", seen=warned.value.seen)
    assert questions.look_alikes_of(first) == [second]
    assert questions.look_alikes_of(second) == [first]
    assert questions.alike_words(first) == "Similar name: Ana Weiss, born 3 February 1984"


def test_a_look_alike_who_came_meanwhile_is_shown_before_saving(cast: Cast) -> None:
    acts.register(cast.nurse, Details("Weiß", "Anna", date(1984, 3, 2)))
    typed = Details("Weiss", "Ana", date(1984, 2, 3))
    with pytest.raises(acts.LooksAlike) as warned:
        acts.register(cast.nurse, typed)
    other = Details("Weis", "Anna", date(1950, 1, 1))
    with pytest.raises(acts.LooksAlike) as also:
        acts.register(cast.nurse, other)
    acts.register(cast.nurse, other, seen=also.value.seen)
    with pytest.raises(acts.LooksAlike) as second_warning:
        acts.register(cast.nurse, typed, seen=warned.value.seen)
    assert len(second_warning.value.found) == 2


def test_another_clinics_patients_are_never_look_alikes(cast: Cast) -> None:
    found = questions.resembling(cast.clinic.pk, cast.other_patient.identity)
    assert cast.other_patient not in found
    assert {patient.clinic_id for patient in found} == {cast.clinic.pk}


def test_only_the_changed_fields_are_named_in_the_ledger(cast: Cast) -> None:
    patient = acts.register(cast.nurse, HANA)
    stored = replace(HANA, number=patient.number)
    changed = acts.change(cast.nurse, patient.pk, replace(stored, phone="+43 1"), version=1)
    assert (changed.phone, changed.version) == ("+43 1", 2)
    assert lines(cast)[-1]["detail"] == {"fields": ["phone"]}
    acts.change(cast.nurse, patient.pk, replace(stored, phone="+43 1"), version=1)
    assert len(lines(cast)) == 2


def test_two_at_once_get_a_difference(cast: Cast) -> None:
    patient = acts.register(cast.nurse, HANA)
    stored = replace(HANA, number=patient.number)
    acts.change(cast.nurse, patient.pk, replace(stored, phone="111"), version=1)
    desk = cast.users["front_desk"]
    with pytest.raises(acts.ChangedMeanwhile) as conflict:
        acts.change(desk, patient.pk, replace(stored, phone="222"), version=1)
    assert (conflict.value.stored.phone, conflict.value.stored.changed_by) == ("111", cast.nurse)
    assert acts.change(desk, patient.pk, replace(stored, phone="222"), version=2).phone == "222"


def test_a_new_name_brings_new_look_alikes_and_drops_old_ones(cast: Cast) -> None:
    anna = acts.register(cast.nurse, Details("Weiß", "Anna", date(1984, 3, 2)))
    dina = acts.register(cast.nurse, Details("Fischer", "Dina", date(1974, 3, 15)))
    stored = Details("Fischer", "Dina", date(1974, 3, 15), number=dina.number)
    renamed = replace(stored, family_name="Weiss", given_name="Ana")
    with pytest.raises(acts.LooksAlike) as warned:
        acts.change(cast.nurse, dina.pk, renamed, version=1)
    assert LookAlike.objects.count() == 0
    acts.change(cast.nurse, dina.pk, renamed, version=1, seen=warned.value.seen)
    assert questions.look_alikes_of(anna) == [dina]
    acts.change(cast.nurse, dina.pk, stored, version=2)
    assert questions.look_alikes_of(anna) == []


def test_working_out_all_pairs_anew_finds_the_same(cast: Cast) -> None:
    acts.pair_all(cast.clinic.pk)
    by_hand = {
        (a.pk, b.pk)
        for a in cast.patients
        for b in cast.patients
        if a != b and (names.resemble(a.identity, b.identity) or names.perhaps_same(a.identity, b.identity))
    }
    assert set(LookAlike.objects.values_list("patient", "other")) == by_hand
    assert len(by_hand) >= 4


@pytest.mark.parametrize("role", ["therapist", "researcher", "auditor", "administrator"])
def test_whoever_may_not_register_cannot_by_the_act_either(cast: Cast, role: str) -> None:
    someone = cast.users[role]
    with pytest.raises(access.Refused):
        acts.register(someone, HANA)
    with pytest.raises(access.Refused):
        acts.change(someone, cast.patients[0].pk, HANA, version=1)
    with pytest.raises(access.Refused):
        acts.add_support(someone, cast.patients[0], name="Eva")
    assert Patient.objects.filter(family_name="Novák").count() == 0


def test_for_a_stranger_no_patient_exists(cast: Cast) -> None:
    with pytest.raises(Http404):
        acts.change(cast.stranger, cast.patients[0].pk, HANA, version=1)
    with pytest.raises(Http404):
        acts.add_support(cast.stranger, cast.patients[0], name="Eva")
    supporter = acts.add_support(cast.nurse, cast.patients[0], name="Eva")
    with pytest.raises(Http404):
        acts.end_support(cast.stranger, supporter.pk)


def test_a_support_person_ends_once(cast: Cast) -> None:
    supporter = acts.add_support(cast.nurse, cast.patients[0], name="Eva", relation="sister", key="s")
    first = acts.end_support(cast.nurse, supporter.pk).ended_at
    assert acts.end_support(cast.nurse, supporter.pk).ended_at == first
    assert questions.support_of(cast.patients[0]) == []
    assert [line["act"] for line in lines(cast)] == ["support.added", "support.ended"]


def test_opening_a_record_is_one_line_however_often_the_page_is_asked_for(cast: Cast) -> None:
    patient = cast.patients[0]
    for _ in range(3):
        acts.open_record(cast.nurse, patient, "sign-in 1")
    acts.open_record(cast.nurse, patient, "sign-in 2")
    acts.open_record(cast.users["front_desk"], patient, "sign-in 3")
    opened = [line for line in lines(cast) if line["act"] == "record.opened"]
    assert [line["detail"] for line in opened] == [{"chart": True}, {"chart": True}, {"chart": False}]


def test_the_ledger_of_all_this_verifies(cast: Cast) -> None:
    patient = acts.register(cast.nurse, HANA, support="Eva")
    acts.open_record(cast.nurse, patient, "x")
    stream = ledger.stream_of(cast.clinic.pk)
    (end,) = chain.check(stream, streams.read(stream))
    assert isinstance(end, tuple)
    assert end[0] == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_changes_at_once_one_is_saved_and_the_others_are_told() -> None:
    cast = make()
    patient = cast.patients[4]
    stored = Details(
        patient.family_name, patient.given_name, patient.birth_date, patient.sex, number=patient.number
    )
    together = Barrier(4)

    def change(number: int) -> str:
        try:
            together.wait()
            acts.change(cast.nurse, patient.pk, replace(stored, phone=str(number)), version=1)
        except acts.ChangedMeanwhile as told:
            return f"told {told.stored.phone}"
        finally:
            connection.close()
        return str(number)

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(change, range(4)))
    patient.refresh_from_db()
    assert sorted(outcomes) == sorted([patient.phone] + [f"told {patient.phone}"] * 3)
    assert patient.version == 2


@pytest.mark.django_db(transaction=True)
def test_registered_at_once_under_one_key_there_is_one_patient() -> None:
    cast = make()
    together = Barrier(4)

    def register(key: str) -> str:
        try:
            together.wait()
            return str(acts.register(cast.nurse, HANA, key=key).pk)
        except acts.LooksAlike:
            return "warned"
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(register, ["one", "one", "one", "another"]))
    assert Patient.objects.filter(family_name="Novák").count() == 1
    made = str(Patient.objects.get(family_name="Novák").pk)
    assert set(outcomes) <= {made, "warned"}
