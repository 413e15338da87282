"""What was typed to find a patient: words, dates and years, each read for what it can be."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.people.patients import search
from reverie.clinic.people.patients.search import Part, read

TODAY = date(2026, 10, 13)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("weiss anna", [Part(words=("weiss",)), Part(words=("anna",))]),
        ("Weiß, Anna", [Part(words=("weiss",)), Part(words=("anna",))]),
        ("o'brien", [Part(words=("obrien",))]),
        ("weiss 1984-03-02", [Part(words=("weiss",)), Part(days=(date(1984, 3, 2),))]),
        ("2 March 1984 weiss", [Part(days=(date(1984, 3, 2),)), Part(words=("weiss",))]),
        ("2. 3. 1984", [Part(days=(date(1984, 3, 2),))]),
        ("2/3/1984", [Part(days=(date(1984, 3, 2), date(1984, 2, 3)))]),
        ("1984", [Part(words=("1984",), year=1984)]),
        ("19840302", [Part(words=("19840302",), days=(date(1984, 3, 2),))]),
        ("4172", [Part(words=("4172",))]),
        ("weiss - anna", [Part(words=("weiss",)), Part(words=("anna",))]),
        ("", []),
        ("   ", []),
    ],
)
def test_what_was_typed_is_read_part_by_part(typed: str, parts: list[Part]) -> None:
    assert read(typed, TODAY).parts == parts


def test_a_date_that_can_mean_two_days_is_said() -> None:
    assert read("2/3/1984", TODAY).notes == [
        "2/3/1984 can mean 2 March 1984 or 3 February 1984; all are shown."
    ]
    assert read("2.3.1984", TODAY).notes == []


def test_signs_alone_find_nothing_rather_than_everything() -> None:
    assert read("!!!", TODAY).nothing
    assert not read("", TODAY).nothing


@given(st.text(max_size=300))
def test_reading_never_fails_and_keeps_within_bounds(typed: str) -> None:
    asked = read(typed, TODAY)
    assert len(asked.parts) <= search.MOST_PARTS
    assert asked.nothing == (not asked.parts and bool(typed.strip()))
