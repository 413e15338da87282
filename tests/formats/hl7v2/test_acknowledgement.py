"""Answers: they can be made for any bytes, and carry the control id and the reason."""

from __future__ import annotations

from datetime import UTC, datetime

import hl7
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.devices.simulated.answer import read_answer
from reverie.formats.hl7v2 import acknowledgement, read_message

AT = datetime(2026, 11, 24, 15, 0, 0, 123_000, tzinfo=UTC)
MESSAGE = (
    rb"MSH|^~\&|MON^1^EUI-64|WARD|CLINIC|X|20261124150000||ORU^R01^ORU_R01|c-1|T|2.4||||||8859/1" + b"\r"
)


def answer(message: bytes, code: str, reason: str = "", error: str = "207") -> bytes:
    """An answer made at AT."""
    return acknowledgement(message, code, at=AT, own_id="A1", reason=reason, error=error)


def test_a_message_that_was_taken() -> None:
    assert answer(MESSAGE, "AA") == (
        rb"MSH|^~\&|CLINIC|X|MON^1^EUI-64|WARD|20261124150000.123+0000||ACK^R01^ACK|A1|T|2.4||||||8859/1"
        b"\rMSA|AA|c-1\r"
    )


def test_a_refusal_says_why_in_both_places() -> None:
    reason = "the device MON^1|x is linked to no chair"
    segments = answer(MESSAGE, "AR", reason, "204").decode().split("\r")
    escaped = r"the device MON\S\1\F\x is linked to no chair"
    assert segments[1] == f"MSA|AR|c-1|{escaped}"
    assert segments[2] == f"ERR|||204^Unknown key identifier^HL70357|E|||{escaped}|{escaped}"
    read = read_answer(answer(MESSAGE, "AR", reason))
    assert read is not None
    assert (read.code, read.control_id, read.reason) == ("AR", "c-1", reason)


def test_a_peer_can_read_it() -> None:
    parsed = hl7.parse(answer(MESSAGE, "AE", "cut off").decode())
    assert [str(parsed.segment("MSA")[i]) for i in (1, 2, 3)] == ["AE", "c-1", "cut off"]


def test_the_control_id_comes_back_byte_for_byte() -> None:
    odd = MESSAGE.replace(b"c-1", b"\xe9\\F\\^2")
    assert b"\rMSA|AA|\xe9\\F\\^2\r" in answer(odd, "AA")


def test_other_separators_are_kept() -> None:
    other = MESSAGE.translate(bytes.maketrans(b"|^~\\&", b"#$*@!"))
    read = read_message(answer(other, "AR", "a#b").replace(b"\rMSA", b"\rZSA"))
    assert read.kind == "ACK^R01^ACK"
    assert b"\rMSA#AR#c-1#a@F@b\r" in answer(other, "AR", "a#b")


@pytest.mark.parametrize(
    "message", [b"", b"MSH", b"MSH|", b"GET / HTTP/1.1", b"\xff" * 100, b"MSH|^~\\&|M" + b"x" * 9_000]
)
def test_nonsense_is_answered_without_a_control_id(message: bytes) -> None:
    read = read_answer(answer(message, "AR", "no HL7 message begins here"))
    assert read is not None
    assert (read.code, read.control_id, read.reason) == ("AR", "", "no HL7 message begins here")


@given(st.binary(max_size=80), st.integers(0, 90), st.text(max_size=20))
def test_any_bytes_are_answered_with_one_lawful_answer(noise: bytes, place: int, reason: str) -> None:
    message = MESSAGE[:place] + noise + MESSAGE[place:]
    for raw in (noise, message):
        made = answer(raw, "AE", reason)
        assert made.startswith(b"MSH")
        assert made.count(b"\r") == 3
        assert not {0x0A, 0x0B, 0x1C} & set(made)
        assert made.split(b"\r")[1].startswith(b"MSA" + made[3:4] + b"AE")
