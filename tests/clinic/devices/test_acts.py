"""Linking, unlinking, settling and resolving: once, allowed, traced."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reverie.clinic.devices import acts, questions
from reverie.clinic.devices.models import Device, DeviceLink, Quarantined
from reverie.clinic.devices.quarantine import Store
from reverie.clinic.kernel import access, clock, ledger, streams
from tests.cast import Cast, cast
from tests.clinic.devices.test_quarantine import reject

__all__ = ["cast"]
pytestmark = pytest.mark.django_db


def lines(clinic_id: object) -> list[tuple[str, dict[str, Any]]]:
    """Act and detail of every ledger line of a clinic about devices."""
    found = [json.loads(one.body or "{}") for one in streams.read(ledger.stream_of(clinic_id))]
    return [
        (one["act"], one["detail"]) for one in found if one["act"].split(".")[0] in ("devices", "quarantine")
    ]


def test_linking_makes_moves_and_does_nothing_twice(cast: Cast) -> None:
    first = acts.link(cast.nurse, "MON^1^EUI-64", cast.chairs[0])
    assert acts.link(cast.nurse, "MON^1^EUI-64", cast.chairs[0]).pk == first.pk
    acts.link(cast.nurse, " MON^1^EUI-64 ", cast.chairs[1])
    acts.link(cast.nurse, "PUMP", cast.chairs[1])
    open_now = DeviceLink.objects.filter(ended_at=None)
    assert {(one.device.name, one.chair.name) for one in open_now} == {("MON^1^EUI-64", "2"), ("PUMP", "2")}
    assert DeviceLink.objects.count() == 3
    assert lines(cast.clinic.pk) == [
        ("devices.link", {"device": "MON^1^EUI-64", "chair": "1"}),
        ("devices.link", {"device": "MON^1^EUI-64", "chair": "2", "from": "1"}),
        ("devices.link", {"device": "PUMP", "chair": "2"}),
    ]


def test_the_command_line_links_as_the_system(cast: Cast) -> None:
    assert acts.link(None, "MON", cast.chairs[0]).linked_by is None


def test_a_device_of_another_clinic_stays_there(cast: Cast) -> None:
    acts.link(None, "MON", cast.other_chair)
    with pytest.raises(acts.OtherClinic):
        acts.link(cast.nurse, "MON", cast.chairs[0])
    assert DeviceLink.objects.get(ended_at=None).chair == cast.other_chair


@pytest.mark.parametrize("name", ["", "  ", "a\x07b", "a\nb", "\ud800", "L" * 251])
def test_a_device_needs_a_name(cast: Cast, name: str) -> None:
    with pytest.raises(acts.NoName):
        acts.link(cast.nurse, name, cast.chairs[0])


@pytest.mark.parametrize("role", ["therapist", "front_desk", "researcher", "auditor"])
def test_others_may_not(cast: Cast, role: str) -> None:
    user = cast.users[role]
    with pytest.raises(access.Refused):
        acts.link(user, "MON", cast.chairs[0])
    with pytest.raises(access.Refused):
        acts.resolve(user, Quarantined.objects.all(), "x")
    assert not Device.objects.exists()


def test_unlinking_ends_the_link_once(cast: Cast) -> None:
    device = acts.link(cast.nurse, "MON", cast.chairs[0]).device
    assert acts.unlink(cast.nurse, device)
    assert not acts.unlink(cast.nurse, device)
    assert questions.chair_of("MON") is None
    assert [act for act, _ in lines(cast.clinic.pk)] == ["devices.link", "devices.unlink"]


def test_settling_names_what_changed(cast: Cast) -> None:
    device = acts.link(cast.nurse, "MON", cast.chairs[0]).device
    acts.settle(cast.nurse, device, interval_s=5, zone="UTC")
    acts.settle(cast.nurse, device, interval_s=5, zone="UTC")
    acts.settle(cast.nurse, device, interval_s=None, zone="Europe/Vienna")
    assert lines(cast.clinic.pk)[1:] == [
        ("devices.change", {"device": "MON", "fields": ["interval_s"]}),
        ("devices.change", {"device": "MON", "fields": ["interval_s", "zone"]}),
    ]


def test_linking_gives_a_strangers_messages_to_the_clinic(cast: Cast) -> None:
    Store().keep([reject(b"a", device="MON"), reject(b"b", device="OTHER")])
    acts.link(cast.nurse, "MON", cast.chairs[0])
    assert {one.device: one.clinic_id for one in Quarantined.objects.all()} == {
        "MON": cast.clinic.pk,
        "OTHER": None,
    }


def test_resolving_closes_what_is_open_in_the_own_clinic_only(cast: Cast) -> None:
    Store().keep([reject(bytes([number])) for number in range(4)])
    own = list(Quarantined.objects.values_list("pk", flat=True))
    Quarantined.objects.filter(pk__in=own[:3]).update(clinic=cast.clinic)
    Quarantined.objects.filter(pk=own[3]).update(clinic=cast.other_clinic)
    assert acts.resolve(cast.nurse, Quarantined.objects.filter(pk=own[0]), " a test ") == 1
    assert acts.resolve(cast.nurse, Quarantined.objects.all(), "all of them") == 2
    assert acts.resolve(cast.nurse, Quarantined.objects.all(), "again") == 0
    decided = Quarantined.objects.get(pk=own[0])
    assert (decided.resolution, decided.resolved_by) == ("a test", cast.nurse)
    assert Quarantined.objects.get(pk=own[3]).resolved_at is None
    assert lines(cast.clinic.pk) == [
        ("quarantine.resolve", {"messages": 1}),
        ("quarantine.resolve", {"messages": 2}),
    ]


def test_what_a_device_page_says_of_silence(cast: Cast) -> None:
    device = acts.link(cast.nurse, "MON", cast.chairs[0]).device
    assert questions.standing(device).state == "missing"
    device.heard_at = clock.now()
    assert questions.standing(device).state == "fresh"
    device.heard_at = clock.from_ms(clock.to_ms(clock.now()) - 60_000)
    assert questions.standing(device).state == "lost"
    device.interval_s = 30
    assert questions.standing(device).state == "fresh"
