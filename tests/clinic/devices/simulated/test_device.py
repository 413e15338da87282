"""Simulated devices as sources of messages: time, dose, episodes, and continuing after a restart."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

from reverie.clinic.devices.simulated.device import Bedside, InfusionPump, Spec, build, usual_program
from reverie.science.simulation.artefacts import KINDS
from reverie.science.simulation.incidents import Incident
from reverie.science.simulation.population import Patients, draw_patients, typical

BEGUN = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


def value(payload: bytes, name: str) -> str | None:
    """OBX-5 of the row of that name, None without one."""
    for segment in payload.decode().split("\r"):
        fields = segment.split("|")
        if fields[0] == "OBX" and fields[3].split("^")[1] == name:
            return fields[5]
    return None


def course(device: Bedside | InfusionPump, seconds: range) -> list[bytes]:
    """What a device sends, asked at each of `seconds`."""
    return [
        post.payload
        for second in seconds
        for post in device.messages(float(second), BEGUN + timedelta(seconds=second))
    ]


def cuff_pressures(payloads: list[bytes]) -> list[int]:
    """Every systolic pressure that was sent."""
    return [int(found) for payload in payloads if (found := value(payload, "MDC_PRESS_CUFF_SYS"))]


def reacting() -> Patients:
    """A typical patient whose pressure rises three times as much as usual."""
    return replace(typical(), reacts_sys=np.array([3.0]))


def test_pressure_rises_with_the_pump_and_falls_after_it() -> None:
    spec = Spec("M", seed=3, patients=reacting(), program=usual_program(start_after_s=1_500))
    pressures = cuff_pressures(course(build(spec, BEGUN), range(0, 9_000, 5)))
    assert len(pressures) == 30
    before, peak, after = pressures[:5], pressures[10:13], pressures[24:]
    assert sum(peak) / 3 - sum(before) / 5 > 4
    assert sum(peak) / 3 - sum(after) / 6 > 4


def test_without_a_pump_nothing_rises() -> None:
    pressures = cuff_pressures(
        course(build(Spec("M", seed=3, patients=typical()), BEGUN), range(0, 9_000, 5))
    )
    assert abs(sum(pressures[8:13]) / 5 - 125) < 8


def test_the_pump_reports_its_flow_and_its_volume() -> None:
    spec = Spec("P", "pump", program=usual_program(start_after_s=60))
    sent = course(build(spec, BEGUN), range(0, 2_500, 20))
    flows = [value(payload, "MDC_FLOW_FLUID_PUMP_CURRENT") for payload in sent]
    assert flows[:4] == ["0", "0", "0", "0"]
    assert set(flows[4:123]) == {"52.5"}
    assert flows[123:] == ["0", "0"]
    assert value(sent[63], "MDC_VOL_FLUID_DELIV_TOTAL") == "17.50"
    assert value(sent[-1], "MDC_VOL_FLUID_DELIV_TOTAL") == "35.00"


def test_the_usual_program_is_half_a_milligram_per_kilogram_in_forty_minutes() -> None:
    program = usual_program(weight_kg=Decimal("81.3"))
    assert (program.volume_ml, program.rate_ml_per_h) == (Decimal("40.6"), Decimal("60.9"))


def test_control_ids_never_repeat_and_name_the_start() -> None:
    device = build(Spec("M"), BEGUN)
    ids = [post.control_id for second in range(50) for post in device.messages(float(second), BEGUN)]
    again = build(Spec("M"), BEGUN + timedelta(milliseconds=1)).messages(0.0, BEGUN)[0].control_id
    assert len({*ids, again}) == 51
    assert all(len(one) <= 20 for one in ids)


def test_the_same_seed_gives_the_same_messages() -> None:
    spec = Spec("M", seed=9, artefacts=frozenset({"probe-off", "motion"}))
    assert course(build(spec, BEGUN), range(300)) == course(build(spec, BEGUN), range(300))
    assert course(build(spec, BEGUN), range(300)) != course(build(Spec("M", seed=10), BEGUN), range(300))


def test_a_simulation_that_began_long_ago_is_where_it_would_be() -> None:
    spec = Spec("P", "pump", program=usual_program(start_after_s=0))
    sent = build(spec, BEGUN).messages(1_200.0, BEGUN)[0].payload
    assert value(sent, "MDC_VOL_FLUID_DELIV_TOTAL") == "17.50"
    late = []
    for seed in range(20):
        monitor = build(Spec("M", seed=seed, patients=reacting(), program=spec.program), BEGUN)
        late += cuff_pressures(course(monitor, range(2_400, 2_460, 5)))
    assert sum(late) / len(late) - 125 > 5


def test_messages_are_doubled_and_change_places_but_none_is_missing() -> None:
    spec = Spec("M", seed=2, artefacts=frozenset({"duplicate", "reorder"}))
    device = Bedside(spec, BEGUN)
    posts = [post for second in range(600) for post in device.messages(float(second), BEGUN)]
    order = [int(post.control_id.split("-")[1]) for post in posts]
    assert len(order) > len(set(order)) >= 599
    assert order != sorted(order)
    assert all(abs(one - i) <= 1 for i, one in enumerate(dict.fromkeys(order), start=1))
    doubled = [post for post in posts if order.count(int(post.control_id.split("-")[1])) == 2]
    assert len({post.payload for post in doubled}) == len(doubled) / 2


def test_a_wrong_clock_is_an_hour_ahead_for_a_while() -> None:
    sent = course(build(Spec("M", seed=4, artefacts=frozenset({"clock-step"})), BEGUN), range(1_800))
    ahead = [payload.split(b"|")[6] >= b"20261124160" for payload in sent[:1_500]]
    assert 0 < sum(ahead) < 1_500


def test_an_incident_is_seen_on_the_monitor_and_the_monitor_calls_a_crisis() -> None:
    spec = Spec("M", patients=typical(), incidents=(Incident("arrest", 60), Incident("desaturation", 400)))
    sent = course(build(spec, BEGUN), range(700))
    rates = [int(value(payload, "MDC_ECG_HEART_RATE") or -1) for payload in sent]
    assert min(rates[:60]) > 50
    assert set(rates[70:240]) == {0}
    assert min(rates[300:]) > 50
    crisis = [second for second, payload in enumerate(sent) if value(payload, "MDC_EVT_ECG_ASYSTOLE")]
    assert crisis == list(range(crisis[0], crisis[-1] + 1))
    assert 65 <= crisis[0] <= 71
    assert crisis[-1] < 265
    saturation = [int(value(payload, "MDC_PULS_OXIM_SAT_O2") or 0) for payload in sent]
    assert set(saturation[75:240]) == {0}
    assert 82 <= min(saturation[400:]) <= 87


def test_nothing_is_sent_while_the_link_is_lost_and_a_cuff_reading_comes_after_it() -> None:
    spec = Spec("M", patients=typical(), incidents=(Incident("link-loss", 340),))
    device = build(spec, BEGUN)
    at = [
        second for second in range(500) if device.messages(float(second), BEGUN + timedelta(seconds=second))
    ]
    assert sorted(set(range(500)) - set(at)) == list(range(340, 430))
    late = course(build(spec, BEGUN), range(500))[340]
    assert value(late, "MDC_PRESS_CUFF_SYS")
    assert b"20261124150555.000+0000" in late


def test_how_often_a_monitor_sends_does_not_change_the_patient() -> None:
    often, seldom = (build(Spec("M", seed=5, program=usual_program(0.0)), BEGUN) for _ in range(2))
    for tick in range(1_200):
        often.messages(tick / 4, BEGUN)
    rates = [value(one.messages(300.0, BEGUN)[0].payload, "MDC_ECG_HEART_RATE") for one in (often, seldom)]
    assert all(50 < int(rate or 0) < 110 for rate in rates)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"patients": draw_patients(np.random.default_rng(1), 2)}, "looks at one patient"),
        ({"kind": "ventilator"}, "not a ventilator"),
        ({"device": ""}, "needs a name"),
        ({"device": "^"}, "needs a name"),
        ({"device": "a\rb"}, "can be printed"),
        ({"interval_s": -1.0}, "interval"),
        ({"interval_s": float("nan")}, "interval"),
        ({"kind": "pump"}, "needs a program"),
        ({"artefacts": frozenset({"gremlins"})}, "no artefact gremlins"),
    ],
)
def test_a_device_that_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Spec(**({"device": "M"} | changes))  # type: ignore[arg-type]  # the table holds fields of several types


@pytest.mark.parametrize("kind", ["monitor", "pump"])
def test_an_outside_judge_finds_the_messages_lawful(kind: str) -> None:
    device = build(Spec("A^00AB^EUI-64", kind, program=usual_program(start_after_s=0)), BEGUN)
    for payload in course(device, range(0, 120, 40)):
        judged = parse_message(payload.decode(), validation_level=VALIDATION_LEVEL.STRICT, find_groups=True)
        assert judged.validate()
        assert judged.msh.msh_3.msh_3_2.value == "00AB"


def test_every_artefact_together_still_makes_lawful_messages() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        some = frozenset(rng.choice(sorted(KINDS), 6, replace=False).tolist())
        for payload in course(
            build(Spec("M", seed=int(rng.integers(99)), artefacts=some), BEGUN), range(0, 900, 9)
        ):
            segments = payload.decode().split("\r")
            assert segments[0].startswith("MSH|^~\\&|M|")
            assert all(len(segment.split("|")) >= 12 for segment in segments if segment.startswith("OBX"))
