"""Alarms on pages: the stream that every page listens to, one tap that sees one, the log and its answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from reverie.clinic.chairside.alarms import log as logs
from reverie.clinic.chairside.alarms.forms import AnswerForm, SoundForm
from reverie.clinic.kernel.access import keeps_showing, needs
from reverie.clinic.people import stations
from reverie.clinic.people.asked import Asked
from reverie.clinic.people.questions import browser_words
from reverie.clinic.session import alarm_acts, event_stream, folds, questions
from reverie.clinic.session.acts import Declined

WRONG = 422


@keeps_showing
@needs("alarms.see")
async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """The alarms of every chair of the clinic, and beats."""
    watcher = await sync_to_async(event_stream.watcher_of)(request, "alarms.see")
    return event_stream.answer(event_stream.of_ward(watcher, alarms=True))


@keeps_showing
@needs("beats.hear")
async def beats(request: HttpRequest) -> StreamingHttpResponse:
    """Beats alone, for those who see no patient: whether alarms run, and what is wrong with the machine."""
    watcher = await sync_to_async(event_stream.watcher_of)(request, "beats.hear")
    return event_stream.answer(event_stream.of_ward(watcher, alarms=False))


@needs("alarms.answer")
@require_POST
def seen(request: Asked, session_id: UUID, seq: int) -> HttpResponse:
    """The person has seen an alarm; it is silent from here on."""
    found = questions.session_of(request.user, session_id)
    by_script = "json" in request.headers.get("Accept", "")
    try:
        alarm_acts.see(request.user, found, seq, request.POST.get("key", ""))
    except Declined:
        # it is over, or somebody was faster: the page that comes shows how it stands
        if by_script:
            return HttpResponse(status=409)
    return HttpResponse(status=204) if by_script else redirect("session", found.pk)


@needs("alarms.check_sound")
@require_POST
def sound_checked(request: Asked) -> HttpResponse:
    """Somebody pressed for the test sound, and heard it or did not."""
    form = SoundForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=WRONG)
    data, station = form.cleaned_data, stations.of(request)
    browser = browser_words(request.headers.get("User-Agent", "")) or _("A browser")
    found = questions.open_sessions(request.user)
    if data["place"] == "room":
        found = [one for one in found if one.pk == data["session"]]
    for one in found:
        alarm_acts.sound_checked(
            request.user,
            one,
            station.name if station is not None else browser,
            data["place"],
            heard=data["heard"] == "yes",
            key=request.POST.get("key", ""),
        )
    return HttpResponse(status=204)


@needs("session.watch")
@require_http_methods(["GET", "HEAD", "POST"])
def log(request: Asked, session_id: UUID) -> HttpResponse:
    """Every alarm of a session; cause and outcome for those that wait for an answer."""
    found = questions.session_of(request.user, session_id)
    state = folds.fold_of(found.stream).state
    # an answer that stands is corrected alone, not with those that wait
    again = logs.answered(state, request.GET.get("again", ""))
    waiting = logs.waiting(state) if again is None else [again["seq"]]
    given = {} if again is None else {name: again["answered"][name] for name in ("cause", "outcome", "note")}
    form = AnswerForm(request.POST or None, open_alarms=waiting, initial=given)
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                _answer(request, found, form.cleaned_data)
            except Declined as declined:
                form.add_error(None, str(declined))
            else:
                return redirect("alarm_log", found.pk)
    # one that waits alone is chosen already; of several each is chosen by hand
    chosen = request.POST.getlist("alarms") or [str(seq) for seq in waiting if len(waiting) == 1]
    context = logs.page_of(found, state, request.user) | {"form": form, "chosen": chosen, "again": again}
    return render(request, "chairside/alarms.html", context, status=status)


def _answer(request: Asked, found: Any, data: dict[str, Any]) -> None:
    key = request.POST.get("key", "")
    for seq in data["alarms"]:
        own = f"{key}:{seq}" if key else ""
        alarm_acts.answer(request.user, found, seq, data["cause"], data["outcome"], data["note"], own)
