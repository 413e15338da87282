"""Addresses of the chart room."""

from django.urls import URLPattern, path

from reverie.clinic.chart import views

LASTING = ("allergies", "medicines", "conditions")

urlpatterns: list[URLPattern] = [
    path("patients/<uuid:patient_id>/measurements/new/", views.measure, name="chart_measure"),
    path(
        "patients/chart/measurements/<uuid:line_id>/strike/",
        views.strike, {"of": "measurements"}, name="chart_strike_measurements",
    ),
    path(
        "patients/chart/none-known/<uuid:line_id>/strike/",
        views.strike, {"of": "none-known"}, name="chart_strike_none-known",
    ),
]  # fmt: skip
for _of in LASTING:
    _which = {"of": _of}
    urlpatterns += [
        path(f"patients/<uuid:patient_id>/{_of}/new/", views.add, _which, name=f"chart_add_{_of}"),
        path(f"patients/<uuid:patient_id>/{_of}/none/", views.none_known, _which, name=f"chart_none_{_of}"),
        path(f"patients/chart/{_of}/<uuid:line_id>/end/", views.end, _which, name=f"chart_end_{_of}"),
        path(
            f"patients/chart/{_of}/<uuid:line_id>/strike/", views.strike, _which, name=f"chart_strike_{_of}"
        ),
    ]
