"""Which parameter a row means: its code and its name must agree, else it means none.

A code of another coding system is never taken for one of ours. Source: ISO/IEEE 11073-10101.
"""

from __future__ import annotations

from typing import NamedTuple

from reverie.science.vitals.parameters import LABELS, MEANINGS, Meaning


class Identity(NamedTuple):
    """What a row is called, what it means (None: not ours), and why it cannot be told, if so."""

    code: str
    name: str
    meaning: Meaning | None
    conflict: str = ""


def _key(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalnum())


_BY_CODE = {meaning.code: meaning for meaning in MEANINGS}
_BY_MDC_NAME = {_key(name): meaning for meaning in MEANINGS for name in meaning.names}
_AGREEING = {
    meaning.code: frozenset(
        _key(name)
        for name in (
            *meaning.names,
            *(name.removeprefix("MDC_") for name in meaning.names),
            *LABELS.get(meaning.parameter, ()),
        )
    )
    for meaning in MEANINGS
}


def identify(observed: tuple[str, ...]) -> Identity:
    """The identity of a coded element: code, name, system, and the same again for an alternate code."""
    code, name, system, other_code, other_name, other_system = observed
    first = _identify(code, name, system)
    if first.meaning is None and not first.conflict and _ours(other_system) and (other_code or other_name):
        other = _identify(other_code, other_name, other_system)
        if other.meaning is not None or other.conflict:
            return other
    return first if code or name or not other_code else _identify(other_code, other_name, other_system)


def _ours(system: str) -> bool:
    return "MDC" in system.upper() or "11073" in system


def _identify(code: str, name: str, system: str) -> Identity:
    key = _key(name)
    by_code, by_name = _BY_CODE.get(code), _BY_MDC_NAME.get(key)
    if system and not _ours(system):
        # the name of the nomenclature beside its own number can mean nothing else
        agreed = by_code if by_code is not None and by_code is by_name else None
        return Identity(code, name, agreed)
    if by_code is not None:
        if not key or key in _AGREEING[code]:
            return Identity(code, name, by_code)
        usual = by_code.names[0]
        return Identity(code, name, None, f"code {code} is {usual}, but the row names it {name}")
    # a name of the nomenclature in the place of the code is a name all the same
    named = _BY_MDC_NAME.get(_key(code)) if code.startswith("MDC_") else None
    if named is not None and by_name in (None, named) and (by_name or not name):
        return Identity(code, name, named)
    if by_name is None:
        return Identity(code, name, None)
    if not code:
        return Identity(code, name, by_name)
    return Identity(code, name, None, f"{name} has the code {by_name.code}, but the row gives {code}")
