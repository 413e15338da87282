"""Whether alarms are what the author of a script expects. Rules only say what an alarm speaks of.

A high event must be told as what it is: an alarm of a technical rule or of a silent device never counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from reverie.science.simulation.alarmed import Alarm
from reverie.science.simulation.script import LONGEST_MS, Crossing, Expected, Script
from reverie.science.simulation.scripted import Second
from reverie.science.vitals.alarms.rules import (
    FromMonitor,
    Limit,
    Lost,
    NoBreath,
    OverBaseline,
    Overdue,
    Projection,
    Rise,
    Rule,
    Ruleset,
    Seen,
    Silent,
    Stale,
    Technical,
)
from reverie.science.vitals.alarms.told import PRIORITIES

SLACK_MS = 1_000
_OF_VALUE = {"sbp": "pressure", "dbp": "pressure", "hr": "heart", "spo2": "spo2", "rr": "breath"}


@dataclass
class Finding:
    """What became of one expectation. `late_ms` is how long after onset and delay it was told."""

    script: str
    expected: Expected
    met: bool
    words: str
    late_ms: int | None = None
    technical_only: bool = False


@dataclass
class Judged:
    """All findings on one script, and how often it interrupted."""

    script: Script
    findings: list[Finding] = field(default_factory=list)
    interruptive: list[Alarm] = field(default_factory=list)

    @property
    def unmet(self) -> list[str]:
        """What did not come as expected, in words."""
        return [one.words for one in self.findings if not one.met]


def signal_of(rule: Rule) -> str:
    """What an alarm of this rule speaks of, in the words of scripts."""
    seen = rule.predicate
    match seen:
        case Limit() | OverBaseline() | Rise() | Projection():
            return _OF_VALUE[seen.parameter]
        case NoBreath():
            return "breath"
        case Lost():
            return "check"
        case Stale():
            return "no-pressure" if "sbp" in seen.parameters else "stale"
        case Silent():
            return "link"
        case Overdue():
            return "overdue"
        case Seen():
            return seen.topic
        case FromMonitor():
            return "monitor"
        case Technical():
            return "technical"


def judge_script(script: Script, alarms: Sequence[Alarm], rules: Ruleset, whole: Sequence[Second]) -> Judged:
    """What became of each expectation."""
    judged = Judged(script, interruptive=interruptive(alarms))
    signals = {rule.id: signal_of(rule) for rule in rules.rules}
    for one in script.expected:
        finding = _BY_VERB[one.verb](one, alarms, signals, whole)
        finding.script = script.name
        finding.words = f"{script.name}, line {one.line}: {finding.words}"
        judged.findings.append(finding)
    return judged


def interruptive(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The alarms that make a person come: medium or high, and audible."""
    return [one for one in alarms if one.first_at("medium") is not None]


def _beyond(value: float, crossing: Crossing) -> bool:
    return value < crossing.limit if crossing.side == "<" else value > crossing.limit


def onset_ms(one: Expected, whole: Sequence[Second]) -> int:
    """When the event began: as written, or from when on the values that were sent stay beyond."""
    if not isinstance(one.onset, Crossing):
        return one.onset
    crossing = one.onset
    sent = [
        (message.received_ms, float(text))
        for second in whole
        for message in second.messages
        for name, text in message.sent
        if name == crossing.parameter and text and message.received_ms >= crossing.from_ms
    ]
    for at_ms, value in sent:
        if _beyond(value, crossing) and all(
            _beyond(later, crossing) for then, later in sent if at_ms < then <= at_ms + one.delay_ms
        ):
            return at_ms
    raise AssertionError(f"{crossing} never happens in the script")


def _spans(alarms: Sequence[Alarm], signals: dict[str, str], one: Expected) -> list[tuple[int, int, str]]:
    """From when until when an audible alarm stood as expected, and its rule."""
    least = PRIORITIES.index(one.priority)
    found = []
    for alarm in alarms:
        ends = [span.at_ms for span in alarm.spans[1:]] + [alarm.ended_ms or LONGEST_MS]
        for span, end_ms in zip(alarm.spans, ends, strict=True):
            now = span.condition
            right = "any" in one.signals or signals.get(now.rule, now.rule) in one.signals
            if right and PRIORITIES.index(now.priority) >= least and not now.silent:
                found.append((span.at_ms, end_ms, now.rule))
    return sorted(found)


def _expect(
    one: Expected, alarms: Sequence[Alarm], signals: dict[str, str], whole: Sequence[Second]
) -> Finding:
    began_ms = onset_ms(one, whole)
    due_ms = began_ms + one.delay_ms
    told = [
        (max(begin, began_ms), rule) for begin, end, rule in _spans(alarms, signals, one) if end > began_ms
    ]
    what = f"a {one.priority} alarm of {' or '.join(one.signals)}"
    if told and told[0][0] <= due_ms + SLACK_MS:
        return Finding("", one, True, f"{what} at {clock(told[0][0])}", max(0, told[0][0] - due_ms))
    anyone = _spans(alarms, signals, one._replace(signals=("any",), priority="low"))
    others = sorted({rule for begin, end, rule in anyone if begin <= due_ms + SLACK_MS < end})
    only = bool(others) and all(signals.get(rule) in ("technical", "link") for rule in others)
    when = f"came only at {clock(told[0][0])}" if told else "never came"
    words = f"{what} due at {clock(due_ms)} {when}; there was {', '.join(others) or 'nothing'}"
    return Finding("", one, False, words, told[0][0] - due_ms if told else None, only)


def _forbid(
    one: Expected, alarms: Sequence[Alarm], signals: dict[str, str], whole: Sequence[Second]
) -> Finding:
    wrong = [
        (begin, rule)
        for begin, end, rule in _spans(alarms, signals, one)
        if begin < one.end_ms and end > one.begin_ms
    ]
    said = ", ".join(f"{rule} at {clock(begin)}" for begin, rule in wrong)
    return Finding("", one, not wrong, f"no {one.priority} alarm of {one.signals} was to come: {said}")


def _atmost(
    one: Expected, alarms: Sequence[Alarm], signals: dict[str, str], whole: Sequence[Second]
) -> Finding:
    came = [alarm for alarm in alarms if _spans([alarm], signals, one)]
    return Finding("", one, len(came) <= one.most, f"{len(came)} alarms of {one.signals}, {one.most} at most")


def _over(
    one: Expected, alarms: Sequence[Alarm], signals: dict[str, str], whole: Sequence[Second]
) -> Finding:
    left = [rule for begin, end, rule in _spans(alarms, signals, one) if begin <= one.end_ms < end]
    return Finding("", one, not left, f"{one.signals} was to be over by {clock(one.end_ms)}: {left}")


_BY_VERB = {"expect": _expect, "forbid": _forbid, "atmost": _atmost, "over": _over}


def clock(at_ms: int) -> str:
    """Minutes and seconds, as scripts write them."""
    return f"{at_ms // 60_000}:{at_ms // 1_000 % 60:02d}"
