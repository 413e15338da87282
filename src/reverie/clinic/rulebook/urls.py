"""Addresses of the rulebook. Number 0 is the unsigned defaults."""

from django.urls import path

from reverie.clinic.rulebook import views, views_writing

urlpatterns = [
    path("rules/", views.rules, name="rules"),
    path("rules/<slug:kind>/", views.kind, name="rules_kind"),
    path("rules/<slug:kind>/compare/", views.compare, name="rules_compare"),
    path("rules/<slug:kind>/<int:number>/", views.edition, name="rules_edition"),
    path("rules/<slug:kind>/<int:number>/print/", views.on_paper, name="rules_print"),
    path("rules/<slug:kind>/<int:number>/new/", views_writing.write, name="rules_write"),
    path("rules/<slug:kind>/<int:number>/sign/", views_writing.sign, name="rules_sign"),
    path("rules/<slug:kind>/<int:number>/in-force/", views_writing.put_in_force, name="rules_in_force"),
]
