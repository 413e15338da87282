"""Argon2id with a cap on hashes at once: each takes 100 MiB, so a flood of sign-ins must queue.

Source: OWASP password storage; Django's own parameters.
"""

from __future__ import annotations

import threading
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2
_places = threading.BoundedSemaphore(AT_ONCE)


class CappedArgon2(Argon2PasswordHasher):
    """Django's Argon2 hasher, at most AT_ONCE hashes at a time in a process."""

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with _places:
            encoded: str = super().encode(password, salt)
            return encoded

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a hash."""
        with _places:
            fits: bool = super().verify(password, encoded)
            return fits

    def harden_runtime(self, password: str, encoded: str) -> Any:
        """Nothing: the parameters are the same for all."""
