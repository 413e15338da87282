"""`reverie devices link` and `reverie quarantine list`, as somebody at the machine types them."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from reverie.cli import main
from reverie.clinic.devices import questions
from reverie.clinic.devices.quarantine import Store
from reverie.clinic.people.models import Chair, Clinic
from tests.clinic.devices.test_quarantine import reject

pytestmark = pytest.mark.django_db


def reverie(*words: str) -> Result:
    """The command, in this process."""
    return CliRunner().invoke(main.build(words[0]), list(words))


@pytest.fixture
def chairs() -> list[Chair]:
    """A clinic with two chairs, one of them not in use."""
    clinic = Clinic.objects.create(name="Lindenhof")
    return [
        Chair.objects.create(clinic=clinic, name="Window", order=1),
        Chair.objects.create(clinic=clinic, name="2", order=2, in_use=False),
    ]


def test_linking_says_where_the_device_stands(chairs: list[Chair]) -> None:
    done = reverie("devices", "link", "MON^1^EUI-64", "Window")
    assert (done.exit_code, done.stdout) == (0, "MON^1^EUI-64 stands at chair Window of Lindenhof.\n")
    assert questions.chair_of("MON^1^EUI-64") == chairs[0]
    rows = json.loads(reverie("devices", "list", "--json").stdout)
    assert [(row["device"], row["chair"], row["heard_at"]) for row in rows] == [
        ("MON^1^EUI-64", "Window", None)
    ]
    assert "no chair now" in reverie("devices", "unlink", "MON^1^EUI-64").stdout
    assert "never heard" in reverie("devices", "list").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("link", "MON", "Door"), "No chair is named Door. There is: Window."),
        (("link", "MON", "2"), "Chair 2 is not in use."),
        (("link", "  ", "Window"), "A device needs the name"),
        (("link", "MON", "Window", "--clinic", "Elsewhere"), "No clinic is named Elsewhere."),
        (("unlink", "MON"), "No device is named MON."),
    ],
)
def test_what_cannot_be_done_is_said(chairs: list[Chair], words: tuple[str, ...], said: str) -> None:
    done = reverie("devices", *words)
    assert done.exit_code == 1
    assert said in done.stderr


def test_with_several_clinics_the_clinic_must_be_named(chairs: list[Chair]) -> None:
    other = Clinic.objects.create(name="Nordufer")
    Chair.objects.create(clinic=other, name="Window")
    done = reverie("devices", "link", "MON", "Window")
    assert (done.exit_code, "--clinic (Lindenhof, Nordufer)" in done.stderr) == (1, True)
    assert reverie("devices", "link", "MON", "Window", "--clinic", "Nordufer").exit_code == 0
    done = reverie("devices", "link", "MON", "Window", "--clinic", "Lindenhof")
    assert "Another clinic in this database has a device named MON" in done.stderr


def test_without_a_clinic_the_next_step_is_said() -> None:
    done = reverie("devices", "link", "MON", "1")
    assert (done.exit_code, "no clinic yet" in done.stderr) == (1, True)


def test_the_quarantine_is_listed_and_a_message_comes_back_whole() -> None:
    assert json.loads(reverie("quarantine", "list", "--json").stdout) == []
    assert "empty" in reverie("quarantine", "list").stdout
    Store().keep([reject(b"MSH\x00\xff\r", "No."), reject(b"b")])
    rows = json.loads(reverie("quarantine", "list", "--json").stdout)
    assert len(rows) == 2
    assert {"id", "received_at", "device", "control_id", "reason"} <= set(rows[0])
    assert rows[0]["received_at"].endswith("Z")
    assert reverie("quarantine", "show", rows[0]["id"]).stdout_bytes == b"MSH\x00\xff\r"
    assert reverie("quarantine", "show", "nonsense").exit_code == 1
    assert "No." in reverie("quarantine", "list").stdout
