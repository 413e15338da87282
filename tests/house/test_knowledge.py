"""What science knows is data, and each piece says where it comes from."""

from __future__ import annotations

import dataclasses
import importlib
from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest

from reverie.science.sources import Source, Status
from tests.house.tree import under


def modules() -> list[str]:
    """The name of every module of science."""
    paths = (path for path in under("src/reverie/science", ".py"))
    return [".".join(path.with_suffix("").parts[1:]).removesuffix(".__init__") for path in paths]


def values(one: Any, depth: int = 4) -> Iterator[Any]:
    """A value and what it holds."""
    yield one
    if depth == 0 or isinstance(one, str | bytes | type):
        return
    inner: list[Any] = []
    if isinstance(one, Mapping):
        inner = list(one.values())
    elif isinstance(one, tuple | list | set | frozenset):
        inner = list(one)
    elif dataclasses.is_dataclass(one):
        inner = [getattr(one, field.name) for field in dataclasses.fields(one)]
    for each in inner:
        yield from values(each, depth - 1)


def held(name: str) -> Iterator[Any]:
    """Every value that a module holds by name."""
    for key, one in vars(importlib.import_module(name)).items():
        if not key.startswith("__"):
            yield from values(one)


@pytest.mark.parametrize("name", modules())
def test_every_entry_that_should_have_a_source_has_one(name: str) -> None:
    for one in held(name):
        if dataclasses.is_dataclass(one) and not isinstance(one, type):
            for field in dataclasses.fields(one):
                if field.name == "source" and field.type in (Source, "Source"):
                    assert isinstance(one.source, Source), one


def test_every_source_can_be_looked_up() -> None:
    found = {one for name in modules() for one in held(name) if isinstance(one, Source)}
    assert found
    for source in found:
        assert len(source.citation) > 10, source
        assert 1800 < source.year < 2100, source
        assert source.status in get_args(Status), source
        assert source.status != "assumed" or source.note, f"{source} must say why"
