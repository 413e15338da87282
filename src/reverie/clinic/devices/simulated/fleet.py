"""Many simulated devices in one process, each with a connection of its own.

`run_fleet` ends when it is told to stop, after the last messages were answered or a short patience has
run out. It knows the real clock and the socket; what the devices say is decided in `device`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from math import floor

from reverie.clinic.devices.simulated.device import Spec, build
from reverie.clinic.devices.simulated.sender import Patience, Sender, Tally
from reverie.clinic.kernel import clock

BACKLOG = 10_000
LINGER_S = 2.0


async def run_fleet(
    specs: Sequence[Spec],
    host: str,
    port: int,
    stop_event: asyncio.Event,
    *,
    on_start: Callable[[dict[str, Sender]], None] | None = None,
    linger_s: float = LINGER_S,
    patience: Patience | None = None,
) -> dict[str, Tally]:
    """Run every device of `specs` against `host`:`port` until `stop_event`; the tallies by device name.

    `on_start` is given the senders, to watch them by. Raises ValueError when two devices share a name.
    """
    if len({spec.device for spec in specs}) != len(specs):
        raise ValueError("two devices have the same name")
    senders = {
        # a device that sends as fast as it is answered must not run ahead of its answers
        spec.device: Sender(host, port, backlog=BACKLOG if spec.interval_s else 1, patience=patience)
        for spec in specs
    }
    if on_start is not None:
        on_start(senders)
    async with asyncio.TaskGroup() as group:
        lines = [group.create_task(sender.run()) for sender in senders.values()]
        lives = [group.create_task(_live(spec, senders[spec.device], stop_event)) for spec in specs]
        await stop_event.wait()
        with suppress(TimeoutError):
            async with asyncio.timeout(linger_s):
                await asyncio.wait(lives)
                for sender in senders.values():
                    await sender.drained()
        for task in (*lives, *lines):
            task.cancel()
    return {device: sender.tally() for device, sender in senders.items()}


async def ticks(interval_s: float, stop_event: asyncio.Event) -> AsyncIterator[float]:
    """Seconds since the first tick, every `interval_s`, until stopped; what was missed is not made up for."""
    begun = clock.monotonic()
    due_s = 0.0
    while not stop_event.is_set():
        yield due_s
        elapsed_s = clock.monotonic() - begun
        due_s = (floor(elapsed_s / interval_s) + 1) * interval_s if interval_s else elapsed_s
        await pause(begun + due_s - clock.monotonic(), stop_event)


async def pause(seconds: float, stop_event: asyncio.Event) -> None:
    """Wait, but no longer than until stopped."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(seconds, 0.0)):
            await stop_event.wait()


async def _live(spec: Spec, sender: Sender, stop_event: asyncio.Event) -> None:
    started_at = clock.now()
    device = build(spec, started_at)
    past_s = max((started_at - spec.begun_at).total_seconds(), 0.0) if spec.begun_at else 0.0
    async for elapsed_s in ticks(spec.interval_s, stop_event):
        for post in device.messages(past_s + elapsed_s, clock.now()):
            if spec.interval_s:
                sender.offer(post)
            else:
                await sender.put(post)
