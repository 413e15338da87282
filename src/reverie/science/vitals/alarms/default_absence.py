"""Default alarm rules for what is missing, from pressure to due sets, and for the monitor's own. Data only.

Sources stand with each rule.
"""

from __future__ import annotations

from decimal import Decimal

from reverie.science.vitals.alarms import default_sources as basis
from reverie.science.vitals.alarms.rules import FromMonitor, Overdue, Rule, Silent, Stale, Technical

_CUFF = "Take the blood pressure now; check the cuff and its cycle on the monitor."


def _no_pressure(
    name: str, priority: str, phases: tuple[str, ...], intervals: str, most_s: int | None
) -> Rule:
    predicate = Stale(("sbp",), Decimal(intervals), most_s)
    label = "No blood pressure" if priority == "high" else "Blood pressure is getting old"
    high = priority == "high"
    return Rule(name, "no_bp", label, priority, phases, predicate, _CUFF, basis.ABSENCE, latching=high)


def _technical(why: str, after_s: int, label: str, action: str) -> Rule:
    return Rule(
        why.replace("_", "-"),
        why,
        label,
        "low",
        basis.EVERY,
        Technical(why, after_s),
        action,
        basis.TECHNICAL,
    )


RULES: tuple[Rule, ...] = (
    _no_pressure("no-bp-low", "low", basis.DRUG, "1.5", None),
    _no_pressure("no-bp-medium", "medium", basis.DRUG, "2", None),
    _no_pressure("no-bp-high", "high", basis.INFUSION, "3", 900),
    _no_pressure("no-bp-high-after", "high", basis.RECOVERY, "3", None),
    Rule(
        "link-quiet",
        "link_lost",
        "Device has gone quiet",
        "low",
        basis.EVERY,
        Silent(10),
        "Look at the bedside monitor or pump itself; check its cable and network.",
        basis.LINK,
    ),
    Rule(
        "link-lost",
        "link_lost",
        "Device link lost",
        "medium",
        basis.DRUG,
        Silent(30),
        "Go by the bedside monitor or pump itself and chart by hand; check its cable and network.",
        basis.LINK,
    ),
    _technical(
        "probe_off", 10, "SpO2 probe off or without a signal", "Put the probe back, or on another finger."
    ),
    _technical("leads_off", 10, "ECG leads off", "Put the leads back."),
    _technical(
        "off_nose", 10, "Breath sampling line off the nose", "Put the sampling line back to the nose."
    ),
    _technical("cuff_failed", 0, "Cuff reading failed", "Keep the arm still, check the cuff, and repeat."),
    _technical(
        "clash", 20, "Two sources disagree", "Compare with the bedside monitor; check leads and probe."
    ),
    _technical(
        "doubtful", 10, "SpO2 is doubtful", "Look at the patient. Warm the finger, keep the probe still."
    ),
    _technical("inhibited", 0, "The monitor's own alarms are off", "Switch the monitor's alarms back on."),
    Rule(
        "overdue-before",
        "overdue",
        "Observations overdue",
        "low",
        basis.BEFORE,
        Overdue(120),
        "Take and confirm the set that is due.",
        basis.OVERDUE,
    ),
    Rule(
        "overdue",
        "overdue",
        "Observations overdue",
        "medium",
        basis.DRUG,
        Overdue(120),
        "Take and confirm the set that is due.",
        basis.OVERDUE,
    ),
    Rule(
        "overdue-long",
        "overdue",
        "Observations long overdue",
        "high",
        basis.DRUG,
        Overdue(300),
        "Go to the patient now; take and confirm the set that is due.",
        basis.OVERDUE,
        latching=True,
    ),
    Rule(
        "monitor",
        "monitor",
        "Bedside monitor",
        "high",
        basis.EVERY,
        FromMonitor(),
        "Look at the bedside monitor and the patient.",
        basis.MONITOR,
    ),
)
