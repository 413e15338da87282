"""Rows of readings as an event keeps them: short arrays that leave out what the parameter implies.

Knows each parameter's canonical unit and usual code. `[parameter, value, validity, {the rest}]`: the
value is a decimal as text or null, `valid` is left out, the rest holds only what differs. It decides
nothing about a value. Sources: IHE PCD Technical Framework, MDC codes of ISO/IEEE 11073-10101.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from reverie.science.session.values import BadEvent, is_decimal, read_text
from reverie.science.vitals.reading import Reading

VALIDITIES = (
    "valid", "questionable", "invalid", "not_available", "demo", "test", "calibration", "overflow",
    "underflow",
)  # fmt: skip


class Usual(NamedTuple):
    """What a row of a mapped parameter says when it says nothing else."""

    unit: str
    code: str
    code_name: str


USUAL: Mapping[str, Usual] = {
    "hr": Usual("/min", "147842", "MDC_ECG_HEART_RATE"),
    "pr": Usual("/min", "149530", "MDC_PULS_OXIM_PULS_RATE"),
    "spo2": Usual("%", "150456", "MDC_PULS_OXIM_SAT_O2"),
    "pi": Usual("%", "150488", "MDC_BLD_PERF_INDEX"),
    "nibp_sys": Usual("mmHg", "150301", "MDC_PRESS_CUFF_SYS"),
    "nibp_dia": Usual("mmHg", "150302", "MDC_PRESS_CUFF_DIA"),
    "nibp_mean": Usual("mmHg", "150303", "MDC_PRESS_CUFF_MEAN"),
    "art_sys": Usual("mmHg", "150033", "MDC_PRESS_BLD_ART_SYS"),
    "art_dia": Usual("mmHg", "150034", "MDC_PRESS_BLD_ART_DIA"),
    "art_mean": Usual("mmHg", "150035", "MDC_PRESS_BLD_ART_MEAN"),
    "rr": Usual("/min", "151562", "MDC_RESP_RATE"),
    "etco2": Usual("mmHg", "151708", "MDC_CONC_AWAY_CO2_ET"),
    "fico2": Usual("mmHg", "151716", "MDC_CONC_AWAY_CO2_INSP"),
    "temp": Usual("Cel", "150344", "MDC_TEMP"),
    "weight": Usual("kg", "188736", "MDC_MASS_BODY_ACTUAL"),
    "height": Usual("cm", "188740", "MDC_LEN_BODY_ACTUAL"),
    "pump_rate": Usual("mL/h", "158014", "MDC_FLOW_FLUID_PUMP_CURRENT"),
    "pump_volume": Usual("mL", "157993", "MDC_VOL_FLUID_DELIV_TOTAL"),
}
_NOTHING = Usual("", "", "")  # a row that we do not map implies nothing


class Row(NamedTuple):
    """One value of one parameter. `at_ms` is None where the event's own `at_ms` holds for the row.

    `alarm` is what the monitor said of its own alarm in the row, as a Reading has it.
    """

    parameter: str | None
    value: Decimal | None
    validity: str
    unit: str
    code: str
    code_name: str
    channel: str
    at_ms: int | None
    alarm: str = ""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_NONE_IMPLIED: tuple[object, ...] = ("", "", "", "", None, "")
_IMPLIED: Mapping[str | None, tuple[object, ...]] = {
    parameter: (*usual, "", None, "") for parameter, usual in USUAL.items()
}
_EXTRAS = ("unit", "code", "code_name", "channel", "alarm")
_LEAST_MS, _MOST_MS = -62_135_596_800_000, 253_402_300_799_999


@lru_cache(maxsize=8_192)
def _plain_row(parameter: str | None, text: str | None, validity: str) -> Row:
    if parameter is not None and parameter not in USUAL:
        raise BadEvent(f"holds a row of the unknown parameter “{parameter}”")
    if text is not None and not is_decimal(text):
        raise BadEvent("holds a value that is no plain decimal number as text")
    if validity not in VALIDITIES:
        raise BadEvent(f"holds a row of the unknown validity “{validity}”")
    usual = USUAL[parameter] if parameter is not None else _NOTHING
    return Row(parameter, None if text is None else Decimal(text), validity, *usual, "", None)


def _unpack(packed: object) -> Row:
    if not isinstance(packed, list | tuple) or not 2 <= len(packed) <= 4:
        raise BadEvent("holds a row that is no list of two to four")
    try:
        row = _plain_row(packed[0], packed[1], packed[2] if len(packed) > 2 else "valid")
    except TypeError:
        raise BadEvent("holds a row whose parameter, value or validity is no text") from None
    if len(packed) < 4:
        return row
    rest = packed[3]
    if not isinstance(rest, Mapping):
        raise BadEvent("holds a row whose last part is no object")
    differing: dict[str, Any] = {}
    for name, value in rest.items():
        if name == "at_ms" and isinstance(value, int) and not isinstance(value, bool):
            if not _LEAST_MS <= value <= _MOST_MS:
                raise BadEvent("holds a row whose time is outside the calendar")
        elif name not in _EXTRAS or not isinstance(value, str):
            raise BadEvent(f"holds a row with an unlawful “{name}”")
        differing[name] = read_text(value) if isinstance(value, str) else value
    return row._replace(**differing)


def unpack_rows(packed: object) -> tuple[Row, ...]:
    """The rows in a body. Raises BadEvent."""
    if not isinstance(packed, list | tuple):
        raise BadEvent("is no list of rows")
    return tuple([_unpack(row) for row in packed])


def _pack(row: Row) -> list[Any]:
    parameter, value, validity = row[:3]
    usual = _IMPLIED.get(parameter, _NONE_IMPLIED)
    text = None if value is None else format(value, "f") if value.is_finite() else "no number"
    if row[3:] == usual:
        _plain_row(parameter, text, validity)
        return [parameter, text] if validity == "valid" else [parameter, text, validity]
    differing = {
        name: found
        for name, found, implied in zip(Row._fields[3:], row[3:], usual, strict=True)
        if found != implied
    }
    packed = [parameter, text, validity, differing]
    if _unpack(packed) != row:
        raise BadEvent(f"holds a row that cannot be kept: {packed}")
    return packed


def pack_rows(rows: Iterable[Row]) -> list[list[Any]]:
    """The rows as a body keeps them. Raises BadEvent."""
    return [_pack(row) for row in rows]


def rows_of(readings: Iterable[Reading], at_ms: int | None) -> tuple[Row, ...]:
    """Readings as rows of an event whose own time is `at_ms`.

    A mapped row keeps its channel only where another row of the same parameter stands beside it.
    """
    readings = tuple(readings)
    count = Counter(reading.parameter for reading in readings)
    rows = []
    for reading in readings:
        own_ms = None if reading.at is None else (reading.at - _EPOCH) // _MILLISECOND
        alone = reading.parameter is not None and count[reading.parameter] == 1
        rows.append(
            Row(
                reading.parameter,
                reading.value,
                reading.validity,
                reading.unit,
                reading.code,
                reading.code_name,
                "" if alone else reading.channel,
                None if own_ms == at_ms else own_ms,
                reading.alarm,
            )
        )
    return tuple(rows)


def readings_of(rows: Iterable[Row], at_ms: int | None) -> tuple[Reading, ...]:
    """Rows of an event whose own time is `at_ms`, as readings."""
    found = []
    for row in rows:
        own_ms = at_ms if row.at_ms is None else row.at_ms
        at = None if own_ms is None else _EPOCH + own_ms * _MILLISECOND
        found.append(
            Reading(
                row.parameter,
                row.value,
                row.unit,
                row.validity,
                at,
                row.code,
                row.code_name,
                row.channel,
                row.alarm,
            )
        )
    return tuple(found)


def tally(reasons: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """How often each reason was given, in order of first mention."""
    return tuple(Counter(reasons).items())
