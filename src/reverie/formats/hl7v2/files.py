"""The messages in a file: bare or in MLLP frames, one or many, with or without batch headers.

It cuts, and tells what it left out; whether a piece can be read is for others to say.
Source: HL7 version 2.6, chapters 2.10.3 (batches) and 2.15.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# a header begins a line, or follows the start of a frame or a batch's byte order mark
_HEADER = re.compile(rb"(?:(?<=[\r\n\x0b])|\A)[ \t]*(?=MSH[^A-Za-z0-9\s])")
_FRAME_END = re.compile(rb"\x1c(?:[\r\n]|\Z)")
_BATCH = re.compile(rb"(?:FHS|BHS|BTS|FTS)(?=[^A-Za-z0-9]|\Z)")


class Pieces(NamedTuple):
    """`messages` in order, and `leftovers`: bytes between them that belong to none."""

    messages: list[bytes]
    leftovers: list[bytes]


def split_messages(raw: bytes) -> Pieces:
    """The messages in the bytes of a file. Lines that open or close a batch are taken out."""
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            raw = raw.decode(codec, "replace").encode()
    raw = raw.replace(b"\xef\xbb\xbf", b"")
    begins = [found.end() for found in _HEADER.finditer(raw)]
    messages: list[bytes] = []
    leftovers: list[bytes] = []
    _leave(raw[: begins[0]] if begins else raw, leftovers)
    for begin, end in zip(begins, [*begins, len(raw)][1:], strict=True):
        piece, rest = raw[begin:end], b""
        if raw[begin - 1 : begin] == b"\x0b":
            framed = _FRAME_END.search(piece)
            if framed:
                piece, rest = piece[: framed.start()], piece[framed.end() :]
        messages.append(b"\r".join(_unbatched(piece)))
        _leave(rest, leftovers)
    return Pieces(messages, leftovers)


def _leave(raw: bytes, leftovers: list[bytes]) -> None:
    left = b"\r".join(_unbatched(raw)).strip(b"\x0b\x1c\r\n\t ")
    if left:
        leftovers.append(left)


def _unbatched(raw: bytes) -> list[bytes]:
    lines = raw.replace(b"\n", b"\r").split(b"\r")
    return [line for line in lines if not _BATCH.match(line)]
