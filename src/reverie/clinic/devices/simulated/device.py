"""What a simulated device is, and the messages it makes as time passes.

A monitor looks at a patient, a pump follows its own program; both number their messages and keep no
clock: they are told the time. Nothing here opens a socket.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from reverie.clinic.devices.simulated.sender import Post
from reverie.science.simulation.artefacts import Episodes
from reverie.science.simulation.message import NOBODY, Row, compose_message
from reverie.science.simulation.monitor import Monitor, show
from reverie.science.simulation.patient import Patient, begin, draw_patient, step, vitals
from reverie.science.simulation.pump import UNITS_PER_ML, Act, Program, follow, report, switch_on

MONITOR_NAME = "REVERIE-SIM-MONITOR-1"
PUMP_NAME = "REVERIE-SIM-PUMP-1"
CLOCK_STEP = timedelta(hours=1)
# far in the past a patient is stepped by the minute, close to now by the second
CLOSE_S, COARSE_S, FINE_S = 600.0, 60.0, 1.0


@dataclass(frozen=True)
class Spec:
    """One device of a fleet. Raises ValueError for what cannot be sent.

    `kind` is "monitor" or "pump". `interval_s` 0 means as fast as messages are answered. Without a
    `patient` one is drawn from `seed`; devices of one patient share seed and `program`. `begun_at` puts
    the start of the simulation into the past, so that a restarted process continues it. `named` is the
    record number that the device sends.
    """

    device: str
    kind: str = "monitor"
    interval_s: float = 1.0
    seed: int = 0
    patient: Patient | None = None
    program: Program | None = None
    monitor: Monitor = field(default_factory=Monitor)
    artefacts: frozenset[str] = frozenset()
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
        Episodes(self.artefacts, seeded(self.seed))


def seeded(seed: int) -> Random:
    """The generator of a simulation that can be repeated."""
    return Random(seed)  # noqa: S311 a simulation, not a secret


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
        rng = seeded(spec.seed)
        self._patient = spec.patient or draw_patient(rng)
        self._body = begin(rng)
        self._rng = rng
        self._program = spec.program
        self._pump = switch_on(spec.program) if spec.program else None
        self._monitor = spec.monitor
        self._episodes = Episodes(spec.artefacts, seeded(spec.seed + 1))
        self._numbering = Numbering(spec.device, started_at, spec.named)
        self._at_s = self._shown_s = 0.0
        self._held: list[Post] = []

    def messages(self, elapsed_s: float, at: datetime) -> list[Post]:
        """What the monitor sends at `at`, `elapsed_s` after it was switched on; time never goes back."""
        self._live_until(elapsed_s)
        active = self._episodes.active(elapsed_s)
        shown_at = at + CLOCK_STEP if "clock-step" in active else at
        seen = vitals(self._patient, self._body)
        rows = show(self._monitor, seen, (self._shown_s, elapsed_s), shown_at, active, self._rng)
        self._shown_s = elapsed_s
        post = self._numbering.post(shown_at, rows)
        if "reorder" in active and not self._held:
            self._held = [post]
            return []
        posts = [post, *self._held]
        self._held = []
        return posts * 2 if "duplicate" in active else posts

    def _live_until(self, elapsed_s: float) -> None:
        while self._at_s < elapsed_s:
            left_s = elapsed_s - self._at_s
            seconds = min(left_s, COARSE_S if left_s > CLOSE_S else FINE_S)
            mg_per_min = 0.0
            if self._program is not None and self._pump is not None:
                until_ms = round((self._at_s + seconds) * 1_000)
                before = self._pump.infused
                self._pump = follow(self._pump, self._program.acts, round(self._at_s * 1_000), until_ms)
                given_ml = (self._pump.infused - before) / UNITS_PER_ML
                mg_per_min = given_ml * float(self._program.concentration_mg_per_ml) / seconds * 60.0
            self._body = step(self._patient, self._body, mg_per_min, seconds, self._rng)
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
