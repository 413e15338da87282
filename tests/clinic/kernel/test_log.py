"""Log lines: JSON, one a line, and without what people typed."""

from __future__ import annotations

import json
import logging
import sys
from types import SimpleNamespace

from django.db import OperationalError

from reverie.clinic.kernel.log import JsonLines


def record(
    words: str, *args: object, error: BaseException | None = None, **more: object
) -> logging.LogRecord:
    """A record as a logger makes it."""
    made = logging.LogRecord("x", logging.ERROR, "f.py", 1, words, args, None)
    if error is not None:
        made.exc_info = (type(error), error, error.__traceback__)
    made.__dict__.update(more)
    return made


def line(*args: object, **more: object) -> dict[str, str]:
    """The line, read again."""
    text = JsonLines().format(record(*args, **more))  # type: ignore[arg-type]
    assert "\n" not in text
    return json.loads(text)  # type: ignore[no-any-return]


def raised(error: BaseException) -> BaseException:
    """The error, as it comes out of code."""
    try:
        try:
            raise KeyError("Schneider, Robert")
        except KeyError:
            raise error from ValueError("born 1979-03-14")
    except type(error):
        return sys.exc_info()[1] or error


def test_no_line_can_be_forged() -> None:
    assert line("a\r\n%s", '{"at": "\x1b[31m"}')["words"] == 'a\r\n{"at": "\x1b[31m"}'


def test_a_trace_says_where_and_not_what_was_typed() -> None:
    trace = line("broken", error=raised(RuntimeError("Köhler")))["trace"]
    assert trace.startswith("builtins.RuntimeError\n")
    assert "in raised" in trace
    assert "builtins.ValueError" in trace
    for typed in ("Köhler", "Schneider", "1979"):
        assert typed not in trace


def test_the_systems_own_errors_keep_their_words() -> None:
    assert "No space left" in line("x", error=raised(OSError(28, "No space left on device")))["trace"]
    assert "is locked" in line("x", error=raised(OperationalError("database is locked")))["trace"]


def test_an_address_is_that_of_its_pattern() -> None:
    match = SimpleNamespace(route="welcome/<str:secret>/")
    said = line(
        "%s: %s", "Internal Server Error", "/welcome/s3cret/", request=SimpleNamespace(resolver_match=match)
    )
    assert (said["words"], said["address"]) == ("Internal Server Error", "welcome/<str:secret>/")
    assert "s3cret" not in json.dumps(said)
    nowhere = line("%s: %s", "Not Found", "/Schneider", request=SimpleNamespace(resolver_match=None))
    assert nowhere["address"] == "unknown"
