"""How long a cause has been there: one run of one rule, from the first value beyond until it is over.

Time beyond is summed, and time inside takes away from the sum more slowly, so that a value which touches its
limit now and then cannot evade its alarm, and one that flickers gives one. What is unknown stands still.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

from reverie.science.vitals.alarms.told import Input

UNKNOWN, CLEAR, BAND, BEYOND = range(4)
NEVER = sys.maxsize
FORGET_MS = 60_000  # a run that does not hold yet, and of which nothing more was heard
GONE_MS = 10_000  # for so long a value may be missing before its alarm says that it is missing
# how time counts against a run that does not hold yet: so many ms take away so many. Time inside does it
# slowly or at once, time between the limit and its hysteresis hardly
SLOWLY, AT_ONCE, _HARDLY = (2, 1), (1, 4), (4, 1)


class Run(NamedTuple):
    """A run. `level` holds from `at_ms` until `until_ms`, from when on it is unknown.

    `sum_ms` is the time beyond so far; `held_ms` when the delay had run (None: not yet); `eased_ms` since
    when it is inside again, `calm_ms` for how long in sum. `gone`: the value has been missing for a while.
    `inputs` are what it came to hold by, `latest` what came last. `priority` "" is the rule's own.
    """

    level: int
    at_ms: int
    until_ms: int
    sum_ms: int
    onset_ms: int
    inputs: tuple[Input, ...]
    latest: tuple[Input, ...]
    held_ms: int | None = None
    eased_ms: int | None = None
    calm_ms: int = 0
    gone: bool = False
    subject: str = ""
    priority: str = ""
    silent: bool = False


class Pace(NamedTuple):
    """In ms: how long beyond until it holds, inside until it eases, and eased until it is over.

    `inside` is how time inside counts against a run that does not hold yet.
    """

    delay_ms: int
    ease_ms: int
    rearm_ms: int
    inside: tuple[int, int] = SLOWLY


def begin(at_ms: int, until_ms: int, inputs: tuple[Input, ...], subject: str = "", priority: str = "") -> Run:
    """A run that is beyond from now on and has not been for any time."""
    return Run(BEYOND, at_ms, until_ms, 0, at_ms, inputs, inputs, subject=subject, priority=priority)


def turn(
    run: Run, pace: Pace, at_ms: int, level: int, until_ms: int, inputs: tuple[Input, ...], credit_ms: int = 0
) -> Run | None:
    """The run after it is known, at `at_ms`, to be at `level` until `until_ms`; None: it is over.

    `credit_ms` is for how long before now it was beyond, as far as that is known only now.
    """
    if level == UNKNOWN and run.level == UNKNOWN:
        return run
    run = _carry(run, pace, at_ms)
    total, calm, gone, shown, onset = run.sum_ms, run.calm_ms, run.gone, run.inputs, run.onset_ms
    if level == BEYOND:
        calm = 0
        if run.held_ms is None:
            total, onset = max(total, credit_ms), min(onset, at_ms - credit_ms)
        elif run.eased_ms is not None:
            total = max(total, credit_ms)
    if level == UNKNOWN:
        inputs = run.latest
    elif gone:
        gone, shown = False, inputs
    turned = Run(
        level, at_ms, until_ms, total, onset, shown, inputs, run.held_ms, run.eased_ms, calm, gone,
        run.subject, run.priority, run.silent,
    )  # fmt: skip
    return _decide(turned, pace)


def due_ms(run: Run, pace: Pace) -> int:
    """When the run changes of itself, if nothing is heard until then."""
    level, at = run.level, run.at_ms
    holds, eased = run.held_ms is not None, run.eased_ms is not None
    if level == UNKNOWN:
        return at + FORGET_MS if not holds else NEVER if run.gone else at + GONE_MS
    next_ms = NEVER
    if level == BEYOND:
        if not holds or eased:
            next_ms = at + pace.delay_ms - run.sum_ms
    elif not holds:
        least, taken = pace.inside if level == CLEAR else _HARDLY
        next_ms = at - (-run.sum_ms * least // taken)
    elif eased:
        next_ms = at + pace.rearm_ms - run.calm_ms
    elif level == CLEAR:
        next_ms = at + run.sum_ms
    return min(next_ms, run.until_ms)


def ripen(run: Run, pace: Pace, at_ms: int) -> Run | None:
    """The run at its due time."""
    if run.level == UNKNOWN:
        return None if run.held_ms is None else run._replace(gone=True)
    run = _carry(run, pace, at_ms)
    decided = _decide(run, pace)
    if decided is not None and at_ms >= decided.until_ms:
        return decided._replace(level=UNKNOWN, until_ms=NEVER)
    return decided


def _carry(run: Run, pace: Pace, at_ms: int) -> Run:
    passed = at_ms - run.at_ms
    if passed <= 0:
        return run
    level, total, calm = run.level, run.sum_ms, run.calm_ms
    if level == BEYOND:
        total += passed
        if run.held_ms is not None and run.eased_ms is None:
            total = min(total, pace.ease_ms)
    elif run.held_ms is None:
        if level != UNKNOWN:
            least, taken = pace.inside if level == CLEAR else _HARDLY
            total = max(0, total - passed * taken // least)
    elif level == CLEAR:
        total = max(0, total - passed)
    if run.eased_ms is not None and level in (CLEAR, BAND):
        calm += passed
    return run._replace(at_ms=at_ms, sum_ms=total, calm_ms=calm)


def _decide(run: Run, pace: Pace) -> Run | None:
    if run.level == UNKNOWN:
        return run
    if run.held_ms is None:
        if run.level == BEYOND:
            if run.sum_ms >= pace.delay_ms:
                return run._replace(held_ms=run.at_ms, sum_ms=pace.ease_ms, inputs=run.latest)
            return run
        return run if run.sum_ms else None
    if run.level == BEYOND:
        if run.eased_ms is not None and run.sum_ms >= pace.delay_ms:
            return run._replace(eased_ms=None, calm_ms=0, sum_ms=pace.ease_ms, inputs=run.latest)
        return run
    if run.eased_ms is not None:
        return run if run.calm_ms < pace.rearm_ms else None
    if run.level == CLEAR and run.sum_ms == 0:
        return run._replace(eased_ms=run.at_ms, calm_ms=0)
    return run
