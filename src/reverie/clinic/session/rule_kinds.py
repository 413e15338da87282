"""The rules that a session is judged by, as kinds of the rulebook: alarm rules, and the clinic's profile.

`in_force` says which hold. While none is signed, the defaults hold, and are called assumed wherever they
are shown. It never judges a value: that is science.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from reverie.clinic.kernel import chain, clock, editions, ledger
from reverie.clinic.kernel.access import DIRECTOR
from reverie.clinic.kernel.models import Edition, Head
from reverie.clinic.rulebook import kinds
from reverie.clinic.rulebook.kinds import Body, Fault, Group, Kind, Unreadable
from reverie.clinic.session import rule_fields, rule_tables, rule_words
from reverie.clinic.session.models import Session
from reverie.science.vitals.alarms import body as bodies
from reverie.science.vitals.alarms import check
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Profile, Ruleset

ALARM_RULES, CLINIC_PROFILE, NAME = "alarm_rules", "clinic_profile", "clinic"
READ_AGAIN = timedelta(seconds=10)
_ID = re.compile(r"“([a-z0-9_-]+)”")


class Held(NamedTuple):
    """What holds of one kind: the edition (id as text, number, content hash), or the unsigned defaults.

    Of those `edition` is "", `number` 0, and the hash that of their body alone. `unreadable` names signed
    editions in force that cannot be read as rules any more, and so do not hold.
    """

    what: str
    edition: str
    number: int
    content_hash: str
    since: datetime | None = None
    unreadable: tuple[int, ...] = ()

    @property
    def signed(self) -> bool:
        """Whether a medical director signed it; if not, it is assumed."""
        return self.number > 0


class RulesInForce(NamedTuple):
    """The rules by which a clinic's sessions are judged, and where each comes from."""

    ruleset: Ruleset
    profile: Profile
    alarm_rules: Held
    clinic_profile: Held

    @property
    def signed(self) -> bool:
        """Whether the alarm rules are signed; if not, they are assumed."""
        return self.alarm_rules.signed

    @property
    def held(self) -> tuple[Held, Held]:
        """Both, for the record of what held."""
        return self.alarm_rules, self.clinic_profile


def may_open(clinic_id: UUID) -> bool:
    """Whether sessions may begin: in a live clinic, only by signed alarm rules; a demo is no care."""
    return settings.DEMO or in_force(clinic_id, clock.now()).signed


class _Candidate(NamedTuple):
    """A signed edition with its moment, and what its body says; None if it cannot be read."""

    in_force_from: datetime
    number: int
    held: Held
    says: Any


class _Known(NamedTuple):
    """A clinic's candidates of each kind, as read while its ledger ended with `head`."""

    head: bytes
    read_at: datetime
    of: Mapping[str, tuple[_Candidate, ...]]


_known: dict[UUID, _Known] = {}


def in_force(clinic_id: UUID, at: datetime) -> RulesInForce:
    """What holds in a clinic at `at`. Cheap enough to ask each second: one query while nothing happens."""
    known = _candidates(clinic_id)
    ruleset, alarm_rules = _held(ALARM_RULES, known, at)
    profile, clinic_profile = _held(CLINIC_PROFILE, known, at)
    return RulesInForce(ruleset, profile, alarm_rules, clinic_profile)


def _candidates(clinic_id: UUID) -> Mapping[str, tuple[_Candidate, ...]]:
    # every signature and every coming into force is a line of the ledger; what changes a body behind the
    # ledger's back is found a little later
    heads = Head.objects.filter(stream=ledger.stream_of(clinic_id)).values_list("hash", flat=True)
    head, now, before = bytes(heads.first() or b""), clock.now(), _known.get(clinic_id)
    if before is None or before.head != head or abs(now - before.read_at) > READ_AGAIN:
        _known[clinic_id] = before = _Known(head, now, _read(clinic_id))
    return before.of


def _read(clinic_id: UUID) -> dict[str, tuple[_Candidate, ...]]:
    editions_of = Edition.objects.filter(clinic_id=clinic_id, name=NAME, in_force_from__isnull=False)
    found: dict[str, list[_Candidate]] = {ALARM_RULES: [], CLINIC_PROFILE: []}
    for edition in editions_of.filter(kind__in=list(found)).order_by("number"):
        if editions.is_signed(edition, role=DIRECTOR):
            held = Held(
                edition.kind, str(edition.pk), edition.number, edition.content_hash, edition.in_force_from
            )
            assert edition.in_force_from is not None
            says = _said(edition.kind, edition.body, held.edition)
            found[edition.kind].append(_Candidate(edition.in_force_from, edition.number, held, says))
    return {what: tuple(candidates) for what, candidates in found.items()}


@lru_cache(maxsize=32)
def _said(what: str, text: str, edition: str) -> Ruleset | Profile | None:
    try:
        body = json.loads(text)
        return bodies.ruleset_of(body, edition) if what == ALARM_RULES else bodies.profile_of(body)
    except (bodies.BadRules, json.JSONDecodeError):
        return None


def _held(what: str, known: Mapping[str, tuple[_Candidate, ...]], at: datetime) -> tuple[Any, Held]:
    unreadable: list[int] = []
    left = list(known[what])
    while (chosen := editions.choose(left, at)) is not None:
        if chosen.says is not None:
            return chosen.says, chosen.held._replace(unreadable=tuple(unreadable))
        unreadable.append(chosen.number)
        left.remove(chosen)
    assumed = Held(what, "", 0, _default_hash(what), None, tuple(unreadable))
    return (DEFAULTS if what == ALARM_RULES else Profile()), assumed


@lru_cache(maxsize=2)
def _default_hash(what: str) -> str:
    return hashlib.sha256(chain.canonical(_default_bodies()[what]).encode()).hexdigest()


def register() -> None:
    """Let the rulebook keep both kinds."""
    kinds.register(
        Kind(
            ALARM_RULES,
            NAME,
            lazy("Alarm rules"),
            lazy("When Reverie alarms, how urgently, and what staff do then. When sets are due."),
            lazy("I have read these alarm rules; they hold for the sessions of this clinic."),
            defaults=lambda: _default_bodies()[ALARM_RULES],
            check=_faults_of_rules,
            describe=lambda body: rule_tables.describe_rules(_ruleset(body)),
            groups=lambda body: rule_fields.groups_of(_ruleset(body)),
            unsigned=lazy("No session can be opened before a medical director has signed alarm rules."),
            reach=_reach,
            tidy=_tidy,
            implied=(("order",),),
        )
    )
    kinds.register(
        Kind(
            CLINIC_PROFILE,
            NAME,
            lazy("Clinic profile"),
            lazy("What this clinic uses: live numbers, alarms of Reverie's own, slope rules, prediction."),
            lazy("This clinic uses Reverie as this profile says."),
            defaults=lambda: _default_bodies()[CLINIC_PROFILE],
            check=_faults_of_profile,
            describe=lambda body: rule_tables.describe_profile(_profile(body)),
            groups=_groups_of_profile,
            reach=_reach,
        )
    )


@lru_cache(maxsize=1)
def _default_bodies() -> Mapping[str, Body]:
    return {ALARM_RULES: bodies.body_of(DEFAULTS), CLINIC_PROFILE: bodies.body_of(Profile())}


def _ruleset(body: Any) -> Ruleset:
    try:
        return bodies.ruleset_of(body)
    except bodies.BadRules as bad:
        raise Unreadable(str(bad)) from None


def _profile(body: Any) -> Profile:
    try:
        return bodies.profile_of(body)
    except bodies.BadRules as bad:
        raise Unreadable(str(bad)) from None


def _groups_of_profile(body: Body) -> tuple[Group, ...]:
    _profile(body)
    return rule_fields.profile_groups()


def _faults_of_profile(body: Body) -> tuple[Fault, ...]:
    try:
        bodies.profile_of(body)
    except bodies.BadRules as bad:
        return tuple(Fault(words) for words in bad.faults)
    return ()


def _faults_of_rules(body: Body) -> tuple[Fault, ...]:
    try:
        ruleset = bodies.ruleset_of(body)
    except bodies.BadRules as bad:
        return tuple(_placed(words, body) for words in bad.faults)
    return tuple(_placed(words, body) for words in check.faults(ruleset))


def _placed(words: str, body: Any) -> Fault:
    """A fault at the first rule that it names, which people know by its label and phases."""
    rules = body.get("rules") if isinstance(body, Mapping) else None
    if not isinstance(rules, Mapping):
        return Fault(words)
    named = [name for name in _ID.findall(words) if name in rules]
    said = _ID.sub(lambda found: f"“{_label(found[1], rules)}”", words)
    return Fault(said, ("rules", named[0]) if named else ())


def _label(name: str, rules: Mapping[str, Any]) -> str:
    rule = rules.get(name)
    if not isinstance(rule, Mapping) or not isinstance(rule.get("label"), str):
        return str(rule_tables.CAUSES[name][1]) if name in rule_tables.CAUSES else name
    alike = [one for one in rules.values() if isinstance(one, Mapping) and one.get("label") == rule["label"]]
    phases = rule.get("phases")
    if len(alike) < 2 or not isinstance(phases, list | tuple):
        return str(rule["label"])
    return f"{rule['label']}: {rule_words.phases([str(one) for one in phases])}"


def _tidy(body: Body) -> Body:
    """The list `order` names just the rules that are there; what was put back stands at the end."""
    there = body["rules"]
    kept = [name for name in body["order"] if name in there]
    return {**body, "order": kept + [name for name in there if name not in kept]}


def _reach(clinic_id: UUID) -> str:
    count = Session.objects.filter(clinic_id=clinic_id, closed_at=None).count()
    if not count:
        return ""
    return ngettext(
        "%(count)s session is open now. From the moment that this edition comes into force, it goes by it.",
        "%(count)s sessions are open now. From the moment that this edition comes into force, they go by it.",
        count,
    ) % {"count": count}
