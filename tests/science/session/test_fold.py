"""The two folds: what was known, and what happened."""

from __future__ import annotations

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session.fold import (
    EMPTY,
    Recorded,
    State,
    advance,
    as_happened,
    as_known,
    facts_of,
    text_of,
)
from tests import strategies as s
from tests.science.session.told import OPENED, START, message, row, story

# what tells of numbering and recording only
SEQS = {"seq", "last_seq", "last_recorded_ms", "received_ms", "void_by", "corrections"}


def facts(state: State) -> Any:
    """The facts without what only tells of numbering and recording."""
    return _without_numbers(facts_of(state))


def _without_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_numbers(part) for name, part in value.items() if name not in SEQS}
    if isinstance(value, list):
        return [_without_numbers(part) for part in value]
    return value


# -- the same facts, the same bytes


@s.examples
@given(s.streams(), st.randoms(use_true_random=False))
def test_folds_depend_on_the_entries_alone(stream: list[Recorded], chance: random.Random) -> None:
    shuffled = [*stream, *stream[:3]]
    chance.shuffle(shuffled)
    for fold in (as_known, as_happened):
        assert text_of(fold(stream)) == text_of(fold(shuffled))
        json.loads(text_of(fold(stream)), parse_float=lambda text: pytest.fail(f"a float: {text}"))


@s.examples
@given(s.streams(), st.integers(0, 14))
def test_what_was_known_then_does_not_change_later(stream: list[Recorded], upto: int) -> None:
    assert as_known(stream, upto) == as_known(stream[:upto])


@s.examples
@given(s.streams())
def test_one_by_one_is_the_same_as_all_at_once_even_when_delivered_twice(stream: list[Recorded]) -> None:
    state = EMPTY
    for one in stream:
        state = advance(advance(state, one), one)
    assert state == as_known(stream)
    assert state.last_seq == len(stream)


@s.examples
@given(st.lists(s.charted | s.readings | s.signed | s.clock_steps, max_size=14))
def test_without_amendments_known_and_happened_agree(events: list[ev.Event]) -> None:
    stream = story(*events)
    assert text_of(as_known(stream)) == text_of(as_happened(stream))


# -- corrections and late entries


@s.examples
@given(st.lists(s.charted, min_size=1, max_size=10), st.data())
def test_struck_is_as_if_it_had_never_been(events: list[ev.Event], data: Any) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    stream = story(*events)
    struck = s.entry(len(stream) + 1, s.correction(at + 2, stream[at + 1].kind, None), START + 10**6)
    without = [one for one in stream if one.seq != at + 2]
    for fold in (as_known, as_happened):
        assert facts(fold([*stream, struck])) == facts(fold(without))


@s.examples
@given(st.lists(s.charted, min_size=1, max_size=10), st.data())
def test_corrected_is_as_if_it_had_been_right_at_once(events: list[ev.Event], data: Any) -> None:
    at = data.draw(st.integers(0, len(events) - 1))
    kind = ev.kind_of(events[at])
    right = data.draw(s.CHARTED[kind])
    corrected = [*story(*events), s.entry(len(events) + 2, s.correction(at + 2, kind, right), START + 10**6)]
    right_at_once = story(*events[:at], right, *events[at + 1 :])
    for fold in (as_known, as_happened):
        assert facts(fold(corrected)) == facts(fold(right_at_once))


@s.examples
@given(st.lists(s.charted, min_size=2, max_size=8), st.data())
def test_corrections_of_different_entries_commute(events: list[ev.Event], data: Any) -> None:
    first, second = data.draw(st.permutations(range(len(events))))[:2]
    kinds = [ev.kind_of(event) for event in events]
    fixes = []
    for at in (first, second):
        kind = kinds[at]
        right = data.draw(st.none() | s.CHARTED[kind])
        fixes.append(s.correction(at + 2, kind, right))
    one_way = as_happened(story(*events, *fixes))
    other_way = as_happened(story(*events, *reversed(fixes)))
    assert facts(one_way) == facts(other_way)


@s.examples
@given(st.lists(s.charted, min_size=1, max_size=10), st.data())
def test_what_is_entered_late_happened_when_it_happened(events: list[ev.Event], data: Any) -> None:
    on_time = story(*events)
    late_ones = data.draw(st.sets(st.integers(1, len(events))))
    prompt = [one for i, one in enumerate(on_time) if i not in late_ones]
    stream = [one._replace(seq=i, key=f"k{i}") for i, one in enumerate(prompt, start=1)]
    for i in data.draw(st.permutations(sorted(late_ones))):
        seq = len(stream) + 1
        stream.append(s.entry(seq, s.late(events[i - 1]), on_time[i].occurred_ms, START + 10**6 + seq))
    assert facts(as_happened(stream)) == facts(as_happened(on_time))


def test_a_correction_can_be_withdrawn_and_replaced() -> None:
    wrong, better, best = (ev.RateChanged(Decimal(rate), "staff") for rate in ("525", "52.5", "52"))
    start = ev.InfusionStarted(Decimal("50"), "staff")
    stream = story(start, wrong)

    def rate(*corrections: ev.Correction) -> Decimal | None:
        state = as_happened([*stream, *s.entries_of([OPENED, start, wrong, *corrections])[3:]])
        assert state.infusion == as_known(story(start, wrong, *corrections)).infusion
        assert not [said for said in state.deviations if "correction" in said.words]
        return state.infusion.rate_ml_per_h

    assert rate(s.correction(3, "rate_changed", better)) == Decimal("52.5")
    assert rate(s.correction(3, "rate_changed", None)) == Decimal("50")
    assert rate(s.correction(3, "rate_changed", better), s.correction(4, "rate_changed", best)) == Decimal(
        "52"
    )
    assert rate(s.correction(3, "rate_changed", better), s.correction(4, "rate_changed", None)) == Decimal(
        "525"
    )
    # two tablets corrected the same entry: the last one recorded stands
    assert rate(s.correction(3, "rate_changed", better), s.correction(3, "rate_changed", best)) == Decimal(
        "52"
    )


@pytest.mark.parametrize(
    ("refers_to", "kind", "words"),
    [
        (0, "note", "does not exist"), (9, "note", "does not exist"), (4, "note", "does not exist"),
        (3, "note", "a signed cannot be corrected"), (2, "rate_changed", "which is a note"),
        (1, "opened", "strikes the opening"),
    ],
)  # fmt: skip
def test_a_correction_that_cannot_stand_is_said_and_changes_nothing(
    refers_to: int, kind: str, words: str
) -> None:
    before = [ev.Note("calm"), ev.Signed("reviewed", "O. Berg", "prescriber", "ab" * 32, "")]
    stream = story(*before, s.correction(refers_to, kind, None))
    for state in (as_known(stream), as_happened(stream)):
        assert [said.seq for said in state.deviations] == [4]
        assert words in state.deviations[0].words
        assert (state.notes, state.chair) == (1, "2")
        assert [amendment.refers_to for amendment in state.corrections] == [refers_to]


def test_corrected_readings_show_corrected() -> None:
    stream = story(
        message("MON", row("hr", "72"), row("spo2", "70")),
        s.correction(2, "readings", message("MON", row("hr", "72"), row("spo2", "97"))),
        s.correction(2, "readings", None),
    )
    shown = as_known(stream, 3).latest
    assert shown[("MON", "spo2")].value == Decimal("97")
    assert shown[("MON", "spo2")].seq == 2
    assert as_known(stream, 4).latest == {}
    assert as_happened(stream).latest == {}


def test_a_late_start_does_not_undo_the_stop() -> None:
    stream = [
        *story(ev.InfusionStopped("device", "PUMP", "end")),
        s.entry(3, s.late(ev.InfusionStarted(Decimal("52.5"), "staff")), START + 1_500, START + 60_000),
    ]
    for state in (as_known(stream), as_happened(stream)):
        assert state.infusion.status == "stopped"
        assert state.infusion.started_ms == START + 1_500


def test_someone_who_has_left_is_not_brought_back_by_a_late_entry() -> None:
    stream = [
        *story(ev.StaffOut("7", "Ines Roth", "nurse")),
        s.entry(3, s.late(ev.StaffIn("7", "Ines Roth", "nurse")), START + 1_500, START + 60_000),
    ]
    assert as_known(stream).staff == as_happened(stream).staff == {}


def test_a_late_entry_stays_late_when_it_is_corrected() -> None:
    start = ev.InfusionStarted(Decimal("50"), "staff")
    stream = story(start, ev.RateChanged(Decimal("40"), "staff"))
    late = s.late(ev.RateChanged(Decimal("450"), "staff"))
    stream.append(s.entry(4, late, START + 2_500, START + 60_000))
    right = s.correction(4, "rate_changed", ev.RateChanged(Decimal("45"), "staff"))
    stream.append(s.entry(5, right, START + 70_000))
    for state in (as_known(stream), as_happened(stream)):
        assert state.infusion.rate_ml_per_h == Decimal("40")
        assert state.infusion.seq == 3


def test_readings_entered_late_say_nothing_of_the_device_now() -> None:
    stream = story(message("MON", row("hr", "72")))
    stream.append(s.entry(3, s.late(message("MON", row("hr", "60"))), START + 1_500, START + 60_000))
    state = as_known(stream)
    assert state.devices == as_known(stream, 2).devices
    assert state.latest[("MON", "hr")].value == Decimal("72")
    assert state.deviations == ()


def test_a_withdrawn_correction_of_readings_shows_nothing_rather_than_the_wrong_value() -> None:
    wrong = s.correction(2, "readings", message("MON", row("spo2", "50")))
    stream = story(message("MON", row("spo2", "97")), wrong, s.correction(3, "readings", None))
    assert as_known(stream).latest == {}
    assert as_happened(stream).latest[("MON", "spo2")].value == Decimal("97")


def test_a_correction_does_not_move_readings_to_another_device() -> None:
    moved = s.correction(2, "readings", message("OTHER", row("spo2", "97")))
    assert as_known(story(message("MON", row("spo2", "97")), moved)).latest == {}


# -- signatures


def test_a_signature_is_voided_by_what_is_added_after_it() -> None:
    sign = ev.Signed("reviewed", "O. Berg", "prescriber", "ab" * 32, "cd" * 32)
    calm, closing = ev.Note("calm"), ev.StateChanged("discharged", "note_signed", "")
    for amendment in (s.correction(2, "note", None), s.late(ev.Note("restless"))):
        stream = story(calm, sign, closing, amendment, sign)
        for state in (as_known(stream), as_happened(stream)):
            assert [row.void_by for row in state.signatures] == [5, None]
    assert [row.void_by for row in as_known(story(calm, sign, closing)).signatures] == [None]


# -- redaction and what cannot be read


@s.examples
@given(s.streams(), st.data())
def test_redacted_content_is_unknown_and_nowhere(stream: list[Recorded], data: Any) -> None:
    secret = "Zz-secret-zZ"
    seq = len(stream) + 1
    stream = [*stream, s.entry(seq, ev.Note(secret, secret), START + 10**7)]
    redaction = s.entry(seq + 1, ev.Redaction(seq, "wrong patient"), START + 2 * 10**7)
    blanked = [*stream[:-1], stream[-1]._replace(body=None), redaction]
    for fold in (as_known, as_happened):
        # the same whether the content is gone already or only said to be
        assert text_of(fold(blanked)) == text_of(fold([*stream, redaction]))
        assert seq in fold(blanked).unknown
        assert secret not in str(fold([*stream, redaction]))


@s.examples
@given(s.streams(), st.data())
def test_any_entry_can_be_emptied(stream: list[Recorded], data: Any) -> None:
    emptied = {one.seq for one in stream if data.draw(st.booleans())}
    stream = [one._replace(body=None) if one.seq in emptied else one for one in stream]
    for fold in (as_known, as_happened):
        # a correction may stand in its place, or strike it
        amended = {amendment.refers_to for amendment in fold(stream).corrections}
        assert emptied - amended <= set(fold(stream).unknown)


@s.examples
@given(
    st.lists(
        st.builds(
            Recorded,
            st.integers(1, 9),
            st.text(max_size=5),
            st.sampled_from([kind for kind, _ in ev.REGISTRY]) | st.text(max_size=5),
            st.integers(-1, 3),
            st.integers(),
            st.integers(),
            st.dictionaries(st.text(max_size=4), s.json_values, max_size=3),
            st.none() | st.dictionaries(st.text(max_size=8), s.json_values, max_size=5),
        ),
        max_size=6,
    )
)
def test_nonsense_is_unknown_and_never_an_exception(stream: list[Recorded]) -> None:
    for fold in (as_known, as_happened):
        state = fold(stream)
        assert set(state.unknown) <= {one.seq for one in stream}
        text_of(state)


def test_redacted_readings_are_not_shown() -> None:
    stream = story(
        message("MON", row("hr", "72")), message("MON", row("spo2", "97")), ev.Redaction(2, "other patient")
    )
    for state in (as_known(stream), as_happened(stream)):
        assert set(state.latest) == {("MON", "spo2")}
        assert state.unknown == (2,)


def test_a_redaction_reaches_back_only_and_spares_signatures() -> None:
    sign = ev.Signed("reviewed", "O. Berg", "prescriber", "ab" * 32, "")
    stream = story(ev.Redaction(4, "early"), ev.Redaction(3, "itself"), ev.Note("calm"), sign)
    stream.append(s.entry(6, ev.Redaction(5, "no"), START + 90_000))
    stream.append(s.entry(7, ev.Redaction(2, "no"), START + 91_000))
    for state in (as_known(stream), as_happened(stream)):
        assert (state.notes, len(state.signatures), state.unknown) == (1, 1, ())


def test_a_redacted_opening_is_still_an_arrival() -> None:
    stream = story(ev.StateChanged("arrived", "preflight", ""))
    stream[0] = stream[0]._replace(body=None)
    for state in (as_known(stream), as_happened(stream)):
        assert (state.phase, state.chair, state.unknown, state.deviations) == ("preflight", "", (1,), ())
