"""Whether the rules for what staff observe fit together: each level and word has one priority, without gap.

It says so in sentences for the person who signs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from reverie.science.vitals.alarms.rules import SYMPTOMS, TOPICS, Rule, Ruleset, Seen
from reverie.science.vitals.alarms.told import PHASES, PRIORITIES


class Scale(NamedTuple):
    """The levels that can be alarmed, from the mildest to the gravest."""

    levels: tuple[int, ...]


SCALES: Mapping[str, Scale] = {
    "arousal": Scale((4, 3, 2, 1, 0)),
    "distress": Scale(tuple(range(1, 11))),
    "nausea": Scale(tuple(range(1, 11))),
}


def faults_of_observations(rules: Ruleset) -> Iterator[str]:
    """A sentence for each fault of a rule about an observation."""
    seen = [(rule, rule.predicate) for rule in rules.rules if isinstance(rule.predicate, Seen)]
    for rule, asked in seen:
        yield from _own_faults(rule, asked)
    for phase in PHASES:
        for topic in TOPICS:
            held = [
                (rule, asked)
                for rule, asked in seen
                if phase in rule.phases and asked.topic == topic and rule.priority in PRIORITIES
            ]
            yield from _faults_of_words(held, phase)
            if topic in SCALES:
                yield from _faults_of_levels(held, topic, phase)


def _own_faults(rule: Rule, asked: Seen) -> Iterator[str]:
    where = f"Rule “{rule.id}”"
    if asked.topic not in TOPICS:
        yield f"{where} looks at “{asked.topic}”, which is not one of {', '.join(TOPICS)}."
        return
    for word in asked.words:
        if word not in SYMPTOMS:
            yield f"{where}: nobody can observe “{word}”; known are {', '.join(SYMPTOMS)}."
    if asked.topic not in SCALES:
        if asked.low is not None or asked.high is not None:
            yield f"{where}: {asked.topic} has no levels."
        if not asked.words:
            yield f"{where} names nothing that could be observed."
        return
    if asked.words:
        yield f"{where}: {asked.topic} has levels and no words."
    levels = SCALES[asked.topic].levels
    if asked.low is None or asked.high is None:
        yield f"{where}: {asked.topic} needs a level from and to."
    elif not min(levels) <= asked.low <= asked.high <= max(levels):
        yield (
            f"{where}: {asked.topic} from {asked.low} to {asked.high} is not a range within {min(levels)} to "
            f"{max(levels)}."
        )


def _faults_of_words(held: list[tuple[Rule, Seen]], phase: str) -> Iterator[str]:
    owner: dict[str, str] = {}
    for rule, asked in held:
        for word in asked.words:
            if word in owner:
                yield f"Rules “{owner[word]}” and “{rule.id}” overlap: both look for {word} in {phase}."
            owner[word] = rule.id


def _faults_of_levels(held: list[tuple[Rule, Seen]], topic: str, phase: str) -> Iterator[str]:
    owners: list[tuple[int, list[Rule]]] = []
    for level in SCALES[topic].levels:
        owners.append((level, [rule for rule, asked in held if _covers(asked, level)]))
    for level, rules in owners:
        if len(rules) > 1:
            names = " and ".join(f"“{rule.id}”" for rule in rules)
            yield f"Rules {names} overlap: {topic} {level} in {phase} has two of them."
    started = False
    for level, rules in owners:
        started = started or bool(rules)
        if started and not rules:
            yield f"There is a gap: {topic} {level} in {phase} has no rule, though a milder level has."
    alone = [(level, rules[0]) for level, rules in owners if len(rules) == 1]
    for (level, rule), (deeper, graver) in pairwise(alone):
        if PRIORITIES.index(graver.priority) < PRIORITIES.index(rule.priority):
            yield (
                f"Rules “{rule.id}” and “{graver.id}” cross: {topic} {deeper} in {phase} is "
                f"{graver.priority}, but the milder {level} is {rule.priority}."
            )


def _covers(asked: Seen, level: int) -> bool:
    return asked.low is not None and asked.high is not None and asked.low <= level <= asked.high
