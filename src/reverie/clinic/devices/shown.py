"""A kept message as a person can read it: segment by segment, nothing hidden, nothing that acts.

Control characters are shown as what they are; bytes that are no text are shown as hex. Long ones are cut,
and it says so.
"""

from __future__ import annotations

from typing import NamedTuple

from reverie.formats.hl7v2.encoding import decode

MOST_CHARACTERS, MOST_SEGMENTS, MOST_BYTES, A_LINE = 40_000, 400, 2_048, 16


class Segment(NamedTuple):
    """A line of the message: its name, and the rest as it stands."""

    name: str
    rest: str


class HexLine(NamedTuple):
    """Sixteen bytes: where they stand, as hex, and as the ASCII that they may be."""

    offset: str
    hex: str
    text: str


class Shown(NamedTuple):
    """Either segments or hex lines; `left_out` is how much more there is, in characters or bytes."""

    segments: list[Segment]
    hex_lines: list[HexLine]
    left_out: int


def show(payload: bytes) -> Shown:
    """The message as text if it is text, else as hex."""
    text = decode(payload)
    # a byte order mark alone is bytes without any text
    if not text or not _reads(payload, text):
        return _as_hex(payload)
    cut = text[:MOST_CHARACTERS]
    lines = [line for line in cut.replace("\r\n", "\r").replace("\n", "\r").split("\r") if line]
    segments = []
    for line in lines[:MOST_SEGMENTS]:
        name = line[:3] if line[:3].isalnum() and line[:3].isascii() else ""
        segments.append(Segment(name, visible(line[len(name) :])))
    left_out = len(text) - len(cut) + sum(len(line) for line in lines[MOST_SEGMENTS:])
    return Shown(segments, [], left_out)


def visible(text: str) -> str:
    """`text` with every character that cannot be seen, or turns the reading direction, written out."""
    return "".join(one if one == " " or one.isprintable() else f"⟨{ord(one):02X}⟩" for one in text)


def _reads(payload: bytes, text: str) -> bool:
    if payload.lstrip(b"\x0b\r\n \t\xef\xbb\xbf").startswith(b"MSH"):
        return True
    odd = sum(not one.isprintable() and one not in "\r\n\t" for one in text[:MOST_BYTES])
    return "\ufffd" not in text[:MOST_BYTES] and odd * 20 <= min(len(text), MOST_BYTES)


def _as_hex(payload: bytes) -> Shown:
    lines = []
    for offset in range(0, min(len(payload), MOST_BYTES), A_LINE):
        part = payload[offset : min(offset + A_LINE, MOST_BYTES)]
        text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in part)
        lines.append(HexLine(f"{offset:05x}", part.hex(" "), text))
    return Shown([], lines, max(0, len(payload) - MOST_BYTES))
