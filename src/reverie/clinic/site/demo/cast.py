"""The demo's people: staff and patients who do not exist, and what their charts say. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from reverie.clinic.kernel import access

CLINIC = "Lindenhof (demo)"
TIME_ZONE = "Europe/Zurich"
CHAIRS = ("1", "2", "3", "4", "5", "6")

STAFF = (
    ("anna", "Anna Weiss", access.NURSE),
    ("ben", "Ben Adler", access.NURSE),
    ("ilse", "Dr Ilse Brandt", access.PRESCRIBER),
    ("samuel", "Dr Samuel Roth", access.DIRECTOR),
    ("mira", "Mira Cohen", access.THERAPIST),
    ("tom", "Tom Lindqvist", access.FRONT_DESK),
    ("priya", "Priya Nair", access.RESEARCHER),
    ("olga", "Olga Petrova", access.AUDITOR),
    ("karl", "Karl Meyer", access.ADMINISTRATOR),
)


@dataclass(frozen=True)
class Sitter:
    """A patient of the demo. `weight_kg` and `height_cm` as text, "" where nobody has measured."""

    number: str
    given_name: str
    family_name: str
    born: str
    sex: str
    indication: str = ""
    weight_kg: str = ""
    height_cm: str = ""
    allergies: tuple[tuple[str, str], ...] = ()
    conditions: tuple[str, ...] = ()
    medicines: tuple[tuple[str, str], ...] = ()
    support: tuple[str, str] = ("", "")


PATIENTS = (
    Sitter(
        "004101", "Rosa", "Santos", "1979-06-18", "female", "depression", "64.5", "165",
        conditions=("Recurrent depression, severe",),
        medicines=(("Venlafaxine", "150 mg in the morning"),),
        support=("Nora Santos", "sister"),
    ),
    Sitter(
        "004172", "Martin", "Klein", "1985-05-03", "male", "depression", "82.0", "181",
        allergies=(("Penicillin", "rash"),),
        conditions=("Recurrent depression, severe", "High blood pressure, treated"),
        medicines=(("Sertraline", "100 mg in the morning"), ("Amlodipine", "5 mg in the morning")),
        support=("Lea Klein", "wife"),
    ),
    Sitter(
        "004190", "Tamar", "Baumann", "1968-11-27", "female", "neuropathic_pain", "58.0", "160",
        conditions=("Neuropathic pain after shingles",),
        medicines=(("Pregabalin", "150 mg twice a day"),),
    ),
    Sitter(
        "004055", "Jonas", "Lindt", "1991-02-09", "male", "ptsd", "77.5", "176",
        conditions=("Post-traumatic stress disorder",),
        support=("Eva Lindt", "mother"),
    ),
    Sitter("004173", "Martina", "Klein", "1985-05-12", "female", "anxiety", "61.0", "170"),
    Sitter("004210", "Elias", "Wagner", "1956-08-30", "male", "depression", "90.5", "183"),
    Sitter("004215", "Hana", "Novák", "1999-12-24", "female"),
    Sitter("004216", "Dina", "Fischer", "1974-03-15", "female", "migraine"),
)  # fmt: skip


@dataclass(frozen=True)
class Live:
    """A session that runs when the demo starts: minutes since arrival, and since the pump was started.

    `incidents` are what happens then and how many seconds after the demo began, so that alarms are seen.
    """

    chair: str
    number: str
    arrived_min: int
    infusing_min: int
    monitor: str
    pump: str
    seed: int
    artefacts: frozenset[str] = frozenset()
    incidents: tuple[str, ...] = ()


LIVE = (
    Live(
        "1", "004101", 32, 19, "MONITOR-1^0002A1^EUI-64", "PUMP-1", 28,
        incidents=("hypertension@300:severe", "probe-off@1920"),
    ),
    Live(
        "2", "004172", 16, 4, "MONITOR-2^0002A2^EUI-64", "PUMP-2", 10, frozenset({"motion"}),
        incidents=("desaturation@180", "probe-off@480", "panic@1200", "desaturation@2400:severe"),
    ),
)  # fmt: skip
PREFLIGHT = ("3", "004190", 12)
RECOVERY = ("4", "004055", 95)
SIGNED = ("5", "004210")
