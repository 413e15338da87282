"""What a simulated monitor shows, as the rows of its message: codes, channels, units, limits, flags.

Source: IHE PCD Technical Framework; codes as in messages of real monitors. It decides no number.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from math import isnan

from reverie.science.simulation.artefacts import Shown
from reverie.science.simulation.message import Row, part

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
_LIMITS = ("90-160", "50-100", "60-110")


def rows_of(shown: Shown, at: datetime, active: frozenset[str], *, capnography: bool) -> list[Row]:
    """The rows of one monitor's steady numbers, `shown` for one patient (1,)."""
    flags = _flags(active)

    def numeric(name: str, code: str, label: str, channel: str, unit: str, limits: str = "") -> Row:
        value = text(float(getattr(shown, name)[0]))
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
    if capnography:
        rows += [
            part("69766", "MDC_DEV_GEN_CONC_AWAY_VMD", "1.3.0.0"),
            numeric("etco2", "151708", "MDC_CONC_AWAY_CO2_ET", "1.3.1.1", "mmHg", "25-50"),
            numeric("rr", "151594", "MDC_CO2_RESP_RATE", "1.3.1.2", "breaths/min", "8-30"),
        ]
    else:
        rows.append(numeric("rr", "151578", "MDC_TTHOR_RESP_RATE", "1.1.2.1", "breaths/min", "8-30"))
    return rows


def cuff_rows(
    shown: Shown, temp_cel: float, at: datetime, active: frozenset[str], *, flip: bool
) -> list[Row]:
    """The rows of one cuff reading and of the temperature; a cuff that found no pulse sends no value."""
    flags = _flags(active)
    sys_mmhg, dia_mmhg = float(shown.nibp_sys[0]), float(shown.nibp_dia[0])
    pressures = (sys_mmhg, dia_mmhg, dia_mmhg + (sys_mmhg - dia_mmhg) * 0.36)
    codes = _NONINV if "code-flip" in active and flip else _CUFF
    rows = [part("69854", "MDC_DEV_METER_PRESS_BLD_VMD", "1.4.0.0")]
    for i, (value, (code, name)) in enumerate(zip(pressures, codes, strict=True)):
        shown_as = "" if isnan(value) else str(round(value))
        status = "R" if shown_as else "X"
        rows.append(
            Row("NM", code, name, f"1.4.1.{i + 1}", shown_as, "mmHg", _LIMITS[i], flags, status, True, at)
        )
    fahrenheit = "fahrenheit" in active
    warmth, unit = (temp_cel * 1.8 + 32.0, "degF") if fahrenheit else (temp_cel, "Cel")
    return [
        *rows,
        part("69902", "MDC_DEV_METER_TEMP_VMD", "1.5.0.0"),
        Row("NM", "150344", "MDC_TEMP", "1.5.1.1", f"{warmth:.1f}", unit, flags=flags, aperiodic=True, at=at),
    ]


def alarm_rows(names: Iterable[str], at: datetime, active: frozenset[str]) -> list[Row]:
    """The rows by which the monitor says that its own crisis alarms sound; repeated while they do."""
    flags = ("PH", *_flags(active))
    return [
        Row("ST", "0", name, f"1.9.1.{i}", "present", flags=flags, at=at, system="99SIM")
        for i, name in enumerate(names, start=1)
    ]


def text(value: float) -> str:
    """A number as a monitor writes it; NaN is no value."""
    if isnan(value):
        return ""
    return f"{value:.0f}" if value.is_integer() else f"{value:.1f}"


def _flags(active: frozenset[str]) -> tuple[str, ...]:
    return ("DEMO",) if "demo" in active else ()
