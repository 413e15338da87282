"""How a monitor writes what it measured: code, name, channel and unit of each value, as a row to be judged.

Data and one function. Source: ISO/IEEE 11073-10101 nomenclature as seen in messages of real monitors.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from reverie.science.vitals.validity import Fields

BEGUN = datetime(2026, 10, 13, 8, 0, tzinfo=UTC)


class Code(NamedTuple):
    """How a value's row is written."""

    code: str
    name: str
    channel: str
    unit: str


_PER_MIN, _MMHG = "/min", "mmHg"
CODES = {
    "hr": Code("147842", "MDC_ECG_HEART_RATE", "1.1.1.1", _PER_MIN),
    "spo2": Code("150456", "MDC_PULS_OXIM_SAT_O2", "1.2.1.1", "%"),
    "pr": Code("149530", "MDC_PULS_OXIM_PULS_RATE", "1.2.1.2", _PER_MIN),
    "pi": Code("150488", "MDC_BLD_PERF_INDEX", "1.2.1.3", "%"),
    "rr": Code("151594", "MDC_CO2_RESP_RATE", "1.3.1.1", _PER_MIN),
    "etco2": Code("151708", "MDC_CONC_AWAY_CO2_ET", "1.3.1.2", _MMHG),
    "impedance": Code("151578", "MDC_TTHOR_RESP_RATE", "1.3.2.1", _PER_MIN),
    "resp": Code("151562", "MDC_RESP_RATE", "1.3.2.1", _PER_MIN),
    "temp": Code("150344", "MDC_TEMP", "1.5.1.1", "Cel"),
    "sys": Code("150301", "MDC_PRESS_CUFF_SYS", "1.4.1.1", _MMHG),
    "dia": Code("150302", "MDC_PRESS_CUFF_DIA", "1.4.1.2", _MMHG),
    "mean": Code("150303", "MDC_PRESS_CUFF_MEAN", "1.4.1.3", _MMHG),
    "art_sys": Code("150033", "MDC_PRESS_BLD_ART_SYS", "1.6.1.1", _MMHG),
    "art_dia": Code("150034", "MDC_PRESS_BLD_ART_DIA", "1.6.1.2", _MMHG),
    "art_mean": Code("150035", "MDC_PRESS_BLD_ART_MEAN", "1.6.1.3", _MMHG),
}
# some monitors change between these and the usual codes of a cuff
FLIPPED = {
    "sys": Code("150021", "MDC_PRESS_BLD_NONINV_SYS", "1.4.1.1", _MMHG),
    "dia": Code("150022", "MDC_PRESS_BLD_NONINV_DIA", "1.4.1.2", _MMHG),
}


def row_of(
    code: Code, text: str, at_ms: int, *, unit: str = "", flags: str = "", status: str = "R"
) -> Fields:
    """The row of one value as sent, `at_ms` after BEGUN. A `unit` of "" is the code's own."""
    unit = unit or code.unit
    segment = f"OBX|1|NM|{code.code}|{code.channel}|{text}|{unit}|||{flags}||{status}"
    observed = (code.code, code.name, "MDC", "", "", "")
    units = (unit, "", "", "", "", "")
    at = BEGUN + timedelta(milliseconds=at_ms)
    return segment, True, "NM", observed, code.channel, text, units, flags, status, at, True


def ms_of(at: datetime) -> int:
    """Milliseconds from BEGUN to `at`."""
    return (at - BEGUN) // timedelta(milliseconds=1)
