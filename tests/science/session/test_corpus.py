"""Every kind and version ever released, pinned: what was recorded then is read the same for ever.

A line of `corpus/RELEASE.jsonl` is an entry, its event in the then newest version, and the state known after
it; the last line is the state as it happened. Lines are only ever added. Facts that a later release
adds to the state are not in older lines; what is in them must be the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reverie.science.session import events as ev
from reverie.science.session.fold import EMPTY, Recorded, State, advance, as_happened, as_known, facts_of
from reverie.science.session.kinds import NoteV1

FILES = sorted((Path(__file__).parent / "corpus").glob("*.jsonl"))


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def text_as_of(state: State, pinned: str) -> str:
    """The state's text, of those facts that the pinned text knows."""
    facts = facts_of(state)
    known = {name: facts[name] for name in json.loads(pinned)}
    return json.dumps(known, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def test_every_kind_and_version_is_pinned() -> None:
    pinned = {
        (line["entry"]["kind"], line["entry"]["version"])
        for path in FILES
        for line in lines(path)
        if "entry" in line and line["entry"]["body"] is not None
    }
    assert set(ev.REGISTRY) == pinned


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_corpus_reads_as_it_always_did(path: Path) -> None:
    *told, last = lines(path)
    state, stream = EMPTY, []
    for line in told:
        one = Recorded(**line["entry"])
        stream.append(one)
        if one.body is not None:
            event = ev.parse(one.kind, one.version, one.body)
            newest = {"kind": ev.kind_of(event), "version": ev.version_of(event), "body": ev.body_of(event)}
            pinned = line["newest"]
            # what was the newest version then is read as the same event
            assert ev.parse(pinned["kind"], pinned["version"], pinned["body"]) == event, one.seq
            if pinned["version"] == newest["version"]:
                assert newest == pinned, one.seq
        state = advance(state, one)
        assert text_as_of(state, line["known"]) == line["known"], one.seq
        assert as_known(stream) == state
    assert text_as_of(as_happened(stream), last["happened"]) == last["happened"]


def test_the_first_note_stays_in_the_registry() -> None:
    assert ev.REGISTRY[("note", 1)] is NoteV1
