"""Who is heard, how often, and who is lost."""

from __future__ import annotations

from reverie.clinic.devices.presence import GONE_MS, HUNG_UP, LEAST_SILENCE_MS, SILENT, Loss, Presence


def test_a_device_is_lost_after_three_of_its_intervals_and_told_once() -> None:
    presence = Presence()
    for second in range(0, 60, 6):
        presence.spoke("M", 1, 1_000 * second)
    assert presence.interval_ms("M") == 6_000
    assert presence.losses(54_000 + 17_999) == []
    assert presence.losses(54_000 + 18_000) == [Loss("M", 54_000, SILENT)]
    assert presence.losses(500_000) == []
    assert presence.is_lost("M")


def test_the_least_silence_is_ten_seconds() -> None:
    presence = Presence()
    for second in range(5):
        presence.spoke("M", 1, 1_000 * second)
    assert presence.losses(4_000 + LEAST_SILENCE_MS - 1) == []
    assert presence.losses(4_000 + LEAST_SILENCE_MS) == [Loss("M", 4_000, SILENT)]


def test_what_staff_set_counts_before_what_was_learnt() -> None:
    presence = Presence()
    for second in range(5):
        presence.spoke("M", 1, 1_000 * second, interval_s=60)
    assert presence.interval_ms("M") == 60_000
    assert presence.losses(4_000 + 179_999) == []
    assert presence.losses(4_000 + 180_000) == [Loss("M", 4_000, SILENT)]


def test_messages_in_pairs_and_one_long_gap_teach_nothing() -> None:
    presence = Presence()
    at_ms = 0
    for number in range(10):
        at_ms += 30_000 if number == 5 else 2_000
        presence.spoke("M", 1, at_ms)
        presence.spoke("M", 1, at_ms + 40)
    assert presence.interval_ms("M") == 2_000


def test_a_closed_connection_is_a_loss_soon_unless_another_is_left() -> None:
    presence = Presence()
    for line in (1, 2):
        for number in range(3):
            presence.spoke("M", line, 1_000 * number)
    presence.closed(1, 2_500)
    assert presence.losses(2_500 + GONE_MS) == []
    presence.closed(2, 3_000)
    assert presence.losses(3_000 + GONE_MS - 1) == []
    assert presence.losses(3_000 + GONE_MS) == [Loss("M", 2_000, HUNG_UP)]


def test_a_device_that_connects_for_each_message_is_not_lost_between_them() -> None:
    presence = Presence()
    for number in range(20):
        presence.spoke("M", number, 8_000 * number)
        presence.closed(number, 8_000 * number + 10)
        assert presence.losses(8_000 * number + 7_900) == []
    last_ms = 8_000 * 19
    assert presence.losses(last_ms + 24_000) == [Loss("M", last_ms, HUNG_UP)]


def test_a_device_that_comes_back_can_be_lost_again() -> None:
    presence = Presence()
    presence.spoke("M", 1, 0)
    assert presence.losses(20_000) == [Loss("M", 0, SILENT)]
    presence.spoke("M", 2, 30_000)
    assert not presence.is_lost("M")
    # the silence itself is no interval
    assert presence.interval_ms("M") is None
    assert presence.losses(50_000) == [Loss("M", 30_000, SILENT)]


def test_a_connection_that_never_spoke_is_nobodys() -> None:
    presence = Presence()
    presence.closed(7, 0)
    assert presence.losses(100_000) == []
    assert presence.interval_ms("M") is None
