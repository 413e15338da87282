"""A device's HL7 message as readings: what was measured, when, and what it may be trusted for.

Puts the format's plain fields before the clinical rules; it records nothing and answers nobody.
Imports no Django.
"""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from reverie.formats.hl7v2 import Unreadable, read_message
from reverie.science.vitals.reading import Reading
from reverie.science.vitals.validity import Refusal, judge

__all__ = ["Parsed", "Reading", "Refusal", "Unreadable", "read"]


class Parsed(NamedTuple):
    """A message. `device` is MSH-3 whole, components joined by `^`, or MSH-4 when MSH-3 is empty.

    `at` is the message's own time (MSH-7), `kind` its type (MSH-9 whole), `processing_id` MSH-11, `patient`
    the record number of whom it names (PID-3).
    Segments that are not recorded stand in `refused`, each with the reason.
    """

    control_id: str
    device: str
    at: datetime | None
    readings: tuple[Reading, ...]
    refused: tuple[Refusal, ...]
    kind: str
    processing_id: str
    patient: str = ""


def read(payload: bytes, zone: tzinfo = UTC) -> Parsed:
    """The message in `payload`; `zone` is the device's own, for times that state none.

    Raises Unreadable (with the control id, if there is one to read) when it is no HL7 message.
    """
    message = read_message(payload, zone)
    readings, refused = judge(message.rows, production=message.processing == "P")
    if message.strays:
        refused += tuple(Refusal(line, "the line is no segment of HL7") for line in message.strays)
    named = message.application.strip("^& ") not in ("", '""')
    return Parsed(
        message.control_id,
        message.application if named else message.facility,
        message.at,
        readings,
        refused,
        message.kind,
        message.processing,
        message.patient,
    )
