"""The lawful states: the table's invariants."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reverie.science.session.states import ENDED, NEXT, STATES, lawful, next_states

WORDS = Path(__file__).parents[3] / "src/reverie/islands/words.ts"


def _reached_from(state: str) -> set[str]:
    found, open_ends = {state}, [state]
    while open_ends:
        for after in next_states(open_ends.pop()):
            if after not in found:
                found.add(after)
                open_ends.append(after)
    return found


def test_the_table_speaks_of_states_only() -> None:
    assert set(NEXT) == {"", *STATES}
    assert {after for row in NEXT.values() for after in row} == set(STATES)


def test_every_state_can_be_reached_from_arrival() -> None:
    assert _reached_from("arrived") == set(STATES)


@pytest.mark.parametrize("state", STATES)
def test_every_state_leads_to_closure(state: str) -> None:
    assert "closed" in _reached_from(state)


def test_only_closure_ends_it() -> None:
    assert [state for state in STATES if not next_states(state)] == ["closed"]


def test_an_emergency_can_come_from_preflight_to_recovery() -> None:
    assert {state for state in STATES if lawful(state, "emergency")} == {
        "preflight", "hold", "ready", "infusing", "paused", "completed_dose", "aborted", "recovery",
    }  # fmt: skip
    assert set(next_states("emergency")) == {"transferred", "recovery"}


def test_an_infusion_can_only_follow_readiness_or_a_pause() -> None:
    assert {state for state in STATES if lawful(state, "infusing")} == {"ready", "paused"}


def test_what_may_be_cancelled_has_not_begun() -> None:
    assert {state for state in STATES if lawful(state, "cancelled")} == {
        "arrived",
        "preflight",
        "hold",
        "ready",
    }


def test_no_way_leads_from_an_infusion_home_without_recovery_or_transfer() -> None:
    home = _reached_from("infusing")
    assert "discharged" in home
    without = {"infusing"}
    open_ends = ["infusing"]
    while open_ends:
        for after in next_states(open_ends.pop()):
            if after not in {"recovery", "transferred", *without}:
                without.add(after)
                open_ends.append(after)
    assert not without & {"discharged", "note_signed", "closed", "discharge_ready"}


def test_what_has_ended_stays_ended() -> None:
    for state in ENDED:
        assert set(next_states(state)) <= ENDED


@pytest.mark.parametrize("state", ["", "flying", "INFUSING", "arrived "])
def test_a_word_that_is_no_state_leads_nowhere(state: str) -> None:
    assert not lawful("ready", state)
    assert next_states(state) == (("arrived",) if state == "" else ())


def test_the_browser_has_a_word_for_every_state() -> None:
    told = set(re.findall(r'"state\.(\w+)"', WORDS.read_text(encoding="utf-8")))
    assert told == set(STATES)
