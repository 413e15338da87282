"""Durable messages a second, with encryption and chain, while another process writes to the same sessions.

Run: python bench/listener.py [SECONDS [CONNECTIONS]]. A real listener process is driven over real sockets by
a process of its own, each connection waiting for its answer before it sends the next; a second process
commits acts to the same sessions. Beside it, in the same run: one commit for each message, and the MLLP
server of `hl7`, which keeps everything in memory only.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reverie.clinic.site.settings")

BETWEEN_ACTS_S = 0.05
SERVERS = ("listener", "one commit a message", "hl7, memory only")


def percentile(values: list[float], part: float) -> float:
    """The value below which `part` of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else float("nan")


def main() -> None:
    """Measure all three and print what came out."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    connections = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    place = Path(tempfile.mkdtemp(prefix="reverie-bench-"))
    try:
        os.environ["REVERIE_HOME"] = str(place)
        _prepare(connections)
        results = {name: _measure(name, place, seconds, connections) for name in SERVERS}
        ours = results["listener"]
        print(f"{connections} connections, {seconds:g} s each, messages of 12 rows")
        print(f"{'':24}{'messages/s':>12}{'ACK p50':>10}{'p99':>8}{'act p50':>10}{'p99':>8} ms{'CPU µs':>9}")
        for name, one in results.items():
            ratio = ours["rate"] / one["rate"]
            acts = "".join(f"{one[part]:{width}.1f}" for part, width in (("act_p50", 10), ("act_p99", 8)))
            print(
                f"{name:24}{one['rate']:12,.0f}{one['ack_p50']:10.1f}{one['ack_p99']:8.1f}"
                f"{acts if one['acts'] else '':18}   {one['cpu_us']:9.0f}   ours × {ratio:.2f}"
            )
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _prepare(beds: int) -> None:
    from reverie.clinic.kernel import keys

    keys.create_all()
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from tests.clinic.devices import ward

    sessions: list[Any] = ward.furnish(beds)
    Path(os.environ["REVERIE_HOME"], "streams.json").write_text(json.dumps([one.stream for one in sessions]))


def _measure(name: str, place: Path, seconds: float, connections: int) -> dict[str, float]:
    from tests.clinic.devices import bedside

    with bedside.listening_socket() as own:
        port = own.getsockname()[1]
        if name == "listener":
            server = bedside.start_listener(own, place)
        else:
            server = subprocess.Popen(
                [sys.executable, __file__, "--serve", name, str(own.fileno())],
                pass_fds=(own.fileno(),),
                stdout=subprocess.PIPE,
            )
        assert server.stdout is not None
        server.stdout.readline()
        started_s = _cpu_s(server.pid)
        words = (str(port), str(seconds), str(connections))
        with_acts = name != "hl7, memory only"
        acting = _child("--act", str(seconds)) if with_acts else None
        driving = _child("--drive", *words)
        found = json.loads(driving.communicate()[0])
        if acting is not None:
            found |= json.loads(acting.communicate()[0])
        found["cpu_us"] = 1e6 * (_cpu_s(server.pid) - started_s) / (found["rate"] * seconds)
        server.terminate()
        server.wait(10)
        server.stdout.close()
    found.setdefault("acts", 0)
    found |= {"act_p50": found.get("act_p50", 0.0), "act_p99": found.get("act_p99", 0.0)}
    return found


def _cpu_s(pid: int) -> float:
    """Processor time of a process; not a number where the system has no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _child(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE)


def act(seconds: float) -> None:
    """Append acts to the sessions' streams, one every BETWEEN_ACTS_S, as a web process does."""
    import django

    django.setup()
    from django.db import connection, transaction

    from reverie.clinic.kernel import ids, streams

    names = json.loads(Path(os.environ["REVERIE_HOME"], "streams.json").read_text())
    took: list[float] = []
    until = perf_counter() + seconds
    number = 0
    while perf_counter() < until:
        begun = perf_counter()
        with transaction.atomic():
            head = streams.lock(names[number % len(names)])
            body = '{"subject":"","text":"Resting."}'
            streams.append(head, [streams.Draft(ids.new_id(), "note", 2, 0, "{}", body)])
        took.append(1_000 * (perf_counter() - begun))
        number += 1
        sleep(BETWEEN_ACTS_S)
    connection.close()
    print(
        json.dumps({"acts": len(took), "act_p50": percentile(took, 0.5), "act_p99": percentile(took, 0.99)})
    )


class _Bed(asyncio.Protocol):
    """One monitor: sends, waits for the answer, sends the next."""

    def __init__(self, device: str, until: float, done: asyncio.Event) -> None:
        from tests.clinic.devices import bedside

        made = bedside.message(device, "CONTROLID")
        self._head, self._tail = made.split(b"CONTROLID")
        self._device, self._until, self._done = device, until, done
        self._boot = os.urandom(4).hex()
        self.took: list[float] = []
        self._count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        if not data.endswith(b"\x1c\r"):
            return
        assert b"MSA|AA|" in data, data
        now = perf_counter()
        self.took.append(1_000 * (now - self._sent))
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._done.set()

    def _send(self) -> None:
        self._count += 1
        self._sent = perf_counter()
        control_id = f"{self._boot}-{self._count}".encode()
        self._transport.write(b"\x0b" + self._head + control_id + self._tail + b"\x1c\r")


def drive(port: int, seconds: float, connections: int) -> None:
    """Be all monitors at once."""
    import uvloop

    async def all_beds() -> None:
        begun = perf_counter()
        beds = []
        for number in range(1, connections + 1):
            done = asyncio.Event()
            bed = _Bed(f"M{number}", begun + seconds, done)
            await asyncio.get_running_loop().create_connection(lambda bed=bed: bed, "127.0.0.1", port)
            beds.append((bed, done))
        for _, done in beds:
            await done.wait()
        elapsed = perf_counter() - begun
        took = [one for bed, _ in beds for one in bed.took]
        found = {
            "rate": len(took) / elapsed,
            "ack_p50": percentile(took, 0.5),
            "ack_p99": percentile(took, 0.99),
        }
        print(json.dumps(found))

    uvloop.run(all_beds())


def serve(name: str, handle: int) -> None:
    """A peer: one commit for each message, or `hl7` in memory."""
    import signal
    import socket

    own = socket.socket(fileno=handle)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    asyncio.run(_one_commit_a_message(own) if name == "one commit a message" else _hl7_in_memory(own))


async def _one_commit_a_message(own: Any) -> None:
    import django

    django.setup()
    from reverie.clinic.devices.hl7v2.arrival import arrive, read_arrival
    from reverie.clinic.devices.hl7v2.batch import Batches
    from reverie.clinic.devices.presence import Presence
    from reverie.clinic.devices.quarantine import Store
    from reverie.clinic.kernel import clock
    from reverie.formats.hl7v2 import acknowledgement
    from reverie.formats.mllp import frame

    batches, lock = Batches(Presence(), Store()), threading.Lock()

    def record(payload: bytes) -> bytes:
        arrival = arrive(payload, 1, "", clock.to_ms(clock.now()), int(clock.monotonic() * 1_000))
        read_arrival(arrival)
        with lock:
            (found,) = batches.write([arrival])
        return frame(acknowledgement(payload, found.code, at=clock.now(), own_id="1"))

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                whole = await reader.readuntil(b"\x1c\r")
                writer.write(await asyncio.get_running_loop().run_in_executor(alone, record, whole[1:-2]))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    from concurrent.futures import ThreadPoolExecutor

    alone = ThreadPoolExecutor(1)
    server = await asyncio.start_server(talk, sock=own)
    print("ready", flush=True)
    await server.serve_forever()


async def _hl7_in_memory(own: Any) -> None:
    from hl7.mllp import start_hl7_server

    kept: list[Any] = []

    async def talk(reader: Any, writer: Any) -> None:
        try:
            while not writer.is_closing():
                message = await reader.readmessage()
                kept.append(message)
                writer.writemessage(message.create_ack("AA"))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await start_hl7_server(talk, sock=own)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    what, words = [*sys.argv, ""][1], sys.argv[2:]
    if what == "--act":
        act(float(words[0]))
    elif what == "--drive":
        drive(int(words[0]), float(words[1]), int(words[2]))
    elif what == "--serve":
        serve(words[0], int(words[1]))
    else:
        main()
