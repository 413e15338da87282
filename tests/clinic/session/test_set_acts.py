"""Recording a set: typed, confirmed, left to the device, observed; and what is offered to be confirmed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.clinic.kernel import access, clock
from reverie.clinic.session import acts, due_sets, folds, questions
from reverie.clinic.session.acts import Declined, Value
from reverie.clinic.session.models import Session
from reverie.science.session import events
from reverie.science.session.fold import STAFF
from tests.cast import Cast
from tests.clinic.session.made import MONITOR, message, opened, row, tell

pytestmark = pytest.mark.django_db


def last_set(session: Session) -> events.VitalsRecorded:
    line = questions.sets_by_hand(folds.fold_of(session.stream).state)[-1]
    assert isinstance(line.now, events.VitalsRecorded)
    return line.now


def told(session: Session) -> int:
    """A monitor that has just spoken; gives the time of day in ms."""
    now_ms = clock.to_ms(clock.now())
    tell(
        session,
        message(1, row("spo2", "97"), row("hr", "71"), row("rr", None, "not_available"), at_ms=now_ms),
        message(
            2,
            row("nibp_sys", "128", at_ms=now_ms - 20_000),
            row("nibp_dia", "82", at_ms=now_ms - 20_000),
            at_ms=now_ms,
        ),
        message(3, row("nibp_sys", None, "not_available"), row("temp", "99", "demo"), at_ms=now_ms),
    )
    return clock.to_ms(clock.now())


def test_what_is_offered_is_what_the_monitor_told_lately_and_can_be_confirmed(cast: Cast) -> None:
    session = opened(cast)
    now_ms = told(session)
    fold = folds.fold_of(session.stream)
    offered = due_sets.offered(fold, now_ms)
    assert [(one["p"], one["v"]) for one in offered] == [
        ("nibp_sys", "128"), ("nibp_dia", "82"), ("hr", "71"), ("spo2", "97"),
    ]  # fmt: skip
    assert 19_000 <= now_ms - offered[0]["measured"] <= 25_000
    hows = dict(zip(("nibp_sys", "nibp_dia", "hr", "spo2"), ["confirmed"] * 3 + ["device"], strict=True))
    values = [
        Value(one["p"], Decimal(one["v"]), hows[one["p"]], one["d"], one["measured"]) for one in offered
    ]
    due = due_sets.expected(fold.state)
    assert due is not None
    acts.record_set(
        cast.nurse, session, [*values, Value("rr", Decimal(14))], "k", due_ms=due["due"], arousal="drowsy",
        comfort="uneasy", nausea=2, symptoms=["vomiting"],
    )  # fmt: skip
    event = last_set(session)
    assert {one.parameter: one.how for one in event.taken} == hows
    assert (event.arousal, event.arousal_level, event.distress, event.nausea) == ("drowsy", 4, 3, 2)
    assert (event.symptoms, event.due_ms) == (("vomiting",), due["due"])
    state = folds.fold_of(session.stream).state
    # what nobody confirmed is no word of staff
    # what was confirmed keeps its device and its time
    assert {name for device, name in state.latest if device == STAFF} == {"rr"}
    words = questions.lines(state)[0]["words"]
    assert words.startswith("Set by hand: respiration 14 /min, arousal: drowsy")
    assert "confirmed: pressure 128/82 mmHg, heart rate 71 /min" in words
    assert "device, not confirmed: SpO2 97 %" in words
    after = due_sets.expected(state)
    assert after is not None
    assert after["due"] > due["due"] - 1_000


def test_what_is_old_is_not_offered(cast: Cast) -> None:
    session = opened(cast)
    now_ms = told(session)
    fold = folds.fold_of(session.stream)
    assert [one["p"] for one in due_sets.offered(fold, now_ms + 90_000)] == ["nibp_sys", "nibp_dia"]
    assert due_sets.offered(fold, now_ms + 400_000) == []


def test_what_the_monitor_never_told_cannot_be_confirmed(cast: Cast) -> None:
    session = opened(cast)
    now_ms = told(session)
    (spo2,) = (one for one in due_sets.offered(folds.fold_of(session.stream), now_ms) if one["p"] == "spo2")
    for value, device, at_ms in (
        ("79", spo2["d"], spo2["measured"]),
        (spo2["v"], "Other^1", spo2["measured"]),
        (spo2["v"], spo2["d"], spo2["measured"] - 1),
        (spo2["v"], MONITOR, None),
    ):
        with pytest.raises(Declined, match="has not told"):
            acts.record_set(
                cast.nurse, session, [Value("spo2", Decimal(value), "confirmed", device, at_ms)], ""
            )


def test_a_set_is_recorded_once_and_by_those_at_the_chair(cast: Cast) -> None:
    session = opened(cast)
    for _ in range(2):
        acts.record_set(cast.nurse, session, [], "k", arousal="alert")
    assert len(questions.sets_by_hand(folds.fold_of(session.stream).state)) == 1
    with pytest.raises(access.Refused):
        acts.record_set(cast.users["therapist"], session, [], "l", arousal="alert")
    for wrong in ({"symptoms": ["magic"]}, {"nausea": 11}):
        with pytest.raises(Declined):
            acts.record_set(cast.nurse, session, [], "m", arousal="alert", **wrong)
    with pytest.raises(Declined, match="below the upper"):
        acts.record_vitals(cast.nurse, session, {"nibp_sys": Decimal(80), "nibp_dia": Decimal(120)}, "n")


def test_words_by_hand_carry_their_level_and_other_words_none(cast: Cast) -> None:
    session = opened(cast)
    acts.record_vitals(cast.nurse, session, {"hr": Decimal(70)}, "a", arousal="does not rouse")
    assert last_set(session).arousal_level == 0
    acts.record_vitals(
        cast.nurse, session, {"hr": Decimal(70)}, "b", arousal="floating", comfort="distressed"
    )
    assert (last_set(session).arousal_level, last_set(session).distress) == (None, 7)


def test_a_corrected_set_keeps_what_was_not_changed(cast: Cast) -> None:
    taken = (events.Taken("spo2", "confirmed", MONITOR, 5), events.Taken("hr", "device", MONITOR, 5))
    now = events.VitalsRecorded(
        None, acts.rows_by_hand({"spo2": Decimal(97), "hr": Decimal(70), "weight": Decimal(80)}), "floating",
        None, 99, taken, 3, None, 4, ("vomiting",),
    )  # fmt: skip
    same = acts.set_instead(now, {"spo2": Decimal(97), "hr": Decimal(70)}, "floating", "", {"weight"})
    assert {row.parameter for row in same.rows} == {"spo2", "hr", "weight"}
    assert (same.taken, same.arousal_level, same.due_ms, same.symptoms) == (taken, 3, 99, ("vomiting",))
    other = acts.set_instead(now, {"spo2": Decimal(79), "hr": Decimal(70)}, "alert", "anxious", {"weight"})
    assert [one.parameter for one in other.taken] == ["hr"]
    assert (other.arousal_level, other.distress, other.nausea) == (5, 5, 4)


def test_every_due_time_is_told_with_what_answered_it(cast: Cast) -> None:
    session = opened(cast)
    now_ms = told(session)
    acts.record_set(cast.nurse, session, [], "k", arousal="alert")
    fold = folds.fold_of(session.stream)
    cadence_ms = due_sets.expected(fold.state)
    assert cadence_ms is not None
    later_ms = cadence_ms["overdue"] + 1
    first, missed, coming = due_sets.answered(fold, later_ms)
    assert (first["by"], first["late"]) == ("staff", False)
    assert (missed["by"], missed["due"], coming["by"]) == ("nothing", cadence_ms["due"], "")
    tell(session, message(9, row("spo2", "95"), at_ms=now_ms), recorded_ms=cadence_ms["due"])
    fold = folds.fold_of(session.stream)
    _first, missed, _coming = due_sets.answered(fold, later_ms)
    assert (missed["by"], missed["values"]) == ("device", {"spo2": 95.0})
