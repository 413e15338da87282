"""Which editions there are, what each is good for, and that a changed body never holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext

from reverie.clinic.kernel import clock, editions
from reverie.clinic.kernel.models import Edition
from reverie.clinic.rulebook import acts, questions
from tests.cast import Cast
from tests.clinic.rulebook.made import DRINKS, KIND

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def time() -> Iterator[clock.FakeClock]:
    """A clock moved by hand."""
    with clock.replaced_by(clock.FakeClock(AT)) as fake:
        assert isinstance(fake, clock.FakeClock)
        yield fake


def made(cast: Cast, cups: int, *, sign: bool = True, force: bool = True, at: Any = None) -> Edition:
    """An edition with so many cups of tea."""
    director = cast.users["medical_director"]
    drinks = {**DRINKS["drinks"], "tea": {**DRINKS["drinks"]["tea"], "limit": str(cups)}}
    edition = acts.write(director, KIND, {**DRINKS, "drinks": drinks})
    held = questions.shelf(cast.clinic.pk, KIND).held_number
    if sign:
        acts.sign(director, KIND, edition, seen=edition.content_hash, against=held)
    if force:
        acts.put_in_force(director, KIND, edition, at)
    return edition


def states(cast: Cast) -> dict[int, str]:
    """Number and state of each edition."""
    return {one.number: one.state for one in questions.shelf(cast.clinic.pk, KIND).standings}


def test_each_edition_says_what_it_is_good_for(time: clock.FakeClock, cast: Cast) -> None:
    made(cast, 3)
    time.advance(60)
    made(cast, 4)
    made(cast, 5, at=clock.now() + timedelta(hours=1))
    made(cast, 6, force=False)
    made(cast, 7, sign=False, force=False)
    assert states(cast) == {1: "over", 2: "holds", 3: "waiting", 4: "signed", 5: "draft"}
    shelf = questions.shelf(cast.clinic.pk, KIND)
    by_number = {one.number: one for one in shelf.standings}
    assert by_number[1].until == by_number[2].edition.in_force_from
    assert by_number[2].until == by_number[3].edition.in_force_from
    assert [one.number for one in shelf.drafts] == [5, 4]
    assert [one.number for one in shelf.waiting] == [3]
    time.advance(3_600)
    assert states(cast) == {1: "over", 2: "over", 3: "holds", 4: "signed", 5: "draft"}


def test_the_shelf_and_the_kernel_agree_on_what_holds(time: clock.FakeClock, cast: Cast) -> None:
    for cups in (3, 4):
        made(cast, cups)
        time.advance(1)
    held = editions.in_force(cast.clinic.pk, KIND.kind, KIND.name, clock.now(), role=KIND.role)
    assert held is not None
    assert held.number == questions.shelf(cast.clinic.pk, KIND).held_number == 2


def test_a_changed_body_is_void_and_the_one_before_holds_again(time: clock.FakeClock, cast: Cast) -> None:
    made(cast, 3)
    time.advance(1)
    second = made(cast, 4)
    draft = made(cast, 5, sign=False, force=False)
    for edition in (second, draft):
        Edition.objects.filter(pk=edition.pk).update(body=edition.body.replace("true", "false"))
    assert states(cast) == {1: "holds", 2: "voided", 3: "voided"}
    Edition.objects.filter(pk=draft.pk).update(body="{not json")
    shelf = questions.shelf(cast.clinic.pk, KIND)
    assert questions.copy_of(shelf, 3).described is None
    Edition.objects.filter(pk=draft.pk).update(body="[1, 2]")
    assert questions.copy_of(questions.shelf(cast.clinic.pk, KIND), 3).described is None


def test_a_signature_in_another_role_is_none(cast: Cast) -> None:
    edition = made(cast, 3, sign=False, force=False)
    both = cast.users["medical_director"]
    both.roles = ["medical_director", "prescriber"]
    editions.sign(edition, by=both, role="prescriber", meaning="read")
    assert states(cast) == {1: "voided"}


def test_defaults_are_number_nought_and_nothing_else_is_there(cast: Cast) -> None:
    shelf = questions.shelf(cast.clinic.pk, KIND)
    copy = questions.copy_of(shelf, 0)
    assert (copy.standing, copy.body, shelf.held_number) == (None, DRINKS, 0)
    for number in (1, 2**80):
        with pytest.raises(Http404):
            questions.copy_of(shelf, number)
    with pytest.raises(Http404):
        questions.kind_of("nothing")


def test_another_clinics_editions_are_not_there(cast: Cast) -> None:
    made(cast, 3)
    assert questions.shelf(cast.other_clinic.pk, KIND).standings == ()


def test_two_queries_however_many_editions(cast: Cast) -> None:
    for cups in range(3, 9):
        made(cast, cups, force=False)
    with CaptureQueriesContext(connection) as asked:
        questions.shelves(cast.clinic.pk, [KIND])
    assert len(asked) == 2
