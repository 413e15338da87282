"""The door: what is listed, what is loaded, and what is said when something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reverie.cli import main

LOADED = """
import sys
from reverie.cli.main import main
try:
    main()
finally:
    print("loaded:", *sorted({name.split(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def reverie(*words: str, home: Path | None = None, program: str | None = None) -> tuple[int, str, str]:
    """Exit status, output and errors of `reverie`, in a process of its own."""
    begin = ("-c", program) if program else ("-m", "reverie.cli")
    environment = os.environ | ({"REVERIE_HOME": os.fspath(home)} if home else {})
    ended = subprocess.run(
        [sys.executable, *begin, *words],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def test_help_lists_every_word_with_its_line_and_loads_none() -> None:
    status, out, err = reverie("--help", program=LOADED)
    assert status == 0
    listed = {line.split()[0] for line in out.partition("Commands:")[2].splitlines() if line.strip()}
    assert listed == {door.word for door in main.DOORS if not door.hidden}
    assert all(door.help in out for door in main.DOORS if not door.hidden)
    loaded = err.split()
    assert "typer" in loaded
    assert not {"django", "numpy", "uvicorn", "rich"} & set(loaded)


def test_no_words_give_the_help() -> None:
    status, out, _ = reverie()
    assert status == 0
    assert "Commands:" in out


def test_an_unknown_word_is_refused() -> None:
    status, out, err = reverie("nonsense")
    assert (status, out) == (2, "")
    assert "No such command 'nonsense'" in err


def test_the_version_is_said() -> None:
    status, out, _ = reverie("--version")
    assert status == 0
    assert out.startswith("reverie 0.")


@pytest.mark.parametrize("word", [door.word for door in main.DOORS if door.word != "manage"])
def test_every_word_helps_without_django(word: str) -> None:
    status, out, err = reverie(word, "--help", program=LOADED)
    assert status == 0
    assert f"Usage: reverie {word} " in out
    assert "django" not in err.split("loaded:")[1].split()


def test_every_file_behind_a_word_is_there_and_answers_it() -> None:
    words = main.words_of(main.build(None, whole=True))
    for door in main.DOORS:
        assert any(word == door.word or word.startswith(door.word + " ") for word in words), door.word


def test_a_missing_file_fails_its_own_word_only(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = "import sys; sys.modules['reverie.cli.backup'] = None\n"
    status, out, err = reverie("backup", "somewhere", program=absent + LOADED)
    assert (status, out) == (1, "")
    assert "reverie backup cannot run" in err
    assert reverie("--help", program=absent + LOADED)[0] == 0


def test_a_missing_part_of_a_group_leaves_the_rest_working() -> None:
    absent = "import sys; sys.modules['reverie.cli.devices'] = None\n"
    status, out, err = reverie("devices", "simulate", "--help", program=absent + LOADED)
    assert status == 0
    assert "Usage: reverie devices simulate" in out
    assert "reverie devices:" in err


def test_a_missing_dependency_is_named() -> None:
    absent = "import sys; sys.modules['uvicorn'] = None\n"
    status, _, err = reverie("web", "--port", "0", program=absent + LOADED)
    assert status == 1
    assert err.startswith("The module uvicorn is missing; `./run setup` installs what is missing.\n")


def test_a_reader_that_has_had_enough_is_no_error() -> None:
    ended = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m reverie.cli --help | true"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
