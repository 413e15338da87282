"""Editions: every signed, versioned set of rules, limits, templates and protocols, and which is in force.

An edition is never changed: an edit is a new one with the next number. It is in force from a moment, once,
and only while a signature fits its content; a changed body voids the signature, and shows. What a body means
is the caller's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from django.db import transaction

from reverie.clinic.kernel import chain, clock, ledger, signatures
from reverie.clinic.kernel.models import Edition

Body = Mapping[str, Any]


class NotLawful(Exception):
    """The edition cannot be written or put in force. The message says why."""


class _Absent:
    """Stands where one of two bodies has nothing."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = _Absent()


class Change(NamedTuple):
    """One difference: where (names and numbers from the top), what was there, what is there."""

    path: tuple[str | int, ...]
    before: Any
    after: Any

    @property
    def where(self) -> str:
        """The path in words, such as `limits.sbp[2].high`."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
        return text


class Ranked(Protocol):
    """What `choose` needs to know of an edition."""

    number: int
    in_force_from: datetime | None


def diff(before: Any, after: Any, path: tuple[str | int, ...] = ()) -> list[Change]:
    """Every difference between two bodies, in order; empty if and only if their canonical text is equal."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        names = sorted(before.keys() | after.keys())
        return [
            change
            for name in names
            for change in diff(before.get(name, ABSENT), after.get(name, ABSENT), (*path, name))
        ]
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        found: list[Change] = []
        for place in range(max(len(before), len(after))):
            one = before[place] if place < len(before) else ABSENT
            other = after[place] if place < len(after) else ABSENT
            found += diff(one, other, (*path, place))
        return found
    return [] if _same(before, after) else [Change(path, before, after)]


def _same(before: Any, after: Any) -> bool:
    if before is ABSENT or after is ABSENT:
        return before is after
    return chain.canonical(before) == chain.canonical(after)


def content_hash(clinic_id: object, kind: str, name: str, number: int, body: str) -> str:
    """What a signature stands under: the body and everything that says what it is for (hex)."""
    envelope = chain.canonical([str(clinic_id), kind, name, number, body])
    return hashlib.sha256(envelope.encode()).hexdigest()


def hash_of(edition: Edition) -> str:
    """The hash of an edition as it stands in the database now; the stored one may be of an older body."""
    return content_hash(edition.clinic_id, edition.kind, edition.name, edition.number, edition.body)


def choose(editions: Iterable[Any], at: datetime) -> Any:
    """Of editions (each `Ranked`), the one in force at `at`, or None.

    It is the last that came into force; of two at the same moment, the higher number.
    """
    lawful = [each for each in editions if each.in_force_from is not None and each.in_force_from <= at]
    return max(lawful, key=lambda each: (each.in_force_from, each.number), default=None)


def subject_of(edition: Edition) -> str:
    """What signatures of this edition name as their subject."""
    return f"edition:{edition.pk}"


def write(
    clinic_id: UUID,
    kind: str,
    name: str,
    body: Body,
    *,
    by: signatures.Signer,
    check: Callable[[Body], None] | None = None,
) -> Edition:
    """The next edition of `name`, unsigned. `check` raises what it does not accept. Numbers have no gaps."""
    if check is not None:
        check(body)
    chain.refuse_floats(body)
    text = chain.canonical(body)
    with transaction.atomic():
        ledger.hold(clinic_id)  # so that two writers cannot take the same number
        last = _of(clinic_id, kind, name).order_by("-number").values_list("number", flat=True).first()
        number = (last or 0) + 1
        edition = Edition.objects.create(
            clinic_id=clinic_id,
            kind=kind,
            name=name,
            number=number,
            body=text,
            content_hash=content_hash(clinic_id, kind, name, number, text),
            written_by=by.name,
            written_at=clock.now(),
        )
        _tell("edition.written", edition, by)
    return edition


def body_of(edition: Edition) -> Any:
    """The body as data."""
    return json.loads(edition.body)


def sign(edition: Edition, *, by: signatures.Signer, role: str, meaning: str) -> None:
    """Sign the edition as it is now. Raises signatures.NotSigned; NotLawful when its body was changed."""
    if hash_of(edition) != edition.content_hash:
        raise NotLawful(f"{edition} was changed after it was written, and cannot be signed.")
    signatures.sign(
        subject_of(edition),
        hash_of(edition),
        by=by,
        role=role,
        meaning=meaning,
        clinic_id=edition.clinic_id,
        detail={"kind": edition.kind, "name": edition.name, "number": edition.number},
    )


def is_signed(edition: Edition, *, role: str | None = None) -> bool:
    """Whether somebody, or somebody in `role`, signed exactly this content."""
    return signatures.is_signed(subject_of(edition), hash_of(edition), role=role)


def put_in_force(
    edition: Edition, *, by: signatures.Signer, at: datetime | None = None, role: str | None = None
) -> Edition:
    """Let the edition hold from `at` on (now, or later): once, and only signed. Raises NotLawful."""
    with transaction.atomic():
        ledger.hold(edition.clinic_id)
        now = clock.now()
        current = Edition.objects.select_for_update().get(pk=edition.pk)
        if current.in_force_from is not None:
            raise NotLawful(f"{current} came into force once already. Write a new edition.")
        if at is not None and at < now:
            raise NotLawful("Rules never hold for a time that is past.")
        if not is_signed(current, role=role):
            raise NotLawful(f"{current} is not signed, so it cannot come into force.")
        current.in_force_from = at or now
        current.save(update_fields=["in_force_from"])
        _tell("edition.in_force", current, by, {"from": clock.to_text(current.in_force_from)})
    return current


def in_force(
    clinic_id: UUID, kind: str, name: str, at: datetime, *, role: str | None = None
) -> Edition | None:
    """The edition that holds at `at`. One whose signature no longer fits its content holds no longer."""
    candidates = _of(clinic_id, kind, name).filter(in_force_from__lte=at)
    found = list(candidates.order_by("-in_force_from", "-number"))
    return choose((each for each in found if is_signed(each, role=role)), at) if found else None


def voided(clinic_id: UUID, kind: str, name: str) -> list[Edition]:
    """Editions in force, now or later, whose content is not what was signed: to be shown."""
    found = _of(clinic_id, kind, name).filter(in_force_from__isnull=False).order_by("number")
    return [edition for edition in found if not is_signed(edition)]


def _of(clinic_id: UUID, kind: str, name: str) -> Any:
    return Edition.objects.filter(clinic_id=clinic_id, kind=kind, name=name)


def _tell(act: str, edition: Edition, by: signatures.Signer, more: Mapping[str, Any] | None = None) -> None:
    detail = {"kind": edition.kind, "name": edition.name, "number": edition.number}
    ledger.write(
        act,
        clinic_id=edition.clinic_id,
        actor=by.actor(),
        subject=subject_of(edition),
        detail={**detail, "content": edition.content_hash, **(more or {})},
    )
