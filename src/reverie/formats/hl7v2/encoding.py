"""How an HL7 version 2 message writes its text: separators, escape sequences, character sets.

It turns bytes into text and back without ever failing; what a message declares wrongly is read by the
next best character set. Source: HL7 version 2.6, chapters 2.7 and 2.15.9.18 (table 0211).
"""

from __future__ import annotations

from typing import NamedTuple

ESCAPE_LIMIT = 20_000


class Separators(NamedTuple):
    """MSH-1 and the four characters of MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"


STANDARD = Separators()

_CHARSETS = {
    "": "utf-8",
    "ASCII": "ascii",
    "UNICODE": "utf-8",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "UNICODE UTF-32": "utf-32",
    **{f"8859/{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    **{f"ISO-8859-{part}": f"iso8859-{part}" for part in range(1, 17) if part != 12},
    "ISO IR6": "ascii",
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_1",
    "GB 18030-2000": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "GB2312": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    "CNS 11643-1992": "euc_tw",
}


def decode(raw: bytes) -> str:
    """The text of a message, by its own MSH-18 if that fits the bytes.

    Else as UTF-8, else as GB 2312 (whose bytes never look like a separator), else as Latin-1.
    """
    if raw.isascii() and b"\x1b" not in raw and b"\x00" not in raw:
        return raw.decode("ascii")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    for charset in (declared_charset(raw), "utf-8", "gb2312"):
        try:
            return raw.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("latin-1")


def declared_charset(raw: bytes) -> str:
    """The codec of the first character set in MSH-18; UTF-8 when there is none that we know."""
    header = raw.lstrip(b"\xef\xbb\xbf\x0b\r\n \t")[:4_096].replace(b"\n", b"\r").split(b"\r", 1)[0]
    fields = header.split(header[3:4]) if len(header) > 8 else []
    declared = fields[17] if len(fields) > 17 else b""
    for mark in (b"~", b"^"):
        declared = declared.split(mark)[0]
    return _CHARSETS.get(declared.decode("latin-1").strip().upper(), "utf-8")


def unescape(text: str, separators: Separators) -> str:
    """`text` with its escape sequences resolved; one that we do not know stays as it is."""
    mark = separators.escape
    if mark not in text or len(text) > ESCAPE_LIMIT:
        return text
    letters = {
        "F": separators.field,
        "S": separators.component,
        "R": separators.repetition,
        "E": separators.escape,
        "T": separators.subcomponent,
        "H": "",
        "N": "",
        ".BR": "\n",
    }
    parts = text.split(mark)
    words = [parts[0]]
    i = 1
    while i < len(parts):
        # a sequence stands between two marks; a last mark without its partner is only a character
        if i + 1 == len(parts):
            words.append(mark + parts[i])
            break
        sequence = parts[i].upper()
        if sequence in letters:
            resolved: str | None = letters[sequence]
        elif sequence[:1] == "X":
            resolved = _from_hex(sequence[1:])
        else:
            resolved = None
        if resolved is None:
            words.append(mark + parts[i])
            i += 1
        else:
            words.append(resolved + parts[i + 1])
            i += 2
    return "".join(words)


def escape(text: str, separators: Separators = STANDARD) -> str:
    """`text` with the separators escaped and line ends made spaces, fit for one field."""
    mark = separators.escape
    table: dict[str, str | int | None] = {
        separators.field: f"{mark}F{mark}",
        separators.component: f"{mark}S{mark}",
        separators.repetition: f"{mark}R{mark}",
        separators.subcomponent: f"{mark}T{mark}",
        separators.escape: f"{mark}E{mark}",
        "\r": " ",
        "\n": " ",
        "\x0b": " ",
        "\x1c": " ",
    }
    return text.translate(str.maketrans(table))


def _from_hex(digits: str) -> str | None:
    try:
        raw = bytes.fromhex(digits)
    except ValueError:
        return None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
