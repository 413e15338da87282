"""A bedside monitor that does not exist: what it shows of a patient, as the rows of its message.

Knows rounding, the cuff's cycle and error, and which codes and channels such a monitor uses. A cuff
pressure is sent once, when it was measured, with its own time. It sends nothing and owns no clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from reverie.science.simulation.artefacts import disturb
from reverie.science.simulation.message import Row, part
from reverie.science.simulation.patient import Vitals

# derived: two cuff readings ten minutes apart differ by 7 and 6 mmHg (medians), drift included
CUFF_ERROR_SYS_MMHG = 6.0
CUFF_ERROR_DIA_MMHG = 5.2
PULSE_ERROR_PER_MIN = 0.8
CUFF_OVER_READ = 1.3

_CUFF = (
    ("150301", "MDC_PRESS_CUFF_SYS"),
    ("150302", "MDC_PRESS_CUFF_DIA"),
    ("150303", "MDC_PRESS_CUFF_MEAN"),
)
_NONINV = (
    ("150021", "MDC_PRESS_BLD_NONINV_SYS"),
    ("150022", "MDC_PRESS_BLD_NONINV_DIA"),
    ("150023", "MDC_PRESS_BLD_NONINV_MEAN"),
)


@dataclass(frozen=True)
class Monitor:
    """How the monitor is set: first cuff reading, its cycle and how long one takes; capnography on or off."""

    first_cuff_s: float = 20.0
    cuff_every_s: float = 300.0
    cuff_takes_s: float = 35.0
    capnography: bool = True

    def __post_init__(self) -> None:
        if not 0 < self.cuff_takes_s <= self.cuff_every_s:
            raise ValueError("a cuff reading must end before the next one begins")

    def inflating(self, elapsed_s: float) -> bool:
        """Whether the cuff is inflated at `elapsed_s`."""
        since = elapsed_s - self.first_cuff_s
        return since >= 0 and since % self.cuff_every_s < self.cuff_takes_s

    def measured(self, since_s: float, until_s: float) -> float | None:
        """When the latest cuff reading ended in (since_s, until_s]; None without one."""
        cycles = (until_s - self.first_cuff_s - self.cuff_takes_s) // self.cuff_every_s
        ended = self.first_cuff_s + self.cuff_takes_s + cycles * self.cuff_every_s
        return ended if cycles >= 0 and ended > since_s else None


def show(
    monitor: Monitor,
    vitals: Vitals,
    span_s: tuple[float, float],
    at: datetime,
    active: frozenset[str],
    rng: Random,
) -> list[Row]:
    """The rows of the message at `at`, for the time `span_s` = (last message, now) since switched on.

    `active` are the artefacts that act now (see `artefacts.KINDS`).
    """
    since_s, now_s = span_s
    sent = disturb(_numbers(vitals, rng), active, monitor.inflating(now_s), rng)
    flags = ("DEMO",) if "demo" in active else ()

    def numeric(name: str, code: str, label: str, channel: str, unit: str, limits: str = "") -> Row:
        value = sent[name]
        return Row("NM", code, label, channel, value, unit, limits, flags, "R" if value else "X", at=at)

    rows = [
        part("69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "1.0.0.0"),
        part("69798", "MDC_DEV_ECG_VMD", "1.1.0.0"),
        numeric("hr", "147842", "MDC_ECG_HEART_RATE", "1.1.1.1", "/min", "50-120"),
        part("69642", "MDC_DEV_ANALY_SAT_O2_VMD", "1.2.0.0"),
        numeric("spo2", "150456", "MDC_PULS_OXIM_SAT_O2", "1.2.1.1", "%", "92-100"),
        numeric("pr", "149530", "MDC_PULS_OXIM_PULS_RATE", "1.2.1.2", "/min", "50-120"),
        numeric("pi", "150488", "MDC_BLD_PERF_INDEX", "1.2.1.3", "%"),
    ]
    if monitor.capnography:
        rows += [
            part("69766", "MDC_DEV_GEN_CONC_AWAY_VMD", "1.3.0.0"),
            numeric("etco2", "151708", "MDC_CONC_AWAY_CO2_ET", "1.3.1.1", "mmHg", "25-50"),
            numeric("rr", "151562", "MDC_RESP_RATE", "1.3.1.2", "breaths/min", "8-30"),
        ]
    else:
        rows.append(numeric("rr", "151578", "MDC_TTHOR_RESP_RATE", "1.1.2.1", "breaths/min", "8-30"))
    ended_s = monitor.measured(since_s, now_s)
    if ended_s is not None:
        ended_at = at - timedelta(seconds=now_s - ended_s)
        rows += _cuff_rows(
            vitals, ended_at, active, flags, rng, flip=int(ended_s // monitor.cuff_every_s) % 2 == 1
        )
    return rows


def _numbers(vitals: Vitals, rng: Random) -> dict[str, str]:
    return {
        "hr": str(round(vitals.hr_per_min)),
        "pr": str(round(vitals.hr_per_min + rng.gauss(0.0, PULSE_ERROR_PER_MIN))),
        "spo2": str(round(vitals.spo2_percent)),
        "pi": f"{vitals.perfusion_percent:.1f}",
        "rr": str(round(vitals.rr_per_min)),
        "etco2": str(round(vitals.etco2_mmhg)),
    }


def _cuff_rows(
    vitals: Vitals, at: datetime, active: frozenset[str], flags: tuple[str, ...], rng: Random, *, flip: bool
) -> list[Row]:
    factor = CUFF_OVER_READ if "over-read" in active else 1.0
    sys_mmhg = factor * (vitals.sys_mmhg + rng.gauss(0.0, CUFF_ERROR_SYS_MMHG))
    dia_mmhg = min(factor * (vitals.dia_mmhg + rng.gauss(0.0, CUFF_ERROR_DIA_MMHG)), sys_mmhg - 12.0)
    mean_mmhg = dia_mmhg + (sys_mmhg - dia_mmhg) * 0.36
    codes = _NONINV if "code-flip" in active and flip else _CUFF
    limits = ("90-160", "50-100", "60-110")
    rows = [part("69854", "MDC_DEV_METER_PRESS_BLD_VMD", "1.4.0.0")]
    for i, (value, (code, name)) in enumerate(zip((sys_mmhg, dia_mmhg, mean_mmhg), codes, strict=True)):
        text = str(round(value))
        channel = f"1.4.1.{i + 1}"
        rows.append(Row("NM", code, name, channel, text, "mmHg", limits[i], flags, aperiodic=True, at=at))
    fahrenheit = "fahrenheit" in active
    temp = vitals.temp_cel * 1.8 + 32.0 if fahrenheit else vitals.temp_cel
    rows += [
        part("69902", "MDC_DEV_METER_TEMP_VMD", "1.5.0.0"),
        Row(
            "NM",
            "150344",
            "MDC_TEMP",
            "1.5.1.1",
            f"{temp:.1f}",
            "degF" if fahrenheit else "Cel",
            flags=flags,
            aperiodic=True,
            at=at,
        ),
    ]
    return rows
