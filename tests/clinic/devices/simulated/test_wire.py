"""Frames: whatever the network does to the pieces, the same answers come out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reverie.clinic.devices.simulated.wire import LONGEST_ANSWER, Answers, frame

PAYLOADS = st.binary(max_size=30).filter(lambda raw: not set(raw) & {0x0B, 0x0D, 0x1C})
NOISE = st.sampled_from([b"", b"\r\n", b"noise", b"\x1c", b"\r"])


@given(st.lists(st.tuples(NOISE, PAYLOADS)), st.integers(1, 40))
def test_answers_come_out_whole_in_pieces_of_any_size(parts: list[tuple[bytes, bytes]], piece: int) -> None:
    stream = b"".join(noise + frame(payload) for noise, payload in parts)
    answers = Answers()
    found = [one for i in range(0, len(stream), piece) for one in answers.feed(stream[i : i + piece])]
    assert found == [payload for _, payload in parts]


def test_an_answer_without_an_end_is_given_up_and_the_next_one_is_read() -> None:
    answers = Answers()
    assert answers.feed(b"\x0b" + b"x" * (LONGEST_ANSWER + 1)) == []
    assert answers.feed(b"\x1c\r" + frame(b"MSH")) == [b"MSH"]
