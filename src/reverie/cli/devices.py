"""`reverie devices link`, `unlink` and `list`: which device stands at which chair.

A running listener follows within a second: it asks the database, nobody tells it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from reverie.clinic.people.models import Chair

ClinicOption = Annotated[
    str | None, typer.Option("--clinic", help="The clinic's name, where several are in one database.")
]


def mount(app: typer.Typer) -> None:
    """Add the words to the `reverie devices` group."""
    app.command()(link)
    app.command()(unlink)
    app.command("list")(list_devices)


def link(
    device: Annotated[str, typer.Argument(help="The device as it names itself (MSH-3), parts joined by ^.")],
    chair: Annotated[str, typer.Argument(help="The chair's name, as staff call it.")],
    clinic: ClinicOption = None,
) -> None:
    """Link a device to a chair; a device that stands elsewhere is moved."""
    _prepare()
    from reverie.clinic.devices import acts

    found = _chair(chair, clinic)
    try:
        made = acts.link(None, device, found)
    except acts.OtherClinic:
        _stop(f"Another clinic in this database has a device named {device}. Device names must differ.")
    except acts.NoName:
        _stop("A device needs the name that it sends in MSH-3: 1 to 250 characters that can be printed.")
    print(f"{made.device.name} stands at chair {found.name} of {found.clinic.name}.")


def unlink(device: Annotated[str, typer.Argument(help="The device as it names itself (MSH-3).")]) -> None:
    """Let a device stand at no chair; what it sends then goes into quarantine."""
    _prepare()
    from reverie.clinic.devices import acts
    from reverie.clinic.devices.models import Device

    found = Device.objects.filter(name=device.strip()).first()
    if found is None:
        _stop(f"No device is named {device}. `reverie devices list` names those that are known.")
    moved = acts.unlink(None, found)
    print(f"{found.name} stands at no chair{' now' if moved else ', as before'}.")


def list_devices(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array.")] = False,
) -> None:
    """List devices, where they stand, and when they were last heard."""
    _prepare()
    from reverie.clinic.devices.models import Device, DeviceLink
    from reverie.clinic.kernel import clock

    chairs = {
        link.device_id: link.chair.name
        for link in DeviceLink.objects.filter(ended_at=None).select_related("chair")
    }
    rows = [
        {
            "device": device.name,
            "clinic": device.clinic.name,
            "chair": chairs.get(device.pk),
            "heard_at": clock.to_text(device.heard_at) if device.heard_at else None,
            "interval_s": device.interval_s,
        }
        for device in Device.objects.select_related("clinic")
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        place = f"chair {row['chair']}" if row["chair"] else "no chair"
        heard = f"last heard {row['heard_at']}" if row["heard_at"] else "never heard"
        print(f"{row['device']}: {place}, {heard}")
    if not rows:
        print("No device is known yet. `reverie devices link DEVICE CHAIR` makes one.")


def _chair(name: str, clinic: str | None) -> Chair:
    from reverie.clinic.people.models import Chair, Clinic

    clinics = list(Clinic.objects.order_by("name"))
    if clinic is not None:
        clinics = [one for one in clinics if one.name == clinic]
        if not clinics:
            every = ", ".join(Clinic.objects.order_by("name").values_list("name", flat=True))
            _stop(f"No clinic is named {clinic}. There is: {every or 'none yet'}.")
    if not clinics:
        _stop("This database holds no clinic yet. Open the pages once: the first start makes it.")
    found = list(Chair.objects.filter(clinic__in=clinics, name=name.strip()).select_related("clinic"))
    if len(found) > 1 or (len(clinics) > 1 and found):
        _stop(f"Several clinics are in this database: say which with --clinic ({_names(clinics)}).")
    if not found:
        chairs = Chair.objects.filter(clinic__in=clinics, in_use=True).values_list("name", flat=True)
        _stop(f"No chair is named {name}. There is: {', '.join(chairs) or 'none yet'}.")
    if not found[0].in_use:
        _stop(f"Chair {name} is not in use. The administrator brings it back on the clinic's page.")
    return found[0]


def _names(clinics: Sequence[object]) -> str:
    return ", ".join(str(one) for one in clinics)


def _prepare() -> None:
    from reverie.cli import django_setup

    django_setup.prepare()


def _stop(words: str) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(1)
