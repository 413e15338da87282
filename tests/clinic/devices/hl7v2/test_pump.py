"""Which of a pump's rates its report is about."""

from __future__ import annotations

from decimal import Decimal

from reverie.clinic.devices.hl7v2.message import read
from reverie.clinic.devices.hl7v2.pump import report_of
from tests.clinic.devices.hl7v2.monitors import PUMP

PROGRAMMED = b"OBX|%d|NM|157784^MDC_FLOW_FLUID_PUMP^MDC|1.1.2.%d|%s|265266^MDC_DIM_MILLI_L_PER_HR^MDC|||||R\r"


def test_what_flows_counts_before_what_is_programmed() -> None:
    paused = PUMP + PROGRAMMED % (7, 5, b"52.5")
    report = report_of(paused, read(paused))
    assert report is not None
    assert report.rate_ml_per_h == Decimal(0)


def test_the_programmed_rate_counts_while_the_pump_does_not_tell_what_flows() -> None:
    header = PUMP.split(b"OBX|4", 1)[0]
    programmed = header + PROGRAMMED % (4, 5, b"52.5")
    report = report_of(programmed, read(programmed))
    assert report is not None
    assert report.rate_ml_per_h == Decimal("52.5")
    two = programmed + PROGRAMMED % (5, 6, b"20")
    assert report_of(two, read(two)) is None
