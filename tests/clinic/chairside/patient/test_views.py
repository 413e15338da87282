"""The pages around a patient, as a browser gets them: who sees what, forms that lose nothing, inert text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from html import escape
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reverie.clinic.chart import acts as chart
from reverie.clinic.chart.models import Allergy, Measurement, NoneKnown
from reverie.clinic.course import acts as courses
from reverie.clinic.course.models import Course
from reverie.clinic.people.models import Patient, SupportPerson
from reverie.clinic.people.patients import acts
from reverie.clinic.session.models import Session
from tests.cast import NAMES, Cast, signed_in
from tests.clinic.people.patients.test_acts import lines

AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
KG = Measurement.Kind.WEIGHT
HANA = {"family_name": "Novák", "given_name": "Hana", "birth_date": "24.12.1999", "sex": "female", "key": "k"}
CANARIES = [
    "<script>window.hurt=1</script>",
    '"><img src=x onerror=window.hurt=1>',
    "{{ 7|add:7 }}{% now 'Y' %}",
    "javascript:window.hurt=1",
    "</textarea></title><svg onload=window.hurt=1>",
    "لا إله \u202e drow desrever",
    "👩🏽‍⚕️ \u0000\u0007 é",
]


def seeded(cast: Cast) -> dict[str, Any]:
    """A patient with something of everything, and the things."""
    patient, nurse, doctor = cast.patients[0], cast.nurse, cast.users["prescriber"]
    acts.pair_all(cast.clinic.pk)
    chart.measure(nurse, patient, {KG: chart.Value(Decimal(70), "154 lb")}, at=AT, again={KG: Decimal(70)})
    allergy = chart.add(
        nurse, patient, "allergies", {"substance": "Penicillin", "reaction": "rash", "severity": ""}
    )
    medicine = chart.add(nurse, patient, "medicines", {"name": "Sertraline", "dose": "100 mg", "since": ""})
    none_known = chart.record_none(nurse, patient, "conditions")
    supporter = acts.add_support(nurse, patient, name="Eva Muster", relation="sister")
    course = courses.open_course(doctor, patient, "depression", goals=["Sleep through"])
    session = Session.objects.create(
        clinic=cast.clinic, chair=cast.chairs[0], patient=patient, course=course, opened_at=AT
    )
    return {
        "patient": patient, "allergy": allergy, "medicine": medicine, "none_known": none_known,
        "supporter": supporter, "course": course, "session": session,
        "weight": Measurement.objects.get(),
    }  # fmt: skip


def pages(things: dict[str, Any]) -> dict[str, str]:
    """The address of every page around a patient, and the act that it needs."""
    patient, course = things["patient"].pk, things["course"].pk
    lasting = {"allergies": things["allergy"].pk, "medicines": things["medicine"].pk}
    return {
        reverse("patients"): "patients.find",
        reverse("patient_register"): "patients.register",
        reverse("patient_change", args=[patient]): "patients.register",
        reverse("support_add", args=[patient]): "patients.register",
        reverse("patient", args=[patient]): "patients.see",
        reverse("patient_print", args=[patient]): "chart.see",
        reverse("chart_measure", args=[patient]): "chart.write",
        reverse("chart_add_allergies", args=[patient]): "chart.write",
        reverse("chart_add_medicines", args=[patient]): "chart.write",
        reverse("chart_add_conditions", args=[patient]): "chart.write",
        **{reverse(f"chart_end_{of}", args=[pk]): "chart.write" for of, pk in lasting.items()},
        **{reverse(f"chart_strike_{of}", args=[pk]): "chart.write" for of, pk in lasting.items()},
        reverse("chart_strike_measurements", args=[things["weight"].pk]): "chart.write",
        reverse("chart_strike_none-known", args=[things["none_known"].pk]): "chart.write",
        reverse("course_open", args=[patient]): "course.open",
        reverse("course", args=[course]): "chart.see",
        reverse("course_goals", args=[course]): "course.open",
        reverse("course_close", args=[course]): "course.open",
    }  # fmt: skip


@pytest.mark.parametrize("role", NAMES)
def test_each_role_sees_its_pages_and_no_other(cast: Cast, client: Client, role: str) -> None:
    from reverie.clinic.kernel.access import may

    signed_in(client, cast.users[role])
    for address, act in pages(seeded(cast)).items():
        assert client.get(address).status_code == (200 if may(cast.users[role], act) else 403), address


def test_for_a_stranger_and_a_made_up_id_it_is_the_same_404(cast: Cast, client: Client) -> None:
    things = seeded(cast)
    cast.stranger.roles = [*NAMES]
    cast.stranger.save()
    signed_in(client, cast.stranger)
    texts = set()
    for address in pages(things):
        if address in (reverse("patients"), reverse("patient_register")):
            continue
        answers = [client.get(address), client.post(address, {"key": "x", "reason": "x", "on": "2026-01-01"})]
        assert {answer.status_code for answer in answers} <= {404, 405}, address
        texts.add(answers[0].content)
    made_up = client.get("/patients/01a20f62-1436-7cfe-a2ee-69662c37993e/").content
    assert texts == {made_up}


def test_the_front_desk_sees_contacts_and_that_a_course_is_open_nothing_of_the_chart(
    cast: Cast, client: Client
) -> None:
    things = seeded(cast)
    page = signed_in(client, cast.users["front_desk"]).get(reverse("patient", args=[things["patient"].pk]))
    text = page.content.decode()
    for seen in ("Robert Schneider", "L-1001", "Eva Muster", "A course is open since"):
        assert seen in text
    for hidden in (
        "Penicillin",
        "Sertraline",
        "Depression",
        "70.0",
        "No known conditions",
        "Sleep through",
        "Sessions",
    ):
        assert hidden not in text


def test_the_whole_record_is_on_the_page_and_on_paper(cast: Cast, nurse_client: Client) -> None:
    things = seeded(cast)
    chart.strike(cast.nurse, "medicines", things["medicine"].pk, "wrong patient")
    page = nurse_client.get(reverse("patient", args=[things["patient"].pk])).content.decode()
    paper = nurse_client.get(reverse("patient_print", args=[things["patient"].pk])).content.decode()
    for words in (
        "Robert Schneider", "14 March 1979", "L-1001", "Penicillin", "rash", "70.0", "Depression",
        "No known conditions", "Eva Muster", "Roberta Schneider",
    ):  # fmt: skip
        assert words in page
        assert words in paper
    assert "154 lb" in page
    assert "wrong patient" in page
    assert "Sertraline" not in paper


@pytest.mark.parametrize("name", ["patients", "patient", "patient_print", "course", "chart_measure"])
def test_a_page_takes_few_queries(cast: Cast, nurse_client: Client, name: str) -> None:
    things = seeded(cast)
    which = {"patients": [], "course": [things["course"].pk]}.get(name, [things["patient"].pk])
    with CaptureQueriesContext(connection) as asked:
        assert nurse_client.get(reverse(name, args=which)).status_code == 200
    counted = [query for query in asked if "SAVEPOINT" not in query["sql"]]
    assert len(counted) <= 15, "\n".join(query["sql"][:150] for query in counted)


def test_opening_a_record_is_traced_once(cast: Cast, nurse_client: Client) -> None:
    address = reverse("patient", args=[cast.patients[0].pk])
    for _ in range(3):
        nurse_client.get(address)
    opened = [line for line in lines(cast) if line["act"] == "record.opened"]
    assert [line["patient"] for line in opened] == [str(cast.patients[0].pk)]


def test_registering_warns_then_registers_and_twice_pressed_registers_once(
    cast: Cast, nurse_client: Client
) -> None:
    address = reverse("patient_register")
    typed = HANA | {
        "family_name": "Schnieder",
        "given_name": "Robert",
        "birth_date": "15.03.1979",
        "phone": "+43 1",
    }
    warned = nurse_client.post(address, typed)
    assert warned.status_code == 409
    text = warned.content.decode()
    for words in ("Nothing is saved yet", "Robert Schneider", "Roberta Schneider", "14 March 1979",
                  "15 March 1979", 'value="Schnieder"', 'value="15.03.1979"', 'value="+43 1"'):  # fmt: skip
        assert words in text
    assert not Patient.objects.filter(family_name="Schnieder").exists()
    seen = warned.context["seen"]
    for _ in range(2):
        answer = nurse_client.post(address, typed | {"seen": seen})
        assert answer.status_code == 302
    made = Patient.objects.get(family_name="Schnieder")
    assert answer["Location"] == reverse("patient", args=[made.pk])


def test_what_is_not_on_the_form_cannot_be_set(cast: Cast, nurse_client: Client) -> None:
    extra = {"clinic_id": str(cast.other_clinic.pk), "clinic": str(cast.other_clinic.pk), "version": "99",
             "registered_at": "1970-01-01", "user": str(cast.nurse.pk),
             "id": str(cast.patients[0].pk)}  # fmt: skip
    assert nurse_client.post(reverse("patient_register"), HANA | extra).status_code == 302
    made = Patient.objects.get(family_name="Novák")
    assert (made.clinic, made.version, made.user) == (cast.clinic, 1, None)
    assert made.pk != cast.patients[0].pk


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("birth_date", "2/3/1984", "2 March 1984 or 3 February 1984"),
        ("birth_date", "31.02.1984", "not a date"),
        ("birth_date", "2999-01-01", "future"),
        ("birth_date", "1899-01-01", "120 years"),
        ("birth_date", "", "fill this in"),
        ("family_name", "", "fill this in"),
        ("family_name", "???", "at least one letter"),
        ("family_name", "x" * 10_000, "At most 100 characters; this has 10000."),
        ("sex", "other", "choose one"),
        ("email", "nobody at home", "not an e-mail address"),
        ("number", "L-1001", "belongs to Robert Schneider"),
    ],
)  # fmt: skip
def test_a_wrong_form_comes_back_whole_with_the_error_beside_the_field(
    cast: Cast, nurse_client: Client, field: str, typed: str, words: str
) -> None:
    answer = nurse_client.post(reverse("patient_register"), HANA | {"phone": "+43 660 1", field: typed})
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    text = answer.content.decode()
    assert f'id="id_{field}_error"' in text
    for name, value in (HANA | {"phone": "+43 660 1", field: typed}).items():
        if name not in ("sex", "key") and value:
            assert f'value="{escape(value)}"' in text
    assert 'value="k"' in text


def test_two_staff_at_once_see_the_difference_and_nothing_is_lost(cast: Cast) -> None:
    patient = cast.patients[4]
    address = reverse("patient_change", args=[patient.pk])
    one, two = signed_in(Client(), cast.nurse), signed_in(Client(), cast.users["front_desk"])
    forms = [client.get(address).context["form"].initial for client in (one, two)]
    typed = [{name: str(value or "") for name, value in form.items()} for form in forms]
    assert one.post(address, typed[0] | {"phone": "111"}).status_code == 302
    conflict = two.post(address, typed[1] | {"phone": "222", "language": "Arabic"})
    assert conflict.status_code == 409
    text = conflict.content.decode()
    assert "Anna Weiss changed this patient" in text
    rows = {str(row["label"]): (row["stored"], row["typed"]) for row in conflict.context["difference"]}
    assert rows == {"Phone": ("111", "222"), "Language": ("nothing", "Arabic")}
    patient.refresh_from_db()
    assert patient.phone == "111"
    again = {name: conflict.context["form"][name].value() for name in typed[1]}
    assert two.post(address, {name: str(value or "") for name, value in again.items()}).status_code == 302
    patient.refresh_from_db()
    assert (patient.phone, patient.language, patient.version) == ("222", "Arabic", 3)


def test_a_doubtful_weight_is_asked_for_again_in_both_units(cast: Cast, nurse_client: Client) -> None:
    seeded(cast)
    address = reverse("chart_measure", args=[cast.patients[0].pk])
    asked = nurse_client.post(address, {"weight": "154", "pulse": "64", "key": "k"})
    assert asked.status_code == 422
    text = asked.content.decode()
    assert "154.0 kg (that is 339.5 lb) is 120 % more than last time." in text
    assert 'name="weight_again"' in text
    assert 'value="64"' in text
    other = nurse_client.post(address, {"weight": "154", "weight_again": "145", "pulse": "64", "key": "k"})
    assert other.status_code == 422
    assert "not the same value" in other.content.decode()
    assert Measurement.objects.count() == 1
    right = nurse_client.post(
        address, {"weight": "154 lb", "weight_again": "", "pulse": "64", "key": "k"}, follow=True
    )
    assert "Weight 69.9 kg (154 lb), Pulse 64 /min" in right.content.decode()


@pytest.mark.parametrize("typed", ["NaN", "inf", "-70", "７０", "1e308", "1" * 400, "70;", "<b>70</b>"])
@pytest.mark.parametrize("field", ["weight", "height", "systolic", "pulse", "temperature", "weight_again"])
def test_no_number_is_a_server_error(cast: Cast, nurse_client: Client, field: str, typed: str) -> None:
    answer = nurse_client.post(
        reverse("chart_measure", args=[cast.patients[0].pk]), {"height": "170", field: typed}
    )
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert Measurement.objects.count() == 0


def test_none_known_is_one_press_and_says_so_when_lines_disagree(cast: Cast, nurse_client: Client) -> None:
    patient = cast.patients[0].pk
    done = nurse_client.post(reverse("chart_none_allergies", args=[patient]), {"key": "k"}, follow=True)
    assert "No known allergies" in done.content.decode()
    assert NoneKnown.objects.count() == 1
    nurse_client.post(reverse("chart_add_allergies", args=[patient]), {"substance": "Latex", "key": "l"})
    refused = nurse_client.post(reverse("chart_none_allergies", args=[patient]), {"key": "m"}, follow=True)
    assert "Not recorded: 1 line says otherwise." in refused.content.decode()


def test_lines_are_added_ended_and_struck_through_their_pages(cast: Cast, nurse_client: Client) -> None:
    patient = cast.patients[0].pk
    for of, name in (("allergies", "substance"), ("medicines", "name"), ("conditions", "name")):
        add = reverse(f"chart_add_{of}", args=[patient])
        for _ in range(2):
            assert nurse_client.post(add, {name: "Latex", "key": of}).status_code == 302
        assert nurse_client.post(add, {name: "LATEX", "key": "another"}).status_code == 422
        assert nurse_client.post(add, {name: "", "key": "x"}).status_code == 422
    line = Allergy.objects.get()
    end, strike = (reverse(f"chart_{act}_allergies", args=[line.pk]) for act in ("end", "strike"))
    assert nurse_client.post(end, {"on": "2999-01-01"}).status_code == 422
    assert nurse_client.post(end, {"on": "1 March 2026"}).status_code == 302
    assert nurse_client.post(strike, {"reason": ""}).status_code == 422
    page = nurse_client.post(strike, {"reason": "typing error"}, follow=True).content.decode()
    assert "typing error" in page
    late = nurse_client.post(strike, {"reason": "another"}, follow=True).content.decode()
    assert "Somebody struck or ended this line already" in late


def test_a_course_goes_through_its_pages(cast: Cast, client: Client) -> None:
    signed_in(client, cast.users["prescriber"])
    address = reverse("course_open", args=[cast.patients[0].pk])
    form = client.get(address).content.decode()
    assert "Borderline personality disorder: research only" in form
    assert client.post(address, {"indication": "flu", "key": "k"}).status_code == 422
    assert (
        client.post(address, {"indication": "ptsd", "planned_infusions": "0", "key": "k"}).status_code == 422
    )
    assert client.post(address, {"indication": "ptsd", "goals": "x" * 301, "key": "k"}).status_code == 422
    typed = {"indication": "ptsd", "goals": " Sleep \r\n\r\nDance", "planned_infusions": "6", "key": "k"}
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed).status_code == 302
    assert client.post(address, typed | {"key": "l"}).status_code == 422
    course = Course.objects.get()
    assert [goal.words for goal in course.goals.all()] == ["Sleep", "Dance"]
    client.post(reverse("course_goals", args=[course.pk]), {"goals": "Dance\nWork"})
    assert client.post(reverse("course_close", args=[course.pk]), {"reason": "bored"}).status_code == 422
    closed = client.post(
        reverse("course_close", args=[course.pk]), {"reason": "completed", "note": ""}, follow=True
    )
    text = closed.content.decode()
    for words in ("Closed course", "Completed", "1 former goal", "Work"):
        assert words in text


@pytest.mark.parametrize("canary", CANARIES)
def test_hostile_text_is_shown_as_text_on_every_page(cast: Cast, client: Client, canary: str) -> None:
    doctor = cast.users["medical_director"]
    signed_in(client, doctor)
    word = f"Ann {canary}"[:90]
    made = client.post(
        reverse("patient_register"),
        {"family_name": word, "given_name": word, "birth_date": "1984-03-02", "sex": "female",
         "number": canary[:30], "phone": canary[:40], "language": canary[:20],
         "support": word, "key": canary},
    )  # fmt: skip
    assert made.status_code == 302
    patient = Patient.objects.get(birth_date="1984-03-02")
    post = {
        "support_add": {"name": word, "relation": canary[:60], "phone": canary[:40], "key": "2"},
        "chart_add_allergies": {"substance": word, "reaction": canary},
        "chart_add_medicines": {"name": word, "dose": canary, "since": canary[:40]},
        "chart_add_conditions": {"name": word, "code": canary[:20], "since": canary[:40]},
        "course_open": {"indication": "depression", "goals": f"{canary}\n{word}"},
    }
    for name, typed in post.items():
        assert client.post(reverse(name, args=[patient.pk]), typed).status_code == 302, name
    allergy, course = Allergy.objects.get(), Course.objects.get()
    addresses = [
        reverse("patients"), reverse("patient", args=[patient.pk]),
        reverse("patient_print", args=[patient.pk]), reverse("patient_change", args=[patient.pk]),
        reverse("course", args=[course.pk]), reverse("course_goals", args=[course.pk]),
        reverse("chart_strike_allergies", args=[allergy.pk]),
    ]  # fmt: skip
    struck = client.post(reverse("chart_strike_allergies", args=[allergy.pk]), {"reason": canary})
    assert struck.status_code == 302
    for address in addresses:
        text = client.get(address).content.decode()
        for raw in ("<script>window", "<img src=x", "<svg onload", "\u202e", "\x00", "1414"):
            assert raw not in text, address
    searched = client.post(reverse("patients"), {"q": canary}).content.decode()
    for raw in ("<script>window", "<img src=x", "<svg onload"):
        assert raw not in searched


def test_the_list_alone_comes_while_somebody_types(cast: Cast, nurse_client: Client) -> None:
    part = nurse_client.post(reverse("patients"), {"q": "koeh"}, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert part.content.decode().count("data-finder-row") == 2
    whole = nurse_client.post(reverse("patients"), {"q": "koeh"}).content.decode()
    assert whole.count("data-finder-row") == 2
    assert 'value="koeh"' in whole


@pytest.mark.parametrize("page", ["0", "-1", "abc", "99999999999999999999", "١", "1.5", ""])
def test_a_strange_page_number_is_the_first_or_last_page(cast: Cast, nurse_client: Client, page: str) -> None:
    assert nurse_client.post(reverse("patients"), {"page": page}).status_code == 200


def test_support_persons_come_and_go(cast: Cast, nurse_client: Client) -> None:
    patient = cast.patients[0].pk
    for _ in range(2):
        nurse_client.post(reverse("support_add", args=[patient]), {"name": "Eva", "key": "k"})
    supporter = SupportPerson.objects.get()
    gone = nurse_client.post(reverse("support_end", args=[supporter.pk]), follow=True).content.decode()
    assert "Eva is no longer support person." in gone
    assert nurse_client.post(reverse("support_add", args=[patient]), {"name": ""}).status_code == 422
