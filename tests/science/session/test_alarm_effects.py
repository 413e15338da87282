"""What is known of alarms after each event, whatever the order in which it was recorded."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session.alarm import is_calling, is_shown, is_unfinished
from reverie.science.session.fold import Alarm, Recorded, State, as_happened, as_known, text_of
from reverie.science.vitals.alarms.told import PRIORITIES, Input
from tests import strategies as s
from tests.science.session.told import OPENED, START, message, row, story

INPUTS = (Input("spo2", "86", "%", "MON^1", START),)


def raised(priority: str = "medium", *, latching: bool = False, silent: bool = False) -> ev.AlarmRaised:
    return ev.AlarmRaised(
        "spo2_low", "", "spo2-low", priority, "SpO2 low", "Look.", START, INPUTS, latching, silent, "watch",
        "e-1",
    )  # fmt: skip


def changed(priority: str, *, eased: bool = False, latching: bool = False) -> ev.AlarmChanged:
    return ev.AlarmChanged(
        2, "spo2-very-low", priority, "SpO2 very low", "Now.", eased, INPUTS, latching, False, "e-2"
    )


def alarm(*events: ev.Event) -> Alarm:
    state = as_known(story(*events))
    assert text_of(state) == text_of(as_happened(story(*events)))
    return state.alarms[2]


def test_an_alarm_keeps_what_it_was_raised_from() -> None:
    found = alarm(raised())
    assert (found.seq, found.priority, found.inputs, found.edition) == (2, "medium", INPUTS, "e-1")
    assert (found.onset_ms, found.raised_ms, found.since_ms) == (START, START + 2_000, START + 2_000)
    assert (is_shown(found), is_calling(found), is_unfinished(found)) == (True, True, True)


def test_a_raised_priority_must_be_seen_anew_and_a_lowered_one_not() -> None:
    seen = alarm(raised(), ev.AlarmSeen(2))
    assert seen.seen_by is not None
    assert seen.seen_by.name == "Ines Roth"
    higher = alarm(raised(), ev.AlarmSeen(2), changed("high"))
    assert (higher.seen_ms, higher.seen_by, is_calling(higher)) == (None, None, True)
    assert (higher.since_ms, higher.rule, higher.edition) == (START + 4_000, "spo2-very-low", "e-2")
    again = alarm(raised("high"), ev.AlarmSeen(2), changed("medium"))
    assert again.seen_ms == START + 3_000
    assert again.since_ms == START + 4_000
    same = alarm(raised(), ev.AlarmSeen(2), changed("medium"))
    assert (same.seen_ms, same.since_ms) == (START + 3_000, START + 2_000)


def test_what_was_seen_before_the_priority_rose_was_the_lower_one_in_any_order() -> None:
    # the watch records a rise a little after it happened; someone pressed in between
    rise = s.entry(4, changed("high"), START + 3_000, START + 3_300)
    seen = s.entry(3, ev.AlarmSeen(2), START + 3_100)
    stream = [*story(raised()), seen, rise]
    for state in (as_known(stream), as_happened(stream)):
        assert state.alarms[2].seen_ms is None


def test_a_latching_alarm_is_shown_until_it_is_seen() -> None:
    over = alarm(raised("high", latching=True), ev.AlarmCleared(2))
    assert (over.cleared_ms, is_shown(over), is_calling(over)) == (START + 3_000, True, True)
    assert not is_shown(alarm(raised("high", latching=True), ev.AlarmCleared(2), ev.AlarmSeen(2)))
    assert not is_shown(alarm(raised("high"), ev.AlarmCleared(2)))


def test_eased_is_shown_and_does_not_call_and_is_eased_since_the_first_word_of_it() -> None:
    eased = alarm(raised(), changed("medium", eased=True), changed("medium", eased=True))
    assert (eased.eased_ms, is_shown(eased), is_calling(eased)) == (START + 3_000, True, False)
    assert alarm(raised(), changed("medium", eased=True), changed("medium")).eased_ms is None


@pytest.mark.parametrize("priority", PRIORITIES)
def test_medium_and_high_need_seen_and_answered(priority: str) -> None:
    answer = ev.AlarmAnswered(2, "artefact", "resolved_alone", "arm moved")
    for some in ([], [ev.AlarmSeen(2)], [answer], [ev.AlarmSeen(2), answer]):
        assert is_unfinished(alarm(raised(priority), *some)) == (priority != "low" and len(some) < 2)


def test_an_answer_is_corrected_and_struck() -> None:
    answer = ev.AlarmAnswered(2, "artefact", "resolved_alone")
    better = s.correction(3, "alarm_answered", ev.AlarmAnswered(2, "probe_off", "put_right", "finger"))
    stream = story(raised(), answer, better)
    for state in (as_known(stream), as_happened(stream)):
        found = state.alarms[2]
        assert (found.cause, found.outcome, found.answer_note) == ("probe_off", "put_right", "finger")
        assert state.deviations == ()
    struck = story(raised(), answer, s.correction(3, "alarm_answered", None))
    for state in (as_known(struck), as_happened(struck)):
        assert (state.alarms[2].answered_by, state.alarms[2].cause) == (None, "")


def test_what_the_watch_decided_and_what_was_seen_is_no_entry_to_correct() -> None:
    stream = story(raised(), ev.AlarmSeen(2), s.correction(2, "alarm_raised", None))
    stream.append(s.entry(5, s.correction(3, "alarm_seen", None), START + 9_000))
    for state in (as_known(stream), as_happened(stream)):
        assert state.alarms[2].seen_ms is not None
        assert [said.seq for said in state.deviations] == [4, 5]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([ev.AlarmSeen(2)], "alarm 2, which was not raised"),
        ([raised(), raised()], "raised again, while alarm 2"),
        ([raised(), ev.AlarmCleared(2), ev.AlarmCleared(2)], "again that alarm 2 was over"),
        ([raised(), ev.AlarmCleared(2), changed("high")], "changed alarm 2, while it was over"),
        ([ev.AlarmEscalated(9, 60, ())], "alarm 9, which was not raised"),
        ([changed("low")], "alarm 2, which was not raised"),
        ([ev.AlarmAnswered(5, "artefact", "other")], "alarm 5, which was not raised"),
        ([ev.AlarmCleared(7)], "alarm 7, which was not raised"),
        (
            [raised(), ev.AlarmAnswered(2, "artefact", "other"), ev.AlarmAnswered(2, "cuff", "other")],
            "answered alarm 2 again",
        ),
    ],
)
def test_an_unlawful_fact_is_kept_and_said(events: list[ev.Event], words: str) -> None:
    state = as_known(story(*events))
    assert words in state.deviations[-1].words


def test_rules_and_sound_checks_stand_as_last_said() -> None:
    state = as_known(
        story(
            ev.RulesApplied("alarm_rules", "", 0, "aa"),
            ev.RulesApplied("alarm_rules", "e-3", 3, "bb"),
            ev.SoundChecked("Station", "station", False),
            ev.SoundChecked("Station", "station", True),
            ev.SoundChecked("Tablet", "room", False),
        )
    )
    assert (state.rules["alarm_rules"].number, state.rules["alarm_rules"].seq) == (3, 3)
    assert {screen: sound.heard for screen, sound in state.sound.items()} == {
        "Station": True,
        "Tablet": False,
    }


def test_escalated_names_those_who_were_called() -> None:
    found = alarm(raised(), ev.AlarmEscalated(2, 60, (("9", "Ola Berg"),)))
    assert (found.escalated_ms, found.escalated_seq) == (START + 3_000, 3)
    assert found.escalated_to == (("9", "Ola Berg"),)


# -- the folds hold with alarms among everything else


@st.composite
def alarmed(draw: Any) -> list[Recorded]:
    """A story in which alarms are raised and much is told of them, in the order in which it happened."""
    events: list[ev.Event] = [OPENED, raised(draw(s.priorities)), message("MON^1", row("spo2", "86"))]
    about = st.one_of(
        st.builds(ev.AlarmSeen, st.sampled_from([2, 4])),
        st.builds(ev.AlarmCleared, st.sampled_from([2, 4])),
        st.builds(changed, s.priorities, eased=st.booleans(), latching=st.booleans()),
        st.builds(ev.AlarmAnswered, st.sampled_from([2, 4]), s.some_words, s.some_words),
        s.alarm_raised,
        s.vitals,
    )
    return s.entries_of([*events, *draw(st.lists(about, max_size=8))])


@s.examples
@given(alarmed())
def test_without_amendments_known_and_happened_agree(stream: list[Recorded]) -> None:
    assert text_of(as_known(stream)) == text_of(as_happened(stream))


@s.examples
@given(alarmed(), st.data())
def test_a_corrected_answer_is_as_if_it_had_been_right_at_once(stream: list[Recorded], data: Any) -> None:
    answers = [one for one in stream if one.kind == "alarm_answered"]
    if not answers:
        return
    wrong = data.draw(st.sampled_from(answers))
    right = data.draw(st.none() | s.alarm_answered)
    fix = s.entry(len(stream) + 1, s.correction(wrong.seq, "alarm_answered", right), START + 10**6)
    instead = [
        s.entry(one.seq, right, one.occurred_ms) if one is wrong and right is not None else one
        for one in stream
        if one is not wrong or right is not None
    ]
    for fold in (as_known, as_happened):
        assert _facts(fold([*stream, fix])) == _facts(fold(instead))


def _facts(state: State) -> Any:
    return state.alarms, state.deviations, state.rules


@s.examples
@given(alarmed(), st.data())
def test_a_redacted_alarm_is_gone_and_nothing_breaks(stream: list[Recorded], data: Any) -> None:
    target = data.draw(st.integers(1, len(stream)))
    redaction = s.entry(len(stream) + 1, ev.Redaction(target, "other patient"), START + 10**6)
    for fold in (as_known, as_happened):
        state = fold([*stream, redaction])
        assert target in state.unknown
        assert target not in state.alarms
        assert text_of(state)
