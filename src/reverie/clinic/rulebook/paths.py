"""Places inside a body: what stands at a path, and the body with something else there.

Bodies are never changed: each function gives a new one. An item of a list is named by its `id`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reverie.clinic.rulebook.kinds import Path

ABSENT = object()


def value_at(body: Any, path: Path) -> Any:
    """What stands at `path`, or ABSENT."""
    for name in path:
        body = _inside(body, name)
        if body is ABSENT:
            return ABSENT
    return body


def with_value(body: Any, path: Path, value: Any) -> Any:
    """The body with `value` at `path`; ABSENT takes away what is there. An unknown item is added at the end.

    Raises KeyError when the way to it is not there.
    """
    if not path:
        return value
    name, rest = path[0], path[1:]
    inside = _inside(body, name)
    if inside is ABSENT and rest:
        raise KeyError(name)
    new = with_value(inside, rest, value) if rest else value
    if isinstance(body, Mapping):
        changed = {**body, name: new}
        if new is ABSENT:
            del changed[name]
        return changed
    if inside is ABSENT:
        return [*body, new] if new is not ABSENT else list(body)
    place = _place(body, name)
    return [*body[:place], *([] if new is ABSENT else [new]), *body[place + 1 :]]


def keyed(body: Any) -> Any:
    """The body with every list of things that have an id as a mapping by id, so that order means nothing."""
    if isinstance(body, Mapping):
        return {name: keyed(value) for name, value in body.items()}
    if isinstance(body, list | tuple):
        if body and all(isinstance(each, Mapping) and "id" in each for each in body):
            return {str(each["id"]): keyed(each) for each in body}
        return [keyed(each) for each in body]
    return body


def _inside(body: Any, name: str) -> Any:
    if isinstance(body, Mapping):
        return body.get(name, ABSENT)
    if isinstance(body, list | tuple):
        place = _place(body, name)
        return body[place] if place is not None else ABSENT
    return ABSENT


def _place(items: Any, name: str) -> Any:
    for place, item in enumerate(items):
        if isinstance(item, Mapping) and "id" in item and str(item["id"]) == name:
            return place
    if name.isascii() and name.isdigit() and int(name) < len(items):
        return int(name)
    return None
