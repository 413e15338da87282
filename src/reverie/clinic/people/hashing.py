"""Argon2id with a cap on hashes at once: each takes 100 MiB, so a flood of sign-ins must queue.

The queue is short: who would wait too long is told to try again (Busy), and the memory stays bounded.
Source: OWASP password storage; Django's own parameters.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

AT_ONCE = 2
MOST_WAITING = 24
LONGEST_WAIT_S = 4.0


class Busy(Exception):
    """Too many passwords are being checked just now."""


class Queue:
    """At most `at_once` inside, at most `most_waiting` before the door, each for `longest_wait_s` at most."""

    def __init__(
        self, at_once: int = AT_ONCE, most_waiting: int = MOST_WAITING, longest_wait_s: float = LONGEST_WAIT_S
    ) -> None:
        self._inside = threading.BoundedSemaphore(at_once)
        self._present = threading.BoundedSemaphore(at_once + most_waiting)
        self._longest_wait_s = longest_wait_s

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place inside. Raises Busy."""
        if not self._present.acquire(blocking=False):
            raise Busy
        try:
            if not self._inside.acquire(timeout=self._longest_wait_s):
                raise Busy
            try:
                yield
            finally:
                self._inside.release()
        finally:
            self._present.release()


queue = Queue()


class CappedArgon2(Argon2PasswordHasher):
    """Django's Argon2 hasher, at most AT_ONCE hashes at a time in a process."""

    def encode(self, password: str, salt: str) -> str:
        """Hash a password. Raises Busy."""
        with queue.place():
            encoded: str = super().encode(password, salt)
            return encoded

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with a hash. Raises Busy."""
        with queue.place():
            fits: bool = super().verify(password, encoded)
            return fits

    def harden_runtime(self, password: str, encoded: str) -> Any:
        """Nothing: the parameters are the same for all."""
