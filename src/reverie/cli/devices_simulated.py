"""`reverie devices simulate` and `reverie devices replay`: devices that do not exist, on a real socket.

Says what is sent, how it is answered and what to do when it is refused. Exit status 0 means that every
message was acknowledged. It imports no Django.
"""

from __future__ import annotations

import asyncio
import shlex
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from reverie.clinic.devices.simulated.device import Spec
    from reverie.clinic.devices.simulated.replay import Recording
    from reverie.clinic.devices.simulated.sender import Sender, Tally

LOOK_EVERY_S = 0.25
LOOKS_PER_REPORT = 20
Outcome = TypeVar("Outcome")
Host = Annotated[str, typer.Option(help="Where the listener runs.")]
Port = Annotated[int, typer.Option(min=1, max=65_535, help="Its MLLP port.")]


def mount(app: typer.Typer) -> None:
    """Add both commands to the `reverie devices` group."""
    app.command()(simulate)
    app.command()(replay)


def simulate(
    device: Annotated[str | None, typer.Option(help="Name of the simulated bedside monitor.")] = None,
    pump: Annotated[str | None, typer.Option(help="Name of the simulated infusion pump.")] = None,
    host: Host = "localhost",
    port: Port = 2575,
    interval: Annotated[float, typer.Option(min=0.0, max=3_600.0, help="Seconds between messages.")] = 1.0,
    seconds: Annotated[float | None, typer.Option(min=0.0, help="Stop after this time.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same patient.")] = 1,
    artefacts: Annotated[
        str, typer.Option(help="What disturbs the numbers now and then, names with commas.")
    ] = "",
    incident: Annotated[
        list[str] | None,
        typer.Option(
            help="What happens to the patient, and how many seconds after the start: desaturation@120, or "
            "desaturation@120:severe (mild, moderate, severe). May be given several times."
        ),
    ] = None,
    cuff_minutes: Annotated[
        float, typer.Option(min=1.0, help="Minutes from one cuff reading to the next.")
    ] = 5.0,
    infusion_after: Annotated[
        float, typer.Option(min=0.0, help="Seconds until the infusion begins.")
    ] = 120.0,
    listed: Annotated[bool, typer.Option("--list", help="List incidents and artefacts, and end.")] = False,
) -> None:
    """Simulate a bedside monitor and an infusion pump that speak HL7 to the listener.

    Without names both run; with --device or --pump only what is named. The patient answers the pump.
    """
    from reverie.clinic.devices.simulated.device import MONITOR_NAME, PUMP_NAME, Spec, seeded, usual_program
    from reverie.science.simulation.incidents import read_incident
    from reverie.science.simulation.monitor import Monitor
    from reverie.science.simulation.population import draw_patients

    if listed:
        _list()
        return
    if device is None and pump is None:
        device, pump = MONITOR_NAME, PUMP_NAME
    wanted = frozenset(name for name in artefacts.replace(",", " ").split())
    program = usual_program(infusion_after)
    specs = []
    try:
        happening = tuple(
            read_incident(text) for one in incident or () for text in one.replace(",", " ").split()
        )
        if device is not None:
            cuff = Monitor(cuff_every_s=60.0 * cuff_minutes)
            # 70 kg: the usual program is theirs
            patient = draw_patients(seeded(seed), 1, weight_kg=70.0)
            specs.append(Spec(device, "monitor", interval, seed, patient, program, cuff, wanted, happening))
        if pump is not None:
            specs.append(Spec(pump, "pump", interval, seed, program=program))
        tallies = asyncio.run(_simulate(specs, host, port, seconds))
    except ValueError as error:
        _complain(str(error))
        raise typer.Exit(2) from None
    for name, tally in tallies.items():
        print(_summary(name, tally))
    if any(tally.lost for tally in tallies.values()):
        _explain(tallies)
        raise typer.Exit(1)


def replay(
    record: Annotated[Path, typer.Argument(help="The header (.hea) of a WFDB numerics record.")],
    speed: Annotated[
        float, typer.Option(min=0.0, help="Times as fast as recorded; 0: as fast as it is answered.")
    ] = 60.0,
    device: Annotated[str | None, typer.Option(help="Name of the monitor that seems to send it.")] = None,
    host: Host = "localhost",
    port: Port = 2575,
    at: Annotated[
        str,
        typer.Option(help="`now`: times are those of sending; or the time of the first frame, with zone."),
    ] = "now",
    keep_times: Annotated[bool, typer.Option("--keep-times", help="Send the recorded times.")] = False,
) -> None:
    """Replay a recorded patient to the listener as if the monitor were connected."""
    from reverie.clinic.devices.simulated.device import MONITOR_NAME
    from reverie.clinic.devices.simulated.replay import Recording
    from reverie.clinic.kernel import clock
    from reverie.formats import wfdb

    name = device or MONITOR_NAME
    try:
        if not isfinite(speed):
            raise ValueError("--speed takes a number")
        read = wfdb.read(record)
        recording = Recording(read, name, clock.now())
        first_at = recording.recorded_at(0) if keep_times else _first_at(at)
        if keep_times and first_at is None:
            raise ValueError(f"{record} states no date and time; leave --keep-times out")
    except ValueError as error:
        _complain(str(error))
        raise typer.Exit(2) from None
    for warning in read.warnings:
        _complain(f"note: {warning}")
    minutes = read.frames * recording.step_s / 60.0
    size = f"{read.frames:,} frames of {len(read.header.signals)} signals, {minutes:,.0f} minutes"
    print(f"{record.name}: {size}; sent as {name} to {host}:{port}.", flush=True)
    tally = asyncio.run(_replay(recording, host, port, speed, first_at))
    not_sent = read.frames - tally.offered
    print(_summary(name, tally) + (f", {not_sent:,} not sent" if not_sent else ""))
    if tally.lost or not_sent:
        _explain({name: tally})
        raise typer.Exit(1)


def _list() -> None:
    from reverie.science.simulation import artefacts, incidents

    print("Incidents: --incident NAME@SECONDS, or NAME@SECONDS:mild, moderate, severe")
    for name, script in incidents.KINDS.items():
        print(f"  {name:14}{script.words}")
    print("Artefacts: --artefacts NAME,NAME; they come and go by themselves")
    for name, kind in artefacts.KINDS.items():
        print(f"  {name:14}{kind.words}")


async def _simulate(specs: list[Spec], host: str, port: int, seconds: float | None) -> dict[str, Tally]:
    from reverie.clinic.devices.simulated.fleet import run_fleet

    for spec in specs:
        every = f"every {spec.interval_s:g} s" if spec.interval_s else "as fast as it is answered"
        print(
            f"{spec.device}: a simulated {spec.kind}, {every}, to {host}:{port}. Ctrl-C ends it.", flush=True
        )
    senders: dict[str, Sender] = {}
    return await _watched(
        lambda stop_event: run_fleet(specs, host, port, stop_event, on_start=senders.update), senders, seconds
    )


async def _replay(
    recording: Recording, host: str, port: int, speed: float, first_at: datetime | None
) -> Tally:
    from reverie.clinic.devices.simulated.replay import run_replay

    senders: dict[str, Sender] = {}
    frames = recording.record.frames
    return await _watched(
        lambda stop_event: run_replay(
            recording,
            host,
            port,
            stop_event,
            speed=speed,
            first_at=first_at,
            on_start=lambda sender: senders.update({f"Replay of {frames:,} frames": sender}),
        ),
        senders,
    )


async def _watched(
    run: Callable[[asyncio.Event], Awaitable[Outcome]],
    senders: dict[str, Sender],
    seconds: float | None = None,
) -> Outcome:
    stop_event = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        stop_event.set()
        # the second Ctrl-C ends it at once
        loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stop, number)
    if seconds is not None:
        loop.call_later(seconds, stop_event.set)
    reporting = asyncio.create_task(_report(senders))
    try:
        return await run(stop_event)
    finally:
        reporting.cancel()


async def _report(senders: dict[str, Sender]) -> None:
    """Say at once what is new about refusals and the connection, and the counts every few seconds."""
    said: dict[str, tuple[str, str]] = {}
    looks = 0
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        looks += 1
        for name, sender in senders.items():
            tally = sender.tally()
            news = (tally.trouble, tally.last_refusal)
            if news != said.get(name, ("", "")):
                _tell(name, tally, said.get(name, ("", "")))
                said[name] = news
            if looks % LOOKS_PER_REPORT == 0:
                print(_summary(name, tally), flush=True)


def _tell(name: str, tally: Tally, before: tuple[str, str]) -> None:
    if tally.trouble and tally.trouble != before[0]:
        _complain(f"{name}: {tally.trouble}; trying again, nothing is lost")
    elif before[0] and not tally.trouble:
        _complain(f"{name}: connected again")
    if tally.last_refusal and tally.last_refusal != before[1]:
        _complain(f"{name}: refused: {tally.last_refusal}")


def _summary(name: str, tally: Tally) -> str:
    words = f"{name}: {tally.offered:,} sent, {tally.acknowledged:,} acknowledged, {tally.refused:,} refused"
    if tally.waiting:
        words += f", {tally.waiting:,} not answered yet"
    if tally.dropped:
        words += f", {tally.dropped:,} dropped"
    if tally.answer_worst_ms:
        words += f" (answers in {tally.answer_median_ms:.1f} ms, at worst {tally.answer_worst_ms:.1f} ms)"
    return words


def _explain(tallies: dict[str, Tally]) -> None:
    for name, tally in tallies.items():
        if tally.refused:
            _complain(f"{name}: {_messages(tally.refused)} refused, at last because: {tally.last_refusal}")
            link = f"reverie devices link {shlex.quote(name)} CHAIR"
            _complain(f"  If the device is not linked to a chair yet: {link}")
        if tally.waiting:
            why = tally.trouble or "the listener is slow"
            _complain(f"{name}: {_messages(tally.waiting)} never answered: {why}")
        if tally.dropped:
            _complain(f"{name}: {_messages(tally.dropped)} dropped, because too many were waiting")


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"


def _first_at(at: str) -> datetime | None:
    if at == "now":
        return None
    try:
        first_at = datetime.fromisoformat(at)
    except ValueError:
        raise ValueError(f"--at takes `now` or a time such as 2026-11-24T15:00:00Z, not {at}") from None
    return first_at if first_at.tzinfo else first_at.replace(tzinfo=UTC)


def _complain(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
