"""Where the default rules of alarms come from, and the phases that they hold in: data only.

What a secondary source reports, and what is taken from clinical memory, is called assumed.
"""

from __future__ import annotations

from reverie.science.sources import Source

EVERY = ("before", "infusion", "recovery")
DRUG = ("infusion", "recovery")
BEFORE = ("before",)
INFUSION = ("infusion",)
RECOVERY = ("recovery",)
NOT_RUNNING = ("before", "recovery")

LABEL_PRACTICE = Source(
    "Practice around the esketamine label: the dose is reviewed at 140/90 or more",
    2019,
    "assumed",
    "remembered, and seen in secondary accounts of the label",
)
START_CONVENTION = Source(
    "Starting limits by convention of ketamine clinics", 2024, "assumed", "as secondary sources report them"
)
STOP_RULE = Source(
    "An academic esketamine clinic: 180/110 on two readings, or 200/120 once",
    2024,
    "assumed",
    "as a clinician reports it; Murrough et al. 2013 stopped at 180/115",
)
STOP_RULE_REPEAT = Source(
    "An academic esketamine clinic: 180/110 on two readings, 5 minutes apart",
    2024,
    "assumed",
    "as a clinician reports it; 30 s are taken off the 5 minutes for what a cuff reading takes",
)
CONFIRMED = Source(
    "Reverie's repeat rule for a cuff reading beyond its limit",
    2026,
    "assumed",
    "two in a row, at least 30 s apart, or one beyond the extreme limit: single readings vary by 5 to 7 mmHg",
)
RELATIVE = Source(
    "Reverie's limits relative to the session's baseline, counted from 150/95",
    2026,
    "derived",
    "below 150/95, reading noise of 5 to 7 mmHg and ketamine's usual rise alone would fire them",
)
PROJECTED = Source(
    "Reverie's pre-alarm: the Theil-Sen line through four readings",
    2026,
    "assumed",
    "Theil 1950 and Sen 1968 for the line; four readings and ten minutes are ours",
)
LOW_PRESSURE = Source(
    "Emergency department protocols for low-dose ketamine",
    2020,
    "published",
    "hold or stop below 90 systolic",
)
HEART = Source(
    "Heart rate limits of ketamine infusion protocols",
    2022,
    "published",
    "the limits; a delay of 10 s against single false beats is ours",
)
RESTING = Source(
    "Reverie's allowance for a low resting heart rate",
    2026,
    "assumed",
    "who rests below the limit is alarmed by the deeper limits alone",
)
SPO2 = Source(
    "SpO2 below 90 % as the published outcome; delays after a study of alarms on wards (PMC4891882)",
    2016,
    "derived",
    "15 s below 90, 5 s below 85, at once below 80",
)
SPO2_EARLY = Source(
    "Reverie's early SpO2 limits", 2026, "derived", "15 s of a median of five samples: motion is shorter"
)
BREATH = Source(
    "Respiratory limits of infusion protocols",
    2022,
    "published",
    "the limits; impedance alone never carries a medium or high alarm, and delays against noise are ours",
)
APNOEA = Source("Apnoea alarms of bedside capnographs: 20 s", 2020, "assumed", "remembered")
BREATH_UNSEEN = Source(
    "Reverie's rule for breath that cannot be seen",
    2026,
    "assumed",
    "a sampling line off the nose and apnoea look alike; technical at first, after 60 s somebody must look",
)
CHECK = Source(
    "Reverie's CHECK PATIENT rule",
    2026,
    "derived",
    "in a genuine record all low SpO2 came from a removed probe; a lost measurement is unknown, not safe",
)
ABSENCE = Source(
    "Reverie's rule for a blood pressure that is missing",
    2026,
    "derived",
    "multiples of the expected interval; sessions are published with one every 10 minutes",
)
LINK = Source(
    "Reverie's rule for a silent device", 2026, "assumed", "pumps and monitors speak every few seconds"
)
TECHNICAL = Source(
    "Reverie's rules for measurements that cannot be used", 2026, "assumed", "advice only, never a finding"
)
MONITOR = Source(
    "Reverie's rule for a bedside monitor's own alarms",
    2026,
    "assumed",
    "the bedside monitor is the alarm of record: what it tells is passed on as it is",
)
OVERDUE = Source(
    "Reverie's hazard analysis: overdue observations", 2026, "assumed", "medium at +2, high at +5 minutes"
)
SEDATION = Source(
    "Modified Observer's Assessment of Alertness/Sedation, as the esketamine label uses it",
    2019,
    "assumed",
    "the scale is published; the cuts are ours",
)
COMFORT = Source(
    "Reverie's cuts on numeric rating scales of 0 to 10",
    2026,
    "assumed",
    "during the infusion a staff member's estimate",
)
SYMPTOM = Source("Adverse events of the ketamine and esketamine labels", 2023, "published")
CADENCE = Source(
    "Blood pressure every 10 minutes in and every 15 minutes after infusions (Riva-Posse et al. and others)",
    2018,
    "published",
    "5 minutes after a change, 10 before the start and 2 minutes of grace are ours",
)
TIMING = Source(
    "Reverie's timing of alarms",
    2026,
    "assumed",
    "60 s clear until a cause is over; unseen: high after 60 s, medium after 180 s",
)
