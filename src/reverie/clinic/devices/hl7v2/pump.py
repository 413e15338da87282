"""What a pump's message reports: the rate that flows now, and beside it status, drug and volumes.

Only a message with a rate that can be trusted is a report; what the pump does not say is left out.
Source: IHE PCD Technical Framework (infusion pump event content), MDC codes of ISO/IEEE 11073-10101.
"""

from __future__ import annotations

from reverie.clinic.devices.hl7v2.message import Parsed, Reading
from reverie.clinic.session.pump import Report
from reverie.formats.hl7v2 import read_message

TRUSTED = frozenset({"valid", "questionable"})
FLOW_NOW = "158014"
NOT_DELIVERING_REASON, DRUG_NAME, TO_BE_INFUSED = "158006", "184514", "157884"
# reasons after which the pump does not go on with this infusion by itself
STOPPED = ("by-user", "infusion-complete", "complete", "vtbi")


def report_of(payload: bytes, parsed: Parsed) -> Report | None:
    """The report in a message, or None when it holds no rate that counts."""
    told = _trusted(parsed, "pump_rate")
    # the programmed rate stands in for the flow only while the pump does not tell what flows
    rates = {one.value for one in told if one.code == FLOW_NOW} or {one.value for one in told}
    if len(rates) != 1:
        # several channels at different rates are no one infusion: the readings stand, nothing is inferred
        return None
    rate = rates.pop()
    assert rate is not None
    infused = next((one.value for one in _trusted(parsed, "pump_volume")), None)
    words = _words(payload)
    reason = words.get(NOT_DELIVERING_REASON, "").split("^")[-1]
    stopped = any(sign in reason for sign in STOPPED)
    volume = next((one.value for one in parsed.readings if one.code == TO_BE_INFUSED), None)
    return Report(rate, stopped, reason[:100], words.get(DRUG_NAME) or None, volume, infused)


def _trusted(parsed: Parsed, parameter: str) -> list[Reading]:
    return [
        one
        for one in parsed.readings
        if one.parameter == parameter and one.value is not None and one.validity in TRUSTED
    ]


def _words(payload: bytes) -> dict[str, str]:
    wanted = (NOT_DELIVERING_REASON, DRUG_NAME)
    return {
        row.observed.code: row.value
        for row in read_message(payload).rows
        if row.observed.code in wanted and row.value
    }
