"""The body of an event: plain JSON values read strictly into a frozen dataclass, and back.

It knows which Python type stands as which JSON value (Decimal as text, never a float) and refuses
what has no place: missing or unknown fields, wrong types, numbers without a plain decimal form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, get_type_hints

from reverie.science.session.rows import Row, pack_rows, unpack_rows
from reverie.science.session.values import (
    BadEvent,
    name_of,
    read_decimal,
    read_text,
    read_whole,
    write_decimal,
)


def _read_body(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise BadEvent(f"is {name_of(value)}, not a JSON object")
    return value


def _read_tally(value: object) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, list | tuple):
        raise BadEvent(f"is {name_of(value)}, not a list")
    pairs = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            raise BadEvent("holds something else than [reason, count]")
        pairs.append((read_text(pair[0]), read_whole(pair[1])))
    return tuple(pairs)


_READ: dict[object, Callable[[object], object]] = {
    str: read_text,
    int: read_whole,
    Decimal: read_decimal,
    Mapping[str, Any]: _read_body,
    tuple[tuple[str, int], ...]: _read_tally,
    tuple[Row, ...]: unpack_rows,
}
_WRITE: dict[object, Callable[[Any], object]] = {
    str: read_text,
    int: read_whole,
    Decimal: write_decimal,
    Mapping[str, Any]: dict,
    tuple[tuple[str, int], ...]: lambda pairs: [list(pair) for pair in pairs],
    tuple[Row, ...]: pack_rows,
}


_SHAPES: dict[type[Any], tuple[tuple[str, object, bool], ...]] = {}


def _shape(cls: type[Any]) -> tuple[tuple[str, object, bool], ...]:
    known = _SHAPES.get(cls)
    if known is not None:
        return known
    hints = get_type_hints(cls)
    found = []
    for field in fields(cls):
        hint = hints[field.name]
        optional = hint not in _READ
        if optional:
            (hint,) = (arm for arm in hint.__args__ if arm is not type(None))
        found.append((field.name, hint, optional))
    _SHAPES[cls] = tuple(found)
    return _SHAPES[cls]


def read_body(cls: type[Any], body: Mapping[str, object]) -> Any:
    """The dataclass `cls` from a body. Raises BadEvent, naming the field."""
    shape = _shape(cls)
    if not isinstance(body, Mapping):
        raise BadEvent(f"the body is {name_of(body)}, not a JSON object")
    if len(body) != len(shape):
        known = {name for name, _, _ in shape}
        for name in body:
            if name not in known:
                raise BadEvent(f"has a field “{name}” that it never has")
    values: list[object] = []
    for name, hint, optional in shape:
        if name not in body:
            raise BadEvent(f"the field “{name}” is missing")
        value = body[name]
        if value is None and optional:
            values.append(None)
            continue
        try:
            values.append(_READ[hint](value))
        except BadEvent as error:
            raise BadEvent(f"the field “{name}” {error}") from None
    return cls(*values)


def write_body(event: Any) -> dict[str, Any]:
    """The JSON-able body of an event, without floats. Raises BadEvent, naming the field."""
    body: dict[str, Any] = {}
    for name, hint, optional in _shape(type(event)):
        value = getattr(event, name)
        try:
            body[name] = None if value is None and optional else _WRITE[hint](value)
        except BadEvent as error:
            raise BadEvent(f"the field “{name}” {error}") from None
    return body
