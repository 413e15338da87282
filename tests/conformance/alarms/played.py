"""The fifty scripts, each played once in a test run: its seconds and what the rules made of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from reverie.science.simulation.alarmed import Alarm, alarms_of, told
from reverie.science.simulation.script import Script, read_script
from reverie.science.simulation.scripted import Second, seconds
from tests.conformance.alarms.editions import EDITIONS
from tests.conformance.alarms.judge import Judged, judge_script

FOLDER = Path(__file__).parent / "scripts"
NAMES = tuple(sorted(path.stem for path in FOLDER.glob("*.txt")))


class Played(NamedTuple):
    """A script, its seconds, the alarms of the engine alone, and what the judge found."""

    script: Script
    whole: tuple[Second, ...]
    alarms: tuple[Alarm, ...]
    judged: Judged


def script_of(name: str) -> Script:
    """One of the fifty."""
    return read_script((FOLDER / f"{name}.txt").read_text(encoding="utf-8"), name)


@cache
def whole_of(name: str) -> tuple[Second, ...]:
    """The seconds of one of the fifty."""
    return tuple(seconds(script_of(name)))


@cache
def play(name: str) -> Played:
    """One of the fifty through the engine alone."""
    script, whole = script_of(name), whole_of(name)
    moments = told(whole, cuff_every_ms=script.cuff_every_ms, sets=script.sets)
    alarms = tuple(alarms_of(moments, EDITIONS))
    return Played(script, whole, alarms, judge_script(script, alarms, EDITIONS[""][0], whole))
