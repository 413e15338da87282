"""What import-linter cannot see: foreign keys, private files of other rooms, clocks and luck."""

from __future__ import annotations

import ast
import tomllib
from itertools import chain
from pathlib import Path

import pytest

from tests.house.tree import ROOT, module, under

CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
PRIVATE = {"views", "forms", "urls"}
CLOCKS = {
    ("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("timezone", "now"), ("time", "time"),
    ("time", "time_ns"), ("time", "monotonic"), ("time", "monotonic_ns"), ("time", "perf_counter"),
}  # fmt: skip


def journey() -> list[set[str]]:
    """The rooms of the clinic in the order of the import rules, the lowest first."""
    layers = next(one["layers"] for one in CONTRACTS if one.get("containers") == ["reverie.clinic"])
    return [{room.strip() for room in layer.split("|")} for layer in reversed(layers)]


def room(path: Path) -> str:
    """The room of the clinic that a file belongs to."""
    return path.parts[3]


def imports(path: Path) -> list[str]:
    """Every module that a file imports, wherever in the file."""
    names = []
    for node in ast.walk(module(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names


def test_every_room_of_the_clinic_has_its_place_in_the_order() -> None:
    here = {room(path) for path in under("src/reverie/clinic", ".py") if len(path.parts) > 4}
    assert set(chain.from_iterable(journey())) == here


def test_foreign_keys_follow_the_arrows() -> None:
    from django.apps import apps

    height = {name: i for i, layer in enumerate(journey()) for name in layer}
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        if not model.__module__.startswith("reverie.clinic."):
            continue
        own = model.__module__.split(".")[2]
        for field in model._meta.get_fields():
            other = getattr(field, "related_model", None)
            if field.auto_created or other is None or not other.__module__.startswith("reverie.clinic."):
                continue
            theirs = other.__module__.split(".")[2]
            if theirs != own and height[theirs] >= height[own]:
                wrong.append(f"{model.__name__}.{field.name} points ahead to {other.__name__}")
    assert not wrong


@pytest.mark.parametrize("path", under("src/reverie/clinic", ".py"), ids=str)
def test_no_room_uses_another_rooms_views_or_forms(path: Path) -> None:
    if room(path) == "site":
        return
    wrong = []
    for name in imports(path):
        parts = name.split(".")
        if parts[:2] == ["reverie", "clinic"] and len(parts) > 3 and parts[2] != room(path):
            wrong += [name] if PRIVATE & set(parts[3:]) else []
    assert not wrong


@pytest.mark.parametrize("path", under("src/reverie", ".py"), ids=str)
def test_only_the_kernels_clock_knows_the_time(path: Path) -> None:
    if path.name == "clock.py":
        return
    asked = [
        f"{node.value.id}.{node.attr}, line {node.lineno}"
        for node in ast.walk(module(path))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in CLOCKS
    ]
    assert not asked


@pytest.mark.parametrize("path", under("src/reverie/science", ".py"), ids=str)
def test_luck_comes_with_a_seed(path: Path) -> None:
    for node in ast.walk(module(path)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        of, what = ast.unparse(node.func.value), node.func.attr
        if of == "random":
            assert what == "Random", f"random.{what} has no seed (line {node.lineno})"
        if (of, what) == ("random", "Random") or what == "default_rng":
            assert node.args or node.keywords, f"{what} without a seed (line {node.lineno})"


def test_views_do_not_save() -> None:
    wrong = []
    for path in under("src/reverie/clinic", ".py"):
        if path.stem not in PRIVATE and "views" not in path.parts:
            continue
        for node in ast.walk(module(path)):
            if isinstance(node, ast.Attribute) and node.attr in {"save", "bulk_create", "bulk_update"}:
                wrong.append(f"{path}:{node.lineno}")
    assert not wrong
