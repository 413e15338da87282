"""The alarm rules as tables for reading: each cause a row, low, medium and high its columns.

Rules that say the same in several phases are one line. Every line names its source by number, and says
where that is only assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from reverie.clinic.rulebook.kinds import Cited, Column, Deed, Described, Line, Row, Table
from reverie.clinic.session import rule_words
from reverie.clinic.session.rule_words import Words
from reverie.science.sources import Source
from reverie.science.vitals.alarms.rules import Profile, Rule, Ruleset
from reverie.science.vitals.alarms.told import PRIORITIES

LEVELS: Mapping[str, Words] = {"low": lazy("LOW"), "medium": lazy("MEDIUM"), "high": lazy("HIGH")}
CAUSES: Mapping[str, tuple[Words, Words]] = {
    # of each group of rules: the heading under which it stands, and its own name
    "bp_high": (lazy("Blood pressure"), lazy("Pressure high")),
    "bp_low": (lazy("Blood pressure"), lazy("Pressure low")),
    "no_bp": (lazy("Blood pressure"), lazy("No pressure")),
    "cuff_failed": (lazy("Blood pressure"), lazy("Cuff failed")),
    "hr_high": (lazy("Heart rate"), lazy("Rate high")),
    "hr_low": (lazy("Heart rate"), lazy("Rate low")),
    "leads_off": (lazy("Heart rate"), lazy("Leads off")),
    "spo2_low": (lazy("SpO2"), lazy("SpO2 low")),
    "probe_off": (lazy("SpO2"), lazy("Probe off")),
    "doubtful": (lazy("SpO2"), lazy("SpO2 doubtful")),
    "rr_high": (lazy("Breathing"), lazy("Breathing fast")),
    "rr_low": (lazy("Breathing"), lazy("Breathing slow")),
    "apnoea": (lazy("Breathing"), lazy("No breath")),
    "off_nose": (lazy("Breathing"), lazy("Sampling line off")),
    "check_patient": (lazy("Pulse and SpO2 together"), lazy("CHECK PATIENT")),
    "arousal": (lazy("What staff observe"), lazy("Arousal")),
    "distress": (lazy("What staff observe"), lazy("Distress")),
    "nausea": (lazy("What staff observe"), lazy("Nausea")),
    "symptom": (lazy("What staff observe"), lazy("Severe symptoms")),
    "overdue": (lazy("What staff observe"), lazy("Set overdue")),
    "link_lost": (lazy("Devices"), lazy("Link lost")),
    "clash": (lazy("Devices"), lazy("Sources disagree")),
    "inhibited": (lazy("Devices"), lazy("Monitor's alarms off")),
    "monitor": (lazy("Devices"), lazy("Monitor's own alarms")),
}


def heading_of(rule: Rule) -> str:
    """The heading under which a rule stands."""
    return str(CAUSES[rule.group][0]) if rule.group in CAUSES else _("Other rules")


def name_of(rule: Rule) -> str:
    """What the cause is called."""
    return str(CAUSES[rule.group][1]) if rule.group in CAUSES else rule.group


def headings(rules: Iterable[Rule]) -> dict[str, dict[str, list[Rule]]]:
    """The rules by heading, then by group, in the order of the causes."""
    order = list(CAUSES)
    found: dict[str, dict[str, list[Rule]]] = {}
    placed = sorted(rules, key=lambda rule: order.index(rule.group) if rule.group in order else len(order))
    for rule in placed:
        found.setdefault(heading_of(rule), {}).setdefault(rule.group, []).append(rule)
    return found


class _Sources:
    """Numbers the sources in the order in which they are met."""

    def __init__(self) -> None:
        self.numbers: dict[Source, int] = {}

    def number(self, source: Source) -> int:
        """Its number."""
        return self.numbers.setdefault(source, len(self.numbers) + 1)

    def cited(self) -> tuple[Cited, ...]:
        """All of them."""
        return tuple(
            Cited(number, rule_words.cited(source), source.status, source.note)
            for source, number in self.numbers.items()
        )


def describe_rules(ruleset: Ruleset) -> Described:
    """Every rule, when sets are due, and what goes with it."""
    sources = _Sources()
    columns = (Column(_("Cause")), *(Column(str(LEVELS[level]), level) for level in PRIORITIES))
    tables = [
        Table(heading, columns, tuple(row for rules in groups.values() for row in _rows(rules, sources)))
        for heading, groups in headings(ruleset.rules).items()
    ]
    tables.append(_timing(ruleset, sources))
    return Described(tuple(tables), sources.cited())


def _rows(rules: list[Rule], sources: _Sources) -> list[Row]:
    """A row for the cause; what holds only before the start stands in a row of its own, if there is more."""
    said: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        said.setdefault((rule.priority, rule_words.holds(rule)), []).append(rule)
    early = {key: same for key, same in said.items() if all(one.phases == ("before",) for one in same)}
    name = name_of(rules[0])
    if not early or len(early) == len(said):
        return [_row(name, said, sources)]
    rest = {key: same for key, same in said.items() if key not in early}
    return [
        _row(_("%(cause)s, before the start") % {"cause": name}, early, sources),
        _row(name, rest, sources),
    ]


def _row(head: str, said: Mapping[tuple[str, str], list[Rule]], sources: _Sources) -> Row:
    return Row(
        head,
        tuple(
            tuple(
                _line(words, same, sources) for (priority, words), same in said.items() if priority == level
            )
            for level in PRIORITIES
        ),
    )


def _line(words: str, same: list[Rule], sources: _Sources) -> Line:
    """What holds in several phases, said once, with what to do in each."""
    phases: dict[str, list[str]] = {}
    for rule in same:
        phases.setdefault(rule.action, []).extend(rule.phases)
    source = same[0].source
    return Line(
        f"{words[:1].upper()}{words[1:]}",
        tuple(Deed(rule_words.phases(when), action) for action, when in phases.items()),
        rule_words.notes(same[0]),
        sources.number(source),
        source.status == "assumed",
    )


def _timing(ruleset: Ruleset, sources: _Sources) -> Table:
    cadence, timing = ruleset.cadence, ruleset.timing
    lasting = rule_words.lasting
    due, late = sources.number(cadence.source), sources.number(timing.source)
    doubt, doubts = cadence.source.status == "assumed", timing.source.status == "assumed"
    every = _("every %(time)s")
    rows = [
        (_("Full set before the start"), every % {"time": lasting(cadence.before_s)}, due, doubt),
        (_("Full set during the infusion"), every % {"time": lasting(cadence.infusion_s)}, due, doubt),
        (_("Full set in recovery"), every % {"time": lasting(cadence.recovery_s)}, due, doubt),
        (
            _("After a change of rate, a bolus or a high alarm"),
            _("every %(time)s, for %(long)s")
            % {"time": lasting(cadence.after_change_s), "long": lasting(cadence.after_change_for_s)},
            due,
            doubt,
        ),
        (_("A set may be late by"), lasting(cadence.grace_s), due, doubt),
        (_("A cause is over when it was gone for"), lasting(timing.rearm_s), late, doubts),
        (
            _("A high alarm that nobody has seen calls others after"),
            lasting(timing.escalate_high_s),
            late,
            doubts,
        ),
        (
            _("A medium alarm that nobody has seen calls others after"),
            lasting(timing.escalate_medium_s),
            late,
            doubts,
        ),
        (_("NEWS2 on the live page"), _("on") if ruleset.news2_on_live_page else _("off"), 0, False),
    ]
    rows += [
        (
            _("%(cause)s speaks for") % {"cause": _cause(group)},
            ", ".join(_cause(each) for each in silenced),
            0,
            False,
        )
        for group, silenced in ruleset.silences.items()
    ]
    return Table(
        _("Due sets and timing"),
        (Column(_("What")), Column(_("When"))),
        tuple(
            Row(head, ((Line(words, source=number, assumed=assumed),),))
            for head, words, number, assumed in rows
        ),
    )


def _cause(group: str) -> str:
    return str(CAUSES[group][1]) if group in CAUSES else group


PROFILE: Mapping[str, tuple[Words, Words]] = {
    "stream_display": (
        lazy("Stream display"),
        lazy("Live numbers and traces of devices on the live page and the board."),
    ),
    "secondary_alarms": (
        lazy("Secondary alarms"),
        lazy("Alarms that Reverie judges itself. The bedside monitor's own are passed on in either case."),
    ),
    "slope_rules": (lazy("Slope rules"), lazy("Alarms on a fast rise, marked as slope rules.")),
    "prediction": (
        lazy("Prediction"),
        lazy("Advice that a value is on course to its limit; a model estimate, not measured."),
    ),
}


def describe_profile(profile: Profile) -> Described:
    """What is on and what is off."""
    said = {True: _("on"), False: _("off")}
    rows = tuple(
        Row(str(label), ((Line(said[getattr(profile, name)]),), (Line("", note=str(what)),)))
        for name, (label, what) in PROFILE.items()
    )
    columns = (Column(_("What")), Column(_("State")), Column(_("What it does")))
    return Described((Table(_("What this clinic uses"), columns, rows),))
