"""Writing, signing and putting in force: who may, once only, never a faulty body, always with a trace."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reverie.clinic.kernel import clock, streams
from reverie.clinic.kernel.access import Refused
from reverie.clinic.kernel.models import Edition
from reverie.clinic.people.models import User
from reverie.clinic.rulebook import acts, questions
from reverie.clinic.rulebook.acts import Declined
from tests.cast import Cast, user
from tests.clinic.rulebook.made import DRINKS, KIND

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def time() -> Iterator[clock.FakeClock]:
    """A clock moved by hand."""
    with clock.replaced_by(clock.FakeClock(AT)) as fake:
        assert isinstance(fake, clock.FakeClock)
        yield fake


@pytest.fixture
def director(cast: Cast) -> User:
    """Who signs."""
    return cast.users["medical_director"]


def colder() -> dict[str, Any]:
    """Other drinks."""
    return {**DRINKS, "warm": False}


def sign(who: User, edition: Edition, against: int = 0) -> None:
    """Sign what was read."""
    acts.sign(who, KIND, edition, seen=edition.content_hash, against=against)


def ledger(cast: Cast) -> list[tuple[str, str, int]]:
    """Act, outcome and number of each line about editions."""
    bodies = [json.loads(entry.body or "{}") for entry in streams.read(f"ledger:{cast.clinic.pk}")]
    return [(one["act"], one["outcome"], one["detail"]["number"]) for one in bodies]


def test_the_whole_way_leaves_its_trace(cast: Cast, director: User) -> None:
    edition = acts.write(cast.users["prescriber"], KIND, DRINKS)
    sign(director, edition)
    acts.put_in_force(director, KIND, edition)
    held = questions.shelf(cast.clinic.pk, KIND).holds
    assert held is not None
    assert held.signature is not None
    assert (held.number, held.signature.meaning) == (1, "I have tasted these drinks.")
    assert ledger(cast) == [
        ("edition.written", "done", 1), ("signed", "done", 1), ("edition.in_force", "done", 1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "role", ["infusion_nurse", "therapist", "auditor", "front_desk", "administrator", "researcher"]
)
def test_who_may_not_write(cast: Cast, role: str) -> None:
    with pytest.raises(Refused, match=r"rules\.write"):
        acts.write(cast.users[role], KIND, DRINKS)


def test_who_may_not_sign(cast: Cast, director: User) -> None:
    edition = acts.write(director, KIND, DRINKS)
    for role in set(cast.users) - {"medical_director"}:
        with pytest.raises(Refused, match=r"rules\.sign"):
            sign(cast.users[role], edition)
        with pytest.raises(Refused, match=r"rules\.sign"):
            acts.put_in_force(cast.users[role], KIND, edition)
    stranger = user(cast.other_clinic, "director", "Dr Other", ["medical_director"])
    with pytest.raises(Refused):
        sign(stranger, edition)
    with pytest.raises(Refused):
        acts.put_in_force(stranger, KIND, edition)
    assert questions.shelf(cast.clinic.pk, KIND).standings[0].state == "draft"


def test_a_faulty_body_is_never_written(director: User) -> None:
    faulty = {**DRINKS, "drinks": {**DRINKS["drinks"], "milk": {**DRINKS["drinks"]["milk"], "limit": "9"}}}
    with pytest.raises(Declined) as told:
        acts.write(director, KIND, faulty)
    assert [(fault.words, fault.path) for fault in told.value.faults] == [
        ("“milk” is more than a cup of tea.", ("drinks", "milk"))
    ]
    with pytest.raises(Declined):
        acts.write(director, KIND, {})
    assert not Edition.objects.exists()


def test_the_same_again_is_written_once(cast: Cast, director: User) -> None:
    first = acts.write(director, KIND, DRINKS)
    assert acts.write(director, KIND, DRINKS).pk == first.pk
    sign(director, first)
    with pytest.raises(Declined, match="Edition 1 says exactly this"):
        acts.write(director, KIND, DRINKS)
    sign(director, first)
    assert [act for act, _outcome, _number in ledger(cast)] == ["edition.written", "signed"]


def test_what_held_once_can_be_written_anew(cast: Cast, director: User) -> None:
    for number, body in enumerate([DRINKS, colder()]):
        edition = acts.write(director, KIND, body)
        sign(director, edition, against=number)
        acts.put_in_force(director, KIND, edition)
    again = acts.write(director, KIND, DRINKS)
    assert again.number == 3


def test_a_signature_is_of_what_was_read_against_what_held(director: User) -> None:
    first, second = acts.write(director, KIND, DRINKS), acts.write(director, KIND, colder())
    with pytest.raises(Declined, match="not the edition that you read"):
        acts.sign(director, KIND, second, seen=first.content_hash, against=0)
    sign(director, first)
    acts.put_in_force(director, KIND, first)
    with pytest.raises(Declined, match="Meanwhile another edition came into force"):
        sign(director, second, against=0)
    sign(director, second, against=1)


def test_what_was_changed_behind_its_back_cannot_be_signed(director: User) -> None:
    edition = acts.write(director, KIND, DRINKS)
    Edition.objects.filter(pk=edition.pk).update(body=edition.body.replace("true", "false"))
    edition.refresh_from_db()
    with pytest.raises(Declined, match="changed after it was written"):
        sign(director, edition)


def test_in_force_once_signed_and_never_in_the_past(
    time: clock.FakeClock, cast: Cast, director: User
) -> None:
    edition = acts.write(director, KIND, DRINKS)
    with pytest.raises(Declined, match="not signed"):
        acts.put_in_force(director, KIND, edition)
    sign(director, edition)
    with pytest.raises(Declined, match="past"):
        acts.put_in_force(director, KIND, edition, AT - timedelta(seconds=1))
    acts.put_in_force(director, KIND, edition, AT + timedelta(hours=1))
    with pytest.raises(Declined, match="once already"):
        acts.put_in_force(director, KIND, edition)
    assert questions.shelf(cast.clinic.pk, KIND).standings[0].state == "waiting"
    time.advance(3_600)
    assert questions.shelf(cast.clinic.pk, KIND).standings[0].state == "holds"
