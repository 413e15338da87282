"""Default alarm rules for blood pressure: before the start, high, rising and low. Data only.

A cell "at least 140" is written as above 139: pressures are whole numbers. Sources stand with each rule.
"""

from __future__ import annotations

from decimal import Decimal

from reverie.science.vitals.alarms import default_sources as basis
from reverie.science.vitals.alarms.rules import (
    Limit,
    OverBaseline,
    Predicate,
    Projection,
    Rise,
    Rule,
    Seen,
    Step,
)

_HYSTERESIS_MMHG = Decimal(5)
_CONFIRM_S = 30
_REPEAT_STOP_S = 270
_NAMES = {"sbp": "Systolic pressure", "dbp": "Diastolic pressure"}

_NO_START = "DO NOT START THE PUMP. Call the prescriber."
_HOLD = "Hold the start. The prescriber decides and gives a reason."
_REST = "Let the patient rest for 10 to 15 minutes, then repeat the cuff."
_REPEAT = "Repeat the cuff within 2 minutes: check its size and the arm."
_RECHECK = "Look at the patient. Repeat the cuff within 5 minutes; pause the pump by hand if it stays."
_RECHECK_AFTER = "Look at the patient. Repeat the cuff within 5 minutes; call the prescriber if it stays."
_PAUSE = (
    "PAUSE THE PUMP BY HAND. Call the prescriber. Ask for headache, chest pain and vision; repeat the cuff."
)
_CALL = "Call the prescriber. Ask for headache, chest pain and vision; repeat the cuff."
_WATCH = "Watch the pressure; let the patient rest, and keep voices low."
_FLAT = "Lay the patient flat with raised legs, ask for dizziness, repeat the cuff within 5 minutes."
_FLAT_PAUSE = (
    "PAUSE THE PUMP BY HAND. Lay the patient flat, raise the legs, give the fluids that are ordered. "
    "Call the prescriber."
)
_FLAT_CALL = "Lay the patient flat, raise the legs, give the fluids that are ordered. Call the prescriber."


def _above(signal: str, limit: int, readings: int = 1, apart_s: int = 0) -> Limit:
    return Limit(signal, "above", (Step(Decimal(limit), 0),), _HYSTERESIS_MMHG, readings, apart_s)


def _below(limit: int, readings: int = 1, apart_s: int = 0) -> Limit:
    return Limit("sbp", "below", (Step(Decimal(limit), 0),), _HYSTERESIS_MMHG, readings, apart_s)


def _over(signal: str, percent: int, absolute: int | None, readings: int) -> OverBaseline:
    return OverBaseline(
        signal,
        Decimal(percent),
        None if absolute is None else Decimal(absolute),
        Decimal(150 if signal == "sbp" else 95),
        _HYSTERESIS_MMHG,
        readings,
    )


def _before(signal: str, rest: int, hold: int, stop: int) -> tuple[Rule, ...]:
    def rule(name: str, priority: str, predicate: Predicate, action: str, *, latching: bool = False) -> Rule:
        source = basis.LABEL_PRACTICE if priority == "low" else basis.START_CONVENTION
        label = f"{_NAMES[signal]} high before the start"
        return Rule(
            f"{signal}-before-{name}",
            "bp_high",
            label,
            priority,
            basis.BEFORE,
            predicate,
            action,
            source,
            latching,
        )

    return (
        rule("rest", "low", _above(signal, rest), _REST),
        rule("hold", "medium", _above(signal, hold, 2, _CONFIRM_S), _HOLD),
        rule("stop", "high", _above(signal, stop), _NO_START, latching=True),
    )


def _session(signal: str, confirm: int, stop: int, extreme: int, absolute: int | None) -> tuple[Rule, ...]:
    name = _NAMES[signal]
    repeat_first = Rule(
        f"{signal}-repeat",
        "bp_high",
        f"{name} high: repeat the cuff",
        "low",
        basis.DRUG,
        _above(signal, confirm),
        _REPEAT,
        basis.CONFIRMED,
    )
    early = Rule(
        f"{signal}-over-20",
        "bp_high",
        f"{name} well over the baseline",
        "low",
        basis.DRUG,
        _over(signal, 20, None, 1),
        _WATCH,
        basis.RELATIVE,
    )
    projected = Rule(
        f"{signal}-projected",
        "bp_high",
        f"{name} may reach the stopping limit within 10 minutes",
        "low",
        basis.DRUG,
        Projection(signal, Decimal(stop), 600, 4),
        _REPEAT,
        basis.PROJECTED,
        sign="prediction",
    )
    rules = [repeat_first, early, projected]
    for ending, phases, recheck, call in (
        ("", basis.INFUSION, _RECHECK, _PAUSE),
        ("-after", basis.RECOVERY, _RECHECK_AFTER, _CALL),
    ):
        rules += [
            Rule(
                f"{signal}-high{ending}",
                "bp_high",
                f"{name} high",
                "medium",
                phases,
                _above(signal, confirm, 2, _CONFIRM_S),
                recheck,
                basis.START_CONVENTION,
            ),
            Rule(
                f"{signal}-over-30{ending}",
                "bp_high",
                f"{name} far over the baseline",
                "medium",
                phases,
                _over(signal, 30, absolute, 2),
                recheck,
                basis.RELATIVE,
            ),
            Rule(
                f"{signal}-stop{ending}",
                "bp_high",
                f"{name} very high, twice",
                "high",
                phases,
                _above(signal, stop, 2, _REPEAT_STOP_S),
                call,
                basis.STOP_RULE_REPEAT,
                latching=True,
            ),
            Rule(
                f"{signal}-extreme{ending}",
                "bp_high",
                f"{name} extremely high",
                "high",
                phases,
                _above(signal, extreme),
                call,
                basis.STOP_RULE,
                latching=True,
            ),
        ]
    return tuple(rules)


def _by_phase(ending: str, phases: tuple[str, ...], high: str, low: str) -> tuple[Rule, ...]:
    return (
        Rule(
            f"high-pressure-symptoms{ending}",
            "bp_high",
            "Symptoms of high pressure",
            "high",
            phases,
            Seen("symptom", words=("high_pressure_symptoms",)),
            high,
            basis.STOP_RULE,
            latching=True,
        ),
        Rule(
            f"sbp-very-low{ending}",
            "bp_low",
            "Systolic pressure very low",
            "high",
            phases,
            _below(90),
            low,
            basis.LOW_PRESSURE,
            latching=True,
        ),
        Rule(
            f"low-pressure-symptoms{ending}",
            "bp_low",
            "Symptoms of low pressure",
            "high",
            phases,
            Seen("symptom", words=("low_pressure_symptoms",)),
            low,
            basis.LOW_PRESSURE,
            latching=True,
        ),
    )


RULES: tuple[Rule, ...] = (
    *_before("sbp", 139, 160, 179),
    *_before("dbp", 89, 100, 109),
    *_session("sbp", 160, 180, 200, 40),
    *_session("dbp", 100, 110, 120, None),
    Rule(
        "sbp-rise",
        "bp_high",
        "Systolic pressure rises fast",
        "medium",
        basis.DRUG,
        Rise("sbp", Decimal(20), 600, Decimal(150), 2),
        _RECHECK_AFTER,
        basis.RELATIVE,
        sign="slope",
    ),
    Rule(
        "sbp-low-repeat",
        "bp_low",
        "Systolic pressure low: repeat the cuff",
        "low",
        basis.EVERY,
        _below(105),
        _REPEAT,
        basis.LOW_PRESSURE,
    ),
    Rule(
        "sbp-low",
        "bp_low",
        "Systolic pressure low",
        "medium",
        basis.EVERY,
        _below(100, 2, _CONFIRM_S),
        _FLAT,
        basis.CONFIRMED,
    ),
    *_by_phase("", basis.INFUSION, _PAUSE, _FLAT_PAUSE),
    *_by_phase("-after", basis.RECOVERY, _CALL, _FLAT_CALL),
    *_by_phase("-before", basis.BEFORE, _NO_START, "DO NOT START THE PUMP. " + _FLAT_CALL),
)
