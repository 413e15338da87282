"""A kept message as a person can read it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.devices import words
from reverie.clinic.devices.shown import MOST_BYTES, MOST_SEGMENTS, Segment, show
from tests.clinic.devices import bedside


def test_segments_stand_one_by_one() -> None:
    shown = show(bedside.message("M", "c1", rows=1))
    assert [one.name for one in shown.segments] == ["MSH", "PID", "OBR", "OBX"]
    assert shown.segments[1] == Segment("PID", "|||")
    assert (shown.hex_lines, shown.left_out) == ([], 0)


def test_control_characters_and_direction_marks_are_written_out() -> None:
    shown = show("MSH|^~\\&|a\x07b\u202ec<script>".encode())
    assert shown.segments == [Segment("MSH", "|^~\\&|a⟨07⟩b⟨202E⟩c<script>")]


def test_bytes_that_are_no_text_are_hex() -> None:
    shown = show(bytes(range(256)) * 20)
    assert shown.segments == []
    assert shown.hex_lines[0].hex.startswith("00 01 02")
    assert shown.hex_lines[2].text == " !\"#$%&'()*+,-./"
    assert shown.left_out == 256 * 20 - MOST_BYTES


def test_long_ones_are_cut_and_it_is_said() -> None:
    shown = show(b"MSH|^~\\&|M\r" + b"OBX|1\r" * 1_000)
    assert len(shown.segments) == MOST_SEGMENTS
    assert shown.left_out == 6_011 - 1_001 - sum(len(one.name + one.rest) for one in shown.segments)


@given(st.binary(max_size=3_000))
def test_nothing_invisible_is_ever_shown(payload: bytes) -> None:
    shown = show(payload)
    seen = "".join(one.rest for one in shown.segments) + "".join(one.text for one in shown.hex_lines)
    assert all(one == " " or one.isprintable() for one in seen)
    assert bool(payload) <= bool(shown.segments or shown.hex_lines or not payload.strip(b"\r\n"))


def test_every_reason_that_is_written_can_be_translated() -> None:
    assert words._KNOWN == words.WRITTEN
    assert words.said("Something that a device's message says.") == "Something that a device's message says."
