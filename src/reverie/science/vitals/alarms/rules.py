"""The rules of alarms as data: what each looks at, when it holds, how weighty it is, what to do, from where.

A `Ruleset` is the body of an edition that a medical director signs. Nothing in it is code. Reading and
writing the body stands in `body`, what makes a set unlawful in `check`, the default set in `defaults`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from reverie.science.sources import Source

# What a rule may look at, once sources are settled: sbp and dbp are the arterial pressure where there is one,
# else the cuff's; hr is the ECG's rate, else the pulse.
SIGNALS = ("sbp", "dbp", "hr", "spo2", "rr", "etco2")
SIDES = ("below", "above")
SIGNS = ("", "slope", "prediction")
TOPICS = ("arousal", "distress", "nausea", "symptom")
# words of the topic symptom; the first seven call for the emergency plan
SYMPTOMS = (
    "chest_pain", "severe_headache", "visual_loss", "focal_deficit", "apnoea", "seizure", "anaphylaxis",
    "high_pressure_symptoms", "low_pressure_symptoms", "vomiting", "asks_to_stop",
)  # fmt: skip
WHYS = ("probe_off", "off_nose", "leads_off", "cuff_failed", "clash", "inhibited", "doubtful")


@dataclass(frozen=True, slots=True)
class Step:
    """A limit and how long it must be crossed, in seconds; a deeper value may need less time."""

    limit: Decimal
    delay_s: int


@dataclass(frozen=True, slots=True)
class Limit:
    """A value of `parameter` beyond any of `steps`; `side` is below or above, the limit itself is allowed.

    `hysteresis` is how far inside the first limit it must return. `readings` > 1: so many in a row, the
    first and last at least `apart_s` and at most `within_s` apart (0: no bound). `resting_below`: not for
    a patient whose baseline is itself beyond this limit (None: for everybody). Values that came under one of
    the codes `not_from` are not looked at.
    """

    parameter: str
    side: str
    steps: tuple[Step, ...]
    hysteresis: Decimal
    readings: int = 1
    apart_s: int = 0
    within_s: int = 0
    resting_below: Decimal | None = None
    not_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OverBaseline:
    """A value at least `percent` or `absolute` over the session's baseline (None: that part is not asked).

    It counts only from `counts_from` on, and once `readings` in a row say so.
    """

    parameter: str
    percent: Decimal | None
    absolute: Decimal | None
    counts_from: Decimal
    hysteresis: Decimal
    readings: int = 2


@dataclass(frozen=True, slots=True)
class Rise:
    """A rise of at least `by` within `within_s`; counts from `counts_from` on, confirmed by `readings`."""

    parameter: str
    by: Decimal
    within_s: int
    counts_from: Decimal
    readings: int = 2


@dataclass(frozen=True, slots=True)
class Projection:
    """The Theil-Sen line through the last `readings` values crosses `limit` within `within_s` from now.

    `side` is where it comes to lie: above or below.
    """

    parameter: str
    limit: Decimal
    within_s: int
    readings: int = 4
    side: str = "above"


@dataclass(frozen=True, slots=True)
class Stale:
    """No value of any of `parameters` for `intervals` times the expected interval, or for `most_s`.

    Either may be None: not asked.
    """

    parameters: tuple[str, ...]
    intervals: Decimal | None
    most_s: int | None


@dataclass(frozen=True, slots=True)
class Lost:
    """Both pulse and SpO2 gone or implausible for `both_s`, or either for `either_s` (None: not asked)."""

    both_s: int | None
    either_s: int | None


@dataclass(frozen=True, slots=True)
class Silent:
    """A linked device that has said nothing for `after_s` beyond its own interval."""

    after_s: int


@dataclass(frozen=True, slots=True)
class NoBreath:
    """No breath by capnography for `after_s` while the sampling line is on the nose.

    `unsure`: also while the line may be off the nose, so that no breath can be seen: to go and look.
    """

    after_s: int
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Technical:
    """A measurement that cannot be used, for the reason `why` (probe_off, off_nose, leads_off, cuff_failed).

    `why` may also be clash (two sources disagree), inhibited (the monitor's own alarms are off) or doubtful
    (a value is flagged, or another measurement speaks against it).
    """

    why: str
    after_s: int


@dataclass(frozen=True, slots=True)
class Seen:
    """An observation by staff: `topic` with a level from `low` to `high`, or one of `words`."""

    topic: str
    low: int | None = None
    high: int | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overdue:
    """A due set that is late by `after_s` beyond its due time."""

    after_s: int


@dataclass(frozen=True, slots=True)
class FromMonitor:
    """An alarm that the bedside monitor tells of: always passed on, at the priority of its own.

    The rule's own priority says nothing.
    """


Predicate = (
    Limit | OverBaseline | Rise | Projection | Stale | Lost | Silent | NoBreath | Technical | Seen | Overdue
    | FromMonitor
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `group` is the cause: rules of one group are one alarm, the weightiest that holds speaks.

    `sign` is "", slope or prediction: what a clinic's profile may switch off. `phases` are before, infusion,
    recovery. `action` is what to do, in the clinic's words.
    """

    id: str
    group: str
    label: str
    priority: str
    phases: tuple[str, ...]
    predicate: Predicate
    action: str
    source: Source
    latching: bool = False
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Cadence:
    """When sets are due, in seconds: by phase; `after_change_s` after a rate change, bolus or high alarm.

    Sets follow each other at `after_change_s` until `after_change_for_s` after the change, both ends counted.
    `grace_s` is how long a set may be late before it is overdue.
    """

    before_s: int
    infusion_s: int
    recovery_s: int
    after_change_s: int
    after_change_for_s: int
    grace_s: int
    source: Source


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: `rearm_s` clear until a cause is over; unseen alarms are escalated after the others."""

    rearm_s: int
    escalate_high_s: int
    escalate_medium_s: int
    source: Source


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All rules, and what goes with them. `silences` names the groups that a group speaks for.

    `edition` names where it came from ("" for unsigned defaults).
    """

    rules: tuple[Rule, ...]
    cadence: Cadence
    timing: Timing
    silences: Mapping[str, tuple[str, ...]]
    news2_on_live_page: bool = False
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a clinic's signed profile switches on or off."""

    stream_display: bool = True
    secondary_alarms: bool = True
    slope_rules: bool = True
    prediction: bool = True
