"""An exported session: every change is found, and a whole file is replayed, without Django."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reverie.cli.session_file import check_file, replay_file, verify_file
from reverie.clinic.kernel import chain
from reverie.science.session import events as ev
from reverie.science.session.fold import Recorded, as_happened, as_known, text_of
from tests import strategies as s
from tests.scale import scale

STREAM = "session/0198c0de"
CORPUS = Path(__file__).parents[1] / "science/session/corpus/0.1.0.jsonl"


def recorded() -> list[Recorded]:
    """The entries of the corpus: a whole session with all kinds."""
    told = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [Recorded(**line["entry"]) for line in told if "entry" in line]


def export(entries: list[Recorded], stream: str = STREAM) -> str:
    """The text of an export, as the record writes it."""
    lines, prev = [], chain.GENESIS
    for one in entries:
        salt = bytes([one.seq]) * 16
        body = None if one.body is None else chain.canonical(one.body)
        actor = chain.canonical(one.actor)
        digest = chain.digest(salt, body if body is not None else "gone")
        head = chain.link(
            prev,
            stream,
            one.seq,
            one.key,
            one.kind,
            one.version,
            one.occurred_ms,
            one.recorded_ms,
            actor,
            digest,
        )
        entry = chain.Entry(
            stream, one.seq, one.key, one.kind, one.version, one.occurred_ms, one.recorded_ms, actor,
            salt if body is not None else None, body, digest, head,
        )  # fmt: skip
        lines.append(chain.to_line(entry, prev))
        prev = head
    return "\n".join([*lines, chain.end_line(stream, len(entries), prev)]) + "\n"


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    path = tmp_path / "session.jsonl"
    path.write_text(export(recorded()), encoding="utf-8")
    return path


def test_a_whole_file_verifies_in_one_sentence(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_file(whole) == 0
    out, err = capsys.readouterr()
    head = json.loads(whole.read_text(encoding="utf-8").splitlines()[-1])["head"]
    assert out == f"{whole} verifies: 37 events of {STREAM}, head {head}.\n"
    assert err == ""


def test_the_last_line_may_lack_its_end(whole: Path) -> None:
    whole.write_bytes(whole.read_bytes().removesuffix(b"\n"))
    assert check_file(whole).events == 37


def _damage(data: bytes, chance: random.Random) -> bytes:
    """One edit: of a bit, a byte, a line or the length."""
    lines = data.splitlines(keepends=True)
    at, line = chance.randrange(len(data) - 1), chance.randrange(len(lines))
    match chance.randrange(9):
        case 0:
            return data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :]
        case 1:
            return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        case 2:
            return data[:at] + data[at + 1 :]
        case 3:
            return data[:at] + bytes([chance.choice(b' \n\r\t\x00",:0aA{}')]) + data[at:]
        case 4:
            return data[:at]
        case 5:
            del lines[line]
        case 6:
            other = chance.randrange(len(lines))
            lines[line], lines[other] = lines[other], lines[line]
        case 7:
            lines.insert(chance.randrange(len(lines) + 1), lines[line])
        case _:
            del lines[line : chance.randrange(line, len(lines)) + 1]
    return b"".join(lines)


def test_every_single_change_is_found(whole: Path) -> None:
    chance = random.Random(20261124)
    # few entries, so that many changes fit in a short run
    data = export(recorded()[:8]).encode()
    missed, tried = [], 0
    while tried < scale(test=2_000, soak=10_000):
        changed = _damage(data, chance)
        if changed.removesuffix(b"\n") == data.removesuffix(b"\n"):
            continue
        tried += 1
        whole.write_bytes(changed)
        try:
            check_file(whole)
        except chain.LineFault:
            continue
        missed.append(changed)
    assert not missed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: b"", "the file is empty"),
        (lambda data: b"\xef\xbb\xbf" + data, "byte-order mark"),
        (lambda data: data.replace(b"\n", b"\r\n"), "line 1: ends as Windows"),
        (lambda data: data.replace(b"calm", b"cal\xff", 1).replace(b"Ash", b"\xffsh", 1), "line 1: byte"),
        (lambda data: data.replace(b"\n", b"\n\n", 1), "line 2: not readable as JSON"),
        (lambda data: b"\n".join(data.split(b"\n")[:-2]) + b"\n", "the file was cut short"),
        (lambda data: data[:-40], "line 38"),
        (lambda data: data.replace(b'"52.5"', b'"5.25"', 1), "its content was changed after it was recorded"),
        (lambda data: b"PK\x03\x04" + data, "line 1: not readable as JSON"),
        (lambda data: data + data, "something follows the end line"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    whole: Path, capsys: pytest.CaptureFixture[str], change: Callable[[bytes], bytes], words: str
) -> None:
    whole.write_bytes(change(whole.read_bytes()))
    assert verify_file(whole) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{whole} does not verify: ")
    assert words in err
    assert replay_file(whole) == 1


def test_content_taken_out_without_a_redaction_is_found(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = whole.read_text(encoding="utf-8").splitlines()
    emptied = json.loads(lines[9])
    emptied["body"] = emptied["salt"] = None
    lines[9] = chain.canonical(emptied)
    whole.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert verify_file(whole) == 1
    assert "line 10: its content is missing, and no redaction says why" in capsys.readouterr().err


def test_an_event_recorded_twice_is_found(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = recorded()
    whole.write_text(export([*entries, entries[5]._replace(seq=38)]), encoding="utf-8")
    assert verify_file(whole) == 1
    assert "line 38: repeats the key of line 6" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_is_not_there_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert verify_file(tmp_path / name) == 2
    assert replay_file(tmp_path / name) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_replay_prints_the_state(whole: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = recorded()
    for how, upto_seq, state in [
        ("happened", None, as_happened(entries)),
        ("known", None, as_known(entries)),
        ("known", 10, as_known(entries, 10)),
        ("happened", 10, as_happened(entries[:10])),
    ]:
        assert replay_file(whole, how, upto_seq) == 0
        assert capsys.readouterr().out == text_of(state) + "\n"


@pytest.mark.parametrize(("how", "upto_seq"), [("later", None), ("known", 0), ("known", 38)])
def test_a_replay_that_cannot_be_is_refused(
    whole: Path, capsys: pytest.CaptureFixture[str], how: str, upto_seq: int | None
) -> None:
    assert replay_file(whole, how, upto_seq) == 2
    assert capsys.readouterr().err.strip().endswith(".")


def test_nonsense_that_is_chained_is_replayed_as_unknown(
    whole: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = s.entry(1, ev.Note("calm"), s.START_MS)
    hostile = [
        entry._replace(body={"text": "<script>alert(1)</script>", "subject": 7}),
        entry._replace(seq=2, key="b", kind="\u202enote", version=99),
        entry._replace(seq=3, key="c", occurred_ms=-(10**17), body={}),
    ]
    whole.write_text(export(hostile), encoding="utf-8")
    assert replay_file(whole) == 0
    assert json.loads(capsys.readouterr().out)["unknown"] == [1, 2, 3]


@pytest.mark.parametrize("body", ["[]", "7", "{", "[" * 100_000])
def test_a_chained_body_that_is_no_object_is_a_fault(
    whole: Path, capsys: pytest.CaptureFixture[str], body: str
) -> None:
    salt = bytes(16)
    digest = chain.digest(salt, body)
    head = chain.link(chain.GENESIS, STREAM, 1, "k", "note", 2, 0, 0, "{}", digest)
    entry = chain.Entry(STREAM, 1, "k", "note", 2, 0, 0, "{}", salt, body, digest, head)
    lines = [chain.to_line(entry, chain.GENESIS), chain.end_line(STREAM, 1, head)]
    whole.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert replay_file(whole) == 1
    assert "line 1: " in capsys.readouterr().err


def test_no_django_is_needed(whole: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from reverie.cli.session_file import verify_file, replay_file;"
        f"p = Path({str(whole)!r}); done = verify_file(p) + replay_file(p);"
        "sys.exit(done or ('django' in sys.modules and 'django was imported') or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
