"""The ledger: one chained stream a clinic, names of what was touched, never its content."""

from __future__ import annotations

import json
import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction

from reverie.clinic.kernel import chain, ledger, streams


def lines(clinic_id: object) -> list[dict[str, object]]:
    """The bodies of a ledger; its chain verifies."""
    entries = list(streams.read(ledger.stream_of(clinic_id)))
    (end,) = chain.check(ledger.stream_of(clinic_id), entries)
    assert isinstance(end, tuple), end
    return [json.loads(entry.body or "") for entry in entries]


@pytest.mark.django_db
def test_a_line_says_who_did_what_to_whom() -> None:
    clinic, patient = uuid4(), uuid4()
    actor = {"kind": "staff", "id": "7", "name": "Åsa", "role": "infusion_nurse"}
    ledger.write(
        "chart.write", clinic_id=clinic, actor=actor, subject="patient:1", patient_id=patient,
        detail={"fields": ["weight"]},
    )  # fmt: skip
    assert lines(clinic) == [
        {
            "act": "chart.write", "outcome": "done", "subject": "patient:1", "patient": str(patient),
            "detail": {"fields": ["weight"]},
        }
    ]  # fmt: skip
    (entry,) = streams.read(ledger.stream_of(clinic))
    assert json.loads(entry.actor) == actor


@pytest.mark.django_db
def test_clinics_and_the_installation_have_their_own() -> None:
    one, two = uuid4(), uuid4()
    for clinic in (one, two, None):
        ledger.write("looked", clinic_id=clinic)
        ledger.write("looked", clinic_id=clinic, outcome="refused")
    assert [len(lines(clinic)) for clinic in (one, two, None)] == [2, 2, 2]
    assert ledger.stream_of(None) == "ledger:installation"


@pytest.mark.django_db
def test_a_number_without_one_text_form_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        ledger.write("looked", clinic_id=None, detail={"weight": 70.5})


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_takes_its_line_with_it() -> None:
    ledger.write("looked", clinic_id=None)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 (both are one transaction)
        ledger.write("changed", clinic_id=None)
        raise ZeroDivisionError
    assert [line["act"] for line in lines(None)] == ["looked"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_from_the_first_line_on() -> None:
    clinic = uuid4()

    def write(number: int) -> None:
        for line in range(5):
            ledger.write("looked", clinic_id=clinic, subject=f"{number}-{line}")
        connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {line["subject"] for line in lines(clinic)} == {
        f"{n}-{line}" for n in range(6) for line in range(5)
    }
