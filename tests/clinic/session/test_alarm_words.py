"""What alarms say to people, and that every word of the lists can be read."""

from __future__ import annotations

import pytest

from reverie.clinic.session import alarm_words
from reverie.clinic.session.observed import AROUSAL, COMFORT, NAUSEA, SYMPTOMS, level_of, symptom_words
from reverie.clinic.session.sentences import sentence
from reverie.science.session import events
from reverie.science.vitals.alarms import default_observed
from reverie.science.vitals.alarms.defaults import DEFAULTS
from reverie.science.vitals.alarms.rules import Seen
from reverie.science.vitals.alarms.told import Input


def raised(label: str, *inputs: Input, group: str = "g", source: str = "watch") -> events.AlarmRaised:
    return events.AlarmRaised(group, "", "r", "high", label, "Do.", 0, inputs, True, False, source, "")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (raised("SpO2 very low", Input("spo2", "86", "%"), group="spo2_low"), "SpO2 86 %"),
        (raised("Heart rate high", Input("hr", "134.0", "/min"), group="hr_high"), "Heart rate 134 /min"),
        (
            raised("Systolic pressure high", Input("nibp_sys", "192", "mmHg"), group="bp_high"),
            "Systolic pressure high: systolic 192 mmHg",
        ),
        (
            raised(
                "Systolic pressure far over the baseline", Input("nibp_sys", "168", "mmHg"),
                Input("baseline", "124", "mmHg"), group="bp_high",
            ),
            "Systolic pressure far over the baseline: systolic 168 mmHg, baseline 124 mmHg",
        ),
        (raised("CHECK PATIENT: SpO2 unknown", Input("spo2", None)), "CHECK PATIENT: SpO2 unknown"),
        (raised("No blood pressure", Input("sbp", None)), "No blood pressure"),
        (raised("Device link lost", Input("device", None, "", "Tamarix^1^EUI")), "Device link lost: Tamarix"),
        (raised("Severe symptom", Input("symptom", "chest_pain")), "Severe symptom: chest pain"),
        (raised("Bedside monitor", Input("monitor", "MDC_EVT_ASYSTOLE")), "Bedside monitor: asystole"),
        (raised("Bedside monitor", Input("monitor", "** SpO2 low")), "Bedside monitor: ** SpO2 low"),
        (raised("Severe distress", Input("distress", "8")), "Severe distress"),
        (raised("Observations overdue", Input("set", None)), "Observations overdue"),
        (raised("Odd", Input("hr", "NaN", "/min"), group="hr_low"), "Heart rate NaN /min"),
    ],
)  # fmt: skip
def test_an_alarm_in_one_line(event: events.AlarmRaised, words: str) -> None:
    assert alarm_words.words_of(event) == words


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (raised("Apnoea"), "HIGH alarm: Apnoea"),
        (raised("Apnoea", source="monitor"), "HIGH alarm of the bedside monitor: Apnoea"),
        (
            events.AlarmChanged(7, "r", "medium", "SpO2 low", "Do.", False, (), False, False, ""),
            "Alarm 7 now MEDIUM: SpO2 low",
        ),
        (
            events.AlarmChanged(7, "r", "medium", "SpO2 low", "Do.", True, (), False, False, ""),
            "Alarm 7, MEDIUM, back within its limits: SpO2 low",
        ),
        (events.AlarmCleared(7), "Alarm 7 over"),
        (events.AlarmSeen(7), "Alarm 7 seen and silenced"),
        (
            events.AlarmEscalated(7, 60, (("1", "Ola"), ("2", "Kim"))),
            "Alarm 7 not seen for 60 s: called Ola, Kim",
        ),
        (events.AlarmEscalated(7, 180, ()), "Alarm 7 not seen for 3 min: nobody else is signed in"),
        (
            events.AlarmAnswered(7, "probe_off", "put_right"),
            "Alarm 7 answered: Probe or lead off. Probe, cuff, line or device put right",
        ),
        (events.AlarmAnswered(7, "old word", "treated", "x"), "Alarm 7 answered: old word. Treated. x"),
        (events.RulesApplied("alarm_rules", "", 0, ""), "Alarm rules: unsigned defaults hold (assumed)"),
        (events.RulesApplied("clinic_profile", "e", 3, ""), "Clinic profile: edition 3 holds"),
        (events.SoundChecked("S", "station", True), "Sound check at the station: heard"),
        (events.SoundChecked("S", "room", False), "Sound check in the room: not heard"),
    ],
)
def test_what_an_entry_about_an_alarm_says(event: events.Event, words: str) -> None:
    assert sentence(event) == words


def test_the_lanes_that_an_alarm_was_judged_from() -> None:
    inputs = (Input("nibp_sys", "168"), Input("baseline", "124"), Input("sbp", None))
    assert alarm_words.parameters_of(inputs) == ["nibp_sys", "art_sys"]


@pytest.mark.parametrize(
    ("ms", "words"), [(-5, "0 s"), (36_400, "36 s"), (89_000, "89 s"), (960_000, "16 min")]
)
def test_how_long(ms: int, words: str) -> None:
    assert alarm_words.lasted(ms) == words


def test_what_staff_may_say_is_what_the_default_rules_know() -> None:
    known = {
        word for rule in DEFAULTS.rules if isinstance(rule.predicate, Seen) for word in rule.predicate.words
    }
    assert known == set(SYMPTOMS)
    assert set(default_observed.SEVERE_SYMPTOMS) <= set(SYMPTOMS)
    assert symptom_words("old_word") == "old word"
    scales = {"arousal": (AROUSAL, 5), "distress": (COMFORT, 10), "nausea": (NAUSEA, 10)}
    for offered, highest in scales.values():
        levels = [one.level for one in offered.values()]
        assert len(set(levels)) == len(levels)
        assert all(0 <= level <= highest for level in levels)
    assert (level_of(AROUSAL, "alert"), level_of(AROUSAL, None), level_of(COMFORT, "odd")) == (5, None, None)
