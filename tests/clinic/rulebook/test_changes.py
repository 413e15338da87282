"""What differs between two bodies: in words, complete, and nothing else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.kernel import editions
from reverie.clinic.rulebook.changes import Changed, Part, Section, between
from reverie.clinic.rulebook.paths import ABSENT, with_value
from tests.clinic.rulebook.made import DRINKS, KIND


def changed(*puts: tuple[tuple[str, ...], Any]) -> dict[str, Any]:
    """The drinks with other values."""
    body: Any = DRINKS
    for path, value in puts:
        body = with_value(body, path, value)
    return dict(KIND.tidy(body))


def test_a_value_before_and_after_with_its_unit() -> None:
    after = changed((("drinks", "tea", "limit"), "4"), (("warm",), False))
    assert between(KIND, DRINKS, after) == (
        Section("Drinks", (Part("Tea", "low", "changed", (Changed("At most", "3", "4", "cups"),)),)),
        Section("Kitchen", (Part("", "", "changed", (Changed("Warm", "on", "off"),)),)),
    )


def test_a_block_that_is_left_out_or_new() -> None:
    less = changed((("drinks", "milk"), ABSENT))
    ((_title, (gone,)),) = between(KIND, DRINKS, less)
    assert (gone.title, gone.what) == ("Milk", "gone")
    assert gone.changes == (
        Changed("At most", "2", "", "cups"),
        Changed("Words", "Enough milk", ""),
    )
    ((_title, (new,)),) = between(KIND, less, DRINKS)
    assert (new.title, new.what, new.changes[0]) == ("Milk", "new", Changed("At most", "", "2", "cups"))


def test_what_no_field_shows_is_shown_all_the_same() -> None:
    after = changed((("drinks", "tea", "colour"), "black"), (("order",), ["milk", "tea"]))
    (rest,) = between(KIND, DRINKS, after)
    assert {(one.label, one.before, one.after) for one in rest.parts[0].changes} == {
        ("drinks.tea.colour", "green", "black"),
        ("order[0]", "tea", "milk"),
        ("order[1]", "milk", "tea"),
    }


values = st.sampled_from(["1", "2", "3"])
drink = st.fixed_dictionaries({"limit": values, "words": values, "colour": values})
drinks = st.dictionaries(st.sampled_from(["tea", "milk", "juice"]), drink, min_size=1)
bodies = st.builds(
    lambda of, warm: KIND.tidy({"drinks": of, "order": [], "warm": warm}), drinks, st.booleans()
)


@given(bodies, bodies)
def test_nothing_that_differs_is_left_out(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = between(KIND, before, after)
    assert bool(found) == bool(editions.diff(before, after))
    for section in found:
        for part in section.parts:
            assert part.changes
            assert all(one.before != one.after for one in part.changes)
