"""Text as it is kept: composed, without control characters and without marks that turn the line around.

Pure. It never escapes: templates do that.
"""

from __future__ import annotations

import re
import unicodedata

# marks that override or embed a direction can make a line read as another; plain RTL letters are kept
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF])
_SPACES = re.compile(r"\s+")
_MANY_NEWLINES = re.compile(r"\n{3,}")


def _kept(text: str) -> str:
    composed = unicodedata.normalize("NFC", text).translate(_TURNING)
    return "".join(
        c for c in composed if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn")
    )


def line(text: str) -> str:
    """`text` on one line, inner spaces single."""
    return _kept(_SPACES.sub(" ", text)).strip()


def lines(text: str) -> str:
    """`text` with its line breaks."""
    even = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _MANY_NEWLINES.sub("\n\n", _kept(even)).strip()
