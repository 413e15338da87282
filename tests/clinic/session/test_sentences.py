"""Every kind of entry says something to a person, and nothing of it is markup or a number without a unit."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reverie.clinic.session.sentences import sentence, state_words
from reverie.science.session import events
from reverie.science.session.states import STATES
from tests.clinic.session.made import row

SPO2 = row("spo2", "97")
SAID = [
    (events.InfusionStarted(Decimal("150.0"), "staff"), "Infusion started, 150.0 mL/h"),
    (events.RateChanged(Decimal("52.5"), "staff", "", "nausea"), "Rate changed to 52.5 mL/h: nausea"),
    (events.InfusionStopped("device", "P", "", Decimal("99.8")), "Infusion stopped, 99.8 mL infused"),
    (events.StateChanged("preflight", "hold", "pressure high"), "On hold: pressure high"),
    (
        events.VitalsRecorded(None, (row("nibp_sys", "131"), row("nibp_dia", "82"), SPO2), "calm"),
        "Set by hand: pressure 131/82 mmHg, SpO2 97 %, arousal: calm",
    ),
    (events.Correction(12, "wrong patient", "note", 2, None), "Entry 12 struck: wrong patient"),
    (
        events.LateEntry("note", 2, {"text": "Slept", "subject": ""}, "on paper"),
        "Slept: on paper",
    ),
    (events.LateEntry("note", 2, {"broken": 1}, "on paper"), "note: on paper"),
    (events.DeviceLost("Tamarix^1", "silent", 0), "No data from Tamarix: silent"),
    (events.PatientNamed("Tamarix^1", "77"), "Tamarix names another patient: record 77"),
    (events.PatientNamed("Tamarix^1", ""), "Tamarix no longer names another patient"),
]


@pytest.mark.parametrize(("event", "words"), SAID)
def test_what_is_said(event: events.Event, words: str) -> None:
    assert sentence(event) == words


def test_every_kind_has_its_sentence() -> None:
    from reverie.clinic.session.sentences import _SENTENCES

    known = events.REGISTRY
    newest = {cls for (kind, version), cls in known.items() if (kind, version + 1) not in known}
    assert newest <= set(_SENTENCES)


def test_every_state_has_its_name() -> None:
    names = [state_words(state) for state in STATES]
    assert len(set(names)) == len(STATES)
    assert not any("_" in name for name in names)
