"""A kind of edition made for these tests: drinks with a limit each, so that nothing clinical is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reverie.clinic.rulebook.kinds import (
    Block,
    Body,
    Column,
    Described,
    Fault,
    Field,
    Group,
    Kind,
    Line,
    Row,
    Table,
    Unreadable,
)

DRINKS: dict[str, Any] = {
    "drinks": {
        "tea": {"limit": "3", "words": "Enough tea", "colour": "green"},
        "milk": {"limit": "2", "words": "Enough milk", "colour": "white"},
    },
    "order": ["tea", "milk"],
    "warm": True,
}


def _drinks(body: Body) -> Mapping[str, Any]:
    drinks = body.get("drinks") if isinstance(body, Mapping) else None
    if not isinstance(drinks, Mapping):
        raise Unreadable("no drinks")
    return drinks


def _groups(body: Body) -> tuple[Group, ...]:
    blocks = tuple(
        Block(
            ("drinks", name),
            name.title(),
            (
                Field(("drinks", name, "limit"), "At most", "number", "cups", 0, 10),
                Field(("drinks", name, "words"), "Words", "line"),
            ),
            level="low",
            optional=True,
        )
        for name in _drinks(body)
    )
    return (
        Group("Drinks", blocks),
        Group("Kitchen", (Block((), "", (Field(("warm",), "Warm", "switch"),)),)),
    )


def _check(body: Body) -> tuple[Fault, ...]:
    try:
        drinks = _drinks(body)
    except Unreadable:
        return (Fault("These are no drinks."),)
    return tuple(
        Fault(f"“{name}” is more than a cup of tea.", ("drinks", name))
        for name, one in drinks.items()
        if float(one["limit"]) > float(drinks.get("tea", one)["limit"])
    )


def _describe(body: Body) -> Described:
    rows = tuple(Row(name, ((Line(str(one["limit"])),),)) for name, one in _drinks(body).items())
    return Described((Table("Drinks", (Column("Drink"), Column("Cups")), rows),))


def _tidy(body: Body) -> Body:
    there = body["drinks"]
    kept = [name for name in body["order"] if name in there]
    return {**body, "order": kept + [name for name in there if name not in kept]}


KIND = Kind(
    "drinks",
    "clinic",
    "Drinks",
    "What the clinic serves.",
    "I have tasted these drinks.",
    defaults=lambda: DRINKS,
    check=_check,
    describe=_describe,
    groups=_groups,
    tidy=_tidy,
    implied=(("order",),),
)
