"""The ledger: sign-ins, opened records, refusals, changes to ordinary tables, heads of closed sessions.

One hash-chained stream per clinic. It names what was touched, never its content. A session's own acts
stand in the session's stream and are not written twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from reverie.clinic.kernel import chain, clock, ids, streams

SYSTEM = {"kind": "system", "id": "", "name": "Reverie", "role": ""}


def stream_of(clinic_id: object) -> str:
    """The name of a clinic's ledger; that of the installation without a clinic."""
    return f"ledger:{clinic_id or 'installation'}"


def write(
    act: str,
    *,
    clinic_id: object,
    actor: Mapping[str, str] = SYSTEM,
    outcome: str = "done",
    subject: str = "",
    patient_id: object = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Append a line, in the caller's transaction. `outcome`: done or refused; `subject`: what of."""
    body = {
        "act": act,
        "outcome": outcome,
        "subject": subject,
        "patient": str(patient_id or ""),
        "detail": dict(detail or {}),
    }
    chain.refuse_floats(body)
    draft = streams.Draft(
        key=ids.new_id(),
        kind="ledger",
        version=1,
        occurred_ms=clock.to_ms(clock.now()),
        actor=chain.canonical(dict(actor)),
        body=chain.canonical(body),
    )
    with transaction.atomic():
        streams.append(hold(clinic_id), [draft], new_keys=True)


def hold(clinic_id: object) -> streams.Locked:
    """Hold a clinic's ledger until the transaction ends, so that nobody else writes to it meanwhile."""
    stream = stream_of(clinic_id)
    try:
        return streams.lock(stream)
    except streams.UnknownStream:
        pass
    try:
        with transaction.atomic():
            return streams.begin(stream)
    except IntegrityError:  # somebody else began it just now
        return streams.lock(stream)
