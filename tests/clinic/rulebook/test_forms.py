"""The form of an edition: an untouched one is the same body; what is wrong is said where it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import QueryDict

from reverie.clinic.kernel import clock
from reverie.clinic.rulebook import kinds
from reverie.clinic.rulebook.forms import USED, EditionForm, SignForm, WhenForm
from reverie.clinic.rulebook.kinds import Body, Fault, Kind
from reverie.clinic.rulebook.paths import ABSENT, with_value
from tests.clinic.rulebook.made import DRINKS, KIND


def posted(kind: Kind, body: Body, **changes: Any) -> EditionForm:
    """What an untouched form sends, with changes."""
    data = QueryDict(mutable=True)
    empty = EditionForm(None, kind, body)
    for name, field in empty.fields.items():
        value = empty.get_initial_for_field(field, name)
        if isinstance(value, list):
            data.setlist(name, value)
        elif value is not None and value is not False:
            data[name] = str(value)
    for name, value in changes.items():
        name = name.replace("__", ".")
        data.setlist(name, value) if isinstance(value, list) else data.update({name: value})
    return EditionForm(data, kind, body)


@pytest.mark.parametrize("kind", [*kinds.every(), KIND], ids=lambda kind: kind.kind)
def test_an_untouched_form_is_the_same_body(kind: Kind) -> None:
    form = posted(kind, kind.defaults())
    assert form.is_valid(), form.errors
    assert form.body() == kind.defaults()


def test_values_are_kept_as_they_are_typed() -> None:
    form = posted(KIND, DRINKS, drinks__tea__limit="2,5", drinks__tea__words="  Enough   tea ")
    assert form.is_valid()
    assert form.body()["drinks"]["tea"] == {"limit": "2.5", "words": "Enough tea", "colour": "green"}


def test_what_is_left_out_is_gone_whatever_stands_in_it() -> None:
    form = posted(KIND, DRINKS, drinks__milk__limit="lots", **{USED: ["drinks.tea"]})
    assert form.is_valid(), form.errors
    assert form.body()["drinks"].keys() == {"tea"}
    assert form.body()["order"] == ["tea"]


def test_what_an_older_edition_left_out_can_be_put_back() -> None:
    less = KIND.tidy(with_value(DRINKS, ("drinks", "tea"), ABSENT))
    form = EditionForm(None, KIND, less)
    assert form.initial[USED] == ["drinks.milk"]
    back = posted(KIND, less, **{USED: ["drinks.tea", "drinks.milk"]})
    assert back.is_valid()
    assert back.body()["drinks"] == DRINKS["drinks"]
    assert back.body()["order"] == ["milk", "tea"]


@pytest.mark.parametrize("typed", ["", "lots", "11", "-1", "1.25", "٣"])
def test_what_is_no_number_is_said_beside_the_field(typed: str) -> None:
    form = posted(KIND, DRINKS, drinks__tea__limit=typed)
    assert not form.is_valid()
    (wrong,) = form.wrong()
    assert (wrong.title, wrong.field.html_name) == ("Tea", "drinks.tea.limit")
    assert wrong.field.value() == typed
    assert [group.wrong for group in form.shown()] == [True, False]


def test_a_fault_stands_at_its_field_its_block_or_above_all() -> None:
    form = posted(KIND, DRINKS)
    assert form.is_valid()
    form.say([Fault("field", ("drinks", "tea", "words")), Fault("block", ("drinks", "milk")), Fault("all")])
    assert {name: list(words) for name, words in form.errors.items()} == {
        "drinks.tea.words": ["field"], "drinks.milk.limit": ["block"], "__all__": ["all"],
    }  # fmt: skip


def when(**data: str) -> WhenForm:
    """From when it holds, as typed."""
    return WhenForm(data)


def test_from_when_it_holds() -> None:
    with clock.replaced_by(clock.FakeClock(datetime(2026, 3, 1, 9, tzinfo=UTC))):
        at_once = when(when="now", at="")
        assert at_once.is_valid()
        assert at_once.at_time is None
        later = when(when="at", at="2026-03-01 10:00")
        assert later.is_valid()
        assert later.at_time == datetime(2026, 3, 1, 10, tzinfo=UTC)
        for data in ({"when": "at", "at": ""}, {"when": "at", "at": "08:59"}, {"when": "now", "at": "10:00"}):
            form = when(**data)
            assert not form.is_valid()
            assert list(form.errors) == ["at"]
        assert not when(when="not yet", at="").is_valid()
        assert not when(when="at", at="nonsense").is_valid()


def test_signing_may_leave_open_when() -> None:
    data = {"when": "not yet", "at": "", "meaning": "Read", "seen": "x", "against": "0"}
    assert SignForm(data).is_valid()
    assert not SignForm({**data, "meaning": " "}).is_valid()
    assert not SignForm({**data, "against": "-1"}).is_valid()
