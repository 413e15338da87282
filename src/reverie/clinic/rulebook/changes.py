"""What differs between two bodies of a kind, in the words of its fields; nothing that differs is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from reverie.clinic.kernel import chain, editions
from reverie.clinic.rulebook.kinds import Block, Body, Field, Kind, Path
from reverie.clinic.rulebook.paths import ABSENT, keyed, value_at, with_value


class Changed(NamedTuple):
    """A value before and after; `before` or `after` is "" where there was or is nothing."""

    label: str
    before: str
    after: str
    unit: str = ""


class Part(NamedTuple):
    """What changed in one block. `what` is changed, new, gone or other (nothing that a field shows)."""

    title: str
    level: str
    what: str
    changes: tuple[Changed, ...]


class Section(NamedTuple):
    """What changed under one heading."""

    title: str
    parts: tuple[Part, ...]


def between(kind: Kind, before: Body, after: Body) -> tuple[Section, ...]:
    """Every difference, grouped as the kind groups its fields; empty if and only if nothing differs."""
    old, new = _blocks(kind, before), _blocks(kind, after)
    covered: list[Path] = []
    titles = list(dict.fromkeys(title for title, _block in [*new.values(), *old.values()]))
    found: dict[str, list[Part]] = {title: [] for title in titles}
    for path in dict.fromkeys([*new, *old]):
        title = (new.get(path) or old[path])[0]
        one, other = old.get(path), new.get(path)
        part = _part(one[1] if one else None, other[1] if other else None, before, after, covered)
        if part is not None:
            found[title].append(part)
    rest = _rest(kind, before, after, covered)
    if rest:
        found[_("Everything else")] = [Part("", "", "other", tuple(rest))]
    return tuple(Section(title, tuple(parts)) for title, parts in found.items() if parts)


def shown(field: Field, value: Any) -> str:
    """A value as it is read; "" for none."""
    if value is ABSENT or value is None:
        return ""
    if field.look == "switch":
        return _("on") if value else _("off")
    return str(value)


def _blocks(kind: Kind, body: Body) -> dict[Path, tuple[str, Block]]:
    return {block.path: (group.title, block) for group in kind.groups(body) for block in group.blocks}


def _part(
    old: Block | None, new: Block | None, before: Body, after: Body, covered: list[Path]
) -> Part | None:
    block = new or old
    assert block is not None
    if (old is None or new is None) and block.path:
        # the whole of it came or went: its fields say what
        covered.append(block.path)
    changes = []
    fields = {field.path: field for field in (*(old.fields if old else ()), *(new.fields if new else ()))}
    for path, field in fields.items():
        one, other = value_at(before, path), value_at(after, path)
        covered.append(path)
        if not _same(one, other):
            changes.append(Changed(field.label, shown(field, one), shown(field, other), field.unit))
    if not changes:
        return None
    what = "new" if old is None else "gone" if new is None else "changed"
    return Part(block.title, block.level, what, tuple(changes))


def _same(one: Any, other: Any) -> bool:
    if one is ABSENT or other is ABSENT:
        return one is other
    return chain.canonical(one) == chain.canonical(other)


def _rest(kind: Kind, before: Body, after: Body, covered: Iterable[Path]) -> list[Changed]:
    """What no field shows, by its place in the body."""
    known = list(covered)
    for path in kind.implied:
        before, after = _only_common(before, after, path)
    found = []
    for change in editions.diff(keyed(before), keyed(after)):
        path = tuple(str(part) for part in change.path)
        if not any(path[: len(each)] == each for each in known):
            found.append(Changed(change.where, _plain(change.before), _plain(change.after)))
    return found


def _only_common(before: Body, after: Body, path: Path) -> tuple[Body, Body]:
    """Both bodies with only those names in the list at `path` that stand in both: its order is left."""
    one, other = value_at(before, path), value_at(after, path)
    if not isinstance(one, list) or not isinstance(other, list):
        return before, after
    return (
        with_value(before, path, [each for each in one if each in other]),
        with_value(after, path, [each for each in other if each in one]),
    )


def _plain(value: Any) -> str:
    if value is editions.ABSENT:
        return ""
    return value if isinstance(value, str) else chain.canonical(value)
