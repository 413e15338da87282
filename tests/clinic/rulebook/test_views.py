"""The pages of the rulebook: what each shows and to whom, what comes back when it is wrong, few queries."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reverie.clinic.kernel.models import Edition, Signature
from reverie.clinic.people.models import SignIn, User
from reverie.clinic.rulebook import acts, kinds, questions
from reverie.clinic.rulebook.paths import with_value
from tests.cast import Cast, sign_rules, signed_in
from tests.clinic.rulebook.test_forms import posted
from tests.clinic.session.made import opened

pytestmark = pytest.mark.django_db
RULES = kinds.every()[0]
PROFILE = kinds.every()[1]


@pytest.fixture
def director(cast: Cast, client: Client) -> Client:
    """A browser of the medical director."""
    return signed_in(client, cast.users["medical_director"])


def page(client: Client, name: str, *args: object, **query: object) -> str:
    """The words of a page, tags taken away."""
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer
    return words(answer.content.decode())


def words(html: str) -> str:
    """A page's text."""
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def sent(number: int = 0, kind: kinds.Kind = RULES, body: object = None, **changes: object) -> str:
    """What the form of a new edition sends."""
    form = posted(kind, body or kind.defaults(), **changes)  # type: ignore[arg-type]
    assert isinstance(form.data.urlencode(), str)
    return form.data.urlencode()


def write(client: Client, kind: kinds.Kind = RULES, number: int = 0, **changes: object) -> object:
    """Send the form of a new edition."""
    return client.post(
        reverse("rules_write", args=[kind.kind, number]),
        sent(number, kind, **changes),
        content_type="application/x-www-form-urlencoded",
    )


def draft(cast: Cast) -> Edition:
    """A draft of alarm rules with one limit of its own."""
    body = with_value(RULES.defaults(), ("rules", "spo2-low", "predicate", "steps", "0", "limit"), "93")
    return acts.write(cast.users["prescriber"], RULES, body)


def signing(edition: Edition, against: int = 0, **more: str) -> dict[str, str]:
    """What the form of a signature sends."""
    return {
        "meaning": "I have read it", "when": "now", "at": "", "seen": edition.content_hash,
        "against": str(against), **more,
    }  # fmt: skip


def test_unsigned_defaults_are_called_assumed(director: Client) -> None:
    text = page(director, "rules")
    assert text.count("Unsigned defaults") == 2
    assert text.count("assumed") == 2
    assert "No session can be opened before a medical director has signed alarm rules." in text
    assert "assumed" in page(director, "rules_kind", "alarm_rules")
    assert "assumed" in page(director, "rules_edition", "alarm_rules", 0)


def test_what_holds_since_when_signed_by_whom(cast: Cast, director: Client) -> None:
    sign_rules(cast.clinic)
    text = page(director, "rules")
    assert text.count("in force since") == 2
    assert "Signed Dr Karim Azadi, medical director" in text
    assert "No session can be opened" not in text
    made = draft(cast)
    text = page(director, "rules")
    assert f"Edition {made.number} draft nobody has signed it written by Dr Ines Vogt" in text
    assert "Read and sign" in text
    nurse = page(signed_in(Client(), cast.nurse), "rules")
    assert "Read and sign" not in nurse
    assert "Write a new edition" not in nurse


def test_a_void_signature_is_red_everywhere(cast: Cast, director: Client) -> None:
    sign_rules(cast.clinic)
    changed = Edition.objects.get(kind="alarm_rules")
    Edition.objects.filter(pk=changed.pk).update(body=changed.body.replace("Put the leads back.", "Wait."))
    html = director.get(reverse("rules")).content.decode()
    assert 'class="void"' in html
    assert "was changed after it was signed or written. It does not hold." in words(html)
    assert "Unsigned defaults" in words(html)
    assert 'class="is-differs"' in director.get(reverse("rules_kind", args=["alarm_rules"])).content.decode()
    assert "it does not hold" in page(director, "rules_edition", "alarm_rules", 1)
    Edition.objects.filter(pk=changed.pk).update(body="{}")
    assert "cannot be read" in page(director, "rules_edition", "alarm_rules", 1)
    assert "cannot be read" in page(director, "rules_compare", "alarm_rules", before=0, after=1)
    answer = director.get(reverse("rules_write", args=["alarm_rules", 1]))
    assert answer.headers["Location"] == reverse("rules_kind", args=["alarm_rules"])


def test_one_edition_is_read_as_tables_with_their_sources(cast: Cast) -> None:
    sign_rules(cast.clinic)
    text = page(signed_in(Client(), cast.users["auditor"]), "rules_edition", "alarm_rules", 1)
    assert "SpO2 low LOW Below 95 % for 15 s" in text
    assert "HIGH Below 90 % for 15 s, below 85 % for 5 s or below 80 %" in text
    assert "PAUSE THE PUMP AND CHECK." in text
    assert "Heart rate limits of ketamine infusion protocols, 2022" in text
    assert "published" in text
    paper = signed_in(Client(), cast.nurse).get(reverse("rules_print", args=["alarm_rules", 1]))
    assert "Printed" in paper.content.decode()
    assert "Anna Weiss" in paper.content.decode()


def test_two_editions_are_compared_in_words(cast: Cast, director: Client) -> None:
    sign_rules(cast.clinic)
    draft(cast)
    text = page(director, "rules_compare", "alarm_rules", before=1, after=2)
    assert "From edition 1 to edition 2" in text
    assert "MEDIUM SpO2 low Below Before 94 % After 93 %" in text
    assert "Heart rate" not in text
    assert "{" not in text
    assert "After 94 %" in page(director, "rules_compare", "alarm_rules", before=2, after=0)
    assert "Nothing differs." in page(director, "rules_compare", "alarm_rules", before=0, after=1)
    address = reverse("rules_compare", args=["alarm_rules"])
    for query in ({"before": 1, "after": 99}, {"before": "x", "after": "1"}, {"before": 1}):
        assert director.get(address, query).status_code == 422


def test_writing_a_new_edition_from_an_old_one(cast: Cast, director: Client) -> None:
    name = "rules__spo2-low__predicate__steps__0__limit"
    answer = write(director, **{name: "93"})
    assert answer.headers["Location"] == reverse("rules_edition", args=["alarm_rules", 1])  # type: ignore[attr-defined]
    made = Edition.objects.get()
    assert '"limit":"93"' in made.body
    assert made.in_force_from is None
    assert not Signature.objects.exists()
    assert (
        "Written as edition 1. Nobody has signed it yet." in director.get(reverse("rules")).content.decode()
    )
    write(director, **{name: "93"})
    assert Edition.objects.count() == 1


def test_limits_that_cross_come_back_with_everything_typed(director: Client) -> None:
    name = "rules.spo2-low.predicate.steps.0.limit"
    other = "rules.hr-high.action"
    answer = write(director, **{name.replace(".", "__"): "89", other.replace(".", "__"): "Look closely."})
    html = answer.content.decode()  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert not Edition.objects.exists()
    text = words(html)
    assert "Nothing was written." in text
    assert "SpO2 low, Below" in text
    assert "cross" in text
    assert "spo2-" not in text
    field = re.search(rf'<input[^>]*name="{re.escape(name)}"[^>]*>', html)
    assert field
    assert 'value="89"' in field[0]
    assert 'aria-invalid="true"' in field[0]
    assert "Look closely." in html
    # the fold with the fault is open, the others are not
    assert html.count('<details class="edition-group" open>') == 1


def test_what_is_no_number_is_said_at_its_rule(director: Client) -> None:
    answer = write(director, **{"rules__hr-high__predicate__steps__0__limit": "lots"})
    text = words(answer.content.decode())  # type: ignore[attr-defined]
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert "Heart rate high, Above : This is not a number." in text
    assert 'value="lots"' in answer.content.decode()  # type: ignore[attr-defined]


def test_signing_shows_what_changes_and_puts_in_force(cast: Cast, director: Client) -> None:
    sign_rules(cast.clinic)
    opened(cast)
    made = draft(cast)
    text = page(director, "rules_sign", "alarm_rules", 2)
    assert "What changes against edition 1, in force" in text
    assert "Before 94 % After 93 %" in text
    assert "1 session is open now." in text
    answer = director.post(reverse("rules_sign", args=["alarm_rules", 2]), signing(made, 1))
    assert answer.headers["Location"] == reverse("rules_edition", args=["alarm_rules", 2])
    held = questions.shelf(cast.clinic.pk, RULES).holds
    assert held is not None
    assert held.number == 2
    assert held.signature is not None
    assert held.signature.meaning == "I have read it"
    # once more is the same
    assert director.post(reverse("rules_sign", args=["alarm_rules", 2]), signing(made, 1)).status_code == 302
    assert Signature.objects.filter(subject=f"edition:{made.pk}").count() == 1


def test_signed_now_and_in_force_later(cast: Cast, director: Client) -> None:
    made = draft(cast)
    sign, force = (reverse(name, args=["alarm_rules", 1]) for name in ("rules_sign", "rules_in_force"))
    assert director.get(force).headers["Location"] == reverse("rules_edition", args=["alarm_rules", 1])
    director.post(sign, signing(made, when="not yet"))
    assert questions.shelf(cast.clinic.pk, RULES).standings[0].state == "signed"
    assert "Put in force" in page(director, "rules_edition", "alarm_rules", 1)
    past = director.post(force, {"when": "at", "at": "2020-01-01 10:00"})
    assert past.status_code == 422
    assert "This time is past." in past.content.decode()
    assert director.post(force, {"when": "at", "at": "2190-01-01 10:00"}).status_code == 302
    assert questions.shelf(cast.clinic.pk, RULES).standings[0].state == "waiting"
    assert "in force from 1 January 2190, 10:00" in page(director, "rules")


def test_what_came_into_force_meanwhile_is_read_first(cast: Cast, director: Client) -> None:
    made = draft(cast)
    other = acts.write(cast.users["medical_director"], RULES, RULES.defaults())
    acts.sign(cast.users["medical_director"], RULES, other, seen=other.content_hash, against=0)
    acts.put_in_force(cast.users["medical_director"], RULES, other)
    address = reverse("rules_sign", args=["alarm_rules", made.number])
    answer = director.post(address, signing(made, 0, meaning="My own words"))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Meanwhile another edition came into force." in html
    assert re.search(r"<textarea[^>]*>\s*My own words</textarea>", html)
    assert "What changes against edition 2, in force" in words(html)
    assert 'name="against" value="2"' in html
    assert not Signature.objects.filter(subject=f"edition:{made.pk}").exists()


def test_signing_asks_for_the_strong_factor_again(cast: Cast, director: Client) -> None:
    made = draft(cast)
    for entry in SignIn.objects.all():
        entry.strong_at = entry.began_at - timedelta(minutes=6)
        entry.save()
    address = reverse("rules_sign", args=["alarm_rules", 1])
    for answer in (director.get(address), director.post(address, signing(made))):
        assert answer.headers["Location"] == f"{reverse('prove')}?next={address.replace('/', '%2F')}"
    assert not Signature.objects.exists()
    assert director.get(reverse("rules_edition", args=["alarm_rules", 1])).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"meaning": ""},
        {"seen": "0" * 64},
        {"seen": "x" * 200},
        {"against": "7"},
        {"against": "x"},
        {"when": "never"},
        {"when": "at"},
        {"when": "now", "at": "10:00"},
    ],
)
def test_a_signature_that_is_wrong_is_none(cast: Cast, director: Client, wrong: dict[str, str]) -> None:
    made = draft(cast)
    answer = director.post(reverse("rules_sign", args=["alarm_rules", 1]), {**signing(made), **wrong})
    assert answer.status_code == 422
    assert not Signature.objects.exists()


def test_another_clinics_editions_do_not_exist(cast: Cast) -> None:
    made = draft(cast)
    other = User.objects.create_user("boss", cast.other_clinic, "Dr Other", ["medical_director"])
    client = signed_in(Client(), other)
    for name in ("rules_edition", "rules_print", "rules_write", "rules_sign", "rules_in_force"):
        address = reverse(name, args=["alarm_rules", made.number])
        assert client.get(address).status_code == 404
        assert client.post(address, signing(made)).status_code in (404, 405)
    assert "Edition 1" not in page(client, "rules")


@pytest.mark.parametrize(
    "path", ["/rules/nothing/", "/rules/alarm_rules/1/", "/rules/alarm_rules/99999999999999999999/"]
)
def test_what_is_not_there(director: Client, path: str) -> None:
    assert director.get(path).status_code == 404


def test_few_queries_a_page(cast: Cast, director: Client) -> None:
    sign_rules(cast.clinic)
    for limit in range(4):
        body = with_value(RULES.defaults(), ("cadence", "recovery_s"), 600 + 60 * limit)
        acts.write(cast.users["prescriber"], RULES, body)
    opened(cast)
    addresses = [
        reverse("rules"),
        reverse("rules_kind", args=["alarm_rules"]),
        reverse("rules_edition", args=["alarm_rules", 1]),
        reverse("rules_print", args=["alarm_rules", 1]),
        reverse("rules_compare", args=["alarm_rules"]) + "?before=1&after=3",
        reverse("rules_write", args=["alarm_rules", 1]),
        reverse("rules_sign", args=["alarm_rules", 3]),
    ]
    for address in addresses:
        with CaptureQueriesContext(connection) as asked:
            assert director.get(address).status_code == 200
        assert len(asked) <= 15, address
