"""What staff observe of a patient, as it is offered and as it is judged: arousal, comfort, nausea, symptoms.

The levels behind the words are those of the alarm rules: MOAA/S for arousal, staff's estimate of distress on
0 to 10 for comfort. Sources: MOAA/S (Chernik et al. 1990); which word stands for which distress is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

Words = str | Promise


class Level(NamedTuple):
    """A word that is offered, and the number that it is judged as."""

    words: Words
    level: int


# "does not rouse" is judged as the lowest: who does not answer to touch is not taken for merely asleep
AROUSAL: Mapping[str, Level] = {
    "alert": Level(lazy("alert"), 5),
    "drowsy": Level(lazy("drowsy"), 4),
    "rouses to voice": Level(lazy("rouses to voice"), 3),
    "rouses to touch": Level(lazy("rouses to touch"), 2),
    "does not rouse": Level(lazy("does not rouse"), 0),
}
COMFORT: Mapping[str, Level] = {
    "at ease": Level(lazy("at ease"), 0),
    "uneasy": Level(lazy("uneasy"), 3),
    "anxious": Level(lazy("anxious"), 5),
    "distressed": Level(lazy("distressed"), 7),
}
NAUSEA: Mapping[str, Level] = {
    "none": Level(lazy("no nausea"), 0),
    "some": Level(lazy("some nausea"), 2),
    "clear": Level(lazy("clear nausea"), 4),
    "severe": Level(lazy("severe nausea"), 7),
}
SYMPTOMS: Mapping[str, Words] = {
    "asks_to_stop": lazy("asks to stop"),
    "vomiting": lazy("vomiting"),
    "chest_pain": lazy("chest pain"),
    "severe_headache": lazy("severe headache"),
    "visual_loss": lazy("loss of vision"),
    "focal_deficit": lazy("focal deficit"),
    "apnoea": lazy("no breathing"),
    "seizure": lazy("seizure"),
    "anaphylaxis": lazy("anaphylaxis"),
    "high_pressure_symptoms": lazy("symptoms of high pressure"),
    "low_pressure_symptoms": lazy("symptoms of low pressure"),
}


def level_of(offered: Mapping[str, Level], word: str | None) -> int | None:
    """The number behind a word; None for one that is not offered."""
    found = offered.get(word or "")
    return None if found is None else found.level


def symptom_words(word: str) -> str:
    """A symptom as it is read; what is not offered any more stays as it was said."""
    return str(SYMPTOMS.get(word, word.replace("_", " ")))
