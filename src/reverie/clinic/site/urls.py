"""Every address of the clinic. Each room keeps its own; a view without a declared act is refused."""

from django.urls import include, path

from reverie.clinic.site import pages

urlpatterns = [
    path("", pages.first_page, name="home"),
    path("style/", pages.style_page, name="style"),
    path("", include("reverie.clinic.people.urls")),
    path("", include("reverie.clinic.rulebook.urls")),
    path("", include("reverie.clinic.chart.urls")),
    path("", include("reverie.clinic.course.urls")),
    path("", include("reverie.clinic.session.urls")),
    path("", include("reverie.clinic.chairside.urls")),
    path("", include("reverie.clinic.devices.urls")),
]

handler400 = "reverie.clinic.site.errors.bad_request"
handler403 = "reverie.clinic.site.errors.not_open"
handler404 = "reverie.clinic.site.errors.not_found"
handler500 = "reverie.clinic.site.errors.broken"
