"""The files of the house, as git sees them: what is committed or about to be."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "reverie"


@cache
def files() -> tuple[Path, ...]:
    """Every file that is not ignored, by its path from the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    paths = (Path(name.decode()) for name in listed.split(b"\0") if name)
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def under(folder: str, *endings: str) -> list[Path]:
    """The files below a folder whose names end so."""
    return [path for path in files() if path.is_relative_to(folder) and path.suffix in endings]


def text(path: Path) -> str | None:
    """What a file says; None for one that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


@cache
def module(path: Path) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))
