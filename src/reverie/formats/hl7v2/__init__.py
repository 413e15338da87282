"""HL7 version 2: messages read into plain fields, and answers to them. No clinical meaning."""

from reverie.formats.hl7v2.acknowledgement import acknowledgement
from reverie.formats.hl7v2.files import split_messages
from reverie.formats.hl7v2.message import Coded, Message, Row, Unreadable, read_message
from reverie.formats.hl7v2.times import rfc3339

__all__ = [
    "Coded",
    "Message",
    "Row",
    "Unreadable",
    "acknowledgement",
    "read_message",
    "rfc3339",
    "split_messages",
]
