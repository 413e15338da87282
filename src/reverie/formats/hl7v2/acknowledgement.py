"""The answer to an HL7 version 2 message: taken (AA), in error (AE) or refused (AR), and why.

It can be made for any bytes at all: what cannot be read of the message stays empty in the answer.
Source: HL7 version 2.6, chapters 2.9 and 2.15 (MSA, ERR; tables 0008, 0357).
"""

from __future__ import annotations

from datetime import UTC, datetime

from reverie.formats.hl7v2.encoding import STANDARD, Separators, declared_charset, escape
from reverie.formats.hl7v2.message import Unreadable, read_separators

# table 0357, as far as a listener needs it
ERRORS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "200": "Unsupported message type",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "206": "Application record locked",
    "207": "Application internal error",
}
_HEADER_BYTES = 4_096


def acknowledgement(
    message: bytes, code: str, *, at: datetime, own_id: str, reason: str = "", error: str = "207"
) -> bytes:
    """The answer `code` (AA, AE or AR) to `message`, segments ending in CR.

    MSA-2 is the message's control id, byte for byte; `reason` stands in MSA-3 and, unless the message was
    taken, in an ERR segment with `error` of table 0357. `at` is aware, `own_id` the answer's own MSH-10.
    """
    separators, header = _header(message)
    field, component, *_ = separators
    charset = declared_charset(message)
    if charset.startswith(("utf-16", "utf-32", "iso2022")):
        charset = "utf-8"

    def part(i: int) -> bytes:
        return header[i] if i < len(header) else b""

    def plain(text: str) -> bytes:
        return escape(text, separators).encode(charset, "replace")

    kind = part(8).split(component.encode("latin-1"))
    trigger = kind[1] if len(kind) > 1 else b""
    answer_kind = [b"ACK", trigger, b"ACK"] if trigger else [b"ACK"]
    utc = at.astimezone(UTC)
    stamp = f"{utc.year:04d}{utc:%m%d%H%M%S}.{utc.microsecond // 1000:03d}+0000"
    msh = [
        b"MSH",
        "".join(separators[1:]).encode("latin-1"),
        part(4),
        part(5),
        part(2),
        part(3),
        stamp.encode(),
        b"",
        component.encode("latin-1").join(answer_kind),
        plain(own_id),
        part(10) or b"P",
        part(11) or b"2.6",
        *([b""] * 5),
        part(17),
    ]
    segments = [msh, [b"MSA", code.encode("ascii", "replace"), part(9), plain(reason)]]
    if code not in ("AA", "CA"):
        error_code = component.join((error, escape(ERRORS.get(error, ""), separators), "HL70357"))
        told = plain(reason)
        segments.append([b"ERR", b"", b"", error_code.encode(charset, "replace"), b"E", b"", b"", told, told])
    mark = field.encode("latin-1")
    return b"".join(mark.join(segment).rstrip(mark) + b"\r" for segment in segments)


def _header(message: bytes) -> tuple[Separators, list[bytes]]:
    raw = message.lstrip(b"\xef\xbb\xbf\x0b\r\n \t")[:_HEADER_BYTES]
    line = raw.replace(b"\n", b"\r").split(b"\r", 1)[0]
    try:
        separators = read_separators(line.decode("latin-1"))
    except Unreadable:
        return STANDARD, []
    fields = line.split(separators.field.encode("latin-1"))
    # a field at the edge of what is looked at may be cut; so may one with a frame's own bytes
    if len(raw) == _HEADER_BYTES and len(line) == _HEADER_BYTES:
        fields.pop()
    return separators, [one if b"\x1c" not in one and b"\x0b" not in one else b"" for one in fields]
