"""What may be done in the rulebook: write an edition, sign it, put it in force.

Each act asks its permission, runs in one transaction and leaves its line in the ledger. A faulty body is
never written, and doing the same again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from reverie.clinic.kernel import access, chain, clock, editions, ledger, signatures
from reverie.clinic.kernel.models import Edition
from reverie.clinic.people.models import User
from reverie.clinic.rulebook import questions
from reverie.clinic.rulebook.kinds import Body, Fault, Kind


class Declined(Exception):
    """Nothing was written. The message says why; `faults` say it of a body, and where."""

    def __init__(self, words: str, faults: Iterable[Fault] = ()) -> None:
        super().__init__(words)
        self.faults = tuple(faults)


def write(who: User, kind: Kind, body: Body) -> Edition:
    """A new edition, unsigned. The latest one again when it is a draft that says the same.

    Raises Refused; Declined with every fault of the body.
    """
    access.require(who, "rules.write")
    faults = kind.check(body)
    if faults:
        raise Declined(_("Nothing was written: these rules contradict themselves."), faults)
    with transaction.atomic():
        ledger.hold(who.clinic_id)
        shelf = questions.shelf(who.clinic_id, kind)
        latest = shelf.standings[0] if shelf.standings else None
        if latest is not None and latest.state == questions.DRAFT:
            if _says(latest.edition, body):
                return latest.edition
        elif latest is not None and latest.state in questions.STANDING and _says(latest.edition, body):
            raise Declined(
                _("Edition %(number)s says exactly this. Change something, or leave it as it is.")
                % {"number": latest.number}
            )
        return editions.write(who.clinic_id, kind.kind, kind.name, body, by=who)


def sign(who: User, kind: Kind, edition: Edition, *, seen: str, against: int, meaning: str = "") -> None:
    """Sign the edition that was read: `seen` is its content hash, `against` the edition that then held.

    Raises Refused, Declined. Whoever has signed it already changes nothing by signing again.
    """
    access.require(who, "rules.sign")
    _check_own(who, kind, edition)
    with transaction.atomic():
        ledger.hold(who.clinic_id)
        shelf = questions.shelf(who.clinic_id, kind)
        if seen != edition.content_hash:
            raise Declined(_("This is not the edition that you read. Read it again, then sign."))
        if shelf.held_number != against:
            raise Declined(_("Meanwhile another edition came into force. Read what changes now, then sign."))
        faults = kind.check(editions.body_of(edition))
        if faults:
            raise Declined(_("This edition contradicts itself. Write a new one from it."), faults)
        if editions.is_signed(edition, role=kind.role):
            return
        try:
            editions.sign(edition, by=who, role=kind.role, meaning=meaning.strip() or str(kind.meaning))
        except signatures.NotSigned:
            raise access.Refused("rules.sign") from None
        except editions.NotLawful:
            raise Declined(
                _("This edition was changed after it was written, and cannot be signed. Write a new one.")
            ) from None


def put_in_force(who: User, kind: Kind, edition: Edition, at: datetime | None = None) -> None:
    """Let a signed edition hold from `at` on, or from now. Raises Refused, Declined."""
    access.require(who, "rules.sign")
    _check_own(who, kind, edition)
    if at is not None and at < clock.now():
        raise Declined(_("This time is past. Rules never hold for a time that is past."))
    with transaction.atomic():
        ledger.hold(who.clinic_id)
        current = Edition.objects.get(pk=edition.pk)
        if current.in_force_from is not None:
            raise Declined(
                _("Edition %(number)s came into force once already. Write a new edition from it.")
                % {"number": current.number}
            )
        try:
            editions.put_in_force(current, by=who, at=at, role=kind.role)
        except editions.NotLawful:
            raise Declined(
                _("Edition %(number)s is not signed, or was changed since. It cannot come into force.")
                % {"number": current.number}
            ) from None


def _check_own(who: User, kind: Kind, edition: Edition) -> None:
    if edition.clinic_id != who.clinic_id or (edition.kind, edition.name) != (kind.kind, kind.name):
        raise access.Refused("rules.sign")


def _says(edition: Edition, body: Body) -> bool:
    return bool(edition.body == chain.canonical(body))
