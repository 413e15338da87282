"""What may be appended about alarms, and what keeps a session from being closed."""

from __future__ import annotations

import pytest

from reverie.science.session import events as ev
from reverie.science.session.fold import State, as_known, judge
from tests.science.session.test_alarm_effects import changed, raised
from tests.science.session.told import story

ANSWER = ev.AlarmAnswered(2, "artefact", "resolved_alone")
ENDED = (
    ev.StateChanged("arrived", "preflight", ""),
    ev.StateChanged("preflight", "cancelled", ""),
)
RULES = ev.RulesApplied("alarm_rules", "", 0, "a")
CLOSE = ev.StateChanged("cancelled", "closed", "")


def code(state: State, event: ev.Event) -> str | None:
    refusal = judge(state, event)
    return None if refusal is None else refusal.code


@pytest.mark.parametrize(
    ("before", "event", "said"),
    [
        ([], raised(), None),
        ([raised()], raised("high"), "open_already"),
        ([raised(), ev.AlarmCleared(2)], raised(), None),
        ([raised()], changed("high"), None),
        ([], changed("high"), "no_alarm"),
        ([raised(), ev.AlarmCleared(2)], changed("high"), "over"),
        ([raised(), ev.AlarmCleared(2)], ev.AlarmCleared(2), "over"),
        ([raised()], ev.AlarmSeen(2), None),
        ([raised(), ev.AlarmCleared(2)], ev.AlarmSeen(2), None),
        ([raised()], ev.AlarmSeen(3), "no_alarm"),
        ([raised(), ev.AlarmSeen(2)], ev.AlarmSeen(2), "seen"),
        ([raised(), ev.AlarmSeen(2), changed("high")], ev.AlarmSeen(2), None),
        ([raised()], ev.AlarmEscalated(2, 60, ()), None),
        ([raised(), ev.AlarmSeen(2)], ev.AlarmEscalated(2, 60, ()), "seen"),
        ([], ANSWER, "no_alarm"),
        ([raised()], ANSWER, None),
        ([raised(), ANSWER], ANSWER, "answered"),
        (
            [ev.RulesApplied("alarm_rules", "", 0, "a")],
            ev.RulesApplied("alarm_rules", "", 0, "a"),
            "same_rules",
        ),
        ([ev.RulesApplied("alarm_rules", "", 0, "a")], ev.RulesApplied("alarm_rules", "", 0, "b"), None),
        ([ev.RulesApplied("alarm_rules", "", 0, "a")], ev.RulesApplied("clinic_profile", "", 0, "a"), None),
    ],
)
def test_what_may_be_appended(before: list[ev.Event], event: ev.Event, said: str | None) -> None:
    assert code(as_known(story(*before)), event) == said


def test_an_answer_is_changed_by_correction_alone() -> None:
    state = as_known(story(raised(), ANSWER))
    again = judge(state, ANSWER)
    assert again is not None
    assert "Correct entry 3" in again.reason
    body = ev.body_of(ev.AlarmAnswered(2, "cuff", "put_right"))
    assert code(state, ev.Correction(3, "mistyped", "alarm_answered", 1, body)) is None
    assert code(state, ev.Correction(2, "mistyped", "alarm_raised", 1, None)) == "no_correction"


@pytest.mark.parametrize(
    ("alarms", "said"),
    [
        ([], None),
        ([raised("low")], None),
        ([raised("medium")], "alarms_open"),
        ([raised("high"), ev.AlarmCleared(2)], "alarms_open"),
        ([raised("high"), ev.AlarmSeen(2)], "alarms_open"),
        ([raised("high"), ANSWER], "alarms_open"),
        # the cause may still be there: the session has ended, so nothing is judged any more
        ([raised("high"), ev.AlarmSeen(2), ANSWER], None),
        ([raised("medium"), ev.AlarmSeen(2), ANSWER, changed("high")], "alarms_open"),
    ],
)
def test_alarms_keep_a_session_open(alarms: list[ev.Event], said: str | None) -> None:
    assert code(as_known(story(*alarms, *ENDED)), CLOSE) == said


def test_the_refusal_names_the_alarm() -> None:
    refusal = judge(as_known(story(raised(), *ENDED)), CLOSE)
    assert refusal is not None
    assert refusal.reason == "See and answer the alarm “SpO2 low” (entry 2) before the session is closed."
