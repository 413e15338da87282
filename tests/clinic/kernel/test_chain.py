"""The chain: what was recorded verifies, and whatever was done to it afterwards shows."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reverie.clinic.kernel import chain
from tests.scale import scale

examples = settings(max_examples=scale(test=60, soak=2_000), deadline=None)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(texts, values, max_size=4)


def stream_of(bodies: list[Any], name: str = "session/1", actor: Any = None) -> list[chain.Entry]:
    """Entries with those bodies, chained."""
    found: list[chain.Entry] = []
    prev = chain.GENESIS
    for seq, body in enumerate(bodies, start=1):
        salt = bytes([160 + seq]) * 16
        text = chain.canonical(body)
        told = chain.canonical(actor if actor is not None else {"kind": "staff", "id": "7"})
        digest = chain.digest(salt, text)
        prev = chain.link(prev, name, seq, f"k{seq}", "note", 1, seq * 1_000, seq * 1_001, told, digest)
        found.append(
            chain.Entry(
                name, seq, f"k{seq}", "note", 1, seq * 1_000, seq * 1_001, told, salt, text, digest, prev
            )
        )
    return found


def export(entries: list[chain.Entry]) -> list[str]:
    """The lines of an export."""
    before = [chain.GENESIS, *(entry.hash for entry in entries)]
    lines = [chain.to_line(entry, prev) for entry, prev in zip(entries, before, strict=False)]
    return [*lines, chain.end_line(entries[0].stream, len(entries), entries[-1].hash)]


def fault(entries: list[chain.Entry]) -> chain.Fault | None:
    """The fault that a check of the stream finds."""
    last = list(chain.check("session/1", entries))[-1]
    return last if isinstance(last, chain.Fault) else None


def words(lines: list[str]) -> str:
    with pytest.raises(chain.LineFault) as found:
        list(chain.read_export(lines))
    return str(found.value)


@examples
@given(st.lists(bodies, min_size=1, max_size=6), texts, bodies)
def test_what_was_recorded_verifies_and_comes_back(told: list[Any], name: str, actor: Any) -> None:
    actor.pop("body", None)
    entries = stream_of(told, name or "x", {"kind": "staff", **actor})
    assert list(chain.check(name or "x", entries)) == [(len(entries), entries[-1].hash)]
    assert list(chain.read_export(export(entries))) == entries
    for line in export(entries):
        json.loads(line)


@examples
@given(bodies)
def test_the_canonical_text_has_one_form(body: dict[str, Any]) -> None:
    text = chain.canonical(body)
    assert chain.canonical(json.loads(text)) == text
    assert chain.canonical(dict(reversed(body.items()))) == text


def test_canonical_text_is_composed_and_explicit() -> None:
    assert chain.canonical({"b": None, "a": "e\u0301"}) == '{"a":"\u00e9","b":null}'


@pytest.mark.parametrize("value", [Decimal("1"), {1, 2}, b"x", float("nan"), float("inf")])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        chain.canonical({"value": value})


@pytest.mark.parametrize("hidden", [1.0, [0.5], {"a": {"b": (1, [2.5])}}])
def test_a_hidden_float_is_found(hidden: object) -> None:
    with pytest.raises(TypeError, match="float"):
        chain.refuse_floats({"here": hidden})
    chain.refuse_floats({"here": [1, "2.5", None, True]})


CHANGES: list[dict[str, Any]] = [
    {"key": "other"}, {"kind": "dose"}, {"version": 2}, {"occurred_ms": 1}, {"recorded_ms": 1},
    {"actor": '{"kind":"system"}'}, {"body": '{"text":"lively"}'}, {"salt": bytes(16)}, {"salt": None},
    {"digest": bytes(32)}, {"hash": bytes(32)}, {"stream": "session/2"}, {"seq": 9},
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
@pytest.mark.parametrize("at", [0, 1, 2])
def test_any_changed_field_is_found_where_it_is(change: dict[str, Any], at: int) -> None:
    entries = stream_of([{"text": "calm"}, {"text": "calm"}, {"text": "calm"}])
    entries[at] = replace(entries[at], **change)
    found = fault(entries)
    assert found is not None
    assert found.seq == change.get("seq", at + 1)
    assert str(found).startswith(f"entry {found.seq} of session/1: ")
    assert words(export(entries))


@examples
@given(st.permutations(range(4)))
def test_any_other_order_is_found(order: list[int]) -> None:
    entries = stream_of([{"text": str(i)} for i in range(4)])
    assert (fault([entries[i] for i in order]) is None) == (order == sorted(order))


def test_a_missing_entry_is_named() -> None:
    entries = stream_of([{}, {}, {}])
    found = fault([entries[0], entries[2]])
    assert found is not None
    assert "entry 2 is missing" in found.words


def test_a_cut_end_shows_in_the_last_number_only() -> None:
    entries = stream_of([{}, {}, {}])
    assert list(chain.check("session/1", entries[:2])) == [(2, entries[1].hash)]
    assert "the end line is missing" in words(export(entries)[:-1])
    lines = export(entries)
    assert "events are missing or were changed" in words([*lines[:2], lines[3]])


def test_a_redacted_body_still_verifies() -> None:
    entries = stream_of([{"text": "calm"}, {"text": "secret"}, {}])
    entries[1] = replace(entries[1], body=None, salt=None)
    assert fault(entries) is None
    assert list(chain.read_export(export(entries))) == entries


@pytest.mark.parametrize("change", [{"body": None}, {"salt": None}])
def test_half_a_redaction_is_none(change: dict[str, Any]) -> None:
    entries = stream_of([{"text": "secret"}])
    entries[0] = replace(entries[0], **change)
    assert "by half" in words(export(entries))


LINES = export(stream_of([{"text": "calm"}, {"text": "a\nb"}], "session/ü"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{"actor"', '{ "actor"'),
        ('"kind":"note"', '"kind":"\\u006eote"'),
        ('"version":1', '"version":1.0'),
        ('"version":1', '"version":true'),
        ('"version":1', '"version":01'),
        ('"version":1', '"version":1,"x":1'),
        ('"seq":1', '"seq":1,"seq":1'),
        ('"seq":1', '"seq":"1"'),
        ('"salt":"a1', '"salt":"a 1'),
        ('"digest":"', '"digest":"0'),
        ('"stream":"session/ü"', '"stream":"session/\\u00fc"'),
        ('"prev":"00', '"prev":"0'),
        ('"body":{', '"body":{"a":1,'),
        ('"occurred_ms":1000', '"occurred_ms":1' + "0" * 5_000),
    ],
)
def test_the_same_said_in_another_form_is_a_change(old: str, new: str) -> None:
    assert old in LINES[0]
    assert words([LINES[0].replace(old, new, 1), *LINES[1:]]).startswith("line 1: ")


@pytest.mark.parametrize("field", ["digest", "hash", "prev", "salt"])
def test_capitals_in_a_hash_are_a_change(field: str) -> None:
    line = LINES[1]
    start = line.index(f'"{field}":"') + len(field) + 4
    end = line.index('"', start)
    assert line[start:end].upper() != line[start:end]
    assert words([LINES[0], line[:start] + line[start:end].upper() + line[end:], LINES[2]]).startswith(
        "line 2: "
    )


NO_ENTRIES = [
    "", "{}", "[]", "null", "1", '"x"', "{", "[" * 100_000, '{"a":' * 100_000, "NaN", "\ufeff" + LINES[0],
    LINES[0] + " ", LINES[0] + "\r", LINES[0][:-1], LINES[0][1:], LINES[1], '{"events":1}', '{"events":',
    '{"events":[' * 60_000,
]  # fmt: skip


@pytest.mark.parametrize("line", NO_ENTRIES, ids=range(len(NO_ENTRIES)))
def test_a_line_that_is_no_entry_is_a_fault_and_no_crash(line: str) -> None:
    assert words([line, *LINES[1:]]).startswith("line 1: ")


def test_nothing_may_follow_the_end_line_and_nothing_is_no_export() -> None:
    assert "follows the end line" in words([*LINES, ""])
    assert "follows the end line" in words([*LINES, LINES[-1]])
    assert "the end line is missing" in words([])
    assert words([chain.end_line("session/ü", 0, chain.GENESIS)]).startswith("line 1: ")


@examples
@given(st.lists(texts, max_size=4))
@example(['{"actor":{},"body":{},"digest":"'])
def test_no_text_makes_it_crash(lines: list[str]) -> None:
    assert words(lines)
