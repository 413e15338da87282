"""The watch is killed, stopped and doubled while alarms come and go: none is lost, none is there twice."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from reverie.clinic.kernel import pulse
from tests.crash.clinic_home import ClinicHome, make_clinic, run_in
from tests.scale import scale
from tests.soak import figure

BEDS = 4
PATIENCE_S = 30.0
LONG_ENOUGH_MS = 3_000
# rules that let alarms come and go within seconds, signed and in force
_PREPARE = """
import dataclasses, json, sys
import django
django.setup()
from django.db import transaction
from reverie.clinic.kernel import editions
from reverie.clinic.people.models import Clinic
from reverie.science.vitals.alarms import body
from reverie.science.vitals.alarms.defaults import DEFAULTS
from tests import cast
from tests.clinic.session.running import bring_to_infusing
names = sys.argv[1:]
bring_to_infusing(names)
clinic = Clinic.objects.get()
director = cast.user(clinic, "director", "Dr Karim Azadi", ["medical_director"])
quick = dataclasses.replace(DEFAULTS, timing=dataclasses.replace(DEFAULTS.timing, rearm_s=1))
edition = editions.write(clinic.pk, "alarm_rules", "clinic", body.body_of(quick), by=director)
editions.sign(edition, by=director, role="medical_director", meaning="approved")
editions.put_in_force(edition, by=director)
print(json.dumps(edition.number))
"""
_LOOK = """
import json
import django
django.setup()
from reverie.clinic.kernel import chain, streams
from reverie.clinic.kernel.models import Head
from reverie.clinic.session.folds import recorded_of
from reverie.science.session.fold import as_known
found = {}
for name in Head.objects.filter(stream__startswith="session:").values_list("stream", flat=True):
    entries = list(streams.read(name))
    state = as_known(map(recorded_of, entries))
    low = [[one.recorded_ms, '["spo2","75"]' in one.body] for one in entries if one.kind == "readings"]
    alarms = [one for one in state.alarms.values() if one.group == "spo2_low"]
    found[name] = {
        "whole": isinstance(list(chain.check(name, entries))[0], tuple),
        "deviations": [one.words for one in state.deviations],
        "low": low,
        "alarms": [[one.onset_ms, one.raised_ms, one.cleared_ms, one.edition != ""] for one in alarms],
        "kinds": [one.kind for one in entries],
    }
print(json.dumps(found))
"""


class Watching:
    """A watch process of a clinic."""

    def __init__(self, clinic: ClinicHome) -> None:
        """Started."""
        self._pulse = clinic.root / "pulses" / "watch.json"
        environment = os.environ | {"REVERIE_HOME": str(clinic.root)} | clinic.environment
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reverie.cli", "watch"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def looked_s(self) -> float | None:
        """When it last finished a look; None while another one holds the lease."""
        figures = self.beat()["figures"]
        assert isinstance(figures, dict)
        return figures.get("looked_s")

    def beat(self) -> dict[str, Any]:
        """Its last pulse; an empty one while there is none."""
        try:
            found: dict[str, Any] = json.loads(self._pulse.read_text())
        except (OSError, ValueError):
            found = {"pid": None}
        return found if found["pid"] == self.process.pid else {"figures": {}, "troubles": [], "monotonic": 0}

    def until_it_looks(self, times: int = 1) -> None:
        """Wait until it has told of so many looks."""
        for _ in range(times):
            before = self.looked_s()
            until(lambda before=before: self.looked_s() not in (None, before))

    def until_it_says(self, words: str) -> None:
        """Wait for its next line, which begins so."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith(words)

    def end(self) -> str:
        """End it in order; what it said."""
        self.process.terminate()
        said, _ = self.process.communicate(timeout=PATIENCE_S)
        assert self.process.returncode == 0
        return said

    def kill(self) -> None:
        """Kill it, if it is there."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def until(fact: Callable[[], object]) -> None:
    """Wait until `fact` is true. Fails when it takes very long."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not fact():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@contextmanager
def fed(clinic: ClinicHome, seed: int) -> Iterator[None]:
    """The ward's monitors send while the block runs; at the end all are well."""
    feed = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.ward_feed", str(seed), *clinic.streams],
        env=os.environ
        | {"REVERIE_HOME": str(clinic.root), "DJANGO_SETTINGS_MODULE": "reverie.clinic.site.settings"}
        | clinic.environment,
    )
    try:
        yield
    finally:
        feed.terminate()
        assert feed.wait(PATIENCE_S) == 0


def episodes(low: list[list[Any]]) -> list[tuple[int, int]]:
    """From when to when values were low, by their recording."""
    found: list[tuple[int, int]] = []
    since = None
    for at_ms, is_low in low:
        if is_low and since is None:
            since = at_ms
        elif not is_low and since is not None:
            found.append((since, at_ms))
            since = None
    assert since is None, "all are well at the end"
    return found


def judge(found: dict[str, Any]) -> int:
    """Every episode has one alarm, and every alarm an episode; the record is whole. Gives their number."""
    count = 0
    for one in found.values():
        assert one["whole"]
        assert one["deviations"] == []
        alarms = sorted(one["alarms"])
        for (*_, cleared_ms, _), (_, raised_ms, *_) in pairwise(alarms):
            assert cleared_ms is not None
            assert cleared_ms <= raised_ms
        lows = episodes(one["low"])
        for begun_ms, ended_ms in lows:
            # one that came back within a second goes on as the same alarm
            told = [a for a in alarms if a[0] < ended_ms and (a[2] is None or a[2] > begun_ms)]
            # the last one may have ended before it was one: a few values are no alarm yet
            assert told or ended_ms - begun_ms < LONG_ENOUGH_MS, (begun_ms, ended_ms, alarms)
            assert sum(begun_ms <= a[0] < ended_ms for a in alarms) <= 1
        for onset_ms, *_, signed in alarms:
            assert any(begun_ms <= onset_ms < ended_ms for begun_ms, ended_ms in lows)
            assert signed
        assert "alarm_raised" in one["kinds"]
        count += len(alarms)
    return count


@pytest.fixture
def start(clinic: ClinicHome) -> Iterator[Callable[[], Watching]]:
    """Starts watches of the clinic; none is left over."""
    started: list[Watching] = []

    def begin() -> Watching:
        started.append(Watching(clinic))
        return started[-1]

    yield begin
    for one in started:
        one.kill()


@pytest.fixture
def clinic(tmp_path: Path) -> ClinicHome:
    """A clinic with running infusions."""
    made = make_clinic(tmp_path / "home", BEDS)
    run_in(made, _PREPARE, *made.streams)
    return made


@pytest.mark.crash
def test_a_watch_that_is_killed_again_and_again_loses_and_doubles_nothing(
    clinic: ClinicHome, start: Callable[[], Watching]
) -> None:
    kills = scale(test=4, soak=150)
    rng = Random(4)
    away_s = []
    watch = start()
    watch.until_it_looks()
    with fed(clinic, 7):
        watch.until_it_looks(6)
        for _ in range(kills):
            watch.until_it_looks(rng.randint(1, 5))
            watch.kill()
            killed_s = time.monotonic()
            watch = start()
            watch.until_it_looks()
            away_s.append(time.monotonic() - killed_s)
    watch.until_it_looks(6)
    watch.end()
    count = judge(run_in(clinic, _LOOK))
    assert count >= BEDS
    median_s = sorted(away_s)[len(away_s) // 2]
    figure("watch, kill -9", f"{kills} times, {count:,} alarms, 0 lost, 0 doubled")
    figure("watch, judging again after kill -9", f"{median_s:.1f} s, at worst {max(away_s):.1f} s")


@pytest.mark.crash
@pytest.mark.sqlite("the process that is limited is the one that writes the file")
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs Linux")
def test_a_full_disk_is_said_and_passes_without_loss(
    clinic: ClinicHome, start: Callable[[], Watching]
) -> None:
    watch = start()
    watch.until_it_looks()
    pid = watch.process.pid
    with fed(clinic, 9):
        watch.until_it_looks(4)
        # its pulse still fits, as it does on a disk that is full
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (pulse.SIZE, resource.RLIM_INFINITY))
        until(lambda: {"disk_full", "disk_refuses"} & set(watch.beat()["troubles"]))
        stood_s = watch.looked_s()
        beaten_s = watch.beat()["monotonic"]
        until(lambda: watch.beat()["monotonic"] > beaten_s + 8)
        # it lives, it says what it suffers from, and it does not claim to watch
        assert watch.looked_s() == stood_s
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        watch.until_it_looks(12)
        assert not watch.beat()["troubles"]
    watch.until_it_looks(6)
    watch.end()
    assert judge(run_in(clinic, _LOOK)) >= BEDS


@pytest.mark.crash
def test_a_watch_that_was_stopped_wakes_to_find_another_one_at_work(
    clinic: ClinicHome, start: Callable[[], Watching]
) -> None:
    first = start()
    first.until_it_looks()
    second = start()
    with fed(clinic, 8):
        for _ in range(scale(test=2, soak=40)):
            second.until_it_says("Another watch is at work; this one waits.")
            first.until_it_looks(3)
            first.process.send_signal(signal.SIGSTOP)
            second.until_it_looks(4)
            first.process.send_signal(signal.SIGCONT)
            second.until_it_looks(2)
            # the one that ended in order is followed at once
            assert second.end() == "Watching.\n"
            first.until_it_looks(1)
            second = start()
    first.until_it_looks(6)
    assert "Another watch has taken over" in first.end()
    second.end()
    assert judge(run_in(clinic, _LOOK)) > 0
