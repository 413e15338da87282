"""What a pump's reports mean for the infusion: started, changed, paused, resumed or stopped, as reported.

Pure but for `recall`, which reads a stream's last word on a pump. Nothing is inferred from silence: a
pump that is not heard has done nothing that we know of.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import NamedTuple

from reverie.clinic.kernel.models import Entry
from reverie.science.session import events

KINDS = ("infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_stopped")


class Report(NamedTuple):
    """One report: the rate that flows now; whether the pump says that it has stopped for good; the rest."""

    rate_ml_per_h: Decimal
    stopped: bool = False
    reason: str = ""
    drug: str | None = None
    volume_ml: Decimal | None = None
    infused_ml: Decimal | None = None


class Course(NamedTuple):
    """What a pump was last known to do: `status` is none, running, paused or stopped."""

    status: str = "none"
    rate_ml_per_h: Decimal | None = None


def follow(course: Course, device: str, report: Report) -> tuple[events.Event | None, Course]:
    """What happened between two reports, if anything, and what the pump does now."""
    rate = report.rate_ml_per_h
    flows = rate > 0
    if flows and course.status in ("none", "stopped"):
        started = events.InfusionStarted(rate, "device", device, report.drug, report.volume_ml)
        return started, Course("running", rate)
    if flows and course.status == "paused":
        return events.InfusionResumed(rate, "device", device), Course("running", rate)
    if flows and rate != course.rate_ml_per_h:
        return events.RateChanged(rate, "device", device), Course("running", rate)
    if not flows and report.stopped and course.status in ("running", "paused"):
        stopped = events.InfusionStopped("device", device, report.reason, report.infused_ml)
        return stopped, Course("stopped", None)
    if not flows and course.status == "running":
        return events.InfusionPaused("device", device, report.reason), Course("paused", course.rate_ml_per_h)
    return None, course


def recall(stream: str, device: str) -> Course:
    """What the stream last says that this pump did."""
    rate: Decimal | None = None
    found = (
        Entry.objects.filter(head__stream=stream, kind__in=KINDS, body__isnull=False)
        .order_by("-seq")
        .values_list("kind", "body")
    )
    status = ""
    for kind, body in found.iterator(chunk_size=20):
        said = json.loads(body or "{}")
        if said.get("device") != device:
            continue
        status = status or _STATUS[kind]
        text = said.get("rate_ml_per_h")
        if text is not None:
            rate = Decimal(text)
            break
    return Course(status or "none", rate if status in ("running", "paused") else None)


_STATUS = {
    "infusion_started": "running",
    "rate_changed": "running",
    "infusion_resumed": "running",
    "infusion_paused": "paused",
    "infusion_stopped": "stopped",
}
