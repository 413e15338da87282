"""The board of chairs, its stream, and opening a session in a free chair."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from reverie.clinic.chairside.board import questions as board_questions
from reverie.clinic.course import questions as courses
from reverie.clinic.kernel import access, ledger
from reverie.clinic.kernel.access import keeps_showing, needs
from reverie.clinic.people.asked import Asked
from reverie.clinic.people.models import Chair, Patient
from reverie.clinic.people.patients import questions as patients
from reverie.clinic.session import acts, event_stream, questions
from reverie.clinic.session.live import Watcher


@keeps_showing
@needs("board.see")
@require_GET
def board(request: Asked) -> HttpResponse:
    """Every chair, who sits there, and how they are."""
    return render(request, "chairside/board.html", board_questions.page_of(request.user))


@keeps_showing
@needs("board.see")
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """What happens in all open sessions of the clinic, and which sessions are opened."""
    told = event_stream.taken_apart(event_stream.last_id(request))
    watcher, book, wanted = await sync_to_async(_admitted)(request, told)
    return event_stream.answer(event_stream.of_clinic(watcher, book, wanted))


def _admitted(request: HttpRequest, told: dict[str, int]) -> tuple[Watcher, str, dict[str, int | None]]:
    person = request.user
    book = ledger.stream_of(person.clinic_id)  # type: ignore[union-attr]
    names = [book, *(one.stream for one in questions.open_sessions(person))]
    wanted = {name: told.get(name.partition(":")[2].replace("-", "")) for name in names}
    if wanted[book] is None:
        wanted[book] = questions.heads_of([book]).get(book, 0)
    return event_stream.watcher_of(request, "board.see"), book, wanted


@needs("session.open")
@require_http_methods(["GET", "HEAD", "POST"])
def open_session(request: Asked, chair_id: UUID) -> HttpResponse:
    """Find the patient who has arrived, then open their session in this chair."""
    chair = access.find(Chair.objects.all(), request.user, pk=chair_id)
    # what is typed to find somebody is sent as a form: a name belongs in no address
    context: dict[str, Any] = {"chair": chair, "typed": request.POST.get("q", "")[:200]}
    status = 200
    if request.method == "POST" and "q" not in request.POST:
        try:
            session = acts.open_session(request.user, chair, *_chosen(request), request.POST.get("key", ""))
        except acts.Declined as declined:
            context["trouble_words"], status = str(declined), 422
        else:
            return redirect("session", session.pk)
    patient_id = request.GET.get("patient") or request.POST.get("patient")
    if patient_id:
        patient = patients.patient_of(request.user, patient_id)
        context |= {
            "patient": patient,
            "banner": patients.banner_of(patient, request.user),
            "courses": courses.open_courses(patient),
        }
    elif context["typed"]:
        context["found"] = patients.find(request.user, context["typed"])
    return render(request, "chairside/open.html", context, status=status)


def _chosen(request: Asked) -> tuple[Patient, Any]:
    patient = patients.patient_of(request.user, request.POST.get("patient"))
    told = request.POST.get("course", "")
    course = next((one for one in courses.open_courses(patient) if str(one.pk) == told), None)
    if told and course is None:
        raise acts.Declined(_("This course is not open any more. Choose again."), "course")
    return patient, course
