"""`reverie vitals`: a picture of a script and of a record, NEWS2 in words, and the table of rules."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from reverie.cli.vitals import mount
from reverie.cli.vitals_words import rule_lines, when
from reverie.science.vitals.alarms.body import body_of
from reverie.science.vitals.alarms.defaults import DEFAULTS
from tests.conformance.alarms.lookalike import write_record
from tests.house.tree import ROOT

SCRIPTS = ROOT / "tests/conformance/alarms/scripts"
SHORT = """title Short
kind incident
monitor spo2 pr cuff
usual spo2 97 pr 74 cuff 124/78
phase before 0:00
phase infusion 2:00
cuffs 0:00 1:00
ends 5:00
3:00 spo2 is 86
3:30-4:00 zero spo2 pr
"""


def run(*words: object) -> Result:
    """The command run in this process."""
    app = typer.Typer()
    mount(app)
    return CliRunner().invoke(app, [*map(str, words)])


def test_a_script_becomes_a_list_of_alarms_and_a_picture(tmp_path: Path) -> None:
    source, out = tmp_path / "short.txt", tmp_path / "short.svg"
    source.write_text(SHORT)
    result = run("trace", source, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert "HIGH    SpO2 very low" in result.stdout
    assert "CHECK PATIENT" in result.stdout
    assert "The bedside monitor is the alarm of record" in result.stdout
    texts = {one.text for one in ET.parse(out).iter("{http://www.w3.org/2000/svg}text")}
    assert {"Short", "SpO2", "Pulse", "Blood pressure", "Alarms", "infusion"} <= texts
    assert any("sensor off" in (text or "") for text in texts)


def test_a_record_is_judged_in_the_phase_that_is_asked_for(tmp_path: Path) -> None:
    write_record(tmp_path)
    out = tmp_path / "r.svg"
    result = run("trace", tmp_path / "lookalike.hea", "--out", out, "--phase", "recovery")
    assert result.exit_code == 0, result.stderr
    assert "CHECK PATIENT" in result.stdout
    assert "spo2" not in [line.rpartition("[")[2][:4] for line in result.stdout.splitlines()]
    assert out.read_text().startswith("<svg")
    assert run("trace", tmp_path / "lookalike.hea", "--phase", "asleep").exit_code == 2
    assert run("trace", tmp_path / "lookalike.hea", "--out", tmp_path / "none" / "r.svg").exit_code == 1


def test_other_rules_give_other_alarms(tmp_path: Path) -> None:
    source, edition = tmp_path / "short.txt", tmp_path / "edition.json"
    source.write_text(SHORT)
    body = body_of(DEFAULTS)
    body["rules"] = {name: one for name, one in body["rules"].items() if not name.startswith("spo2")}
    body["order"] = [name for name in body["order"] if not name.startswith("spo2")]
    edition.write_text(json.dumps(body))
    assert "SpO2 very low" not in run("trace", source, "--edition", edition).stdout
    edition.write_text("{}")
    broken = run("trace", source, "--edition", edition)
    assert broken.exit_code == 1
    assert str(edition) in broken.stderr


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("none.txt", None, "cannot be read"),
        ("bad.txt", "20:00 explode", "unknown word"),
        ("none.hea", None, "cannot be opened"),
        ("bad.hea", "r 1 1 2\nr.dat 310 1\n", "not supported"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, text: str | None, words: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    result = run("trace", tmp_path / name)
    assert result.exit_code == 1
    assert words in result.stderr
    assert "Traceback" not in result.stderr


WHOLE = ("--age", 44, "--respiration", 22, "--spo2", 93, "--oxygen", "--sbp", 105, "--pulse", 95)


def test_news2_scores_what_is_whole() -> None:
    scored = run("news2", *WHOLE, "--consciousness", "A", "--temperature", "38.5")
    assert scored.exit_code == 0, scored.stderr
    # 2 for breathing, 2 for SpO2, 2 for oxygen, 1 each for pressure, pulse and warmth
    assert scored.stdout.startswith("NEWS2: 9 (high)\n")


def test_news2_gives_a_range_for_what_is_not_whole() -> None:
    missing = run("news2", *WHOLE, "--consciousness", "A", "--spo2", 12)
    assert missing.exit_code == 0
    # breathing 2, oxygen 2, pressure 1, pulse 1; SpO2 0 to 3, warmth 0 to 3
    assert "no score; between 6 and 12 is possible" in missing.stdout
    assert "Missing: temperature" in missing.stdout
    assert "Not plausible, so not scored: spo2" in missing.stdout


def test_news2_is_refused_where_it_does_not_apply() -> None:
    assert run("news2", "--age", 15).exit_code == 1
    assert "pregnancy" in run("news2", "--age", 30, "--pregnant").stderr
    assert run("news2", "--age", 30, "--temperature", "warm").exit_code == 2


def test_every_rule_is_told_in_words() -> None:
    result = run("rules")
    assert result.exit_code == 0
    for rule in DEFAULTS.rules:
        assert rule.label in result.stdout
        assert when(rule) in result.stdout


def test_the_reference_holds_the_rules_as_they_are() -> None:
    written = (ROOT / "docs/reference/alarms.md").read_text(encoding="utf-8")
    missing = [line for line in rule_lines(DEFAULTS, as_markdown=True) if line not in written]
    assert not missing, "`reverie vitals rules --markdown` writes them again"


def test_it_never_meets_django() -> None:
    program = (
        "import sys; from reverie.cli import vitals; from pathlib import Path; "
        f"vitals.trace(Path({str(SCRIPTS / 'desaturation-deep.txt')!r})); "
        "sys.exit('django' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
