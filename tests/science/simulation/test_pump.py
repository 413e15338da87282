"""The simulated pump: exact volumes, its states, and what it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.simulation.pump import (
    UNITS_PER_ML,
    Act,
    Program,
    Pump,
    do,
    follow,
    report,
    run,
    switch_on,
    to_resolution,
)
from tests.scale import scale

MINUTE_MS = 60_000


def values(program: Program, pump: Pump) -> dict[str, str]:
    """Value by name of the rows that have one."""
    return {row.name: row.value for row in report(program, pump) if row.value}


def test_35_mg_at_1_mg_per_ml_takes_exactly_40_minutes() -> None:
    program = Program(acts=(Act(0, "start"),))
    nearly = follow(switch_on(program), program.acts, 0, 40 * MINUTE_MS - 1)
    assert (nearly.state, nearly.to_infuse - nearly.infused) == ("infusing", 525)
    done = run(nearly, 1)
    assert (done.state, done.infused_ml, done.flow_ml_per_h) == ("completed", Decimal("35.00"), Decimal(0))
    assert run(done, MINUTE_MS) == done


def test_a_pause_holds_the_volume_and_its_report_says_paused() -> None:
    acts = (Act(0, "start"), Act(10 * MINUTE_MS, "pause"), Act(15 * MINUTE_MS, "resume"))
    program = Program(acts=acts)
    paused = follow(switch_on(program), acts, 0, 12 * MINUTE_MS)
    assert (paused.state, paused.infused_ml) == ("paused", Decimal("8.75"))
    said = values(program, paused)
    assert said["MDC_FLOW_FLUID_PUMP_CURRENT"] == "0"
    assert said["MDC_VOL_FLUID_DELIV_TOTAL"] == "8.75"
    assert said["MDC_PUMP_INFUSING_STATUS"] == "^pump-status-paused"
    assert said["MDC_PUMP_NOT_DELIVERING_REASON"] == "^pump-stopped-paused"
    again = follow(paused, acts, 12 * MINUTE_MS, 20 * MINUTE_MS)
    assert (again.state, again.infused_ml) == ("infusing", Decimal("13.12"))
    said = values(program, again)
    assert said["MDC_FLOW_FLUID_PUMP_CURRENT"] == "52.5"
    assert "MDC_PUMP_NOT_DELIVERING_REASON" not in said


def test_a_changed_rate_counts_from_its_own_moment() -> None:
    acts = (Act(0, "start"), Act(MINUTE_MS, "rate", Decimal("60.0")), Act(2 * MINUTE_MS, "stop"))
    pump = follow(switch_on(Program(acts=acts)), acts, 0, 3 * MINUTE_MS)
    assert pump.infused == (525 + 600) * MINUTE_MS
    assert pump.state == "stopped"


def test_volumes_reported_add_up_to_what_was_set() -> None:
    program = Program(volume_ml=Decimal("17.5"), rate_ml_per_h=Decimal("26.3"), acts=(Act(0, "start"),))
    for minute in range(45):
        said = values(program, follow(switch_on(program), program.acts, 0, minute * MINUTE_MS))
        given_ml, left_ml = said["MDC_VOL_FLUID_DELIV_TOTAL"], said["MDC_VOL_FLUID_TBI_REMAIN"]
        assert Decimal(given_ml) + Decimal(left_ml) == Decimal("17.5")


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        ("idle", "pause", "idle"),
        ("idle", "resume", "idle"),
        ("infusing", "start", "infusing"),
        ("paused", "start", "paused"),
        ("paused", "stop", "stopped"),
        ("stopped", "resume", "stopped"),
        ("completed", "start", "completed"),
        ("completed", "rate", "completed"),
    ],
)
def test_an_act_that_the_state_does_not_allow_changes_nothing(state: str, act: str, after: str) -> None:
    pump = Pump(state, Decimal("52.5"), 0, UNITS_PER_ML)
    assert do(pump, Act(0, act, Decimal("10.0"))) == pump._replace(state=after)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate_ml_per_h": Decimal("52.55")}, "cannot run at 52.55"),
        ({"rate_ml_per_h": Decimal(0)}, "cannot run at 0"),
        ({"rate_ml_per_h": Decimal(1201)}, "cannot run at 1201"),
        ({"volume_ml": Decimal(0)}, "give 0 mL"),
        ({"volume_ml": Decimal("0.00000001")}, "cannot be set"),
        ({"acts": (Act(0, "rate", Decimal("0.01")),)}, "cannot run at 0.01"),
        ({"acts": (Act(0, "bolus"),)}, "the pump knows"),
        ({"acts": (Act(5, "start"), Act(0, "pause"))}, "order of time"),
    ],
)
def test_a_program_that_no_pump_would_take_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Program(**changes)  # type: ignore[arg-type]  # the table holds fields of several types


def test_rates_are_rounded_to_a_tenth() -> None:
    assert to_resolution(Decimal("26.25")) == Decimal("26.2")
    assert to_resolution(Decimal("26.251")) == Decimal("26.3")


ACTS = st.builds(
    Act,
    st.integers(0, 7_200_000),
    st.sampled_from(["start", "pause", "resume", "stop", "rate"]),
    st.integers(1, 12_000).map(lambda tenths: Decimal(tenths) / 10),
)


@settings(max_examples=scale(test=200, soak=20_000), deadline=None)
@given(
    st.lists(ACTS, max_size=8).map(lambda acts: tuple(sorted(acts, key=lambda act: act.at_ms))),
    st.lists(st.integers(0, 7_200_000), min_size=1, max_size=6).map(sorted),
)
def test_where_the_pump_is_does_not_depend_on_how_often_it_is_asked(
    acts: tuple[Act, ...], asked_ms: list[int]
) -> None:
    program = Program(volume_ml=Decimal(200), acts=acts)
    once = follow(switch_on(program), acts, 0, asked_ms[-1])
    often, at_ms, before = switch_on(program), 0, 0
    for until_ms in asked_ms:
        often = follow(often, acts, at_ms, until_ms)
        assert before <= often.infused <= often.to_infuse
        at_ms, before = until_ms, often.infused
    assert often == once
