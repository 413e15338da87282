"""The quarantine's pages: what could not be recorded, by device and reason; one message; what was decided."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from reverie.clinic.devices import acts, questions, shown
from reverie.clinic.devices.forms import LinkForm, ResolveForm
from reverie.clinic.devices.models import Quarantined
from reverie.clinic.devices.views import me
from reverie.clinic.devices.words import said
from reverie.clinic.kernel import access
from reverie.clinic.kernel.access import needs


@needs("quarantine.see")
def quarantine(request: HttpRequest) -> HttpResponse:
    """What is open, by device and reason."""
    groups = questions.groups(me(request))
    context = {"groups": groups, "total": sum(one.messages for one in groups)}
    return render(request, "devices/quarantine.html", context)


@needs("quarantine.see")
def group(request: HttpRequest) -> HttpResponse:
    """The open messages of one device with one reason."""
    device, reason = request.GET.get("device", ""), request.GET.get("reason", "")
    return _group_page(request, device, reason, ResolveForm())


@needs("quarantine.resolve")
@require_POST
def resolve_group(request: HttpRequest) -> HttpResponse:
    """Decide about all messages of a group at once."""
    device, reason = request.POST.get("device", ""), request.POST.get("reason", "")
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return _group_page(request, device, reason, form, 422)
    count = acts.resolve(
        me(request), questions.group(me(request), device, reason), form.cleaned_data["words"]
    )
    _say_resolved(request, count)
    return redirect("quarantine")


@needs("quarantine.see")
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message, whole."""
    found = access.find(Quarantined.objects.select_related("resolved_by"), request.user, pk=message_id)
    if request.method == "GET":
        acts.opened(me(request), found)
    return _message_page(request, found, ResolveForm())


@needs("quarantine.resolve")
@require_POST
def resolve(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Decide about one message."""
    found = access.find(Quarantined.objects.select_related("resolved_by"), request.user, pk=message_id)
    form = ResolveForm(request.POST)
    if found.resolved_at is not None:
        _say_resolved(request, 0)
        return redirect("quarantined", found.pk)
    if not form.is_valid():
        return _message_page(request, found, form, 422)
    count = acts.resolve(me(request), Quarantined.objects.filter(pk=found.pk), form.cleaned_data["words"])
    _say_resolved(request, count)
    left = questions.group(me(request), found.device, found.reason)
    if left.exists():
        return redirect(group_url(found.device, found.reason))
    return redirect("quarantine")


@needs("quarantine.see")
def resolved(request: HttpRequest) -> HttpResponse:
    """What was decided, the latest first."""
    pages = Paginator(questions.resolved(me(request)), questions.A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    lines = [(one, said(one.resolution)) for one in page]
    return render(request, "devices/resolved.html", {"page": page, "lines": lines})


def group_url(device: str, reason: str) -> str:
    """The address of a group."""
    return f"{reverse('quarantine_group')}?{urlencode({'device': device, 'reason': reason})}"


def _group_page(
    request: HttpRequest, device: str, reason: str, form: ResolveForm, status: int = 200
) -> HttpResponse:
    pages = Paginator(questions.group(me(request), device, reason), questions.A_PAGE)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "device": device,
        "reason": reason,
        "words": said(reason),
        "form": form,
        "link_form": _link_form(request, device),
        "chair": questions.chair_of(device) if device else None,
    }
    return render(request, "devices/group.html", context, status=status)


def _message_page(
    request: HttpRequest, found: Quarantined, form: ResolveForm, status: int = 200
) -> HttpResponse:
    context = {
        "message": found,
        "words": said(found.reason),
        "resolution": said(found.resolution),
        "shown": shown.show(bytes(found.payload)),
        "form": form,
        "group_url": group_url(found.device, found.reason),
        "link_form": _link_form(request, found.device),
        "chair": questions.chair_of(found.device) if found.device else None,
    }
    return render(request, "devices/message.html", context, status=status)


def _link_form(request: HttpRequest, device: str) -> LinkForm | None:
    if not device or not access.may(request.user, "devices.link"):
        return None
    return LinkForm(user=me(request), initial={"device": device})


def _say_resolved(request: HttpRequest, count: int) -> None:
    if count:
        words = ngettext("%d message is resolved.", "%d messages are resolved.", count) % count
    else:
        words = _("Somebody else has resolved this already.")
    messages.success(request, words)
