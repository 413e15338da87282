"""`reverie watch`: the process that judges alarms in every open session.

A second one waits, and takes over when the first ends or falls silent.
"""

from __future__ import annotations

import signal
from types import FrameType

import typer

from reverie.cli import django_setup, supervise
from reverie.cli.serve import HomeOption, named, refuse_where_is_no_clinic


def mount(app: typer.Typer) -> None:
    """Add the word."""
    app.command()(watch)


def watch(home_folder: HomeOption = None) -> None:
    """Run the alarm watch alone, until Ctrl-C or SIGTERM. Where one runs already it waits to take over."""
    named(home_folder)
    django_setup.prepare()
    from reverie.clinic.session.watch import Watch

    refuse_where_is_no_clinic()
    one = Watch(say=lambda words: print(words, flush=True))

    def end(number: int, frame: FrameType | None) -> None:
        one.ending = True

    for number in supervise.STOPPED:
        signal.signal(number, end)
    one.run()
