"""A script second by second: the messages that a monitor sends, what staff do, and what clocks do.

Values move about as in a recording of bedside numerics and pass the same judge of validity as a real
message; the same script gives the same messages. It knows no alarm and no model of a patient.
Source: one-per-minute numerics of the MIMIC waveform database, as measured (below).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random
from typing import NamedTuple
from zlib import crc32

from reverie.science.simulation.coded import CODES, FLIPPED, row_of
from reverie.science.simulation.course import Courses
from reverie.science.simulation.script import Happening, Script, read_time
from reverie.science.sources import Source
from reverie.science.vitals.reading import Reading
from reverie.science.vitals.validity import Fields, judge

MONITOR = "MONITOR"
SET_AFTER_MS = 40_000
SENTINEL_TEXTS = ("-100", "8388607", "-999")
OVER_READ = 1.3
PERFUSION_IN_MOTION = 0.2
DECIMALS = {"temp": 1, "pi": 1}
KPA_PER_MMHG = Decimal("0.133322387415")
ARTEFACTS_SOURCE = Source(
    "Reverie's artefact library for scripts", 2026, "assumed",
    "motion: SpO2 5 to 20 too low for 5 to 20 s, pulse halved or doubled; cuffs read 30 % too high",
)  # fmt: skip


class Message(NamedTuple):
    """One message as it arrived. Times are ms from the script's beginning, on one steady line.

    `alarms` are what the monitor says of itself: priority (high, medium, low, over, inhibited) and name.
    `sent` pairs names and texts as they stood in the message, before any judgement. `number` is the
    message's own: one that comes twice has the same.
    """

    device: str
    received_ms: int
    measured_ms: int
    readings: tuple[Reading, ...]
    alarms: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()
    late: bool = False
    sent: tuple[tuple[str, str], ...] = ()
    number: int = 0


class Second(NamedTuple):
    """What a second brings. `observed` pairs topic and level; `clock_by_ms`: the machine's clock steps."""

    now_ms: int
    phase: str
    phase_since_ms: int
    messages: tuple[Message, ...] = ()
    observed: tuple[tuple[str, str], ...] = ()
    set_taken: bool = False
    clock_by_ms: int = 0
    edition: str | None = None


def seconds(script: Script) -> Iterator[Second]:
    """Every second of the script."""
    monitor = _Monitor(script)
    for now_ms in range(0, script.ends_ms + 1_000, 1_000):
        phase, since_ms = script.phase_at(now_ms)
        begun = [one for one in script.happenings if one.begin_ms == now_ms]
        yield Second(
            now_ms,
            phase,
            since_ms,
            tuple(monitor.arriving(now_ms)),
            tuple((one.words[0], one.words[1]) for one in begun if one.verb == "observe"),
            _set_taken(script, now_ms) or any(one.verb == "set" for one in begun),
            sum(_signed(one.words[0]) for one in begun if one.verb == "clock" and one.words[0] != "device"),
            next((one.words[0] for one in begun if one.verb == "edition"), None),
        )


def cuff_times(script: Script) -> list[int]:
    """When the monitor takes a blood pressure by itself."""
    times = list(script.cuffs_ms)
    step = script.cuff_every_ms
    while step and times and times[-1] + step < script.ends_ms:
        times.append(times[-1] + step)
    return times


def _set_taken(script: Script, now_ms: int) -> bool:
    if not script.sets or now_ms - SET_AFTER_MS not in cuff_times(script):
        return False
    return not any(one.verb == "nosets" for one in _during(script, now_ms))


def _during(script: Script, at_ms: int) -> list[Happening]:
    return [
        one
        for one in script.happenings
        if one.begin_ms <= at_ms and (one.end_ms is None or at_ms < one.end_ms)
    ]


def _signed(word: str) -> int:
    return read_time(word[1:]) * (-1 if word[0] == "-" else 1)


class _Monitor:
    """The monitor of a script: what it sends when, and on what ways the messages come."""

    def __init__(self, script: Script) -> None:
        self.script = script
        # seeded by the name, so that a script plays the same everywhere
        self.rng = Random(crc32(script.name.encode()))  # noqa: S311
        self.courses = Courses(script, self.rng)
        self.cuffs = set(cuff_times(script))
        self.last_cuff: tuple[float, float, int] | None = None
        self.device_clock_ms = 0
        self.burst = (0, 0, 0.0, 1.0)  # begin, end, how much too low, factor of the pulse
        self.spoken = (0, 0.0, 0.0)
        self.held: list[Message] = []
        self.told: tuple[tuple[str, str], ...] = ()

    def arriving(self, now_ms: int) -> list[Message]:
        during = _during(self.script, now_ms)
        verbs = {one.verb: one for one in during}
        for one in during:
            if one.verb == "clock" and one.words[0] == "device" and one.begin_ms == now_ms:
                self.device_clock_ms += _signed(one.words[1])
        arriving, self.held = [one._replace(received_ms=now_ms) for one in self.held], []
        for one in during:
            if one.verb == "late" and one.begin_ms == now_ms:
                arriving.append(self._late(one, now_ms))
        if "lost" in verbs:
            return arriving
        message = self._message(now_ms, during, verbs)
        if "reordered" in verbs and self.rng.random() < 0.05:
            self.held.append(message)
            return arriving
        # what was held back comes behind the newer message
        arriving.insert(0, message)
        if "duplicates" in verbs and self.rng.random() < 0.10:
            arriving.append(message)
        return arriving

    def _message(self, now_ms: int, during: list[Happening], verbs: dict[str, Happening]) -> Message:
        values = self.courses.values(now_ms)
        self._disturb(values, now_ms, verbs)
        texts = {name: f"{value:.{DECIMALS.get(name, 0)}f}" for name, value in values.items()}
        times = dict.fromkeys(texts, now_ms)
        for name, value, at_ms in self._cuff(now_ms, during, verbs):
            texts[name], times[name] = value, at_ms
        flags, statuses = self._spoil(texts, now_ms, during, verbs)
        rows = [
            self._row(name, text, times[name], verbs, flags.get(name, ""), statuses.get(name, "R"))
            for name, text in texts.items()
        ]
        readings, refused = judge(rows, production="test" not in verbs)
        return Message(
            MONITOR, now_ms, now_ms + self.device_clock_ms, readings, self._says(during),
            tuple(one.reason for one in refused), sent=tuple(texts.items()),
            number=now_ms // 1_000,
        )  # fmt: skip

    def _row(
        self, name: str, text: str, at_ms: int, verbs: dict[str, Happening], flags: str, status: str
    ) -> Fields:
        code = (FLIPPED if "codes" in verbs else {}).get(name, CODES[name])
        unit = ""
        if name in ("sys", "dia") and "kpa" in verbs and text:
            text, unit = str((Decimal(text) * KPA_PER_MMHG).quantize(Decimal("0.1"))), "kPa"
        return row_of(code, text, at_ms + self.device_clock_ms, unit=unit, flags=flags, status=status)

    def _disturb(self, values: dict[str, float], now_ms: int, verbs: dict[str, Happening]) -> None:
        if "motion" in verbs and "spo2" in values:
            if now_ms >= self.burst[1]:
                begin = now_ms + self.rng.randrange(5, 30) * 1_000
                length = self.rng.randint(5, 20) * 1_000
                self.burst = (begin, begin + length, self.rng.uniform(5, 20), self.rng.choice((0.5, 2.0)))
            if self.burst[0] <= now_ms < self.burst[1]:
                values["spo2"] -= self.burst[2]
                if "pr" in values:
                    values["pr"] *= self.burst[3]
                if "pi" in values:
                    values["pi"] = PERFUSION_IN_MOTION
        if "talking" in verbs and "rr" in values:
            if now_ms >= self.spoken[0]:
                until = now_ms + self.rng.randint(3, 8) * 1_000
                self.spoken = (until, self.rng.uniform(-3, 8), self.rng.uniform(0, 12))
            values["rr"] += self.spoken[1]
            if "etco2" in values:
                values["etco2"] -= self.spoken[2]

    def _cuff(
        self, now_ms: int, during: list[Happening], verbs: dict[str, Happening]
    ) -> Iterator[tuple[str, str, int]]:
        if "cuff" not in self.script.monitor:
            return
        said = [one for one in during if one.verb == "cuff" and one.begin_ms == now_ms and one.end_ms is None]
        near = any(one.verb == "cuff" and one.end_ms is None and one.words[0] != "none"
                   and abs(one.begin_ms - now_ms) <= 60_000 for one in self.script.happenings)  # fmt: skip
        missing = any(one.verb == "cuff" and one.words == ("none",) and one.end_ms for one in during)
        pair: tuple[float, float] | None = None
        if said and said[0].words[0] == "over":
            sys, dia = self.courses.pressure(now_ms)
            pair = sys * OVER_READ, dia * OVER_READ
        elif said:
            sys_text, _, dia_text = said[0].words[0].partition("/")
            pair = float(sys_text), float(dia_text)
        elif now_ms in self.cuffs and not near and not missing:
            pair = self.courses.pressure(now_ms)
        if pair is not None:
            self.last_cuff = (*pair, now_ms)
        elif "repeats" not in verbs:
            return
        if self.last_cuff is not None:
            sys, dia, at_ms = self.last_cuff
            yield "sys", f"{sys:.0f}", at_ms
            yield "dia", f"{dia:.0f}", at_ms

    def _spoil(
        self, texts: dict[str, str], now_ms: int, during: list[Happening], verbs: dict[str, Happening]
    ) -> tuple[dict[str, str], dict[str, str]]:
        flags: dict[str, str] = {}
        statuses: dict[str, str] = {}
        burst = "motion" in verbs and self.burst[0] <= now_ms < self.burst[1]
        if burst and "doubt" in verbs["motion"].words:
            flags |= dict.fromkeys(("spo2", "pr"), "QUES")
        if "demo" in verbs:
            flags |= dict.fromkeys(texts, "DEMO")
        if "limb" in verbs:
            before_ms = int(verbs["limb"].words[0]) * 1_000
            if any(now_ms <= at < now_ms + before_ms for at in self.cuffs):
                during = [*during, Happening(now_ms, None, "none", ("spo2", "pr"))]
        for one in during:
            for name in one.words:
                if name not in texts:
                    continue
                if one.verb == "zero":
                    texts[name] = "0"
                elif one.verb == "none":
                    texts[name], statuses[name] = "", "X"
                elif one.verb == "absent":
                    del texts[name]
                elif one.verb == "sentinel":
                    texts[name] = SENTINEL_TEXTS[now_ms // 7_000 % 3]
                elif one.verb == "doubt":
                    flags[name] = "QUES"
                elif one.verb == "flag":
                    flags[name] = one.words[0]
        return flags, statuses

    def _says(self, during: list[Happening]) -> tuple[tuple[str, str], ...]:
        """What the monitor alarms itself, in every message while it does, and once that it is over."""
        now = tuple((one.words[0], " ".join(one.words[1:])) for one in during if one.verb == "monitor")
        if any(one.verb == "inhibited" for one in during):
            now = (*now, ("inhibited", ""))
        ended = tuple(("over", name) for one, name in self.told if one != "over" and (one, name) not in now)
        self.told = now
        return (*now, *ended)

    def _late(self, one: Happening, now_ms: int) -> Message:
        sys_text, _, dia_text = one.words[1].partition("/")
        at_ms = read_time(one.words[2])
        rows = [
            self._row(name, text, at_ms, {}, "", "R") for name, text in (("sys", sys_text), ("dia", dia_text))
        ]
        readings, _ = judge(rows, production=True)
        return Message(MONITOR, now_ms, at_ms, readings, late=True)
