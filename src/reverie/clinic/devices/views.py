"""The devices page: chairs with their devices, strangers to be linked, and one device's settings."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from reverie.clinic.devices import acts, questions
from reverie.clinic.devices.forms import DeviceForm, LinkForm, zones
from reverie.clinic.devices.models import Device
from reverie.clinic.kernel import access
from reverie.clinic.kernel.access import needs
from reverie.clinic.people.models import Chair, User


def me(request: HttpRequest) -> User:
    """Who asks."""
    user = request.user
    assert isinstance(user, User)
    return user


@needs("devices.see")
def devices(request: HttpRequest) -> HttpResponse:
    """Every chair with its devices, and devices that stand nowhere."""
    return _page(request, LinkForm(user=me(request)))


@needs("devices.link")
@require_POST
def link(request: HttpRequest) -> HttpResponse:
    """Link a device to a chair; from another chair it is moved."""
    form = LinkForm(request.POST, user=me(request))
    if form.is_valid():
        chair: Chair = form.cleaned_data["chair"]
        try:
            acts.link(me(request), form.cleaned_data["device"], chair)
        except acts.OtherClinic:
            form.add_error("device", _("Another clinic here has a device of this name. Names must differ."))
        except acts.NoName:
            form.add_error("device", _("Type the name that the device sends."))
        else:
            _say_linked(request, form.cleaned_data["device"], chair)
            return redirect("devices")
    return _page(request, form, 422)


@needs("devices.link")
def device(request: HttpRequest, device_id: UUID) -> HttpResponse:
    """One device: its chair, how often it sends, the zone of its clock."""
    which = access.find(Device.objects.all(), request.user, pk=device_id)
    before = questions.chair_of(which.name)
    initial = {
        "chair": before.pk if before else None,
        "interval_s": which.interval_s,
        "zone": which.zone,
    }
    form = DeviceForm(request.POST if request.method == "POST" else None, user=me(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        chair = form.cleaned_data["chair"]
        acts.settle(
            me(request), which, interval_s=form.cleaned_data["interval_s"], zone=form.cleaned_data["zone"]
        )
        if chair is None:
            if acts.unlink(me(request), which):
                messages.success(request, _("%s stands at no chair now.") % which.name)
            else:
                messages.success(request, _("Saved."))
        elif before is None or chair.pk != before.pk:
            acts.link(me(request), which.name, chair)
            _say_linked(request, which.name, chair)
        else:
            messages.success(request, _("Saved."))
        return redirect("devices")
    context = {"form": form, "device": which, "standing": questions.standing(which), "zones": zones()}
    return render(request, "devices/device.html", context, status=422 if request.method == "POST" else 200)


def _say_linked(request: HttpRequest, name: str, chair: Chair) -> None:
    words = _("%(device)s stands at chair %(chair)s now.") % {"device": name, "chair": chair.name}
    messages.success(request, words)


def _page(request: HttpRequest, form: LinkForm, status: int = 200) -> HttpResponse:
    user = me(request)
    places = questions.places(user)
    context = {
        "form": form,
        "places": places,
        "strangers": questions.strangers(user),
        "unlinked": questions.unlinked(user),
        "chairs": [place.chair for place in places],
        "may_link": access.may(user, "devices.link"),
        "may_see_quarantine": access.may(user, "quarantine.see"),
    }
    return render(request, "devices/devices.html", context, status=status)
