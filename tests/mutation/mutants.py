"""Small faults put into a module, one at a time: would its tests notice?

Comparisons, arithmetic, `and` and `or`, `not`, numbers, switches, returns, `min` and `max`, `any` and `all`,
`break` and `continue`. Texts, docstrings, annotations, sources and assertions are left alone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

_SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or,
    ast.Or: ast.And, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
_LEFT_ALONE = (ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr)


class Mutant(NamedTuple):
    """A module with one fault: where in its original source, what, and the whole new source.

    `begins` is the first line of the statement that `line` belongs to.
    """

    path: str
    begins: int
    line: int
    what: str
    source: str


class _Change(NamedTuple):
    begins: int
    line: int
    what: str
    apply: Callable[[], None]
    revert: Callable[[], None]


def mutants_of(path: str, source: str) -> list[Mutant]:
    """Every mutant of a module."""
    tree = ast.parse(source)
    found = []
    for change in _changes(tree, "", 1):
        change.apply()
        found.append(Mutant(path, change.begins, change.line, change.what, ast.unparse(tree)))
        change.revert()
    return found


def _changes(node: ast.AST, returns: str, begins: int) -> Iterator[_Change]:
    if isinstance(node, ast.stmt):
        begins = node.lineno
    if isinstance(node, ast.FunctionDef):
        returns = ast.unparse(node.returns) if node.returns else ""
    for field, value in ast.iter_fields(node):
        for place, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if not isinstance(child, ast.AST) or field in ("annotation", "returns", "decorator_list"):
                continue
            yield from _changes_of(node, field, place, child, returns, begins)
            if not _is_left_alone(child):
                yield from _changes(child, returns, begins)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in ("Source", "TypeVar", "cast")
    return isinstance(node, _LEFT_ALONE)


def _changes_of(
    parent: ast.AST, field: str, place: int | None, node: ast.AST, returns: str, begins: int
) -> Iterator[_Change]:
    line = getattr(node, "lineno", getattr(parent, "lineno", 0))
    for other in _others(parent, node, returns):

        def put(new: ast.AST, field: str = field, place: int | None = place) -> None:
            if place is None:
                setattr(parent, field, new)
            else:
                getattr(parent, field)[place] = new

        what = f"{_text(node)} -> {_text(other)}"
        yield _Change(begins, line, what, lambda other=other: put(other), lambda: put(node))  # type: ignore[misc]


def _others(parent: ast.AST, node: ast.AST, returns: str) -> Iterator[ast.AST]:
    if type(node) in _SWAPPED and not _joins_texts(parent):
        yield _SWAPPED[type(node)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _other_constants(parent, node)
    elif isinstance(node, ast.Name) and node.id in _NAMES and isinstance(parent, ast.Call):
        yield ast.Name(_NAMES[node.id], ast.Load())
    elif isinstance(node, ast.Return) and node.value is not None:
        if returns == "bool":
            yield ast.Return(ast.UnaryOp(ast.Not(), node.value))
        elif not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.Break):
        yield ast.Continue()
    elif isinstance(node, ast.Continue):
        yield ast.Break()


def _other_constants(parent: ast.AST, node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and isinstance(parent, ast.Call) and _text(parent.func) == "Decimal":
        try:
            yield ast.Constant(str(Decimal(value) + 1))
        except InvalidOperation:
            return


def _joins_texts(parent: Any) -> bool:
    """`a | b` of types and `"a" + "b"` of texts are no arithmetic."""
    sides = (getattr(parent, "left", None), getattr(parent, "right", None))
    return any(
        isinstance(side, ast.JoinedStr) or isinstance(getattr(side, "value", 0), str) for side in sides
    )


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.operator | ast.cmpop | ast.boolop):
        return type(node).__name__
    return " ".join(ast.unparse(node).split())[:60]
