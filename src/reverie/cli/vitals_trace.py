"""From a script or a recording to the lanes and alarm bars of a picture: what was sent, and what was said.

Values are drawn as they were judged: what was no value is a gap with its cause. It raises no alarm itself and
names no limit that is not in the rules. It imports no Django.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from reverie.formats.lanes import Bar, Gap, Lane, Picture, Row
from reverie.science.simulation.alarmed import Alarm
from reverie.science.simulation.scripted import Message
from reverie.science.vitals.alarms.rules import Limit, Ruleset
from reverie.science.vitals.alarms.told import PRIORITIES
from reverie.science.vitals.reading import Reading

GOOD = ("valid", "questionable")
WORDS = {"demo": "demo", "test": "test", "calibration": "calibration", "overflow": "off scale"}
GROUP_WORDS = {"hr": "heart rate", "spo2": "SpO2", "rr": "respiration", "bp": "blood pressure"}
MINUTE_MS = 60_000
STEPS_MS = (1, 2, 5, 10, 15, 30, 60, 120, 240, 480)


@dataclass(frozen=True)
class Kind:
    """A lane: its parameters, its axis, and the signal of the rules whose limits it shows."""

    label: str
    unit: str
    parameters: tuple[str, ...]
    low: float
    high: float
    signal: str
    note: str = ""


KINDS = (
    Kind("SpO2", "%", ("spo2",), 75, 100, "spo2"),
    Kind("Heart rate", "/min", ("hr",), 30, 150, "hr", "ECG"),
    Kind("Pulse", "/min", ("pr",), 30, 150, "", "oximeter"),
    Kind("Blood pressure", "mmHg", ("nibp_sys", "nibp_dia"), 40, 220, "sbp", "cuff"),
    Kind("Respiration", "/min", ("rr",), 0, 40, "rr"),
    Kind("EtCO2", "mmHg", ("etco2",), 0, 60, ""),
)


@dataclass
class Track:
    """The values of one parameter as they come: stretches of values, and gaps between them."""

    runs: list[list[tuple[float, float]]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    last_ms: int | None = None
    gap: tuple[int, str] | None = None

    def take(self, at_ms: int, value: float | None, cause: str, step_ms: int) -> None:
        """One value, or none and why. A silence longer than `step_ms` before it is a gap too."""
        if self.last_ms is not None and at_ms - self.last_ms > step_ms:
            self._close(self.last_ms + step_ms)
            self.gaps.append(
                Gap(self.last_ms + step_ms, at_ms, _long("no data", self.last_ms + step_ms, at_ms))
            )
            self.runs.append([])
        if value is None and (self.gap is None or self.gap[1] != cause):
            self._close(at_ms)
            self.gap = (at_ms, cause)
        elif value is not None:
            self._close(at_ms)
            if not self.runs:
                self.runs.append([])
            self.runs[-1].append((at_ms, value))
        self.last_ms = at_ms

    def end(self, at_ms: int, step_ms: int) -> None:
        """Nothing more comes."""
        if self.last_ms is not None and at_ms - self.last_ms > step_ms:
            self.take(at_ms, None, "no data", step_ms)
        self._close(at_ms)

    def _close(self, at_ms: int) -> None:
        if self.gap is not None and at_ms > self.gap[0]:
            self.gaps.append(Gap(self.gap[0], at_ms, _long(self.gap[1], self.gap[0], at_ms)))
            self.runs.append([])
        self.gap = None


def picture_of(
    title: str,
    messages: Iterable[Message],
    alarms: Sequence[Alarm],
    rules: Ruleset,
    *,
    end_ms: int,
    step_ms: int,
    stages: Sequence[tuple[float, float, str]] = (),
    time_words: Callable[[float], str],
) -> Picture:
    """A picture of what messages held and of the alarms. Times in ms; messages come every `step_ms`."""
    tracks: dict[str, Track] = {}
    cuffs: dict[int, dict[str, float]] = {}
    for message in messages:
        if message.late:
            continue
        for one in message.readings:
            if one.parameter in ("nibp_sys", "nibp_dia"):
                _keep_cuff(cuffs, message, one)
            elif one.parameter is not None:
                value = float(one.value) if one.value is not None and one.validity in GOOD else None
                cause = "" if value is not None else _cause(one, message)
                tracks.setdefault(one.parameter, Track()).take(message.received_ms, value, cause, step_ms)
    for track in tracks.values():
        track.end(end_ms, step_ms)
    pairs = [(at, one["nibp_sys"], one["nibp_dia"]) for at, one in sorted(cuffs.items()) if len(one) == 2]
    minutes = end_ms / MINUTE_MS
    return Picture(
        title=title,
        note=_summary(alarms, rules),
        begin=0,
        end=end_ms,
        lanes=[
            _lane(kind, tracks.get(kind.parameters[0]), pairs, rules)
            for kind in KINDS
            if (pairs if kind.signal == "sbp" else _held(tracks.get(kind.parameters[0])))
        ],
        rows=rows_of(alarms, rules, end_ms),
        stages=stages,
        time_words=time_words,
        tick_every=next((one for one in STEPS_MS if minutes / one <= 14), STEPS_MS[-1]) * MINUTE_MS,
    )


def rows_of(alarms: Sequence[Alarm], rules: Ruleset, end_ms: int) -> list[Row]:
    """One row for each group of rules, the weightiest first."""
    labels = {rule.id: rule.label for rule in rules.rules}
    grouped: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        grouped.setdefault(alarm.group, []).append(alarm)

    def weight(group: str) -> tuple[int, int]:
        return -max(PRIORITIES.index(one.priority) for one in grouped[group]), grouped[group][0].begun_ms

    rows = []
    for group in sorted(grouped, key=weight):
        bars = []
        for alarm in grouped[group]:
            ends = [span.at_ms for span in alarm.spans[1:]] + [alarm.ended_ms or end_ms]
            told = ""
            for span, end in zip(alarm.spans, ends, strict=True):
                now = span.condition
                words = f"{now.priority.upper()} {labels.get(now.rule, now.subject or now.rule)}"
                new = now.eased_ms is None and words != told
                bars.append(
                    Bar(span.at_ms, end, now.priority, words if new else "", now.eased_ms is not None)
                )
                told = words
        rows.append(Row(_named(group), bars))
    return rows


def _named(group: str) -> str:
    words = " ".join(GROUP_WORDS.get(word, word) for word in group.split("_"))
    return words[:1].upper() + words[1:]


def _lane(
    kind: Kind, track: Track | None, pairs: Sequence[tuple[float, float, float]], rules: Ruleset
) -> Lane:
    limits = [
        (float(step.limit), f"{rule.priority} {rule.predicate.side} {step.limit}")
        for rule in rules.rules
        if rule.priority != "low" and "infusion" in rule.phases
        if isinstance(rule.predicate, Limit) and rule.predicate.parameter == kind.signal
        for step in rule.predicate.steps[:1]
    ]
    if kind.signal == "sbp":
        return Lane(kind.label, kind.unit, kind.low, kind.high, pairs=pairs, limits=limits, note=kind.note)
    assert track is not None
    runs = [_thinned(run) for run in track.runs]
    return Lane(kind.label, kind.unit, kind.low, kind.high, runs, (), track.gaps, limits, kind.note)


def _thinned(run: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The same line with fewer points: those amid a level stretch draw nothing of their own."""
    return [
        one
        for i, one in enumerate(run)
        if i in (0, len(run) - 1) or not run[i - 1][1] == one[1] == run[i + 1][1]
    ]


def _held(track: Track | None) -> bool:
    return track is not None and any(track.runs)


def _keep_cuff(cuffs: dict[int, dict[str, float]], message: Message, one: Reading) -> None:
    if one.value is None or one.validity not in GOOD or one.parameter is None:
        return
    cuffs.setdefault(message.received_ms, {})[one.parameter] = float(one.value)


def _cause(one: Reading, message: Message) -> str:
    sent = dict(message.sent)
    text = next((sent[name] for name in _sent_as(one) if name in sent), "")
    if text in ("0", "0.0"):
        return "sensor off (0)"
    return WORDS.get(one.validity, "no value" if one.value is None else "not plausible")


def _sent_as(one: Reading) -> tuple[str, ...]:
    names = {"pr": ("pr", "pulse"), "rr": ("rr", "resp", "impedance")}
    return names.get(one.parameter or "", (one.parameter or "",))


def _long(cause: str, begin_ms: int, end_ms: int) -> str:
    seconds = (end_ms - begin_ms) // 1_000
    if seconds < 60:
        return f"{cause} {seconds} s"
    return (
        f"{cause} {seconds // 60}:{seconds % 60:02d}"
        if seconds < 3_600
        else f"{cause} {seconds / 3_600:.1f} h"
    )


def _summary(alarms: Sequence[Alarm], rules: Ruleset) -> str:
    counted = [
        f"{sum(one.priority == priority for one in alarms)} {priority.upper()}"
        for priority in reversed(PRIORITIES)
    ]
    said = "Alarms: " + ", ".join(counted) + "."
    edition = f"rules of edition {rules.edition}" if rules.edition else "unsigned default rules"
    return f"{said} Judged by {edition}. The bedside monitor is the alarm of record."
