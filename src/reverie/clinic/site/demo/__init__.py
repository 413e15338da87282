"""The demo clinic: made once, and brought up to date at every start so that two sessions run live."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from reverie.clinic.devices import acts as devices
from reverie.clinic.devices.simulated.device import Spec
from reverie.clinic.kernel import access
from reverie.clinic.kernel.home import Home
from reverie.clinic.people.models import Chair, Clinic
from reverie.clinic.session.models import Session
from reverie.clinic.site.demo import cast, sessions
from reverie.clinic.site.demo.clinic import make_clinic, member

TOLD = (
    "Sign in on the page with one click, as whoever you like; begin as Anna Weiss, infusion nurse.",
    "Chairs 1 and 2 are live: a simulated monitor and pump send HL7 over a real socket.",
)


def prepare(place: Home) -> tuple[str, ...]:
    """Make the demo, or bring it up to date; what to tell whoever started it."""
    if not place.is_demo:
        raise RuntimeError(f"{place.root} is no demo's folder")
    clinic = Clinic.objects.filter(name=cast.CLINIC).first()
    if clinic is None:
        clinic = make_clinic()
        _link_devices(clinic)
        sessions.play_signed(clinic)
    nurse, prescriber = member(clinic, access.NURSE), member(clinic, access.PRESCRIBER)
    plays: dict[str, Callable[[], Session]] = {
        cast.PREFLIGHT[0]: partial(sessions.play_preflight, clinic),
        cast.RECOVERY[0]: partial(sessions.play_recovery, clinic),
    }
    for live in cast.LIVE:
        plays[live.chair] = partial(sessions.play_live, live, clinic)
    for chair, play in plays.items():
        session = Session.objects.filter(chair__clinic=clinic, chair__name=chair, closed_at=None).first()
        if session is None or sessions.is_spent(session):
            if session is not None:
                sessions.wind_up(session, nurse, prescriber)
            play()
    return TOLD


def fleet() -> list[Spec]:
    """The simulated devices of the live sessions, continuing where the record stands."""
    specs: list[Spec] = []
    for live in cast.LIVE:
        session = Session.objects.filter(
            chair__clinic__name=cast.CLINIC, chair__name=live.chair, closed_at=None
        ).first()
        if session is not None:
            weight_kg = sessions.weight_of(live)
            specs += sessions.specs_of(live, session.opened_at, weight_kg)
    return specs


def _link_devices(clinic: Clinic) -> None:
    nurse = member(clinic, access.NURSE)
    for live in cast.LIVE:
        chair = Chair.objects.get(clinic=clinic, name=live.chair)
        for name in (live.monitor, live.pump):
            devices.link(nurse, name, chair)
