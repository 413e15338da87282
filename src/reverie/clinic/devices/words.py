"""The reasons and resolutions that the listener writes, in the reader's language; others as they stand."""

from __future__ import annotations

from django.utils.translation import gettext

from reverie.clinic.devices.hl7v2 import arrival, verdict
from reverie.clinic.devices.quarantine import RECORDED_LATER


def _(words: str) -> str:
    """Mark for translation, here only."""
    return words


_KNOWN = frozenset({
    _("This device is not linked to a chair."),
    _("No session is open at the chair of this device."),
    _("The message could not be recorded (an error of the receiver)."),
    _("The message names no device (MSH-3, MSH-4)."),
    _("What came is no MLLP frame."),
    _("The message broke off before its end."),
    _("Recorded when the device sent it again."),
})  # fmt: skip

WRITTEN = frozenset({
    verdict.NOT_LINKED.reason,
    verdict.NO_SESSION.reason,
    verdict.BROKEN.reason,
    arrival.NO_DEVICE,
    arrival.FAULTS["noise"],
    arrival.FAULTS["cut"],
    RECORDED_LATER,
})  # fmt: skip


def said(stored: str) -> str:
    """A stored reason or resolution for the page."""
    return gettext(stored) if stored in _KNOWN else stored
