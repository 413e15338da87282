"""`reverie demo`, `serve` and `listen`: the processes of a clinic, and the folder they may run on.

A demo's folder is marked before anything is written into it; a marked folder is never served as a live
clinic, and an unmarked one never becomes a demo. One folder is served once at a time.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from reverie.cli import django_setup, supervise
from reverie.clinic.kernel import clock, home

if TYPE_CHECKING:
    from reverie.clinic.devices.simulated.device import Spec

WEB_PORT = 8000
MLLP_PORT = 2575
SUCCESSION_S = 12.0
ANSWER_S = 60.0
ELSEWHERE = "Name another folder with --home, or by REVERIE_HOME."

HomeOption = Annotated[Path | None, typer.Option("--home", help="The data folder; else REVERIE_HOME.")]
PortOption = Annotated[int, typer.Option(min=0, max=65_535, help="Port of the web pages.")]
MllpPortOption = Annotated[int, typer.Option(min=0, max=65_535, help="Port for monitors and pumps (MLLP).")]
MllpHostOption = Annotated[
    str, typer.Option(help="Address for monitors and pumps; 0.0.0.0 lets the clinic's network in.")
]
HandedOption = Annotated[list[int] | None, typer.Option("--fd", hidden=True)]


def mount(app: typer.Typer) -> None:
    """Add the words that run a clinic."""
    app.command()(demo)
    app.command()(serve)
    app.command()(listen)
    app.command()(web)
    app.command()(prepare)
    app.command()(demo_devices)
    app.command(
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True}, add_help_option=False
    )(manage)


def demo(
    home_folder: HomeOption = None,
    port: PortOption = WEB_PORT,
    mllp_port: MllpPortOption = MLLP_PORT,
    mllp_host: MllpHostOption = supervise.LOOPBACK,
) -> None:
    """Prepare a demo clinic, serve it, and run its simulated devices. Ctrl-C ends everything."""
    place = named(home_folder)
    if (place.database.exists() or place.made.exists()) and not place.is_demo:
        _stop(
            f"{place.root} holds a live clinic, which never becomes a demo. Name another folder with --home."
        )
    place.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.demo_mark.touch()
    _run(place, port, mllp_host, mllp_port, demo=True)


def serve(
    home_folder: HomeOption = None,
    port: PortOption = WEB_PORT,
    mllp_port: MllpPortOption = MLLP_PORT,
    mllp_host: MllpHostOption = supervise.LOOPBACK,
) -> None:
    """Serve a live clinic: web pages, device listener and alarm watch. Ctrl-C ends everything."""
    place = named(home_folder)
    if place.is_demo:
        _stop(
            f"{place.root} holds a demo, which never becomes a live clinic. Name another folder with --home."
        )
    _run(place, port, mllp_host, mllp_port, demo=False)


def listen(
    home_folder: HomeOption = None,
    mllp_port: MllpPortOption = MLLP_PORT,
    mllp_host: MllpHostOption = supervise.LOOPBACK,
    fd: HandedOption = None,
) -> None:
    """Run the device listener alone, until Ctrl-C or SIGTERM."""
    named(home_folder)
    sockets = _handed(fd) if fd else _bound(mllp_host, mllp_port, "--mllp-port")
    django_setup.prepare()
    from reverie.clinic.devices.hl7v2 import listener

    refuse_where_is_no_clinic()
    listener.run(sockets)


def web(home_folder: HomeOption = None, port: PortOption = WEB_PORT, fd: HandedOption = None) -> None:
    """Serve the web pages alone."""
    named(home_folder)
    from reverie.cli import web as server

    django_setup.prepare()
    from reverie.clinic.kernel import anchors, startup_checks

    startup_checks.refuse_unfit()
    with anchors.kept():
        server.run(_handed(fd) if fd else _bound(supervise.LOOPBACK, port, "--port"))


def prepare(
    address: Annotated[str, typer.Option(help="Where the pages will be.")] = f"http://localhost:{WEB_PORT}",
) -> None:
    """Make keys, tables and, in a demo's folder, the demo; write what its people should be told."""
    from reverie.clinic.kernel import keys

    place = home.current()
    started = clock.monotonic()
    keys.create_all()
    django_setup.prepare()
    from django.core.management import call_command

    from reverie.clinic.kernel import belonging

    try:
        belonging.check()
        # the checks refuse, among others, a database library that could damage the file
        call_command("migrate", interactive=False, verbosity=0, skip_checks=False)
        belonging.begin()
    except belonging.NotOurs as error:
        _stop(str(error))
    # whitenoise looks for it, although nothing is collected into it
    (place.root / "static").mkdir(exist_ok=True)
    _progress("keys and tables", started)
    if place.is_demo:
        from reverie.clinic.site import demo as clinic

        started = clock.monotonic()
        told: Sequence[str] = clinic.prepare(place)
        _progress("demo clinic", started)
    else:
        from reverie.clinic.people import acts

        link = acts.first_link(address)
        told = [f"For the first administrator, once: {link}"] if link else []
    for line in told:
        print(line)


def demo_devices(mllp_port: MllpPortOption = MLLP_PORT) -> None:
    """Run the demo's simulated devices alone."""
    if not home.current().is_demo:
        _stop("Only a demo runs devices by itself. `reverie devices simulate` runs one anywhere.")
    django_setup.prepare()
    from reverie.clinic.site import demo as clinic

    asyncio.run(_fleet(clinic.fleet(), mllp_port))


def manage(context: typer.Context) -> None:
    """Pass the rest to Django's own commands."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", django_setup.SETTINGS)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["reverie manage", *context.args])


def _run(place: home.Home, port: int, mllp_host: str, mllp_port: int, *, demo: bool) -> None:
    started = clock.monotonic()
    os.umask(0o077)
    place.create()
    with _alone(place) as patience_s:
        web_sockets = _bound(supervise.LOOPBACK, port, "--port", patience_s)
        mllp_sockets = _bound(mllp_host, mllp_port, "--mllp-port", patience_s)
        port, mllp_port = web_sockets[0].getsockname()[1], mllp_sockets[0].getsockname()[1]
        print(f"Reverie: {'demo' if demo else 'clinic'} in {place.root}", flush=True)
        address = f"http://localhost:{port}"
        status, told = supervise.run_once(supervise.reverie("prepare", "--address", address))
        if status:
            _stop("The clinic could not be prepared; nothing was started.")
        children = [
            supervise.Child(
                "web process", supervise.reverie("web", *supervise.handed(web_sockets)), web_sockets
            ),
            supervise.Child(
                "device listener", supervise.reverie("listen", *supervise.handed(mllp_sockets)), mllp_sockets
            ),
            supervise.Child("alarm watch", supervise.reverie("watch")),
        ]
        if demo:
            words = ("demo-devices", "--mllp-port", str(mllp_port))
            children.append(supervise.Child("simulated devices", supervise.reverie(*words)))

        async def welcome() -> None:
            answer = await _first_answer(port)
            took_s = clock.monotonic() - started
            if answer >= 500:
                _tell(f"{address} answers with an error ({answer}); `reverie doctor` looks for the cause.")
                return
            _tell(f"\n{address}   (ready in {took_s:.1f} s; devices: MLLP port {mllp_port}; Ctrl-C ends it)")
            for line in told.splitlines():
                _tell("  " + (address + line if line.startswith("/") else line))

        supervise.keep_alive(children, say=_tell, when_started=welcome)
        _tell("Reverie has ended.")


async def _first_answer(port: int) -> int:
    """The status of the first page as soon as it is served."""
    while True:
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(
                        f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n".encode()
                    )
                    line = await reader.readline()
                finally:
                    writer.transport.abort()
            return int(line.split()[1])
        except (OSError, TimeoutError, IndexError, ValueError):
            # the process behind the socket ended while it started; the next one will answer
            await asyncio.sleep(0.1)


async def _fleet(specs: Sequence[Spec], mllp_port: int) -> None:
    from reverie.clinic.devices.simulated.fleet import run_fleet

    ending = asyncio.Event()
    for number in supervise.STOPPED:
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    await run_fleet(specs, supervise.LOOPBACK, mllp_port, ending)


@contextmanager
def _alone(place: home.Home) -> Iterator[float]:
    """Hold the folder; gives how long to wait for the ports of a predecessor that was killed, in seconds."""
    path = place.root / "served.lock"
    with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _stop(f"{place.root} is being served already, by process {file.read().strip() or '?'}.")
        left = file.read().strip()
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield SUCCESSION_S if left else 0.0
        finally:
            file.seek(0)
            file.truncate()


def named(folder: Path | None) -> home.Home:
    """The data folder that was named, in force from here on."""
    if folder is not None:
        os.environ["REVERIE_HOME"] = os.fspath(folder.expanduser().resolve())
    return home.current()


def refuse_where_is_no_clinic() -> None:
    """End when the folder never held a clinic. A database that is gone is waited for."""
    from reverie.clinic.kernel.database import is_own_file

    place = home.current()
    if is_own_file() and not place.made.exists() and not place.database.exists():
        _stop(f"{place.root} holds no clinic yet: `reverie serve` makes one. --home names another folder.")


def _bound(host: str, port: int, option: str, patience_s: float = 0.0) -> tuple[socket.socket, ...]:
    try:
        return supervise.bind(host, port, option, patience_s)
    except supervise.PortTaken as error:
        _stop(str(error))


def _handed(handles: list[int]) -> tuple[socket.socket, ...]:
    return tuple(socket.socket(fileno=handle) for handle in handles)


def _progress(what: str, started: float) -> None:
    print(f"  {what:<24}{clock.monotonic() - started:6.1f} s", file=sys.stderr, flush=True)


def _tell(words: str) -> None:
    print(words, flush=True)


def _stop(words: str) -> NoReturn:
    print(words, file=sys.stderr)
    raise typer.Exit(1)
