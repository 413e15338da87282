"""The commands as a person runs them: their words, their exit status, and what arrives."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from reverie.cli import devices_simulated
from reverie.science.simulation.artefacts import KINDS as ARTEFACTS
from reverie.science.simulation.incidents import KINDS as INCIDENTS
from tests.clinic.devices.simulated.listener import Listener, Reply, keep_and_hang_up, listening, refuse
from tests.clinic.devices.simulated.test_replay import bedside_record
from tests.clinic.devices.simulated.test_sender import at_last

PROGRAM = """
import sys, typer
from reverie.cli import devices_simulated
from reverie.science.simulation.artefacts import KINDS as ARTEFACTS
from reverie.science.simulation.incidents import KINDS as INCIDENTS
app = typer.Typer()
devices_simulated.mount(app)
try:
    app()
finally:
    loaded = [name for name in sys.modules if name.split(".")[0] == "django"]
    print("django" if loaded else "no django", file=sys.stderr)
"""


def app() -> typer.Typer:
    """The group that both commands are mounted on."""
    group = typer.Typer()
    devices_simulated.mount(group)
    return group


async def command(*words: str, stop_after: int = 0, listener: Listener | None = None) -> tuple[int, str, str]:
    """Exit status, output and errors of a command in a process of its own; SIGINT after so many messages."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        *words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    if stop_after and listener is not None:
        await listener.until(stop_after)
        process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def run(
    *words: str, replies: tuple[Reply, ...] = (), stop_after: int = 0
) -> tuple[int, str, str, Listener]:
    """Run a command against a listener."""
    async with listening(*replies) as listener:
        port = ("--host", "127.0.0.1", "--port", str(listener.port))
        status, out, err = await command(*words, *port, stop_after=stop_after, listener=listener)
    return status, out, err, listener


def senders(listener: Listener) -> set[str]:
    """The device names that were heard."""
    return {payload.split(b"|")[2].decode() for payload in listener.received}


def test_simulate_runs_monitor_and_pump_until_ctrl_c_and_loads_no_django() -> None:
    status, out, err, listener = at_last(run("simulate", "--interval", "0.02", stop_after=20))
    assert (status, err) == (0, "no django\n")
    assert senders(listener) == {"REVERIE-SIM-MONITOR-1", "REVERIE-SIM-PUMP-1"}
    assert "REVERIE-SIM-MONITOR-1: a simulated monitor, every 0.02 s" in out
    assert "REVERIE-SIM-PUMP-1: a simulated pump" in out
    last = out.splitlines()[-1]
    assert " acknowledged, 0 refused" in last


def test_simulate_names_only_what_it_was_given_and_stops_by_itself() -> None:
    words = ("simulate", "--device", "BED^7", "--interval", "0.01", "--seconds", "0.1", "--artefacts", "demo")
    status, out, _, listener = at_last(run(*words))
    assert status == 0
    assert senders(listener) == {"BED^7"}
    assert b"|DEMO|" in listener.received[0]
    assert f"{len(listener.received)} sent, {len(listener.received)} acknowledged" in out


def test_a_refused_device_is_told_why_and_how_to_link_it() -> None:
    words = ("simulate", "--pump", "MY PUMP", "--interval", "0.01", "--seconds", "0.1")
    status, _, err, listener = at_last(run(*words, replies=(refuse,) * 1_000))
    assert status == 1
    assert f"MY PUMP: {len(listener.received)} messages refused, at last because: unknown device" in err
    assert "reverie devices link 'MY PUMP' CHAIR" in err


def test_replay_sends_the_record_and_counts(tmp_path: Path) -> None:
    bedside_record(tmp_path, minutes=40)
    path = str(tmp_path / "s1-2896-10-10-00-31n.hea")
    status, out, _, listener = at_last(run("replay", path, "--speed", "0", replies=(keep_and_hang_up,)))
    assert status == 0
    assert len(set(listener.received)) == 40
    assert "40 frames of 8 signals, 40 minutes; sent as REVERIE-SIM-MONITOR-1" in out
    assert "40 sent, 40 acknowledged, 0 refused" in out


def test_replay_keeps_the_recorded_times_if_asked(tmp_path: Path) -> None:
    bedside_record(tmp_path, minutes=2)
    path = str(tmp_path / "s1-2896-10-10-00-31n")
    kept = at_last(run("replay", path, "--speed", "0", "--keep-times"))[3]
    assert kept.received[1].split(b"|")[6] == b"28961010003225.894+0000"
    moved = at_last(run("replay", path, "--speed", "0", "--at", "2026-11-24T15:00:00+01:00"))[3]
    assert moved.received[1].split(b"|")[6] == b"20261124140100.000+0000"


def test_a_replay_that_was_refused_or_stopped_does_not_end_well(tmp_path: Path) -> None:
    bedside_record(tmp_path, minutes=30)
    path = str(tmp_path / "s1-2896-10-10-00-31n.hea")
    status, out, err, _ = at_last(run("replay", path, "--speed", "0", replies=(refuse,)))
    assert status == 1
    assert "29 acknowledged, 1 refused" in out
    assert "unknown device" in err
    status, out, _, _ = at_last(run("replay", path, "--speed", "3000", stop_after=3))
    assert status == 1
    assert " not sent" in out


def test_it_says_when_nothing_answers() -> None:
    async def work() -> tuple[int, str, str]:
        listener = Listener()
        await listener.start()
        await listener.stop()
        port = str(listener.port)
        return await command(
            "simulate", "--device", "M", "--seconds", "0.6", "--host", "127.0.0.1", "--port", port
        )

    status, out, err = at_last(work())
    assert status == 1
    assert "nothing answers at 127.0.0.1:" in err
    assert "trying again, nothing is lost" in err
    assert "1 sent, 0 acknowledged, 0 refused, 1 not answered yet" in out
    assert "1 message never answered" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["replay", "missing.hea"], "missing.hea: cannot be opened"),
        (["simulate", "--artefacts", "gremlins"], "there is no artefact gremlins"),
        (["simulate", "--incident", "gremlins@5"], "there is no incident gremlins"),
        (["simulate", "--incident", "apnoea@5:awful"], "mild, moderate, severe, not awful"),
        (["simulate", "--device", "a\nb"], "name that can be printed"),
        (["simulate", "--device", "A", "--pump", "A"], "same name"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(words: list[str], said: str) -> None:
    result = CliRunner().invoke(app(), words)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_time_that_is_none_is_refused(tmp_path: Path) -> None:
    bedside_record(tmp_path, minutes=2)
    result = CliRunner().invoke(app(), ["replay", str(tmp_path / "s1-2896-10-10-00-31n"), "--at", "noon"])
    assert result.exit_code == 2
    assert "2026-11-24T15:00:00Z" in result.stderr


def test_incidents_and_artefacts_are_listed_with_their_meaning() -> None:
    result = CliRunner().invoke(app(), ["simulate", "--list"])
    assert result.exit_code == 0
    for name in (*INCIDENTS, *ARTEFACTS):
        assert f"\n  {name} " in result.stdout
    assert "are sent as 0" in result.stdout
    assert "desaturation" in result.stdout
    assert "NAME@SECONDS:mild" in result.stdout


def test_an_incident_reaches_the_listener() -> None:
    words = ("simulate", "--device", "M", "--interval", "0.05", "--seconds", "0.5")
    asked = ("--incident", "probe-off@0:mild,panic@99", "--incident", "vagal@5")
    status, _, _, listener = at_last(run(*words, *asked))
    assert status == 0
    assert listener.received
    assert all(b"MDC_PULS_OXIM_SAT_O2^MDC|1.2.1.1|0|" in payload for payload in listener.received)
