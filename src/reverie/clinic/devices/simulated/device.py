"""What a simulated device is, and the messages it makes as time passes.

A monitor looks at a patient, who holds what the pump of the same program gives; a pump follows its own
program. Both number their messages and keep no clock: they are told the time. Nothing here opens a socket.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np

from reverie.clinic.devices.simulated.sender import Post
from reverie.science.simulation import incidents, patient
from reverie.science.simulation.artefacts import Episodes, disturb
from reverie.science.simulation.incidents import Incident
from reverie.science.simulation.message import NOBODY, Row, compose_message
from reverie.science.simulation.monitor import ALWAYS, NEVER, Monitor, OwnAlarms, look
from reverie.science.simulation.monitor_rows import alarm_rows, cuff_rows, rows_of
from reverie.science.simulation.population import Patients, draw_patients
from reverie.science.simulation.pump import UNITS_PER_ML, Act, Program, follow, report, switch_on

MONITOR_NAME = "REVERIE-SIM-MONITOR-1"
PUMP_NAME = "REVERIE-SIM-PUMP-1"
CLOCK_STEP = timedelta(hours=1)
# far in the past a patient is stepped by the minute, close to now by the second
CLOSE_S, COARSE_S, FINE_S = 600.0, 60.0, 1.0


@dataclass(frozen=True)
class Spec:
    """One device of a fleet. Raises ValueError for what cannot be sent.

    `kind` is "monitor" or "pump". `interval_s` 0 means as fast as messages are answered. `patients` is one
    patient; without, one is drawn from `seed`. Devices of one patient share seed and `program`. `incidents`
    happen at their time after the start. `begun_at` puts the start of the simulation into the past, so that a
    restarted process continues it. `named` is the record number that the device sends.
    """

    device: str
    kind: str = "monitor"
    interval_s: float = 1.0
    seed: int = 0
    patients: Patients | None = None
    program: Program | None = None
    monitor: Monitor = field(default_factory=Monitor)
    artefacts: frozenset[str] = frozenset()
    incidents: tuple[Incident, ...] = ()
    begun_at: datetime | None = None
    named: str = NOBODY

    def __post_init__(self) -> None:
        if self.kind not in ("monitor", "pump"):
            raise ValueError(f"a simulated device is a monitor or a pump, not a {self.kind}")
        if not self.device.strip("^ ") or not self.device.isprintable():
            raise ValueError("a device needs a name that can be printed")
        if not 0 <= self.interval_s <= 3_600:
            raise ValueError("the interval lies between 0 and 3,600 seconds")
        if self.kind == "pump" and self.program is None:
            raise ValueError("a pump needs a program")
        if self.patients is not None and self.patients.count != 1:
            raise ValueError("a bedside monitor looks at one patient")
        Episodes(self.artefacts, seeded(self.seed))


def seeded(seed: int) -> np.random.Generator:
    """The generator of a simulation that can be repeated. The seed is at least 0."""
    return np.random.default_rng(seed)


def usual_program(start_after_s: float = 120.0, weight_kg: Decimal = Decimal(70)) -> Program:
    """0.5 mg/kg at 1 mg/mL over 40 minutes, begun `start_after_s` after the pump was switched on."""
    volume_ml = (weight_kg * Decimal("0.5")).quantize(Decimal("0.1"))
    rate_ml_per_h = (volume_ml * Decimal("1.5")).quantize(Decimal("0.1"))
    start = Act(round(start_after_s * 1_000), "start")
    return Program(rate_ml_per_h=rate_ml_per_h, volume_ml=volume_ml, acts=(start,))


class Numbering:
    """Control ids that do not come again when the process starts again: start in ms, then a count."""

    def __init__(self, device: str, started_at: datetime, named: str = NOBODY) -> None:
        """`started_at` is aware; `named` is the record number that the device sends."""
        self._device = device
        self._named = named
        self._prefix = f"{int(started_at.timestamp() * 1_000):x}"
        self._count = 0

    def post(self, at: datetime, rows: Iterable[Row]) -> Post:
        """The next message."""
        self._count += 1
        control_id = f"{self._prefix}-{self._count}"
        return Post(control_id, compose_message(self._device, control_id, at, rows, self._named))


class Bedside:
    """A monitor with its patient."""

    def __init__(self, spec: Spec, started_at: datetime) -> None:
        """The patient is at rest, the pump of `spec.program` (if any) switched on."""
        self._spec = spec
        self._rng = seeded(spec.seed)
        self._patients = spec.patients or draw_patients(self._rng, 1)
        self._kinetics = patient.Kinetics(self._patients)
        self._body = patient.begin(self._patients, self._kinetics, self._rng)
        self._pump = switch_on(spec.program) if spec.program else None
        self._episodes = Episodes(spec.artefacts, seeded(spec.seed + 1))
        self._own_alarms = OwnAlarms()
        self._numbering = Numbering(spec.device, started_at, spec.named)
        self._at_s = self._shown_s = 0.0
        self._held: list[Post] = []

    def messages(self, elapsed_s: float, at: datetime) -> list[Post]:
        """What the monitor sends at `at`, `elapsed_s` after it was switched on; time never goes back."""
        self._live_until(elapsed_s)
        if incidents.silent(self._spec.incidents, elapsed_s):
            return []
        active = self._episodes.active(elapsed_s) | incidents.disturbing(self._spec.incidents, elapsed_s)
        shown_at = at + CLOCK_STEP if "clock-step" in active else at
        post = self._numbering.post(shown_at, self._rows(elapsed_s, shown_at, active))
        if "reorder" in active and not self._held:
            self._held = [post]
            return []
        posts = [post, *self._held]
        self._held = []
        return posts * 2 if "duplicate" in active else posts

    def _rows(self, elapsed_s: float, at: datetime, active: frozenset[str]) -> list[Row]:
        monitor = self._spec.monitor
        resting = patient.vitals(self._patients, self._body)
        true = incidents.strike(resting, self._spec.incidents, elapsed_s)
        cuff_s = monitor.measured(self._shown_s, elapsed_s)
        shown = look(true, NEVER if cuff_s is None else ALWAYS, self._rng)
        pressed = ALWAYS if monitor.inflating(elapsed_s) else NEVER
        shown = disturb(shown, dict.fromkeys(active, ALWAYS), pressed, self._rng)
        rows = rows_of(shown, at, active, capnography=monitor.capnography)
        if cuff_s is not None:
            ended_at = at - timedelta(seconds=elapsed_s - cuff_s)
            flip = int(cuff_s // monitor.cuff_every_s) % 2 == 1
            rows += cuff_rows(shown, float(true.temp_cel[0]), ended_at, active, flip=flip)
        self._shown_s = elapsed_s
        return rows + alarm_rows(self._own_alarms.sounding(shown, elapsed_s), at, active)

    def _live_until(self, elapsed_s: float) -> None:
        # whole seconds only: what is true does not depend on how often the monitor sends
        while self._at_s + FINE_S <= elapsed_s:
            seconds = COARSE_S if elapsed_s - self._at_s > CLOSE_S else FINE_S
            mg_per_min = 0.0
            if self._spec.program is not None and self._pump is not None:
                program, before = self._spec.program, self._pump.infused
                span_ms = (round(self._at_s * 1_000), round((self._at_s + seconds) * 1_000))
                self._pump = follow(self._pump, program.acts, *span_ms)
                given_ml = (self._pump.infused - before) / UNITS_PER_ML
                mg_per_min = given_ml * float(program.concentration_mg_per_ml) / seconds * 60.0
            self._body = patient.step(self._kinetics, self._body, mg_per_min, seconds, self._rng)
            self._at_s += seconds


class InfusionPump:
    """A pump with its program."""

    def __init__(self, spec: Spec, started_at: datetime) -> None:
        """The pump is switched on and idle."""
        if spec.program is None:
            raise ValueError("a pump needs a program")
        self._program = spec.program
        self._pump = switch_on(spec.program)
        self._numbering = Numbering(spec.device, started_at, spec.named)
        self._at_ms = 0

    def messages(self, elapsed_s: float, at: datetime) -> list[Post]:
        """What the pump reports at `at`, `elapsed_s` after it was switched on."""
        until_ms = max(self._at_ms, round(elapsed_s * 1_000))
        self._pump = follow(self._pump, self._program.acts, self._at_ms, until_ms)
        self._at_ms = until_ms
        rows = [row._replace(at=at) if row.kind else row for row in report(self._program, self._pump)]
        return [self._numbering.post(at, rows)]


def build(spec: Spec, started_at: datetime) -> Bedside | InfusionPump:
    """The device that `spec` describes."""
    return InfusionPump(spec, started_at) if spec.kind == "pump" else Bedside(spec, started_at)
