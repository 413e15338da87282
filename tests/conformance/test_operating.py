"""Reverie operated from outside: the real commands, real processes and a real socket, judged by promises.

Nothing here imports Reverie. Two demo devices keep sending meanwhile, as in a clinic.
"""

from __future__ import annotations

import re
import time
import urllib.request
from datetime import datetime

import pytest

from tests.conformance.operating.bedside import CHAIR, OTHER_CHAIR, control_ids, linked, readings
from tests.conformance.operating.demo import Running, reverie
from tests.conformance.operating.line import Answer, Line, obx, until, vitals
from tests.soak import figure


def page(port: int) -> str:
    """The page at the printed address, wherever it leads."""
    with urllib.request.urlopen(f"http://localhost:{port}/", timeout=60) as answer:
        return str(answer.read().decode())


# the page and the lists


def test_the_printed_address_leads_to_a_page_that_says_reverie(demo: Running) -> None:
    assert re.search(rf"http://localhost:{demo.port}\b", demo.printed())
    assert "Reverie" in page(demo.port)


def test_sessions_are_listed_with_chair_state_and_whether_they_are_live(demo: Running) -> None:
    sessions = demo.sessions()
    assert all({"id", "chair", "state", "live"} <= one.keys() for one in sessions)
    assert len({one["id"] for one in sessions}) == len(sessions)
    assert {one["live"] for one in sessions} == {True, False}
    assert {type(one["chair"]) for one in sessions} == {str}


def test_the_simulated_devices_are_recorded(demo: Running) -> None:
    before = len(demo.exported(demo.live("1")))
    until(lambda: len(demo.exported(demo.live("1"))) > before, words="a recorded message")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("devices", "link", "M", "no such chair"), "no such chair"),
        (("devices", "link", " ", CHAIR), "name"),
        (("session", "export", "nobody", "--format", "jsonl"), "nobody"),
        (("session", "export", "00000000-0000-0000-0000-000000000000"), "no session"),
        (("session", "verify", "nowhere.jsonl"), "nowhere.jsonl"),
        (("session", "verify", "00000000-0000-0000-0000-000000000000"), "no session"),
        (("quarantine", "show", "nobody"), "nobody"),
        (("restore", "nowhere.backup", "--to", "nowhere"), "nowhere.backup"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(demo: Running, words: tuple[str, ...], said: str) -> None:
    status, out, err = reverie(demo.home, *words)
    assert status != 0
    assert out == ""
    assert said.lower() in err.lower()


# devices and chairs


def test_a_stranger_is_refused_kept_whole_and_taken_as_soon_as_it_is_linked(demo: Running) -> None:
    device = "STRANGER^00A1B2^EUI-64"
    message = vitals(device, "s-1")
    with Line(demo.mllp_port) as line:
        answer = line.ask(message)
        assert answer.code in ("AR", "AE")
        assert answer.control_id == "s-1"
        assert answer.reason
        (kept,) = (one for one in demo.quarantined() if one["device"] == device)
        assert kept["control_id"] == "s-1"
        assert kept["reason"]
        assert datetime.fromisoformat(kept["received_at"]).tzinfo is not None
        assert demo.run("quarantine", "show", kept["id"]) == message.decode()
        demo.run("devices", "link", device, CHAIR)
        asked_s = time.monotonic()
        tries = (line.ask(vitals(device, f"s-{number}")) for number in range(2, 1_000))

        def next_if_taken() -> Answer | None:
            return one if (one := next(tries)).code == "AA" else None

        taken = until(next_if_taken, words="the link")
        assert taken is not None
        figure("link to a running listener", f"{time.monotonic() - asked_s:.2f} s")
        assert line.ask(message).code == "AA"
    assert control_ids(demo, device)[-2:] == [taken.control_id, "s-1"]
    assert not [one for one in demo.quarantined() if one["id"] == kept["id"]]


def test_two_monitors_that_disagree_stand_under_their_own_names(demo: Running) -> None:
    one, other = linked(demo, "LEFT"), linked(demo, "RIGHT")
    with Line(demo.mllp_port) as left, Line(demo.mllp_port) as right:
        assert left.ask(vitals(one, "same-id", hr=61)).code == "AA"
        assert right.ask(vitals(other, "same-id", hr=99)).code == "AA"
    (of_one,) = (body for body in readings(demo, one) if body["control_id"] == "same-id")
    (of_other,) = (body for body in readings(demo, other) if body["control_id"] == "same-id")
    assert ("61" in str(of_one["rows"]), "61" in str(of_other["rows"])) == (True, False)
    assert ("99" in str(of_one["rows"]), "99" in str(of_other["rows"])) == (False, True)


def test_a_device_is_moved_by_linking_it_elsewhere(demo: Running) -> None:
    device = linked(demo, "WANDERER")
    with Line(demo.mllp_port) as line:
        assert line.ask(vitals(device, "here")).code == "AA"
        demo.run("devices", "link", device, OTHER_CHAIR)
        numbers = iter(range(1_000))

        def arrived() -> bool:
            assert line.ask(vitals(device, f"there-{next(numbers)}")).code == "AA"
            return bool(control_ids(demo, device, OTHER_CHAIR))

        until(arrived, words="the move")
    assert "here" in control_ids(demo, device)
    assert control_ids(demo, device, OTHER_CHAIR)[-1].startswith("there-")


# what is taken

OXYGEN = obx("150456^MDC_PULS_OXIM_SAT_O2^MDC", 97, "262688^MDC_DIM_PERCENT^MDC")
TAKEN: dict[str, bytes] = {
    "years-ago": vitals("TAKEN", "years-ago", at="19990101000000+0000"),
    "years-ahead": vitals("TAKEN", "years-ahead", at="29990101000000+0000"),
    "no-such-day": vitals("TAKEN", "no-such-day", at="20260230250000"),
    "no-time": vitals("TAKEN", "no-time", at=""),
    "edge-of-time": vitals("TAKEN", "edge-of-time", at="99991231235959-1200"),
    "year-zero": vitals("TAKEN", "year-zero", at="00000101000000+1400"),
    "another-patient": vitals("TAKEN", "another-patient", patient="PID|||999^^^Elsewhere^MR||Else^Somebody"),
    "nonsense-patient": vitals("TAKEN", "nonsense-patient", patient="PID|||'; DROP TABLE x;--||<script>"),
    "no-patient": vitals("TAKEN", "no-patient", patient="PV1||I"),
    "some-rows-refused": vitals(
        "TAKEN", "some-rows-refused", [obx("150456^MDC_PULS_OXIM_SAT_O2^MDC", 97, "lb"), OXYGEN]
    ),
    "all-rows-refused": vitals("TAKEN", "all-rows-refused", ["OBX|1|NM|147842", "OBX", "not a segment"]),
    "no-rows": vitals("TAKEN", "no-rows", ["NTE|1||nothing to report"]),
    "value-is-text": vitals("TAKEN", "value-is-text", [OXYGEN.replace("|97|", "|ninety-seven|")]),
    "huge-value": vitals("TAKEN", "huge-value", [OXYGEN.replace("|97|", "|" + "9" * 5_000 + "|")]),
    "many-rows": vitals("TAKEN", "many-rows", [OXYGEN] * 2_000),
    "line-feeds": vitals("TAKEN", "line-feeds").replace(b"\r", b"\n"),
    "both-ends": vitals("TAKEN", "both-ends").replace(b"\r", b"\r\n"),
    "no-last-end": vitals("TAKEN", "no-last-end").rstrip(b"\r"),
    "older-version": vitals("TAKEN", "older-version", version="2.3"),
    "no-version": vitals("TAKEN", "no-version", version=""),
    "by-facility": vitals("", "by-facility", facility="TAKEN"),
    "utf-8": vitals("TAKEN", "utf-8", patient="PID|||1||Müller^Jürgen", charset="UNICODE UTF-8"),
    "latin-1": vitals("TAKEN", "latin-1", patient="PID|||1||Müller^Jürgen", charset="8859/1"),
    "unknown-charset": vitals("TAKEN", "unknown-charset", charset="KLINGON"),
    "undeclared-bytes": vitals("TAKEN", "undeclared-bytes").replace(b"Unknown", b"M\xfc\x80ller"),
    "other-marks": vitals("TAKEN", "other-marks").replace(b"|^~\\&|", b"|$~\\&|").replace(b"^", b"$"),
    "7": vitals("TAKEN", "7"),
    "0x1F": vitals("TAKEN", "0x1F"),
    "1e5": vitals("TAKEN", "1e5"),
    "null": vitals("TAKEN", "null"),
    "L" * 199: vitals("TAKEN", "L" * 199),
}


def test_whatever_clock_patient_or_rows_say_it_is_taken_and_recorded_in_order(demo: Running) -> None:
    device = linked(demo, "TAKEN")
    with Line(demo.mllp_port) as line:
        for control_id, message in TAKEN.items():
            answer = line.ask(message)
            assert answer[:2] == ("AA", control_id), answer
    assert control_ids(demo, device) == list(TAKEN)


def test_a_message_without_a_control_id_is_taken_once(demo: Running) -> None:
    device = linked(demo, "NAMELESS")
    message = vitals(device, "")
    with Line(demo.mllp_port) as line:
        assert [line.ask(message)[:2] for _ in range(3)] == [("AA", "")] * 3
    assert control_ids(demo, device) == [""]


def test_the_same_bytes_are_recorded_once_and_an_old_id_with_other_content_again(demo: Running) -> None:
    device = linked(demo, "REPEATER")
    first, second, newer = vitals(device, "r", hr=70), vitals(device, "r", hr=71), vitals(device, "s")
    older = vitals(device, "t", at="20260101000000+0000")
    with Line(demo.mllp_port) as line, Line(demo.mllp_port) as again:
        sent = [first, first, second, newer, first, older, second]
        assert [line.ask(message).code for message in sent] == ["AA"] * len(sent)
        assert [again.ask(message).code for message in sent] == ["AA"] * len(sent)
    assert control_ids(demo, device) == ["r", "r", "s", "t"]
