"""The rules that open sessions are judged by: those that each record says hold, made ready for the engine.

When others come into force, it says what a record must say first; they apply from there. An edition is read
once. What cannot be read any more is judged by what is in force.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.core.exceptions import ValidationError

from reverie.clinic.kernel.models import Edition
from reverie.clinic.session import escalation, rule_kinds
from reverie.clinic.session.judging import Rules
from reverie.clinic.session.rule_kinds import ALARM_RULES, CLINIC_PROFILE, RulesInForce
from reverie.science.session.alarm_kinds import RulesApplied
from reverie.science.session.fold import State
from reverie.science.vitals.alarms import body as bodies
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.plans import Prepared
from reverie.science.vitals.alarms.prepared import prepare
from reverie.science.vitals.alarms.rules import Profile, Ruleset


class RulesAtWork:
    """What is in force by clinic, as it was looked at last."""

    def __init__(self) -> None:
        """Nothing was looked at yet."""
        self._by_clinic: dict[UUID, RulesInForce] = {}
        self._ready: dict[tuple[str, Profile], Prepared] = {}

    def look_again(self, clinic_ids: Iterable[UUID], at: datetime) -> None:
        """See what is in force at `at` in these clinics."""
        self._by_clinic = {clinic: rule_kinds.in_force(clinic, at) for clinic in clinic_ids}

    def of(self, clinic_id: UUID) -> Rules:
        """The rules for a session of this clinic."""
        found = self._by_clinic[clinic_id]
        return Rules(
            lambda state: _unsaid(found, state),
            lambda state: self._prepared(found, state),
            lambda state: escalation.to_whom(clinic_id, state.staff),
        )

    def _prepared(self, found: RulesInForce, state: State) -> Prepared:
        rules, profile = state.rules.get(ALARM_RULES), state.rules.get(CLINIC_PROFILE)
        edition = found.alarm_rules.edition if rules is None else rules.edition
        kept = found.profile
        if profile is not None and profile.edition != found.clinic_profile.edition:
            kept = _profile_of(profile.edition) or kept
        ready = self._ready.get((edition, kept))
        if ready is None:
            ruleset = found.ruleset
            if edition != found.alarm_rules.edition:
                ruleset = _ruleset_of(edition) or ruleset
            ready = self._ready[edition, kept] = prepare(ruleset, kept)
        return ready


def _unsaid(found: RulesInForce, state: State) -> list[RulesApplied]:
    said = {what: (rules.edition, rules.content_hash) for what, rules in state.rules.items()}
    return [
        RulesApplied(one.what, one.edition, one.number, one.content_hash)
        for one in found.held
        if said.get(one.what) != (one.edition, one.content_hash)
    ]


@lru_cache(maxsize=32)
def _ruleset_of(edition: str) -> Ruleset | None:
    if not edition:
        return DEFAULTS
    try:
        return bodies.ruleset_of(json.loads(_body_of(edition)), edition)
    except (bodies.BadRules, ValueError):
        return None


@lru_cache(maxsize=32)
def _profile_of(edition: str) -> Profile | None:
    if not edition:
        return Profile()
    try:
        return bodies.profile_of(json.loads(_body_of(edition)))
    except (bodies.BadRules, ValueError):
        return None


def _body_of(edition: str) -> str:
    try:
        return Edition.objects.get(pk=edition).body
    except (Edition.DoesNotExist, ValidationError):
        return ""
