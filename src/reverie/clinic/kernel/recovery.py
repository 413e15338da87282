"""The recovery key: what opens every backup of a clinic. The clinic's computer keeps only its public half.

The private half is written once into a printable text file that people put elsewhere. Backups are sealed for
the public half, so that whoever takes the computer cannot open the backups that lie elsewhere.
Sources: RFC 7748 (X25519), RFC 5869 (HKDF), NIST SP 800-38D (AES-GCM).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reverie.clinic.kernel import clock, home

FILE_NAME = "recovery-key.txt"
LONGEST_FILE = 65_536
_CHECK_BYTES = 3
_TEXT = """REVERIE RECOVERY KEY

This key opens every backup of this clinic. Without it no backup can be opened, by anyone.
With it, anyone can read every patient's record in a backup.

Print this page, or move this file off the clinic's computer. Keep two copies in two safe places.

key          {key}
fingerprint  {fingerprint}
made         {made}

To bring a clinic back:  reverie restore BACKUP --to EMPTY_FOLDER --recovery-file THIS_FILE
"""


class BadRecovery(Exception):
    """The recovery file cannot be used; the message says why."""


@dataclass(frozen=True)
class Public:
    """What the clinic's computer keeps: the public half (hex), where the file was put, when it was tested."""

    public: str
    fingerprint: str
    made_at: str
    file: str
    tested_at: str


def kept() -> Public | None:
    """The clinic's recovery key, if it has one. Raises BadRecovery when its note is damaged."""
    path = home.current().recovery
    try:
        return Public(**json.loads(path.read_text()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise BadRecovery(f"{path} cannot be read ({error}).") from error


def keep(public: Public) -> None:
    """Remember the public half. Raises OSError."""
    write_whole(home.current().recovery, note(public))


def note(public: Public) -> str:
    """The text that is kept of a recovery key."""
    return json.dumps(asdict(public), indent=1) + "\n"


def create(path: Path) -> Public:
    """Make a recovery key, write its file (never over another) and test it. Raises OSError, BadRecovery."""
    private = X25519PrivateKey.generate()
    at = clock.to_text(clock.now())
    mark = fingerprint(public_of(private))
    text = _TEXT.format(key=_printable(private), fingerprint=mark, made=at)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        public = Public(public_of(private).hex(), mark, at, str(path), at)
        test(read_file(path), public)
    except BaseException:
        path.unlink(missing_ok=True)  # ours, and of no use
        raise
    return public


def test(private: X25519PrivateKey, public: Public) -> None:
    """Seal something for the public half and open it with the private one. Raises BadRecovery."""
    if public_of(private).hex() != public.public:
        raise BadRecovery(
            f"This recovery key ({fingerprint(public_of(private))}) "
            f"is not this clinic's ({public.fingerprint})."
        )
    secret = os.urandom(32)
    if open_sealed(private, seal(bytes.fromhex(public.public), secret, b"test"), b"test") != secret:
        raise BadRecovery("The recovery key does not open what was sealed for it.")


def read_file(path: Path) -> X25519PrivateKey:
    """The private half in a recovery file, also one typed from paper. Raises BadRecovery, OSError."""
    with path.open("rb") as file:
        text = file.read(LONGEST_FILE).decode("utf-8", "replace")
    found = re.search(r"^\s*key[\s:]+([A-Za-z0-9 \-]+)$", text, re.MULTILINE)
    typed = found.group(1) if found else text
    letters = re.sub(r"[\s\-]", "", typed).upper().translate(str.maketrans("018", "OIB"))
    try:
        content = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError as error:
        raise BadRecovery(f"{path} holds no recovery key: it is not a recovery file, or damaged.") from error
    raw, check = content[:32], content[32:]
    if len(raw) != 32 or check != hashlib.sha256(raw).digest()[:_CHECK_BYTES]:
        raise BadRecovery(
            f"The recovery key in {path} is damaged or mistyped: compare it with your other copy."
        )
    return X25519PrivateKey.from_private_bytes(raw)


def _printable(private: X25519PrivateKey) -> str:
    raw = private.private_bytes_raw()
    letters = base64.b32encode(raw + hashlib.sha256(raw).digest()[:_CHECK_BYTES]).decode().rstrip("=")
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def public_of(private: X25519PrivateKey) -> bytes:
    """The public half: 32 bytes."""
    return private.public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """What people compare: eight letters."""
    letters = base64.b32encode(hashlib.sha256(public).digest()).decode()
    return f"{letters[:4]}-{letters[4:8]}"


def seal(public: bytes, content: bytes, context: bytes) -> bytes:
    """Seal `content` for the public half, bound to `context`."""
    once = X25519PrivateKey.generate()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    sender = public_of(once)
    # the key is used once, so the nonce may be fixed
    return sender + AESGCM(_derive(shared, sender + public)).encrypt(bytes(12), content, context)


def open_sealed(private: X25519PrivateKey, sealed: bytes, context: bytes) -> bytes:
    """What `seal` sealed. Raises BadRecovery for another key, other context, or a changed byte."""
    sender, cipher = sealed[:32], sealed[32:]
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(sender))
        return AESGCM(_derive(shared, sender + public_of(private))).decrypt(bytes(12), cipher, context)
    except (InvalidTag, ValueError) as error:
        raise BadRecovery("it was changed, or sealed for another key") from error


def _derive(shared: bytes, salt: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt, b"reverie backup").derive(shared)


def write_whole(path: Path, text: str) -> None:
    """Write a small file, mode 0600, complete or not at all. Raises OSError."""
    partial = path.with_name(path.name + ".new")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
