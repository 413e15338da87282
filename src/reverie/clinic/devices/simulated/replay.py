"""A recorded patient through the same socket: a WFDB numerics record as a monitor's messages.

One frame is one message. A zero is sent as a zero, as the monitor did. A missing sample is sent empty with
status X, or left out where a monitor only sends what it has just measured (cuff, temperature).
Nothing is judged, rescaled or filled in; a unit that we do not know is sent as the record states it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import isnan

from reverie.clinic.devices.simulated.device import Numbering
from reverie.clinic.devices.simulated.fleet import LINGER_S, pause
from reverie.clinic.devices.simulated.sender import Patience, Sender, Tally
from reverie.clinic.kernel import clock
from reverie.formats.wfdb import Record, Signal
from reverie.science.simulation.message import Row, part

BACKLOG = 1_000


@dataclass(frozen=True)
class Place:
    """Where a signal goes in the message: code, name, channel, and the units a record may state."""

    code: str
    name: str
    channel: str
    units: dict[str, str]
    aperiodic: bool = False


_BEATS = dict.fromkeys(("bpm", "/min", "pm", "beats/min", "1/min"), "/min")
_BREATHS = dict.fromkeys(("bpm", "/min", "pm", "resp/min", "breaths/min", "1/min"), "breaths/min")
_PRESSURE = {"mmhg": "mmHg"}
_PERCENT = {"%": "%", "percent": "%"}
_WARMTH = {"degc": "Cel", "c": "Cel", "°c": "Cel", "cel": "Cel", "degf": "degF", "f": "degF", "°f": "degF"}

PLACES = {
    "HR": Place("147842", "MDC_ECG_HEART_RATE", "1.1.1.1", _BEATS),
    "SPO2": Place("150456", "MDC_PULS_OXIM_SAT_O2", "1.2.1.1", _PERCENT),
    "PULSE": Place("149530", "MDC_PULS_OXIM_PULS_RATE", "1.2.1.2", _BEATS),
    "RESP": Place("151562", "MDC_RESP_RATE", "1.3.1.1", _BREATHS),
    "ETCO2": Place("151708", "MDC_CONC_AWAY_CO2_ET", "1.3.1.2", _PRESSURE),
    "NBPSYS": Place("150301", "MDC_PRESS_CUFF_SYS", "1.4.1.1", _PRESSURE, aperiodic=True),
    "NBPDIAS": Place("150302", "MDC_PRESS_CUFF_DIA", "1.4.1.2", _PRESSURE, aperiodic=True),
    "NBPMEAN": Place("150303", "MDC_PRESS_CUFF_MEAN", "1.4.1.3", _PRESSURE, aperiodic=True),
    "TEMP": Place("150344", "MDC_TEMP", "1.5.1.1", _WARMTH, aperiodic=True),
    "ABPSYS": Place("150033", "MDC_PRESS_BLD_ART_SYS", "1.6.1.1", _PRESSURE),
    "ABPDIAS": Place("150034", "MDC_PRESS_BLD_ART_DIA", "1.6.1.2", _PRESSURE),
    "ABPMEAN": Place("150035", "MDC_PRESS_BLD_ART_MEAN", "1.6.1.3", _PRESSURE),
}
_ALSO_CALLED = {
    "PR": "PULSE",
    "RR": "RESP",
    "AWRR": "RESP",
    "CO2": "ETCO2",
    "NIBPSYS": "NBPSYS",
    "NIBPDIAS": "NBPDIAS",
    "NIBPDIA": "NBPDIAS",
    "NBPDIA": "NBPDIAS",
    "NIBPMEAN": "NBPMEAN",
    "ARTSYS": "ABPSYS",
    "ARTDIAS": "ABPDIAS",
    "ARTDIA": "ABPDIAS",
    "ABPDIA": "ABPDIAS",
    "ARTMEAN": "ABPMEAN",
}


class Recording:
    """A record as a source of messages."""

    def __init__(self, record: Record, device: str, started_at: datetime) -> None:
        """`device` is MSH-3. Raises ValueError when a signal has several samples a frame."""
        if any(signal.samples_per_frame != 1 for signal in record.header.signals):
            raise ValueError("a record with several samples a frame holds waves, not numerics")
        self.record = record
        self._numbering = Numbering(device, started_at)
        self._places = [_place(signal, i) for i, signal in enumerate(record.header.signals)]

    @property
    def step_s(self) -> float:
        """Seconds from one frame to the next, as recorded."""
        return 1.0 / self.record.header.frequency_hz

    def recorded_at(self, frame: int) -> datetime | None:
        """When `frame` was recorded, taken as UTC; None when the header states no date and time."""
        starts_at = self.record.header.starts_at
        if starts_at is None:
            return None
        return starts_at.replace(tzinfo=UTC) + self.record.elapsed(frame)

    def rows(self, frame: int, at: datetime) -> list[Row]:
        """The rows of one frame."""
        rows = [part("69965", "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS", "1.0.0.0")]
        signals = zip(self.record.header.signals, self._places, self.record.physical, strict=True)
        for signal, place, physical in signals:
            value = float(physical[frame])
            missing = isnan(value)
            if missing and place.aperiodic:
                continue
            rows.append(
                Row(
                    "NM",
                    place.code,
                    place.name,
                    place.channel,
                    "" if missing else _text(value),
                    place.units.get(signal.units.lower(), signal.units),
                    status="X" if missing else "R",
                    aperiodic=place.aperiodic,
                    at=at,
                    system="MDC" if place.code != "0" else "99WFDB",
                )
            )
        return rows

    async def play(
        self, sender: Sender, *, speed: float, stop_event: asyncio.Event, first_at: datetime | None = None
    ) -> int:
        """Put every frame into `sender`, `speed` times as fast as recorded (0: as fast as it is answered).

        Messages carry the time of sending, or, with `first_at`, the recorded time with the first frame at
        `first_at`. Gives the number of frames sent, fewer than recorded when stopped.
        """
        begun = clock.monotonic()
        for frame in range(self.record.frames):
            if speed:
                await pause(begun + frame * self.step_s / speed - clock.monotonic(), stop_event)
            if stop_event.is_set():
                return frame
            at = clock.now() if first_at is None else first_at + self.record.elapsed(frame)
            await sender.put(self._numbering.post(at, self.rows(frame, at)))
        return self.record.frames


async def run_replay(
    recording: Recording,
    host: str,
    port: int,
    stop_event: asyncio.Event,
    *,
    speed: float,
    first_at: datetime | None = None,
    on_start: Callable[[Sender], None] | None = None,
    linger_s: float = LINGER_S,
    patience: Patience | None = None,
) -> Tally:
    """Play the whole recording to `host`:`port` and wait for every answer, or until `stop_event`.

    See `Recording.play` for `speed` and `first_at`. `on_start` is given the sender, to watch it by.
    """
    sender = Sender(host, port, backlog=BACKLOG if speed else 1, patience=patience)
    if on_start is not None:
        on_start(sender)

    async def whole() -> None:
        await recording.play(sender, speed=speed, stop_event=stop_event, first_at=first_at)
        await sender.drained()

    async with asyncio.TaskGroup() as group:
        line = group.create_task(sender.run())
        playing = group.create_task(whole())
        stopped = group.create_task(stop_event.wait())
        await asyncio.wait((playing, stopped), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait((playing,), timeout=linger_s)
        for task in (line, playing, stopped):
            task.cancel()
    return sender.tally()


def _place(signal: Signal, i: int) -> Place:
    name = "".join(letter for letter in signal.description.upper() if letter.isalnum())
    known = PLACES.get(_ALSO_CALLED.get(name, name))
    return known or Place("0", signal.description or f"SIGNAL {i + 1}", f"1.9.1.{i + 1}", {})


def _text(value: float) -> str:
    """The value in plain digits, exact to a millionth of its unit."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
