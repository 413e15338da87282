"""What reports on the infusion do to what is known of it. Facts are never refused: an unlawful one is said.

It computes no delivered dose; it keeps status, rate and times as they were reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reverie.science.session.kinds import (
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    RateChanged,
)
from reverie.science.session.state import Recorded, State, deviate, is_older

Effect = Callable[[State, Recorded, Any, bool], State]


def _infusion_moved(state: State, one: Recorded, late: bool) -> bool:
    now = state.infusion
    return is_older(one, late, now.since_ms) or is_older(one, late, now.rate_since_ms)


def _started(state: State, one: Recorded, event: InfusionStarted, late: bool) -> State:
    now = state.infusion
    if _infusion_moved(state, one, late):
        # the start itself may come late, after a pause or a stop that was recorded at once
        return (
            state
            if now.started_ms is not None
            else state._replace(
                infusion=now._replace(started_ms=one.occurred_ms, drug=event.drug, volume_ml=event.volume_ml)
            )
        )
    at = one.occurred_ms
    after = state._replace(
        infusion=now._replace(
            status="running", since_ms=at, rate_ml_per_h=event.rate_ml_per_h, rate_since_ms=at, started_ms=at,
            source=event.source, device=event.device, drug=event.drug, volume_ml=event.volume_ml,
            infused_ml=None, seq=one.seq,
        )
    )  # fmt: skip
    if now.status in ("running", "paused"):
        return deviate(after, one, f"the infusion started, while it was {now.status}")
    if state.phase not in ("ready", "infusing", "paused"):
        return deviate(after, one, f"the infusion started, while the session was {state.phase or 'not open'}")
    return after


def _rate_changed(state: State, one: Recorded, event: RateChanged, late: bool) -> State:
    if _infusion_moved(state, one, late):
        return state
    now = state.infusion
    after = state._replace(
        infusion=now._replace(
            rate_ml_per_h=event.rate_ml_per_h, rate_since_ms=one.occurred_ms, source=event.source,
            device=event.device, seq=one.seq,
        )
    )  # fmt: skip
    if now.status not in ("running", "paused"):
        return deviate(after, one, "the rate changed, while no infusion ran")
    return after


def _turned(status: str, lawful_from: tuple[str, ...], words: str) -> Effect:
    def turn(state: State, one: Recorded, event: Any, late: bool) -> State:
        if _infusion_moved(state, one, late):
            return state
        now = state.infusion
        then = now._replace(
            status=status, since_ms=one.occurred_ms, source=event.source, device=event.device, seq=one.seq
        )
        if isinstance(event, InfusionResumed) and event.rate_ml_per_h is not None:
            then = then._replace(rate_ml_per_h=event.rate_ml_per_h, rate_since_ms=one.occurred_ms)
        if isinstance(event, InfusionStopped) and event.volume_ml is not None:
            then = then._replace(infused_ml=event.volume_ml)
        after = state._replace(infusion=then)
        return after if now.status in lawful_from else deviate(after, one, words)

    return turn


INFUSION_EFFECTS: Mapping[type[Any], Effect] = {
    InfusionStarted: _started,
    RateChanged: _rate_changed,
    InfusionPaused: _turned("paused", ("running",), "the infusion was paused, while it did not run"),
    InfusionResumed: _turned("running", ("paused",), "the infusion was resumed, while it was not paused"),
    InfusionStopped: _turned("stopped", ("running", "paused"), "the infusion was stopped, while none ran"),
}
