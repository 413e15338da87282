"""A session written down as a script: what the patient does, what the monitor makes of it, what must alarm.

Reads the text; every line is a statement, `#` begins a remark. It knows the words of a script and none of
the alarm rules: what a script expects is told by its author. `scripted` turns it into messages.
Reference: docs/reference/alarms.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

MEASURED = ("hr", "pr", "spo2", "pi", "rr", "etco2", "impedance", "temp", "cuff")
PHASES = ("before", "infusion", "recovery", "over")
KINDS = ("normal", "incident")
PRIORITIES = ("low", "medium", "high")
SIGNALS = (
    "pressure", "heart", "spo2", "breath", "check", "no-pressure", "stale", "link", "overdue", "arousal",
    "distress", "nausea", "symptom", "monitor", "technical", "any",
)  # fmt: skip
VERBS = (
    *("zero", "none", "absent", "sentinel", "flag", "lost", "motion", "demo", "test", "doubt", "limb"),
    *("duplicates", "reordered", "repeats", "codes", "kpa", "clock", "monitor", "inhibited", "observe"),
    *("cuff", "late", "nosets", "set", "edition", "talking"),
)
MOST_LINES, LONGEST_MS = 500, 6 * 3_600_000
_TIME = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])\Z", re.ASCII)
_TIMED = re.compile(r"(?P<begin>[0-9:]+)(?:-(?P<end>[0-9:]+))?\Z", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]{1,2})?\Z", re.ASCII)
_PAIR = re.compile(r"([0-9]{1,3})/([0-9]{1,3})\Z", re.ASCII)
_CROSSING = re.compile(r"([a-z0-9]+)([<>])([0-9.]+)@([0-9:]+)\Z", re.ASCII)


class BadScript(ValueError):
    """A script that cannot be read; the message names the line."""


class Happening(NamedTuple):
    """Something from `begin_ms` until before `end_ms` (None: at that moment, or from then on)."""

    begin_ms: int
    end_ms: int | None
    verb: str
    words: tuple[str, ...]


class Crossing(NamedTuple):
    """The first moment from `from_ms` on from which `parameter` stays beyond `limit`, as it was sent."""

    parameter: str
    side: str
    limit: float
    from_ms: int


class Expected(NamedTuple):
    """What the author expects: `verb` is expect, forbid, atmost or over.

    expect: a `priority` alarm of one of `signals` by `onset` + `delay_ms`. forbid: none of at least
    `priority` between `begin_ms` and `end_ms`. atmost: `most` alarms. over: none is left at `end_ms`.
    """

    verb: str
    signals: tuple[str, ...]
    priority: str = "low"
    onset: int | Crossing = 0
    delay_ms: int = 0
    begin_ms: int = 0
    end_ms: int = LONGEST_MS
    most: int = 0
    line: int = 0


@dataclass
class Script:
    """A whole script. Times are ms from its beginning; `rise` is SBP, DBP, pulse and when they peak."""

    name: str
    title: str = ""
    kind: str = "incident"
    monitor: tuple[str, ...] = ()
    usual: dict[str, float] = field(default_factory=dict)
    phases: list[tuple[int, str]] = field(default_factory=list)
    cuffs_ms: tuple[int, ...] = ()
    cuff_every_ms: int = 600_000
    sets: bool = True
    rise: tuple[float, float, float, int] = (0.0, 0.0, 0.0, 0)
    ends_ms: int = 0
    happenings: list[Happening] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)

    def phase_at(self, at_ms: int) -> tuple[str, int]:
        """The phase at `at_ms` and since when."""
        begun, phase = max((one for one in self.phases if one[0] <= at_ms), default=(0, "before"))
        return phase, begun


def read_script(text: str, name: str = "script") -> Script:
    """The script in `text`. Raises BadScript."""
    script = Script(name)
    lines = text.splitlines()
    if len(lines) > MOST_LINES:
        raise BadScript(f"{name}: more than {MOST_LINES} lines")
    for number, line in enumerate(lines, start=1):
        words = line.split("#")[0].split()
        if not words:
            continue
        try:
            _read_line(script, words, number)
        except (ValueError, IndexError) as error:
            reason = str(error) if isinstance(error, BadScript) else "has a word too few, or a bad number"
            raise BadScript(f"{name}, line {number}: {line.strip()!r} {reason}") from None
    if not script.title or not script.monitor or not script.phases or not script.ends_ms:
        raise BadScript(f"{name}: says no title, monitor, phase or end")
    unmeasured = [one for one in script.monitor if one != "impedance" and one not in script.usual]
    if unmeasured:
        raise BadScript(f"{name}: nothing usual is said of {', '.join(unmeasured)}")
    script.phases.sort()
    script.happenings.sort(key=lambda one: one.begin_ms)
    return script


def read_time(word: str) -> int:
    """Minutes and seconds, or hours, minutes and seconds, in ms. Raises BadScript."""
    found = _TIME.match(word)
    if found is None:
        raise BadScript(f"{word!r} is no time such as 12:30")
    hours, minutes, seconds = (int(one or 0) for one in found.groups())
    at_ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000
    if at_ms > LONGEST_MS:
        raise BadScript(f"{word!r} is later than any session lasts")
    return at_ms


def _read_line(script: Script, words: list[str], number: int) -> None:
    head = _HEADS.get(words[0])
    if head is not None:
        head(script, words[1:])
        return
    if words[0] in _EXPECTED:
        script.expected.append(_EXPECTED[words[0]](words[1:])._replace(line=number))
        return
    timed = _TIMED.match(words[0])
    if timed is None:
        raise BadScript(f"begins with the unknown word {words[0]!r}")
    begin_ms = read_time(timed["begin"])
    end_ms = read_time(timed["end"]) if timed["end"] else None
    if end_ms is not None and end_ms <= begin_ms:
        raise BadScript("ends before it begins")
    verb = words[1]
    if verb in MEASURED and words[2] in ("is", "to", "back"):
        _number_after(words)
    elif verb not in VERBS:
        raise BadScript(f"has the unknown word {verb!r}")
    script.happenings.append(Happening(begin_ms, end_ms, verb, tuple(words[2:])))


def _number_after(words: list[str]) -> None:
    if words[2] != "back" and not _NUMBER.match(words[3]):
        raise BadScript(f"has no plain number in the place of {words[3]!r}")


def _usual(script: Script, words: list[str]) -> None:
    for name, text in zip(words[::2], words[1::2], strict=True):
        if name == "cuff" and (pair := _PAIR.match(text)):
            script.usual |= {"cuff": 0.0, "sys": float(pair[1]), "dia": float(pair[2])}
        elif name in MEASURED and _NUMBER.match(text):
            script.usual[name] = float(text)
        else:
            raise BadScript(f"says nothing usual in {name} {text}")


def _monitor(script: Script, words: list[str]) -> None:
    if unknown := [one for one in words if one not in MEASURED]:
        raise BadScript(f"names {', '.join(unknown)}, which no monitor here measures")
    script.monitor = tuple(words)


def _phase(script: Script, words: list[str]) -> None:
    if words[0] not in PHASES:
        raise BadScript(f"names the unknown phase {words[0]}")
    script.phases.append((read_time(words[1]), words[0]))


def _cuffs(script: Script, words: list[str]) -> None:
    times, every = words, ""
    if "every" in words:
        at = words.index("every")
        times, every = words[:at], words[at + 1]
    script.cuffs_ms = tuple(read_time(one) for one in times)
    if every:
        script.cuff_every_ms = read_time(every)


def _sets(script: Script, words: list[str]) -> None:
    if words[0] not in ("taken", "none"):
        raise BadScript("says neither that sets are taken nor none")
    script.sets = words[0] == "taken"


def _rises(script: Script, words: list[str]) -> None:
    pair = _PAIR.match(words[0])
    if pair is None:
        raise BadScript("says no rise such as 12/8")
    script.rise = (float(pair[1]), float(pair[2]), float(words[2]), read_time(words[4]))


def _title(script: Script, words: list[str]) -> None:
    script.title = " ".join(words)


def _kind(script: Script, words: list[str]) -> None:
    if words[0] not in KINDS:
        raise BadScript(f"is neither {' nor '.join(KINDS)}")
    script.kind = words[0]


def _ends(script: Script, words: list[str]) -> None:
    script.ends_ms = read_time(words[0])


def _signals(word: str) -> tuple[str, ...]:
    signals = tuple(word.split("|"))
    if unknown := [one for one in signals if one not in SIGNALS]:
        raise BadScript(f"names the unknown signal {', '.join(unknown)}")
    return signals


def _priority(word: str) -> str:
    if word not in PRIORITIES:
        raise BadScript(f"names the unknown priority {word!r}")
    return word


def _expect(words: list[str]) -> Expected:
    crossing = _CROSSING.match(words[2])
    onset: int | Crossing = (
        Crossing(crossing[1], crossing[2], float(crossing[3]), read_time(crossing[4]))
        if crossing
        else read_time(words[2])
    )
    if words[3] != "+":
        raise BadScript("says no delay after a plus")
    delay_ms = round(float(words[4]) * 1_000)
    return Expected("expect", _signals(words[1]), _priority(words[0]), onset, delay_ms)


def _forbid(words: list[str]) -> Expected:
    between = _TIMED.match(words[2]) if len(words) > 2 else None
    begin_ms = read_time(between["begin"]) if between else 0
    end_ms = read_time(between["end"]) if between and between["end"] else LONGEST_MS
    return Expected("forbid", _signals(words[1]), _priority(words[0]), begin_ms=begin_ms, end_ms=end_ms)


def _atmost(words: list[str]) -> Expected:
    return Expected("atmost", _signals(words[2]), _priority(words[1]), most=int(words[0]))


def _over(words: list[str]) -> Expected:
    return Expected("over", _signals(words[0]), end_ms=read_time(words[2]))


_HEADS: dict[str, Callable[[Script, list[str]], None]] = {
    "title": _title, "kind": _kind, "monitor": _monitor, "usual": _usual, "phase": _phase, "cuffs": _cuffs,
    "sets": _sets, "rises": _rises, "ends": _ends,
}  # fmt: skip
_EXPECTED: dict[str, Callable[[list[str]], Expected]] = {
    "expect": _expect, "forbid": _forbid, "atmost": _atmost, "over": _over,
}  # fmt: skip
