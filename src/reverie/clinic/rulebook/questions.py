"""What may be asked of the rulebook: editions of every kind, who signed them, which hold. Reads only.

Two queries for all of it; nothing is believed of an edition but what its content and signatures say now.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from reverie.clinic.kernel import access, clock, editions, signatures
from reverie.clinic.kernel.models import Edition, Signature
from reverie.clinic.rulebook import kinds
from reverie.clinic.rulebook.kinds import Body, Described, Kind, Unreadable

DRAFT, SIGNED, WAITING, HOLDS, OVER, VOIDED = "draft", "signed", "waiting", "holds", "over", "voided"
STANDING = (SIGNED, WAITING, HOLDS)


class Standing(NamedTuple):
    """An edition and what it is good for now.

    `state` is draft, signed (not put in force), waiting (in force later), holds, over or voided: its content
    is not what was signed or written. `until` is when the next one took its place.
    """

    edition: Edition
    state: str
    signature: Signature | None
    until: datetime | None = None

    @property
    def number(self) -> int:
        """The edition's number."""
        return int(self.edition.number)


class Shelf(NamedTuple):
    """All editions of a kind in a clinic, the newest first."""

    kind: Kind
    standings: tuple[Standing, ...]

    @property
    def holds(self) -> Standing | None:
        """The one that is in force now."""
        return next((one for one in self.standings if one.state == HOLDS), None)

    @property
    def waiting(self) -> tuple[Standing, ...]:
        """Those that come into force later, the next first."""
        found = [one for one in self.standings if one.state == WAITING]
        return tuple(sorted(found, key=lambda one: (one.edition.in_force_from, one.number)))

    @property
    def drafts(self) -> tuple[Standing, ...]:
        """Those that nobody signed, or that are signed and not in force."""
        return tuple(one for one in self.standings if one.state in (DRAFT, SIGNED))

    @property
    def voided(self) -> tuple[Standing, ...]:
        """Those whose content is not what was signed."""
        return tuple(one for one in self.standings if one.state == VOIDED)

    @property
    def held_number(self) -> int:
        """The number of the edition in force; 0 for the unsigned defaults."""
        return self.holds.number if self.holds else 0


class Copy(NamedTuple):
    """One edition to be read, or the unsigned defaults (number 0, without a standing).

    `described` is None where the content cannot be read as what it should be: somebody changed it.
    """

    kind: Kind
    number: int
    body: Body
    described: Described | None
    standing: Standing | None = None


def shelves(clinic_id: UUID, only: Iterable[Kind] | None = None) -> list[Shelf]:
    """The editions of each kind, in the order of the kinds."""
    wanted = tuple(kinds.every() if only is None else only)
    of = Q()
    for kind in wanted:
        of |= Q(kind=kind.kind, name=kind.name)
    if not wanted:
        return []
    found = list(Edition.objects.filter(of, clinic_id=clinic_id).order_by("-number"))
    subjects = {editions.subject_of(one): one for one in found}
    signed: dict[str, list[Signature]] = {}
    for signature in Signature.objects.filter(subject__in=list(subjects)).order_by("at", "pk"):
        signed.setdefault(signature.subject, []).append(signature)
    now = clock.now()
    return [
        Shelf(kind, _standings(kind, [one for one in found if one.kind == kind.kind], signed, now))
        for kind in wanted
    ]


def shelf(clinic_id: UUID, kind: Kind) -> Shelf:
    """The editions of one kind."""
    return shelves(clinic_id, [kind])[0]


def kind_of(name: str) -> Kind:
    """The kind of that name. Raises Http404."""
    found = kinds.of(name)
    if found is None:
        raise Http404
    return found


def copy_of(shelf: Shelf, number: int) -> Copy:
    """The edition of that number on the shelf, to be read. Raises Http404."""
    if number == 0:
        body = shelf.kind.defaults()
        return Copy(shelf.kind, 0, body, shelf.kind.describe(body))
    standing = next((one for one in shelf.standings if one.number == number), None)
    if standing is None:
        raise Http404
    try:
        body = editions.body_of(standing.edition)
        return Copy(shelf.kind, number, body, shelf.kind.describe(body), standing)
    except (Unreadable, json.JSONDecodeError):
        return Copy(shelf.kind, number, {}, None, standing)


def edition_of(person: Any, kind: Kind, number: int) -> Edition:
    """The edition of the person's clinic. Raises Http404 for all others alike."""
    return access.find(Edition.objects.all(), person, kind=kind.kind, name=kind.name, number=number)


def _standings(
    kind: Kind, found: list[Edition], signed: dict[str, list[Signature]], now: datetime
) -> tuple[Standing, ...]:
    fitting: dict[Any, Signature | None] = {}
    for one in found:
        subject = editions.subject_of(one)
        good = signatures.fitting(signed.get(subject, []), editions.hash_of(one), kind.role)
        fitting[one.pk] = good[-1] if good else None
    lawful = [one for one in found if fitting[one.pk] is not None]
    holding = editions.choose(lawful, now)
    came = sorted(
        (one for one in lawful if one.in_force_from is not None),
        key=lambda one: (one.in_force_from, one.number),
    )
    after = {one.pk: next_one.in_force_from for one, next_one in pairwise(came)}
    return tuple(
        Standing(
            one,
            _state(one, fitting[one.pk], holding, bool(signed.get(editions.subject_of(one))), now),
            fitting[one.pk],
            after.get(one.pk),
        )
        for one in found
    )


def _state(
    one: Edition, signature: Signature | None, holding: Edition | None, ever_signed: bool, now: datetime
) -> str:
    if signature is None:
        changed = editions.hash_of(one) != one.content_hash
        return VOIDED if changed or ever_signed or one.in_force_from is not None else DRAFT
    if one.in_force_from is None:
        return SIGNED
    if one.in_force_from > now:
        return WAITING
    return HOLDS if holding is not None and one.pk == holding.pk else OVER
