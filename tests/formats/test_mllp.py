"""Frames: whatever the network does to the pieces, the same messages come out and nothing is lost."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reverie.formats.mllp import NOISE_BYTES, Deframer, Fault, frame

PAYLOADS = st.binary(max_size=30).filter(lambda raw: not set(raw) & {0x0B, 0x0D, 0x1C})
NOISE = st.sampled_from([b"", b"\r\n", b"noise", b"\x1c", b"\r", b"\x1c\r"])
TOKENS = st.sampled_from([b"\x0b", b"\x1c", b"\r", b"\x1c\r", b"MSH", b"\x0bMSH|", b"M", b"x", b"yy", b"\n"])


def fed(stream: bytes, cuts: list[int], limit_bytes: int = 1_000) -> list[bytes | Fault]:
    """What comes out of `stream` cut at `cuts`, and at its end."""
    deframer = Deframer(limit_bytes)
    edges = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    found = [one for begin, end in pairwise(edges) for one in deframer.feed(stream[begin:end])]
    return [*found, *deframer.close()]


@given(st.lists(st.tuples(NOISE, PAYLOADS)), st.integers(1, 40))
def test_messages_come_out_whole_in_pieces_of_any_size(parts: list[tuple[bytes, bytes]], piece: int) -> None:
    stream = b"".join(noise + frame(payload) for noise, payload in parts)
    found = fed(stream, list(range(0, len(stream), piece)))
    assert [one for one in found if not isinstance(one, Fault)] == [payload for _, payload in parts]
    noise = [noise for noise, _ in parts if noise.strip(b"\r\n")]
    assert [one.data for one in found if isinstance(one, Fault)] == noise


@given(st.lists(TOKENS, max_size=40).map(b"".join), st.lists(st.integers(0, 400)), st.integers(4, 30))
def test_where_the_stream_is_cut_changes_nothing(stream: bytes, cuts: list[int], limit_bytes: int) -> None:
    assert fed(stream, cuts, limit_bytes) == fed(stream, [], limit_bytes)


@given(st.lists(TOKENS, max_size=40).map(b"".join))
def test_every_byte_comes_out_once_and_in_order(stream: bytes) -> None:
    def bare(raw: bytes) -> bytes:
        return raw.translate(None, b"\x0b\x1c\r\n")

    found = fed(stream, [])
    whole = b"".join(one.data if isinstance(one, Fault) else one for one in found)
    assert bare(whole) == bare(stream)


def test_several_messages_in_one_packet() -> None:
    assert Deframer().feed(frame(b"a") + frame(b"b") + frame(b"c")) == [b"a", b"b", b"c"]


def test_an_empty_message_is_a_message() -> None:
    assert Deframer().feed(frame(b"")) == [b""]


def test_an_end_without_its_carriage_return_is_part_of_the_message() -> None:
    assert Deframer().feed(b"\x0bMSH\x1c|\x1c\r") == [b"MSH\x1c|"]


def test_an_oversized_message_is_told_by_its_first_bytes_and_the_next_one_is_read() -> None:
    deframer = Deframer(10_000)
    assert deframer.feed(b"\x0bMSH" + b"x" * 9_000) == []
    assert deframer.feed(b"x" * 2_000) == [Fault("oversized", b"MSH" + b"x" * 9_997)]
    assert deframer.feed(b"x" * 50_000) == []
    assert deframer.feed(b"\x1c\r" + frame(b"MSH|next")) == [b"MSH|next"]


def test_a_message_as_long_as_the_limit_is_taken() -> None:
    assert Deframer(100).feed(frame(b"x" * 100)) == [b"x" * 100]
    assert [type(one) for one in Deframer(100).feed(frame(b"x" * 101))] == [Fault]


def test_the_next_message_is_found_though_an_oversized_one_never_ends() -> None:
    found = Deframer(100).feed(b"\x0b" + b"x" * 5_000 + frame(b"MSH|next"))
    assert found[-1] == b"MSH|next"


def test_a_message_that_broke_off_is_told_and_the_next_one_is_read() -> None:
    found = Deframer().feed(b"\x0bMSH|half" + frame(b"MSH|whole"))
    assert found == [Fault("cut", b"MSH|half"), b"MSH|whole"]


def test_what_is_left_when_the_connection_ends() -> None:
    deframer = Deframer()
    assert deframer.feed(b"\x0bMSH|half") == []
    assert deframer.close() == [Fault("cut", b"MSH|half")]
    assert deframer.feed(b"no frame at all") == []
    assert deframer.close() == [Fault("noise", b"no frame at all")]
    assert deframer.close() == []
    assert deframer.feed(b"\x0b") == []
    assert deframer.close() == []


@pytest.mark.parametrize("begin", [b"", b"\x0b", b"\x0bMSH"])
def test_a_stream_without_an_end_takes_no_more_memory_than_the_limit(begin: bytes) -> None:
    deframer = Deframer(65_536)
    deframer.feed(begin)
    chunk = b"z" * 4_096
    tracemalloc.start()
    for _ in range(2_000):
        deframer.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * NOISE_BYTES


def test_a_message_byte_by_byte_is_searched_once() -> None:
    # quadratic work would need some ten minutes here
    deframer = Deframer(1_000_000)
    stream = frame(b"MSH" + b"x" * 400_000)
    found = [one for i in range(len(stream)) for one in deframer.feed(stream[i : i + 1])]
    assert found == [stream[1:-2]]


def test_a_limit_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        Deframer(2)
