"""One parent and its children: starts them, restarts a dead one at once, and ends them all together.

The parent owns the listening sockets, so that connections wait in the queue while a child is restarted.
Children are sessions of their own: Ctrl-C reaches the parent alone, which ends them in order. It knows
nothing of what they do, and imports no Django.
"""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from reverie.cli import lifeline
from reverie.clinic.kernel import clock

LOOPBACK = "localhost"
BACKLOG = 1_024
QUICK_S = 5.0
QUICK_DEATHS = 3
LONGEST_PAUSE_S = 30.0
PATIENCE_S = 7.0
STOPPED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class PortTaken(Exception):
    """Another program has the port; the message says which port and what to do."""


@dataclass(frozen=True)
class Child:
    """A process to keep alive: its name in messages, its command line, and the sockets it is handed."""

    name: str
    command: tuple[str, ...]
    sockets: tuple[socket.socket, ...] = ()


def reverie(*words: str) -> tuple[str, ...]:
    """The command line that runs `reverie` with these words."""
    return (sys.executable, "-m", "reverie.cli", *words)


def handed(sockets: Sequence[socket.socket]) -> tuple[str, ...]:
    """The words that tell a child which sockets it was handed."""
    return tuple(word for each in sockets for word in ("--fd", str(each.fileno())))


def bind(host: str, port: int, option: str, patience_s: float = 0.0) -> tuple[socket.socket, ...]:
    """Listening sockets on every address of `host`; port 0 takes a free one.

    Waits up to `patience_s` for a predecessor to let go. Raises PortTaken when somebody else has it.
    """
    until = clock.monotonic() + patience_s
    while True:
        try:
            return _bind(host, port)
        except OSError as error:
            if clock.monotonic() < until and error.errno == errno.EADDRINUSE:
                time.sleep(0.1)
                continue
            raise PortTaken(_reason(host, port, option, error)) from error


def _bind(host: str, port: int) -> tuple[socket.socket, ...]:
    bound: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            one = socket.socket(family, socket.SOCK_STREAM)
            try:
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                # a free port, once found, is the same for every family
                own_port = bound[0].getsockname()[1] if bound else port
                one.bind((address, own_port))
                one.listen(BACKLOG)
            except OSError as error:
                one.close()
                if bound and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                    continue  # the name has an IPv6 address, but this machine does not use it
                raise
            bound.append(one)
    except OSError:
        for one in bound:
            one.close()
        raise
    return tuple(bound)


def _addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    """Family and address of each interface that `host` names, IPv4 first."""
    if host == LOOPBACK:
        # a machine may name only one of them `localhost`, while a browser tries both
        return [(socket.AF_INET, "127.0.0.1")] + [(socket.AF_INET6, "::1")] * socket.has_ipv6
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    found = {(family, str(address[0])) for family, _, _, _, address in entries}
    return sorted(found, key=lambda one: (one[0] != socket.AF_INET, one[1]))


def _reason(host: str, port: int, option: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program: end that, or choose another port with {option}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs an administrator's rights: choose one above 1023 with {option}."
    return f"Port {port} of {host} cannot be opened ({error.strerror}): choose another with {option}."


def run_once(command: Sequence[str]) -> tuple[int, str]:
    """Run a command to its end, tied to this process; its exit status and what it wrote to its output."""
    tie, held = os.pipe()
    try:
        ended = subprocess.run(  # noqa: S603 (our own words)
            command,
            env=os.environ | {lifeline.NAME: str(tie)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            pass_fds=(tie,),
            text=True,
            check=False,
        )
    finally:
        os.close(tie)
        os.close(held)
    return ended.returncode, ended.stdout


def keep_alive(
    children: Sequence[Child],
    *,
    say: Callable[[str], None],
    when_started: Callable[[], Awaitable[None]] | None = None,
    patience_s: float = PATIENCE_S,
) -> None:
    """Run `children` until this process is told to end (Ctrl-C, SIGTERM, a closed terminal).

    `when_started` runs once beside them. A child that has not ended after `patience_s` is stopped.
    """
    asyncio.run(_keep_alive(children, say, when_started, patience_s))


async def _keep_alive(
    children: Sequence[Child],
    say: Callable[[str], None],
    when_started: Callable[[], Awaitable[None]] | None,
    patience_s: float,
) -> None:
    loop = asyncio.get_running_loop()
    ending, hurry = asyncio.Event(), asyncio.Event()

    def end() -> None:
        # the second Ctrl-C ends it without waiting
        (hurry if ending.is_set() else ending).set()

    for number in STOPPED:
        loop.add_signal_handler(number, end)
    tie, held = os.pipe()
    lives = [asyncio.create_task(_live(child, tie, ending, hurry, say, patience_s)) for child in children]
    beside = asyncio.ensure_future(when_started()) if when_started else None
    try:
        await asyncio.gather(*lives)
    finally:
        if beside is not None:
            beside.cancel()
            with suppress(asyncio.CancelledError):
                await beside
        os.close(tie)
        os.close(held)


async def _live(
    child: Child,
    tie: int,
    ending: asyncio.Event,
    hurry: asyncio.Event,
    say: Callable[[str], None],
    patience_s: float,
) -> None:
    quick = 0
    while not ending.is_set():
        started = clock.monotonic()
        process = await asyncio.create_subprocess_exec(
            *child.command,
            env=os.environ | {lifeline.NAME: str(tie)},
            stdin=asyncio.subprocess.DEVNULL,
            pass_fds=(tie, *(each.fileno() for each in child.sockets)),
            start_new_session=True,
        )
        status = await _until_dead(process, ending, hurry, patience_s)
        if ending.is_set():
            return
        # somebody's `kill -9` says nothing about the child: it is back at once, however often
        failed = status != -signal.SIGKILL and clock.monotonic() - started < QUICK_S
        quick = quick + 1 if failed else 0
        if quick < QUICK_DEATHS:
            say(f"The {child.name} ended ({_manner(status)}). Starting it again.")
            continue
        pause_s = min(2.0 ** (quick - QUICK_DEATHS), LONGEST_PAUSE_S)
        say(
            f"The {child.name} ended {quick} times within {QUICK_S:g} s of its start ({_manner(status)}). "
            f"Trying again in {pause_s:g} s; `reverie doctor` looks for the cause."
        )
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await ending.wait()


async def _until_dead(
    process: asyncio.subprocess.Process, ending: asyncio.Event, hurry: asyncio.Event, patience_s: float
) -> int:
    dead = asyncio.ensure_future(process.wait())
    for event, number, wait_s in ((ending, signal.SIGTERM, None), (hurry, signal.SIGKILL, patience_s)):
        told = asyncio.ensure_future(event.wait())
        await asyncio.wait((dead, told), timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if dead.done():
            break
        with suppress(ProcessLookupError):
            process.send_signal(number)
    return await dead


def _manner(status: int) -> str:
    if status < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"
