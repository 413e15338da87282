"""The lock over an idle screen, and stations: unlock, switch, end."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_POST

from reverie.clinic.kernel.access import needs
from reverie.clinic.people import hashing, questions, sign_in, stations
from reverie.clinic.people.forms_sign_in import PinForm
from reverie.clinic.people.forms_staff import StationForm
from reverie.clinic.people.gate import while_locked
from reverie.clinic.people.models import User
from reverie.clinic.people.views_sign_in import local

WRONG = lazy("This is not the PIN. Type it again.")


@needs("own.sign_in")
@while_locked
def idle(request: HttpRequest) -> HttpResponse:
    """Whether the screen is locked; `?active=1` says that somebody touched it."""
    entry = sign_in.of(request)
    assert entry is not None
    locked = sign_in.standing(entry) is sign_in.Standing.LOCKED
    if not locked and request.GET.get("active") == "1":
        sign_in.seen(entry)
    return JsonResponse({"locked": locked})


@needs("own.sign_in")
@while_locked
def locked(request: HttpRequest) -> HttpResponse:
    """The page that a locked screen shows where nothing live is on it."""
    after = local(request.GET.get("next", ""))
    if request.standing is sign_in.Standing.IN_FORCE:  # type: ignore[attr-defined]
        return HttpResponseRedirect(after)
    return render(request, "people/locked.html", {"next": after, **questions.unlocking(request)})


@needs("own.sign_in")
@while_locked
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """Unlock by PIN. The panel of a live page gets itself again with words, or is told to refresh."""
    entry, station = sign_in.of(request), stations.of(request)
    assert entry is not None
    after = local(request.POST.get("next", ""))
    words = ""
    if station is None or not entry.user.pin:
        words = _("There is no PIN for you on this screen. Use your passkey or app.")
    else:
        words = _tried(lambda: stations.unlock_again(request, station, entry, request.POST.get("pin", "")))
    by_script = bool(getattr(request, "htmx", False))
    if not words:
        if not by_script:
            return HttpResponseRedirect(after)
        answer = HttpResponse(status=204)
        answer.headers["HX-Refresh"] = "true"
        return answer
    context = {"next": after, "lock_error": words, **questions.unlocking(request)}
    if by_script:
        return render(request, "components/lock.html", context)
    return render(request, "people/locked.html", context, status=422)


def _tried(attempt: Callable[[], bool]) -> str:
    """Run an attempt with a PIN: "" when it was right, else what to say."""
    try:
        return "" if attempt() else str(WRONG)
    except stations.Shut:
        return _("Five wrong PINs: yours is shut on this screen until you sign in with passkey or app here.")
    except hashing.Busy:
        return _("Many people are signing in just now. Try again in a moment.")


@needs("sign_in")
def switch(request: HttpRequest) -> HttpResponse:
    """Who takes over this station: everybody of the clinic who has a PIN."""
    station = stations.of(request)
    if station is None:
        return redirect("own_sign_in" if request.user.is_authenticated else "account_login")
    people = questions.switchers(station)
    after = local(request.GET.get("next", ""))
    return render(
        request, "people/switch.html", {"station_name": station.name, "people": people, "next": after}
    )


@needs("sign_in")
def switch_to(request: HttpRequest, user_id: UUID) -> HttpResponse:
    """The PIN of whom takes over."""
    station = stations.of(request)
    if station is None:
        return redirect("account_login")
    user: User | None = stations.people_of(station).filter(pk=user_id).first()
    if user is None:
        raise Http404
    after = local(request.POST.get("next") or request.GET.get("next", ""))
    form = PinForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            words = _tried(lambda: stations.switch(request, station, user, form.cleaned_data["pin"]))
            if not words:
                return HttpResponseRedirect(after)
            form.add_error("pin", words)
        status = 422
    context = {"form": form, "who": user, "next": after, "station_name": station.name}
    return render(request, "people/switch_to.html", context, status=status)


@needs("station.unlock")
def station(request: HttpRequest) -> HttpResponse:
    """Make this browser a station for one shift. Asks for the strong factor when that is a while ago."""
    if not sign_in.recently_authenticated(request):
        return redirect(f"{reverse('prove')}?next={request.path}")
    here = stations.of(request)
    form = StationForm(
        request.POST if request.method == "POST" else None,
        initial={"name": here.name if here else "", "place": here.place if here else "station"},
    )
    if request.method == "POST" and form.is_valid():
        made, secret = stations.unlock(request, form.cleaned_data["name"], form.cleaned_data["place"])
        messages.success(
            request, _("This screen is now the station “{name}”, for 12 hours.").format(name=made.name)
        )
        response = redirect("own_sign_in")
        stations.remember(response, secret)
        return response
    status = 422 if request.method == "POST" else 200
    return render(request, "people/station.html", {"form": form, "here": here}, status=status)


@needs("station.unlock")
@require_POST
def end_station(request: HttpRequest) -> HttpResponse:
    """End this station's shift."""
    here = stations.of(request)
    user = request.user
    assert isinstance(user, User)
    if here is not None:
        stations.end(here, user)
        messages.success(request, _("The station has ended. Nobody can switch by PIN here any more."))
    response = redirect("own_sign_in")
    response.delete_cookie(stations.COOKIE, samesite="Strict")
    return response
