"""What a session answers to programs: its stream, its numerics, all that is known, its export.

The pages that people see are chairside's. Reads only.
"""

from __future__ import annotations

from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse

from reverie.clinic.kernel import ledger
from reverie.clinic.kernel.access import keeps_showing, needs
from reverie.clinic.session import event_stream, folds, questions
from reverie.clinic.session.live import Watcher


@keeps_showing
@needs("session.watch")
async def stream(request: HttpRequest, session_id: UUID) -> StreamingHttpResponse:
    """The session's entries as they come."""
    watcher, name = await sync_to_async(_admitted)(request, session_id)
    after = event_stream.number(event_stream.last_id(request))
    return event_stream.answer(event_stream.of_session(watcher, name, after))


def _admitted(request: HttpRequest, session_id: UUID) -> tuple[Watcher, str]:
    session = questions.session_of(request.user, session_id)
    return event_stream.watcher_of(request, "session.watch"), session.stream


@keeps_showing
@needs("session.watch")
def numerics(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The columns for charts; `after` (ms since the epoch) leaves out what the page has."""
    session = questions.session_of(request.user, session_id)
    after_ms = event_stream.number(request.GET.get("after", "")) or 0
    columns = questions.numerics(folds.fold_of(session.stream), after_ms)
    return JsonResponse(columns, json_dumps_params={"separators": (",", ":")})


@keeps_showing
@needs("session.watch")
def whole(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """All that is known, with the lines."""
    session = questions.session_of(request.user, session_id)
    fold = folds.fold_of(session.stream)
    return JsonResponse(questions.whole(fold) | {"lines": questions.lines(fold.state)})


@needs("session.export")
def export(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """The whole record as JSONL, verifiable without Reverie's database."""
    session = questions.session_of(request.user, session_id)
    ledger.write(
        "session.export",
        clinic_id=session.clinic_id,
        actor=request.user.actor(),  # type: ignore[union-attr]
        subject=session.stream,
        patient_id=session.patient_id,
    )
    body = "".join(questions.export(session.stream))
    response = HttpResponse(body, content_type="application/x-ndjson")
    response.headers["Content-Disposition"] = f'attachment; filename="session-{session.pk}.jsonl"'
    return response
