"""The devices page and the quarantine's pages: what is shown, what is done, who may, and the stranger."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reverie.clinic.devices import acts, questions
from reverie.clinic.devices.hl7v2 import verdict
from reverie.clinic.devices.models import Device, Quarantined
from reverie.clinic.devices.quarantine import Store
from reverie.clinic.kernel import clock
from tests.cast import Cast, cast, nurse_client, signed_in
from tests.clinic.devices import bedside
from tests.clinic.devices.test_quarantine import reject

__all__ = ["cast", "nurse_client"]
pytestmark = pytest.mark.django_db

NOT_LINKED = verdict.NOT_LINKED.reason


def kept(
    cast: Cast, *payloads: bytes, device: str = "NEW^MON", reason: str = NOT_LINKED
) -> list[Quarantined]:
    """Messages in the clinic's quarantine."""
    Store().keep([reject(payload, reason, device)._replace(clinic_id=cast.clinic.pk) for payload in payloads])
    return list(Quarantined.objects.order_by("received_at", "pk"))


def text(client: Client, address: str, status: int = 200) -> str:
    """A page's words, made with few queries."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == status
    assert len(queries) <= 15
    return answer.content.decode()


def test_an_empty_clinic_says_so(cast: Cast, nurse_client: Client) -> None:
    page = text(nurse_client, reverse("devices"))
    assert page.count("No device. Readings are charted by hand.") == 4
    assert "Sending, but at no chair" not in page
    assert "The quarantine is empty." in text(nurse_client, reverse("quarantine"))
    assert "Nothing has been resolved yet." in text(nurse_client, reverse("quarantine_resolved"))


def test_a_stranger_is_linked_with_one_press(cast: Cast, nurse_client: Client) -> None:
    kept(cast, b"a", b"b")
    page = text(nurse_client, reverse("devices"))
    assert "2 messages refused" in page
    assert page.count('name="chair" value=') == 4
    answer = nurse_client.post(
        reverse("device_link"),
        {"device": "NEW^MON", "chair": str(cast.chairs[2].pk), "key": "k"},
        follow=True,
    )
    assert "NEW^MON stands at chair 3 now." in answer.content.decode()
    assert questions.chair_of("NEW^MON") == cast.chairs[2]
    assert "Sending, but at no chair" not in text(nurse_client, reverse("devices"))


def test_a_wrong_form_comes_back_with_what_was_typed(cast: Cast, nurse_client: Client) -> None:
    answer = nurse_client.post(reverse("device_link"), {"device": "TYPED", "chair": ""})
    assert answer.status_code == 422
    assert 'value="TYPED"' in answer.content.decode()
    acts.link(None, "THEIRS", cast.other_chair)
    answer = nurse_client.post(reverse("device_link"), {"device": "THEIRS", "chair": str(cast.chairs[0].pk)})
    assert answer.status_code == 422
    assert "Another clinic here has a device of this name" in answer.content.decode()
    answer = nurse_client.post(reverse("device_link"), {"device": "X", "chair": str(cast.other_chair.pk)})
    assert answer.status_code == 422


def test_a_device_is_moved_settled_and_unlinked(cast: Cast, nurse_client: Client) -> None:
    device = acts.link(cast.nurse, "MON", cast.chairs[0]).device
    Device.objects.update(heard_at=clock.now(), learnt_interval_ms=1_000)
    assert "every 1 s, as learnt" in text(nurse_client, reverse("devices"))
    address = reverse("device", args=[device.pk])
    assert "MON" in text(nurse_client, address)
    data = {"chair": str(cast.chairs[1].pk), "interval_s": "5", "zone": "Europe/Vienna"}
    assert nurse_client.post(address, data).status_code == 302
    device.refresh_from_db()
    assert (device.interval_s, device.zone) == (5, "Europe/Vienna")
    assert questions.chair_of("MON") == cast.chairs[1]
    for wrong in ({"interval_s": "0"}, {"interval_s": "often"}, {"zone": "Nowhere"}, {"chair": "x"}):
        assert nurse_client.post(address, data | wrong).status_code == 422
    nurse_client.post(address, data | {"chair": ""})
    assert questions.chair_of("MON") is None
    assert "At no chair" in text(nurse_client, reverse("devices"))


def test_the_quarantine_is_grouped_and_a_message_is_inert(cast: Cast, nurse_client: Client) -> None:
    ugly = bedside.message("<script>alert(1)</script>", "c1", rows=1)
    kept(cast, ugly, device="<script>alert(1)</script>")
    kept(cast, b"\x00\x01\x02\xff" * 30, device="", reason="No HL7 message begins here.")
    page = text(nurse_client, reverse("quarantine"))
    assert "device not known" in page
    assert "<script>alert" not in page
    messages = Quarantined.objects.all()
    for one in messages:
        page = text(nurse_client, reverse("quarantined", args=[one.pk]))
        assert "<script>alert" not in page
        assert text(nurse_client, f"{reverse('quarantine_group')}?device={one.device}&reason={one.reason}")
    assert "00 01 02 ff" in "".join(
        text(nurse_client, reverse("quarantined", args=[one.pk])) for one in messages
    )


def test_one_and_all_are_resolved_with_words(cast: Cast, nurse_client: Client) -> None:
    first, *_ = kept(cast, b"a", b"b", b"c")
    address = reverse("quarantine_resolve", args=[first.pk])
    assert nurse_client.post(address, {"words": ""}).status_code == 422
    answer = nurse_client.post(address, {"words": "a test", "key": "k"}, follow=True)
    assert "1 message is resolved." in answer.content.decode()
    assert "2 messages in quarantine" in answer.content.decode()
    everything = {"device": "NEW^MON", "reason": NOT_LINKED}
    assert nurse_client.post(reverse("quarantine_resolve_group"), everything).status_code == 422
    answer = nurse_client.post(
        reverse("quarantine_resolve_group"), everything | {"words": "tests"}, follow=True
    )
    assert "2 messages are resolved." in answer.content.decode()
    page = text(nurse_client, reverse("quarantine_resolved"))
    assert page.count("Anna Weiss") >= 3
    assert "a test" in text(nurse_client, reverse("quarantined", args=[first.pk]))
    answer = nurse_client.post(address, {"words": "again"}, follow=True)
    assert "Somebody else has resolved this already." in answer.content.decode()


def test_the_stranger_of_another_clinic_meets_nothing(cast: Cast, client: Client) -> None:
    (message,) = kept(cast, b"a")
    device = acts.link(cast.nurse, "MON", cast.chairs[0]).device
    signed_in(client, cast.stranger)
    assert "MON" not in text(client, reverse("devices")).replace("MONITOR", "")
    assert "The quarantine is empty." in text(client, reverse("quarantine"))
    text(client, reverse("device", args=[device.pk]), 404)
    text(client, reverse("quarantined", args=[message.pk]), 404)
    assert client.post(reverse("quarantine_resolve", args=[message.pk]), {"words": "x"}).status_code == 404
    client.post(
        reverse("quarantine_resolve_group"), {"device": "NEW^MON", "reason": NOT_LINKED, "words": "x"}
    )
    message.refresh_from_db()
    assert message.resolved_at is None


@pytest.mark.parametrize(
    ("role", "devices", "quarantine"),
    [
        ("prescriber", 200, 200),
        ("medical_director", 200, 200),
        ("administrator", 200, 403),
        ("therapist", 403, 403),
        ("front_desk", 403, 403),
        ("auditor", 403, 403),
    ],
)
def test_each_role_sees_what_is_its_own(
    cast: Cast, client: Client, role: str, devices: int, quarantine: int
) -> None:
    (message,) = kept(cast, b"a")
    signed_in(client, cast.users[role])
    for name, args, status in (
        ("devices", [], devices),
        ("quarantine", [], quarantine),
        ("quarantined", [message.pk], quarantine),
        ("quarantine_resolved", [], quarantine),
    ):
        assert client.get(reverse(name, args=args)).status_code == status


def test_many_devices_and_messages_take_no_more_queries(cast: Cast, nurse_client: Client) -> None:
    for number in range(30):
        acts.link(None, f"D{number}", cast.chairs[number % 4])
        kept(cast, f"p{number}".encode(), device=f"S{number}")
    kept(cast, *(f"q{number}".encode() for number in range(120)))
    addresses: list[Any] = [reverse("devices"), reverse("quarantine")]
    addresses.append(f"{reverse('quarantine_group')}?device=NEW%5EMON&reason={NOT_LINKED}&page=2")
    pages = [text(nurse_client, address) for address in addresses]
    assert "2 of 3" in pages[2]


def test_who_decides_a_moment_later_is_told_so(cast: Cast, nurse_client: Client) -> None:
    (message,) = kept(cast, b"late")
    address = reverse("quarantine_resolve", args=[message.pk])
    nurse_client.post(address, {"words": "A test of the vendor"})
    for words in ("", "x" * 400, "Something else"):
        page = nurse_client.post(address, {"words": words}, follow=True).content.decode()
        assert "Somebody else has resolved this already." in page
        assert "A test of the vendor" in page
