"""The default rules of alarms: the table that a medical director reads, edits and signs.

Everything here is an unsigned default: data with its source, no prescription. The bedside monitor stays
the alarm of record.
"""

from __future__ import annotations

from collections.abc import Mapping

from reverie.science.vitals.alarms import (
    default_absence,
    default_heart_and_breath,
    default_observed,
    default_pressure,
    default_sources,
)
from reverie.science.vitals.alarms.rules import Cadence, Ruleset, Timing

# one alarm for one cause: what speaks for what
SILENCES: Mapping[str, tuple[str, ...]] = {
    "check_patient": ("probe_off", "leads_off", "doubtful"),
    "apnoea": ("rr_low", "off_nose"),
    "no_bp": ("cuff_failed",),
}

DEFAULTS = Ruleset(
    rules=(
        *default_pressure.RULES,
        *default_heart_and_breath.RULES,
        *default_absence.RULES,
        *default_observed.RULES,
    ),
    cadence=Cadence(
        before_s=600,
        infusion_s=600,
        recovery_s=900,
        after_change_s=300,
        after_change_for_s=300,
        grace_s=120,
        source=default_sources.CADENCE,
    ),
    timing=Timing(rearm_s=60, escalate_high_s=60, escalate_medium_s=180, source=default_sources.TIMING),
    silences=SILENCES,
)
