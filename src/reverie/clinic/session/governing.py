"""The rules that a session's own record says hold: the edition that it names, read once.

What the record does not say yet, and what cannot be read any more, are the defaults.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache

from django.core.exceptions import ValidationError

from reverie.clinic.kernel.models import Edition
from reverie.science.session.state import State
from reverie.science.vitals.alarms import body as bodies
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Profile, Ruleset

ALARM_RULES, CLINIC_PROFILE = "alarm_rules", "clinic_profile"


def ruleset_of(state: State) -> Ruleset:
    """The alarm rules that hold for a session as its record says."""
    held = state.rules.get(ALARM_RULES)
    return DEFAULTS if held is None or not held.edition else _read(held.edition)


def profile_of(state: State) -> Profile:
    """What the clinic's profile that holds for a session switches on or off."""
    held = state.rules.get(CLINIC_PROFILE)
    return Profile() if held is None or not held.edition else _read_profile(held.edition)


def switched_off(state: State) -> list[str]:
    """The names of what the clinic's profile switches off for a session."""
    return [name for name, on in asdict(profile_of(state)).items() if not on]


@lru_cache(maxsize=64)
def _read(edition: str) -> Ruleset:
    try:
        return bodies.ruleset_of(json.loads(Edition.objects.get(pk=edition).body), edition)
    except (Edition.DoesNotExist, ValidationError, bodies.BadRules, ValueError):
        return DEFAULTS


@lru_cache(maxsize=64)
def _read_profile(edition: str) -> Profile:
    try:
        return bodies.profile_of(json.loads(Edition.objects.get(pk=edition).body))
    except (Edition.DoesNotExist, ValidationError, bodies.BadRules, ValueError):
        return Profile()
