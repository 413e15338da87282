"""The reference of commands, written from the commands themselves: `./run docs` makes docs/reference/cli.md.

It knows no command by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import typer

from reverie.cli import main

TOP = """# Commands

`reverie` is one program with many words; `reverie WORD --help` says the same as this page. The data folder is
named by `REVERIE_HOME`. This page is written by `./run docs` from the commands themselves.
"""


def page() -> str:
    """The whole page, in Markdown."""
    hidden = {door.word for door in main.DOORS if door.hidden}
    command = typer.main.get_command(main.build(None, whole=True))
    return "\n".join([TOP, *_sections(command, "", hidden)]).rstrip("\n") + "\n"


def _sections(command: Any, before: str, hidden: set[str]) -> Iterator[str]:
    for name, one in command.commands.items():
        if name in hidden or one.hidden:
            continue
        if hasattr(one, "commands"):
            yield from _sections(one, f"{before}{name} ", hidden)
            continue
        yield f"## reverie {before}{name}\n"
        yield re.sub(r"\s*\n\s*(?!\n)", " ", (one.help or "").strip()) + "\n"
        rows = [row for each in one.params if (row := _row(each))]
        if rows:
            yield "| | |\n| --- | --- |"
            yield "\n".join(rows) + "\n"


def _row(each: Any) -> str | None:
    if getattr(each, "hidden", False) or each.name == "help":
        return None
    if each.param_type_name == "argument":
        name = (each.metavar or each.name).upper() + ("..." if each.nargs != 1 else "")
    else:
        name = ", ".join((*each.opts, *each.secondary_opts))
    default = "" if each.default in (None, False, "", ()) else f" Default: {each.default}."
    return f"| `{name}` | {(each.help or '').replace('|', chr(92) + '|')}{default} |"


if __name__ == "__main__":
    print(page(), end="")
