"""A syringe pump that does not exist: its states, its volume to the last drop, and its report.

Rates have the resolution of real pumps, 0.1 mL/h. Volumes are whole numbers of 1/36,000,000 mL (one
millisecond at 0.1 mL/h), so that nothing is rounded while it runs. Commands come from its own program
only: nothing outside can reach it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from reverie.science.simulation.message import Row, part

UNITS_PER_ML = 36_000_000
RESOLUTION_ML_PER_H = Decimal("0.1")
GREATEST_ML_PER_H = Decimal(1200)
ACTS = ("start", "pause", "resume", "stop", "rate")


class Act(NamedTuple):
    """What the person at the pump does, `at_ms` after the pump was switched on. `rate` needs a rate."""

    at_ms: int
    what: str
    rate_ml_per_h: Decimal = Decimal(0)


@dataclass(frozen=True)
class Program:
    """What is programmed, and what is done with it. Raises ValueError for what a pump would not accept."""

    drug: str = "Ketamine"
    concentration_mg_per_ml: Decimal = Decimal(1)
    rate_ml_per_h: Decimal = Decimal("52.5")
    volume_ml: Decimal = Decimal(35)
    acts: tuple[Act, ...] = ()

    def __post_init__(self) -> None:
        for rate in (self.rate_ml_per_h, *(act.rate_ml_per_h for act in self.acts if act.what == "rate")):
            if not RESOLUTION_ML_PER_H <= rate <= GREATEST_ML_PER_H or rate != to_resolution(rate):
                raise ValueError(f"the pump cannot run at {rate} mL/h")
        if self.volume_ml <= 0 or self.volume_ml * UNITS_PER_ML % 1:
            raise ValueError(f"the pump cannot be set to give {self.volume_ml} mL")
        if any(act.what not in ACTS for act in self.acts):
            raise ValueError(f"the pump knows {', '.join(ACTS)}")
        if list(self.acts) != sorted(self.acts, key=lambda act: act.at_ms):
            raise ValueError("the acts are not in order of time")


class Pump(NamedTuple):
    """Where the pump is. `state` is idle, infusing, paused, stopped or completed; volumes in UNITS_PER_ML."""

    state: str
    rate_ml_per_h: Decimal
    infused: int
    to_infuse: int

    @property
    def flow_ml_per_h(self) -> Decimal:
        """What flows now."""
        return self.rate_ml_per_h if self.state == "infusing" else Decimal(0)

    @property
    def infused_ml(self) -> Decimal:
        """Volume infused, to 0.01 mL as a pump shows it."""
        return (Decimal(self.infused) / UNITS_PER_ML).quantize(Decimal("0.01"), ROUND_HALF_EVEN)


def to_resolution(rate_ml_per_h: Decimal) -> Decimal:
    """The nearest rate that the pump can run at."""
    return rate_ml_per_h.quantize(RESOLUTION_ML_PER_H, ROUND_HALF_EVEN)


def switch_on(program: Program) -> Pump:
    """The pump before its first act."""
    return Pump("idle", program.rate_ml_per_h, 0, int(program.volume_ml * UNITS_PER_ML))


def do(pump: Pump, act: Act) -> Pump:
    """The pump after one act; an act that its state does not allow changes nothing, as on a real one."""
    if act.what == "rate":
        return pump._replace(rate_ml_per_h=act.rate_ml_per_h) if pump.state != "completed" else pump
    allowed = {
        "start": ({"idle"}, "infusing"),
        "pause": ({"infusing"}, "paused"),
        "resume": ({"paused"}, "infusing"),
        "stop": ({"infusing", "paused"}, "stopped"),
    }
    before, after = allowed[act.what]
    return pump._replace(state=after) if pump.state in before else pump


def run(pump: Pump, ms: int) -> Pump:
    """The pump after `ms` milliseconds without an act; it completes when the set volume is given."""
    if pump.state != "infusing":
        return pump
    infused = pump.infused + int(pump.rate_ml_per_h / RESOLUTION_ML_PER_H) * ms
    if infused >= pump.to_infuse:
        return pump._replace(state="completed", infused=pump.to_infuse)
    return pump._replace(infused=infused)


def follow(pump: Pump, acts: Sequence[Act], from_ms: int, until_ms: int) -> Pump:
    """The pump at `until_ms`, every act in [from_ms, until_ms) done at its own time."""
    at_ms = from_ms
    for act in acts:
        if from_ms <= act.at_ms < until_ms:
            pump = do(run(pump, act.at_ms - at_ms), act)
            at_ms = act.at_ms
    return run(pump, until_ms - at_ms)


_NOT_DELIVERING = {
    "idle": "pump-stopped-standby",
    "paused": "pump-stopped-paused",
    "stopped": "pump-stopped-by-user",
    "completed": "pump-stopped-infusion-complete",
}


def report(program: Program, pump: Pump) -> list[Row]:
    """The rows of the pump's message: status, flow now, rate as programmed, volumes, drug."""
    infusing = pump.state == "infusing"
    remaining_ml = program.volume_ml - pump.infused_ml
    rows = [
        part("70053", "MDC_DEV_PUMP_INFUS_SYRINGE_MDS", "1.0.0.0"),
        part("70054", "MDC_DEV_PUMP_INFUS_SYRINGE_VMD", "1.1.0.0"),
        part("70067", "MDC_DEV_PUMP_DELIVERY_INFO", "1.1.1.0"),
        _status("184519", "MDC_PUMP_INFUSING_STATUS", "1.1.1.1", f"pump-status-{_word(pump.state)}"),
        _number("158014", "MDC_FLOW_FLUID_PUMP_CURRENT", "1.1.1.2", pump.flow_ml_per_h, "mL/h"),
        _number("157993", "MDC_VOL_FLUID_DELIV_TOTAL", "1.1.1.3", pump.infused_ml, "mL"),
        part("70071", "MDC_DEV_PUMP_INFUSATE_SOURCE_PRIMARY_CHAN", "1.1.2.0"),
        Row("ST", "184514", "MDC_DRUG_NAME_LABEL", "1.1.2.2", program.drug),
        _number("157784", "MDC_FLOW_FLUID_PUMP", "1.1.2.5", pump.rate_ml_per_h, "mL/h"),
        _number("157760", "MDC_CONC_DRUG", "1.1.2.7", program.concentration_mg_per_ml, "mg/mL"),
        _number("157884", "MDC_VOL_FLUID_TBI", "1.1.2.8", program.volume_ml, "mL"),
        _number("157872", "MDC_VOL_FLUID_TBI_REMAIN", "1.1.2.9", remaining_ml, "mL"),
        _status(
            "158005",
            "MDC_PUMP_CURRENT_DELIVERY_STATUS",
            "1.1.2.22",
            "pump-delivery-status-delivering" if infusing else "pump-delivery-status-not-delivering",
        ),
    ]
    if not infusing:
        reason = _NOT_DELIVERING[pump.state]
        rows.append(_status("158006", "MDC_PUMP_NOT_DELIVERING_REASON", "1.1.2.23", reason))
    return rows


def _word(state: str) -> str:
    return state if state in ("infusing", "paused") else "not-infusing"


def _status(code: str, name: str, channel: str, word: str) -> Row:
    return Row("CWE", code, name, channel, f"^{word}")


def _number(code: str, name: str, channel: str, value: Decimal, unit: str) -> Row:
    return Row("NM", code, name, channel, f"{value:f}", unit)
