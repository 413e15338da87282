"""The plain values of a body: text, whole numbers and decimals, read strictly.

It refuses what has no one form in JSON on every machine: floats, half characters, huge numbers, NaN.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal


class BadEvent(ValueError):
    """A body that is no lawful event of its kind and version; the message is a sentence."""


_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,23})(?:\.[0-9]{1,24})?", re.ASCII)
MAX_WHOLE = 2**53 - 1


def read_text(value: object) -> str:
    """Text in NFC that UTF-8 can hold."""
    if not isinstance(value, str):
        raise BadEvent(f"is {name_of(value)}, not text")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadEvent("holds half a character (a lone surrogate)") from None
    return unicodedata.normalize("NFC", value)


def read_whole(value: object) -> int:
    """A whole number that every JSON reader keeps exactly."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadEvent(f"is {name_of(value)}, not a whole number")
    if abs(value) > MAX_WHOLE:
        raise BadEvent("is too large for a whole number")
    return value


def is_decimal(value: object) -> bool:
    """Whether `value` is the plain text of a decimal, such as `52.5`."""
    return isinstance(value, str) and _DECIMAL.fullmatch(value) is not None


def read_decimal(value: object) -> Decimal:
    """A decimal from its plain text, such as `52.5`; keeps the decimals as written."""
    if not isinstance(value, str) or not is_decimal(value):
        raise BadEvent(f"is {name_of(value)}, not a plain decimal number as text")
    return Decimal(value)


def write_decimal(value: Decimal) -> str:
    """The plain text of a decimal. Raises BadEvent for NaN, infinities and absurd sizes."""
    text = format(value, "f") if value.is_finite() and abs(value.adjusted()) < 24 else ""
    if _DECIMAL.fullmatch(text) is None:
        raise BadEvent(f"{value} has no plain decimal form")
    return text


def name_of(value: object) -> str:
    """What a value is, in words for a message."""
    if value is None:
        return "missing"
    return f"the text “{value[:40]}”" if isinstance(value, str) else f"a {type(value).__name__}"


def one_of(word: str, words: tuple[str, ...], name: str) -> None:
    """Raise BadEvent unless `word` is one of `words`; `name` is the field's."""
    if word not in words:
        raise BadEvent(f"the field “{name}” says “{word}”, which is none of {', '.join(words)}")


def some(text: str, name: str) -> None:
    """Raise BadEvent where a text says nothing; `name` is the field's."""
    if not text.strip():
        raise BadEvent(f"the field “{name}” is empty")
