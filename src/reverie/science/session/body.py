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
from reverie.science.session.set_kinds import Taken
from reverie.science.session.values import (
    BadEvent,
    name_of,
    read_decimal,
    read_text,
    read_whole,
    write_decimal,
)
from reverie.science.vitals.alarms.told import Input


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


def _read_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise BadEvent(f"is {name_of(value)}, neither true nor false")
    return value


def _read_list(value: object, what: str, most: int) -> list[Any]:
    """The parts of `value`, each of which must be a list of `most`."""
    if not isinstance(value, list | tuple):
        raise BadEvent(f"is {name_of(value)}, not a list")
    if any(not isinstance(part, list | tuple) or len(part) != most for part in value):
        raise BadEvent(f"holds something else than {what}")
    return list(value)


def _read_maybe(read: Callable[[object], Any], value: object) -> Any:
    return None if value is None else read(value)


def _read_words(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise BadEvent(f"is {name_of(value)}, not a list")
    return tuple(read_text(word) for word in value)


def _read_pairs(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((read_text(one), read_text(other)) for one, other in _read_list(value, "[id, name]", 2))


def _read_inputs(value: object) -> tuple[Input, ...]:
    return tuple(
        Input(
            read_text(name), _read_maybe(read_text, told), read_text(unit), read_text(device),
            _read_maybe(read_whole, at_ms),
        )
        for name, told, unit, device, at_ms in _read_list(value, "[name, value, unit, device, time]", 5)
    )  # fmt: skip


def _read_taken(value: object) -> tuple[Taken, ...]:
    return tuple(
        Taken(read_text(parameter), read_text(how), read_text(device), _read_maybe(read_whole, measured_ms))
        for parameter, how, device, measured_ms in _read_list(value, "[parameter, how, device, time]", 4)
    )


def _lists(parts: tuple[Any, ...]) -> list[list[Any]]:
    return [list(part) for part in parts]


_READ: dict[object, Callable[[object], object]] = {
    str: read_text,
    int: read_whole,
    Decimal: read_decimal,
    Mapping[str, Any]: _read_body,
    tuple[tuple[str, int], ...]: _read_tally,
    tuple[Row, ...]: unpack_rows,
    bool: _read_flag,
    tuple[str, ...]: _read_words,
    tuple[tuple[str, str], ...]: _read_pairs,
    tuple[Input, ...]: _read_inputs,
    tuple[Taken, ...]: _read_taken,
}
_WRITE: dict[object, Callable[[Any], object]] = {
    str: read_text,
    int: read_whole,
    Decimal: write_decimal,
    Mapping[str, Any]: dict,
    tuple[tuple[str, int], ...]: _lists,
    tuple[Row, ...]: pack_rows,
    bool: _read_flag,
    tuple[str, ...]: list,
    tuple[tuple[str, str], ...]: _lists,
    tuple[Input, ...]: lambda inputs: _lists(_read_inputs(inputs)),
    tuple[Taken, ...]: lambda taken: _lists(_read_taken(taken)),
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
