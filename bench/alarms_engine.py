"""How fast the alarm engine judges: a session at 1 Hz on one core, step by step and replayed in minutes.

python -m bench.alarms_engine
"""

from __future__ import annotations

import time
from decimal import Decimal

from reverie.science.vitals.alarms import engine
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Profile
from reverie.science.vitals.alarms.told import Linked, Passed, Sample, Situation

SECONDS = 5_400
CUFF_S = 600
_CODES = {
    "hr": "147842", "pr": "149530", "spo2": "150456", "pi": "150488", "rr": "151594", "etco2": "151708",
}  # fmt: skip


def message(second: int, *, spo2: int = 98) -> list[Sample]:
    """What a monitor says in one second; every value moves a little."""
    at_ms = second * 1000
    values = {
        "hr": 72 + second % 5,
        "pr": 72 + second % 4,
        "spo2": spo2 - second % 2,
        "pi": Decimal(20 + second % 7) / 10,
        "rr": 13 + second % 3,
        "etco2": 37 + second % 3,
    }
    rows = [
        Sample("M1", name, Decimal(value), "valid", at_ms, at_ms, _CODES[name])
        for name, value in values.items()
    ]
    if second % CUFF_S == 0:
        rows += [
            Sample("M1", name, Decimal(value), "valid", at_ms, at_ms)
            for name, value in (("nibp_sys", 124), ("nibp_dia", 76))
        ]
    return rows


def measure(rules: engine.Prepared, messages: list[list[Sample]], together: int) -> tuple[float, int, int]:
    """Samples a second, samples, and conditions at the end, in steps of so many messages."""
    nothing: tuple[Passed, ...] = ()
    memory, found = engine.begin(), ()  # type: engine.Memory, tuple[Condition, ...]
    steps = []
    for start in range(0, len(messages), together):
        batch = messages[start : start + together]
        now_ms = (start + len(batch) - 1) * 1000
        linked = (Linked("M1", 0, now_ms, 1_000),)
        situation = Situation("infusion", 0, linked, cuff_interval_ms=CUFF_S * 1000)
        steps.append((situation, [sample for one in batch for sample in one], now_ms))
    count = sum(len(samples) for _, samples, _ in steps)
    began = time.process_time()
    for situation, samples, now_ms in steps:
        memory, found = engine.step(memory, rules, situation, samples, nothing, now_ms)
    return count / (time.process_time() - began), count, len(found)


def main() -> None:
    """Print the figures."""
    rules = engine.prepare(DEFAULTS, Profile())
    quiet = [message(second) for second in range(SECONDS)]
    low = [message(second, spo2=98 if second < 60 else 89) for second in range(SECONDS)]
    for name, messages in (("quiet", quiet), ("SpO2 at 88 to 89, an alarm all the time", low)):
        for together, how in ((1, "a step each second"), (60, "a step each minute")):
            rate, count, found = max(measure(rules, messages, together) for _ in range(3))
            print(f"{name}, {how}: {rate:,.0f} samples/s ({count:,} samples, {found} conditions)")


if __name__ == "__main__":
    main()
