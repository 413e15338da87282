"""Default alarm rules for heart rate, SpO2, breathing and both pulse and SpO2 lost. Data only.

Deeper values alarm sooner. Sources stand with each rule.
"""

from __future__ import annotations

from decimal import Decimal

from reverie.science.vitals.alarms import default_sources as basis
from reverie.science.vitals.alarms.rules import Limit, Lost, NoBreath, Rule, Step

_IMPEDANCE = ("151578",)
_LOOK = "Look at the patient and the leads. Check again within 5 minutes."
_PAUSE = "PAUSE THE PUMP BY HAND. Call the prescriber. Look at the ECG."
_CALL = "Call the prescriber. Look at the ECG."
_OXYGEN = (
    "PAUSE THE PUMP BY HAND. Wake and stimulate the patient, open the airway, give oxygen. "
    "Call the prescriber."
)
_OXYGEN_AFTER = "Wake and stimulate the patient, open the airway, give oxygen. Call the prescriber."
_BREATHE = "Ask for deep breaths; check the probe, the head and the airway."
_CHECK = "PAUSE THE PUMP AND CHECK. Feel the pulse, watch the breathing, then the probe and the leads."
_CHECK_AFTER = "Go to the patient: feel the pulse, watch the breathing, then the probe and the leads."


def _beyond(signal: str, side: str, hysteresis: int, *steps: tuple[int, int], **more: object) -> Limit:
    stages = tuple(Step(Decimal(limit), delay_s) for limit, delay_s in steps)
    # `more` are fields of Limit, each of its own type
    return Limit(signal, side, stages, Decimal(hysteresis), **more)  # type: ignore[arg-type]


def _high(ending: str, phases: tuple[str, ...], call: str, oxygen: str) -> tuple[Rule, ...]:
    return (
        Rule(
            f"hr-very-high{ending}",
            "hr_high",
            "Heart rate very high",
            "high",
            phases,
            _beyond("hr", "above", 5, (120, 300), (130, 10)),
            call,
            basis.HEART,
            latching=True,
        ),
        Rule(
            f"hr-very-low{ending}",
            "hr_low",
            "Heart rate very low",
            "high",
            phases,
            _beyond("hr", "below", 3, (40, 10)),
            call,
            basis.HEART,
            latching=True,
        ),
        Rule(
            f"spo2-very-low{ending}",
            "spo2_low",
            "SpO2 very low",
            "high",
            phases,
            _beyond("spo2", "below", 1, (90, 15), (85, 5), (80, 0)),
            oxygen,
            basis.SPO2,
            latching=True,
        ),
        Rule(
            f"rr-very-low{ending}",
            "rr_low",
            "Breathing very slow",
            "high",
            phases,
            _beyond("rr", "below", 1, (8, 15), not_from=_IMPEDANCE),
            oxygen,
            basis.BREATH,
            latching=True,
        ),
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "hr-raised",
        "hr_high",
        "Heart rate raised",
        "low",
        basis.EVERY,
        _beyond("hr", "above", 3, (105, 10)),
        _LOOK,
        basis.HEART,
    ),
    Rule(
        "hr-high",
        "hr_high",
        "Heart rate high",
        "medium",
        basis.EVERY,
        _beyond("hr", "above", 5, (110, 10)),
        _LOOK,
        basis.HEART,
    ),
    Rule(
        "hr-lowered",
        "hr_low",
        "Heart rate lowered",
        "low",
        basis.EVERY,
        _beyond("hr", "below", 2, (55, 10), resting_below=Decimal(55)),
        _LOOK,
        basis.RESTING,
    ),
    Rule(
        "hr-low",
        "hr_low",
        "Heart rate low",
        "medium",
        basis.EVERY,
        _beyond("hr", "below", 3, (50, 10), resting_below=Decimal(50)),
        _LOOK,
        basis.RESTING,
    ),
    Rule(
        "spo2-lowered",
        "spo2_low",
        "SpO2 lowered",
        "low",
        basis.EVERY,
        _beyond("spo2", "below", 1, (95, 15)),
        _BREATHE,
        basis.SPO2_EARLY,
    ),
    Rule(
        "spo2-low",
        "spo2_low",
        "SpO2 low",
        "medium",
        basis.EVERY,
        _beyond("spo2", "below", 1, (94, 15)),
        _BREATHE,
        basis.SPO2_EARLY,
    ),
    Rule(
        "rr-raised",
        "rr_high",
        "Breathing fast",
        "low",
        basis.EVERY,
        _beyond("rr", "above", 2, (24, 30)),
        _LOOK,
        basis.BREATH,
    ),
    Rule(
        "rr-high",
        "rr_high",
        "Breathing very fast",
        "medium",
        basis.EVERY,
        _beyond("rr", "above", 2, (28, 30), not_from=_IMPEDANCE),
        "Look at the patient: fear, pain or short of breath? Check again within 5 minutes.",
        basis.BREATH,
    ),
    Rule(
        "rr-low",
        "rr_low",
        "Breathing slow",
        "medium",
        basis.EVERY,
        _beyond("rr", "below", 1, (10, 30), not_from=_IMPEDANCE),
        _BREATHE,
        basis.BREATH,
    ),
    Rule(
        "breath-unseen",
        "apnoea",
        "Breath cannot be seen",
        "medium",
        basis.DRUG,
        NoBreath(60, unsure=True),
        "Watch the chest and count the breaths; put the sampling line back to the nose.",
        basis.BREATH_UNSEEN,
    ),
    *(
        Rule(name, "apnoea", "No breath", "high", phases, NoBreath(20), action, basis.APNOEA, latching=True)
        for name, phases, action in (
            ("apnoea", basis.INFUSION, _OXYGEN),
            ("apnoea-after", basis.RECOVERY, _OXYGEN_AFTER),
        )
    ),
    Rule(
        "check-patient",
        "check_patient",
        "CHECK PATIENT: pulse or SpO2 unknown",
        "medium",
        basis.DRUG,
        Lost(both_s=0, either_s=30),
        _CHECK_AFTER,
        basis.CHECK,
    ),
    Rule(
        "check-patient-now",
        "check_patient",
        "CHECK PATIENT: pulse or SpO2 still unknown",
        "high",
        basis.INFUSION,
        Lost(both_s=60, either_s=60),
        _CHECK,
        basis.CHECK,
        latching=True,
    ),
    Rule(
        "check-patient-now-after",
        "check_patient",
        "CHECK PATIENT: pulse or SpO2 still unknown",
        "high",
        basis.RECOVERY,
        Lost(both_s=60, either_s=60),
        _CHECK_AFTER,
        basis.CHECK,
        latching=True,
    ),
    *_high("", basis.INFUSION, _PAUSE, _OXYGEN),
    *_high("-off", basis.NOT_RUNNING, _CALL, _OXYGEN_AFTER),
)
