"""The door: every word that `reverie` understands, and which file answers it.

A word's file is imported only when that word is used, so that `reverie hl7` never meets Django. What
cannot be imported fails that word alone, in words.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from typing import Annotated, NamedTuple, NoReturn

import typer
from typer.models import CommandInfo

from reverie.cli import lifeline


class Door(NamedTuple):
    """One word of `reverie`, the files of `reverie.cli` that answer it, and its line in the help."""

    word: str
    files: tuple[str, ...]
    help: str
    is_group: bool = False
    hidden: bool = False


DOORS = (
    Door("demo", ("serve",), "Serve a demo clinic with simulated devices."),
    Door("serve", ("serve",), "Serve a live clinic."),
    Door("listen", ("serve",), "Run the device listener alone."),
    Door("watch", ("watch",), "Run the alarm watch alone."),
    Door("backup", ("backup",), "Copy the running clinic into one file, and test the copy."),
    Door("restore", ("backup",), "Bring a clinic back from a backup file."),
    Door("doctor", ("doctor",), "Say what is well, and what to do about the rest."),
    Door("session", ("session", "session_file"), "Sessions: list, export, verify, replay.", is_group=True),
    Door("devices", ("devices", "devices_simulated"), "Devices: link, simulate, replay.", is_group=True),
    Door("quarantine", ("quarantine",), "Messages that could not be recorded.", is_group=True),
    Door("ledger", ("ledger",), "The clinic's ledger: verify it.", is_group=True),
    Door("staff", ("staff",), "Staff: a new link for who can no longer sign in.", is_group=True),
    Door("hl7", ("hl7",), "Read HL7 v2 files without a clinic.", is_group=True),
    Door("vitals", ("vitals",), "Vital signs: alarms over a recording, NEWS2, the rules.", is_group=True),
    Door("manage", ("serve",), "Pass the rest to Django's own commands."),
    # children of `demo` and `serve`, which nobody needs to type
    Door("prepare", ("serve",), "Make the keys and tables of a clinic.", hidden=True),
    Door("web", ("serve",), "Serve the web pages alone.", hidden=True),
    Door("demo-devices", ("serve",), "Run the demo's simulated devices alone.", hidden=True),
)
MODULE_MISSING = "The module {} is missing; `./run setup` installs what is missing."


def main() -> NoReturn:
    """Answer the words of the command line; ends the process with the command's exit status."""
    lifeline.hold()
    words = sys.argv[1:] or ["--help"]
    app = build(next((word for word in words if not word.startswith("-")), None))
    try:
        app(words, prog_name="reverie")
    except Exception as error:
        explanation = _expected(error)
        if explanation is None:
            raise
        print(explanation, file=sys.stderr)
        sys.exit(1)
    raise AssertionError("a command ends the process")


def build(word: str | None, *, whole: bool = False) -> typer.Typer:
    """The application with the files behind `word` loaded, or all of them; other words only by name."""
    app = typer.Typer(
        help="Software that runs ketamine infusion therapy in a clinic. It is not a medical device.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for door in DOORS:
        if whole or door.word == word:
            _open(door, app)
        else:
            app.command(door.word, help=door.help, hidden=door.hidden)(_closed)
    return app


def _open(door: Door, app: typer.Typer) -> None:
    missing = []
    target = typer.Typer(help=door.help, no_args_is_help=True) if door.is_group else typer.Typer()
    for name in door.files:
        try:
            file = importlib.import_module(f"reverie.cli.{name}")
        except ImportError as error:
            missing.append(_why(name, error))
            continue
        if hasattr(file, "mount"):
            file.mount(target)
    if door.is_group:
        app.add_typer(target, name=door.word)
        for line in missing:
            print(f"reverie {door.word}: {line}", file=sys.stderr)
        return
    found = [command for command in target.registered_commands if _word_of(command) == door.word]
    for command in found:
        command.hidden = door.hidden
    app.registered_commands.extend(found)
    if not found:
        line = "; ".join(missing) or f"reverie.cli.{door.files[0]} does not offer it"

        def absent(words: Annotated[list[str] | None, typer.Argument(hidden=True)] = None) -> None:
            print(f"reverie {door.word} cannot run: {line}", file=sys.stderr)
            raise typer.Exit(1)

        ignore = {"ignore_unknown_options": True}
        app.command(door.word, help=door.help, hidden=door.hidden, context_settings=ignore)(absent)


def _word_of(command: CommandInfo) -> str:
    assert command.callback is not None
    return command.name or command.callback.__name__.replace("_", "-")


def _why(name: str, error: ImportError) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        if error.name == f"reverie.cli.{name}":
            return f"this installation has no reverie.cli.{name}"
        return MODULE_MISSING.format(error.name)
    return f"reverie.cli.{name} cannot be loaded ({error})"


def _expected(error: Exception) -> str | None:
    """What to say about an error that a person can mend; None for one that only we can."""
    from reverie.clinic.kernel.keys import KeyMissing

    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("reverie."):
        return MODULE_MISSING.format(error.name)
    if isinstance(error, KeyMissing):
        return f"{error} Is {_home()} the right folder? REVERIE_HOME names it."
    exceptions = sys.modules.get("django.core.exceptions")
    if exceptions is not None and isinstance(error, exceptions.ImproperlyConfigured):
        return str(error)
    database = sys.modules.get("django.db")
    if database is not None and isinstance(error, database.Error):
        return f"The database of {_home()} cannot be used ({error}). `reverie doctor` looks into it."
    return None


def _home() -> str:
    from reverie.clinic.kernel import home

    return os.fspath(home.current().root)


def _closed() -> None:
    """Stand for a word that was not used."""


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"reverie {metadata.version('reverie-clinic')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Say which version this is.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Stand before every word."""


def words_of(app: typer.Typer) -> Sequence[str]:
    """The words that an application answers, those of its groups after the group's name."""
    own = [_word_of(command) for command in app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        own += [f"{group.name} {word}" for word in words_of(group.typer_instance)]
    return own
