"""The form of what a stream says: Server-Sent Events as bytes. Source: HTML Living Standard, section 9.2."""

from __future__ import annotations

import json

from reverie.clinic.kernel import chain


def said(name: str, data: object) -> bytes:
    """A Server-Sent Event without its number."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return b"event: %b\ndata: %b\n\n" % (name.encode(), text)


def opened_session(entry: chain.Entry) -> str | None:
    """The stream of the session that an entry of the ledger says was opened; None for all other lines."""
    if entry.body is None or '"session.open"' not in entry.body:
        return None
    line = json.loads(entry.body)
    if line.get("act") != "session.open" or line.get("outcome") != "done":
        return None
    return str(line["subject"])
