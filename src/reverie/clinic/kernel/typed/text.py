"""Text as it is kept: composed, without control characters and without marks that turn the line around.

Pure. It never escapes: templates do that.
"""

from __future__ import annotations

import re
import unicodedata

# marks that override or embed a direction can make a line read as another; plain RTL letters are kept
_TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF])
_SPACES = re.compile(r"\s+")
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_OTHER_SPACES = re.compile(r"[\t\x1f]")
_MANY_NEWLINES = re.compile(r"\n{3,}")


def _kept(text: str) -> str:
    """`text` composed, without what is not to be seen; white space is left for the caller to even out.

    What is taken away may have stood between two spaces or between a letter and its accent, so it goes first.
    """
    turned = text.translate(_TURNING)
    seen = (c for c in turned if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return unicodedata.normalize("NFC", "".join(seen))


def line(text: str) -> str:
    """`text` on one line, inner spaces single."""
    return _SPACES.sub(" ", _kept(text)).strip()


def lines(text: str) -> str:
    """`text` with its line breaks."""
    even = _BREAKS.sub("\n", _kept(text))
    return _MANY_NEWLINES.sub("\n\n", _OTHER_SPACES.sub(" ", even)).strip()
