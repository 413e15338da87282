"""Editions: numbers without gaps, differences that are complete, signatures that fit one content only."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.kernel import chain, clock, editions, signatures, streams
from reverie.clinic.kernel.editions import ABSENT, NotLawful
from reverie.clinic.kernel.models import Edition, Signature

CLINIC = uuid4()
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@dataclass
class Person:
    """Somebody who writes and signs."""

    pk: UUID
    name: str
    roles: tuple[str, ...]
    is_active: bool = True

    @property
    def role_names(self) -> frozenset[str]:
        """Their roles."""
        return frozenset(self.roles)

    def actor(self) -> dict[str, str]:
        """Who they are."""
        return {"kind": "staff", "id": str(self.pk), "name": self.name, "role": self.roles[0]}


DIRECTOR = Person(uuid4(), "Dr. Ada Director", ("medical_director", "prescriber"))
NURSE = Person(uuid4(), "Ned Nurse", ("infusion_nurse",))


@pytest.fixture
def time() -> Iterator[clock.FakeClock]:
    """A clock moved by hand."""
    with clock.replaced_by(clock.FakeClock(AT)) as fake:
        assert isinstance(fake, clock.FakeClock)
        yield fake


def write(body: dict[str, Any], name: str = "adult", by: Person = DIRECTOR) -> Edition:
    """An edition of alarm limits."""
    return editions.write(CLINIC, "alarm_limits", name, body, by=by)


def sign(edition: Edition) -> None:
    """The director's signature."""
    editions.sign(edition, by=DIRECTOR, role="medical_director", meaning="reviewed and approved")


def ledger() -> list[dict[str, Any]]:
    """The bodies of the clinic's ledger."""
    return [json.loads(entry.body or "") for entry in streams.read(f"ledger:{CLINIC}")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=12,
)


def applied(before: Any, changes: list[editions.Change]) -> Any:
    """`before` with every change made: what the changes say that there is."""
    body = [copy.deepcopy(before)]
    for change in sorted(changes, key=lambda one: one.after is ABSENT):
        where, path = body, (0, *change.path)
        for part in path[:-1]:
            where = where[part]  # type: ignore[index]
        last: Any = path[-1]
        if change.after is not ABSENT:
            if isinstance(where, list) and last == len(where):
                where.append(change.after)
            else:
                where[last] = change.after
    for change in reversed(changes):
        if change.after is ABSENT:
            where = body
            for part in (0, *change.path)[:-1]:
                where = where[part]
            del where[change.path[-1]]
    return body[0]


@given(json_values, json_values)
def test_a_difference_says_all_and_nothing_else(before: Any, after: Any) -> None:
    changes = editions.diff(before, after)
    assert chain.canonical(applied(before, changes)) == chain.canonical(after)
    assert (changes == []) == (chain.canonical(before) == chain.canonical(after))
    for change in changes:
        assert change.before is not change.after


@given(json_values)
def test_the_same_body_has_no_difference(body: Any) -> None:
    assert editions.diff(body, copy.deepcopy(body)) == []


def test_a_difference_in_words() -> None:
    before = {"sbp": [{"low": "90", "high": None}], "rr": {"low": "8"}}
    after = {"sbp": [{"low": "85", "high": None}, {"low": "1"}], "hr": 1}
    assert [(change.where, change.before, change.after) for change in editions.diff(before, after)] == [
        ("hr", ABSENT, 1),
        ("rr", {"low": "8"}, ABSENT),
        ("sbp[0].low", "90", "85"),
        ("sbp[1]", ABSENT, {"low": "1"}),
    ]


@dataclass
class Dated:
    """An edition's number and moment."""

    number: int
    in_force_from: datetime | None


moments = st.none() | st.integers(-5, 5).map(lambda days: AT + timedelta(days=days))


@given(st.lists(moments, max_size=6), st.integers(-6, 6))
def test_the_one_in_force_is_the_last_that_came_into_force(times: list[datetime | None], days: int) -> None:
    at = AT + timedelta(days=days)
    all_of = [Dated(number, moment) for number, moment in enumerate(times, start=1)]
    chosen = editions.choose(all_of, at)
    lawful = [each for each in all_of if each.in_force_from is not None and each.in_force_from <= at]
    assert (chosen is None) == (not lawful)
    for other in lawful:
        assert (chosen.in_force_from, chosen.number) >= (other.in_force_from, other.number)


@pytest.mark.django_db
def test_numbers_have_no_gaps_and_names_their_own() -> None:
    assert [write({"sbp": n}).number for n in range(3)] == [1, 2, 3]
    assert write({"sbp": 1}, name="elderly").number == 1
    assert editions.write(uuid4(), "alarm_limits", "adult", {}, by=DIRECTOR).number == 1


@pytest.mark.django_db
def test_what_the_check_refuses_is_not_written() -> None:
    def check(body: Any) -> None:
        if "sbp" not in body:
            raise ValueError("no limits for SBP")

    with pytest.raises(ValueError, match="SBP"):
        editions.write(CLINIC, "alarm_limits", "adult", {}, by=DIRECTOR, check=check)
    with pytest.raises(TypeError, match="float"):
        write({"sbp": 1.5})
    assert not Edition.objects.exists()
    assert editions.body_of(write({"sbp": "1.5", "a": None})) == {"a": None, "sbp": "1.5"}


@pytest.mark.django_db
def test_only_what_is_signed_comes_into_force_and_only_once(time: clock.FakeClock) -> None:
    first = write({"sbp": 180})
    with pytest.raises(NotLawful, match="not signed"):
        editions.put_in_force(first, by=DIRECTOR)
    sign(first)
    with pytest.raises(NotLawful, match="is past"):
        editions.put_in_force(first, by=DIRECTOR, at=AT - timedelta(seconds=1))
    with pytest.raises(NotLawful, match="not signed"):
        editions.put_in_force(first, by=DIRECTOR, role="pharmacist")
    editions.put_in_force(first, by=DIRECTOR, at=AT + timedelta(days=1))
    with pytest.raises(NotLawful, match="once already"):
        editions.put_in_force(first, by=DIRECTOR)
    assert editions.in_force(CLINIC, "alarm_limits", "adult", AT) is None
    assert editions.in_force(CLINIC, "alarm_limits", "adult", AT + timedelta(days=1)) == first


@pytest.mark.django_db
def test_a_later_edition_takes_over_from_its_moment_on(time: clock.FakeClock) -> None:
    first, second = write({"sbp": 180}), write({"sbp": 170})
    for edition in (first, second):
        sign(edition)
    editions.put_in_force(first, by=DIRECTOR)
    editions.put_in_force(second, by=DIRECTOR, at=AT + timedelta(hours=1))

    def at(minutes: int) -> Edition | None:
        return editions.in_force(CLINIC, "alarm_limits", "adult", AT + timedelta(minutes=minutes))

    assert [at(-1), at(0), at(59), at(60)] == [None, first, first, second]


@pytest.mark.django_db
@pytest.mark.parametrize("column", ["body", "name", "number", "content_hash"])
def test_an_edit_behind_the_clinics_back_voids_and_shows(time: clock.FakeClock, column: str) -> None:
    first, second = write({"sbp": 180}), write({"sbp": 170})
    for edition in (first, second):
        sign(edition)
        editions.put_in_force(edition, by=DIRECTOR)
    changed = {"body": '{"sbp":999}', "name": "adult", "number": 7, "content_hash": "0" * 64}[column]
    if column == "name":
        changed = "child"
    Edition.objects.filter(pk=second.pk).update(**{column: changed})
    second.refresh_from_db()
    in_force = editions.in_force(CLINIC, "alarm_limits", second.name, AT)
    if column == "content_hash":
        # the content is what was signed, whatever the stored hash says
        assert in_force == second
        return
    assert not editions.is_signed(second)
    assert in_force == (first if column != "name" else None)
    assert editions.voided(CLINIC, "alarm_limits", second.name) == [second]
    with pytest.raises(NotLawful, match="was changed"):
        sign(second)


@pytest.mark.django_db
def test_a_signature_needs_the_role_the_content_and_a_meaning() -> None:
    edition = write({"sbp": 180})
    gone = Person(uuid4(), "Gone", ("medical_director",), is_active=False)
    for by, role, meaning in (
        (NURSE, "medical_director", "approved"),
        (gone, "medical_director", "approved"),
        (DIRECTOR, "medical_director", "  "),
    ):
        with pytest.raises(signatures.NotSigned):
            editions.sign(edition, by=by, role=role, meaning=meaning)
    with pytest.raises(signatures.NotSigned, match="no content"):
        signatures.sign("x", "", by=DIRECTOR, role="prescriber", meaning="approved", clinic_id=CLINIC)
    assert not Signature.objects.exists()
    sign(edition)
    (signature,) = signatures.of(editions.subject_of(edition))
    assert (signature.signer_name, signature.signer_role) == ("Dr. Ada Director", "medical_director")
    assert editions.is_signed(edition, role="medical_director")
    assert not editions.is_signed(edition, role="prescriber")


@pytest.mark.django_db
def test_the_ledger_tells_every_step(time: clock.FakeClock) -> None:
    edition = write({"sbp": 180})
    sign(edition)
    editions.put_in_force(edition, by=DIRECTOR)
    assert [line["act"] for line in ledger()] == ["edition.written", "signed", "edition.in_force"]
    for line in ledger():
        assert line["subject"] == f"edition:{edition.pk}"
        assert line["detail"]["content"] == edition.content_hash
        assert "180" not in json.dumps(line["detail"].get("body", ""))
