"""`reverie vitals`: alarms over a recording or a script as a picture, NEWS2 by hand, and the default rules.

It judges what it is given and nothing that runs: for that there is the clinic. Exit status 1 means that a
file could not be read. It imports no Django.
"""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from reverie.formats.lanes import Picture
    from reverie.science.simulation.alarmed import Alarm
    from reverie.science.vitals.alarms.rules import Ruleset

PHASES = ("before", "infusion", "recovery")


def mount(app: typer.Typer) -> None:
    """Add the commands to the `reverie vitals` group."""
    app.command()(trace)
    app.command()(news2)
    app.command()(rules)


def trace(
    source: Annotated[Path, typer.Argument(help="A WFDB record of numerics (.hea), or a script (.txt).")],
    out: Annotated[Path | None, typer.Option(help="Write a picture (SVG) here.")] = None,
    phase: Annotated[
        str, typer.Option(help="The phase that a whole record stands in: before, infusion or recovery.")
    ] = "infusion",
    edition: Annotated[
        Path | None, typer.Option(help="The body of an edition of alarm rules (JSON); else the defaults.")
    ] = None,
) -> None:
    """Judge a recording or a script by the alarm rules: list every alarm, and draw them under the values."""
    from reverie.formats.lanes import draw

    if phase not in PHASES:
        _stop(f"--phase takes {', '.join(PHASES)}, not {phase}", 2)
    ruleset = _ruleset(edition)
    if source.suffix == ".txt":
        alarms, picture = _script(source, ruleset)
    else:
        alarms, picture = _record(source, ruleset, phase)
    labels = {rule.id: rule.label for rule in ruleset.rules}
    said: list[tuple[int, str]] = []
    for alarm in alarms:
        for span in alarm.spans:
            now = span.condition
            state = ", easing" if now.eased_ms is not None else ""
            words = labels.get(now.rule, now.rule) + (f" ({now.subject})" if now.subject else "")
            said.append((span.at_ms, f"{now.priority.upper():6}  {words}{state}  [{now.rule}]"))
        if alarm.ended_ms is not None:
            said.append((alarm.ended_ms, f"over    {alarm.group.replace('_', ' ')}"))
    for at_ms, line in sorted(said):
        print(f"{picture.time_words(at_ms):>9}  {line}")
    print(picture.note)
    if out is not None:
        try:
            out.write_text(draw(picture), encoding="utf-8")
        except OSError as error:
            _stop(f"{out} cannot be written: {error.strerror or error}", 1)
        print(f"Drawn: {out}")


def news2(
    age: Annotated[int, typer.Option(min=0, max=130, help="Years: NEWS2 does not apply below 16.")],
    respiration: Annotated[int | None, typer.Option(help="Breaths per minute.")] = None,
    spo2: Annotated[int | None, typer.Option(help="SpO2 in per cent.")] = None,
    oxygen: Annotated[bool | None, typer.Option("--oxygen/--air", help="Oxygen is given, or air.")] = None,
    sbp: Annotated[int | None, typer.Option(help="Systolic pressure in mmHg.")] = None,
    pulse: Annotated[int | None, typer.Option(help="Beats per minute.")] = None,
    consciousness: Annotated[
        str | None, typer.Option(help="A alert, C new confusion, V voice, P pain, U unresponsive.")
    ] = None,
    temperature: Annotated[str | None, typer.Option(help="Degrees Celsius, such as 36.8.")] = None,
    scale: Annotated[int, typer.Option(min=1, max=2, help="SpO2 scale 1, or 2 for 88 to 92 %.")] = 1,
    pregnant: Annotated[bool, typer.Option("--pregnant", help="NEWS2 does not apply.")] = False,
) -> None:
    """Score NEWS2. With something missing there is no score, only the range that is possible."""
    from reverie.cli.vitals_words import news2_lines
    from reverie.science.vitals.news2 import NotForThisPatient, Taken, score

    try:
        warm = None if temperature is None else Decimal(temperature)
    except InvalidOperation:
        _stop(f"--temperature takes degrees such as 36.8, not {temperature}", 2)
    taken = Taken(respiration, spo2, oxygen, sbp, pulse, consciousness, warm)
    try:
        found = score(taken, age_years=age, pregnant=pregnant, scale=scale)
    except NotForThisPatient as error:
        _stop(str(error), 1)
    print("\n".join(news2_lines(found)))


def rules(
    edition: Annotated[
        Path | None, typer.Option(help="The body of an edition of alarm rules (JSON); else the defaults.")
    ] = None,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="As a table in Markdown.")] = False,
) -> None:
    """Print every alarm rule: what must hold, for how long, in which phases, what to do, and from where."""
    from reverie.cli.vitals_words import rule_lines

    print("\n".join(rule_lines(_ruleset(edition), as_markdown=as_markdown)))


def _ruleset(edition: Path | None) -> Ruleset:
    from reverie.science.vitals.alarms.body import BadRules, ruleset_of
    from reverie.science.vitals.alarms.defaults import DEFAULTS

    if edition is None:
        return DEFAULTS
    import json

    try:
        return ruleset_of(json.loads(edition.read_text(encoding="utf-8")))
    except OSError as error:
        _stop(f"{edition}: cannot be read: {error.strerror or error}", 1)
    except (BadRules, ValueError) as error:
        _stop(f"{edition}: {error}", 1)


def _script(source: Path, ruleset: Ruleset) -> tuple[list[Alarm], Picture]:
    from reverie.cli.vitals_trace import picture_of
    from reverie.science.simulation.alarmed import alarms_of, told
    from reverie.science.simulation.script import BadScript, read_script
    from reverie.science.simulation.scripted import seconds
    from reverie.science.vitals.alarms.rules import Profile

    try:
        script = read_script(source.read_text(encoding="utf-8"), source.stem)
        whole = list(seconds(script))
    except (OSError, UnicodeDecodeError) as error:
        _stop(f"{source}: cannot be read: {getattr(error, 'strerror', None) or error}", 1)
    except BadScript as error:
        _stop(str(error), 1)
    # editions that a script names belong to the tests that know them: here these rules hold throughout
    moments = (
        one._replace(edition=None)
        for one in told(whole, cuff_every_ms=script.cuff_every_ms, sets=script.sets)
    )
    alarms = alarms_of(moments, {"": (ruleset, Profile())})
    ends = [*(at for at, _ in script.phases[1:]), script.ends_ms]
    stages = [(float(at), float(end), name) for (at, name), end in zip(script.phases, ends, strict=True)]
    messages = (message for second in whole for message in second.messages)
    picture = picture_of(
        script.title, messages, alarms, ruleset, end_ms=script.ends_ms, step_ms=5_000, stages=stages,
        time_words=_minutes,
    )  # fmt: skip
    return alarms, picture


def _record(source: Path, ruleset: Ruleset, phase: str) -> tuple[list[Alarm], Picture]:
    from datetime import timedelta

    from reverie.cli.vitals_trace import picture_of
    from reverie.formats import wfdb
    from reverie.science.simulation.alarmed import alarms_of
    from reverie.science.simulation.recorded import messages_of, moments_of_record
    from reverie.science.vitals.alarms.rules import Profile

    try:
        record = wfdb.read(source)
        messages = list(messages_of(record))
    except ValueError as error:
        _stop(str(error), 1)
    for warning in record.warnings:
        print(warning, file=sys.stderr)
    alarms = alarms_of(moments_of_record(record, phase=phase), {"": (ruleset, Profile())})
    begun = record.header.starts_at

    def clock(at_ms: float) -> str:
        return _minutes(at_ms) if begun is None else f"{begun + timedelta(milliseconds=at_ms):%H:%M}"

    step_ms = round(1_000 / record.header.frequency_hz)
    end_ms = round((record.frames - 1) * step_ms) + step_ms
    title = f"Record {record.header.name}, {record.frames} frames"
    picture = picture_of(
        title, messages, alarms, ruleset, end_ms=end_ms, step_ms=step_ms + 1_000, time_words=clock
    )
    return alarms, picture


def _minutes(at_ms: float) -> str:
    return f"{int(at_ms) // 60_000}:{int(at_ms) // 1_000 % 60:02d}"


def _stop(words: str, status: int) -> NoReturn:
    print(words, file=sys.stderr, flush=True)
    raise typer.Exit(status)
