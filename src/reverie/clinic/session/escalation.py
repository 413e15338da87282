"""Whom to call when nobody has seen an alarm: clinicians of the clinic who are signed in now.

Those who may act at a chair, and rather those who are not at this one, where the alarm is told already.
Nobody is called who is not there: then the answer is empty, and that is what is recorded.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from reverie.clinic.kernel import access
from reverie.clinic.people import questions

MOST_CALLED = 20


def to_whom(clinic_id: UUID | str, at_the_chair: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Ids and names, by name; `at_the_chair` are the ids of those whom the record says to be there."""
    here = [
        (str(user.pk), user.name)
        for user in questions.signed_in(clinic_id)
        if user.role_names & access.AT_THE_CHAIR
    ]
    others = [one for one in here if one[0] not in at_the_chair]
    return tuple((others or here)[:MOST_CALLED])
