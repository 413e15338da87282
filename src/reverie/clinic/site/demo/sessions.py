"""The demo's sessions: what had happened by the time it starts, told by staff and simulated devices.

The past is played on a clock that is set back, through the same acts and the same reading of HL7 messages
that a live session uses. Only a demo's folder ever sees this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import NamedTuple

from django.db import transaction

from reverie.clinic.course.questions import open_course
from reverie.clinic.devices.hl7v2.arrival import Arrival, arrive, read_arrival
from reverie.clinic.devices.hl7v2.batch import Batches
from reverie.clinic.devices.presence import Presence
from reverie.clinic.devices.quarantine import Store
from reverie.clinic.devices.simulated.device import Spec, build, seeded, usual_program
from reverie.clinic.kernel import access, clock, ids
from reverie.clinic.people.models import Chair, Clinic, Patient, User
from reverie.clinic.session import acts, alarm_acts, folds, questions
from reverie.clinic.session.models import Session
from reverie.clinic.site.demo import cast
from reverie.clinic.site.demo.clinic import member
from reverie.science.simulation.incidents import read_incident
from reverie.science.simulation.population import Patients, draw_patients

BATCH_S = 1
SPENT = timedelta(minutes=80)
REST_OF_THE_WAY = {
    "arrived": "cancelled", "preflight": "cancelled", "hold": "cancelled", "ready": "cancelled",
    "infusing": "completed_dose", "paused": "completed_dose", "completed_dose": "recovery",
    "aborted": "recovery", "recovery": "discharge_ready", "emergency": "recovery",
    "discharge_ready": "discharged", "discharged": "note_signed", "transferred": "note_signed",
    "cancelled": "closed", "note_signed": "closed",
}  # fmt: skip


class Step(NamedTuple):
    """Something that staff did, `after_s` seconds after the patient arrived."""

    after_s: int
    do: Callable[[], None]


def specs_of(live: cast.Live, begun_at: datetime, weight_kg: Decimal) -> tuple[Spec, Spec]:
    """Monitor and pump of a live session that began at `begun_at`."""
    program = usual_program(60.0 * (live.arrived_min - live.infusing_min), weight_kg)
    shared = Spec(
        live.monitor, "monitor", 1.0, live.seed, program=program, begun_at=begun_at, named=live.number
    )
    scripts = map(read_incident, live.incidents)
    happening = tuple(one._replace(at_s=60.0 * live.arrived_min + one.at_s) for one in scripts)
    monitor = replace(
        shared,
        patients=_reacting(live, float(weight_kg), begun_at),
        artefacts=live.artefacts,
        incidents=happening,
    )
    return monitor, replace(shared, device=live.pump, kind="pump")


def _reacting(live: cast.Live, weight_kg: float, at: datetime) -> Patients:
    """The patient of the chart as one who reacts like one."""
    sitter = next(one for one in cast.PATIENTS if one.number == live.number)
    years = (at.date() - date.fromisoformat(sitter.born)).days / 365.25
    pressure_known = any("blood pressure" in condition for condition in sitter.conditions)
    return draw_patients(
        seeded(live.seed),
        1,
        weight_kg=weight_kg,
        age_years=years,
        female=sitter.sex == "female",
        hypertensive=pressure_known,
    )


def weight_of(live: cast.Live) -> Decimal:
    """The weight of a live session's patient, kg."""
    return next(Decimal(one.weight_kg) for one in cast.PATIENTS if one.number == live.number)


def is_spent(session: Session) -> bool:
    """Whether a demo session has run so long that a new one should begin."""
    return clock.now() - session.opened_at > SPENT


def wind_up(session: Session, nurse: User, prescriber: User) -> None:
    """Bring an old session to its end, the lawful way."""
    for alarm in questions.alarms_of(folds.fold_of(session.stream).state):
        if alarm["unfinished"]:
            alarm_acts.answer(nurse, session, alarm["seq"], "expected", "watched_on", "", ids.new_id())
    state = session.state
    while state != "closed":
        if state in ("discharged", "transferred"):
            acts.sign(prescriber, session, "I have read this record", 1_000_000_000, ids.new_id())
        else:
            acts.change_state(prescriber, session, state, REST_OF_THE_WAY[state], "", ids.new_id())
        session.refresh_from_db()
        if session.state == state:
            acts.change_state(prescriber, session, state, REST_OF_THE_WAY[state], "", ids.new_id())
            session.refresh_from_db()
        state = session.state


def play_live(live: cast.Live, clinic: Clinic) -> Session:
    """A session that goes on: prepared, and infusing for some minutes."""
    nurse = member(clinic, access.NURSE)
    begun_at = clock.now() - timedelta(minutes=live.arrived_min)
    start_s = 60 * (live.arrived_min - live.infusing_min)
    patient = Patient.objects.get(clinic=clinic, number=live.number)
    monitor, pump = specs_of(live, begun_at, weight_of(live))
    rate = pump.program.rate_ml_per_h if pump.program else Decimal(0)
    with clock.replaced_by(clock.FakeClock(begun_at)):
        session = _open(nurse, clinic, live.chair, patient)
        steps = [
            *_preparation(nurse, session, start_s),
            Step(
                start_s,
                lambda: acts.report_infusion(nurse, session, "started", ids.new_id(), rate_ml_per_h=rate),
            ),
            Step(
                start_s + 170,
                lambda: acts.note(nurse, session, "Eye mask on, music as chosen.", ids.new_id()),
            ),
            *_rounds(nurse, session, start_s + 30, 60 * live.arrived_min, 240),
        ]
        play(begun_at, None, steps, (monitor, pump))
    return session


def play_preflight(clinic: Clinic) -> Session:
    """A session that is being prepared; no device stands there yet."""
    chair, number, minutes = cast.PREFLIGHT
    nurse = member(clinic, access.NURSE)
    begun_at = clock.now() - timedelta(minutes=minutes)
    patient = Patient.objects.get(clinic=clinic, number=number)
    with clock.replaced_by(clock.FakeClock(begun_at)):
        session = _open(nurse, clinic, chair, patient)
        play(begun_at, 60 * minutes, _preparation(nurse, session, 3_600), ())
    return session


def play_recovery(clinic: Clinic) -> Session:
    """A session after its infusion; a set was taken by hand."""
    chair, number, minutes = cast.RECOVERY
    nurse = member(clinic, access.NURSE)
    begun_at = clock.now() - timedelta(minutes=minutes)
    patient = Patient.objects.get(clinic=clinic, number=number)
    with clock.replaced_by(clock.FakeClock(begun_at)):
        session = _open(nurse, clinic, chair, patient)
        play(begun_at, 60 * minutes, _whole_way(nurse, session), ())
    return session


def play_signed(clinic: Clinic) -> Session:
    """A session of yesterday, discharged, signed and closed."""
    chair, number = cast.SIGNED
    nurse, prescriber = member(clinic, access.NURSE), member(clinic, access.PRESCRIBER)
    begun_at = clock.now() - timedelta(hours=26)
    patient = Patient.objects.get(clinic=clinic, number=number)
    with clock.replaced_by(clock.FakeClock(begun_at)):
        session = _open(nurse, clinic, chair, patient)
        steps = [*_whole_way(nurse, session), Step(8_400, lambda: wind_up(session, nurse, prescriber))]
        play(begun_at, 8_460, steps, ())
    return session


def _open(nurse: User, clinic: Clinic, chair: str, patient: Patient) -> Session:
    place = Chair.objects.get(clinic=clinic, name=chair)
    return acts.open_session(nurse, place, patient, open_course(patient))


def _state(nurse: User, session: Session, before: str, after: str) -> Callable[[], None]:
    return lambda: acts.change_state(nurse, session, before, after, "", ids.new_id())


def _set(
    nurse: User, session: Session, pressure: tuple[int, int], pulse: int, spo2: int
) -> Callable[[], None]:
    values = {"nibp_sys": pressure[0], "nibp_dia": pressure[1], "pr": pulse, "spo2": spo2}
    measured = {name: Decimal(value) for name, value in values.items()}
    return lambda: acts.record_vitals(
        nurse, session, measured, ids.new_id(), arousal="alert", comfort="at ease"
    )


def _rounds(nurse: User, session: Session, from_s: int, until_s: int, every_s: int = 480) -> list[Step]:
    """Sets of what staff saw, so that none is overdue; the values beside them are the monitor's."""

    def look() -> None:
        acts.record_set(nurse, session, [], ids.new_id(), arousal="alert", comfort="at ease")

    return [Step(at_s, look) for at_s in range(from_s, until_s, every_s)]


def _preparation(nurse: User, session: Session, start_s: int) -> list[Step]:
    steps = [
        Step(30, lambda: acts.come(nurse, session, ids.new_id())),
        Step(60, _state(nurse, session, "arrived", "preflight")),
        Step(240, _set(nurse, session, (124, 79), 74, 98)),
        Step(300, lambda: acts.note(nurse, session, "Escort confirmed by phone.", ids.new_id())),
    ]
    return [*steps, Step(start_s - 60, _state(nurse, session, "preflight", "ready"))]


def _whole_way(nurse: User, session: Session) -> list[Step]:
    start_s, end_s = 1_500, 1_500 + 2_400

    def report(what: str, rate: str | None = None) -> Callable[[], None]:
        rate_ml_per_h = Decimal(rate) if rate else None
        return lambda: acts.report_infusion(nurse, session, what, ids.new_id(), rate_ml_per_h=rate_ml_per_h)

    return [
        *_preparation(nurse, session, start_s),
        Step(start_s, report("started", "58.1")),
        Step(start_s + 600, _set(nurse, session, (131, 83), 78, 97)),
        Step(start_s + 1_500, _set(nurse, session, (142, 88), 82, 97)),
        Step(start_s + 2_280, _set(nurse, session, (145, 90), 84, 96)),
        Step(end_s, report("stopped")),
        Step(end_s + 20, _state(nurse, session, "infusing", "completed_dose")),
        Step(end_s + 60, _state(nurse, session, "completed_dose", "recovery")),
        Step(end_s + 900, _set(nurse, session, (129, 82), 76, 98)),
    ]


def play(begun_at: datetime, seconds: int | None, steps: Iterable[Step], specs: Iterable[Spec]) -> None:
    """Let `seconds` pass on the clock that is set back: staff do their steps, devices send each second.

    None: until the clock that is set back has come to the present, which goes on meanwhile.
    """
    present = clock.SystemClock()
    batches = Batches(Presence(), Store())
    lines = [(spec, build(spec, begun_at)) for spec in specs]
    waiting = sorted(steps, key=lambda step: step.after_s)
    arrivals: list[Arrival] = []
    # one commit for all of it: nobody else has this folder open yet
    with clock.replaced_by(clock.FakeClock(begun_at)) as now, transaction.atomic():
        assert isinstance(now, clock.FakeClock)
        for second in count():
            if second == seconds or (seconds is None and now.now() >= present.now()):
                break
            while waiting and waiting[0].after_s <= second:
                waiting.pop(0).do()
            at = clock.now()
            for number, (_, device) in enumerate(lines):
                for post in device.messages(float(second), at):
                    arrival = arrive(post.payload, number, "demo", clock.to_ms(at), 1_000 * second)
                    read_arrival(arrival)
                    arrivals.append(arrival)
            now.advance(1.0)
            if arrivals and second % BATCH_S == BATCH_S - 1:
                batches.write(arrivals)
                arrivals = []
        if arrivals:
            batches.write(arrivals)
