"""Pulses: each process writes every second that it lives, so that pages can say which one is silent.

A file per process, overwritten in place, which works on a full disk too. A process that ends in order
removes its own; one that is killed leaves it to go stale. It knows nothing of what the processes do.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

from reverie.clinic.kernel import clock, home

EVERY_S = 1.0
SILENT_AFTER_S = 5.0
SIZE = 1_024


@dataclass(frozen=True)
class Pulse:
    """What a process last wrote. Monotonic times are seconds of the boot that `boot` names.

    `figures` is what the process says of its own health, numbers by name.
    """

    name: str
    pid: int
    boot: str
    started: float
    monotonic: float
    wall_ms: int
    port: int | None = None
    troubles: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def age_s(self) -> float:
        """Seconds since it was written; infinite when the machine was started anew since."""
        return clock.monotonic() - self.monotonic if self.boot == boot_id() else float("inf")

    @property
    def up_s(self) -> float:
        """How long the process had been running when it wrote, in seconds."""
        return self.monotonic - self.started

    @property
    def silent(self) -> bool:
        """Whether the process should have written again by now."""
        return self.age_s > SILENT_AFTER_S

    @property
    def clock_moved_s(self) -> float:
        """By how much this machine's time of day was moved since the pulse, in seconds (same boot only)."""
        return (clock.to_ms(clock.now()) - self.wall_ms) / 1_000 - self.age_s


@lru_cache(maxsize=1)
def boot_id() -> str:
    """What names this start of the machine; "" where the system does not say."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


class Heart:
    """Writes one process's pulse. `troubles` is asked at each beat for what the process suffers from."""

    def __init__(
        self, name: str, port: int | None = None, troubles: Callable[[], tuple[str, ...]] = tuple
    ) -> None:
        """Not beating yet."""
        self.name, self.port, self.troubles = name, port, troubles
        self._started = clock.monotonic()
        self._place = home.current().pulses / f"{name}.json"

    def beat(self, figures: Mapping[str, float] | None = None) -> None:
        """Write the pulse now, with what the process says of its health. Raises OSError."""
        troubles = self.troubles()
        pulse = Pulse(
            self.name, os.getpid(), boot_id(), self._started, clock.monotonic(),
            clock.to_ms(clock.now()), self.port, troubles, figures or {},
        )  # fmt: skip
        line = json.dumps(asdict(pulse)).encode().ljust(SIZE - 1) + b"\n"
        handle = os.open(self._place, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(handle, line, 0)
        finally:
            os.close(handle)

    def stop(self) -> None:
        """Remove the pulse: this process ends in order."""
        with suppress(OSError):
            if (left := _read(self._place)) is None or left.pid == os.getpid():
                self._place.unlink(missing_ok=True)


@contextmanager
def beating(name: str, port: int | None = None) -> Iterator[Heart]:
    """Beat every second in a thread inside the `with` block.

    Inside a running event loop the loop must answer, or the pulse stops: a stuck loop is a silent process.
    """
    from reverie.clinic.kernel import trouble

    heart = Heart(name, port, trouble.own)
    ending = threading.Event()
    try:
        loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    thread = threading.Thread(
        target=_keep_beating, args=(heart, ending, loop), name=f"pulse of {name}", daemon=True
    )
    thread.start()
    try:
        yield heart
    finally:
        ending.set()
        thread.join(timeout=2 * EVERY_S)
        heart.stop()


def _keep_beating(heart: Heart, ending: threading.Event, loop: asyncio.AbstractEventLoop | None) -> None:
    from reverie.clinic.kernel import trouble

    answered = threading.Event()
    answered.set()
    while True:
        if loop is None or answered.is_set():
            with suppress(OSError):  # a pulse that cannot be written is silence, which others see
                heart.beat()
        if loop is not None and answered.is_set():
            answered.clear()
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(answered.set)
        trouble.look_again()
        if ending.wait(EVERY_S):
            return


def read_pulses() -> dict[str, Pulse]:
    """The pulses of this data folder by name; one that cannot be read is left out."""
    found: dict[str, Pulse] = {}
    try:
        files = sorted(home.current().pulses.glob("*.json"))
    except OSError:
        return found
    for path in files:
        pulse = _read_twice(path)
        if pulse is not None:
            found[pulse.name] = pulse
    return found


def read_pulse(name: str) -> Pulse | None:
    """The pulse of one process; None when there is none, or it cannot be read."""
    return _read_twice(home.current().pulses / f"{name}.json")


def _read_twice(path: Path) -> Pulse | None:
    return _read(path) or _read(path)  # a second look, if the first met a half-written one


def _read(path: Path) -> Pulse | None:
    try:
        data = json.loads(path.read_bytes())
        return Pulse(**{**data, "troubles": tuple(data["troubles"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None
