"""A fleet on a real socket: every device its own line, stopped in good order."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from reverie.clinic.devices.simulated.device import Spec, usual_program
from reverie.clinic.devices.simulated.fleet import run_fleet, ticks
from reverie.clinic.devices.simulated.sender import Patience, Sender, Tally
from tests.clinic.devices.simulated.listener import Listener, control_id, keep_and_hang_up, listening, once
from tests.clinic.devices.simulated.test_sender import at_last

QUICK = Patience(first_pause_s=0.001, longest_pause_s=0.01)
PROGRAM = usual_program(start_after_s=0.0)


async def run_until(
    specs: list[Spec], listener: Listener, messages: int, linger_s: float = 30.0
) -> dict[str, Tally]:
    """Run a fleet until the listener has so many messages."""
    stop_event = asyncio.Event()

    async def watch() -> None:
        await listener.until(messages)
        stop_event.set()

    watching = asyncio.create_task(watch())
    tallies = await run_fleet(
        specs, "127.0.0.1", listener.port, stop_event, linger_s=linger_s, patience=QUICK
    )
    await watching
    return tallies


def by_device(listener: Listener) -> dict[str, list[bytes]]:
    """What each device sent, in order."""
    found: dict[str, list[bytes]] = {}
    for payload in listener.received:
        found.setdefault(payload.split(b"|")[2].decode(), []).append(payload)
    return found


def test_many_devices_each_arrive_whole_and_in_order() -> None:
    async def work() -> tuple[dict[str, Tally], Listener]:
        specs = [Spec(f"M{i}", interval_s=0.01, seed=i, program=PROGRAM) for i in range(8)]
        specs += [Spec(f"P{i}", "pump", interval_s=0.02, program=PROGRAM) for i in range(4)]
        async with listening(keep_and_hang_up, keep_and_hang_up) as listener:
            return await run_until(specs, listener, 150), listener

    tallies, listener = at_last(work())
    sent = by_device(listener)
    assert set(sent) == set(tallies)
    for device, payloads in sent.items():
        counts = [int(control_id(payload).split("-")[1]) for payload in once(payloads)]
        assert counts == list(range(1, len(counts) + 1))
        tally = tallies[device]
        assert (tally.offered, tally.acknowledged, tally.lost) == (len(counts), len(counts), 0)
    assert listener.connections == 12 + 2


def test_with_no_interval_the_answers_set_the_pace() -> None:
    async def work() -> tuple[dict[str, Tally], Listener]:
        async with listening() as listener:
            return await run_until([Spec("M", interval_s=0.0)], listener, 200), listener

    tallies, listener = at_last(work())
    assert tallies["M"].offered == len(listener.received) >= 200
    assert tallies["M"].lost == 0


def test_a_fleet_stops_though_nothing_ever_answered() -> None:
    async def work() -> dict[str, Tally]:
        listener = Listener()
        await listener.start()
        await listener.stop()
        stop_event = asyncio.Event()
        senders: dict[str, Sender] = {}

        async def watch() -> None:
            while not any(sender.tally().trouble for sender in senders.values()):
                await asyncio.sleep(0)
            stop_event.set()

        watching = asyncio.create_task(watch())
        specs = [Spec("M", interval_s=0.0), Spec("N", interval_s=0.001)]
        tallies = await run_fleet(
            specs,
            "127.0.0.1",
            listener.port,
            stop_event,
            on_start=senders.update,
            linger_s=0.01,
            patience=QUICK,
        )
        await watching
        return tallies

    tallies = at_last(work())
    assert tallies["M"].acknowledged == tallies["N"].acknowledged == 0
    assert tallies["N"].waiting == tallies["N"].offered > 0
    assert "nothing answers" in tallies["M"].trouble


def test_two_devices_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        at_last(run_fleet([Spec("M"), Spec("M")], "127.0.0.1", 1, asyncio.Event()))


def test_ticks_keep_their_grid_and_do_not_make_up_for_what_was_missed() -> None:
    async def work() -> list[float]:
        stop_event = asyncio.Event()
        seen = []
        async for elapsed_s in ticks(0.004, stop_event):
            seen.append(elapsed_s)
            if len(seen) == 2:
                # a process that was busy for five intervals
                busy_until = asyncio.get_running_loop().time() + 0.02
                while asyncio.get_running_loop().time() < busy_until:
                    pass
            if len(seen) == 6:
                stop_event.set()
        return seen

    seen = at_last(work())
    assert seen[0] == 0.0
    assert all(abs(one / 0.004 - round(one / 0.004)) < 1e-6 for one in seen)
    steps = [after - before for before, after in pairwise(seen)]
    assert min(steps) > 0.0039
    assert max(steps) > 0.0179
