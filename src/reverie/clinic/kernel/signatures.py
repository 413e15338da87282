"""Signatures: who signed what content, in what role, when, meaning what.

A signature fits one content, by its hash, and no other: whoever changes what was signed voids it, and it
shows. That the signer is who they say (asked again just before) is the caller's to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from django.db import transaction

from reverie.clinic.kernel import clock, ledger
from reverie.clinic.kernel.models import Signature

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


class NotSigned(Exception):
    """The signature was not made. The message says why."""


class Signer(Protocol):
    """What a signature needs to know of who signs."""

    pk: Any
    name: Any
    is_active: Any

    @property
    def role_names(self) -> frozenset[str]:
        """Their roles."""

    def actor(self) -> dict[str, str]:
        """Who they are, as a record keeps it."""


class Signed(Protocol):
    """What `fitting` needs to know of a signature."""

    content_hash: str
    signer_role: str


def sign(
    subject: str,
    content_hash: str,
    *,
    by: Signer,
    role: str,
    meaning: str,
    clinic_id: object,
    detail: Mapping[str, Any] | None = None,
) -> Signature:
    """Sign `subject` (such as `edition:ID`) as it is. `content_hash` is hex; `meaning` a few words.

    Raises NotSigned when the signer does not have the role, or there is nothing to sign.
    """
    if not by.is_active or role not in by.role_names:
        raise NotSigned(f"{by.name} does not have the role in which this would be signed.")
    if _HASH.fullmatch(content_hash) is None:
        raise NotSigned("There is no content to sign.")
    if not meaning.strip():
        raise NotSigned("A signature says what it means.")
    with transaction.atomic():
        signature = Signature.objects.create(
            subject=subject,
            content_hash=content_hash,
            signer_id=str(by.pk),
            signer_name=by.name,
            signer_role=role,
            meaning=meaning.strip(),
            at=clock.now(),
        )
        ledger.write(
            "signed",
            clinic_id=clinic_id,
            actor={**by.actor(), "role": role},
            subject=subject,
            detail={**(detail or {}), "content": content_hash, "meaning": signature.meaning},
        )
    return signature


def fitting(signatures: Iterable[Any], content_hash: str, role: str | None = None) -> list[Any]:
    """Of signatures (each `Signed`), those that fit this content, by somebody in `role` if given."""
    return [
        each
        for each in signatures
        if each.content_hash == content_hash and (role is None or each.signer_role == role)
    ]


def of(subject: str) -> list[Signature]:
    """All signatures of a subject, also of content that it no longer has, oldest first."""
    return list(Signature.objects.filter(subject=subject).order_by("at", "pk"))


def is_signed(subject: str, content_hash: str, *, role: str | None = None) -> bool:
    """Whether somebody signed the subject with exactly this content."""
    return bool(fitting(of(subject), content_hash, role))
