"""Places inside a body: what is put there is found there, and nothing else changes."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.rulebook.paths import ABSENT, keyed, value_at, with_value

BODY = {"rules": [{"id": "a", "steps": [{"limit": "1"}, {"limit": "2"}]}, {"id": "b"}], "on": True}


def test_items_are_named_by_id_or_by_number() -> None:
    assert value_at(BODY, ("rules", "a", "steps", "1", "limit")) == "2"
    assert value_at(BODY, ()) is BODY
    for nowhere in (("rules", "c"), ("rules", "a", "steps", "2"), ("on", "x"), ("rules", "a", "steps", "-1")):
        assert value_at(BODY, nowhere) is ABSENT


def test_what_changes_is_one_place_of_a_new_body() -> None:
    before = copy.deepcopy(BODY)
    changed = with_value(BODY, ("rules", "a", "steps", "0", "limit"), "9")
    assert changed["rules"][0]["steps"] == [{"limit": "9"}, {"limit": "2"}]
    assert changed["rules"][1] is BODY["rules"][1]
    assert with_value(BODY, ("rules", "b"), ABSENT)["rules"] == BODY["rules"][:1]
    assert with_value(BODY, ("rules", "c"), {"id": "c"})["rules"][-1] == {"id": "c"}
    assert with_value(BODY, ("on",), ABSENT) == {"rules": BODY["rules"]}
    assert before == BODY
    with pytest.raises(KeyError):
        with_value(BODY, ("nothing", "here"), 1)


def test_lists_of_named_things_are_keyed_by_their_names() -> None:
    assert keyed([{"id": "a", "n": [1, 2]}, {"id": "b"}]) == {"a": {"id": "a", "n": [1, 2]}, "b": {"id": "b"}}
    assert keyed({"x": [], "y": [{"no": 1}]}) == {"x": [], "y": [{"no": 1}]}


names = st.sampled_from(["a", "b", "c"])
bodies = st.recursive(
    st.integers(0, 9), lambda inner: st.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=10
)


@given(bodies, st.lists(names, min_size=1, max_size=4), st.integers())
def test_what_is_put_is_found(body: Any, way: list[str], value: int) -> None:
    path = tuple(way)
    if isinstance(value_at(body, path[:-1]), dict):
        changed = with_value(body, path, value)
        assert value_at(changed, path) == value
        if value_at(body, path) is not ABSENT:
            assert with_value(changed, path, value_at(body, path)) == body
