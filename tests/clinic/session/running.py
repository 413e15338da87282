"""Sessions that are infusing, made by appending entries without a person: for processes and measurements."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from django.db import transaction

from reverie.clinic.kernel import clock, ids, streams
from reverie.clinic.session import intake
from reverie.clinic.session.models import Session
from reverie.science.session import events

WAY = ("arrived", "preflight", "ready", "infusing")


def bring_to_infusing(names: Sequence[str]) -> None:
    """Lead the sessions of these streams from arrival to a running infusion."""
    at_ms = clock.to_ms(clock.now())
    led = [events.StateChanged(one, other, "") for one, other in pairwise(WAY)]
    led.insert(-1, events.InfusionStarted(Decimal(52), "staff"))
    with transaction.atomic():
        heads = streams.lock_all(names)
        drafts = [
            (head, [intake.draft(event, ids.new_id(), at_ms, intake.SYSTEM_ACTOR) for event in led])
            for head in heads.values()
        ]
        streams.append_all(drafts)
        Session.objects.filter(pk__in=[name.partition(":")[2] for name in names]).update(state="infusing")
