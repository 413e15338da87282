"""Default alarm rules for what staff observe: arousal, distress, nausea and symptoms. Data only.

Nausea of 7 to 10 has no limit of its own in practice: it stays medium until the patient vomits.
"""

from __future__ import annotations

from reverie.science.vitals.alarms import default_sources as basis
from reverie.science.vitals.alarms.rules import Rule, Seen

SEVERE_SYMPTOMS = (
    "chest_pain", "severe_headache", "visual_loss", "focal_deficit", "apnoea", "seizure", "anaphylaxis",
)  # fmt: skip
_STOP = "STOP THE PUMP BY HAND. Start the emergency plan."
_PLAN = "Start the emergency plan."
_WAKE = "Wake the patient, open the airway, give oxygen. Call the prescriber."


def _high(ending: str, phases: tuple[str, ...], pause: str, emergency: str) -> tuple[Rule, ...]:
    return (
        Rule(
            f"arousal-2{ending}",
            "arousal",
            "Answers only to prodding (MOAA/S 2)",
            "high",
            phases,
            Seen("arousal", 2, 2),
            pause + _WAKE,
            basis.SEDATION,
            latching=True,
        ),
        Rule(
            f"arousal-0{ending}",
            "arousal",
            "Does not answer (MOAA/S 0 or 1)",
            "high",
            phases,
            Seen("arousal", 0, 1),
            emergency,
            basis.SEDATION,
            latching=True,
        ),
        Rule(
            f"distress-7{ending}",
            "distress",
            "Severe distress",
            "high",
            phases,
            Seen("distress", 7, 10),
            pause + "Stay with the patient, soften the sound. Call the prescriber.",
            basis.COMFORT,
            latching=True,
        ),
        Rule(
            f"asks-to-stop{ending}",
            "distress",
            "The patient asks to stop",
            "high",
            phases,
            Seen("symptom", words=("asks_to_stop",)),
            pause + "Stay with the patient and ask what they need. Call the prescriber.",
            basis.COMFORT,
            latching=True,
        ),
        Rule(
            f"vomiting{ending}",
            "nausea",
            "Vomiting",
            "high",
            phases,
            Seen("symptom", words=("vomiting",)),
            pause + "Turn the patient to the side, clear the mouth, give the ordered antiemetic.",
            basis.COMFORT,
            latching=True,
        ),
        Rule(
            f"severe-symptom{ending}",
            "symptom",
            "Severe symptom",
            "high",
            phases,
            Seen("symptom", words=SEVERE_SYMPTOMS),
            emergency,
            basis.SYMPTOM,
            latching=True,
        ),
    )


RULES: tuple[Rule, ...] = (
    Rule(
        "arousal-4",
        "arousal",
        "Drowsy (MOAA/S 4)",
        "low",
        basis.EVERY,
        Seen("arousal", 4, 4),
        "Speak to the patient by name; keep watching.",
        basis.SEDATION,
    ),
    Rule(
        "arousal-3",
        "arousal",
        "Answers only when called loudly (MOAA/S 3)",
        "medium",
        basis.EVERY,
        Seen("arousal", 3, 3),
        "Stay with the patient. Score again within 5 minutes.",
        basis.SEDATION,
    ),
    Rule(
        "distress-3",
        "distress",
        "Some distress",
        "low",
        basis.EVERY,
        Seen("distress", 3, 4),
        "Be near; ask whether something helps.",
        basis.COMFORT,
    ),
    Rule(
        "distress-5",
        "distress",
        "Distress",
        "medium",
        basis.EVERY,
        Seen("distress", 5, 6),
        "Be present, soften the sound, help the patient to feel the ground. Score again within 5 minutes.",
        basis.COMFORT,
    ),
    Rule(
        "nausea-2",
        "nausea",
        "Some nausea",
        "low",
        basis.EVERY,
        Seen("nausea", 2, 3),
        "Raise the head, keep a bowl near.",
        basis.COMFORT,
    ),
    Rule(
        "nausea-4",
        "nausea",
        "Nausea",
        "medium",
        basis.EVERY,
        Seen("nausea", 4, 10),
        "Give the ordered antiemetic. Ask again within 5 minutes.",
        basis.COMFORT,
    ),
    *_high("", basis.INFUSION, "PAUSE THE PUMP BY HAND. ", _STOP),
    *_high("-off", basis.NOT_RUNNING, "", _PLAN),
)
