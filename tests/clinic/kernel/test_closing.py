"""Streams hear that the process ends, on whichever loop and from whichever thread."""

from __future__ import annotations

import asyncio
import threading

from reverie.clinic.kernel.closing import Closing


def test_it_wakes_everyone_once_and_for_ever() -> None:
    async def scene() -> None:
        closing = Closing()
        waiting = [asyncio.create_task(closing.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        assert not closing.is_set()
        assert not any(task.done() for task in waiting)
        closing.set()
        await asyncio.gather(*waiting)
        await closing.wait()
        assert closing.is_set()

    asyncio.run(scene())


def test_another_thread_may_set_it_while_loops_of_their_own_wait() -> None:
    closing = Closing()
    waiting = threading.Barrier(3)

    async def scene() -> None:
        task = asyncio.create_task(closing.wait())
        await asyncio.sleep(0)
        waiting.wait()
        await task

    threads = [threading.Thread(target=asyncio.run, args=(scene(),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    waiting.wait()
    closing.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def test_one_who_gave_up_is_forgotten() -> None:
    closing = Closing()

    async def scene() -> None:
        task = asyncio.create_task(closing.wait())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait((task,))
        assert task.cancelled()

    asyncio.run(scene())
    assert not closing._waiting
    closing.set()
    assert closing.is_set()
