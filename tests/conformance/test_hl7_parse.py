"""`reverie hl7 parse` judged from outside: real command, whole messages, expectations from the rules alone.

Nothing here imports the reader. Each case names the rule that forces it and lists every lawful outcome.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.hl7.envelopes import ENVELOPES
from tests.conformance.hl7.expectation import Case, differences, shape_faults
from tests.conformance.hl7.monitors import MONITORS
from tests.conformance.hl7.rows import ROWS

CASES = (*MONITORS, *ROWS, *ENVELOPES)
GOOD = (
    b"MSH|^~\\&|MON||||20261103101501+0000||ORU^R01|GOOD|P|2.6\r"
    b"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1|72|264864|||||R\r"
)


REVERIE = str(Path(sys.executable).with_name("reverie"))


def parse(*files: Path | str, zone: str | None = None) -> tuple[list[dict[str, Any]], str, int]:
    """The command's objects, its standard error and its exit status."""
    command = [REVERIE, "hl7", "parse", *(os.fspath(file) for file in files), "--json"]
    done = subprocess.run([*command, *(["--zone", zone] if zone else [])], capture_output=True, timeout=60)
    text = done.stdout.decode("utf-8")
    assert "Traceback" not in done.stderr.decode("utf-8", "replace")
    lines = [line for line in text.split("\n") if line.strip()]
    if text.lstrip().startswith("["):
        return (
            json.loads(text, parse_constant=_no_constant),
            done.stderr.decode("utf-8", "replace"),
            done.returncode,
        )
    objects = [json.loads(line, parse_constant=_no_constant) for line in lines]
    return objects, done.stderr.decode("utf-8", "replace"), done.returncode


def _no_constant(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Every case's objects by control id, from one call of the command for each zone."""
    folder = tmp_path_factory.mktemp("messages")
    by_zone: dict[str, list[Path]] = defaultdict(list)
    for case in CASES:
        file = folder / f"{case.name}.hl7"
        file.write_bytes(case.content())
        by_zone[case.zone].append(file)
    objects: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for zone, files in by_zone.items():
        for each in parse(*files, zone=None if zone == "UTC" else zone)[0]:
            objects[str(each.get("control_id"))].append(each)
    return objects


def test_the_cases_are_many_and_their_names_differ() -> None:
    assert len(CASES) >= 60
    assert [name for name, count in Counter(case.id for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_message_becomes_what_the_rules_say(case: Case, found: dict[str, list[dict[str, Any]]]) -> None:
    objects = found[case.id]
    assert len(objects) == 1, f"{len(objects)} objects"
    said = differences(case, objects[0])
    assert not said, "\n".join([case.rule, *said])


BAD_FILES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t\r\n",
    "binary": bytes(range(256)) * 40,
    "zeros": b"\0" * 5000,
    "no-msh": b"PID|||1\rOBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC|1|72|264864|||||R\r",
    "prose": b"Die Sitzung begann um zehn Uhr.\n",
    "msh-short": b"MSH",
    "msh-bare": b"MSH|",
    "msh-no-encoding": b"MSH||MON||||2026||ORU^R01|A|P|2.6\r",
    "msh-same-separators": b"MSH|||||||||||\rOBX|1\r",
    "utf-16": GOOD.decode().encode("utf-16"),
    "utf-16-le-unmarked": GOOD.decode().encode("utf-16-le"),
    "frame-only": b"\x0b\x1c\r",
    "one-long-line": b"A" * 3_000_000,
    "msh-with-one-long-row": GOOD + b"OBX|" + b"9" * 3_000_000 + b"\r",
    "json": b'{"control_id": "x"}',
}


@pytest.fixture(scope="module")
def among_good_ones(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[Any]], list[str], Path]:
    """The objects of each bad file, told apart by a good file after it; the lines said; the folder."""
    folder = tmp_path_factory.mktemp("bad")
    files = []
    for name, content in BAD_FILES.items():
        (folder / f"{name}.hl7").write_bytes(content)
        (folder / f"good after {name}.hl7").write_bytes(GOOD.replace(b"GOOD", f"after {name}".encode()))
        files += [folder / f"{name}.hl7", folder / f"good after {name}.hl7"]
    objects, errors, _ = parse(*files)
    given: dict[str, list[Any]] = {}
    gathered: list[Any] = []
    for each in objects:
        if str(each["control_id"]).startswith("after "):
            given[each["control_id"].removeprefix("after ")] = gathered
            gathered = []
        else:
            gathered.append(each)
    return given, errors.splitlines(), folder


@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file_gives_an_object_or_is_named_and_stops_nothing(
    name: str, among_good_ones: tuple[dict[str, list[Any]], list[str], Path]
) -> None:
    given, lines, folder = among_good_ones
    assert list(given) == list(BAD_FILES)
    assert [fault for each in given[name] for fault in shape_faults(each)] == []
    file = str(folder / f"{name}.hl7")
    named = [line for line in lines if file in line]
    assert given[name] or named, "neither an object nor a line that names the file"
    assert all(len(line.replace(file, "").strip(" :.")) > 8 for line in named), "a line without a reason"


def test_missing_file_and_folder_are_named_and_stop_nothing(tmp_path: Path) -> None:
    good = tmp_path / "good one.hl7"
    good.write_bytes(GOOD)
    missing = tmp_path / "missing.hl7"
    objects, errors, status = parse(good, missing, tmp_path, good)
    assert [each["control_id"] for each in objects] == ["GOOD", "GOOD"]
    assert any(str(missing) in line for line in errors.splitlines())
    folder_lines = [line.replace(str(missing), "").replace(str(good), "") for line in errors.splitlines()]
    assert any(str(tmp_path) in line for line in folder_lines)
    assert status != 0


def test_several_messages_in_a_file(tmp_path: Path) -> None:
    files = []
    for name, between in (("a", b""), ("b", b"\r\n"), ("c", b"\n\n\n")):
        files.append(tmp_path / name)
        many = (GOOD.replace(b"GOOD", f"{name}{index}".encode()) for index in range(20))
        files[-1].write_bytes(between.join(many))
    objects, _, status = parse(*files)
    assert [each["control_id"] for each in objects] == [
        f"{name}{index}" for name in "abc" for index in range(20)
    ]
    assert all(each["readings"][0]["value"] == 72 for each in objects)
    assert status == 0


def test_frames_one_after_another_with_a_bad_one_among_them(tmp_path: Path) -> None:
    file = tmp_path / "capture.mllp"
    frames = [GOOD.replace(b"GOOD", b"F1"), b"\xff\xfe garbage", GOOD.replace(b"GOOD", b"F2")]
    file.write_bytes(b"".join(b"\x0b" + frame + b"\x1c\r" for frame in frames))
    objects, _, _ = parse(file)
    assert [each["control_id"] for each in objects if each["control_id"] in ("F1", "F2")] == ["F1", "F2"]
    assert [fault for each in objects for fault in shape_faults(each)] == []


def test_bad_message_among_good_ones(tmp_path: Path) -> None:
    file = tmp_path / "mixed.hl7"
    file.write_bytes(
        GOOD.replace(b"GOOD", b"B1") + b"MSH|broken\rMSH\rMSH|^~\\&|\r" + GOOD.replace(b"GOOD", b"B2")
    )
    objects, _, _ = parse(file)
    assert [each["control_id"] for each in objects if each["control_id"] in ("B1", "B2")] == ["B1", "B2"]


def test_the_same_message_twice_is_two_objects(tmp_path: Path) -> None:
    file = tmp_path / "twice.hl7"
    file.write_bytes(GOOD * 2)
    assert len(parse(file)[0]) == 2


def test_file_of_ten_megabytes(tmp_path: Path) -> None:
    file = tmp_path / "huge.hl7"
    file.write_bytes(GOOD + b"NTE|1||" + b"x" * 10_000_000 + b"\r" + GOOD.replace(b"GOOD", b"LAST"))
    objects, errors, _ = parse(file)
    assert str(file) in errors or [each["control_id"] for each in objects] == ["GOOD", "LAST"]


def test_strange_file_names(tmp_path: Path) -> None:
    names = ["two words.hl7", "Überwachung 床.hl7", "new\nline.hl7", "{}%s.hl7"]
    names.append(os.fsdecode(b"latin-\xe9.hl7"))
    for name in names:
        (tmp_path / name).write_bytes(GOOD)
        (tmp_path / f"empty {name}").write_bytes(b"")
    empty = [f"empty {name}" for name in names]
    objects, errors, _ = parse(*(tmp_path / name for name in (*names, *empty)))
    assert [each["control_id"] for each in objects][: len(names)] == ["GOOD"] * len(names)
    assert len(objects) >= 2 * len(names) or errors.count("empty") >= len(names)


@pytest.mark.parametrize("zone", ["Mars/Phobos", "../../etc/passwd", ""])
def test_unknown_zone_is_said_and_nothing_is_read_in_another(zone: str, tmp_path: Path) -> None:
    file = tmp_path / "good.hl7"
    file.write_bytes(GOOD)
    command = [REVERIE, "hl7", "parse", str(file), "--json", "--zone", zone]
    done = subprocess.run(command, capture_output=True, timeout=60, text=True)
    assert done.returncode != 0
    assert done.stdout.strip() == ""
    assert "Traceback" not in done.stderr
    assert "zone" in done.stderr.lower()


def test_output_is_the_same_whatever_the_machine_is_set_to(tmp_path: Path) -> None:
    file = tmp_path / "plain.hl7"
    file.write_bytes(GOOD.replace(b"+0000", b"").replace(b"MON", "Ü".encode()))
    command = [REVERIE, "hl7", "parse", str(file), "--json"]
    plain = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    outputs = {
        subprocess.run(command, capture_output=True, check=True, timeout=60, env={**plain, **more}).stdout
        for more in ({"TZ": "Asia/Tokyo", "LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"})
    }
    assert len(outputs) == 1
    at = json.loads(outputs.pop())["readings"][0]["at"]
    assert at in ("2026-11-03T10:15:01+00:00", "2026-11-03T10:15:01Z")
