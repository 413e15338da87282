"""Files of messages: bare, framed, batched, with a byte order mark; nothing vanishes."""

from __future__ import annotations

import pytest

from reverie.formats.hl7v2 import split_messages
from reverie.formats.mllp import frame

ONE, TWO = b"MSH|^~\\&|A\rOBX|1", b"MSH|^~\\&|B\rOBX|2"


@pytest.mark.parametrize(
    "raw",
    [
        ONE + b"\r" + TWO,
        ONE + b"\r\r\r" + TWO + b"\r",
        (ONE + b"\r" + TWO).replace(b"\r", b"\n"),
        (ONE + b"\r" + TWO).replace(b"\r", b"\r\n"),
        frame(ONE) + frame(TWO),
        frame(ONE + b"\r") + b"\r\n" + frame(TWO + b"\r"),
        frame(ONE) + TWO,
        ONE + b"\r" + frame(TWO),
        b"\x0b" + ONE + b"\x1c\n" + b"\x0b" + TWO + b"\x1c",
        b"\xef\xbb\xbf" + ONE + b"\n" + TWO,
        b"FHS|^~\\&|X\rBHS|^~\\&|X\r" + ONE + b"\r" + TWO + b"\rBTS|2\rFTS|1\r",
        b"\r\n  " + ONE + b"\r\n" + TWO + b"\n\n",
        (ONE + b"\r" + TWO).decode().encode("utf-16"),
    ],
)
def test_both_messages_are_found(raw: bytes) -> None:
    messages, leftovers = split_messages(raw)
    assert [message.strip().split() for message in messages] == [ONE.split(), TWO.split()]
    assert leftovers == []


def test_what_lies_outside_is_left_over() -> None:
    messages, leftovers = split_messages(b"lead\r" + frame(ONE) + b"between" + frame(TWO) + b"tail")
    assert messages == [ONE, TWO]
    assert leftovers == [b"lead", b"between", b"tail"]


@pytest.mark.parametrize("raw", [b"", b"\r\n", b"\xef\xbb\xbf", b"\x0b\x1c\r", b"FHS|^~\\&\rFTS|0\r"])
def test_a_file_without_a_message_has_none(raw: bytes) -> None:
    assert split_messages(raw) == ([], [])


def test_a_header_inside_a_line_begins_no_message() -> None:
    raw = b"MSH|^~\\&|A\rNTE|1||see MSH|9\rMSHX|y"
    assert split_messages(raw) == ([raw], [])
