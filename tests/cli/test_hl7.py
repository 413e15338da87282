"""`reverie hl7 parse`: one object a message, exact numbers, and a word for every file that gives none."""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from reverie.cli.hl7 import mount
from reverie.formats.mllp import frame
from tests.clinic.devices.hl7v2.monitors import ALL, COMEN, GE, MINDRAY, NAMELESS, PUMP


def run(*words: object) -> Result:
    """The command run in this process."""
    app = typer.Typer()
    mount(app)

    @app.callback()
    def hl7() -> None:
        """A group."""

    return CliRunner().invoke(app, ["parse", *map(str, words)])


def objects(result: Result) -> list[dict[str, Any]]:
    """One object a line, numbers kept as they are written."""
    return [json.loads(line, parse_float=Decimal) for line in result.stdout.splitlines()]


def written(folder: Path, name: str, raw: bytes) -> Path:
    """A file."""
    path = folder / name
    path.write_bytes(raw)
    return path


def test_a_message_has_exactly_the_keys_that_others_read(tmp_path: Path) -> None:
    result = run(written(tmp_path, "m.hl7", COMEN), "--json")
    assert result.exit_code == 0
    (parsed,) = objects(result)
    assert list(parsed) == ["control_id", "device", "at", "readings", "refused"]
    assert parsed["control_id"] == "20260610-1"
    assert parsed["device"] == "KC000000001G"
    assert parsed["at"] == "2026-06-10T01:51:27+00:00"
    assert parsed["readings"][0] == {
        "parameter": "spo2",
        "value": 97,
        "unit": "%",
        "validity": "valid",
        "at": "2026-06-10T01:51:27+08:00",
        "code": "150456",
        "code_name": "MDC_PULS_OXIM_SAT_O2",
        "channel": "1.3.1.150456",
    }
    assert [list(one) for one in parsed["refused"]] == [["segment", "reason"]] * 2
    assert parsed["refused"][0]["segment"].startswith("OBX||NM|150017^")


def test_numbers_are_written_as_the_device_sent_them(tmp_path: Path) -> None:
    rows = [
        f"OBX|{i}|NM|1^X^99L|1|{text}|mV|||||R"
        for i, text in enumerate(("0.1", "98.70", "+5", "007", "1234567890.123456789012", "-0.50"))
    ]
    message = "\r".join([r"MSH|^~\&|M||||||ORU^R01|1|P|2.6", *rows]).encode()
    result = run(written(tmp_path, "m.hl7", message), "--json")
    for text in ("0.1", "98.70", "5", "7", "1234567890.123456789012", "-0.50"):
        assert f'"value": {text},' in result.stdout
    found = [one["value"] for one in objects(result)[0]["readings"]]
    assert [str(value) for value in found] == ["0.1", "98.70", "5", "7", "1234567890.123456789012", "-0.50"]


def test_many_messages_in_many_files_each_on_its_line(tmp_path: Path) -> None:
    bare = written(tmp_path, "bare.hl7", GE + MINDRAY.replace(b"\r", b"\r\n") + PUMP.replace(b"\r", b"\n"))
    framed = written(tmp_path, "framed.hl7", frame(GE) + frame(NAMELESS))
    batch = written(tmp_path, "batch.hl7", b"\xef\xbb\xbfFHS|^~\\&\rBHS|^~\\&\r" + COMEN + b"BTS|1\rFTS|1\r")
    result = run(bare, framed, batch, "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    ids = [one["control_id"] for one in objects(result)]
    assert ids == ["080019FFFE000001", "13", "p-7", "080019FFFE000001", "1362", "20260610-1"]
    assert all(one["readings"] for one in objects(result))


def test_the_zone_counts_for_times_that_state_none(tmp_path: Path) -> None:
    path = written(tmp_path, "m.hl7", MINDRAY)
    for zone, at in (
        ("UTC", "2026-02-12T12:55:41+00:00"),
        ("Europe/Berlin", "2026-02-12T12:55:41+01:00"),
        ("+05:30", "2026-02-12T12:55:41+05:30"),
        ("-03:00", "2026-02-12T12:55:41-03:00"),
    ):
        (parsed,) = objects(run(path, f"--zone={zone}", "--json"))
        assert (parsed["at"], parsed["readings"][0]["at"]) == (at, at)
    (stated,) = objects(run(written(tmp_path, "g.hl7", GE), "--zone=Asia/Tokyo", "--json"))
    assert stated["readings"][0]["at"] == "2026-03-09T14:39:00+00:00"


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "+25:00", "x" * 300])
def test_a_zone_that_does_not_exist_is_told(tmp_path: Path, zone: str) -> None:
    result = run(written(tmp_path, "m.hl7", GE), f"--zone={zone}", "--json")
    assert result.exit_code == 2
    assert "--zone takes a zone" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "no HL7 message"),
        (b"\x00\xff\xfe garbage", "no HL7 message"),
        (b"GET / HTTP/1.1\r\n", "no HL7 message"),
        (b"MSH|^~\\&|A|B", "cut off"),
        (b"\xff\xfeM", "no HL7 message"),
    ],
)
def test_a_file_that_gives_nothing_is_named_and_never_stops_the_rest(
    tmp_path: Path, raw: bytes, why: str
) -> None:
    bad, good = written(tmp_path, "bad.hl7", raw), written(tmp_path, "good.hl7", GE)
    result = run(bad, tmp_path / "missing.hl7", tmp_path, good, "--json")
    assert result.exit_code == 1
    assert [one["control_id"] for one in objects(result)] == ["080019FFFE000001"]
    lines = result.stderr.splitlines()
    assert any(str(bad) in line and why in line for line in lines)
    assert any("missing.hl7: cannot be read" in line for line in lines)
    assert any(line.startswith(f"{tmp_path}: cannot be read") for line in lines)


def test_a_bad_message_among_good_ones_is_told_and_the_rest_is_given(tmp_path: Path) -> None:
    raw = GE + b"MSH|^~\\&|cut|off\r" + PUMP + b"\x0btrailing noise"
    result = run(written(tmp_path, "m.hl7", raw), "--json")
    assert result.exit_code == 0
    assert [one["control_id"] for one in objects(result)] == ["080019FFFE000001", "p-7"]
    assert "m.hl7: message 2 is unreadable: the header (MSH) is cut off" in result.stderr


def test_without_json_it_is_told_in_words(tmp_path: Path) -> None:
    result = run(written(tmp_path, "m.hl7", NAMELESS))
    assert result.exit_code == 0
    assert "northern, message 1362, 2026-06-12T09:08:38+00:00" in result.stdout
    assert "no value" in result.stdout
    assert "refused: MDC_PRESS_CUFF_SYS has the code 150301" in result.stdout


def test_through_the_door_without_django(tmp_path: Path) -> None:
    path = written(tmp_path, "m.hl7", b"".join(ALL.values()))
    code = (
        "import sys\nfrom reverie.cli.main import main\n"
        f"sys.argv = ['reverie', 'hl7', 'parse', {str(path)!r}, '--json']\n"
        "try:\n    main()\nfinally:\n    print('django' in sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "False\n")
    assert len(done.stdout.splitlines()) == len(ALL)
