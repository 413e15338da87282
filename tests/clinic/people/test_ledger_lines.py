"""The ledger page: newest first, who looked, filtered, paged, of this clinic only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from reverie.clinic.kernel import access, ledger
from reverie.clinic.people.ledger_words import WORDS
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(cast: Cast, client: Client) -> Client:
    """A client signed in as the auditor."""
    return signed_in(client, cast.users["auditor"])


def looked(cast: Cast, who: str, patient: int) -> None:
    """Somebody opened a chart."""
    pk = cast.patients[patient].pk
    user = cast.users[who]
    ledger.write(
        "chart.see", clinic_id=cast.clinic.pk, actor=user.actor(), subject=f"patient:{pk}", patient_id=pk
    )


def lines(client: Client, **asked: str) -> list[object]:
    """The lines of a page."""
    answer = client.get(reverse("ledger"), asked)
    assert answer.status_code == 200
    return list(answer.context["lines"])


def test_newest_first_and_in_words(cast: Cast, auditor: Client) -> None:
    looked(cast, "infusion_nurse", 0)
    first = lines(auditor)[0]
    assert (first.who, first.role, first.act) == ("Anna Weiss", "Infusion nurse", "Opened a chart")
    assert first.patient == "Robert Schneider"
    assert [line.seq for line in lines(auditor)] == sorted(
        (line.seq for line in lines(auditor)), reverse=True
    )


def test_who_looked_at_a_patient(cast: Cast, auditor: Client) -> None:
    looked(cast, "infusion_nurse", 0)
    looked(cast, "prescriber", 0)
    looked(cast, "therapist", 1)
    assert [line.who for line in lines(auditor, patient="L-1001")] == ["Dr Ines Vogt", "Anna Weiss"]
    assert [line.who for line in lines(auditor, patient=str(cast.patients[1].pk))] == ["Jonas Brandt"]
    assert lines(auditor, patient="L-9999") == []
    assert lines(auditor, patient=str(cast.other_patient.pk)) == []


def test_every_act_has_words() -> None:
    source = Path(access.__file__).parents[2]
    written = {
        act
        for file in source.rglob("*.py")
        for act in re.findall(
            r"(?:_say|_trace|_write|ledger\.write)\(\s*\"([a-z_.]+)\"", file.read_text("utf-8")
        )
    }
    assert len(written) > 40
    assert sorted((written | set(access.ACTS)) - set(WORDS)) == []


def test_a_typed_number_stands_in_no_address(cast: Cast, auditor: Client) -> None:
    for _ in range(60):
        looked(cast, "infusion_nurse", 0)
    answer = auditor.post(reverse("ledger"), {"patient": "L-1001"})
    page = answer.content.decode()
    assert len(answer.context["lines"]) == 50
    assert 'value="L-1001"' in page
    assert f"patient={cast.patients[0].pk}&amp;" in page
    assert "patient=L-1001" not in page


def test_by_person_act_and_refusal(cast: Cast, auditor: Client) -> None:
    nurse = signed_in(Client(), cast.nurse)
    nurse.get(reverse("staff"))
    looked(cast, "infusion_nurse", 0)
    looked(cast, "prescriber", 0)
    mine = lines(auditor, person=str(cast.nurse.pk))
    assert [line.act for line in mine] == ["Opened a chart", "Staff page", "Signed in"]
    assert [line.refused for line in mine] == [False, True, False]
    assert len(lines(auditor, act="chart.see")) == 2
    assert [line.who for line in lines(auditor, refused="1")] == ["Anna Weiss"]
    assert lines(auditor, person=str(cast.stranger.pk)) == []


def test_pages(cast: Cast, auditor: Client) -> None:
    for _ in range(60):
        looked(cast, "infusion_nurse", 0)
    answer = auditor.get(reverse("ledger"))
    assert len(answer.context["lines"]) == 50
    older = answer.context["older"]
    rest = lines(auditor, before=str(older))
    assert [line.seq for line in rest] == list(range(older - 1, 0, -1))


def test_another_clinics_ledger_is_not_here(cast: Cast, auditor: Client) -> None:
    signed_in(Client(), cast.stranger)
    assert "Nils Stranger" not in {line.who for line in lines(auditor)}
    page = auditor.get(reverse("ledger")).content.decode()
    assert "Nils Stranger" not in page


@pytest.mark.parametrize(
    "asked",
    [
        {"person": "x' OR 1=1 --"}, {"person": "%"}, {"act": "%"}, {"patient": '"'}, {"patient": "\x00"},
        {"before": "-1"}, {"before": "９"}, {"before": "9" * 40}, {"before": "nan"}, {"refused": "maybe"},
    ],
)  # fmt: skip
def test_nonsense_filters_break_nothing(cast: Cast, auditor: Client, asked: dict[str, str]) -> None:
    looked(cast, "infusion_nurse", 0)
    lines(auditor, **asked)


def test_few_queries(cast: Cast, auditor: Client, django_assert_max_num_queries: object) -> None:
    for n in range(5):
        looked(cast, "infusion_nurse", n)
    with django_assert_max_num_queries(15):  # type: ignore[operator]
        lines(auditor)


def test_markup_in_names_stays_text(cast: Cast, auditor: Client) -> None:
    cast.nurse.name = "<script>alert(1)</script>"
    cast.nurse.save()
    looked(cast, "infusion_nurse", 0)
    page = auditor.get(reverse("ledger")).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
