"""A ruleset or a profile as the body of an edition, and back: plain JSON values, decimals as text.

Reading is strict: a wrong, missing or unknown field is a fault, and every fault is told at once as a
sentence. What makes a readable set unlawful stands in `check`.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Mapping
from dataclasses import fields as parts
from dataclasses import is_dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from reverie.science.vitals.alarms import rules as contract
from reverie.science.vitals.alarms.rules import Predicate, Profile, Rule, Ruleset

Body = dict[str, Any]

PREDICATES: Mapping[str, type] = {
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): kind for kind in typing.get_args(Predicate)
}
_NAMES = {kind: name for name, kind in PREDICATES.items()}
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,6})?", re.ASCII)
_ID = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", re.ASCII)
_MOST_WHOLE = 1_000_000
_LONGEST_TEXT = 400
_MOST_ITEMS = 500
_SET = ("rules", "order", "cadence", "timing", "silences", "news2_on_live_page")


class BadRules(ValueError):
    """A body that cannot be read: `faults` holds a sentence for each fault."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__(" ".join(faults))
        self.faults = faults


def body_of(what: Ruleset | Profile) -> Body:
    """The body of an edition. Raises BadRules for a set with two rules of one id.

    The edition's own name is not in it: a body cannot name the edition that holds it.
    """
    if isinstance(what, Profile):
        return {part.name: getattr(what, part.name) for part in parts(what)}
    order = [rule.id for rule in what.rules]
    twice = sorted({name for name in order if order.count(name) > 1})
    if twice:
        raise BadRules(tuple(f"Two rules are called “{name}”." for name in twice))
    return {
        "rules": {rule.id: _without_id(rule) for rule in what.rules},
        "order": order,
        "cadence": _plain(what.cadence),
        "timing": _plain(what.timing),
        "silences": {group: list(others) for group, others in what.silences.items()},
        "news2_on_live_page": what.news2_on_live_page,
    }


def ruleset_of(body: object, edition: str = "") -> Ruleset:
    """The ruleset that a body holds, named by `edition`. Raises BadRules with every fault."""
    faults: list[str] = []
    found = _members(body, _SET, "The rules", faults)
    rules = _rules(found, faults)
    cadence = _value(contract.Cadence, found.get("cadence"), "Cadence", faults)
    timing = _value(contract.Timing, found.get("timing"), "Timing", faults)
    silences = _silences(found.get("silences"), faults)
    on_live_page = _value(bool, found.get("news2_on_live_page"), "The rules: “news2_on_live_page”", faults)
    if faults:
        raise BadRules(tuple(faults))
    return Ruleset(rules, cadence, timing, silences, on_live_page, edition)


def profile_of(body: object) -> Profile:
    """The clinic's profile that a body holds. Raises BadRules with every fault."""
    faults: list[str] = []
    profile = _value(Profile, body, "Profile", faults)
    if faults:
        raise BadRules(tuple(faults))
    return typing.cast(Profile, profile)


def _without_id(rule: Rule) -> Body:
    plain: Body = _plain(rule)
    del plain["id"]
    return plain


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        plain = {part.name: _plain(getattr(value, part.name)) for part in parts(value)}
        kind = _NAMES.get(type(value))
        return plain if kind is None else {"kind": kind, **plain}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def _members(body: object, names: tuple[str, ...], where: str, faults: list[str]) -> Mapping[str, Any]:
    """The members of an object that must have just these names."""
    if not isinstance(body, Mapping):
        faults.append(f"{where} must be a group of named fields, not {_called(body)}.")
        return {}
    missing = [name for name in names if name not in body]
    unknown = [name for name in body if name not in names]
    faults += [f"{where}: “{name}” is missing." for name in missing]
    faults += [f"{where}: “{str(name)[:40]}” is not a known field." for name in unknown]
    return body


def _rules(found: Mapping[str, Any], faults: list[str]) -> tuple[Rule, ...]:
    bodies, order = found.get("rules"), found.get("order")
    if not isinstance(bodies, Mapping) or not isinstance(order, list | tuple):
        faults.append("The rules must be named fields, with a list “order” of their names.")
        return ()
    if len(bodies) > _MOST_ITEMS:
        faults.append(f"There are {len(bodies)} rules; at most {_MOST_ITEMS} can be kept.")
        return ()
    if not all(isinstance(name, str) for name in order) or sorted(order) != sorted(map(str, bodies)):
        faults.append("The list “order” must name every rule, and each once.")
        return ()
    return tuple(rule for name in order if (rule := _rule(name, bodies[name], faults)) is not None)


def _rule(name: str, body: object, faults: list[str]) -> Rule | None:
    if _ID.fullmatch(name) is None or len(name) > 60:
        faults.append(f"“{name[:60]}” cannot be the name of a rule: use small letters, figures and hyphens.")
        return None
    where = f"Rule “{name}”"
    if isinstance(body, Mapping) and "id" in body:
        faults.append(f"{where}: “id” is not a known field.")
        return None
    whole = {"id": name, **body} if isinstance(body, Mapping) else body
    return typing.cast(Rule | None, _value(Rule, whole, where, faults))


def _silences(body: object, faults: list[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(body, Mapping):
        faults.append(f"The rules: “silences” must be a group of named lists, not {_called(body)}.")
        return {}
    where = "The rules: “silences”"
    return {
        _value(str, group, where, faults): _value(tuple[str, ...], others, f"{where} of “{group}”", faults)
        for group, others in body.items()
    }


@lru_cache(maxsize=64)
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


def _value(hint: Any, body: object, where: str, faults: list[str]) -> Any:
    """What `body` says, if it is of the kind that `hint` asks for; otherwise None and a fault."""
    if hint == Predicate:
        return _predicate(body, where, faults)
    if isinstance(hint, types.UnionType):
        (kind,) = (one for one in typing.get_args(hint) if one is not type(None))
        return None if body is None else _value(kind, body, where, faults)
    origin = typing.get_origin(hint)
    if origin is typing.Literal:
        return _one_of(typing.get_args(hint), body, where, faults)
    if origin is tuple:
        return _tuple(typing.get_args(hint)[0], body, where, faults)
    if is_dataclass(hint):
        return _dataclass(typing.cast(type, hint), body, where, faults)
    return _single(hint, body, where, faults)


def _dataclass(kind: type, body: object, where: str, faults: list[str]) -> Any:
    before = len(faults)
    hints = _hints(kind)
    found = _members(body, tuple(hints), where, faults)
    values = {
        name: _value(hint, found[name], f"{where}: “{name}”", faults)
        for name, hint in hints.items()
        if name in found
    }
    return kind(**values) if len(faults) == before else None


def _predicate(body: object, where: str, faults: list[str]) -> Any:
    kind = body.get("kind") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(kind, str) or kind not in PREDICATES:
        faults.append(f"{where} must have a known “kind”, one of: {', '.join(PREDICATES)}.")
        return None
    rest = {name: value for name, value in body.items() if name != "kind"}
    return _dataclass(PREDICATES[kind], rest, where, faults)


def _tuple(kind: Any, body: object, where: str, faults: list[str]) -> tuple[Any, ...]:
    if not isinstance(body, list | tuple) or len(body) > _MOST_ITEMS:
        faults.append(f"{where} must be a list, not {_called(body)}.")
        return ()
    return tuple(_value(kind, one, f"{where} number {place}", faults) for place, one in enumerate(body, 1))


def _one_of(words: tuple[Any, ...], body: object, where: str, faults: list[str]) -> Any:
    if isinstance(body, str) and body in words:
        return body
    faults.append(f"{where} must be one of {', '.join(words)}, not {_called(body)}.")
    return None


def _single(kind: type, body: object, where: str, faults: list[str]) -> Any:
    if kind is bool:
        if isinstance(body, bool):
            return body
        faults.append(f"{where} must be on or off (true or false), not {_called(body)}.")
    elif kind is int:
        if isinstance(body, int) and not isinstance(body, bool) and abs(body) <= _MOST_WHOLE:
            return body
        faults.append(f"{where} must be a whole number, not {_called(body)}.")
    elif kind is Decimal:
        if isinstance(body, str) and _DECIMAL.fullmatch(body):
            return Decimal(body)
        faults.append(f"{where} must be a plain number written as text, such as “52.5”, not {_called(body)}.")
    else:
        if isinstance(body, str) and len(body) <= _LONGEST_TEXT and body.isprintable():
            return body
        faults.append(f"{where} must be a text of one line, up to {_LONGEST_TEXT} characters.")
    return None


def _called(body: object) -> str:
    if body is None:
        return "nothing"
    if isinstance(body, bool):
        return "true" if body else "false"
    if isinstance(body, str | int):
        return f"“{str(body)[:40]}”"
    return f"a {type(body).__name__}"
