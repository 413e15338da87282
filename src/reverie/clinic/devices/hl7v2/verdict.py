"""What becomes of a message, and how the device is told: taken, in error, or refused, with the reason."""

from __future__ import annotations

from typing import NamedTuple


class Verdict(NamedTuple):
    """The answer's code (AA, AE, AR), the reason in words, and the error's number in HL7 table 0357."""

    code: str
    reason: str = ""
    error: str = "207"


TAKEN = Verdict("AA")
NOT_LINKED = Verdict("AR", "This device is not linked to a chair.", "204")
NO_SESSION = Verdict("AE", "No session is open at the chair of this device.", "204")
FULL = Verdict("AE", "The quarantine is full: the message was not kept.", "207")
BROKEN = Verdict("AE", "The message could not be recorded (an error of the receiver).", "207")
TOO_MANY = Verdict("AR", "Too many connections: close some, or raise the listener's limit.", "207")


def unreadable(reason: str) -> Verdict:
    """Refused, because it cannot be read."""
    return Verdict("AR", reason, "100")


def not_kept(one: Verdict) -> Verdict:
    """The same, when not even the quarantine can be written."""
    return one._replace(reason=f"{one.reason} It was not kept: nothing can be written now.")
