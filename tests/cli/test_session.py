"""`reverie session`: what others read by program."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reverie.cli.main import build
from reverie.clinic.session.models import Session
from tests.cast import Cast
from tests.clinic.session.made import brought_to, message, opened, row, tell

pytestmark = pytest.mark.django_db(transaction=True)
run = CliRunner()


@pytest.fixture
def session(cast: Cast) -> Session:
    made = brought_to(opened(cast), cast, "preflight")
    tell(made, message(41, row("spo2", "97")))
    return made


def test_the_list_is_one_array(session: Session) -> None:
    result = run.invoke(build("session"), ["session", "list", "--json"])
    (told,) = json.loads(result.stdout)
    assert (told["id"], told["chair"], told["state"], told["live"]) == (
        str(session.pk),
        "1",
        "preflight",
        True,
    )
    assert told["opened_at"].endswith("Z")


def test_a_live_session_exports_and_verifies(session: Session, tmp_path: Path) -> None:
    app = build("session")
    exported = run.invoke(app, ["session", "export", str(session.pk), "--format", "jsonl"])
    lines = [json.loads(line) for line in exported.stdout.splitlines()]
    assert [line["body"]["control_id"] for line in lines if line["kind"] == "readings"] == ["41"]
    path = tmp_path / "session.jsonl"
    path.write_text(exported.stdout, encoding="utf-8")
    assert run.invoke(app, ["session", "verify", str(path)]).exit_code == 0
    assert run.invoke(app, ["session", "verify", str(session.pk)]).exit_code == 0
    of_file = run.invoke(app, ["session", "replay", str(path)])
    of_record = run.invoke(app, ["session", "replay", str(session.pk)])
    assert of_file.stdout == of_record.stdout
    path.write_text(exported.stdout.replace('"97"', '"98"'), encoding="utf-8")
    changed = run.invoke(app, ["session", "verify", str(path)])
    assert changed.exit_code != 0
    assert "line 3" in changed.output


@pytest.mark.parametrize("word", ["verify", "export", "replay"])
@pytest.mark.parametrize("which", ["nonsense", "0198c0de-0000-7000-8000-000000000000"])
def test_what_is_not_there_is_said(cast: Cast, word: str, which: str) -> None:
    result = run.invoke(build("session"), ["session", word, which])
    assert result.exit_code == 2
    assert which in result.output
