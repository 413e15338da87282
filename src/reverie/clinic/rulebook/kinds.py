"""The kinds of edition that the rulebook keeps, and how each is read and edited.

An app further along the journey registers its kinds when it is ready; the rulebook knows none by name.
What a body means is the kind's own: it says what is wrong with one, its tables and its fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple
from uuid import UUID

from reverie.clinic.kernel.access import DIRECTOR

Body = Mapping[str, Any]
Path = tuple[str, ...]
"""Names from the top of a body; an item of a list is named by its id."""

Look = Literal["number", "whole", "line", "lines", "switch"]


class Unreadable(Exception):
    """A body is not one of its kind at all."""


class Fault(NamedTuple):
    """What is wrong, as a sentence, and where: the path of a field or a block, or nowhere in particular."""

    words: str
    path: Path = ()


@dataclass(frozen=True)
class Field:
    """One value of a body that a person reads and edits.

    A `number` stands in the body as text (or null when `required` is false), a `whole` number as itself.
    """

    path: Path
    label: str
    look: Look
    unit: str = ""
    lowest: Decimal | int = 0
    highest: Decimal | int = 100_000
    places: int = 1
    required: bool = True
    help: str = ""


@dataclass(frozen=True)
class Block:
    """Fields that belong together, such as one rule. An `optional` one can be left out of an edition."""

    path: Path
    title: str
    fields: tuple[Field, ...]
    level: str = ""
    note: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Group:
    """Blocks under one heading, such as all rules of one signal."""

    title: str
    blocks: tuple[Block, ...]


class Deed(NamedTuple):
    """What to do, and when that applies; `when` may be ""."""

    when: str
    action: str


class Line(NamedTuple):
    """One statement in a table: what holds, what to do then, which source it rests on."""

    words: str
    deeds: tuple[Deed, ...] = ()
    note: str = ""
    source: int = 0
    assumed: bool = False


class Row(NamedTuple):
    """A row of a table: what it is about, and the lines of each column."""

    head: str
    cells: tuple[tuple[Line, ...], ...]


class Column(NamedTuple):
    """A column of a table; `level` is low, medium or high where it is one of alarms."""

    label: str
    level: str = ""


class Table(NamedTuple):
    """A table for reading."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


class Cited(NamedTuple):
    """A source as it is listed under the tables, by its number."""

    number: int
    words: str
    status: str
    note: str = ""


class Described(NamedTuple):
    """A body for reading."""

    tables: tuple[Table, ...]
    sources: tuple[Cited, ...] = ()


def as_it_is(body: Body) -> Body:
    """The body itself: nothing in it follows from the rest."""
    return body


def no_reach(_clinic_id: UUID) -> str:
    """Nothing in particular is touched when such an edition comes into force."""
    return ""


@dataclass(frozen=True)
class Kind:
    """One kind of edition, of which a clinic has one line called `name`.

    `words` names it, `about` says what it is for, `unsigned` what follows while none is signed, `meaning`
    what a signature says. `role` signs. `reach` says what an edition touches when it comes into force.
    `check` answers for anything; `describe` and `groups` raise Unreadable for what is no body of this kind.
    `tidy` sets what follows from the rest, at the paths `implied`: lists that only repeat names of blocks.
    """

    kind: str
    name: str
    words: Any
    about: Any
    meaning: Any
    defaults: Callable[[], Body]
    check: Callable[[Body], tuple[Fault, ...]]
    describe: Callable[[Body], Described]
    groups: Callable[[Body], tuple[Group, ...]]
    role: str = DIRECTOR
    unsigned: Any = ""
    reach: Callable[[UUID], str] = no_reach
    tidy: Callable[[Body], Body] = as_it_is
    implied: tuple[Path, ...] = ()


_known: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let the rulebook keep this kind. Raises ValueError for a second one of the same name."""
    if kind.kind in _known:
        raise ValueError(f"the kind {kind.kind} is registered already")
    _known[kind.kind] = kind


def every() -> tuple[Kind, ...]:
    """All kinds, in the order of their registration."""
    return tuple(_known.values())


def of(kind: str) -> Kind | None:
    """The kind of that name, or None."""
    return _known.get(kind)
