"""The listener is killed while devices send, and runs into a full disk: nothing acknowledged is lost."""

from __future__ import annotations

import json
import resource
import signal
import threading
import time
from pathlib import Path
from random import Random

import pytest

from tests.clinic.devices import bedside
from tests.crash.clinic_home import make_clinic
from tests.scale import scale
from tests.soak import figure

BEDS = 6


class Sender(threading.Thread):
    """A monitor that sends again, byte for byte, what was not answered."""

    def __init__(self, device: str, port: int, ending: threading.Event) -> None:
        super().__init__(daemon=True)
        self.device, self.port, self.ending = device, port, ending
        self.acknowledged: list[str] = []
        self.answered_at_s: list[float] = []
        self.sent = 0
        self.wrong: list[object] = []

    def run(self) -> None:
        """Send until told to end, and then until the last message is answered."""
        number = 0
        payload = b""
        while True:
            try:
                with bedside.Device(self.port) as device:
                    while True:
                        if not payload:
                            if self.ending.is_set():
                                return
                            number += 1
                            payload = bedside.message(self.device, f"{self.device}-{number}")
                        self.sent += 1
                        answer = device.ask(payload)
                        if answer[:2] != ("AA", f"{self.device}-{number}"):
                            self.wrong.append(answer)
                        self.acknowledged.append(f"{self.device}-{number}")
                        self.answered_at_s.append(time.monotonic())
                        payload = b""
            except OSError:
                continue


@pytest.mark.crash
def test_a_killed_listener_loses_and_doubles_nothing(tmp_path: Path) -> None:
    kills = scale(test=15, soak=500)
    clinic = make_clinic(tmp_path / "home", BEDS)
    rng = Random(15)
    ending = threading.Event()
    away_s = []
    with bedside.listening_socket() as own:
        port = own.getsockname()[1]
        process = bedside.start_listener(own, clinic.root, **clinic.environment)
        senders = [Sender(f"M{number + 1}", port, ending) for number in range(BEDS)]
        for sender in senders:
            sender.start()
        for _ in range(kills):
            _until_answered(senders, rng.randint(20, 200))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stdout.close()
            killed_s = time.monotonic()
            process = bedside.start_listener(own, clinic.root, **clinic.environment)
            _until_answered(senders, 1)
            away_s.append(min(at for one in senders for at in one.answered_at_s if at > killed_s) - killed_s)
        ending.set()
        for sender in senders:
            sender.join(30)
            assert not sender.is_alive()
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()
    acknowledged = [one for sender in senders for one in sender.acknowledged]
    recorded = clinic.readings()
    assert not [one for sender in senders for one in sender.wrong]
    assert len(recorded) == len(set(recorded))
    # the sender goes on only after an answer, so at the end everything that was sent is acknowledged
    assert set(acknowledged) == set(recorded)
    assert sum(sender.sent for sender in senders) > len(acknowledged)
    median_s = sorted(away_s)[len(away_s) // 2]
    figure("listener, kill -9", f"{kills} times, {len(acknowledged):,} acknowledged, 0 lost, 0 doubled")
    figure("listener, serving again after kill -9", f"{median_s:.2f} s, at worst {max(away_s):.2f} s")


def _until_answered(senders: list[Sender], more: int) -> None:
    wanted = sum(len(one.acknowledged) for one in senders) + more
    deadline_s = time.monotonic() + 60
    while sum(len(one.acknowledged) for one in senders) < wanted:
        assert time.monotonic() < deadline_s
        senders[0].join(0.002)


@pytest.mark.crash
@pytest.mark.sqlite("the process that is limited is the one that writes the file")
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
def test_a_full_disk_withholds_the_answer_and_ends_by_itself(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "home", 1)
    pulse = clinic.root / "pulses" / "listener.json"
    with bedside.listening_socket() as own:
        port = own.getsockname()[1]
        process = bedside.start_listener(own, clinic.root, **clinic.environment)
        with bedside.Device(port) as monitor, bedside.Device(port) as stranger:
            assert monitor.ask(bedside.message("M1", "before"))[0] == "AA"
            assert stranger.ask(bedside.message("STRANGER", "s1"))[0] == "AR"
            _limit_files(process.pid, (clinic.root / "reverie.db-wal").stat().st_size)
            monitor.send(*(bedside.message("M1", f"full{number}") for number in range(30)))
            # refused as ever, and said that it could not be kept
            refused = [stranger.ask(bedside.message("STRANGER", f"s{number}")) for number in range(2, 5)]
            assert {code for code, _, _ in refused} == {"AR"}
            assert all("not kept" in reason for _, _, reason in refused)
            number = 5
            while not set(json.loads(pulse.read_text())["troubles"]) & {"disk_full", "disk_refuses"}:
                assert stranger.ask(bedside.message("STRANGER", f"s{number}"))[0] == "AR"
                number += 1
                assert number < 100
            monitor.socket.setblocking(False)
            with pytest.raises(BlockingIOError):
                monitor.socket.recv(1)
            monitor.socket.setblocking(True)
            _limit_files(process.pid, resource.RLIM_INFINITY)
            answers = [monitor.answer()[:2] for _ in range(30)]
            assert answers == [("AA", f"full{number}") for number in range(30)]
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()
    assert clinic.readings() == ["before"] + [f"full{number}" for number in range(30)]
    assert clinic.look()["quarantined"] == ["s1"]


def _limit_files(pid: int, size: int) -> None:
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
