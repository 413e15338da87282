"""Alarms of a running clinic judged from its socket and its exports: what a monitor sends, the record tells.

Nothing here imports Reverie.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.conformance.operating.bedside import CHAIR, OTHER_CHAIR, linked
from tests.conformance.operating.demo import Running
from tests.conformance.operating.line import Line, obx, until, vitals
from tests.soak import figure

PER_MIN, PERCENT, MMHG = (
    "264864^MDC_DIM_BEAT_PER_MIN^MDC",
    "262688^MDC_DIM_PERCENT^MDC",
    "266016^MDC_DIM_MMHG^MDC",
)
WITHIN_S = 10.0


def rows(spo2: object = 97, pulse: object = 72, cuff: tuple[int, int] | None = None) -> list[str]:
    """A monitor's rows."""
    found = [
        obx("150456^MDC_PULS_OXIM_SAT_O2^MDC", spo2, PERCENT, "1.3.1.1"),
        obx("149530^MDC_PULS_OXIM_PULS_RATE^MDC", pulse, PER_MIN, "1.3.1.2"),
    ]
    if cuff is not None:
        found.append(obx("150301^MDC_PRESS_CUFF_SYS^MDC", cuff[0], MMHG, "1.4.1.1"))
        found.append(obx("150302^MDC_PRESS_CUFF_DIA^MDC", cuff[1], MMHG, "1.4.1.2"))
    return found


class Monitor:
    """A monitor that speaks once a second until the block ends."""

    def __init__(self, demo: Running, device: str) -> None:
        self.demo, self.device = demo, device
        self.now = rows()
        self.number = 0
        self.ending = threading.Event()

    def speak(self) -> None:
        """One message after the other."""
        with Line(self.demo.mllp_port) as line:
            while not self.ending.is_set():
                self.number += 1
                answer = line.ask(vitals(self.device, f"m{self.number}", self.now))
                assert answer.code == "AA", answer
                self.ending.wait(1.0)


@contextmanager
def monitor(demo: Running, device: str, chair: str = CHAIR) -> Iterator[Monitor]:
    """A monitor linked to a chair, speaking."""
    one = Monitor(demo, linked(demo, device, chair))
    thread = threading.Thread(target=one.speak, daemon=True)
    thread.start()
    try:
        yield one
    finally:
        one.ending.set()
        thread.join(WITHIN_S)


def entries(demo: Running, chair: str = CHAIR) -> list[dict[str, Any]]:
    """Every entry of the session at a chair."""
    return [one for one in demo.exported(demo.live(chair)) if "seq" in one]


def raised(demo: Running, rule: str, after: int, chair: str = CHAIR) -> dict[str, Any]:
    """The alarm of a rule that was raised after entry `after`; waits for it."""

    def look() -> dict[str, Any] | None:
        changed = [
            one
            for one in entries(demo, chair)
            if one["seq"] > after and one["kind"] in ("alarm_raised", "alarm_changed")
        ]
        return next((one for one in changed if one["body"]["rule"].startswith(rule)), None)

    found: dict[str, Any] = until(look, WITHIN_S, f"an alarm by {rule}")
    return found


def newest(demo: Running, chair: str = CHAIR) -> int:
    """The number of the newest entry."""
    return int(entries(demo, chair)[-1]["seq"])


def seconds_after_its_message(demo: Running, alarm: dict[str, Any], value: str, chair: str = CHAIR) -> float:
    """How long after the first message with `value` an alarm was recorded."""
    first = next(
        one
        for one in entries(demo, chair)
        if one["kind"] == "readings" and any(str(row[1]) == value for row in one["body"]["rows"])
    )
    return (int(alarm["recorded_ms"]) - int(first["recorded_ms"])) / 1_000


def test_a_pressure_beyond_the_extreme_limit_is_told_at_once(demo: Running) -> None:
    with monitor(demo, "WIRE-BP") as one:
        after = newest(demo)
        sent = one.number
        one.now = rows(cuff=(213, 117))
        until(lambda: one.number > sent + 1, WITHIN_S, "a message")
        one.now = rows()
        alarm = raised(demo, "sbp", after)
        late_s = seconds_after_its_message(demo, alarm, "213")
        figure("alarm after an extreme pressure, s", f"{late_s:.2f}")
        assert alarm["body"]["priority"] == "high"
        assert any("213" in one for one in _inputs(alarm))
        assert late_s < WITHIN_S


def _inputs(alarm: dict[str, Any]) -> list[str]:
    return [str(one) for one in alarm["body"]["inputs"]]


def test_a_saturation_below_eighty_is_told_within_seconds_and_raised_once(demo: Running) -> None:
    with monitor(demo, "WIRE-O2", OTHER_CHAIR) as one:
        after = newest(demo, OTHER_CHAIR)
        one.now = rows(spo2=76)
        alarm = raised(demo, "spo2-very-low", after, OTHER_CHAIR)
        figure(
            "alarm after a saturation of 76 %, s", seconds_after_its_message(demo, alarm, "76", OTHER_CHAIR)
        )
        assert alarm["body"]["priority"] == "high"
        sent = one.number
        until(lambda: one.number > sent + 2, WITHIN_S, "more messages")
        one.now = rows()
    since = [one for one in entries(demo, OTHER_CHAIR) if one["seq"] > after]
    low = [one["kind"] for one in since if one["body"].get("group") == "spo2_low"]
    assert low == ["alarm_raised"]


def test_what_the_monitor_calls_asystole_passes_at_its_own_priority(demo: Running) -> None:
    device = linked(demo, "WIRE-ASYSTOLE")
    after = newest(demo)
    event = "OBX|1|CWE|196616^MDC_EVT_ALARM^MDC|1.1.1.1|3076^MDC_EVT_ECG_ASYSTOLE^MDC|||PH~SP|||R"
    with Line(demo.mllp_port) as line:
        assert line.ask(vitals(device, "asystole", [*rows(), event])).code == "AA"
    alarm = raised(demo, "monitor", after)
    assert alarm["body"]["priority"] == "high"
    assert "ASYSTOLE" in str(alarm["body"])


def test_a_monitor_in_demonstration_mode_raises_no_saturation(demo: Running) -> None:
    with monitor(demo, "WIRE-DEMO") as one:
        after, sent = newest(demo), one.number
        one.now = [row.replace("|||||R", "||DEMO|||R") for row in rows(spo2=71)]
        until(lambda: one.number > sent + 4, WITHIN_S, "four messages")
    since = [one for one in entries(demo) if one["seq"] > after]
    assert any("'demo'" in str(one["body"]) for one in since)
    assert not [one for one in since if one["kind"] == "alarm_raised" and "spo2" in one["body"]["rule"]]
