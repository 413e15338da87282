"""A script is read strictly, and becomes the messages that it says: nothing more, the same each time."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from random import Random
from statistics import median, quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reverie.science.simulation.alarmed import passed_of, samples_of
from reverie.science.simulation.course import STEP, Courses, risen
from reverie.science.simulation.script import BadScript, Crossing, read_script, read_time
from reverie.science.simulation.scripted import Message, Second, cuff_times, seconds

HEAD = """title Somebody
kind incident
monitor hr spo2 pr rr etco2 cuff
usual spo2 97 hr 70 pr 70 rr 14 etco2 38 cuff 120/76
phase before 0:00
phase infusion 2:00
cuffs 0:00 2:00 every 2:00
ends 10:00
"""
WORDS = [*HEAD.split(), "20:00", "spo2", "is", "-", "+", "expect"]


def play(*lines: str) -> list[Second]:
    """A script with these lines after the head."""
    return list(seconds(read_script("\n".join([HEAD, *lines]), "test")))


def messages(whole: list[Second]) -> list[Message]:
    """All messages."""
    return [message for second in whole for message in second.messages]


def texts(whole: list[Second], name: str, begin_s: int, end_s: int) -> list[str | None]:
    """What was sent of a value from second to second."""
    return [
        dict(message.sent).get(name)
        for message in messages(whole)
        if begin_s * 1_000 <= message.received_ms < end_s * 1_000
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind strange", "neither normal nor incident"),
        ("monitor eeg", "no monitor here measures"),
        ("20:00 explode", "unknown word"),
        ("20:00-19:00 zero spo2", "ends before it begins"),
        ("20:61 zero spo2", "is no time such as"),
        ("20:00 spo2 is low", "no plain number"),
        ("20:00 spo2", "a word too few"),
        ("usual spo2 high", "nothing usual"),
        ("expect loud spo2 20:00 + 1", "unknown priority"),
        ("expect high smell 20:00 + 1", "unknown signal"),
        ("expect high spo2 20:00", "a word too few"),
        ("phase asleep 1:00", "unknown phase"),
        ("cuffs soon", "no time such as"),
        ("ends 99:00:00", "later than any session"),
        ("sets perhaps", "neither that sets are taken"),
        ("", "says no title"),
    ],
)
def test_a_script_that_cannot_be_read_says_why(text: str, words: str) -> None:
    with pytest.raises(BadScript, match=words):
        read_script(text)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_no_text_raises_anything_but_a_bad_script(text: str) -> None:
    try:
        said = read_script(HEAD + text).name
    except BadScript as error:
        said = str(error)
    assert "script" in said


def test_expectations_keep_their_numbers() -> None:
    script = read_script(HEAD + "expect high spo2|check spo2<90@5:00 + 15\nforbid medium any 1:00-2:00\n")
    expect, forbid = script.expected
    assert (expect.signals, expect.onset, expect.delay_ms) == (
        ("spo2", "check"), Crossing("spo2", "<", 90.0, 300_000), 15_000,
    )  # fmt: skip
    assert (forbid.begin_ms, forbid.end_ms) == (60_000, 120_000)
    assert read_time("1:02:03") == 3_723_000


def test_values_do_what_the_script_says() -> None:
    whole = play("5:00-6:00 spo2 to 85", "8:00 spo2 back", "7:00-7:10 zero pr", "7:20-7:30 none pr",
                 "7:40-7:50 absent pr", "3:00 hr is 130")  # fmt: skip
    low = [int(text or 0) for text in texts(whole, "spo2", 360, 470)]
    assert all(84 <= value <= 86 for value in low)
    falling = [int(text or 0) for text in texts(whole, "spo2", 300, 360)]
    assert falling == sorted(falling, reverse=True)
    assert all(int(text or 0) >= 95 for text in texts(whole, "spo2", 481, 600))
    assert set(texts(whole, "pr", 420, 430)) == {"0"}
    assert set(texts(whole, "pr", 440, 450)) == {""}
    assert set(texts(whole, "pr", 460, 470)) == {None}
    assert all(abs(int(text or 0) - 130) < 6 for text in texts(whole, "pr", 181, 419)), "the pulse follows"


def test_zeros_become_no_value_by_the_judge_of_messages() -> None:
    whole = play("5:00-5:05 zero spo2 rr")
    samples = [
        one for message in messages(whole) for one in samples_of(message) if 300_000 <= one.at_ms < 305_000
    ]
    saturation = {(one.value, one.validity) for one in samples if one.parameter == "spo2"}
    assert saturation == {(None, "not_available")}
    assert {one.value for one in samples if one.parameter == "rr"} == {Decimal(0)}


def test_cuffs_come_when_they_are_due_or_as_said() -> None:
    whole = play("4:00 cuff 180/110", "5:50-6:10 cuff none")
    script = read_script(HEAD)
    assert cuff_times(script) == [0, 120_000, 240_000, 360_000, 480_000]
    sent = {message.received_ms: dict(message.sent) for message in messages(whole)}
    came = {at_ms: texts for at_ms, texts in sent.items() if "sys" in texts}
    assert sorted(came) == [0, 120_000, 240_000, 480_000]
    assert (came[240_000]["sys"], came[240_000]["dia"]) == ("180", "110")


def test_links_break_and_messages_come_twice_or_late() -> None:
    whole = play(
        "3:00-4:00 lost", "4:00-10:00 duplicates", "4:00-10:00 reordered", "9:00 late cuff 99/55 8:00"
    )
    assert not texts(whole, "spo2", 180, 240)
    after = [one for one in messages(whole) if one.received_ms >= 240_000 and not one.late]
    assert len(after) > 361, "some came twice"
    assert any(b.measured_ms < a.measured_ms for a, b in pairwise(after)), "some came late"
    (late,) = [one for one in messages(whole) if one.late]
    assert (late.measured_ms, late.received_ms) == (480_000, 540_000)
    assert all(one.late for one in samples_of(late))


def test_the_monitors_own_alarms_begin_and_end() -> None:
    whole = play("5:00-5:02 monitor high MDC_EVT_ASYSTOLE", "6:00-6:02 inhibited")
    passed = [one for message in messages(whole) for one in passed_of(message)]
    told = [(one.at_ms, one.name, one.priority, one.inhibited) for one in passed]
    assert told == [
        (300_000, "MDC_EVT_ASYSTOLE", "high", False), (301_000, "MDC_EVT_ASYSTOLE", "high", False),
        (302_000, "MDC_EVT_ASYSTOLE", "", False), (360_000, "", "", True), (361_000, "", "", True),
        (362_000, "", "", False),
    ]  # fmt: skip


def test_the_scatter_is_that_of_recorded_numerics() -> None:
    text = HEAD.replace("ends 10:00", "ends 6:00:00")
    script = read_script(text, "long")
    values: dict[str, list[float]] = {"hr": [], "spo2": [], "rr": []}
    courses = Courses(script, Random(1))
    for minute in range(360):
        now = courses.values(minute * 60_000)
        for name in values:
            values[name].append(now[name])
    measured = {"hr": (1.0, 5.8), "spo2": (0.2, 0.9), "rr": (1.2, 4.8)}
    for name, (middle, most) in measured.items():
        changes = [abs(b - a) for a, b in pairwise(values[name])]
        assert 0.6 * middle < median(changes) < 1.6 * middle, name
        assert 0.5 * most < quantiles(changes, n=20)[-1] < 1.5 * most, name
    assert set(STEP) >= set(values)


def test_a_rise_peaks_where_it_is_said_and_fades() -> None:
    assert risen(0, 600_000, 2_700_000) == 0
    assert risen(2_700_000, 600_000, 2_700_000) == 1
    assert risen(2_700_000 + 720_000, 600_000, 2_700_000) == pytest.approx(0.5)


def test_a_script_is_the_same_each_time() -> None:
    assert play("2:00-9:00 motion", "2:00-9:00 talking") == play("2:00-9:00 motion", "2:00-9:00 talking")
