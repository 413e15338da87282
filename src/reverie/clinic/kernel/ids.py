"""Identifiers: UUID version 7, which sort by time and tell nothing else. An id is never a secret.

Source: RFC 9562, section 5.7.
"""

from __future__ import annotations

import os
import uuid

from reverie.clinic.kernel import clock


def new_uuid() -> uuid.UUID:
    """A new UUIDv7: 48 bits of milliseconds, 74 random bits."""
    ms = clock.to_ms(clock.now()) & ((1 << 48) - 1)
    random = int.from_bytes(os.urandom(10), "big")
    value = ms << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | (random & ((1 << 62) - 1))
    return uuid.UUID(int=value)


def new_id() -> str:
    """`new_uuid` as text."""
    return str(new_uuid())
