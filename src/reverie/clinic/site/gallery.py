"""What the style page shows: every component in each state, with invented content and no patient data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

THEMES = [("light", _("Light")), ("dark", _("Dark")), ("dim", _("Dim"))]


class SampleForm(forms.Form):
    """One field of each look."""

    name = forms.CharField(label=_("Family name"), help_text=_("As in the passport"))
    weight = forms.DecimalField(
        label=_("Weight"), widget=forms.TextInput(attrs={"data-unit": "kg", "inputmode": "decimal"})
    )
    arm = forms.ChoiceField(
        label=_("Cuff on"),
        choices=[("left", _("Left arm")), ("right", _("Right arm"))],
        widget=forms.RadioSelect(attrs={"data-look": "segments"}),
    )
    escort = forms.ChoiceField(
        label=_("Escort"), choices=[("", _("Not known")), ("sister", _("Sister")), ("friend", _("Friend"))]
    )
    words = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    told = forms.BooleanField(label=_("Told not to drive until tomorrow"), required=False)


def _form(theme: str) -> SampleForm:
    initial = {"name": "Weiss", "weight": "70.0", "arm": "left", "escort": "sister"}
    return SampleForm(initial=initial, auto_id=f"{theme}-form-%s")


def _wrong_form(theme: str) -> SampleForm:
    typed = {"name": "Weiss", "weight": "seventy", "arm": "left", "escort": ""}
    return SampleForm(typed, auto_id=f"{theme}-wrong-%s")


CHAIRS = [
    {"chair": "1", "url": "#", "initials": "R S", "words": "Infusing 31 min", "note": "set in 0:55"},
    {"chair": "2", "url": "#", "initials": "M K", "words": "", "current": True},
    {"chair": "3", "url": "#", "initials": "T B", "words": "Getting ready", "note": "2 guards open"},
    {
        "chair": "4",
        "url": "#",
        "initials": "J L",
        "words": "Recovery",
        "level": "low",
        "level_words": "set overdue 1:10",
    },
    {
        "chair": "5",
        "url": "#",
        "initials": "D F",
        "words": "Infusing",
        "level": "medium",
        "level_words": "pressure above 160",
    },
    {
        "chair": "6",
        "url": "#",
        "initials": "E W",
        "words": "Infusing",
        "level": "high",
        "level_words": "SpO2 below 85",
    },
]
BANNER = {
    "heading": "Chair 2",
    "initials": "M K",
    "who": "Woman, 41 y",
    "weight": "70.0 kg",
    "weight_note": "today 09:12",
    "course": "Infusion 3 of 6, depression",
    "born": "3 May 1985",
    "number": "004172",
    "allergies": "Allergy: penicillin, rash",
    "alike": "Another patient is called M. Klein, born 12 May 1985",
    "figures": [
        {"label": "Delivered", "value": "16.0", "unit": "of 35 mg", "note": "bounds 15.7 – 16.3 mg"},
        {"label": "Infusing", "value": "18:20", "unit": "of 40:00", "note": "ends 10:42"},
    ],
}
LANES = [
    {
        "key": "spo2",
        "label": "SpO",
        "sub": "2",
        "value": "97",
        "unit": "%",
        "age": "2 s",
        "source": "left hand",
        "state": "fresh",
        "points": "0,14 18,14 20,12 24,14 46,14 48,17 50,14 74,14 78,13 90,14 100,14",
    },
    {
        "key": "pulse",
        "label": "Pulse",
        "value": "78",
        "unit": "/min",
        "age": "16 min old",
        "source": "SpO2 probe",
        "state": "stale",
        "points": "0,24 20,23 40,22 60,21 80,22 100,20",
    },
    {
        "key": "resp",
        "label": "Respiration",
        "value": "9",
        "unit": "/min",
        "age": "3 s",
        "source": "talking",
        "state": "questionable",
        "points": "0,20 10,12 20,30 30,18 50,26 70,12 100,20",
    },
    {
        "key": "etco2",
        "label": "EtCO",
        "sub": "2",
        "unit": "mmHg",
        "age": "probe off",
        "source": "capnograph",
        "state": "missing",
    },
    {
        "key": "temp",
        "label": "Temperature",
        "value": "36.6",
        "unit": "Cel",
        "age": "no data since 10:19:58",
        "source": "monitor",
        "state": "lost",
    },
    {
        "key": "rate",
        "label": "Pump rate",
        "value": "150.0",
        "unit": "mL/h",
        "age": "4 s",
        "source": "52.5 mg/h",
        "state": "fresh",
        "act": True,
        "points": "0,34 30,34 30,10 100,10 100,40 0,40",
    },
]
ALARMS = [
    {"level": "quiet", "words": "No alarms", "detail": "Sound tested 08:31, louder than the room"},
    {
        "level": "low",
        "words": "Full set overdue",
        "length": "for 1:10",
        "detail": "Confirm the set",
        "url": "#",
    },
    {
        "level": "medium",
        "words": "Systolic 164 mmHg",
        "length": "for 1:20",
        "detail": "Repeat the cuff. Look at the patient.",
        "url": "#",
    },
    {
        "level": "high",
        "words": "SpO2 83 %",
        "length": "for 6 s",
        "detail": "Stimulate. Open the airway. Give oxygen.",
        "meta": "Dr J. Okafor called 10:20:20",
        "url": "#",
    },
    {
        "level": "high",
        "words": "was SpO2 83 %",
        "length": "settled since 10:20:40",
        "meta": "seen by Anna Weiss 10:20:31",
        "seen": True,
        "over": True,
    },
]
VALUES = [
    {"value": "131/82", "unit": "mmHg", "state": "fresh", "age": "3 min 20 s", "source": "cuff right arm"},
    {"value": "128/79", "unit": "mmHg", "state": "stale", "age": "16 min old"},
    {"value": "88", "unit": "%", "state": "questionable", "age": "2 s", "reason": "motion"},
    {"unit": "%", "state": "missing", "reason": "probe off"},
    {"value": "74", "unit": "/min", "state": "lost", "age": "no data since 10:19:58"},
]
TABLE = {
    "columns": [
        {"label": "Step"},
        {"label": "Volume, mL", "kind": "number"},
        {"label": "Rate, mL/h", "kind": "number"},
        {"label": "Agrees"},
    ],
    "rows": [
        {
            "cells": [
                {"text": "Ordered", "kind": "strong"},
                {"text": "100", "kind": "number"},
                {"text": "150.0", "kind": "number"},
                {"text": "signed", "verdict": "agrees"},
            ]
        },
        {
            "cells": [
                {"text": "Programmed", "kind": "strong"},
                {"text": "100", "kind": "number"},
                {"text": "15.0", "kind": "number"},
                {"text": "differs", "verdict": "differs"},
            ],
            "state": "differs",
        },
        {
            "cells": [
                {"text": "Delivered", "kind": "strong"},
                {"text": "45.8", "kind": "number"},
                {"text": "150.0", "kind": "number"},
                {"text": "open", "verdict": "open"},
            ],
            "state": "now",
        },
    ],
}
EVENTS = [
    {"at": "10:02:14", "words": "Infusion started, 150.0 mL/h", "who": "as the pump reports"},
    {
        "at": "10:11:00",
        "words": "SpO2 probe moved to the left hand",
        "who": "Anna Weiss",
        "late": "late, recorded 10:15:20",
    },
    {"at": "10:12:40", "words": "Pressure 231/82 mmHg", "who": "Anna Weiss", "struck": "struck by entry 214"},
]
DAY = [
    {"time": "08:00", "title": "Last food", "detail": "Water until 09:00", "state": "past"},
    {
        "time": "09:30",
        "title": "Be at the clinic",
        "detail": "With Nora, who takes you home",
        "state": "next",
    },
    {"time": "12:30", "title": "Home with Nora", "detail": "No driving until tomorrow", "state": "later"},
]
DUE = [
    {"countdown": "1:40", "label": "Full set", "detail": "pressure, arousal, comfort", "at": "10:22"},
    {"countdown": "11:40", "label": "Arousal and comfort", "at": "10:32"},
    {"countdown": "−1:10", "label": "Temperature", "at": "10:19", "overdue": True},
]
DEVICES = [
    {"name": "MONITOR-2", "age": "1 s", "state": "fresh"},
    {"name": "PUMP-2", "age": "no data since 10:19:58", "state": "lost"},
    {"name": "MONITOR-5", "age": "linked, nothing received yet", "state": "missing"},
]
SHAPES = ["low", "medium", "high", "order", "clock", "none", "agrees", "differs", "open"]
TOKENS = [
    "paper",
    "sunk",
    "raised",
    "ink",
    "ink2",
    "ink3",
    "rule",
    "edge",
    "act",
    "actsoft",
    "high",
    "highsoft",
    "med",
    "low",
    "agree",
]


def galleries() -> list[dict[str, Any]]:
    """The content once per theme, with ids of their own."""
    return [
        {
            "theme": theme,
            "title": title,
            "prefix": f"{theme}-",
            "form": _form(theme),
            "wrong": _wrong_form(theme),
            "chairs": CHAIRS,
            "banner": BANNER,
            "lanes": LANES,
            "alarms": ALARMS,
            "values": VALUES,
            "table": TABLE,
            "events": EVENTS,
            "day": DAY,
            "due": DUE,
            "devices": DEVICES,
            "shapes": SHAPES,
            "tokens": TOKENS,
            "options": [
                {"value": "now", "label": "now"},
                {"value": "2", "label": "−2"},
                {"value": "5", "label": "−5"},
                {"value": "10", "label": "−10 min"},
            ],
            "answers": [
                {"value": "0", "label": "Not at all"},
                {"value": "1", "label": "Several days"},
                {"value": "2", "label": "More than half the days"},
                {"value": "3", "label": "Nearly every day"},
            ],
        }
        for theme, title in THEMES
    ]
