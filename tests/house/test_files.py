"""Size, names, opening words and addresses of every file; and the map of the house."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, module, text, under

LAW_LINES, REREAD_LINES = 500, 300
WRITTEN = {".py", ".ts", ".mjs", ".css", ".html", ".sh", ".js", ""}
NOT_OURS = {"LICENSE"}
FORBIDDEN_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "managers",
    "service",
    "services",
}
MAP = ROOT / "ARCHITECTURE.md"


def written() -> list[Path]:
    """Files that people write by hand."""
    return [path for path in files() if path.suffix in WRITTEN and path.name not in NOT_OURS]


def test_no_file_is_longer_than_the_law_allows() -> None:
    lengths = {path: len((text(path) or "").splitlines()) for path in written()}
    long = {str(path): lines for path, lines in lengths.items() if lines > LAW_LINES}
    assert not long
    for path, lines in sorted(lengths.items()):
        if lines > REREAD_LINES:
            sys.stdout.write(f"reread, is it still one idea? {path}: {lines} lines\n")


def test_no_file_is_named_after_nothing() -> None:
    assert not [path for path in written() if path.stem.lower() in FORBIDDEN_NAMES]


@pytest.mark.parametrize("path", under("src/reverie", ".py"), ids=str)
def test_a_module_says_in_six_lines_what_it_knows(path: Path) -> None:
    if "migrations" in path.parts:
        return
    words = ast.get_docstring(module(path))
    if not module(path).body:
        return
    assert words, "the file says nothing about itself"
    assert len(words.splitlines()) <= 6


def test_no_file_names_a_place_on_its_authors_machine() -> None:
    place = re.compile(r"(?<![\w./~-])/(?:home|Users|root|work|mnt)/[A-Za-z]\w*")
    found = {}
    for path in files():
        if path.name.endswith(".lock") or (words := text(path)) is None:
            continue
        hits = place.findall(words)
        if hits and path != Path("tests/house/test_files.py"):
            found[str(path)] = hits
    assert not found


def mapped() -> dict[str, str]:
    """Folder and description, from the map in ARCHITECTURE.md."""
    block = re.search(r"```map\n(.*?)```", MAP.read_text(encoding="utf-8"), re.DOTALL)
    assert block, "ARCHITECTURE.md has no map"
    lines = (line.split(maxsplit=1) for line in block[1].splitlines() if line.strip())
    return {folder.rstrip("/"): what for folder, what in lines}


def test_the_map_shows_every_room_and_nothing_that_is_not_there() -> None:
    aside = {"migrations", "templates", "static", "locale"}
    folders = {folder for path in files() for folder in path.parents} - {Path(".")}
    rooms = {
        str(folder)
        for folder in folders
        if (folder.is_relative_to("src/reverie") and len(folder.parts) <= 4 and not aside & set(folder.parts))
        or len(folder.parts) == 1
    } - {"src"}
    assert not rooms - set(mapped()), "rooms that the map does not show"
    assert not set(mapped()) - {str(folder) for folder in folders}, "rooms that are not there"


def test_the_map_says_something_of_each_room() -> None:
    assert all(len(what.split()) >= 3 for what in mapped().values())


def test_every_local_link_in_the_documents_leads_somewhere() -> None:
    broken = []
    for path in files():
        if path.suffix != ".md":
            continue
        for target in re.findall(r"\]\(([^)#\s]+)", text(path) or ""):
            if "://" in target or target.startswith("mailto:"):
                continue
            if not (ROOT / path.parent / target).exists():
                broken.append(f"{path}: {target}")
    assert not broken
