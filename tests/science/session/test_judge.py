"""What an act may append: lawful steps only, and nothing after closure but amendments."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.science.session import events as ev
from reverie.science.session.fold import EMPTY, State, advance, as_known, judge
from reverie.science.session.rows import USUAL
from reverie.science.session.states import STATES, lawful
from tests import strategies as s

OPENED = ev.Opened("2", "p-17", "AB", "depression", None, "Ash House", None)
RATE = Decimal("52.5")
HR = ev.Readings("MON", "c", None, None, "00", (ev.Row("hr", Decimal(72), "valid", *USUAL["hr"], "", None),))
WAY = [
    "arrived", "preflight", "ready", "infusing", "completed_dose", "recovery", "discharge_ready",
    "discharged", "note_signed", "closed",
]  # fmt: skip


def known(*events: ev.Event) -> State:
    return as_known(s.entries_of([OPENED, *events]))


def at(state: str, *events: ev.Event) -> State:
    """A session that went straight to `state`, whatever that took."""
    return known(ev.StateChanged("arrived", state, ""), *events) if state != "arrived" else known(*events)


def code(state: State, event: ev.Event) -> str | None:
    refusal = judge(state, event)
    if refusal is None:
        return None
    assert refusal.reason[0].isupper()
    assert refusal.reason.endswith(".")
    return refusal.code


def test_a_whole_session_goes_its_way() -> None:
    state = EMPTY
    start = ev.InfusionStarted(RATE, "staff")
    stop = ev.InfusionStopped("staff", "", "dose given")
    steps: list[ev.Event] = [OPENED, HR]
    for before, after in pairwise(WAY):
        steps += [start] if after == "infusing" else [stop] if after == "completed_dose" else []
        steps.append(ev.StateChanged(before, after, ""))
    steps += [s.late(ev.Note("restless")), ev.Signed("reviewed", "O. Berg", "prescriber", "ab" * 32, "")]
    for seq, step in enumerate(steps, start=1):
        assert judge(state, step) is None
        state = advance(state, s.entry(seq, step, s.START_MS + seq))
    assert state.phase == "closed"
    assert state.deviations == ()


@s.examples
@given(st.sampled_from(STATES), st.sampled_from(STATES), st.sampled_from(STATES))
def test_only_lawful_steps_from_where_the_session_is(now: str, told: str, to: str) -> None:
    refused = code(at(now), ev.StateChanged(told, to, ""))
    assert (refused is None) == (told == now and lawful(now, to))
    if now == "closed":
        assert refused == "closed"


@s.examples
@given(s.streams(), s.charted)
def test_what_is_allowed_brings_no_deviation(stream: list[ev.Event], event: ev.Event) -> None:
    state = as_known(stream)
    refused = judge(state, event)
    seq = state.last_seq + 1
    after = advance(state, s.entry(seq, event, s.START_MS + 10**8))
    new = [said for said in after.deviations if said.seq == seq]
    if refused is None and getattr(event, "source", "staff") == "staff":
        assert not new
    elif new and isinstance(event, ev.StateChanged):
        assert refused is not None


@pytest.mark.parametrize("state", STATES)
def test_an_infusion_starts_from_ready_or_paused_only(state: str) -> None:
    allowed = state in ("ready", "paused")
    assert (code(at(state), ev.InfusionStarted(RATE, "staff")) is None) == allowed


@pytest.mark.parametrize("state", [state for state in STATES if state != "closed"])
def test_what_the_pump_reports_is_never_refused(state: str) -> None:
    for event in (
        ev.InfusionStarted(Decimal("900"), "device", "PUMP"),
        ev.RateChanged(None, "device", "PUMP"),
        ev.InfusionPaused("device", "PUMP", "occlusion"),
        ev.InfusionResumed(None, "device", "PUMP"),
        ev.InfusionStopped("device", "PUMP", "end"),
        HR,
        ev.DeviceLost("PUMP", "silent", 0),
        ev.ClockStepped(60_000),
    ):
        assert judge(at(state), event) is None


def test_acts_on_the_infusion_fit_what_it_does() -> None:
    start, pause = ev.InfusionStarted(RATE, "staff"), ev.InfusionPaused("staff")
    none, running, paused = at("ready"), at("ready", start), at("paused", start, pause)
    verdicts = {
        "start": [code(state, start) for state in (none, running, paused)],
        "rate": [code(state, ev.RateChanged(RATE, "staff")) for state in (none, running, paused)],
        "pause": [code(state, pause) for state in (none, running, paused)],
        "resume": [code(state, ev.InfusionResumed(None, "staff")) for state in (none, running, paused)],
        "stop": [code(state, ev.InfusionStopped("staff")) for state in (none, running, paused)],
    }
    assert verdicts == {
        "start": [None, "infusion_runs", "infusion_runs"],
        "rate": ["no_infusion", None, None],
        "pause": ["no_infusion", None, "no_infusion"],
        "resume": ["not_paused", "not_paused", None],
        "stop": ["no_infusion", None, None],
    }


def test_a_forgotten_pause_is_not_resumed_in_recovery() -> None:
    start, pause = ev.InfusionStarted(RATE, "staff"), ev.InfusionPaused("staff")
    assert code(at("recovery", start, pause), ev.InfusionResumed(None, "staff")) == "not_ready"


@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal("-1")])
def test_a_rate_is_above_zero(rate: Decimal | None) -> None:
    assert code(at("ready"), ev.InfusionStarted(rate, "staff")) == "rate"
    running = at("ready", ev.InfusionStarted(RATE, "staff"))
    assert code(running, ev.RateChanged(rate, "staff")) == "rate"


def test_nothing_before_the_opening_and_one_opening_only() -> None:
    assert code(EMPTY, ev.Note("calm")) == "not_open"
    assert code(EMPTY, OPENED) is None
    assert code(known(), OPENED) == "opened"


def test_after_closure_only_amendments() -> None:
    closed = at("closed", ev.Note("calm"))
    for event in (ev.Note("x"), HR, ev.StaffIn("7", "I", "nurse"), ev.StateChanged("closed", "recovery", ""),
                  ev.InfusionStarted(RATE, "device", "PUMP")):  # fmt: skip
        assert code(closed, event) == "closed"
    for event in (
        s.correction(3, "note", ev.Note("restless")),
        s.late(ev.Note("y")),
        ev.Redaction(3, "error"),
        ev.Signed("reviewed", "O", "prescriber", "ab" * 32, ""),
    ):
        assert code(closed, event) is None


def test_a_correction_refers_to_something_once() -> None:
    note, other = ev.Note("calm"), ev.Note("restless")
    state = known(note, HR, s.correction(2, "note", other))
    assert code(known(note), s.correction(3, "note", other)) == "no_correction"
    assert code(known(note), s.correction(0, "note", other)) == "no_correction"
    assert code(known(note, HR), s.correction(2, "readings", HR)) == "no_correction"
    assert code(known(note, HR), s.correction(3, "readings", HR)) is None
    refusal = judge(state, s.correction(2, "note", None))
    assert refusal is not None
    assert refusal.code == "corrected"
    assert "Correct entry 4 instead" in refusal.reason
    # the correction itself can be corrected or withdrawn, and then the entry anew
    assert code(state, s.correction(4, "note", None)) is None
    withdrawn = known(note, HR, s.correction(2, "note", other), s.correction(4, "note", None))
    assert code(withdrawn, s.correction(2, "note", None)) is None


def test_a_correction_holds_what_can_be_read() -> None:
    broken = ev.Correction(2, "mistyped", "note", 2, {"text": 7, "subject": ""})
    assert code(known(ev.Note("calm")), broken) == "no_correction"


def test_a_late_entry_holds_what_can_be_entered_late() -> None:
    state = known()
    assert code(state, s.late(ev.Note("calm"))) is None
    assert code(state, ev.LateEntry("note", 2, {"text": "calm", "subject": ""}, " ")) == "reason"
    assert code(state, ev.LateEntry("note", 2, {"text": ""}, "busy")) == "unreadable"
    for event in (OPENED, s.late(ev.Note("x")), s.correction(1, "opened", OPENED), ev.ClockStepped(1)):
        assert code(state, s.late(event)) == "not_late"


def test_redacted_content_is_gone() -> None:
    state = known(ev.Note("calm"), ev.Redaction(2, "wrong patient"))
    assert code(state, ev.Redaction(2, "again")) == "redacted"
    assert code(state, s.correction(2, "note", None)) == "redacted"
    assert code(state, ev.Redaction(3, "hide it")) == "not_redacted"
    assert code(state, ev.Redaction(4, "nothing there")) == "no_entry"


def test_one_person_is_at_the_chair_once() -> None:
    come, go = ev.StaffIn("7", "Ines Roth", "nurse"), ev.StaffOut("7", "Ines Roth", "nurse")
    assert code(known(come), come) == "present"
    assert code(known(), go) == "absent"
    assert code(known(come), go) is None
    assert code(known(come, go), come) is None


def test_an_empty_set_of_vitals_says_nothing() -> None:
    assert code(known(), ev.VitalsRecorded(None, ())) == "empty"
    assert code(known(), ev.VitalsRecorded(None, (), comfort="at ease")) is None
