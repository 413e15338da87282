"""Names of people: the form that a search compares, how they sound, and which are easily confused.

Pure. Case, accents, joining marks and the usual spellings of umlauts make no difference to a search.
The sound key keeps what is heard of the consonants, in the manner of Postel's Cologne phonetics (1969).
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Mapping
from datetime import date
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)
LONGEST_SEARCH = 300
LONGEST_SOUND = 40
REMEMBERED = 50_000

_SPECIAL = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i", "ß": "ss"}
)
# an umlaut may be written with an e: ü, ue and u are one letter here, at the cost of a few more hits
_UMLAUT_E = re.compile("([aou])e+")
_SEPARATOR = re.compile(r"[\s,;]+")
_NOT_WORD = re.compile(r"[\W_]+")
_NUMBER_PART = re.compile(r"0*([0-9]+)")


class Identity(NamedTuple):
    """What tells one patient from another."""

    family: str
    given: str
    born: date


def fold(text: str) -> str:
    """`text` without case, accents, marks that join and invisible characters; ü, ue and u are the same."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = "".join(c for c in decomposed if unicodedata.category(c) not in ("Mn", "Cf"))
    return _UMLAUT_E.sub(r"\1", plain.casefold().translate(_SPECIAL))


def _in_one(parts: list[str]) -> str:
    """Parts as one word; where they meet, an umlaut's e may have come to stand after its vowel."""
    return _UMLAUT_E.sub(r"\1", "".join(parts))


def words(text: str) -> list[str]:
    """The words of a name as a search compares them: a joined one also in its parts ("o'brien")."""
    found: dict[str, None] = {}
    for chunk in _SEPARATOR.split(fold(text)):
        parts = [part for part in _NOT_WORD.split(chunk) if part]
        for word in (*parts, _in_one(parts)) if len(parts) > 1 else parts:
            found[word] = None
    return list(found)


def number_words(number: str) -> list[str]:
    """A record number as it is typed: whole, its digits, and both without leading zeros."""
    whole = "".join(_NOT_WORD.split(fold(number)))
    found = {whole: None, _NUMBER_PART.sub(r"\1", whole): None}
    for match in _NUMBER_PART.finditer(whole):
        found[match.group(0)] = found[match.group(1)] = None
    return [word for word in found if word]


def search_text(family: str, given: str, number: str) -> str:
    """What a search looks into: every word with a space before it, the number first so it is never cut."""
    family_words, given_words = words(family), words(given)
    ordered = dict.fromkeys([*family_words, *given_words])
    numbers = " ".join(number_words(number))
    text = "".join(f" {word}" for word in ordered)
    room = LONGEST_SEARCH - len(numbers) - 1
    return f"{text[: max(room, 0)]} {numbers}"[:LONGEST_SEARCH]


def typed_words(text: str) -> list[str]:
    """What somebody typed into the search, each to be found at the start of a word."""
    joined = (_in_one(_NOT_WORD.split(chunk)) for chunk in _SEPARATOR.split(fold(text)))
    return list(dict.fromkeys(word for word in joined if word))


_TWO = [("sch", "s"), ("sh", "s"), ("ch", "k"), ("ck", "k"), ("ph", "f"), ("th", "t"), ("dt", "t"),
        ("tz", "s"), ("ts", "s"), ("qu", "kw"), ("x", "ks")]  # fmt: skip
_ONE = str.maketrans("dbpvwfzcqgnyj", "tppfffskkkmii")
_SOFT_C = re.compile("c(?=[eiy])")
_SILENT_W = re.compile("(?<=[ao])w(?![aeiouy])")


@lru_cache(maxsize=REMEMBERED)
def sound(name: str) -> str:
    """How a name sounds, roughly: equal for Meyer and Maier, Stephen and Steven, Kathrin and Catherine."""
    text = _SOFT_C.sub("s", "".join(_NOT_WORD.split(fold(name))))
    text = _SILENT_W.sub("", text)
    for written, heard in _TWO:
        text = text.replace(written, heard)
    text = re.sub(r"(.)\1+", r"\1", text.translate(_ONE))
    kept = re.sub("[aeiouh]", "", text)
    first = "a" if text[:1] and text[0] in "aeiou" else ""
    return (first + kept)[:LONGEST_SOUND]


def distance(a: str, b: str, most: int) -> int:
    """Letters to insert, delete, replace or swap with a neighbour; `most` + 1 when it is more than `most`."""
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, before, row = before, row, [i] + [0] * len(b)
        for j, y in enumerate(b, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], last[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


@lru_cache(maxsize=REMEMBERED)
def _joined(name: str) -> str:
    return _in_one(_NOT_WORD.split(fold(name)))


@lru_cache(maxsize=REMEMBERED)
def _first(name: str) -> str:
    return next((part for part in _NOT_WORD.split(fold(name)) if part), "")


@lru_cache(maxsize=REMEMBERED)
def close(a: str, b: str) -> bool:
    """Whether two names, folded and in one word, are easily read or heard as the other."""
    if a == b:
        return True
    shorter, longer = sorted((len(a), len(b)))
    if shorter == 0:
        return False
    if shorter >= 3 and distance(a, b, 1 if longer < 9 else 2) <= (1 if longer < 9 else 2):
        return True
    return sound(a) == sound(b) != "" and distance(a, b, max(2, longer // 2)) <= max(2, longer // 2)


def _close_names(a: str, b: str) -> bool:
    return close(_joined(a), _joined(b)) or close(_first(a), _first(b))


def resemble(a: Identity, b: Identity) -> bool:
    """Whether two patients are easily taken for each other by their names, or are twins by both.

    Also with family and given name exchanged, and with a short form of the given name.
    """
    family = _close_names(a.family, b.family)
    if family and a.born == b.born:
        return True
    if family and _close_names(a.given, b.given):
        return True
    if _joined(a.family) == _joined(b.family):
        short, long = sorted((_joined(a.given), _joined(b.given)), key=len)
        if len(short) >= 3 and long.startswith(short):
            return True
    return close(_joined(a.family), _joined(b.given)) and close(_joined(a.given), _joined(b.family))


def perhaps_same(a: Identity, b: Identity) -> bool:
    """Whether two entries may be one person: alike, or the same given name, and born the same day."""
    return a.born == b.born and (resemble(a, b) or _joined(a.given) == _joined(b.given) != "")


def pairs(people: Mapping[K, Identity]) -> set[tuple[K, K]]:
    """All pairs among `people` that `resemble` or are `perhaps_same`, each once.

    Only those are compared who share a birth date or a sound in either name.
    """
    near: dict[Hashable, list[K]] = defaultdict(list)
    for key, one in people.items():
        near[one.born].append(key)
        for heard in {sound(one.family), sound(one.given)} - {""}:
            near[heard].append(key)
    found: set[tuple[K, K]] = set()
    seen: set[tuple[K, K]] = set()
    for block in near.values():
        for pair in combinations(block, 2):
            if pair in seen or pair[::-1] in seen:
                continue
            seen.add(pair)
            a, b = people[pair[0]], people[pair[1]]
            if resemble(a, b) or perhaps_same(a, b):
                found.add(pair)
    return found
