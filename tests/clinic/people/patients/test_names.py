"""Names: what a search compares, how they sound, which are taken for each other."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.people.patients import names
from reverie.clinic.people.patients.names import Identity, pairs, resemble

NAMES = st.text(st.characters(codec="utf-8"), max_size=30)
ALIKE = [
    ("Anna Weiß", "Ana Weiss"), ("Jon Meyer", "John Maier"), ("Sara Schmidt", "Sarah Schmitt"),
    ("Kathrin Klein", "Catherine Klein"), ("Stephen Brown", "Steven Braun"),
    ("Eric Hoffmann", "Erik Hofmann"),
    ("Maria Santos", "Mario Santos"), ("Martin Klein", "Martina Klein"),
    ("Christian Vogel", "Christina Fogel"),
    ("Muhammad Ali", "Mohamed Aly"), ("Jan Müller", "Jana Mueller"), ("Alexander Weber", "Alexandra Weger"),
    ("Alex Weber", "Alexander Weber"), ("Siobhan O'Brien", "Siobhan OBrien"),
    ("Thomas Peter", "Peter Thomas"),
    ("Anna-Maria Braun", "Anna Braun"), ("Lee Wong", "Li Wong"), ("Zoë Kraus", "Zoe Krauss"),
    ("Jörg Schäfer", "Joerg Schaefer"), ("Sofía García", "Sophia Garcia"), ("An Nguyễn", "Anh Nguyen"),
    ("Đorđe Nikolić", "Djordje Nikolic"), ("Michael Baer", "Michaela Bär"), ("Philip Xaver", "Filipp Xaver"),
]  # fmt: skip
APART = [
    ("Anna Müller", "Thomas Müller"), ("Anna Weber", "Anna Bauer"), ("Eva Ott", "Ada Ort"),
    ("Lena Kern", "Hans Kern"), ("Peter Bauer", "Anna Peer"), ("Max Kern", "Mia Kern"),
    ("Sarah Fischer", "Sarah Becker"), ("花子 山田", "太郎 山本"), ("Rosa Santos", "Jonas Lindt"),
]  # fmt: skip


def person(name: str, born: date = date(1980, 1, 1)) -> Identity:
    given_name, family = name.rsplit(" ", 1)
    return Identity(family, given_name, born)


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_easily_confused_names_are_flagged_both_ways(one: str, other: str) -> None:
    a, b = person(one), person(other, date(1991, 7, 4))
    assert resemble(a, b)
    assert resemble(b, a)


@pytest.mark.parametrize(("one", "other"), APART)
def test_names_that_differ_plainly_are_not_flagged(one: str, other: str) -> None:
    a, b = person(one), person(other, date(1991, 7, 4))
    assert not resemble(a, b)
    assert not resemble(b, a)


def test_twins_and_a_changed_family_name_are_flagged_by_the_birth_date() -> None:
    born = date(1985, 5, 3)
    assert resemble(person("Lena Kern", born), person("Hans Kern", born))
    assert names.perhaps_same(person("Lena Kern", born), person("Lena Baumann", born))
    assert not names.perhaps_same(person("Lena Kern", born), person("Lena Kern", date(1985, 5, 4)))


def test_all_pairs_of_many_are_those_found_one_by_one() -> None:
    people = {name: person(name) for couple in (*ALIKE, *APART) for name in couple}
    people = {name: one._replace(born=date(1950 + n, 1, 1)) for n, (name, one) in enumerate(people.items())}
    wanted = {
        frozenset((a, b))
        for a, b in combinations(people, 2)
        if resemble(people[a], people[b]) or names.perhaps_same(people[a], people[b])
    }
    found = pairs(people)
    assert {frozenset(pair) for pair in found} == wanted
    assert len(found) == len(wanted) >= len(ALIKE)


@given(NAMES)
def test_folding_twice_changes_nothing_more(name: str) -> None:
    assert names.fold(names.fold(name)) == names.fold(name)


@given(st.text("abcexyzäöüéèñçåøß '-", max_size=30))
def test_case_makes_no_difference(name: str) -> None:
    assert names.fold(name.upper()) == names.fold(name)
    assert names.sound(name.upper()) == names.sound(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller", "mueller"), ("MÜLLER", "Muller"), ("Weiß", "WEISS"), ("Ørsted", "orsted"),
     ("Łukasz", "lukasz"),     ("José", "Jose\u0301"), ("İnci", "inci"), ("Æsa", "aesa"), ("a\u202eb", "ab")],
)  # fmt: skip
def test_spellings_of_the_same_name_fold_together(one: str, other: str) -> None:
    assert names.fold(one) == names.fold(other)


def test_a_joined_name_is_found_however_it_is_joined() -> None:
    searched = names.search_text("O'Brien-Lund", "Jo-Ellen", "1")
    for typed in ("jo-ellen", "joellen", "Jo Ellen", "ellen", "obrien", "o'b", "lund", "o’brien-lund"):
        assert all(f" {word}" in searched for word in names.typed_words(typed)), typed


@given(NAMES, st.data())
def test_every_beginning_of_a_word_finds_it(name: str, data: st.DataObject) -> None:
    searched = names.search_text(name, "", "004172")
    for word in names.words(name):
        if f" {word} " not in f"{searched} ":
            continue  # cut off: longer than a search text
        part = word[: data.draw(st.integers(1, len(word)))]
        for typed in names.typed_words(part):
            assert f" {typed}" in searched


@given(NAMES, NAMES, st.text(max_size=40))
def test_what_follows_from_names_fits_its_columns(family: str, given_name: str, number: str) -> None:
    assert len(names.search_text(family * 5, given_name * 5, number)) <= names.LONGEST_SEARCH
    assert len(names.sound(family * 5)) <= names.LONGEST_SOUND


@given(NAMES, NAMES)
def test_resembling_is_mutual_and_everybody_resembles_themselves(one: str, other: str) -> None:
    a, b = Identity(one, other, date(1980, 1, 1)), Identity(other, one, date(1981, 1, 1))
    assert resemble(a, b) == resemble(b, a)
    assert resemble(a, a)


@pytest.mark.parametrize(
    ("a", "b", "steps"),
    [("anna", "ana", 1), ("meyer", "meier", 1), ("brain", "brian", 1), ("kern", "kern", 0)],
)
def test_distance_counts_single_steps(a: str, b: str, steps: int) -> None:
    assert names.distance(a, b, 2) == steps
    assert names.distance("abcdefgh", "hgfedcba", 2) == 3


@pytest.mark.parametrize("typed", ["4172", "004172", "0041"])
def test_a_record_number_is_found_with_and_without_its_zeros(typed: str) -> None:
    assert f" {typed}" in names.search_text("Klein", "Martin", "004172")


@pytest.mark.parametrize("typed", ["R-00417", "r00417", "417", "00417", "R-417"])
def test_a_record_number_with_letters_is_found_by_its_parts(typed: str) -> None:
    (word,) = names.typed_words(typed)
    assert f" {word}" in names.search_text("Klein", "Martin", "R-00417")
